"""Checks of what a system file says about numbers, and about the words that may stand before them."""

from __future__ import annotations

from collections.abc import Iterator

from ward_warehouse.core.contracts import CONTRACTS, Column, RecordKind
from ward_warehouse.registry.systems import System

NUMBERS = ("number", "integer")
NUMBERS_CODE, BOUNDS_CODE = "numbers-misplaced", "bounds-unusable"


def number_problems(record_kind: RecordKind, name: str, system: System) -> Iterator[tuple[str, str]]:
    """What is wrong with `numbers` and `bounds` of a mapped column: the check, and what was found and what to do."""
    column = CONTRACTS[record_kind].by_name[name]
    column_map = system.record_kinds[record_kind].columns[name]
    if column_map.numbers and column.type not in NUMBERS:
        yield NUMBERS_CODE, f"numbers is for columns of numbers, and {name} is of type {column.type}; remove it"
    if column_map.bounds is None:
        return
    table = system.codes.get(column_map.bounds)
    if not table:
        known = ", ".join(sorted(system.codes)) or "none"
        yield BOUNDS_CODE, f"bounds: table {column_map.bounds!r} is not in codes, or has no word; known: {known}"
    elif column_map.from_ is None:
        yield BOUNDS_CODE, "bounds goes with from; name the source column that holds the word and the number"
    elif column.type == "code":
        yield from _foreign_bounds(column, table)
    elif column.type not in NUMBERS:
        yield BOUNDS_CODE, f"bounds is for a number and for its bound, and {name} is of type {column.type}; remove it"
    elif not _bound_is_kept(record_kind, name, system):
        # Otherwise "hơn 10" would be the number 10.
        yield (
            BOUNDS_CODE,
            "bounds leaves out the word before the number; map the column of the bound from the same source",
        )


def _foreign_bounds(column: Column, table: dict[str, str]) -> Iterator[tuple[str, str]]:
    for word, value in table.items():
        if value not in column.values:
            yield BOUNDS_CODE, f"bounds: {word!r} gives {value!r}, expected one of {', '.join(column.values)}"


def _bound_is_kept(record_kind: RecordKind, name: str, system: System) -> bool:
    columns = system.record_kinds[record_kind].columns
    origin = (columns[name].from_, columns[name].path, columns[name].bounds)
    return any(
        (other.from_, other.path, other.bounds) == origin
        for column, other in columns.items()
        if column in CONTRACTS[record_kind].by_name and CONTRACTS[record_kind].by_name[column].type == "code"
    )
