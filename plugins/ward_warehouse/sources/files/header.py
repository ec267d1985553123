"""The header of a table: found by the mapping's column names, below any title, over one row or several."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ward_warehouse.core.names import shown_name
from ward_warehouse.registry import FilesRead, RecordKindMap
from ward_warehouse.sources.files.refusals import RefusedError

Row = tuple[int, Sequence[str]]
"""Number of a row in its file or sheet, from 1, and its cells."""

GROUP_SEPARATOR = " / "
MARK = "\ufeff"


@dataclass(frozen=True)
class Header:
    """The columns of a table.

    Attributes:
        names: one for each column, each once.
        unnamed: those that have no name in the file and are called by their letter.
        new: those that the mapping neither maps nor ignores.
        body: index of the first row below the header, among the rows that were searched.
        rows: the cells of each of its rows, as they are compared.
        required: the columns that the mapping needs.
    """

    names: list[str]
    unnamed: frozenset[str]
    new: list[str]
    body: int
    rows: list[list[str]]
    required: list[str]

    def is_repeated_by(self, number: int, cells: Sequence[str]) -> bool:
        """Whether a row below is one of the header's rows again, as on each printed page or above a second export.

        Raises:
            RefusedError: it is a header with the same columns elsewhere; the rows below it would be read wrongly.
        """
        found = _plain_row(cells)
        if found in self.rows:
            return True
        if len(self.rows) == 1 and set(self.required) <= set(found):
            raise RefusedError("second_header", row=number)
        return False


def find_header(rows: Sequence[Row], spec: FilesRead, mapping: RecordKindMap) -> Header:
    """The header among the first rows of a table: the row with the most of the required columns, the upper of two.

    Raises:
        RefusedError: there is no row, a required column is missing, or a column stands twice. Names that were found
            are not repeated in it: a file without a header shows a person's record in that place.
    """
    starts = [i for i, (number, _) in enumerate(rows) if _may_start(number, spec)]
    starts = [i for i in starts if i + spec.header_rows <= len(rows)]
    if not starts:
        raise RefusedError("empty", row=spec.header_row)
    spelling = {_plain(name): name for name in (*mapping.source_columns(), *mapping.ignore)}
    required = mapping.source_columns(optional=False)

    def names_at(start: int) -> list[str]:
        found = _joined([cells for _, cells in rows[start : start + spec.header_rows]])
        return [spelling.get(name, name) for name in found]

    best = max(starts, key=lambda start: (len(set(required).intersection(names_at(start))), -start))
    names, row = names_at(best), rows[best + spec.header_rows - 1][0]
    require_columns(names, required, row)
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise RefusedError(
            "column_twice", row=row, column=", ".join(shown_name(name, spelling.values()) for name in repeated)
        )
    named = [name or f"column {letter(index)}" for index, name in enumerate(names)]
    unnamed = frozenset(named[index] for index, name in enumerate(names) if not name)
    known = {*spelling.values(), *unnamed}
    body = best + spec.header_rows
    shown = [_plain_row(cells) for _, cells in rows[best:body]]
    return Header(named, unnamed, [name for name in named if name not in known], body, shown, required)


def require_columns(found: Iterable[str], required: Sequence[str], row: int | None) -> None:
    """Refuses a table that lacks a required column: reading on would turn it into silent nulls."""
    present = set(found)
    missing = [name for name in required if name not in present]
    if missing:
        known = len(required) - len(missing)
        raise RefusedError("column_missing", row=row, column=", ".join(missing), known=known, needed=len(required))


def letter(index: int) -> str:
    """The letters of a column in a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _may_start(number: int, spec: FilesRead) -> bool:
    return number == spec.header_row if spec.header_row is not None else number > spec.rows_at_top


def _joined(rows: list[Sequence[str]]) -> list[str]:
    """The names over all header rows: `Group / Column` below a merged cell, the upper name of a column that has one."""
    width = max(len(cells) for cells in rows)
    grid = [[_plain(cells[i]) if i < len(cells) else "" for i in range(width)] for cells in rows]
    names = grid[-1]
    for upper in reversed(grid[:-1]):
        names = _below(upper, names)
    return names


def _below(upper: list[str], lower: list[str]) -> list[str]:
    names, group = [], ""
    for above, own in zip(upper, lower, strict=True):
        # A merged cell keeps its text in its first column; the columns it spans have one below but none above.
        if above:
            group = above if own else ""
        names.append(GROUP_SEPARATOR.join(part for part in (group, own) if part) if own else above)
    return names


def _plain(cell: str) -> str:
    # A file that was appended to another brings its byte order mark along.
    return " ".join(unicodedata.normalize("NFC", cell.removeprefix(MARK)).split())


def _plain_row(cells: Sequence[str]) -> list[str]:
    plain = [_plain(cell) for cell in cells]
    while plain and not plain[-1]:
        plain.pop()
    return plain
