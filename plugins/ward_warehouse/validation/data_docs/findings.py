"""What the rules found, as the published warehouse tells it: counts of records by record kind, night, rule and ward."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter

import duckdb

from ward_warehouse.core.shown import on_one_line


@dataclass(frozen=True)
class Finding:
    """How many of a ward's records a rule judged in a night, and how many of them broke it."""

    rule: str
    ward: str
    judged: int
    broken: int


@dataclass(frozen=True)
class JudgedNight:
    """Every finding about one record kind in one night, the most broken first."""

    record_kind: str
    night: date
    findings: Sequence[Finding]

    @property
    def wards(self) -> dict[str, int]:
        """The judged records of each ward, by its key."""
        judged: dict[str, int] = {}
        for found in self.findings:
            judged[found.ward] = max(found.judged, judged.get(found.ward, 0))
        return dict(sorted(judged.items()))

    def of_rule(self, rule: str) -> list[Finding]:
        """What one rule found, a finding for each ward that it judged."""
        return [found for found in self.findings if found.rule == rule]


def read_judged_nights(published: duckdb.DuckDBPyConnection, nights: int) -> list[JudgedNight]:
    """The newest nights that judged records of a kind, newest first.

    A kind that comes once a quarter is judged every night, mostly without a record: such nights are left out.

    Args:
        published: the published warehouse, opened.
        nights: how many nights of each record kind.
    """
    rows = published.execute(
        """
        SELECT night, record_kind, rule, ward_key, rows_judged, rows_broken
        FROM audit.validation_results
        SEMI JOIN (
            SELECT record_kind, night FROM audit.validation_results
            GROUP BY record_kind, night HAVING sum(rows_judged) > 0
            QUALIFY row_number() OVER (PARTITION BY record_kind ORDER BY night DESC) <= $nights
        ) USING (record_kind, night)
        ORDER BY night DESC, record_kind, rows_broken DESC, ward_key""",
        {"nights": nights},
    ).fetchall()
    return [
        JudgedNight(record_kind, night, [Finding(*row[2:]) for row in found])
        for (night, record_kind), found in groupby(rows, itemgetter(0, 1))
    ]


@dataclass(frozen=True)
class Unit:
    """A ward or counter and its district, as people call them; one that the warehouse does not know is its key."""

    ward: str
    vi: str
    en: str
    district: str = ""
    district_vi: str = ""
    district_en: str = ""


@dataclass(frozen=True)
class Reported:
    """Of a district's units that were expected in a night: how many reported, which are missing, which came later."""

    district: Unit
    expected: int
    missing: Sequence[Unit]
    late: Sequence[Unit] = ()


@dataclass(frozen=True)
class Open:
    """How many of a ward's refused records broke a rule and wait for a correction still."""

    record_kind: str
    rule: str
    ward: str
    count: int


@dataclass
class Context:
    """What stands beside the findings: names, who was missing, and what is open still."""

    units: dict[str, Unit] = field(default_factory=dict)
    reported: dict[tuple[str, date], list[Reported]] = field(default_factory=dict)
    open: list[Open] = field(default_factory=list)
    open_records: dict[str, int] = field(default_factory=dict)
    """By ward; a record that breaks two rules is one."""

    def unit(self, ward: str) -> Unit:
        """The unit of a key."""
        return self.units.get(ward) or Unit(ward, on_one_line(ward), on_one_line(ward))

    def open_of(self, record_kind: str | None = None, rule: str | None = None, ward: str | None = None) -> list[Open]:
        """What is open of a kind, a rule, a ward; what is None does not narrow."""
        wanted = ((record_kind, "record_kind"), (rule, "rule"), (ward, "ward"))
        return [one for one in self.open if all(value in (None, getattr(one, name)) for value, name in wanted)]


_UNITS = """
    SELECT ward_key, ward_name_vi, ward_name_en, district_code, district_name_vi, district_name_en
    FROM marts.dim_ward"""
_REPORTED = """
    SELECT record_kind, night, ward_key, is_reported, is_covered FROM marts.reporting_completeness
    WHERE night IN (SELECT night FROM audit.validation_results) ORDER BY record_kind, night, ward_key"""
_OPEN = """
    SELECT record_kind, rule, ward_key, count(*)
    FROM (SELECT record_kind, ward_key, unnest(string_split(rules, ',')) AS rule FROM audit.quarantine
          WHERE state = 'open')
    GROUP BY ALL ORDER BY 4 DESC, 1, 2, 3"""


def read_context(published: duckdb.DuckDBPyConnection) -> Context:
    """Names, missing units and open records; what a small project does not publish is left out.

    Args:
        published: the published warehouse, opened.
    """
    found = Context()
    if _has(published, "marts.dim_ward", "ward_name_vi"):
        rows = published.execute(_UNITS).fetchall()
        found.units = {row[0]: Unit(row[0], *(on_one_line(text or row[0]) for text in row[1:])) for row in rows}
    if _has(published, "marts.reporting_completeness", "is_covered"):
        found.reported = _by_district(found, published.execute(_REPORTED).fetchall())
    if _has(published, "audit.quarantine", "state"):
        found.open = [Open(*row) for row in published.execute(_OPEN).fetchall()]
        records = "SELECT ward_key, count(*) FROM audit.quarantine WHERE state = 'open' GROUP BY 1"
        found.open_records = dict(published.execute(records).fetchall())
    return found


def _has(published: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    """Whether a table with that column is published."""
    found = published.execute(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema || '.' || table_name = $table "
        "AND column_name = $column",
        {"table": table, "column": column},
    ).fetchone()
    return found != (0,)


def _by_district(
    context: Context, rows: Iterable[tuple[str, date, str, bool, bool]]
) -> dict[tuple[str, date], list[Reported]]:
    places: dict[tuple[str, date], dict[str, list[tuple[Unit, bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for record_kind, night, ward, is_reported, is_covered in rows:
        unit = context.unit(ward)
        places[record_kind, night][unit.district].append((unit, bool(is_reported), bool(is_covered)))
    return {
        place: [
            Reported(
                Unit(key, units[0][0].district_vi or key, units[0][0].district_en or key),
                len(units),
                [unit for unit, reported, covered in units if not reported and not covered],
                [unit for unit, reported, covered in units if not reported and covered],
            )
            for key, units in sorted(districts.items())
        ]
        for place, districts in places.items()
    }
