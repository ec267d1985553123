"""Rows of cells below a header as Arrow tables; footers are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.registry import DatasetMap, FilesRead
from ward_warehouse.sources.base import BATCH_ROWS, FAULT, POSITION
from ward_warehouse.sources.files.header import Header, Row, find_header
from ward_warehouse.sources.files.limits import HEADER_SEARCH_ROWS

FOOTER_WIDTH = 3
"""A narrower table may well have records with one filled cell."""


@dataclass(frozen=True)
class Parsed:
    """A file that was read to its end: its tables, and its columns that the mapping does not know."""

    tables: list[pa.Table]
    new_columns: list[str]


def read_rows(where: str, rows: Iterator[Row], spec: FilesRead, mapping: DatasetMap) -> tuple[Parsed, Header]:
    """The records in the rows of a file or sheet; `where` names it in each record's position.

    Raises:
        RefusedError: the header is not what the mapping needs.
    """
    head = list(islice(rows, max(HEADER_SEARCH_ROWS, (spec.header_row or spec.skip_rows) + spec.header_rows)))
    header = find_header(head, spec, mapping)
    body = _without_footer(chain(head[header.body :], rows), header, spec.footer)
    tables = []
    while batch := list(islice(body, BATCH_ROWS)):
        tables.append(_table(where, header.names, batch))
    filled = [name for name in header.names if name in header.unnamed and any(_has_text(t[name]) for t in tables)]
    dropped = [name for name in header.unnamed if name not in filled]
    tables = [table.drop_columns(dropped) for table in tables]
    return Parsed(tables, header.new + filled), header


def _without_footer(rows: Iterator[Row], header: Header, pattern: str | None) -> Iterator[Row]:
    """The rows up to the footer: up to the first that matches the pattern, without last rows of one filled cell."""
    matches = re.compile(pattern).search if pattern else None
    held: list[Row] = []
    for row in rows:
        cells = row[1]
        if matches and matches(next((cell.strip() for cell in cells if cell.strip()), "")):
            break
        if (len(cells) > 1 and cells[1]) or any(cells[1:]):
            yield from held
            held.clear()
            yield row
        elif cells[0]:
            held.append(row)
    if len(header.names) < FOOTER_WIDTH:
        yield from held


def _table(where: str, names: list[str], rows: list[Row]) -> pa.Table:
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
