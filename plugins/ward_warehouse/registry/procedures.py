"""The procedure catalogue of a district: one CSV beside its registry file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

COLUMNS = (
    "procedure_code",
    "name_vi",
    "name_en",
    "field_vi",
    "authority",
    "online_level",
    "statutory_time",
    "statutory_unit",
    "published_web",
    "published_counter",
    "one_stop",
    "iso_process",
    "valid_from",
    "valid_to",
)
UNITS = ("hours", "days", "working_days", "months")


@dataclass(frozen=True)
class Catalogue:
    """The rows of a catalogue file, as text, with the columns of `COLUMNS`."""

    path: Path
    rows: tuple[dict[str, str], ...]

    @property
    def codes(self) -> frozenset[str]:
        """Every procedure code of the catalogue."""
        return frozenset(row["procedure_code"] for row in self.rows)


def read_catalogue(path: Path) -> Catalogue | list[str]:
    """The catalogue in `path`, or one line for each fault (file, line, column, found, expected)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                return [f"{path}:1: columns {', '.join(missing)} are missing; add them to the header"]
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        return [f"{path}:1: cannot be read as UTF-8 CSV ({error}); check the file"]
    problems: list[str] = []
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows, start=2):
        key = (row["procedure_code"], row["valid_from"])
        if not row["procedure_code"]:
            problems.append(f"{path}:{line}: procedure_code is empty; fill it in or remove the line")
        elif key in seen:
            problems.append(f"{path}:{line}: procedure_code {key[0]} from {key[1] or 'ever'} stands twice; remove one")
        if row["statutory_unit"] and row["statutory_unit"] not in UNITS:
            problems.append(
                f"{path}:{line}: statutory_unit: found {row['statutory_unit']!r}, expected {', '.join(UNITS)}"
            )
        if row["statutory_time"] and not row["statutory_time"].isdigit():
            problems.append(f"{path}:{line}: statutory_time: found {row['statutory_time']!r}, expected a whole number")
        seen.add(key)
    return problems or Catalogue(path, tuple(rows))
