"""The indicators as metrics: which of them are, and what a metric counts."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.district import ROOT
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.warehouse.metrics import adds_up, metric_name, semantic_layer

CATALOGUE = read_indicators(ROOT / "dbt_project" / "indicators")
LAYER: dict[str, Any] = yaml.safe_load(semantic_layer(CATALOGUE))
METRICS = {metric["name"]: metric for metric in LAYER["metrics"]}
MEASURES = {measure["name"]: measure for model in LAYER["semantic_models"] for measure in model.get("measures", [])}


def test_what_adds_up_is_a_metric_and_nothing_else() -> None:
    whole = {name for name in METRICS if not name.endswith(("_numerator", "_denominator"))}
    assert whole == {one.code for _, one in CATALOGUE.definitions() if adds_up(one, CATALOGUE)}
    assert whole >= {"dossiers_received", "on_time_of_resolved", "satisfaction_rate", "reporting_completeness"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("dossiers_open", "a state"),
        ("apology_coverage", "looks at the period's end"),
        ("median_working_days", "a median"),
        ("directives_followed_up", "an office's own return of a period"),
    ],
)
def test_a_figure_of_a_period_is_no_metric(code: str, reason: str) -> None:
    assert CATALOGUE.versions(code), code
    assert code not in METRICS, reason


def test_a_part_counts_what_its_definition_says_by_its_date_and_owner() -> None:
    measure = MEASURES["on_time_of_resolved_numerator"]
    assert measure["agg_time_dimension"] == "end_date"
    assert measure["expr"] == (
        "case when (timeliness in ('early', 'on_time')) and (end_date between coalesce(counted_from, end_date) "
        "and coalesce(counted_to, end_date)) then 1 else 0 end"
    )
    assert "then working_days else 0 end" in MEASURES["mean_working_days_numerator"]["expr"]
    assert METRICS["on_time_of_resolved"]["type_params"] == {
        "numerator": "on_time_of_resolved_numerator",
        "denominator": "on_time_of_resolved_denominator",
    }


def test_every_table_that_a_metric_counts_stands_in_the_project() -> None:
    """dbt refuses the whole project over one that does not."""
    models = ROOT / "semantic_layer" / "models"
    described = {one["name"] for one in yaml.safe_load((models / "tables.yml").read_text("utf-8"))["models"]}
    counted = {one["model"].removeprefix("ref('").removesuffix("')") for one in LAYER["semantic_models"]}
    assert counted | {"dim_date"} == described == {file.stem for file in models.glob("*.sql")}


def test_no_entity_has_the_name_of_a_dimension() -> None:
    """MetricFlow refuses the whole project over one that does."""
    named = {
        what: {one["name"] for model in LAYER["semantic_models"] for one in model[what]}
        for what in ("entities", "dimensions")
    }
    assert named["entities"] >= {"dossier", "ward", "procedure_key"}
    assert not named["entities"] & named["dimensions"]


def test_an_older_version_keeps_its_own_name() -> None:
    volume = CATALOGUE.themes[0]
    newer = volume.indicators[0].model_copy(update={"version": 2})
    both = Catalogue.model_construct(
        themes=(volume.model_copy(update={"indicators": (*volume.indicators, newer)}),),
        record_kinds=CATALOGUE.record_kinds,
        sources=CATALOGUE.sources,
    )
    assert metric_name(newer, both) == "dossiers_received"
    assert metric_name(volume.indicators[0], both) == "dossiers_received_v1"
    assert {metric["name"] for metric in yaml.safe_load(semantic_layer(both))["metrics"]} >= {
        "dossiers_received",
        "dossiers_received_v1",
    }
