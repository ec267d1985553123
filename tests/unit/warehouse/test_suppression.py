"""What is hidden beside small numbers: by hand on small tables, and attacked on generated ones."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.recovery import Figure, recovered
from ward_warehouse.warehouse import suppression
from ward_warehouse.warehouse.suppression import HIDDEN, UNPROTECTED, Cell, hide_beside

LENGTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
Atoms = dict[tuple[str, int, str], int]
"""Answers by ward, month and member."""


def periods(grains: list[str], months: int) -> list[tuple[str, int, int]]:
    """Grain, first and last month of every period that begins in the first `months` of a year."""
    found = [
        (grain, first, first + length - 1)
        for grain, length in LENGTHS.items()
        if grain in grains
        for first in range(1, months + 1, length)
    ]
    return found + [("year_to_date", 1, last) for last in range(1, months + 1) if "year_to_date" in grains]


def table(
    atoms: Atoms, grains: list[str], by_member: list[str] | None = None, frozen: set[tuple[str, int, int]] | None = None
) -> list[Cell]:
    """Every figure that is published of the atoms, below five small; by member in the grains `by_member`."""
    months = max(month for _, month, _ in atoms)
    wards = ["", *sorted({ward for ward, _, _ in atoms})]
    members = sorted({member for _, _, member in atoms})
    cells = []
    for ward, (grain, first, last) in product(wards, periods(grains, months)):
        for member in ["all", *(members if grain in (by_member or []) else [])]:
            size = sum(
                answers
                for (of, month, mode), answers in atoms.items()
                if ward in ("", of) and first <= month <= last and member in ("all", mode)
            )
            if size:
                start, end = date(2018, first, 1), date(2018, last, monthrange(2018, last)[1])
                dimension = "" if member == "all" else "mode"
                is_frozen = (ward, first, last) in (frozen or set()) and member == "all"
                cells.append(Cell(ward, grain, start, end, dimension, member, size, 5, is_frozen))
    return cells


def as_published(cells: list[Cell], hidden: list[Cell]) -> list[Figure]:
    """What a reader sees of them."""
    beside = set(hidden)

    def note(cell: Cell) -> str | None:
        return "suppressed_small_number" if cell.is_small else HIDDEN if cell in beside else None

    return [
        Figure(
            "f", "d", cell.ward or None, cell.grain, cell.start, cell.end, cell.dimension, cell.member,
            None if note(cell) else cell.size, note(cell), "reform_indicators",
        )
        for cell in cells
    ]  # fmt: skip


def names(cells: list[Cell]) -> set[tuple[str, str, int, str]]:
    return {(cell.ward, cell.grain, cell.end.month, cell.member) for cell in cells}


def test_a_month_is_not_the_year_to_date_less_the_month_before() -> None:
    atoms = {(ward, month, "tablet"): 20 for ward in "ab" for month in range(1, 7)} | {("a", 4, "tablet"): 3}
    cells = table(atoms, ["month", "year_to_date"])
    assert names(recovered_cells(cells, [])) == {("a", "month", 4, "all")}
    hidden, unprotected = hide_beside(cells)
    assert not unprotected
    assert recovered(as_published(cells, hidden)) == []
    assert not {cell for cell in hidden if not cell.ward}, "the district's figures stay"


def recovered_cells(cells: list[Cell], hidden: list[Cell]) -> list[Cell]:
    back = {(f.ward or "", f.grain, f.start, f.end, f.member) for f in recovered(as_published(cells, hidden))}
    return [cell for cell in cells if (cell.ward, cell.grain, cell.start, cell.end, cell.member) in back]


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert hide_beside(table({("a", 1, "tablet"): 5, ("b", 1, "tablet"): 9}, ["month", "year"])) == ([], [])


def test_two_months_of_two_wards_hide_one_and_a_quarter_stays() -> None:
    atoms = {(ward, month, "tablet"): 10 + month for ward in "ab" for month in (1, 2, 3)} | {("a", 1, "tablet"): 2}
    hidden, _ = hide_beside(table(atoms, ["month", "quarter"]))
    assert names(hidden) == {("a", "month", 2, "all"), ("b", "month", 1, "all"), ("b", "month", 2, "all")}


def test_a_figure_that_was_published_before_hides_no_other() -> None:
    atoms = {(ward, month, "tablet"): 10 + month for ward in "abc" for month in (1, 2, 3)} | {("a", 1, "tablet"): 2}
    cells = table(atoms, ["month", "quarter"], frozen={("b", 1, 1), ("a", 2, 2)})
    hidden, unprotected = hide_beside(cells)
    assert names(hidden) == {("a", "month", 3, "all"), ("c", "month", 1, "all"), ("c", "month", 3, "all")}
    assert not unprotected
    assert recovered(as_published(cells, hidden)) == []


def test_what_earlier_figures_give_back_is_named() -> None:
    atoms = {("a", 1, "tablet"): 2, ("b", 1, "tablet"): 20}
    hidden, unprotected = hide_beside(table(atoms, ["month"], frozen={("b", 1, 1), ("", 1, 1)}))
    assert hidden == []
    assert names(unprotected) == {("a", "month", 1, "all")}


def test_a_small_figure_of_a_span_without_months_is_named() -> None:
    """Returns of a quarter beside returns of a month: nothing in the quarter can change unseen."""
    january, spring = (date(2018, 1, 1), date(2018, 1, 31)), (date(2018, 4, 1), date(2018, 6, 30))
    cells = [
        Cell(ward, grain, *span, "", "all", size, 5, False)
        for ward, small in (("", 3), ("a", 3))
        for grain, span, size in (("month", january, 9), ("quarter", spring, small))
    ]
    _, unprotected = hide_beside(cells)
    assert {(cell.ward, cell.grain) for cell in unprotected} == {("", "quarter"), ("a", "quarter")}


def test_a_zero_hides_nothing() -> None:
    atoms = {("a", 1, "tablet"): 2, ("a", 2, "tablet"): 30, ("b", 2, "tablet"): 30, ("c", 1, "tablet"): 40,
             ("c", 2, "tablet"): 50}  # fmt: skip
    cells = table(atoms, ["month", "year"])
    hidden, _ = hide_beside(cells)
    assert names(hidden) == {("a", "month", 2, "all"), ("c", "month", 1, "all"), ("c", "month", 2, "all")}


def test_a_member_is_not_its_total_less_the_others() -> None:
    atoms = {(ward, month, mode): 20 for ward, month, mode in product("ab", (1, 2, 3), ("paper", "tablet", "web"))}
    cells = table(atoms | {("a", 2, "web"): 1}, ["month", "quarter", "year_to_date"], ["month", "quarter"])
    hidden, unprotected = hide_beside(cells)
    assert not unprotected
    assert recovered(as_published(cells, [])) != []
    assert recovered(as_published(cells, hidden)) == []
    assert {cell.member for cell in hidden} == {"web", "paper"}, "the totals stay"


def test_months_without_a_record_leave_no_small_sum() -> None:
    """Half a year of 7, of which January is 5: what is left of two hidden months is 2."""
    atoms = {("a", 1, "paper"): 1, ("a", 1, "tablet"): 4, ("a", 2, "paper"): 1, ("a", 4, "paper"): 1}
    cells = table(atoms, ["month", "quarter", "half_year"], ["month"])
    hidden, unprotected = hide_beside(cells)
    assert not unprotected
    assert [rest for rest in remainders(cells, hidden) if 0 < rest < 5] == []


ATOMS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 12), st.sampled_from(["paper", "tablet", "web"])),
    st.one_of(st.integers(1, 6), st.integers(5, 60)),
    min_size=1,
    max_size=60,
)
GRAINS = st.lists(st.sampled_from([*LENGTHS, "year_to_date"]), min_size=1, unique=True)


@settings(max_examples=40)
@given(ATOMS, GRAINS, GRAINS)
# A quarter without a record is known to be zero; so are months in which the year to date did not grow.
@example({("a", 1, "paper"): 1, ("a", 7, "paper"): 5}, ["quarter", "half_year", "year"], [])
@example(
    {("a", 1, "paper"): 3, ("a", 2, "paper"): 2, ("a", 4, "paper"): 1, ("a", 8, "paper"): 1},
    ["quarter", "year_to_date"],
    [],
)
def test_no_hidden_figure_comes_back(atoms: Atoms, grains: list[str], by_member: list[str]) -> None:
    cells = table(atoms, grains, [grain for grain in by_member if grain in grains])
    hidden, unprotected = hide_beside(cells)
    assert not unprotected
    assert recovered(as_published(cells, hidden)) == []
    assert [rest for rest in remainders(cells, hidden) if 0 < rest < 5] == []


def remainders(cells: list[Cell], hidden: list[Cell]) -> Iterator[int]:
    """What every published total leaves of what it adds up: wards, members, or the parts of its period of a grain."""
    sizes = {cell[:6]: cell.size for cell in cells}
    shown = {cell[:6] for cell in cells if not cell.is_small} - {cell[:6] for cell in hidden}
    for ward, grain, start, end, *of in shown:
        lines = [
            [key for key in sizes if not ward and key[0] and key[1:] == (grain, start, end, *of)],
            [key for key in sizes if not of[0] and key[4] and key[:4] == (ward, grain, start, end)],
        ]
        for part in LENGTHS:
            parts = [key for key in sizes if key[:2] == (ward, part) and list(key[4:]) == of]
            lines.append([key for key in parts if start <= key[2] and key[3] <= end])
        for line in lines:
            total = sizes[(ward, grain, start, end, *of)]
            if sum(sizes[key] for key in line) == total:
                yield total - sum(sizes[key] for key in line if key in shown)


@settings(max_examples=40)
@given(ATOMS, GRAINS, st.randoms(use_true_random=False))
def test_figures_published_before_give_back_only_what_is_named(atoms: Atoms, grains: list[str], random: Any) -> None:
    places = sorted(
        {(cell.ward, cell.start.month, cell.end.month) for cell in table(atoms, grains) if not cell.is_small}
    )
    cells = table(atoms, grains, frozen={place for place in places if random.random() < 0.4})
    hidden, unprotected = hide_beside(cells)
    assert not {cell for cell in hidden if cell.is_frozen}
    assert set(recovered_cells(cells, hidden)) <= set(unprotected)


class Rows:
    """A relation as an engine hands it to a model."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.conditions: list[str] = []

    def to_arrow_table(self) -> pa.Table:
        return pa.Table.from_pylist(self.rows)

    def filter(self, condition: str) -> Rows:
        self.conditions.append(condition)
        return Rows([row for row in self.rows if f"'{row['component']}'" in condition])


def rows_of(component: str, atoms: Atoms) -> list[dict[str, Any]]:
    return [
        cell._asdict() | {
            "component": component, "family": "f", "district_code": "d", "ward_key": cell.ward or None,
            "denominator": cell.size, "period_grain": cell.grain, "period_start": cell.start, "period_end": cell.end,
        }
        for cell in table(atoms, ["month", "quarter"])
    ]  # fmt: skip


FEW: Atoms = {(ward, month, "m"): 10 + month for ward in "ab" for month in (1, 2, 3)} | {("a", 1, "m"): 2}


def test_a_night_decides_what_changed_and_gives_what_a_whole_build_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = Rows(rows_of("one", FEW) + rows_of("two", FEW | {("b", 3, "m"): 90}))
    before = suppression.decide(cells, Rows([{"component": c, "digest": c} for c in ("one", "two")]), None)
    changed = Rows(rows_of("one", FEW) + rows_of("two", FEW | {("b", 3, "m"): 12}))
    now = Rows([{"component": "one", "digest": "one"}, {"component": "two", "digest": "other"}])
    night = suppression.decide(changed, now, Rows(before.to_pylist()))
    assert changed.conditions == ["component in ('two')"]
    assert sorted(night.to_pylist(), key=str) == sorted(suppression.decide(changed, now, None).to_pylist(), key=str)
    # Another way to decide leaves no decision of the old one standing.
    monkeypatch.setattr(suppression, "version", lambda: "another")
    suppression.decide(changed, now, Rows(night.to_pylist()))
    assert changed.conditions[-1] == "component in ('one', 'two')"


def test_a_component_that_is_gone_leaves_no_decision() -> None:
    before = suppression.decide(Rows(rows_of("one", FEW)), Rows([{"component": "one", "digest": "1"}]), None)
    assert before.num_rows == 3
    assert suppression.decide(Rows([]), Rows([]), Rows(before.to_pylist())).num_rows == 0


def test_the_plan_names_what_it_cannot_protect() -> None:
    rows = rows_of("one", {("a", 1, "m"): 2, ("b", 1, "m"): 20})
    plan = suppression.decide(
        Rows([row | {"is_frozen": row["denominator"] >= 5} for row in rows]),
        Rows([{"component": "one", "digest": "1"}]),
        None,
    )
    assert {(row["ward_key"], row["period_grain"], row["note"]) for row in plan.to_pylist()} == {
        ("a", "month", UNPROTECTED),
        ("a", "quarter", UNPROTECTED),
    }
