"""One record stands for all that a rule cannot tell apart: what is blamed is what a look at each record blames."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.validation import judging
from ward_warehouse.validation.judging import ROW_WISE, Judge
from ward_warehouse.validation.suites import load_suite

INSTANT = pa.timestamp("us", "UTC")
FIRST = datetime(2018, 12, 27, tzinfo=UTC)
SCHEMA = pa.schema(
    [("code", pa.string()), ("start", INSTANT), ("end", INSTANT), ("day", pa.date32()), ("share", pa.float64()),
     ("whole", pa.float64())]
)  # fmt: skip
CODE, PAIR = {"column": "code"}, {"column_A": "end", "column_B": "start", "ignore_row_if": "either_value_is_missing"}
NUMBERS = {"column_A": "share", "column_B": "whole", "ignore_row_if": "either_value_is_missing"}

RULES: list[tuple[str, dict[str, Any]]] = [
    ("expect_column_values_to_be_null", CODE),
    ("expect_column_values_to_not_be_null", {"column": "share"}),
    ("expect_column_values_to_match_regex", {**CODE, "regex": "^[ab]"}),
    ("expect_column_values_to_not_match_regex", {**CODE, "regex": "b"}),
    ("expect_column_values_to_be_in_set", {**CODE, "value_set": ["a", "b"]}),
    ("expect_column_values_to_not_be_in_set", {**CODE, "value_set": ["a"]}),
    ("expect_column_values_to_be_between", {"column": "day", "min_value": date(2018, 12, 28)}),
    ("expect_column_value_lengths_to_be_between", {**CODE, "max_value": 1}),
    ("expect_column_pair_values_a_to_be_greater_than_b", PAIR),
    ("expect_column_pair_values_a_to_be_greater_than_b", {**PAIR, "or_equal": True}),
    ("expect_column_pair_values_a_to_be_greater_than_b", NUMBERS),
    ("expect_column_pair_values_to_be_equal", {**PAIR, "ignore_row_if": "both_values_are_missing"}),
    # Of a type that nobody uses yet nothing is known: each record is looked at.
    ("expect_column_value_lengths_to_equal", {**CODE, "value": 2}),
    ("expect_column_values_to_be_unique", CODE),
]

moments = st.none() | st.integers(0, 3).map(lambda hours: FIRST + timedelta(hours=hours))
days = st.none() | st.integers(0, 2).map(lambda number: FIRST.date() + timedelta(days=number))
numbers = st.none() | st.sampled_from([0.0, -0.0, 1.5, 2.0, float("nan")])
codes = st.none() | st.sampled_from(["", "a", "b", "bb", "cab"])
rows = st.lists(st.tuples(codes, moments, moments, days, numbers, numbers), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], tuple[Judge, Judge]]:
    """A judge of the rules, and one of the same rules that looks at each record."""
    folder: Path = tmp_path_factory.mktemp("suite")
    entries = [
        {"type": name, "severity": "error", "kwargs": kwargs,
         "meta": {"rule": f"r{number}", "reason": "r", "reason_vi": "r", "vi": "v", "en": "e"}}
        for number, (name, kwargs) in enumerate(RULES)
    ]  # fmt: skip
    (folder / "dossiers.yml").write_text(yaml.safe_dump({"expectations": entries}), encoding="utf-8")
    suite = load_suite(folder, RecordKind.DOSSIERS)
    together = Judge(suite)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(judging, "_find_likeness", lambda _: None)
        alone = Judge(suite)
    return lambda: (together, alone)


@settings(max_examples=25)
@given(rows)
def test_records_judged_by_one_that_stands_for_them(
    judges: Callable[[], tuple[Judge, Judge]], found: list[Any]
) -> None:
    records = pa.table(
        [pa.array(values, field.type) for values, field in zip(zip(*found, strict=True), SCHEMA, strict=True)],
        schema=SCHEMA,
    )
    together, alone = (
        {rule: broken.tolist() for rule, broken in judge.broken_rows(records).items()} for judge in judges()
    )
    assert together == alone


def test_the_types_whose_records_stand_for_others_are_all_tried() -> None:
    assert {name for name, _ in RULES} >= ROW_WISE


@pytest.mark.parametrize("count", [1, 5_000])
def test_of_many_times_in_one_order_one_pair_is_judged(count: int) -> None:
    starts = pa.array([FIRST + timedelta(minutes=number) for number in range(count)], INSTANT)
    ends = pa.array([FIRST + timedelta(minutes=number + 1) for number in range(count)], INSTANT)
    classes = judging._ordered(pa.table({"end": ends, "start": starts}))
    assert (classes.values.num_rows, classes.which.tolist()) == (1, [0] * count)


@pytest.mark.parametrize("most", [0, 3, 10_000])
def test_what_was_judged_in_an_earlier_frame_is_not_judged_again(
    judges: Callable[[], tuple[Judge, Judge]], most: int
) -> None:
    frames = [["a", "bb", None], ["bb", "c", "a"], ["a", "bb"], ["dd", None, "c"]]
    judged: list[int] = []

    def validate(group: Any, records: pa.Table) -> dict[str, Any]:
        judged.append(records.num_rows)
        return Judge._validate(together, group, records)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(judging, "MOST_REMEMBERED", most)
        together = Judge(judges()[0].suite)
        patched.setattr(together, "_validate", validate)
        for codes in frames:
            records = pa.table({name: pa.nulls(len(codes), SCHEMA.field(name).type) for name in SCHEMA.names})
            records = records.set_column(0, "code", pa.array(codes, pa.string()))
            judged.clear()
            found, expected = (judge.broken_rows(records) for judge in (together, judges()[1]))
            assert {rule: broken.tolist() for rule, broken in found.items()} == {
                rule: broken.tolist() for rule, broken in expected.items()
            }
        # Of the last frame: what is judged row by row, and the one code that is new.
        assert (sum(judged) == len(frames[-1]) + 1) is (most == 10_000)
