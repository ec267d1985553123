"""A small published warehouse made by hand: two wards over two nights, as far as the status pages read it."""

from datetime import UTC, date, datetime

import duckdb

FIRST, SECOND, THIRD = date(2024, 7, 1), date(2024, 7, 2), date(2024, 7, 3)
HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m &amp;"

COMPLETENESS = [
    # ward, night, is_reported
    ("a_sql", FIRST, True),
    ("a_sql", SECOND, True),
    ("c_files", FIRST, False),
    ("c_files", SECOND, False),
]


def write_warehouse(db: duckdb.DuckDBPyConnection) -> None:
    for name in ("marts", "audit"):
        db.execute(f"CREATE SCHEMA {name}")
    db.execute(
        "CREATE TABLE marts.reporting_completeness (district_code VARCHAR, ward_key VARCHAR, record_kind VARCHAR, "
        "night DATE, is_reported BOOLEAN)"
    )
    db.executemany("INSERT INTO marts.reporting_completeness VALUES ('mini', $1, 'dossiers', $2, $3)", COMPLETENESS)
    db.execute(
        "CREATE TABLE audit.load_outcomes (outcome_id VARCHAR, ward_key VARCHAR, district_code VARCHAR, "
        "record_kind VARCHAR, night DATE, step VARCHAR, status VARCHAR, "
        "rows_read BIGINT, rows_accepted BIGINT, rows_quarantined BIGINT, "
        "rows_unchanged BIGINT, error VARCHAR, finished_at TIMESTAMPTZ, fingerprint VARCHAR)"
    )
    at = datetime(2024, 7, 2, 18, tzinfo=UTC)
    db.executemany(
        "INSERT INTO audit.load_outcomes VALUES ($1, $2, 'mini', 'dossiers', $3, $4, $5, $6, $6, $9, 0, $7, $8, 'b')",
        [
            ("20240703T1", "a_sql", SECOND, "extract", "succeeded", 4, None, at, 0),
            ("20240703T2", "a_sql", SECOND, "validate", "succeeded", 4, None, at, 3),
            ("20240703T3", "c_files", SECOND, "extract", "succeeded", 9, None, at, 0),
            ("20240703T4", "c_files", SECOND, "validate", "held", 9, f"held: {HOSTILE}", at, 0),
        ],
    )
    db.execute(
        """CREATE TABLE audit.quarantine AS SELECT 'c_files' AS ward_key, 'known,dated' AS rules, 'open' AS state,
        DATE '2024-07-02' AS last_seen, 'a.csv row 7' AS source_position, 'secret of a citizen' AS received"""
    )
    db.execute(
        """CREATE TABLE audit.validation_results AS
        SELECT 'known' AS rule, 'Câu của cán bộ.' AS sentence_vi, 'The officer''s sentence.' AS sentence_en"""
    )
    write_figures(db, 2)


def write_figures(db: duckdb.DuckDBPyConnection, received: int) -> None:
    db.execute("CREATE OR REPLACE TABLE audit.build_results AS SELECT TIMESTAMPTZ '2024-07-03 01:00:00+00' AS built_at")
    db.execute(
        """CREATE OR REPLACE TABLE marts.dim_ward AS
        SELECT ward_key, $1 AS ward_name_vi, $1 AS ward_name_en, 'mini' AS district_code, $1 AS district_name_vi,
            $1 AS district_name_en, DATE '2024-07-02' AS district_as_of
        FROM (VALUES ('a_sql'), ('c_files')) AS units (ward_key)""",
        [HOSTILE],
    )
    db.execute(
        """CREATE OR REPLACE TABLE marts.reform_indicators AS
        SELECT 'dossiers_received' AS indicator_code, 1 AS indicator_version, ward_key, 'mini' AS district_code,
            'month' AS period_grain, DATE '2024-06-01' AS period_start, DATE '2024-06-30' AS period_end,
            $1::BIGINT AS numerator, NULL::BIGINT AS denominator, $1::DOUBLE AS "value", NULL::VARCHAR AS value_note,
            NULL::DOUBLE AS target, NULL::BOOLEAN AS target_met, 1 AS wards_reporting, 1 AS wards_expected
        FROM (VALUES ('a_sql'), ('c_files'), (NULL)) AS units (ward_key)""",
        [received],
    )
    db.execute(
        """CREATE OR REPLACE TABLE marts.indicator_evidence AS
        SELECT 'dossiers_received' AS indicator_code, ward_key, 'mini' AS district_code, 'month' AS period_grain,
            DATE '2024-06-01' AS period_start, DATE '2024-06-30' AS period_end, 'dossiers' AS record_kind,
            ward_key || ':1' AS record_key, true AS in_numerator, NULL::BOOLEAN AS in_denominator,
            1::BIGINT AS numerator_quantity, NULL::BIGINT AS denominator_quantity, 'v' AS counted_value
        FROM (VALUES ('a_sql'), ('c_files')) AS units (ward_key)"""
    )
