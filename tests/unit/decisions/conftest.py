"""A published warehouse of one indicator, made by hand in milliseconds."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.support.district import District
from ward_warehouse.lake.period_log import Period, parse_period

JUNE = parse_period("2024-06")
Publish = Callable[..., None]


@pytest.fixture
def two_wards(make_district: Callable[..., District], tmp_path: Path) -> District:
    return make_district(tmp_path, {"a_sql": "sql", "c_files": "files"})


@pytest.fixture
def publish(two_wards: District) -> Publish:
    """Writes a published warehouse that has one indicator: dossiers received."""

    def write(as_of: date = date(2024, 7, 1), received: int = 2, period: Period = JUNE) -> None:
        file = two_wards.settings.published_file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        with duckdb.connect(str(file)) as db:
            for name in ("marts", "audit"):
                db.execute(f"CREATE SCHEMA {name}")
            db.execute("CREATE TABLE audit.build_results AS SELECT TIMESTAMPTZ '2024-07-01 01:00:00+00' AS built_at")
            db.execute("CREATE TABLE marts.dim_ward AS SELECT 'mini' AS district_code, $1 AS district_as_of", [as_of])
            place = "'mini' AS district_code, $2 AS period_grain, $3 AS period_start, $4 AS period_end"
            where = [period.grain, period.start, period.end]
            db.execute(
                f"""CREATE TABLE marts.reform_indicators AS
                SELECT 'dossiers_received' AS indicator_code, 1 AS indicator_version, ward_key, {place},
                    $1 * coalesce(wards, 1) AS numerator, NULL::BIGINT AS denominator, $1::DOUBLE AS "value",
                    NULL::VARCHAR AS value_note, NULL::DOUBLE AS target, NULL::BOOLEAN AS target_met,
                    1 AS wards_reporting, 1 AS wards_expected
                FROM (VALUES ('a_sql', 1), ('c_files', 1), (NULL, 2)) AS units (ward_key, wards)""",  # noqa: S608 - the test's own words
                [received, *where],
            )
            db.execute(
                f"""CREATE TABLE marts.indicator_evidence AS
                SELECT 'dossiers_received' AS indicator_code, ward_key, {place}, 'dossiers' AS record_kind,
                    ward_key || ':' || number AS record_key, true AS in_numerator, NULL::BOOLEAN AS in_denominator,
                    1::BIGINT AS numerator_quantity, NULL::BIGINT AS denominator_quantity,
                    'value ' || number AS counted_value
                FROM (VALUES ('a_sql'), ('c_files')) AS units (ward_key), range($1) AS numbers (number)""",  # noqa: S608 - the test's own words
                [received, *where],
            )

    write()
    return write
