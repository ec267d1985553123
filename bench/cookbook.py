"""The questions of `docs/cookbook.md` on a warehouse of ten million dossiers and as many survey responses.

The records are those of the demonstration, which `make demo` has left, each many times under keys of its own.
`BENCH_COOKBOOK_ROWS` names another number. `cookbook_worst_ms` is the slowest question, each the middle of five.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from bench.build import enlarged, milliseconds, run_alone
from scripts.cookbook import questions

ROWS = 10_000_000


def measure(home: Path, folder: Path) -> dict[str, float]:
    """Milliseconds, as the key above; prints those of each question.

    Args:
        home: a state folder on which the demonstration was played.
        folder: where the copy goes.

    Raises:
        RuntimeError: no demonstration was played, the build fails, or a question has no answer.
    """
    copy = folder / "cookbook"
    build_file = enlarged(home, copy, int(os.environ.get("BENCH_COOKBOOK_ROWS", ROWS)))
    run_alone("bench.build", copy)
    with duckdb.connect(build_file, read_only=True) as db:
        taken = {question.name: milliseconds(db, question.sql) for question in questions()}
    shutil.rmtree(copy)
    for name, value in sorted(taken.items(), key=lambda item: -item[1]):
        print(f"{name:32}{value:10,.1f} ms")
    return {"cookbook_worst_ms": max(taken.values())}
