"""What leaves the warehouse as files: open data, evidence packs and the Parquet copy, all of the demonstration's."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import frictionless
import pytest
from python_calamine import load_workbook

from tests.integration.conftest import SECOND, DemoNights
from tests.support.recovery import Figure, published_figures, recovered
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.evidence.pack import write_evidence
from ward_warehouse.reports.evidence.reading import RECORDS
from ward_warehouse.reports.open_data import INTERNAL, TABLES, export_open_data
from ward_warehouse.warehouse.parquet_copy import copy_as_parquet

YEARS = {"quan_11": 2018, "thanh_xuan": 2016}
OF_RECORDS = {"dossier_code", "dossier_key", "source_record_id", "record_key", "officer_key", "response_key"}
WARD = "quan_11_p03"


@pytest.fixture(scope="module")
def settings(demo: DemoNights, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home of its own with what the second night published."""
    found = Settings(home=tmp_path_factory.mktemp("leaves"))
    found.published_file.parent.mkdir()
    found.published_file.hardlink_to(demo.published[SECOND])
    return found


@pytest.fixture(scope="module")
def exports(settings: Settings) -> list[Path]:
    return [
        export_open_data(settings, district, parse_period(str(year)), provisional=True)
        for district, year in YEARS.items()
    ]


@pytest.fixture(scope="module")
def figures(exports: list[Path]) -> Iterator[list[Figure]]:
    """What an attacker has: the files of both exports, and nothing else."""
    names = {
        "indicators": "reform_indicators", "breakdowns": "indicator_breakdowns",
        "survey_statistics": "survey_statistics", "definitions": "dim_indicator",
    }  # fmt: skip
    with duckdb.connect() as db:
        db.execute("CREATE SCHEMA marts")
        for file, mart in names.items():
            found = [str(folder / f"{file}.parquet") for folder in exports]
            db.execute(f"CREATE TABLE marts.{mart} AS FROM read_parquet({found})")
        # No closing leaves beside the figures: they are in them.
        db.execute("CREATE VIEW marts.closed_indicators AS FROM marts.reform_indicators LIMIT 0")
        yield published_figures(db)


def test_no_hidden_figure_follows_from_the_open_data(figures: list[Figure]) -> None:
    hidden = [figure for figure in figures if figure.is_hidden]
    assert len(hidden) > 100
    assert recovered(figures) == []


def test_the_attack_on_the_open_data_sees_what_is_there_to_see(figures: list[Figure]) -> None:
    shown = [f._replace(note=None) if f.note == "suppressed_secondary" else f for f in figures]
    assert len(recovered(shown)) > 100


def test_the_open_data_are_a_valid_package_without_records(exports: list[Path]) -> None:
    for folder in exports:
        package = frictionless.Package(str(folder / "datapackage.json"))
        for one in package.resources:
            assert not {field.name for field in one.schema.fields} & OF_RECORDS
            assert all(" / " in field.description for field in one.schema.fields), one.name
        tables = [one for one in package.resources if one.format == "csv"]
        assert [one.name for one in tables] == [table.name for table in TABLES]
        for one in tables:
            report = one.validate(limit_rows=200)
            # Fewer rows are read than the file has bytes for.
            assert {fault[0] for fault in report.flatten(["type"])} <= {"hash-count", "byte-count"}


def test_what_is_hidden_has_no_number_in_the_open_data(exports: list[Path]) -> None:
    for name, parts in (("indicators", 3), ("breakdowns", 3), ("survey_statistics", 9)):
        with (exports[0] / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
            head, *rows = csv.reader(handle)
        place = head.index("value_note")
        numbers = {value for row in rows if row[place].startswith("suppressed") for value in row[place - parts : place]}
        assert numbers == {""}, name


def test_the_open_data_hold_no_day_and_no_single_officer(exports: list[Path]) -> None:
    with (exports[0] / "indicators.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["district_code"] for row in rows} == {"quan_11"}
    assert {row["period_grain"] for row in rows} == {"month", "quarter", "half_year", "year_to_date"}, (
        "2018 is not over"
    )
    assert not {row["indicator_code"] for row in rows} & {*INTERNAL, "burst_share"}
    assert max(row["period_end"] for row in rows) == "2018-11-30"


def test_without_a_closed_period_nothing_leaves_unasked(settings: Settings) -> None:
    with pytest.raises(WardWarehouseError, match=r"no closed period within 2018-11; close one .* --provisional"):
        export_open_data(settings, "quan_11", parse_period("2018-11"))
    with pytest.raises(WardWarehouseError, match="found district 'quan_12', expected one of quan_11, thanh_xuan"):
        export_open_data(settings, "quan_12", parse_period("2018-11"))


def test_a_closed_period_leaves_as_it_was_closed(settings: Settings, tmp_path: Path) -> None:
    closed = Settings(home=tmp_path)
    closed.published_file.parent.mkdir()
    shutil.copy(settings.published_file, closed.published_file)
    closed.published_file.chmod(0o600)
    november = "district_code = 'quan_11' AND period_grain = 'month' AND period_start = DATE '2018-11-01'"
    with duckdb.connect(str(closed.published_file)) as db:
        db.execute(f"UPDATE marts.reform_indicators SET period_state = 'closed' WHERE {november}")  # noqa: S608 - our own words
        db.execute(
            "INSERT INTO marts.closed_indicators BY NAME SELECT * EXCLUDE (is_provisional, period_state) "  # noqa: S608
            "REPLACE (0.5 AS value), 'c' AS closing_key, true AS is_last_closing, true AS is_closed_now "
            f"FROM marts.reform_indicators WHERE {november} AND indicator_code = 'on_time_of_resolved'"
        )
    folder = export_open_data(closed, "quan_11", parse_period("2018"))
    with (folder / "indicators.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {(row["period_grain"], row["period_start"]) for row in rows} == {("month", "2018-11-01")}
    on_time = [row["value"] for row in rows if row["indicator_code"] == "on_time_of_resolved"]
    assert (len(on_time), set(on_time)) == (17, {"0.5"})
    keys = [(row["indicator_code"], row["ward_key"]) for row in rows]
    assert len(keys) == len(set(keys))


@pytest.fixture(scope="module")
def packs(settings: Settings) -> list[Path]:
    return write_evidence(settings, "quan_11", 2018)


def test_each_criterion_adds_up_from_the_records_of_its_pack(packs: list[Path], demo: DemoNights) -> None:
    assert len(packs) == 16
    [book] = [load_workbook(str(file)) for file in packs if file.stem == WARD]
    head, *records = book.get_sheet_by_name("Bản ghi").to_python()
    assert tuple(head[: len(RECORDS)]) == RECORDS
    figures = demo.query(
        "SELECT indicator_code, numerator, denominator FROM marts.reform_indicators WHERE ward_key = $ward "
        "AND period_grain = 'year' AND list_contains($codes, indicator_code)",
        {"ward": WARD, "codes": head[len(RECORDS) :]},
    )
    # The list of procedures is the district office's: a ward without one has no figure of it, and no record behind one.
    unknown = {code for code in head[len(RECORDS) :] if code.startswith("procedures_")}
    assert {code for code, _, _ in figures} == set(head[len(RECORDS) :]) - unknown
    for code, numerator, denominator in [*figures, *((code, None, 0) for code in unknown)]:
        counted = [row[head.index(code)] for row in records if row[head.index(code)] != ""]
        assert sum(counted) == (numerator or 0), code
        assert denominator is None or len(counted) == denominator, code


def test_the_criteria_of_a_pack_are_the_scorecards(packs: list[Path], demo: DemoNights) -> None:
    place = packs[0].with_name(f"{WARD}_criteria.csv")
    with place.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    total = next(row for row in rows if row["Tiêu chí"] == "Tổng điểm")
    [(points, portal)] = demo.query(
        "SELECT points, portal_points FROM marts.decision_766_scorecard "
        "WHERE ward_key = $ward AND period_grain = 'year' AND level = 'total'",
        {"ward": WARD},
    )
    assert (float(total["Điểm"]), float(total["Điểm theo Cổng"])) == (points, portal)
    assert {row["Kỳ"] for row in rows} == {"Năm 2018", *(f"Quý {number}/2018" for number in ("I", "II", "III", "IV"))}
    [on_time, *_] = [row for row in rows if row["Số"] == "2.1"]
    assert on_time["Cách tính điểm"] == "Điểm = 20 × tỷ lệ; không có việc nào (0/0): Cổng cho 0 điểm."
    assert on_time["Nguồn số liệu"].endswith("(on_time_decision_766)")
    assert on_time["Căn cứ"].startswith("Quyết định 766/QĐ-TTg")


def test_a_year_or_district_without_scores_is_refused_by_name(settings: Settings) -> None:
    with pytest.raises(WardWarehouseError, match="quan_11 has no scores of 2011; expected 2018"):
        write_evidence(settings, "quan_11", 2011)
    with pytest.raises(WardWarehouseError, match="found district 'nowhere', expected one of quan_11, thanh_xuan"):
        write_evidence(settings, "nowhere", 2018)


def test_every_line_of_both_scorecards_has_a_name(demo: DemoNights) -> None:
    [(lines, named, noted)] = demo.query(
        "SELECT count(*), count(criterion_name_vi), count(*) FILTER (value_note IS NULL OR value_note_vi IS NOT NULL) "
        "FROM analyst.scorecard_vi"
    )
    [(expected,)] = demo.query(
        "SELECT sum(lines) FROM (SELECT count(*) AS lines FROM marts.decision_766_scorecard "
        "UNION ALL SELECT count(*) FROM marts.circular_01_2018_form)"
    )
    assert lines == named == noted == expected


def test_a_district_s_figure_opens_into_its_records(demo: DemoNights) -> None:
    """All of them, unless the figure of one of its wards is hidden: then its records are no way to it."""
    lacking = demo.query(
        """
        WITH records AS (
            SELECT indicator_code, unit_key, count(*) FILTER (in_numerator) AS counted,
                sum(numerator_quantity) AS quantity
            FROM analyst.evidence_named
            WHERE period_grain = 'month' AND period_start = DATE '2018-11-01' AND unit_key = 'quan_11'
            GROUP BY ALL
        ), hidden AS (
            SELECT DISTINCT indicator_code FROM marts.reform_indicators SEMI JOIN (
                FROM marts.dim_value_note WHERE is_suppressed) USING (value_note)
            WHERE period_grain = 'month' AND period_start = DATE '2018-11-01' AND district_code = 'quan_11'
        )
        SELECT figures.indicator_code FROM analyst.indicators_month AS figures
        ANTI JOIN hidden USING (indicator_code) LEFT JOIN records USING (indicator_code, unit_key)
        WHERE unit_key = 'quan_11' AND period_start = DATE '2018-11-01'
            AND indicator_kind IN ('count', 'stock', 'ratio')
            AND coalesce(counted, 0) <> numerator AND coalesce(quantity, 0) <> numerator"""
    )
    assert lacking == []


def test_the_parquet_copy_is_what_is_published(settings: Settings, demo: DemoNights) -> None:
    copied = copy_as_parquet(settings)
    with duckdb.connect(config={"file_search_path": str(copied.folder)}) as db:
        db.execute((copied.folder / "open.sql").read_text("utf-8"))
        for (relation,) in demo.query(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
        ):
            asked = f"SELECT count(*) FROM {relation}"  # noqa: S608 - relations of the warehouse
            assert db.execute(asked).fetchall() == demo.query(asked), relation
        asked = "SELECT * FROM analyst.latest WHERE indicator_code = 'on_time_of_resolved' ORDER BY ALL"
        assert db.execute(asked).fetchall() == demo.query(asked)
    assert copy_as_parquet(settings).written == 0
