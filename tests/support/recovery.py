"""An attack on what is published: which hidden figures follow from the published ones by adding and subtracting.

Every figure is a sum over atoms, the smallest things that it could be made of: a ward, a month and a member of each
breakdown. A hidden figure comes back exactly if its sum is a linear combination of published ones, over all tables
together. That is decided exactly, in the integers modulo a prime. Besides sums the attack knows what everybody knows:
nothing is negative, so of a published zero each atom is zero, and a member or a ward without a row has none.

A numerator adds up over the same atoms as its denominator, and a value times its denominator is the numerator: one
system says all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import product
from typing import NamedTuple

import duckdb
import numpy as np

PRIME = 2**31 - 1
SUPPRESSED = ("suppressed_small_number", "suppressed_secondary")
# What gives the valid answers to the overall question: themselves, and all answers less those that are not valid.
OTHER_NAMES = {"dont_know_share": "satisfaction_rate"}

FIGURES = """
    WITH suppressed AS (
        SELECT DISTINCT indicator_code FROM marts.dim_indicator WHERE small_number_threshold IS NOT NULL
    )
    SELECT i.indicator_code, i.district_code, i.ward_key, i.period_grain, i.period_start, i.period_end,
        '' AS dimension, 'all' AS member, i.denominator, i.value_note, 'reform_indicators' AS mart
    FROM marts.reform_indicators AS i SEMI JOIN suppressed USING (indicator_code)
    WHERE coalesce(i.value_note, '') <> 'not_reported' AND i.period_grain <> 'day'
    UNION ALL
    SELECT b.indicator_code, b.district_code, b.ward_key, b.period_grain, b.period_start, b.period_end,
        b.dimension, b.member, coalesce(b.denominator, 0), b.value_note, 'indicator_breakdowns'
    FROM marts.indicator_breakdowns AS b SEMI JOIN suppressed USING (indicator_code)
    UNION ALL
    SELECT CASE question WHEN 'overall' THEN 'satisfaction_rate' ELSE question || '_satisfaction' END, district_code,
        ward_key, period_grain, period_start, period_end,
        CASE mode WHEN 'all' THEN '' ELSE 'mode' END, mode, valid_answers, value_note, 'survey_statistics'
    FROM marts.survey_statistics
    UNION ALL
    SELECT c.indicator_code, c.district_code, c.ward_key, c.period_grain, c.period_start, c.period_end,
        '', 'all', c.denominator, c.value_note, 'closed_indicators'
    FROM marts.closed_indicators AS c SEMI JOIN suppressed USING (indicator_code)
    WHERE coalesce(c.value_note, '') <> 'not_reported' AND coalesce(c.value_note, '') NOT LIKE 'suppressed%'
"""


class Figure(NamedTuple):
    """A figure as it is published, in one table; the district's has no ward, the total of all members no dimension.

    `size` is its denominator, None where it is hidden.
    """

    family: str
    district: str
    ward: str | None
    grain: str
    start: date
    end: date
    dimension: str
    member: str
    size: int | None
    note: str | None
    table: str

    @property
    def is_hidden(self) -> bool:
        return self.note in SUPPRESSED

    @property
    def key(self) -> tuple[str | None, int, int, str, str]:
        """What it is the sum of, in its district and year."""
        return self.ward, self.start.month, self.end.month, self.dimension, self.member


def published_figures(db: duckdb.DuckDBPyConnection) -> list[Figure]:
    """Every figure of an indicator that hides small numbers, in every published table, by month and longer."""
    rows = db.execute(FIGURES).fetchall()
    return [Figure(OTHER_NAMES.get(row[0], row[0]), *row[1:]) for row in rows]


def recovered(figures: Iterable[Figure]) -> list[Figure]:
    """The hidden figures that the published ones give back.

    Args:
        figures: everything that is published, from whichever tables or files, and what is hidden in them.
    """
    systems: dict[tuple[str, str, int], list[Figure]] = defaultdict(list)
    for figure in figures:
        systems[figure.family, figure.district, figure.start.year].append(figure)
    found = []
    for system in systems.values():
        if any(figure.is_hidden for figure in system):
            found += _System(system).recovered()
    return found


class _System:
    """Figures that add up to one another: an indicator, a district and a year."""

    def __init__(self, figures: list[Figure]) -> None:
        self.figures = figures
        self.wards = sorted({f.ward for f in figures if f.ward})
        self.months = sorted({f.start.month for f in figures if f.grain == "month"}) or list(range(1, 13))
        members: dict[str, set[str]] = defaultdict(set)
        for figure in figures:
            if figure.dimension:
                members[figure.dimension].add(figure.member)
        self.dimensions = sorted(members)
        classes = list(product(*(sorted(members[name]) for name in self.dimensions)))
        self.atoms = list(product(self.wards, self.months, classes))
        self.unknown = self._drop_zeros()

    def _forms(self, keys: list[tuple[str | None, int, int, str, str]]) -> np.ndarray:
        """A line for each key: of which atoms it is the sum."""
        wards = np.array([self.wards.index(ward) for ward, _, _ in self.atoms])
        months = np.array([month for _, month, _ in self.atoms])
        forms = np.zeros((len(keys), len(self.atoms)), np.int64)
        for line, (ward, first, last, dimension, member) in enumerate(keys):
            chosen = (months >= first) & (months <= last)
            if ward is not None:
                chosen &= wards == self.wards.index(ward)
            if dimension:
                chosen &= self._of_member(dimension, member)
            forms[line] = chosen
        return forms

    def _of_member(self, dimension: str, member: str) -> np.ndarray:
        place = self.dimensions.index(dimension)
        return np.array([of[place] == member for _, _, of in self.atoms])

    def _drop_zeros(self) -> np.ndarray:
        """Which atoms may be more than zero."""
        zeros = {f.key for f in self.figures if f.size == 0 and not f.is_hidden} | self._without_a_row()
        unknown = np.ones(len(self.atoms), bool)
        if zeros:
            unknown &= ~self._forms(sorted(zeros, key=str)).any(axis=0)
        return unknown

    def _without_a_row(self) -> set[tuple[str | None, int, int, str, str]]:
        """What has no row in a period in which other wards or members have one."""
        there = {(f.table, *f.key) for f in self.figures}
        spans = {(f.table, f.start.month, f.end.month, f.dimension) for f in self.figures if f.table in LISTS_ALL}
        members = {(f.dimension, f.member) for f in self.figures}
        return {
            (ward, first, last, dimension, member)
            for table, first, last, dimension in spans
            for ward in self.wards
            for of, member in members
            if of == dimension and (table, ward, first, last, dimension, member) not in there
        }

    def recovered(self) -> list[Figure]:
        known = sorted({f.key for f in self.figures if not f.is_hidden}, key=str)
        hidden = sorted({f.key for f in self.figures if f.is_hidden}, key=str)
        echelon, pivots = _echelon(self._forms(known)[:, self.unknown])
        rests = self._forms(hidden)[:, self.unknown]
        for line, pivot in zip(echelon, pivots, strict=True):
            rests = (rests - np.outer(rests[:, pivot], line)) % PRIME
        back = {key for key, rest in zip(hidden, rests, strict=True) if not rest.any()}
        return [f for f in self.figures if f.is_hidden and f.key in back]


LISTS_ALL = ("reform_indicators", "indicator_breakdowns", "survey_statistics")
"""The tables in which a figure without a row is zero; a closing holds what was closed, and no more."""


def _echelon(forms: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """The lines that span the same space, each with a column in which it is one and the later ones are zero."""
    rest = np.unique(forms, axis=0) % PRIME
    rest = rest[np.argsort(rest.sum(axis=1), kind="stable")]
    lines, pivots = [], []
    while len(rest):
        line, rest = rest[0], rest[1:]
        filled = np.flatnonzero(line)
        if not len(filled):
            continue
        pivot = int(filled[0])
        line = line * pow(int(line[pivot]), -1, PRIME) % PRIME
        lines.append(line)
        pivots.append(pivot)
        touched = np.flatnonzero(rest[:, pivot])
        if len(touched):
            rest[touched] = (rest[touched] - np.outer(rest[touched, pivot], line)) % PRIME
    return np.array(lines, np.int64).reshape(len(lines), forms.shape[1]), pivots
