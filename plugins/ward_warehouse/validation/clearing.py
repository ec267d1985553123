"""Which records of a batch no rule is expected to refuse, so that they are written once.

A guess, and nothing more: Great Expectations judges every record, and where it is of another opinion the accepted
records are written a second time. So what is guessed are the rules of the common types, and of others nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.validation.suites import Suite, columns_of

MOST_TEXTS = 2_000
"""A column with more different texts is not searched."""

Guess = Callable[[list[pa.ChunkedArray], dict[str, Any]], pa.ChunkedArray | pa.Array]


def find_suspects(suite: Suite, records: pa.Table) -> np.ndarray:
    """Marks the mapped records that a rule of the suite is expected to refuse."""
    suspects = np.zeros(records.num_rows, dtype=bool)
    for rule, configuration in zip(suite.rules, suite.configurations, strict=True):
        guess = GUESSES.get(configuration.get("type", ""))
        if rule.severity != "error" or guess is None:
            continue
        try:
            # A column that no record has by itself, such as `repeated`, comes with the judging.
            columns = [records[name] for name in columns_of(configuration)]
            found = guess(columns, configuration["kwargs"])
        except (LookupError, TypeError, ValueError, pa.ArrowException, re.error):
            # A rule that is wrong, or of types that cannot be compared: the judging says so.
            continue
        suspects |= pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return suspects


def _absent(columns: list[pa.ChunkedArray], kwargs: dict[str, Any]) -> pa.ChunkedArray:
    # A rule that holds under a condition refuses no more than without it.
    return pc.is_null(columns[0])


def _present(columns: list[pa.ChunkedArray], kwargs: dict[str, Any]) -> pa.ChunkedArray:
    return pc.is_valid(columns[0])


def _found(columns: list[pa.ChunkedArray], kwargs: dict[str, Any]) -> pa.Array:
    texts = columns[0].combine_chunks()
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.bool_())
    coded = texts.dictionary_encode()
    if len(coded.dictionary) > MOST_TEXTS:
        return pa.nulls(len(texts), pa.bool_())
    pattern = re.compile(kwargs["regex"])
    matched = [pattern.search(text) is not None for text in coded.dictionary.to_pylist()]
    return pa.array(matched, pa.bool_()).take(coded.indices)


def _listed(columns: list[pa.ChunkedArray], kwargs: dict[str, Any]) -> pa.ChunkedArray:
    listed = pc.is_in(columns[0], value_set=pa.array(kwargs["value_set"], columns[0].type))
    return pc.and_(pc.is_valid(columns[0]), listed)


def _outside(columns: list[pa.ChunkedArray], kwargs: dict[str, Any]) -> pa.ChunkedArray:
    values = columns[0]
    low, high = (pa.scalar(kwargs.get(name), values.type) for name in ("min_value", "max_value"))
    return pc.or_kleene(pc.less(values, low), pc.greater(values, high))


def _before(columns: list[pa.ChunkedArray], kwargs: dict[str, Any]) -> pa.ChunkedArray:
    return (pc.less if kwargs.get("or_equal") else pc.less_equal)(*columns)


GUESSES: dict[str, Guess] = {
    "expect_column_values_to_not_be_null": _absent,
    "expect_column_values_to_be_null": _present,
    "expect_column_values_to_not_match_regex": _found,
    "expect_column_values_to_not_be_in_set": _listed,
    "expect_column_values_to_be_between": _outside,
    "expect_column_pair_values_a_to_be_greater_than_b": _before,
}
