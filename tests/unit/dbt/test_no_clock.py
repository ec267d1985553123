"""No SQL asks the clock: a build is of the instant that its command names."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
CLOCKS_OF_SQL = (
    r"current_(?:date|time|timestamp|localtime|localtimestamp)\b|get_current_\w+|local(?:time|timestamp)\b"
    r"|(?:transaction|statement|clock)_timestamp\b|(?:sys|get)date\b"
)
CLOCKS_OF_CALLS = r"(?<![.\w])(?:now|today)\s*\(|run_started_at|datetime\.(?:now|utcnow|today)|date\.today"
"""Of SQL and of Jinja; Python may ask for the time."""


def asking(paths: list[Path], clocks: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(rf"(?<!\w)(?:{clocks})", line, re.IGNORECASE) and not line.lstrip().startswith("description:")
    ]


def test_no_model_macro_or_test_asks_the_clock() -> None:
    project = ROOT / "dbt_project"
    files = [
        path
        for folder in ("models", "macros", "tests", "seeds")
        for path in sorted((project / folder).rglob("*"))
        if path.suffix in (".sql", ".yml")
    ]
    assert len(files) > 150
    assert asking([project / "dbt_project.yml", *files], f"{CLOCKS_OF_SQL}|{CLOCKS_OF_CALLS}") == []


def test_no_sql_of_the_library_asks_the_clock() -> None:
    assert asking(sorted((ROOT / "plugins").rglob("*.py")), CLOCKS_OF_SQL) == []
