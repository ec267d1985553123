"""`docs/cookbook.md`: the questions of `docs/cookbook/`, each with its SQL and the demonstration's answer.

python scripts/cookbook.py

Asks the published warehouse of WARD_WAREHOUSE_HOME, on which `make demo` was played, and writes the page anew. A test
asks the same of a demonstration of its own and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ward_warehouse.core.settings import load_settings
from ward_warehouse.reports.asking import ask

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "cookbook"
PAGE = ROOT / "docs" / "cookbook.md"
HEAD = """\
# Questions to the warehouse

Printed by `python scripts/cookbook.py` from the files in [cookbook/](cookbook/). Each answer is the demonstration's
(`make demo`); a test asks again and compares. Open a file in DBeaver, paste it into `duckdb -readonly`, or

    ward-warehouse query --file docs/cookbook/01-worst-wards.sql
    ward-warehouse query --file docs/cookbook/01-worst-wards.sql --out worst.xlsx

and put your own district, ward and period in the place of these: `quan_11` is the demonstration's District 11, in 2018.
What a column means stands in the file as its comment: `select column_name, comment from duckdb_columns() where
table_name = 'indicators_named'`. Other programs: [how-to/connect-a-program.md](how-to/connect-a-program.md).
These questions read what the warehouse holds, also of few people; what may leave the office is said in
[decisions/15-what-is-hidden-stays-hidden.md](decisions/15-what-is-hidden-stays-hidden.md).

"""


@dataclass(frozen=True)
class Question:
    """A file of the folder: it asks in Vietnamese, then in English, and may say how to read the answer."""

    name: str
    vi: str
    en: str
    note: str
    sql: str

    @property
    def number(self) -> int:
        return int(self.name.split("-")[0])


def questions(folder: Path = FOLDER) -> list[Question]:
    """The questions in the order of their numbers."""
    return [read_question(path) for path in sorted(folder.glob("*.sql"))]


def read_question(path: Path) -> Question:
    lines = path.read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line.startswith("--")]
    vi, en, *note = (line.removeprefix("--").strip() for line in said)
    return Question(path.stem, vi, en, "\n".join(note).strip(), "\n".join(lines[len(said) :]).strip())


def page(published: Path) -> str:
    """The whole page, with the answers of a published warehouse."""
    found = questions()
    listed = "".join(f"{one.number}. [{one.en}](#{one.name}) *{one.vi}*\n" for one in found)
    return HEAD + listed + "".join(f"\n{section(one, published)}" for one in found)


def section(question: Question, published: Path) -> str:
    """A question, its SQL and its answer as Markdown."""
    answer = ask(published, question.sql)
    parts = [
        f'<a id="{question.name}"></a>',
        f"## {question.number}. {question.en}",
        f"*{question.vi}*",
        *([question.note] if question.note else []),
        f"```sql\n{question.sql}\n```",
        table(answer.column_names, [list(row.values()) for row in answer.to_pylist()]),
    ]
    return "\n\n".join(parts) + "\n"


def table(names: list[str], rows: list[list[Any]]) -> str:
    """Rows as a table of Markdown."""
    lines = [names, ["---"] * len(names), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and value < 100_000 else str(value).replace("|", r"\|")


if __name__ == "__main__":
    PAGE.write_text(page(load_settings().published_file), encoding="utf-8")
    print(f"written: {PAGE}")
