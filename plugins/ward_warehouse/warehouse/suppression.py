"""Which figures are hidden beside those of small numbers, so that no sum of published ones gives a hidden one back.

Published figures add up in three directions at once: wards to their district, months to quarters, half-years, the year
and the year to date, members of a breakdown to their total. A hidden figure is safe if it has a *witness*: a change of
the records that every published figure leaves as it is and the hidden one does not. The changes used here move one
answer between two units, two months and, in a breakdown, two members, and move one back; the figures that such a change
touches are the products of what it touches in each direction. All of them are hidden, hence each has that same
witness, and no linear combination of published figures gives any of them: a combination of what does not change does
not change either.

Of all such changes the cheapest is taken, for one small figure after the other, coarse periods first; what is hidden
already costs nothing. Then the figures that are hidden in one line are looked at together: where their sum is a small
number, another one is hidden with them. A zero is known to be zero and what was reported of a closed period was
published: neither may change. The kept tools for this (tau-ARGUS, sdcTable) look for the least loss with a solver of
integer programs in a runtime of their own; a witness needs no solver, and takes milliseconds.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ward_warehouse.core.quoting import literal

NEVER = 10**9
"""The cost of a figure that may not be hidden."""
WORTH = {"year": 12, "half_year": 8, "quarter": 6, "month": 4, "year_to_date": 2}
"""What it costs to hide a figure of a ward, by grain; a sum of months is worth least, because months say it too."""
DISTRICT, TOTAL = 4, 2
"""How many times as much it costs to hide the district's figure, and the figure of all members."""
LARGEST_KNOWN = 1023
MONTHS = {"month": 1, "quarter": 3, "half_year": 6}
"""How long the periods are of which a year has several."""

HIDDEN, UNPROTECTED = "suppressed_secondary", "not_protected"

COLUMNS = pa.schema([
    ("component", pa.string()), ("digest", pa.string()), ("family", pa.string()), ("district_code", pa.string()),
    ("ward_key", pa.string()), ("period_grain", pa.string()), ("period_start", pa.date32()),
    ("period_end", pa.date32()), ("dimension", pa.string()), ("member", pa.string()), ("note", pa.string()),
])  # fmt: skip
"""A line for each figure that is hidden beside others, or whose note says that it cannot be protected; a component of
which nothing more is hidden has one line without a period."""


class Cell(NamedTuple):
    """A figure that is published unless it is hidden: of a ward, or of the district with an empty ward.

    `size` is its denominator, which is small below `threshold`; the total of all members has an empty dimension, and
    `member` "all".
    """

    ward: str
    grain: str
    start: date
    end: date
    dimension: str
    member: str
    size: int
    threshold: int
    is_frozen: bool

    @property
    def is_small(self) -> bool:
        """Whether it is hidden for its own number."""
        return 0 < self.size < self.threshold


Place = tuple[int, int, int]
"""A unit, a member and a span of months, by their numbers."""
Relation = Any
"""Rows as an engine hands them to a model in Python."""


class Beside(NamedTuple):
    """Units, members or spans that are hidden already, so that one more has to be."""

    units: Sequence[int] = ()
    members: Sequence[int] = ()
    spans: Sequence[int] = ()


class Lattice:
    """The figures that add up to one another: those of an indicator, a district and a year."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        """Lays the cells out by unit, member and span of months; equal spans of two grains are one figure."""
        self.units = ["", *sorted({cell.ward for cell in cells if cell.ward})]
        self.members = [("", "all"), *sorted({(c.dimension, c.member) for c in cells if c.dimension})]
        listed = {(cell.dimension, cell.grain) for cell in cells}
        # A period that nobody has a record of is listed nowhere, and known to be zero.
        self._of_grain = {
            (dimension, grain): [(first, first + MONTHS[grain] - 1) for first in range(1, 13, MONTHS[grain])]
            for dimension, grain in listed
            if grain in MONTHS
        }
        self.spans = sorted({(cell.start.month, cell.end.month) for cell in cells}.union(*self._of_grain.values()))
        self.cells: dict[Place, list[Cell]] = defaultdict(list)
        for cell in cells:
            self.cells[self._place(cell)].append(cell)
        self.size = np.zeros((len(self.units), len(self.members), len(self.spans)), np.int64)
        for place, figures in self.cells.items():
            self.size[place] = max(cell.size for cell in figures)
        self.threshold = max(cell.threshold for cell in cells)
        self.cost = self._costs()
        self.hidden = np.zeros(self.cost.shape, bool)
        # A figure that is hidden for its own number stays so, whatever was published before.
        for place, figures in self.cells.items():
            if any(cell.is_small for cell in figures):
                self.hidden[place], self.cost[place] = True, 0
        self._lay_out_changes()

    def _place(self, cell: Cell) -> Place:
        return (
            self.units.index(cell.ward),
            self.members.index((cell.dimension, cell.member)),
            self.spans.index((cell.start.month, cell.end.month)),
        )

    def _costs(self) -> NDArray[np.int64]:
        """What it costs to hide each place: nothing where nothing is published, never where zero or frozen."""
        cost = np.zeros((len(self.units), len(self.members), len(self.spans)), np.int64)
        self.zero = np.zeros(cost.shape, bool)
        published: dict[str, set[int]] = defaultdict(set)
        for (dimension, _), spans in self._of_grain.items():
            published[dimension] |= {self.spans.index(span) for span in spans}
        for (unit, member, span), figures in self.cells.items():
            published[self.members[member][0]].add(span)
            factor = (1 if unit else DISTRICT) * (1 if member else TOTAL)
            cost[unit, member, span] = sum(
                WORTH[cell.grain] * factor * 64 + min(cell.size, LARGEST_KNOWN) // 16 for cell in figures if cell.size
            )
        for index, (dimension, _) in enumerate(self.members):
            known = sorted(published[dimension])
            self.zero[:, index, known] = cost[:, index, known] == 0
        for place, figures in self.cells.items():
            if any(cell.is_frozen for cell in figures):
                cost[place] = NEVER
        cost[self.zero] = NEVER
        return cost

    def _lay_out_changes(self) -> None:
        """Which spans a move from one month to another, or to no month at all, changes; and what that costs."""
        listed = {cell.start.month for figures in self.cells.values() for cell in figures if cell.grain == "month"}
        months = sorted(listed) or sorted({m for first, last in self.spans for m in range(first, last + 1)})
        self.within = np.array(
            [[first <= month <= last for first, last in self.spans] for month in months] + [[False] * len(self.spans)]
        )
        self.changed = self.within[:-1, None, :] ^ self.within[None, :, :]
        self._flat = self.changed.reshape(-1, len(self.spans)).astype(np.int64)
        # What a published zero adds up is zero each: of a unit or its district, of a member or all of them.
        zero = (self.zero.astype(np.int64) @ self.within.T.astype(np.int64)) > 0
        # Nor is there anything between two ends of what began together and grew by nothing.
        for long, short, (first, last) in self._longer():
            grew = (self.size[:, :, short] == 0) | (self.size[:, :, long] != self.size[:, :, short])
            between = [index for index, month in enumerate(months) if first <= month <= last]
            zero[:, :, between] |= ~grew[:, :, None]
        zero |= zero[:, :1] | zero[:1]
        self._impossible = NEVER * (zero[:, :, :-1, None] | zero[:, :, None, :]).astype(np.int64)
        self.total_cost = np.zeros((*self.cost.shape[:2], *self.changed.shape[:2]), np.int64)
        self._add_up(list(range(len(self.units))))

    def _longer(self) -> Iterator[tuple[int, int, tuple[int, int]]]:
        """Two spans that begin together, the longer first, and the months from the end of one to that of the other."""
        for (long, (start, end)), (short, (first, last)) in permutations(enumerate(self.spans), 2):
            if start == first and last < end:
                yield long, short, (last + 1, end)

    def _add_up(self, units: list[int]) -> None:
        shape = (len(units), *self.total_cost.shape[1:])
        cost = (self.cost[units].reshape(-1, len(self.spans)) @ self._flat.T).reshape(shape)
        self.total_cost[units] = cost + self._impossible[units]

    def protect(self) -> list[Place]:
        """Hides what has to be hidden beside the small figures; gives those of them that it cannot protect."""
        small = [(int(u), int(m), int(s)) for u, m, s in np.argwhere(self.hidden)]
        small.sort(key=lambda at: (self.spans[at[2]][0] - self.spans[at[2]][1], at))
        unprotected = [place for place in small if not self._protect(place)]
        hidden = -1
        while hidden != (hidden := int(self.hidden.sum())):
            for place, beside in self._leftovers():
                self._protect(place, beside)
        return unprotected

    def _leftovers(self) -> list[tuple[Place, Beside]]:
        """One hidden figure of each line whose hidden figures together are a small number, and the others with it.

        A line is a total that is published and its parts: less its published parts it is the sum of its hidden ones.
        """
        hidden, shown = self.hidden, (self.size > 0) & ~self.hidden
        of_hidden = np.where(hidden, self.size, 0)
        found: list[tuple[Place, Beside]] = []
        for member, span in np.argwhere(self._is_small(of_hidden[1:].sum(axis=0)) & shown[0]).tolist():
            units = (np.flatnonzero(hidden[1:, member, span]) + 1).tolist()
            found.append(((units[0], member, span), Beside(units=units)))
        for dimension in {name for name, _ in self.members if name}:
            of = [index for index, (name, _) in enumerate(self.members) if name == dimension]
            for unit, span in np.argwhere(self._is_small(of_hidden[:, of].sum(axis=1)) & shown[:, 0]).tolist():
                members = [index for index in of if hidden[unit, index, span]]
                found.append(((unit, members[0], span), Beside(members=members)))
        for totals, parts in self._lines_of_time():
            published = shown[:, :, totals].all(axis=2)
            # A month without a record has no figure: what adds up says whether the others make up the whole.
            whole = self.size[:, :, totals[0]] - self.size[:, :, totals[1:]].sum(axis=2)
            published &= whole == self.size[:, :, parts].sum(axis=2)
            for unit, member in np.argwhere(self._is_small(of_hidden[:, :, parts].sum(axis=2)) & published).tolist():
                spans = [span for span in parts if hidden[unit, member, span]]
                found.append(((unit, member, spans[0]), Beside(spans=spans)))
        return found

    def _is_small(self, sums: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (sums > 0) & (sums < self.threshold)

    def _lines_of_time(self) -> Iterator[tuple[list[int], list[int]]]:
        """Spans that say a time (one, or the longer less the shorter of two), and those within that may make it up."""
        times = {(first, last): [index] for index, (first, last) in enumerate(self.spans)}
        for long, short, rest in self._longer():
            times.setdefault(rest, [long, short])
        for length in (1, 3, 6):
            parts = [index for index, (first, last) in enumerate(self.spans) if last - first + 1 == length]
            for (first, last), totals in times.items():
                inside = [index for index in parts if first <= self.spans[index][0] and self.spans[index][1] <= last]
                if inside and length < last - first + 1:
                    yield totals, inside

    def _protect(self, place: Place, beside: Beside | None = None) -> bool:
        """Hides the cheapest change of a figure, and with something that is published where it is small with others."""
        unit, member, span = place
        inside = np.flatnonzero(self.within[:-1, span])
        taken = self.within[:, [span, *(beside.spans if beside else [])]].any(axis=1)
        outside = np.flatnonzero(~taken)
        if not inside.size:
            # A span without a month of its own: nothing can change in it unseen.
            return False
        pairs = self.total_cost[:, :, inside][:, :, :, outside].swapaxes(0, 1)
        if len(self.units) > 1:
            # With another unit: both lose or gain what the other gains or loses.
            pairs = pairs + pairs[:, unit : unit + 1]
            pairs[:, [unit, *(beside.units if beside else [])]] = NEVER
        best: tuple[int, Place, list[int]] | None = None
        for fixed, groups in self._moves_of_members(member, beside.members if beside else []):
            cost = pairs[fixed].sum(axis=0)
            for group in groups:
                cost = cost + pairs[group].min(axis=0)
            other, first, second = (int(i) for i in np.unravel_index(int(cost.argmin()), cost.shape))
            if best is None or int(cost[other, first, second]) < best[0]:
                chosen = [group[int(pairs[group, other, first, second].argmin())] for group in groups]
                best = int(cost[other, first, second]), (other, first, second), fixed + chosen
        if best is None or best[0] >= NEVER:
            return False
        if best[0] > 0:
            _, (other, first, second), members = best
            self._hide(sorted({unit, other}), members, self.changed[inside[first], outside[second]])
        return True

    def _moves_of_members(self, member: int, taken: Sequence[int]) -> Iterator[tuple[list[int], list[list[int]]]]:
        """The members that a move changes: some fixed, and one of each group."""
        by_dimension: dict[str, list[int]] = defaultdict(list)
        for index, (dimension, _) in enumerate(self.members):
            if dimension and index != member and index not in taken:
                by_dimension[dimension].append(index)
        own = self.members[member][0]
        if own and by_dimension[own]:
            yield [member], [by_dimension[own]]
        yield [0, *([member] if own else [])], [group for name, group in by_dimension.items() if name != own and group]

    def _hide(self, units: list[int], members: list[int], spans: NDArray[np.bool_]) -> None:
        where = np.ix_(np.array(units), np.array(members), np.flatnonzero(spans))
        self.hidden[where] |= self.cost[where] > 0
        self.cost[where] = 0
        self._add_up(units)


def hide_beside(cells: Sequence[Cell]) -> tuple[list[Cell], list[Cell]]:
    """What is hidden beside the small figures of one indicator, district and year.

    Args:
        cells: the figures that would be published, those of small numbers marked; a figure that is not listed beside
            others of its period is zero.

    Returns:
        The figures that are hidden and not small, and the small ones that nothing protects: what was published before
        gives them back.
    """
    lattice = Lattice(cells)
    unprotected = lattice.protect()
    hidden = [
        cell
        for place, figures in lattice.cells.items()
        if lattice.hidden[place]
        for cell in figures
        if not cell.is_small
    ]
    return hidden, [cell for place in unprotected for cell in lattice.cells[place] if cell.is_small]


def version() -> str:
    """What decisions depend on besides the figures: this module's own text."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def decide(cells: Relation, components: Relation, kept: Relation | None) -> pa.Table:
    """The decisions of all components: an indicator, a district and a year each.

    Args:
        cells: columns `component`, `family`, `district_code`, `ward_key`, `period_grain`, `period_start`, `period_end`,
            `dimension`, `member`, `denominator`, `threshold` and `is_frozen`.
        components: of each `component` a `digest` of its cells.
        kept: what this function gave the build before, if the build computes only what changed: a component whose
            digest is the same keeps its decisions.

    Returns:
        A table of `COLUMNS`.
    """
    made_with = version()
    digests = {row["component"]: f"{made_with}:{row['digest']}" for row in _rows(components)}
    same = _of_the_same_cells(_arrow(kept).select(COLUMNS.names).cast(COLUMNS), digests) if kept is not None else None
    changed = sorted(digests.keys() - set(same["component"].unique().to_pylist() if same else ()))
    lines: list[dict[str, Any]] = []
    if changed:
        names = ", ".join(literal(component) for component in changed)
        by_component: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in _rows(cells.filter(f"component in ({names})")):
            by_component[row["component"]].append(row)
        for component in changed:
            lines += _decisions(component, digests[component], by_component[component])
    fresh = pa.Table.from_pylist(lines, COLUMNS)
    return fresh if same is None else pa.concat_tables([same, fresh])


def _of_the_same_cells(kept: pa.Table, digests: Mapping[str, str]) -> pa.Table:
    """The decisions of the components whose cells are what they were: most of them, which no loop has to see."""
    pairs = kept.group_by(["component", "digest"]).aggregate([])
    same = [one["component"] for one in pairs.to_pylist() if digests.get(one["component"]) == one["digest"]]
    return kept.filter(pc.is_in(kept["component"], pa.array(same, pa.string())))


def _decisions(component: str, digest: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    head = {
        "component": component,
        "digest": digest,
        "family": rows[0]["family"],
        "district_code": rows[0]["district_code"],
    }
    hidden, unprotected = hide_beside([_cell(row) for row in rows])
    found = [(cell, HIDDEN) for cell in hidden] + [(cell, UNPROTECTED) for cell in unprotected]
    # Two tables that publish one figure hide it with one line.
    lines = {
        (cell.ward, cell.grain, cell.start, cell.end, cell.dimension, cell.member): (cell, note) for cell, note in found
    }
    return [head | _line(cell) | {"note": note} for cell, note in lines.values()] or [head]


def _arrow(relation: Relation) -> pa.Table:
    # A data frame of Spark's protocol, which says that it has whatever it is asked for, or DuckDB's relation.
    return relation.toArrow() if hasattr(relation, "toArrow") else relation.to_arrow_table()


def _rows(relation: Relation) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _arrow(relation).to_pylist()
    return rows


def _cell(row: dict[str, Any]) -> Cell:
    return Cell(
        row["ward_key"] or "", row["period_grain"], row["period_start"], row["period_end"], row["dimension"] or "",
        row["member"], row["denominator"], row["threshold"], row["is_frozen"],
    )  # fmt: skip


def _line(cell: Cell) -> dict[str, Any]:
    return {
        "ward_key": cell.ward or None,
        "period_grain": cell.grain,
        "period_start": cell.start,
        "period_end": cell.end,
        "dimension": cell.dimension or None,
        "member": cell.member,
    }
