"""What is guessed of a rule before the judging is what the judging says of it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.validation import clearing
from ward_warehouse.validation.clearing import GUESSES, find_suspects
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.suites import Suite, load_suite

INSTANT = pa.timestamp("us", "UTC")
FIRST = datetime(2018, 12, 27, tzinfo=UTC)
SCHEMA = pa.schema([("code", pa.string()), ("start", INSTANT), ("end", INSTANT), ("day", pa.date32())])
CODE, PAIR = {"column": "code"}, {"column_A": "end", "column_B": "start", "ignore_row_if": "either_value_is_missing"}
RULES: list[tuple[str, dict[str, Any]]] = [
    ("expect_column_values_to_be_null", CODE),
    ("expect_column_values_to_not_be_null", CODE),
    ("expect_column_values_to_not_match_regex", {**CODE, "regex": "b(?!b)"}),
    ("expect_column_values_to_not_be_in_set", {**CODE, "value_set": ["a", "cab"]}),
    ("expect_column_values_to_be_between", {"column": "day", "min_value": date(2018, 12, 28)}),
    ("expect_column_values_to_be_between", {"column": "day", "max_value": date(2018, 12, 28)}),
    ("expect_column_pair_values_a_to_be_greater_than_b", PAIR),
    ("expect_column_pair_values_a_to_be_greater_than_b", {**PAIR, "or_equal": True}),
]

moments = st.none() | st.integers(0, 3).map(lambda hours: FIRST + timedelta(hours=hours))
days = st.none() | st.integers(0, 2).map(lambda number: FIRST.date() + timedelta(days=number))
codes = st.none() | st.sampled_from(["", "a", "b", "bb", "cab"])
rows = st.lists(st.tuples(codes, moments, moments, days), min_size=1, max_size=40)


def suite_of(folder: Path, rules: list[tuple[str, dict[str, Any]]], severity: str = "error") -> Suite:
    entries = [
        {"type": name, "severity": severity, "kwargs": kwargs,
         "meta": {"rule": f"r{number}", "reason": "r", "reason_vi": "r", "vi": "v", "en": "e"}}
        for number, (name, kwargs) in enumerate(rules)
    ]  # fmt: skip
    (folder / "dossiers.yml").write_text(yaml.safe_dump({"expectations": entries}), encoding="utf-8")
    return load_suite(folder, RecordKind.DOSSIERS)


def table(found: list[Any]) -> pa.Table:
    columns = zip(*found, strict=True)
    return pa.table([pa.array(v, field.type) for v, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> list[Judge]:
    """A judge of each rule."""
    return [Judge(suite_of(tmp_path_factory.mktemp("suite"), [rule])) for rule in RULES]


@settings(max_examples=20)
@given(rows)
def test_each_guess_is_what_great_expectations_says(judges: list[Judge], found: list[Any]) -> None:
    records = table(found)
    for judge in judges:
        (broken,) = judge.broken_rows(records).values()
        assert np.flatnonzero(find_suspects(judge.suite, records)).tolist() == broken.tolist(), judge.suite


def test_every_type_that_is_guessed_is_tried() -> None:
    assert {name for name, _ in RULES} == set(GUESSES)


@pytest.mark.parametrize(
    ("rules", "severity"),
    [
        ([("expect_column_values_to_be_null", CODE)], "warning"),
        ([("expect_column_values_to_be_unique", CODE)], "error"),
        ([("expect_column_values_to_be_null", {"column": "elsewhere"})], "error"),
        ([("expect_column_values_to_be_between", {"column": "code", "min_value": 3})], "error"),
        ([("expect_column_values_to_not_match_regex", {**CODE, "regex": "("})], "error"),
        ([("expect_column_values_to_not_match_regex", CODE)], "error"),
        ([("expect_column_values_to_not_be_in_set", {**CODE, "value_set": [{}]})], "error"),
        ([("expect_column_values_to_be_null", {})], "error"),
    ],
    ids=[
        "a warning",
        "a type that nobody guesses",
        "no such column",
        "another type",
        "a pattern that is none",
        "no pattern",
        "a set of no texts",
        "no column",
    ],
)
def test_what_cannot_be_guessed_is_left_to_the_judging(
    tmp_path: Path, rules: list[tuple[str, dict[str, Any]]], severity: str
) -> None:
    records = table([("a", FIRST, FIRST, FIRST.date())] * 3)
    assert not find_suspects(suite_of(tmp_path, rules, severity), records).any()


def test_a_column_of_many_texts_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = suite_of(tmp_path, [("expect_column_values_to_not_match_regex", {**CODE, "regex": "b"})])
    records = table([(code, None, None, None) for code in ("a", "b", None)])
    assert find_suspects(suite, records).tolist() == [False, True, False]
    monkeypatch.setattr(clearing, "MOST_TEXTS", 1)
    assert not find_suspects(suite, records).any()
