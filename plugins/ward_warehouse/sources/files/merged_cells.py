"""What the merged cells of a workbook or page cover.

A merged cell keeps its value in its first cell. Whether the value is that of each cell that it covers only the system
file can say (`fill_down`): elsewhere a covered cell is unreadable, since an empty one says that there is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ward_warehouse.registry import FilesRead, RecordKindMap
from ward_warehouse.sources.files.cells import ERROR_TEXT
from ward_warehouse.sources.files.header import Row
from ward_warehouse.sources.files.limits import MAX_CELLS
from ward_warehouse.sources.files.refusals import RefusedError

LEAST_COUNT = 8
"""A merged cell takes as much memory as so many cells."""


@dataclass
class MergedCells:
    """The covered cells of a table, by row from 1: a number whose bit `column` (from 1) is set for a covered one.

    What a merged cell without a value covers has none either, and is not among them.

    Attributes:
        below: cells covered by one of a row above.
        beside: cells covered by one of their own row.
    """

    below: dict[int, int] = field(default_factory=dict)
    beside: dict[int, int] = field(default_factory=dict)
    _starts: dict[int, list[tuple[range, range]]] = field(default_factory=dict)
    _count: int = 0

    def add(self, rows: range, columns: range) -> None:
        """Takes a merged cell whose value is not known yet.

        Raises:
            RefusedError: they are too many, or lie on one another.
        """
        self._count += max(len(rows) * len(columns), LEAST_COUNT)
        if self._count > MAX_CELLS:
            raise RefusedError("workbook_damaged")
        if rows and columns:
            self._starts.setdefault(rows[0], []).append((rows, columns))

    def start(self, number: int, cells: Sequence[str]) -> None:
        """Takes the values of a row, which comes before those that its merged cells cover."""
        for rows, columns in self._starts.pop(number, ()):
            if columns[0] <= len(cells) and cells[columns[0] - 1].strip():
                self.cover(self.beside, rows[0], columns[1:])
                for row in rows[1:]:
                    self.cover(self.below, row, columns)

    @staticmethod
    def cover(covered: dict[int, int], row: int, columns: range) -> None:
        """Adds cells of a row to `below` or `beside`."""
        if columns:
            covered[row] = covered.get(row, 0) | ((1 << len(columns)) - 1) << columns[0]

    def unreadable(self, rows: Sequence[Row], among: int) -> Sequence[Row]:
        """The rows with an error in each empty cell that is covered.

        Args:
            rows: below the header.
            among: the columns to look at, their bits set.
        """
        return [self._unreadable(row, among) for row in rows] if self.below or self.beside else rows

    def _unreadable(self, row: Row, among: int) -> Row:
        number, cells = row
        covered = self.below.get(number, 0)
        # A row of one cell over the width of the table is a caption between records.
        if sum(map(bool, cells)) > 1:
            covered |= self.beside.get(number, 0)
        covered &= among
        if not covered:
            return row
        return number, [
            ERROR_TEXT if covered >> at & 1 and not cell.strip() else cell for at, cell in enumerate(cells, 1)
        ]


def columns_to_judge(names: Sequence[str], spec: FilesRead, mapping: RecordKindMap) -> int:
    """The columns of which a covered cell is unreadable: those that are mapped and not filled down, their bits set."""
    judged = set(mapping.source_columns()) - set(spec.fill_down)
    return sum(1 << at for at, name in enumerate(names, 1) if name in judged)
