"""The questions of `docs/cookbook.md` on a warehouse of ten million dossiers and as many survey responses.

The warehouse is the demonstration's as it was published, which `make demo` has left, its facts repeated under keys of
their own; figures, which grow with wards and periods and not with records, are as many as a build would give.
`BENCH_COOKBOOK_ROWS` names another number. `cookbook_worst_ms` is the slowest question, each the middle of five.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from bench.build import milliseconds
from scripts.cookbook import questions

ROWS = 10_000_000
FACTS = {"fct_dossiers": ("dossier_key", "dossier_code"), "fct_survey_responses": ("response_key", "dossier_key")}
"""The facts, and their columns that name a record or what it belongs to."""


def measure(home: Path, folder: Path) -> dict[str, float]:
    """Milliseconds, as the key above; prints those of each question.

    Args:
        home: a state folder on which the demonstration was played.
        folder: where the copy goes.

    Raises:
        RuntimeError: no demonstration was played, or a question has no answer.
    """
    published = home / "warehouse" / "district.duckdb"
    if not published.is_file():
        raise RuntimeError(f"{home} holds no demonstration: run `make demo` first")
    copy = folder / "cookbook.duckdb"
    shutil.copyfile(published, copy)
    repeat_facts(copy, int(os.environ.get("BENCH_COOKBOOK_ROWS", ROWS)))
    with duckdb.connect(copy, read_only=True) as db:
        taken = {question.name: milliseconds(db, question.sql) for question in questions()}
    copy.unlink()
    for name, value in sorted(taken.items(), key=lambda item: -item[1]):
        print(f"{name:32}{value:10,.1f} ms")
    return {"cookbook_worst_ms": max(taken.values())}


def repeat_facts(file: Path, rows: int) -> None:
    """Repeats the records until there are about `rows` of each kind."""
    with duckdb.connect(file, config={"preserve_insertion_order": False}) as db:
        for table, keys in FACTS.items():
            (have,) = db.execute(f"SELECT count(*) FROM marts.{table}").fetchone() or (0,)  # noqa: S608 - our own names
            named = ", ".join(f"{key} || CASE WHEN n > 0 THEN '-' || n ELSE '' END AS {key}" for key in keys)
            db.execute(
                f"CREATE TABLE marts.many AS SELECT kept.* REPLACE ({named}) "  # noqa: S608 - our own names
                f"FROM marts.{table} AS kept, range($times) AS copy (n)",
                {"times": max(1, round(rows / have))},
            )
            db.execute(f"DROP TABLE marts.{table}")
            db.execute(f"ALTER TABLE marts.many RENAME TO {table}")
