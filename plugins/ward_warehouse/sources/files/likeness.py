"""Whether a row looks like the records of its table: for rows that stand where no record is expected."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ward_warehouse.core.contracts import CODE_PATTERN

SAMPLE_ROWS = 200
"""Numbers, dates and codes of a column are alike: some rows show their forms."""
LEAST_CELLS = 3
LEAST_ALIKE = 0.6
LETTERS = re.compile(r"[^\W\d_]+")
DIGITS = re.compile(r"\d+")
CODE = re.compile(CODE_PATTERN)
FOOTER_WORDS = frozenset("tổng tong cộng cong total sum count trang page ngày ngay date".split())
"""Of a total, the number of a page and the day of a signature; a key has none of them."""


class Likeness:
    """Learns the forms of a table's records from the first of them.

    Args:
        width: number of columns.
        keys: indexes of the columns that identify a record.
    """

    def __init__(self, width: int, keys: Sequence[int]) -> None:
        self.width = width
        self._keys = keys
        self._key_forms: set[tuple[str, ...]] = set()
        self._forms: list[set[str]] = [set() for _ in range(width)]
        self._seen = 0

    def learn(self, cells: Sequence[str]) -> None:
        """Takes a record into the sample while it is small."""
        if self._seen >= SAMPLE_ROWS or len(cells) < self.width:
            return
        self._seen += 1
        self._key_forms.add(self._key_form(cells))
        for forms, cell in zip(self._forms, cells, strict=False):
            forms.add(_form(cell))

    def has_key(self, cells: Sequence[str]) -> bool:
        """Whether the cells of the key are filled, and have the form that they have in a record."""
        form = self._key_form(cells)
        return all(form) and form in self._key_forms

    def is_new_key(self, cells: Sequence[str]) -> bool:
        """Whether the key, of a form that no record has, is a code with a number in it and no words of a footer."""
        keys = [cells[at].strip() if at < len(cells) else "" for at in self._keys]
        return all(CODE.fullmatch(key) for key in keys) and any(counts_something(key) for key in keys)

    def is_record(self, cells: Sequence[str]) -> bool:
        """Whether the row has the key of a record, or most of its filled cells have the form of their columns."""
        if self.has_key(cells):
            return True
        filled = [(at, cell) for at, cell in enumerate(cells[: self.width]) if cell.strip()]
        if len(filled) < LEAST_CELLS or not all(self._key_form(cells)):
            return False
        alike = sum(_form(cell) in self._forms[at] for at, cell in filled)
        return alike / len(filled) >= LEAST_ALIKE

    def _key_form(self, cells: Sequence[str]) -> tuple[str, ...]:
        return tuple(_form(cells[at]) if at < len(cells) else "" for at in self._keys)


def counts_something(cell: str) -> bool:
    """Whether a cell has a number and no word of a footer, which has numbers as well."""
    return bool(DIGITS.search(cell)) and not FOOTER_WORDS & {word.lower() for word in LETTERS.findall(cell)}


def _form(cell: str) -> str:
    """`HS-24-1` and `BN-7-312` have the form `a-9-9`."""
    return DIGITS.sub("9", LETTERS.sub("a", cell.strip()))
