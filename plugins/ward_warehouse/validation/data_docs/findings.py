"""What the rules found, as the published warehouse tells it: counts of records by record kind, night, rule and ward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

import duckdb


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
