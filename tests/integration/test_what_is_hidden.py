"""What is hidden in the demonstration's warehouse, attacked with everything that is published beside it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.integration.conftest import SECOND, DemoNights
from tests.support.recovery import Figure, published_figures, recovered


@pytest.fixture(scope="module")
def figures(demo: DemoNights) -> Iterator[list[Figure]]:
    with duckdb.connect(str(demo.published[SECOND]), read_only=True) as db:
        yield published_figures(db)


def test_no_hidden_figure_follows_from_what_is_published(figures: list[Figure]) -> None:
    hidden = [figure for figure in figures if figure.is_hidden]
    assert len({(figure.table, figure.family) for figure in hidden}) >= 8
    assert recovered(figures) == []


def test_what_is_hidden_beside_small_numbers_is_needed(figures: list[Figure]) -> None:
    """Shown again, it gives small numbers back: the attack sees what it is there to see."""
    shown = [f._replace(note=None) if f.note == "suppressed_secondary" else f for f in figures]
    back = recovered(shown)
    assert {figure.table for figure in back} >= {"reform_indicators", "survey_statistics"}
    assert len(back) > 100


def test_the_loss_is_counted_and_small(demo: DemoNights, figures: list[Figure]) -> None:
    [(small, beside, lost)] = demo.query(
        "SELECT sum(too_small), sum(hidden_beside), sum(not_protected) FROM audit.suppression_loss"
    )
    assert small == sum(f.note == "suppressed_small_number" for f in figures)
    assert beside == sum(f.note == "suppressed_secondary" for f in figures)
    assert lost == 0
    assert demo.query(
        "SELECT sum(hidden_beside) < 0.02 * sum(figures) FROM audit.suppression_loss "
        "WHERE published_in = 'reform_indicators'"
    ) == [(True,)]


def test_an_indicator_that_hides_small_numbers_has_no_days(demo: DemoNights) -> None:
    assert demo.query(
        "SELECT DISTINCT period_grain FROM marts.reform_indicators SEMI JOIN ("
        "SELECT indicator_code FROM marts.dim_indicator WHERE small_number_threshold IS NOT NULL"
        ") USING (indicator_code) ORDER BY 1"
    ) == [("half_year",), ("month",), ("quarter",), ("year",), ("year_to_date",)]
