"""Answers of HTTP sources that mean two things, or nothing: names twice, halves of letters, what is nested deep."""

from __future__ import annotations

import re

import pytest
from starlette.responses import Response

from tests.support.json_endpoint import Endpoint, refused, rows, source
from ward_warehouse.core.contracts import CODE_PATTERN
from ward_warehouse.core.errors import SourceError
from ward_warehouse.sources import FAULT

RECORD = '"ID": "1", "AT": "1", "RATING": "1"'


def as_it_is(endpoint: Endpoint, text: str) -> None:
    endpoint.handle = lambda _: Response(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('"RATING": "2"', "column RATING: found twice in one record, expected once"),
        ('"NOTE": {"x": 1, "x": 2}', "column NOTE: found a name that stands twice in a nested object"),
        ('"NOTE": [7, [{"x": [{"x": 1, "x": 2}]}]]', "column NOTE: found a name that stands twice in a nested object"),
        ('"g\\u00e9": 1, "ge\\u0301": 2', "found twice in one record"),
    ],
)
def test_a_name_that_stands_twice_is_a_fault_of_its_record(endpoint: Endpoint, more: str, fault: str) -> None:
    as_it_is(endpoint, f'{{"items": [{{{RECORD}, {more}}}, {{{RECORD.replace("1", "2")}}}]}}')
    one, two = rows(source(endpoint))
    assert fault in one[FAULT]
    assert (one["ID"], two["ID"], two[FAULT]) == ("1", "2", None)


def test_a_name_that_stands_twice_beside_the_records_refuses_the_page(endpoint: Endpoint) -> None:
    as_it_is(endpoint, f'{{"items": [], "items": [{{{RECORD}}}]}}')
    assert "the answer has a name twice beside its records, expected each once" in refused(endpoint)


def test_a_decomposed_name_is_the_column(endpoint: Endpoint) -> None:
    as_it_is(endpoint, f'{{"items": [{{{RECORD}, "ghi chu\\u0301": 1}}]}}')
    assert rows(source(endpoint))[0]["ghi chú"] == "1"


@pytest.mark.parametrize("half", ["\\ud83d", "\\uDC00", "\ud83d", "\\ud83d\\ud83d\\ude00"])
def test_half_a_surrogate_pair_in_a_name_does_not_end_the_read(endpoint: Endpoint, half: str) -> None:
    as_it_is(endpoint, f'{{"items": [{{{RECORD}, "NO{half}": "\\ud83d\\ude00 \\\\ud800 {half}"}}]}}')
    found = rows(source(endpoint))[0]
    name = next(name for name in found if name.startswith("NO"))
    assert name.startswith("NO\ufffd")
    assert found[name].startswith("😀 \\ud800 \ufffd")


@pytest.mark.parametrize("depth", [300, 940, 960, 980, 990])
def test_a_value_nested_deep_never_ends_in_a_crash(endpoint: Endpoint, depth: int) -> None:
    as_it_is(endpoint, f'{{"items": [{{{RECORD}, "NOTE": {"[" * depth}{"]" * depth}}}]}}')
    try:
        found = rows(source(endpoint))[0]
    except SourceError as error:
        assert "nested too deep" in str(error) or "expected JSON" in str(error)  # noqa: PT017 - either may be
    else:
        assert (found["NOTE"] is None) == bool(found[FAULT])


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_fits_no_id(endpoint: Endpoint, constant: str) -> None:
    as_it_is(endpoint, f'{{"items": [{{{RECORD.replace(chr(34) + "1" + chr(34), constant, 1)}}}]}}')
    found = rows(source(endpoint))[0]["ID"]
    assert (found, re.fullmatch(CODE_PATTERN, found)) == (f"#{constant}", None)
