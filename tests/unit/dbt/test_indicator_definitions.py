"""The definitions of indicators: in step with the models' contracts and unit tests, and with what is generated."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.support.model_texts import MODELS, described_models
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Indicator
from ward_warehouse.warehouse.indicator_generation import COMMAND, generated_files
from ward_warehouse.warehouse.indicator_sql import standalone_sql

PROJECT = MODELS.parent
INDICATORS = PROJECT / "indicators"
CATALOGUE = read_indicators(INDICATORS)
DEFINITIONS = [indicator for _, indicator in CATALOGUE.definitions()]

STRING = re.compile(r"'[^']*'")
WORD = re.compile(r"[a-z_][a-z_0-9]*")
SQL_WORDS = frozenset("and or not in is null true false case when then else end least greatest coalesce like".split())
# The longest counts two kinds of records and leaves out who records neither.
LINES_OF_A_SCREEN = 45

FIRST_CODES = {
    "dossiers_received", "dossiers_resolved", "dossiers_open", "dossiers_overdue", "resolved_early", "resolved_on_time",
    "resolved_late", "on_time_of_resolved", "on_time_of_received", "on_time_of_due", "on_time_decision_766",
    "median_working_days", "apology_coverage", "saturday_dossiers", "saturday_share", "online_filing_rate",
    "survey_volume", "satisfaction_rate", "response_rate", "reporting_completeness",
}  # fmt: skip

each = pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name_in_sql)
each_file = pytest.mark.parametrize("path", sorted(INDICATORS.rglob("*.yml")), ids=lambda path: path.name)


@cache
def marts() -> dict[str, dict[str, Any]]:
    """Columns of each mart as its contract has them, by name."""
    models = [*described_models("marts"), *described_models("audit")]
    return {model["name"]: {column["name"]: column for column in model["columns"]} for model in models}


@cache
def unit_tests() -> str:
    """The text of all unit tests of the sums and figures."""
    folder = MODELS / "intermediate" / "indicators"
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("_*__unit_tests.yml")))


def test_the_indicators_of_the_catalogue_are_all_there() -> None:
    assert {definition.code for definition in DEFINITIONS} >= FIRST_CODES


@pytest.mark.parametrize("path", generated_files(PROJECT), ids=lambda path: path.name)
def test_what_is_generated_is_current(path: Path) -> None:
    assert path.read_text("utf-8") == generated_files(PROJECT)[path], f"run `{COMMAND}` and commit what it writes"


@each_file
def test_a_file_names_the_schema_that_it_is_valid_by(path: Path) -> None:
    text = path.read_text("utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named, "an editor finds the schema in the first line"
    schema = json.loads((path.parent / named.group(1)).read_text("utf-8"))
    # An editor reads dates as the texts that they are in the file.
    data = json.loads(json.dumps(YAML(typ="safe").load(text), default=str))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []


def test_the_schema_finds_what_is_wrong() -> None:
    schema = json.loads((INDICATORS / "schemas" / "theme.json").read_text("utf-8"))
    data = json.loads(json.dumps(YAML(typ="safe").load((INDICATORS / "volume.yml").read_text("utf-8")), default=str))
    data["indicators"][0]["numerator"]["wheer"] = "true"
    assert list(Draft202012Validator(schema).iter_errors(data))


def test_each_record_kind_has_a_model_of_its_sums() -> None:
    sums = {path.stem.partition("__")[2] for path in MODELS.rglob("int_indicator_sums__*.sql")}
    assert sums == set(CATALOGUE.record_kinds)


@each
def test_an_empty_denominator_has_a_note_that_the_contract_knows(definition: Indicator) -> None:
    (notes,) = marts()["reform_indicators"]["value_note"]["data_tests"]
    assert getattr(definition, "empty_note", "not_reported") in notes["accepted_values"]["arguments"]["values"]


@each
def test_parts_name_columns_of_their_mart(definition: Indicator) -> None:
    for _, part in definition.parts:
        kind = CATALOGUE.record_kinds[part.record_kind]
        columns = set(marts()[kind.mart])
        texts = [part.opened or kind.opened, part.closed or kind.closed] if part.is_state else [part.date]
        texts += [(part.where or "").replace("{period_end}", ""), part.sum_of, getattr(definition, "value_of", "")]
        assert set(WORD.findall(STRING.sub("", " ".join(filter(None, texts))))) - SQL_WORDS <= columns


@each
def test_its_statement_fits_a_screen(definition: Indicator) -> None:
    lines = standalone_sql(definition, CATALOGUE).splitlines()
    assert len(lines) <= LINES_OF_A_SCREEN
    assert max(map(len, lines)) <= 120


@each
def test_has_a_unit_test(definition: Indicator) -> None:
    """An indicator is added with its unit test: one that names it, in the overrides or in a row."""
    assert re.search(rf"\b{definition.code}\b", unit_tests())


@pytest.mark.parametrize("scorecard", ["ward_scorecard", "district_scorecard"])
def test_scorecards_have_a_column_for_each_indicator_on_them(scorecard: str) -> None:
    on_it = {definition.code for definition in DEFINITIONS if definition.scorecard}
    columns = list(marts()[scorecard])
    assert set(columns[columns.index("is_provisional") + 1 :]) == on_it
