"""Quận 1, Ba Đình and Long Biên, made of records and read by their own registry: each figure of their documents."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.adding_up import ADDS_UP, years_that_differ
from tests.support.recovery import published_figures, recovered
from ward_demo.golden_districts import ALL_DISTRICTS, GOLDEN_DISTRICTS, GOLDEN_NIGHTS
from ward_demo.story import records_as_of, story_records
from ward_warehouse.core.settings import PROJECT_ROOT, Settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Indicator
from ward_warehouse.reports.golden import compare
from ward_warehouse.warehouse.indicator_sql import standalone_sql

FIGURES = PROJECT_ROOT / "tests" / "golden_figures.csv"
CATALOGUE = read_indicators(PROJECT_ROOT / "dbt_project" / "indicators")
HIDDEN = ("suppressed_small_number", "suppressed_secondary")


@pytest.fixture(scope="module")
def published(golden: Settings) -> Path:
    return golden.published_file


def query(published: Path, statement: str) -> list[Any]:
    with duckdb.connect(str(published), read_only=True) as db:
        return db.execute(statement).fetchall()


def test_the_golden_figures_hold(published: Path) -> None:
    figures = compare(published, FIGURES, tuple(GOLDEN_DISTRICTS))
    assert len(figures) >= 39
    assert [f"{f.figure}: expected {f.expected}, found {f.actual}" for f in figures if not f.holds] == []


def test_every_golden_figure_is_of_one_of_the_five_districts() -> None:
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        assert {row["district_code"] for row in csv.DictReader(handle)} == set(ALL_DISTRICTS)


@pytest.mark.parametrize("code", sorted({code for code, _ in ADDS_UP}))
def test_the_months_of_a_year_add_up_to_the_year(published: Path, code: str) -> None:
    assert years_that_differ(published, code) == []


def test_figures_of_one_grain_lie_together(published: Path) -> None:
    """Who asks for months passes over the days in whole groups of rows; the build made all of them at once."""
    ((grains, borders),) = query(
        published,
        "SELECT count(DISTINCT period_grain), count(*) FILTER (period_grain <> before) FROM (SELECT period_grain, "
        "lag(period_grain) OVER (ORDER BY rowid) AS before FROM marts.reform_indicators)",
    )
    assert 1 < grains <= borders + 1 < 20


def test_nothing_of_the_three_districts_is_in_quarantine(published: Path) -> None:
    assert query(published, "SELECT count(*) FROM audit.quarantine") == [(0,)]


@pytest.mark.parametrize(("district", "night"), [night for night in GOLDEN_NIGHTS if night[0] != "ba_dinh"])
def test_every_dossier_is_there(published: Path, district: str, night: date) -> None:
    seen = records_as_of(story_records(district), night).dossiers
    statement = f"SELECT count(*) FROM marts.fct_dossiers WHERE district_code = '{district}'"  # noqa: S608 - our own key
    assert query(published, statement) == [(len(seen),)]


def test_answers_about_schools_and_clinics_are_no_votes_on_the_counter(published: Path) -> None:
    answers = records_as_of(story_records("long_bien"), date(2018, 12, 31)).survey_responses
    wanted = answers.groupby("domain").size().to_dict()
    assert set(wanted) == {"counter", "education", "health"}
    statement = "SELECT domain, count(*) FROM marts.fct_survey_responses WHERE district_code = 'long_bien' GROUP BY 1"
    assert dict(query(published, statement)) == wanted
    volume = query(
        published,
        "SELECT sum(numerator) FROM marts.reform_indicators WHERE indicator_code = 'survey_volume' "
        "AND district_code = 'long_bien' AND ward_key IS NULL AND period_grain = 'year'",
    )
    assert volume == [(wanted["counter"],)]
    # What is asked at once, the rating of the counter, is in the statistics as it is in the indicator.
    statistics = query(
        published,
        "SELECT sum(answers) FROM marts.survey_statistics WHERE district_code = 'long_bien' AND ward_key IS NULL "
        "AND mode = 'all' AND question = 'overall' AND period_grain = 'year'",
    )
    assert statistics == volume


def test_no_saturday_before_the_eleventh_of_march_2017(published: Path) -> None:
    found = query(
        published,
        "SELECT ward_key, min(service_date) FROM marts.fct_service_saturdays WHERE district_code = 'long_bien' "
        "GROUP BY 1 ORDER BY 1",
    )
    assert found == [
        (ward, date(2017, 3, 11)) for ward in ("long_bien_bo_de", "long_bien_counter", "long_bien_ngoc_lam")
    ]


def test_the_targets_of_2018_judge_2018_and_no_year_before_it(published: Path) -> None:
    codes = ["education_satisfaction", "health_satisfaction", "satisfaction_rate"]
    found = query(
        published,
        "SELECT indicator_code, year(period_start), target, target_met FROM marts.reform_indicators "
        "WHERE district_code = 'long_bien' AND ward_key IS NULL AND period_grain = 'year' "
        "AND indicator_code IN ('satisfaction_rate', 'education_satisfaction', 'health_satisfaction') ORDER BY 1, 2",
    )
    years = [(code, *of_year) for code in codes for of_year in ((2017, None, None), (2018, 0.8, True))]
    assert found == years


def test_citizens_of_long_bien_are_called_for_what_is_ready_early(published: Path) -> None:
    seen = records_as_of(story_records("long_bien"), date(2018, 12, 31)).dossiers
    wanted = seen[seen["ward_key"] == "long_bien_bo_de"]["notified_at"].notna().sum()
    found = query(
        published,
        "SELECT sum(numerator) FROM marts.reform_indicators WHERE indicator_code = 'early_return_called_rate' "
        "AND ward_key = 'long_bien_bo_de' AND period_grain = 'year'",
    )
    assert found == [(int(wanted),)]
    assert wanted > 50


def test_late_dossiers_of_quan_1_have_an_apology_or_an_explanation_as_recorded(published: Path) -> None:
    seen = records_as_of(story_records("quan_1"), date(2011, 9, 30)).dossiers
    wanted = int(seen["apology_at"].notna().sum())
    assert wanted > 100
    statement = "SELECT count(*) FROM marts.fct_dossiers WHERE district_code = 'quan_1' AND apology_at IS NOT NULL"
    assert query(published, statement) == [(wanted,)]
    rates = query(
        published,
        "SELECT indicator_code, numerator > 0 AND numerator < denominator FROM marts.reform_indicators "
        "WHERE indicator_code IN ('apology_coverage', 'explanation_coverage') AND district_code = 'quan_1' "
        "AND ward_key IS NULL AND period_grain = 'year_to_date' AND period_end = '2011-09-30' ORDER BY 1",
    )
    assert rates == [("apology_coverage", True), ("explanation_coverage", True)]


def test_no_hidden_figure_follows_from_what_is_published(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as db:
        assert recovered(published_figures(db)) == []


def test_the_milestones_of_ba_dinh_are_those_of_the_meeting(published: Path) -> None:
    found = query(
        published, "SELECT period_end FROM marts.fct_ward_returns WHERE item_code LIKE 'milestone.%' ORDER BY 1"
    )
    assert [row[0] for row in found] == [date(2011, 11, 15), date(2011, 11, 20), date(2011, 11, 30), date(2011, 12, 31)]


def test_the_contradicting_base_is_kept_and_flagged(published: Path) -> None:
    found = query(
        published,
        "SELECT item_code, sum(base), bool_and(base_contradicts) FROM marts.fct_ward_returns "
        "WHERE item_code LIKE 'procedure_review.%' GROUP BY 1 ORDER BY 1",
    )
    assert found == [
        ("procedure_review.department.done", 14.0, True),
        ("procedure_review.department.under_way", 11.0, True),
        ("procedure_review.ward.done", 14.0, False),
    ]


def test_the_evidence_of_a_reported_figure_names_its_records(published: Path) -> None:
    statement = (
        "SELECT count(*), sum(numerator_quantity) FROM marts.indicator_evidence WHERE period_grain = 'month' "
        "AND indicator_code = 'procedure_review_departments' AND ward_key = 'ba_dinh_phong_noi_vu'"
    )
    assert query(published, statement) == [(14, 7)]


def test_a_month_without_a_report_has_no_figure(published: Path) -> None:
    statement = (
        "SELECT DISTINCT numerator, value_note FROM marts.reform_indicators WHERE district_code = 'quan_1' "
        "AND indicator_code = 'persons_trained' AND period_grain = 'month'"
    )
    assert query(published, statement) == [(None, "not_reported")]


@pytest.mark.parametrize("indicator", [one for _, one in CATALOGUE.definitions()], ids=lambda one: one.name_in_sql)
def test_the_plain_statement_gives_the_figures_of_the_build(published: Path, indicator: Indicator) -> None:
    """A second opinion, cell by cell: from the records in one statement, and by all that is summed, kept and joined."""
    with duckdb.connect(str(published), read_only=True) as db:
        found = db.sql(standalone_sql(indicator, CATALOGUE))
        columns = found.columns[2:]
        plain = {row[:2]: row[2:] for row in found.fetchall()}
        built = db.execute(
            f"SELECT ward_key, period_start, value_note, {', '.join(columns)} FROM marts.reform_indicators "  # noqa: S608
            "WHERE indicator_code = $code AND indicator_version = $version AND period_grain = 'month' "
            "AND ward_key IS NOT NULL",
            {"code": indicator.code, "version": indicator.version},
        ).fetchall()
    assert built
    cells = {(ward, month): values for ward, month, note, *values in built if note not in HIDDEN}
    unknown = {
        (ward, month)
        for ward, month, note, *values in built
        if note == "not_reported" or (note == "not_recorded" and not any(value is not None for value in values))
    }
    nothing = [None if name == "value" else 0 for name in columns]
    expected = {cell: [None] * len(columns) if cell in unknown else list(plain.get(cell, nothing)) for cell in cells}
    assert {cell: values for cell, values in cells.items() if values != expected[cell]} == {}
    assert {ward for ward, _ in plain} <= {ward for ward, *_ in built}, "what is counted of a ward is a figure of it"


def test_the_scorecard_of_decision_766_counts_what_is_known(published: Path) -> None:
    shapes = query(
        published,
        "SELECT DISTINCT count(*) FILTER (level = 'index'), max(ceiling) FILTER (level = 'total'), "
        "bool_or(is_in_force) FROM marts.decision_766_scorecard "
        "GROUP BY district_code, ward_key, period_grain, period_start, period_end",
    )
    # The portal's rules are known of 2026: those of 2011 are for comparison.
    assert shapes == [(24, 100.0, False)]
    known = query(
        published,
        "SELECT count(*), count(*) FILTER (abs(s.points - round(20 * i.value, 2)) < 0.001) "
        "FROM marts.decision_766_scorecard AS s JOIN marts.reform_indicators AS i ON s.index_number = '2.1' "
        "AND i.indicator_code = 'on_time_decision_766' AND s.district_code = i.district_code "
        "AND s.ward_key IS NOT DISTINCT FROM i.ward_key AND s.period_grain = i.period_grain "
        "AND s.period_start = i.period_start AND s.period_end = i.period_end WHERE i.value IS NOT NULL",
    )
    assert known[0][0] == known[0][1] > 0
    apart = query(
        published,
        "SELECT * FROM (SELECT sum(points_possible) FILTER (level = 'index') AS possible_of_indices, "
        "max(points_possible) FILTER (level = 'total') AS possible, "
        "sum(points) FILTER (level = 'index') AS of_indices, "
        "max(points) FILTER (level = 'total') AS total FROM marts.decision_766_scorecard "
        "GROUP BY district_code, ward_key, period_grain, period_start, period_end) "
        "WHERE possible_of_indices <> possible OR abs(of_indices - total) > 0.05",
    )
    assert apart == []
