"""The worked examples of the dictionary: made from the definitions alone, right by hand and by the statement."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from ward_warehouse.core.settings import PROJECT_ROOT
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Indicator
from ward_warehouse.reports.book.example import Counted, figure_of, work_out

CATALOGUE = read_indicators(PROJECT_ROOT / "dbt_project" / "indicators")
COLUMNS = """
CREATE SCHEMA marts; CREATE SCHEMA audit;
CREATE TABLE marts.dim_ward (ward_key VARCHAR, unit_kind VARCHAR, in_force_from DATE, district_as_of DATE);
CREATE TABLE marts.dim_date (calendar_date DATE, month_start DATE);
CREATE TABLE marts.indicators_not_recorded (ward_key VARCHAR, indicator_code VARCHAR, indicator_version INTEGER);
CREATE TABLE marts.fct_dossiers (
    ward_key VARCHAR, received_date DATE, end_date DATE, counted_from DATE, counted_to DATE, timeliness VARCHAR,
    channel VARCHAR, working_days INTEGER, officer_key VARCHAR, returned_date DATE, apology_date DATE);
CREATE TABLE marts.fct_survey_responses (
    ward_key VARCHAR, answered_date DATE, counted_from DATE, counted_to DATE, domain VARCHAR, is_valid BOOLEAN);
"""


@pytest.fixture
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with the columns that these indicators read, and no record."""
    with duckdb.connect() as db:
        db.execute(COLUMNS)
        yield db


def definition(code: str) -> Indicator:
    return CATALOGUE.versions(code)[-1]


CODES = [
    "dossiers_received", "on_time_of_resolved", "dossiers_open", "median_working_days", "officer_load_top_share",
    "officers_at_work", "mean_working_days", "response_rate", "apology_coverage", "backlog_ratio",
]  # fmt: skip
"""One of each kind, one of two kinds of records, one that looks at the period's end."""


@pytest.mark.parametrize("code", CODES)
def test_the_figure_by_hand_is_that_of_the_statement(published: duckdb.DuckDBPyConnection, code: str) -> None:
    example = work_out(definition(code), CATALOGUE, published)
    found = figure_of(definition(code), CATALOGUE, published, example.records)
    assert (found.get("numerator"), found.get("denominator")) == (example.numerator, example.denominator)
    assert found.get("value", example.value) == example.value
    assert example.value is not None


def test_an_example_has_records_that_count_and_one_that_does_not(published: duckdb.DuckDBPyConnection) -> None:
    example = work_out(definition("on_time_of_resolved"), CATALOGUE, published)
    assert [(one.numerator or 0, one.denominator or 0) for one in example.records] == [
        (1, 1), (1, 1), (1, 1), (0, 1), (0, 1), (0, 0),
    ]  # fmt: skip
    assert example.value == pytest.approx(3 / 5)
    assert {one.values["timeliness"] for one in example.records[:3]} <= {"early", "on_time"}


def test_an_example_is_the_same_every_time(published: duckdb.DuckDBPyConnection) -> None:
    first, second = (work_out(definition("apology_coverage"), CATALOGUE, published) for _ in range(2))
    assert first == second


def test_a_record_more_makes_another_figure(published: duckdb.DuckDBPyConnection) -> None:
    """What the statement is asked about is the table's records, not anything else."""
    indicator = definition("dossiers_received")
    example = work_out(indicator, CATALOGUE, published)
    more = [*example.records, next(one for one in example.records if one.numerator)]
    found = figure_of(indicator, CATALOGUE, published, more)
    assert found["numerator"] == (example.numerator or 0) + 1
    assert isinstance(more[0], Counted)
