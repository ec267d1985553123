"""Great Expectations judges landed records by the suites in `expectations/`; each record goes one of two ways.

Only the index labels of failing rows are taken from Great Expectations, never values: values can be personal data.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.validation.importing import great_expectations
from ward_warehouse.validation.suites import Rule, Suite, columns_of

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

ROW_WISE = frozenset(
    """
    expect_column_values_to_be_null expect_column_values_to_not_be_null
    expect_column_values_to_match_regex expect_column_values_to_not_match_regex
    expect_column_values_to_be_in_set expect_column_values_to_not_be_in_set
    expect_column_values_to_be_between expect_column_value_lengths_to_be_between
    expect_column_pair_values_a_to_be_greater_than_b expect_column_pair_values_to_be_equal
    """.split()
)
"""Expectations that judge a row by its own values alone; equal rows, and most of a night are, are judged once."""

OF_PRESENCE = frozenset({"expect_column_values_to_be_null", "expect_column_values_to_not_be_null"})
"""Of them, those that ask only whether there is a value: one that is there stands for all others."""

MOST_REMEMBERED = 10_000
"""Of the classes of a group; a column of more different values has others in the next frame."""

OF_ORDER = frozenset({"expect_column_pair_values_a_to_be_greater_than_b", "expect_column_pair_values_to_be_equal"})
"""Of them, those that ask only which of two values is the greater: one such pair stands for all that lie so."""


class Judge:
    """Judges frames of one record kind; importing Great Expectations is paid once, on the first frame."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._groups, self._batches = _prepare(suite)

    def broken_rows(self, records: pa.Table) -> dict[str, np.ndarray]:
        """For each rule the positions (from 0) of the records that broke it, in the suite's order.

        Args:
            records: mapped records of one or more wards with the columns that the suite looks at.

        Raises:
            ValidationError: a rule could not be judged. Nothing passes unjudged.
        """
        self.require_columns(records.column_names)
        found: dict[str, np.ndarray] = {}
        for group in self._groups:
            if group.alike is None:
                found |= self._validate(group, records.select(self.suite.columns))
                continue
            classes = group.alike(records.select(group.columns))
            for rule, marks in self._judge_classes(group, classes).items():
                found[rule] = np.flatnonzero(marks[classes.which])
        return {rule.rule: self._without_explained(rule, found) for rule in self.suite.rules}

    def require_columns(self, present: list[str]) -> None:
        """Checks that records have the columns that the suite looks at.

        Raises:
            ValidationError: a rule names a column that they have not.
        """
        for rule, configuration in zip(self.suite.rules, self.suite.configurations, strict=True):
            for name in columns_of(configuration):
                if name not in present:
                    raise ValidationError(
                        f"expectations/{self.suite.record_kind}.yml: rule {rule.rule}: {name} is no column of "
                        "the record; correct its kwargs"
                    )

    def _judge_classes(self, group: _Group, classes: _Classes) -> dict[str, np.ndarray]:
        """For each rule of a group which of the classes broke it; one that was met before is not judged again."""
        if len(classes.keys) > MOST_REMEMBERED:
            return _mark_places(self._validate(group, classes.values), len(classes.keys))
        fresh = [place for place, key in enumerate(classes.keys) if key not in group.known]
        if fresh:
            if len(group.known) + len(fresh) > MOST_REMEMBERED:
                group.known.clear()
                fresh = list(range(len(classes.keys)))
            found = _mark_places(self._validate(group, classes.values.take(pa.array(fresh))), len(fresh))
            for number, place in enumerate(fresh):
                group.known[classes.keys[place]] = {rule: bool(marks[number]) for rule, marks in found.items()}
        verdicts = [group.known[key] for key in classes.keys]
        return {rule: np.array([one[rule] for one in verdicts], dtype=bool) for rule in group.rules}

    def _validate(self, group: _Group, records: pa.Table) -> dict[str, np.ndarray]:
        batch = self._batches.get_batch({"dataframe": _frame(records)})
        found: dict[str, np.ndarray] = {}
        for result in batch.validate(group.gx_suite, result_format={"result_format": "COMPLETE"}).results:
            name = result.expectation_config.meta["rule"]
            indexes = result.result.get("unexpected_index_list")
            if indexes is None:
                raise ValidationError(
                    f"expectations/{self.suite.record_kind}.yml: rule {name} could not be judged: "
                    f"{_why(result)}; correct the rule"
                )
            found[name] = np.asarray(indexes, dtype=np.int64)
        return found

    @staticmethod
    def _without_explained(rule: Rule, found: dict[str, np.ndarray]) -> np.ndarray:
        broken = found[rule.rule]
        return broken if rule.unless is None else np.setdiff1d(broken, found[rule.unless])


@dataclass(frozen=True)
class _Classes:
    """Rows by what the rules of a group can tell apart.

    Attributes:
        keys: what each class is known by, in any other frame as well.
        values: a row of each class.
        which: of each row, which class it is of.
    """

    keys: list[Hashable]
    values: pa.Table
    which: np.ndarray


Alike = Callable[[pa.Table], _Classes]


@dataclass(frozen=True)
class _Group:
    """Rules that look at the same columns.

    Attributes:
        rules: their names.
        alike: divides records into classes, of which one record is judged for all; None where a record cannot be judged
            by its own values alone.
        known: which of the rules the classes broke that were judged, by their keys.
    """

    columns: list[str]
    rules: list[str]
    alike: Alike | None
    gx_suite: ExpectationSuite
    known: dict[Hashable, dict[str, bool]] = field(default_factory=dict)


def _prepare(suite: Suite) -> tuple[list[_Group], Any]:
    gx = great_expectations()
    from great_expectations.core import ExpectationSuite
    from great_expectations.data_context.types.base import ProgressBarsConfig

    try:
        context = gx.get_context(mode="ephemeral")
    except OSError as error:
        raise ValidationError(
            f"Great Expectations: the temporary folder {tempfile.gettempdir()} cannot be written "
            f"({error.strerror or error}); check its space and rights, or set TMPDIR"
        ) from None
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    members: dict[tuple[Alike | None, tuple[str, ...]], list[Any]] = {}
    for rule, configuration in zip(suite.rules, suite.configurations, strict=True):
        alike = _find_likeness(configuration)
        key = (alike, tuple(columns_of(configuration)) if alike else ())
        members.setdefault(key, []).append(expectation(suite.record_kind, rule, configuration))
    groups = []
    for number, ((alike, columns), expectations) in enumerate(members.items()):
        gx_suite = context.suites.add(ExpectationSuite(name=f"{suite.record_kind} {number}", expectations=expectations))
        groups.append(_Group(list(columns), [one.meta["rule"] for one in expectations], alike, gx_suite))
    asset = context.data_sources.add_pandas("landing").add_dataframe_asset(str(suite.record_kind))
    return groups, asset.add_batch_definition_whole_dataframe("night")


def _find_likeness(configuration: dict[str, Any]) -> Alike | None:
    """By what the records are told apart that a rule may judge differently; a type that is not known by everything."""
    if configuration["type"] not in ROW_WISE or "row_condition" in configuration["kwargs"]:
        return None
    if configuration["type"] in OF_PRESENCE:
        return _present
    return _ordered if configuration["type"] in OF_ORDER else _distinct


def _mark_places(broken: dict[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    found = {rule: np.zeros(count, dtype=bool) for rule in broken}
    for rule, places in broken.items():
        found[rule][places] = True
    return found


def _distinct(records: pa.Table) -> _Classes:
    """The distinct rows of a table of one or two columns."""
    encoded = [column.combine_chunks().dictionary_encode(null_encoding="encode") for column in records.columns]
    codes = np.zeros(records.num_rows, dtype=np.int64)
    for one in encoded:
        codes = codes * len(one.dictionary) + one.indices.to_numpy(zero_copy_only=False)
    which, distinct = pd.factorize(codes)
    arrays = []
    for one in reversed(encoded):
        arrays.append(one.dictionary.take(pa.array(distinct % len(one.dictionary))))
        distinct = distinct // len(one.dictionary)
    values = pa.table(dict(zip(records.column_names, reversed(arrays), strict=True)))
    if values.num_rows > MOST_REMEMBERED:
        return _Classes([*range(values.num_rows)], values, which)
    # A key is looked up in other frames: values of another type are no equal ones.
    types = tuple(map(str, records.schema.types))
    return _Classes(
        [(types, *row) for row in zip(*(column.to_pylist() for column in values.columns), strict=True)], values, which
    )


def _present(records: pa.Table) -> _Classes:
    """Rows with a value and rows without."""
    absent = pc.is_null(records.column(0), nan_is_null=True).to_numpy()
    keys, first, which = np.unique(absent, return_index=True, return_inverse=True)
    return _Classes(keys.tolist(), records.take(pa.array(first)), which)


def _ordered(records: pa.Table) -> _Classes:
    """Rows by the order of their two times, a missing one included."""
    first, second = records.columns
    if first.type != second.type or not pa.types.is_temporal(first.type):
        # What else is compared may have values without an order, such as texts or no number.
        return _distinct(records)
    orders = np.zeros(records.num_rows, dtype=np.int64)
    for mark in (pc.is_null(first), pc.is_null(second), pc.less(first, second), pc.greater(first, second)):
        orders = orders * 2 + pc.fill_null(mark, False).to_numpy()
    which, distinct = pd.factorize(orders)
    places = [int(np.argmax(orders == order)) for order in distinct]
    return _Classes(distinct.tolist(), records.take(pa.array(places, pa.int64())), which)


def expectation(record_kind: RecordKind, rule: Rule, configuration: dict[str, Any]) -> Any:
    """The expectation of a rule; built one by one, because a suite only logs what it cannot build and goes on."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = {key: _typed(value) for key, value in configuration["kwargs"].items()}
    # Great Expectations' own word for a rule that must hold.
    severity = "critical" if rule.severity == "error" else rule.severity
    try:
        return ExpectationConfiguration(**{**configuration, "kwargs": kwargs, "severity": severity}).to_domain_obj()
    except Exception as error:
        raise ValidationError(
            f"expectations/{record_kind}.yml: rule {rule.rule}: Great Expectations cannot build it: "
            f"{' '.join(str(error).split())[:200]}; correct the rule"
        ) from None


def _typed(value: Any) -> Any:
    """A YAML date as the type of the frame's date columns; pandas refuses to compare the two otherwise."""
    return pd.Timestamp(value) if isinstance(value, date) else value


def _frame(records: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = records.to_pandas(date_as_object=False)
    for name, dtype in frame.dtypes.items():
        # An all-null text column arrives as objects of None, which the regular expressions of GX expect as they are.
        if str(dtype) == "str":
            frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return frame


def _why(result: Any) -> str:
    messages = [
        str(info.get("exception_message"))
        for info in result.exception_info.values()
        if isinstance(info, dict) and info.get("raised_exception")
    ]
    return (messages or ["no result"])[0].splitlines()[0][:200]
