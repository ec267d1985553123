"""The real input: what the warehouse says of Boston's requests, beside the city's own verdict in the source files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

AGREEMENT = 0.998
"""The least share of closed requests with a target on which the warehouse and the city must agree."""

SOURCE = """
    SELECT regexp_extract(filename, '(ward_[a-z0-9]+)\\.csv', 1) AS ward_key, CASE_ENQUIRY_ID AS record_id,
           nullif(OnTime_Status, '') AS city,
           try_strptime(nullif(OPEN_DT, ''), '%m/%d/%Y %I:%M:%S %p') AS opened,
           try_strptime(nullif(CLOSED_DT, ''), '%m/%d/%Y %I:%M:%S %p') AS closed,
           nullif(TARGET_DT, '') IS NOT NULL AS has_target
    FROM read_csv($files, all_varchar = true, header = true, filename = true, union_by_name = true)"""


@dataclass(frozen=True)
class WardComparison:
    """Counts of one ward: requests in its file, and what became of them.

    `on_time`, `late`: closed requests with a target as the warehouse judges them; `city_on_time`, `city_late`: the
    city's own flags of the same requests; `agreed` of `compared` have the same verdict.
    """

    ward: str
    records: int
    accepted: int
    quarantined: int
    on_time: int
    late: int
    city_on_time: int
    city_late: int
    compared: int
    agreed: int


@dataclass(frozen=True)
class Difference:
    """Closed requests with a target on which the two verdicts differ, by what each says."""

    ward: str
    city: str
    warehouse: str
    requests: int
    example: str


@dataclass(frozen=True)
class Comparison:
    """The whole comparison; `problems` holds one line for each promise that does not hold."""

    wards: list[WardComparison]
    differences: list[Difference]
    closed_before_opened: int
    quarantined_for_it: int
    unaccounted: int

    @property
    def agreement(self) -> float:
        """Share of the compared requests with the same verdict."""
        compared = sum(ward.compared for ward in self.wards)
        return sum(ward.agreed for ward in self.wards) / compared if compared else 0.0

    @property
    def problems(self) -> list[str]:
        """What does not hold, in words."""
        found = []
        if self.agreement < AGREEMENT:
            found.append(f"the verdicts agree on {self.agreement:.2%}, expected at least {AGREEMENT:.1%}")
        if self.closed_before_opened != self.quarantined_for_it:
            found.append(
                f"{self.closed_before_opened} requests close before they open, {self.quarantined_for_it} are in "
                "quarantine for that reason"
            )
        if self.unaccounted:
            found.append(f"{self.unaccounted} requests are neither accepted nor in quarantine")
        return found


def compare(files: list[Path], published: Path) -> Comparison:
    """Compares the published warehouse with the files it was loaded from."""
    with duckdb.connect(":memory:") as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(f"CREATE TABLE source AS {SOURCE}", {"files": [str(path) for path in files]})
        db.execute("ATTACH '" + str(published).replace("'", "''") + "' AS district (READ_ONLY)")
        db.execute(
            """
            CREATE TABLE judged AS
            SELECT s.*, d.source_record_id IS NOT NULL AS accepted, q.source_record_id IS NOT NULL AS quarantined,
                   CASE WHEN d.timeliness IN ('early', 'on_time') THEN 'ONTIME'
                        WHEN d.timeliness = 'late' THEN 'OVERDUE' END AS verdict,
                   list_contains(string_split(q.rules, ','), 'resolved_after_received') AS refused_for_order,
                   s.closed IS NOT NULL AND s.has_target AND d.source_record_id IS NOT NULL AS compared
            FROM source AS s
            LEFT JOIN district.marts.fct_dossiers AS d ON d.ward_key = s.ward_key AND d.source_record_id = s.record_id
            LEFT JOIN district.audit.quarantine AS q
                ON q.ward_key = s.ward_key AND q.source_record_id = s.record_id AND q.record_kind = 'dossiers'"""
        )
        wards = db.execute(
            """
            SELECT ward_key, count(*), count(*) FILTER (WHERE accepted), count(*) FILTER (WHERE quarantined),
                   count(*) FILTER (WHERE compared AND verdict = 'ONTIME'),
                   count(*) FILTER (WHERE compared AND verdict = 'OVERDUE'),
                   count(*) FILTER (WHERE compared AND city = 'ONTIME'),
                   count(*) FILTER (WHERE compared AND city = 'OVERDUE'),
                   count(*) FILTER (WHERE compared), count(*) FILTER (WHERE compared AND city = verdict)
            FROM judged GROUP BY ward_key ORDER BY ward_key"""
        ).fetchall()
        differences = db.execute(
            """
            SELECT ward_key, coalesce(city, 'no flag'), verdict, count(*), min(record_id)
            FROM judged WHERE compared AND city IS DISTINCT FROM verdict GROUP BY ALL ORDER BY ALL"""
        ).fetchall()
        totals = db.execute(
            """
            SELECT count(*) FILTER (WHERE closed < opened),
                   count(*) FILTER (WHERE closed < opened AND refused_for_order),
                   count(*) FILTER (WHERE NOT accepted AND NOT quarantined)
            FROM judged"""
        ).fetchone()
    assert totals is not None  # noqa: S101 - an aggregate without groups has one row
    return Comparison([WardComparison(*row) for row in wards], [Difference(*row) for row in differences], *totals)
