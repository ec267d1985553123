"""Rows of cells below a header as Arrow tables, without footers and repeated headers; records below them are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.registry import FilesRead, RecordKindMap
from ward_warehouse.sources.base import BATCH_ROWS, FAULT, POSITION
from ward_warehouse.sources.files.cells import clean_cells
from ward_warehouse.sources.files.header import Header, Row, find_header
from ward_warehouse.sources.files.likeness import Likeness, counts_something
from ward_warehouse.sources.files.limits import HEADER_SEARCH_ROWS
from ward_warehouse.sources.files.merged_cells import MergedCells, columns_to_judge
from ward_warehouse.sources.files.refusals import REASONS, RefusedError

FOOTER_WIDTH = 3
"""A narrower table may well have records with one filled cell."""
MOST_NAMED = 10
"""Rows that a warning names; of more only their count is said."""


@dataclass(frozen=True)
class Parsed:
    """A file that was read to its end.

    Attributes:
        tables: its records.
        new_columns: its columns that the mapping does not know.
        warnings: one line for each thing about it that looks wrong and was not refused.
    """

    tables: list[pa.Table]
    new_columns: list[str]
    warnings: list[str] = field(default_factory=list)


def read_rows(
    where: str, rows: Iterator[Row], spec: FilesRead, mapping: RecordKindMap, merged: MergedCells | None = None
) -> tuple[Parsed, Likeness]:
    """The records in the rows of a file or sheet, and what they look like.

    Args:
        where: names the file or sheet in each position.
        rows: with their numbers.
        spec: how the file is read.
        mapping: the columns that are needed.
        merged: what its merged cells cover, of each row as soon as it is given.

    Raises:
        RefusedError: the header is not what the mapping needs, or another one stands below it.
    """
    rows = _without_skipped(rows, spec.skipped)
    head = list(islice(rows, max(HEADER_SEARCH_ROWS, (spec.header_row or spec.rows_at_top) + spec.header_rows)))
    header = find_header(head, spec, mapping)
    like = Likeness(len(header.names), [header.names.index(name) for name in mapping.key])
    passed: list[int] = []
    body = _records(chain(head[header.body :], rows), header, like, spec.footer, passed)
    merged, judged = merged or MergedCells(), columns_to_judge(header.names, spec, mapping)
    tables: list[pa.Table] = []
    while batch := list(islice(body, BATCH_ROWS)):
        table = _without_headers(_table(where, header.names, merged.unreadable(batch, judged)), header, batch)
        tables.append(clean_cells(table, spec, tables[-1] if tables else None))
    filled = [name for name in header.names if name in header.unnamed and any(_has_text(t[name]) for t in tables)]
    dropped = [name for name in header.unnamed if name not in filled]
    tables = [table.drop_columns(dropped) for table in tables]
    return Parsed(tables, header.new + filled, _said_of_passed(passed)), like


def read_parts(parts: Iterator[tuple[str, Callable[[], Parsed]]], *, named: bool) -> Parsed:
    """The records of all parts of a file that have the mapping's columns: sheets of a workbook, tables of a page.

    Args:
        parts: name of each part, and what reads it.
        named: a part that has none of the columns is not passed over: the system file names it.

    Raises:
        RefusedError: a part cannot be loaded, or has some of the columns and not all, or none has them.
    """
    read: list[Parsed] = []
    left_out: list[RefusedError] = []
    for name, reader in parts:
        try:
            read.append(reader())
        except RefusedError as refusal:
            refusal.sheet = name
            if named or not _has_nothing_of_it(refusal):
                raise
            left_out.append(refusal)
    if not read:
        raise left_out[0] if left_out else RefusedError("empty")
    warnings = [
        f"sheet {refusal.sheet} is not read, it has none of the columns needed; if it holds records, give it the "
        "header of the others, if not, name the sheets to read in the system file (sheets)"
        for refusal in left_out
        if refusal.reason is not REASONS["empty"]
    ]
    return Parsed(
        [table for parsed in read for table in parsed.tables],
        list(dict.fromkeys(name for parsed in read for name in parsed.new_columns)),
        [*warnings, *(line for parsed in read for line in parsed.warnings)],
    )


def _has_nothing_of_it(refusal: RefusedError) -> bool:
    """Whether a part is a cover, a list of codes or nothing at all; a damaged table of records has some columns."""
    none_known = refusal.reason is REASONS["column_missing"] and refusal.values["known"] == 0
    return none_known or refusal.reason is REASONS["empty"]


def _first_filled(row: Row) -> str:
    return next((cell.strip() for cell in row[1] if cell.strip()), "")


def _without_skipped(rows: Iterator[Row], pattern: str | None) -> Iterator[Row]:
    if pattern is None:
        return rows
    matches = re.compile(pattern).search
    return (row for row in rows if not matches(_first_filled(row)))


def _said_of_passed(rows: list[int]) -> list[str]:
    if not rows:
        return []
    named = ", ".join(map(str, rows[:MOST_NAMED])) + ", ..." * (len(rows) > MOST_NAMED)
    return [
        f"has {len(rows)} last rows with one filled cell and a number in it, which are passed over as a footer (row "
        f"{named}); if they are records, they lack everything but that"
    ]


def _records(
    rows: Iterator[Row], header: Header, like: Likeness, footer: str | None, passed: list[int]
) -> Iterator[Row]:
    """The rows without the footer: from the first that matches the pattern, and last rows of one filled cell.

    Below a footer a table goes on where its header is repeated, and rows that look like records are given on their own.
    Of the last rows those with a key are records; `passed` takes the numbers of those that may be and have none.
    """
    is_footer: Callable[[Row], object] = (lambda _: None) if footer is None else _matcher(re.compile(footer))
    held: list[Row] = []
    below = False
    for row in rows:
        number, cells = row
        if is_footer(row):
            below = True
        elif below:
            below = not header.is_repeated_by(number, cells)
            if below and like.is_record(cells):
                yield row
        elif (len(cells) > 1 and cells[1]) or any(cells[1:]):
            yield from held
            held.clear()
            like.learn(cells)
            yield row
        elif cells[0]:
            held.append(row)
    for row in held:
        if len(header.names) < FOOTER_WIDTH or like.has_key(row[1]) or like.is_new_key(row[1]):
            yield row
        elif counts_something(row[1][0]):
            passed.append(row[0])


def _matcher(pattern: re.Pattern[str]) -> Callable[[Row], object]:
    return lambda row: pattern.search(_first_filled(row))


def _without_headers(table: pa.Table, header: Header, rows: list[Row]) -> pa.Table:
    """The table without rows that are its header again; few rows have the name of a column in their first cells."""
    names = pa.array(sorted({name for row in header.rows for name in row if name}), pa.string())
    first = [pc.is_in(pc.utf8_trim_whitespace(table[name]), value_set=names) for name in header.names[:2]]
    suspects = pc.indices_nonzero(first[0] if len(first) == 1 else pc.or_(*first)).to_pylist()
    repeated = {at for at in suspects if header.is_repeated_by(*rows[at])}
    if not repeated:
        return table
    return table.take(pa.array([at for at in range(table.num_rows) if at not in repeated], pa.int64()))


def _table(where: str, names: list[str], rows: Sequence[Row]) -> pa.Table:
    width = len(names)
    faults = [
        None if len(cells) == width else f"found {len(cells)} fields, expected {width} as in the header"
        for _, cells in rows
    ]
    padded = [cells if len(cells) == width else ([*cells] + [""] * width)[:width] for _, cells in rows]
    columns = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
    table = pa.table(columns, names=names)
    table = table.append_column(POSITION, pa.array([f"{where} row {number}" for number, _ in rows], pa.string()))
    return table.append_column(FAULT, pa.array(faults, pa.string()))


def _has_text(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py())
