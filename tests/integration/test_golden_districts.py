"""Quận 1 and Ba Đình in 2011, made of records and read by their own registry: each figure of their documents."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.recovery import published_figures, recovered
from ward_demo import systems
from ward_demo.golden_districts import ALL_DISTRICTS, GOLDEN_DISTRICTS, GOLDEN_NIGHTS
from ward_demo.story import records_as_of, story_records
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import PROJECT_ROOT, Settings
from ward_warehouse.night.extract import Request
from ward_warehouse.night.steps import Night
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Indicator
from ward_warehouse.reports.golden import compare
from ward_warehouse.warehouse.indicator_sql import standalone_sql

FIGURES = PROJECT_ROOT / "tests" / "golden_figures.csv"
CATALOGUE = read_indicators(PROJECT_ROOT / "dbt_project" / "indicators")
HIDDEN = ("suppressed_small_number", "suppressed_secondary")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("golden")
    settings = Settings(
        home=home,
        wards_dir=PROJECT_ROOT / "examples" / "golden" / "wards",
        pseudonym_key="a pseudonym key of the tests",
    )
    connections = {
        name.removeprefix("AIRFLOW_CONN_").lower(): json.loads(value)
        for name, value in systems.start(home, tuple(GOLDEN_DISTRICTS)).items()
        if name.startswith("AIRFLOW_CONN_")
    }
    try:
        run = Night(settings)
        for district, night in GOLDEN_NIGHTS:
            systems.prepare(home, night, (district,))
            plan = run.plan(Request(night=night))
            verdict = run.run(plan, lambda name: Connection(id=name, **connections[name]))
            # The wards of Ba Đình hand in no list of procedures; every other record kind has to come.
            assert {state.record_kind for state in verdict.states if state.error} <= {RecordKind.PROCEDURES}
        run.build()
        run.publish()
        yield settings.published_file
    finally:
        systems.stop(home)


def query(published: Path, statement: str) -> list[Any]:
    with duckdb.connect(str(published), read_only=True) as db:
        return db.execute(statement).fetchall()


def test_the_golden_figures_hold(published: Path) -> None:
    figures = compare(published, FIGURES, tuple(GOLDEN_DISTRICTS))
    assert len(figures) >= 21
    assert [f"{f.figure}: expected {f.expected}, found {f.actual}" for f in figures if not f.holds] == []


def test_every_golden_figure_is_of_one_of_the_four_districts() -> None:
    with FIGURES.open(encoding="utf-8", newline="") as handle:
        assert {row["district_code"] for row in csv.DictReader(handle)} == set(ALL_DISTRICTS)


def test_nothing_of_the_two_districts_is_in_quarantine(published: Path) -> None:
    assert query(published, "SELECT count(*) FROM audit.quarantine") == [(0,)]


def test_every_dossier_of_quan_1_is_there(published: Path) -> None:
    seen = records_as_of(story_records("quan_1"), date(2011, 9, 30)).dossiers
    assert query(published, "SELECT count(*) FROM marts.fct_dossiers") == [(len(seen),)]


def test_late_dossiers_of_quan_1_have_an_apology_or_an_explanation_as_recorded(published: Path) -> None:
    seen = records_as_of(story_records("quan_1"), date(2011, 9, 30)).dossiers
    wanted = int(seen["apology_at"].notna().sum())
    assert wanted > 100
    statement = "SELECT count(*) FROM marts.fct_dossiers WHERE apology_at IS NOT NULL"
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
    unknown = {(ward, month) for ward, month, note, *_ in built if note == "not_reported"}
    nothing = [None if name == "value" else 0 for name in columns]
    expected = {cell: [None] * len(columns) if cell in unknown else list(plain.get(cell, nothing)) for cell in cells}
    assert {cell: values for cell, values in cells.items() if values != expected[cell]} == {}
    assert {ward for ward, _ in plain} <= {ward for ward, *_ in built}, "what is counted of a ward is a figure of it"
