"""The procedure catalogue of a district: one CSV beside its registry file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ward_warehouse.registry.findings import Finding

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
FLAGS = ("published_web", "published_counter", "one_stop", "iso_process")
DATES = ("valid_from", "valid_to")
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


def read_catalogue(path: Path) -> Catalogue | list[Finding]:
    """The catalogue in `path`, or one line for each fault (file, line, column, found, expected)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                text = f"columns {', '.join(missing)} are missing; add them to the header"
                return [Finding("catalogue-column-missing", path, 1, text)]
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        return [Finding("catalogue-unreadable", path, 1, f"cannot be read as UTF-8 CSV ({error}); check the file")]
    problems: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(rows, start=2):
        key = (row["procedure_code"], row["valid_from"])
        problems += [Finding(code, path, line, text) for code, text in _row_problems(row, key in seen)]
        seen.add(key)
    return problems or Catalogue(path, tuple(rows))


def _row_problems(row: dict[str, str], repeated: bool) -> Iterator[tuple[str, str]]:
    """What keeps a row from the warehouse: code of the check, and found and expected."""
    code, unit, duration = row["procedure_code"], row["statutory_unit"], row["statutory_time"]
    if not code:
        yield "procedure-code-empty", "procedure_code is empty; fill it in or remove the line"
    elif repeated:
        yield "procedure-twice", f"procedure_code {code} from {row['valid_from'] or 'ever'} stands twice; remove one"
    if unit and unit not in UNITS:
        yield "statutory-unit", f"statutory_unit: found {unit!r}, expected {', '.join(UNITS)}"
    if duration and not duration.isdigit():
        yield "statutory-time", f"statutory_time: found {duration!r}, expected a whole number"
    for name in FLAGS:
        if row[name] not in ("", "true", "false"):
            yield "catalogue-flag", f"{name}: found {row[name]!r}, expected true, false or nothing"
    for name in DATES:
        if row[name] and not _is_date(row[name]):
            yield "catalogue-date", f"{name}: found {row[name]!r}, expected a date such as 2016-01-31, or nothing"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
