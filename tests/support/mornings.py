"""The morning of a test district, and a published warehouse as far as a morning page reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb

from tests.support.district import District
from tests.support.records import NIGHT
from ward_warehouse.reports.morning.gather import Gatherer
from ward_warehouse.reports.morning.model import Morning
from ward_warehouse.warehouse.duckdb import load

BUILD_RESULTS = (
    "(build_id VARCHAR, built_at TIMESTAMPTZ, node VARCHAR, node_kind VARCHAR, status VARCHAR, message VARCHAR)"
)

QUARANTINE = """
    CREATE TABLE audit.quarantine AS
    SELECT ward_key || ':' || record_kind || ':' || coalesce(source_record_id, entry_id) || ':' || rule_codes
               AS quarantine_key,
           record_kind, ward_key, district_code, source_record_id, rule_codes AS rules, rules AS rule_details, received,
           source_position, night AS first_seen, night AS last_seen,
           CASE WHEN list_contains($closed, source_record_id) THEN 'closed_by_source' ELSE 'open' END AS state,
           NULL::VARCHAR AS decided_by, NULL::VARCHAR AS decision_reason, NULL::TIMESTAMPTZ AS decided_at
    FROM build.raw.quarantine"""


def morning_of(district: District, night: date = NIGHT, now: datetime | None = None) -> Morning:
    run = district.night()
    return Gatherer(run.settings, run.lake, run.registry, now).morning("mini", night)


def publish(district: District, *, tests: int = 3, closed: tuple[str, ...] = ()) -> None:
    """What one load knew, as published by a build whose tests passed; `closed` are record ids that came right since."""
    run = district.night()
    load(run.settings, run.lake, run.registry)
    file = run.settings.published_file
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as db:
        db.execute(f"ATTACH '{run.settings.build_file}' AS build (READ_ONLY)")
        db.execute("CREATE SCHEMA audit")
        db.execute("CREATE TABLE audit.load_outcomes AS FROM build.raw.load_outcomes")
        db.execute("CREATE TABLE audit.partitions AS FROM build.raw.partitions")
        db.execute(QUARANTINE, {"closed": list(closed)})
        db.execute("CREATE TABLE audit.validation_results AS FROM build.raw.validation_results")
        db.execute(f"CREATE TABLE audit.build_results {BUILD_RESULTS}")
        rows = [("b1", datetime.now(UTC), f"test_{n}", "test", "pass", "") for n in range(tests)]
        db.executemany("INSERT INTO audit.build_results VALUES (?, ?, ?, ?, ?, ?)", rows)
