"""Copies the text of a new column from its staging model into every later model that the column passes through.

    python scripts/pass_column_on.py dossiers vneid

It passes through the models of the record kind that have the column before it in the staging model; a test compares
what is described with what is built.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MODELS = Path(__file__).resolve().parents[1] / "dbt_project" / "models"
MODEL, COLUMN = re.compile(r"  - name: (\S+)"), re.compile(r"      - \{?name: (\w+)")


@dataclass(frozen=True)
class Described:
    """A column's entry in a file of texts: the lines from `start` up to `end`."""

    model: str
    column: str
    start: int
    end: int


def described(lines: list[str]) -> Iterator[Described]:
    """Every column of a file, in the file's order."""
    model = ""
    for number, line in enumerate(lines):
        if found := MODEL.match(line):
            model = found[1]
        elif found := COLUMN.match(line):
            end = number + 1
            while end < len(lines) and lines[end].startswith(" " * 8):
                end += 1
            yield Described(model, found[1], number, end)


def pass_on(models: Path, record_kind: str, column: str) -> list[str]:
    """Writes the column's entry behind its neighbour's; gives the models that got one.

    Raises:
        SystemExit: the staging model does not describe the column, or describes it first.
    """
    staging = (models / "staging" / "_staging__models.yml").read_text(encoding="utf-8").splitlines()
    entries = [one for one in described(staging) if one.model == f"stg_{record_kind}"]
    names = [one.column for one in entries]
    if column not in names[1:]:
        raise SystemExit(
            f"stg_{record_kind} does not describe {column} behind another column; write its text there first"
        )
    entry = entries[names.index(column)]
    before = names[names.index(column) - 1]
    changed = []
    for file in sorted(models.glob("intermediate/**/*__models.yml")):
        lines = file.read_text(encoding="utf-8").splitlines()
        found = [one for one in described(lines) if one.model.startswith(f"int_{record_kind}__")]
        there = {one.model for one in found if one.column == column}
        # From the end, so that the numbers of the lines before stay right.
        for one in [one for one in reversed(found) if one.column == before and one.model not in there]:
            lines[one.end : one.end] = staging[entry.start : entry.end]
            changed.append(one.model)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sorted(changed)


if __name__ == "__main__":
    print("\n".join(pass_on(MODELS, *sys.argv[1:3])))
