"""What the demonstration's nights leave in the warehouse, compared with the records that the ward systems had."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from tests.integration.conftest import FIRST, SECOND, DemoNights
from ward_demo.districts import DISTRICTS
from ward_demo.story import broken_rows, expected_after, records_as_of, story_records
from ward_warehouse.cli import main
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Manifest, manifest_path
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.golden import compare

FIGURES = Path(__file__).resolve().parents[1] / "golden_figures.csv"
PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
DOWN, BROKEN = "quan_11_p07", "quan_11_p14"


def test_the_golden_figures_hold(demo: DemoNights) -> None:
    figures = compare(demo.published[SECOND], FIGURES, tuple(DISTRICTS))
    assert len(figures) >= 46
    assert [f"{f.figure}: expected {f.expected}, found {f.actual}" for f in figures if not f.holds] == []


def test_the_golden_figures_of_the_year_do_not_hold_before_its_last_night(demo: DemoNights) -> None:
    wrong = {figure.figure for figure in compare(demo.published[FIRST], FIGURES, ["quan_11"]) if not figure.holds}
    assert "15.983 hồ sơ thứ bảy" in wrong


def test_what_follows_from_the_sql_alone_holds_for_real_records(demo: DemoNights) -> None:
    """The keys of staging and intermediate models, which a night does not pay for."""
    command = [sys.executable, "-m", "dbt.cli.main", "--no-version-check", "--quiet", "test"]
    options = ["--select", "tag:by_construction", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    target = demo.home / "by_construction"
    environment = {
        **os.environ,
        "WARD_WAREHOUSE_BUILD_DB": str(demo.settings.build_file),
        "DBT_LOG_PATH": str(target),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    options += ["--target-path", str(target)]
    finished = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout
    ran = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    assert len(ran) >= 40


# The warehouse holds the records, value by value.

LOCAL = "date_trunc('minute', {} AT TIME ZONE 'Asia/Ho_Chi_Minh')"
DOSSIER_TIMES = (
    "submitted_at received_at resolved_at returned_at stopped_at supplement_requested_at supplement_received_at "
    "apology_at explanation_at"
).split()
DOSSIER_VALUES = "ward_key dossier_code procedure_code channel status applicant_type supplement_count".split()
ANSWER_VALUES = "ward_key mode rating_overall rating_access rating_procedure rating_staff rating_result".split()


def expected(demo: DemoNights, night: date, record_kind: str) -> pd.DataFrame:
    districts = ("thanh_xuan", "quan_11") if night == SECOND else ("quan_11",)
    frame = pd.concat([getattr(expected_after(key, night), record_kind) for key in districts], ignore_index=True)
    if record_kind == "dossiers":
        # The national code table has no word for a dossier that was supplemented: it is in process again.
        national = frame["ward_key"].map(lambda ward: demo.connections[ward].conn_type == "http")
        frame["status"] = frame["status"].mask(national & (frame["status"] == "supplemented"), "in_process")
    return frame


def only(night: date) -> str:
    return "" if night == SECOND else " WHERE district_code = 'quan_11'"


def difference(demo: DemoNights, night: date, frame: pd.DataFrame, wanted: str, actual: str) -> list[Any]:
    """Rows that only one side has, at most a handful."""
    with duckdb.connect(str(demo.published[night]), read_only=True) as db:
        db.execute("SET TimeZone = 'UTC'")
        db.register("wanted", frame)
        return db.execute(
            f"(SELECT 'missing', * FROM ({wanted} EXCEPT ALL {actual}) LIMIT 5) UNION ALL "  # noqa: S608 - of this file
            f"(SELECT 'surplus', * FROM ({actual} EXCEPT ALL {wanted}) LIMIT 5)"
        ).fetchall()


@pytest.mark.parametrize("night", [FIRST, SECOND])
def test_every_dossier_is_there_as_its_ward_has_it(demo: DemoNights, night: date) -> None:
    frame = expected(demo, night, "dossiers")
    assert len(frame) > 59_000
    # A CSV export writes no seconds.
    times = [f"date_trunc('minute', {name}::TIMESTAMP)" for name in DOSSIER_TIMES]
    wanted = f"SELECT {', '.join([*DOSSIER_VALUES, *times])}, due_at::DATE, repromised_due_at::DATE FROM wanted"  # noqa: S608
    local = [LOCAL.format(name) for name in DOSSIER_TIMES]
    columns = ", ".join([*DOSSIER_VALUES, *local, "due_date", "repromised_due_date"])
    actual = f"SELECT {columns} FROM marts.fct_dossiers{only(night)}"  # noqa: S608 - our own words
    assert difference(demo, night, frame, wanted, actual) == []


@pytest.mark.parametrize("night", [FIRST, SECOND])
def test_every_answer_is_there_as_its_ward_has_it(demo: DemoNights, night: date) -> None:
    frame = expected(demo, night, "survey_responses")
    assert len(frame) > 32_000
    wanted = f"SELECT {', '.join(ANSWER_VALUES)}, date_trunc('minute', answered_at::TIMESTAMP) FROM wanted"  # noqa: S608
    actual = (
        f"SELECT {', '.join(ANSWER_VALUES)}, {LOCAL.format('answered_at')} FROM marts.fct_survey_responses{only(night)}"  # noqa: S608
    )
    assert difference(demo, night, frame, wanted, actual) == []


# A ward that is down


def test_the_verdict_names_the_ward_that_is_down_and_what_it_means(demo: DemoNights) -> None:
    verdict = demo.verdicts[FIRST]
    assert (verdict.kind, verdict.widespread) == ("partial", False)
    assert verdict.missing_wards == [DOWN]
    assert "16 of 17 wards loaded" in verdict.message
    assert f"- {DOWN} dossiers failed" in verdict.message
    assert "503" in verdict.message
    assert "catches up" in verdict.message
    assert all(demo.verdicts[night].missing_wards == [] for night in demo.verdicts if night != FIRST)


def test_a_missing_ward_is_visible_in_the_figures(demo: DemoNights) -> None:
    statement = (
        "SELECT wards_reporting, wards_expected, is_provisional FROM marts.reform_indicators "
        "WHERE district_code = 'quan_11' "
        "AND ward_key IS NULL AND indicator_code = 'dossiers_received' AND period_grain = 'month' "
        "AND period_start = '2018-12-01'"
    )
    assert demo.query(statement, night=FIRST) == [(15, 16, True)]
    assert demo.query(statement, night=SECOND) == [(16, 16, True)]
    nights = (
        f"SELECT record_kind, is_reported, is_covered, nights_late FROM marts.reporting_completeness "  # noqa: S608
        f"WHERE ward_key = '{DOWN}' AND night = '{FIRST}' ORDER BY 1"
    )
    assert demo.query(nights, night=FIRST) == [("dossiers", False, False, 0), ("survey_responses", False, False, 0)]
    assert demo.query(nights, night=SECOND) == [("dossiers", False, True, 1), ("survey_responses", False, True, 1)]
    completeness = (
        "SELECT numerator, denominator FROM marts.reform_indicators "  # noqa: S608 - our own words
        f"WHERE indicator_code = 'reporting_completeness' AND ward_key = '{DOWN}' AND period_grain = 'year'"
    )
    assert demo.query(completeness, night=SECOND) == [(4, 6)]


def test_late_corrections_change_what_was_published(demo: DemoNights) -> None:
    """Until the ward's clerks mended them, some dossiers stood as stopped."""
    statement = (
        f"SELECT status, count(*) FROM marts.fct_dossiers WHERE ward_key = '{DOWN}' "  # noqa: S608
        "AND resolved_date BETWEEN '2018-12-01' AND '2018-12-22' GROUP BY 1"
    )
    before, after = (dict(demo.query(statement, night=night)) for night in (FIRST, SECOND))
    assert sum(after.values()) - sum(before.values()) == 20


# Broken records

RULES = {
    "missing_id": {"record_id_present"},
    "missing_reception_date": {"received_at_present"},
    "end_before_start": {"resolved_after_received"},
    "impossible_date": {"received_at_readable"},
    "foreign_date": {"received_at_readable"},
    "unknown_status": {"status_known"},
    "unknown_channel": {"channel_known"},
    "unknown_procedure": {"procedure_known"},
    "wrong_ward": {"ward_is_its_own"},
    "repeated_id": {"record_id_once"},
}
ALSO = {
    ("dossier_code", ""): "dossier_code_present",
    ("status", ""): "status_present",
    ("channel", "Fax"): "channel_known",
}


def test_every_broken_record_is_in_quarantine_with_its_rules(demo: DemoNights) -> None:
    rows = broken_rows(records_as_of(story_records("quan_11"), FIRST), FIRST)
    wanted = [
        RULES[row.fault.kind] | {rule for part, rule in ALSO.items() if row.fault.fields.get(part[0]) == part[1]}
        for row in rows
    ]
    entries = demo.query(
        f"SELECT rules, source_position, first_seen FROM audit.quarantine WHERE ward_key = '{BROKEN}' "  # noqa: S608
        "ORDER BY regexp_extract(source_position, '(\\d+)$', 1)::INTEGER"
    )
    assert len(entries) == 21
    assert [set(rules.split(",")) for rules, _, _ in entries] == wanted
    assert all(position.startswith(f"ho_so_{FIRST:%Y%m%d}.csv row ") for _, position, _ in entries)
    assert demo.query("SELECT count(*) FROM audit.quarantine") == [(21,)]


def test_real_records_are_closed_when_their_ward_sends_them_right(demo: DemoNights) -> None:
    statement = "SELECT state, closed_on, count(*) FROM audit.quarantine GROUP BY ALL ORDER BY ALL"
    assert demo.query(statement, night=FIRST) == [("closed_by_source", FIRST, 1), ("open", None, 20)]
    assert demo.query(statement) == [
        ("closed_by_source", FIRST, 1),
        ("closed_by_source", SECOND, 10),
        ("open", None, 10),
    ]


def test_an_entry_speaks_to_the_officer(demo: DemoNights) -> None:
    ((vi, en, received),) = demo.query(
        "SELECT sentences_vi, sentences_en, received FROM audit.quarantine "
        "WHERE rules = 'procedure_known' AND state = 'open'"
    )
    assert "Mã thủ tục không có trong danh mục" in vi
    assert "not in the district's catalogue" in en
    assert json.loads(received)["Mã thủ tục"] == "KHONG-RO"


def test_no_record_of_any_night_is_lost(demo: DemoNights) -> None:
    off = (
        "SELECT count(*) FROM marts.reporting_completeness "
        "WHERE is_reported AND rows_read <> rows_accepted + rows_quarantined + rows_unchanged"
    )
    assert demo.query(off) == [(0,)]
    assert demo.query("SELECT sum(rows_quarantined) FROM marts.reporting_completeness") == [(21,)]


# Evidence


def test_the_92_open_dossiers_can_be_opened(demo: DemoNights) -> None:
    records = records_as_of(story_records("thanh_xuan"), date(2016, 6, 30)).dossiers
    counter = records[records["ward_key"] == "thanh_xuan_counter"]
    unfinished = counter[counter["resolved_at"].isna() & counter["stopped_at"].isna()]
    assert len(unfinished) == 92
    found = demo.query(
        "SELECT dossier_code, in_numerator FROM marts.indicator_evidence WHERE indicator_code = 'dossiers_open' "
        "AND ward_key = 'thanh_xuan_counter' AND period_grain = 'half_year'"
    )
    assert sorted(code for code, counted in found if counted) == sorted(unfinished["dossier_code"])
    assert len(found) == 92


def test_food_safety_certificates_came_a_week_before_their_promise(demo: DemoNights) -> None:
    """The citizen of Thanh Xuân's document got hers a week early: the evidence of early returns names such dossiers."""
    statement = (
        "SELECT count(*) > 0 FROM marts.indicator_evidence AS e "
        "JOIN marts.fct_dossiers AS d ON d.dossier_key = e.record_key "
        "WHERE e.indicator_code = 'early_return_rate' AND e.ward_key = 'thanh_xuan_counter' "
        "AND e.period_grain = 'half_year' AND e.in_numerator AND d.procedure_code = '1.002425' "
        "AND e.due_date - d.returned_date >= 7"
    )
    assert demo.query(statement) == [(True,)]


def test_every_indicator_is_the_sum_of_its_evidence(demo: DemoNights) -> None:
    off = demo.query(
        """
        WITH evidence AS (
            SELECT indicator_code, ward_key, period_grain, period_start,
                   sum(numerator_quantity) FILTER (WHERE in_numerator) AS numerator
            FROM marts.indicator_evidence WHERE period_grain = 'year' OR period_grain = 'half_year' GROUP BY ALL
        )
        SELECT i.indicator_code, i.ward_key, i.numerator, e.numerator
        FROM marts.reform_indicators AS i
        JOIN marts.dim_indicator AS d USING (indicator_code, indicator_version)
        LEFT JOIN evidence AS e USING (indicator_code, ward_key, period_grain, period_start)
        WHERE i.period_grain IN ('year', 'half_year') AND i.ward_key IS NOT NULL
          AND d.indicator_kind IN ('count', 'stock', 'ratio')
          AND d.numerator_record_kind IN ('dossiers', 'survey_responses') AND i.numerator IS NOT NULL
          AND i.numerator <> coalesce(e.numerator, 0)
        LIMIT 5"""
    )
    assert off == []


# The lake is the truth


def test_a_warehouse_made_anew_holds_the_same_rows(demo: DemoNights, tmp_path: Path) -> None:
    # A copy: what others publish of the demonstration's build is its last night's changes.
    for part in ("lake", "warehouse"):
        shutil.copytree(demo.home / part, tmp_path / part)
    settings = demo.settings.model_copy(update={"home": tmp_path})
    Night(settings).build(full_refresh=True)
    names = [
        f"{schema}.{name}"
        for schema, name in demo.query(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('marts', 'audit')"
        )
        if name != "build_results"
    ]
    assert len(names) >= 13
    with duckdb.connect(":memory:") as db:
        db.execute(f"ATTACH '{demo.published[SECOND]}' AS step (READ_ONLY)")
        db.execute(f"ATTACH '{settings.build_file}' AS anew (READ_ONLY)")
        for name in names:
            if name.startswith("marts.indicator_evidence"):
                continue  # views over the tables that are compared
            for one, other in (("step", "anew"), ("anew", "step")):
                rows = db.execute(f"FROM {one}.{name} EXCEPT ALL FROM {other}.{name} LIMIT 3").fetchall()
                assert rows == [], f"{name}: only in {one}"


def test_the_night_again_changes_nothing(demo: DemoNights, tmp_path: Path) -> None:
    shutil.copytree(demo.home / "lake", tmp_path / "lake")
    settings = Settings(home=tmp_path, pseudonym_key=demo.settings.pseudonym_key)
    again = DemoNights(settings, demo.connections)
    before = partitions(settings)
    assert len(before) == 34
    verdict = again.play(SECOND)
    assert verdict.missing_wards == []
    after = partitions(settings)
    assert {key: value[1:] for key, value in after.items()} == {key: value[1:] for key, value in before.items()}
    assert all(after[key][0] != before[key][0] for key in before), "each partition was made again"


def partitions(settings: Settings) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Of each partition of the last night: its batch, counts and cursor, and its records."""
    run = Night(settings)
    found = {}
    for ward in run.registry.wards:
        for record_kind in RecordKind:
            manifest = run.lake.read_record(manifest_path(record_kind, ward, SECOND), Manifest)
            if manifest is None:
                continue
            counts = (manifest.rows_read, manifest.rows_accepted, manifest.rows_quarantined, manifest.rows_unchanged)
            rows = run.lake.read_table(manifest.accepted_path).to_pylist() if manifest.accepted_path else []
            records = sorted(rows, key=lambda row: row["source_record_id"])
            found[(ward, str(record_kind))] = (manifest.batch_id, counts, manifest.cursor_to, manifest.files, records)
    return found


# What people read


@pytest.fixture
def cli(demo: DemoNights, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(demo.home))

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def test_the_report_of_a_district(cli: Any) -> None:
    text = cli("report", "thanh_xuan", "--grain", "half_year")
    district = next(line for line in text.splitlines() if "One-stop" in line or "counter" in line)
    for figure in ("3,430", "3,338", "92", "100.0 %", "97.3 %"):
        assert figure in district
    assert "49,106" not in text, "a district is its wards and its counter"
    assert "52,536" in text
    rows = json.loads(cli("report", "thanh_xuan", "--grain", "half_year", "--json"))
    assert {row["period_start"] for row in rows} == {"2016-01-01"}
    assert len({row["ward_key"] for row in rows}) == 13


def test_the_report_of_an_unknown_district_names_the_known(cli: Any) -> None:
    result = CliRunner().invoke(main, ["report", "quan_99"])
    assert result.exit_code != 0
    assert "quan_11, thanh_xuan" in result.stderr
    assert "Traceback" not in result.output


def test_the_quarantine_can_be_listed_and_opened(cli: Any) -> None:
    entries = json.loads(cli("quarantine", "list", "--state", "all", "--limit", "100", "--json"))
    assert len(entries) == 21
    assert len(json.loads(cli("quarantine", "list", "--json"))) == 10
    assert json.loads(cli("quarantine", "list", "--ward", DOWN, "--state", "all", "--json")) == []
    (entry,) = json.loads(cli("quarantine", "list", "--rule", "status_present", "--json"))
    assert set(entry["rules"].split(",")) == {"status_present", "channel_known", "received_at_present"}
    shown = json.loads(cli("quarantine", "show", entry["quarantine_key"], "--json"))
    assert json.loads(shown["received"])["Hình thức nộp"] == "Fax"
    assert entry["quarantine_key"] in cli("quarantine", "show", entry["quarantine_key"])
    assert BROKEN in cli("quarantine", "list")


def test_status_shows_the_newest_night_of_each_ward(cli: Any) -> None:
    rows = json.loads(cli("status", "--json"))
    assert {row["night"] for row in rows if row["ward"].startswith("quan_11")} == {str(SECOND)}
    assert len(rows) == 60
