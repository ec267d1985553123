"""The indicator definitions: complete, in both languages, and in step with the models' contracts and unit tests."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.model_texts import described_models

PROJECT = Path(__file__).parents[3] / "dbt_project"
INDICATORS = PROJECT / "macros" / "indicators"

STATE_DATES = {"at_period_end", "at_period_start"}
YAML_BODY = re.compile(r"\{% (?:set \w+|macro indicators__\w+\(\)) %\}\n(.*?)\{% end(?:set|macro) %\}", re.DOTALL)
STRING = re.compile(r"'[^']*'")
WORD = re.compile(r"[a-z_][a-z_0-9]*")
SQL_WORDS = frozenset("and or not in is null true false case when then else end least greatest coalesce like".split())

UNITS = {
    "dossiers", "responses", "share", "working_days", "days", "nights", "units", "devices", "officers", "records",
    "initiatives", "posts", "people", "turns", "opinions", "multiple",
}  # fmt: skip

FIRST_CODES = {
    "dossiers_received", "dossiers_resolved", "dossiers_open", "dossiers_overdue", "resolved_early", "resolved_on_time",
    "resolved_late", "on_time_of_resolved", "on_time_of_received", "on_time_of_due", "on_time_decision_766",
    "median_working_days", "apology_coverage", "saturday_dossiers", "saturday_share", "online_filing_rate",
    "survey_volume", "satisfaction_rate", "response_rate", "reporting_completeness",
}  # fmt: skip


def read_yaml(text: str) -> Any:
    return YAML(typ="safe").load(text)


def macro_text(path: Path) -> str:
    """The YAML inside a macro file: what stands between its macro or set tag and the matching end tag."""
    found = YAML_BODY.search(path.read_text("utf-8"))
    assert found, f"{path.name}: no YAML found"
    return found.group(1)


def read_definitions() -> list[dict[str, Any]]:
    files = sorted((INDICATORS / "definitions").glob("*.sql"))
    return [entry for path in files for entry in read_yaml(macro_text(path))]


@cache
def marts() -> dict[str, dict[str, Any]]:
    """Columns of each mart as its contract has them, by name."""
    models = [model for folder in ("marts", "audit") for model in described_models(folder)]
    return {model["name"]: {column["name"]: column for column in model["columns"]} for model in models}


@cache
def unit_tests() -> str:
    files = sorted((PROJECT / "models" / "intermediate").rglob("_*__unit_tests.yml"))
    return "\n".join(path.read_text("utf-8") for path in files)


def parts(definition: dict[str, Any]) -> list[dict[str, Any]]:
    return [definition[role] for role in ("numerator", "denominator") if role in definition]


DEFINITIONS = read_definitions()
RECORD_KINDS: dict[str, Any] = read_yaml(macro_text(INDICATORS / "record_kinds.sql"))
SOURCES: dict[str, Any] = read_yaml(macro_text(INDICATORS / "sources.sql"))

each = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: f"{d['code']}_v{d['version']}")


def test_the_indicators_of_the_catalogue_are_all_there() -> None:
    assert {definition["code"] for definition in DEFINITIONS} >= FIRST_CODES


def test_a_code_and_version_is_defined_once() -> None:
    keys = [(definition["code"], definition["version"]) for definition in DEFINITIONS]
    assert sorted(keys) == sorted(set(keys))


def test_versions_of_a_code_follow_each_other() -> None:
    versions: dict[str, list[dict[str, Any]]] = {}
    for definition in DEFINITIONS:
        versions.setdefault(definition["code"], []).append(definition)
    for code, series in versions.items():
        ordered = sorted(series, key=lambda d: d["version"])
        for before, after in pairwise(ordered):
            assert before["valid_to"] < after["valid_from"], code


def test_every_theme_is_in_the_catalogue() -> None:
    catalogue = (INDICATORS / "catalogue.sql").read_text("utf-8")
    for path in (INDICATORS / "definitions").glob("*.sql"):
        assert f"indicators__{path.stem}()" in catalogue
        assert {entry["theme"] for entry in read_yaml(macro_text(path))} == {path.stem}


@each
def test_texts_are_in_both_languages(definition: dict[str, Any]) -> None:
    for key in ("name", "description"):
        assert set(definition[key]) == {"vi", "en"}
        assert all(text.strip() for text in definition[key].values())
        assert definition[key]["vi"] != definition[key]["en"]


@each
def test_meaning_is_complete(definition: dict[str, Any]) -> None:
    assert definition["kind"] in {"count", "stock", "ratio", "median", "distinct", "concentration"}
    assert definition["unit"] in UNITS
    assert definition["direction"] in {"higher_is_better", "lower_is_better", "neutral"}
    assert set(SOURCES[definition["source"]]) == {"vi", "en"}
    if definition["kind"] in {"ratio", "median", "concentration"}:
        (notes,) = marts()["reform_indicators"]["value_note"]["data_tests"]
        assert definition["empty_note"] in notes["accepted_values"]["arguments"]["values"]


@each
def test_targets_are_a_series(definition: dict[str, Any]) -> None:
    targets = definition.get("targets", [])
    starts = [target["from"] for target in targets]
    assert starts == sorted(set(starts))
    for target in targets:
        assert target["comparison"] in {"at_least", "above", "at_most", "below"}
        assert target["source"] in SOURCES
        assert isinstance(target["value"], int | float)


@each
def test_parts_name_columns_of_their_mart(definition: dict[str, Any]) -> None:
    for part in parts(definition):
        kind = RECORD_KINDS[part["record_kind"]]
        columns = set(marts()[kind["mart"]])
        if part["date"] in STATE_DATES:
            # A state is known by its dates alone: a predicate over the period's end would not add up over days.
            assert "{period_end}" not in part.get("where", "")
            texts = [part.get("opened", kind["opened"]), part.get("closed", kind["closed"])]
        else:
            texts = [part["date"]]
        texts += [part.get("where", "").replace("{period_end}", ""), part.get("sum_of", "")]
        texts.append(definition.get("value_of", ""))
        assert set(WORD.findall(STRING.sub("", " ".join(texts)))) - SQL_WORDS <= columns


@each
def test_has_a_unit_test(definition: dict[str, Any]) -> None:
    """An indicator is added with its unit test: one that names it, in the overrides or in a row."""
    assert re.search(rf"\b{definition['code']}\b", unit_tests())


@pytest.mark.parametrize("scorecard", ["ward_scorecard", "district_scorecard"])
def test_scorecards_have_a_column_for_each_indicator_on_them(scorecard: str) -> None:
    on_it = {definition["code"] for definition in DEFINITIONS if definition.get("scorecard")}
    columns = list(marts()[scorecard])
    assert set(columns[columns.index("is_provisional") + 1 :]) == on_it
