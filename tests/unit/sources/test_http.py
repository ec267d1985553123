"""JSON endpoints against a real server on loopback, whose answers each test writes itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support import json_endpoint
from tests.support.json_endpoint import (
    CURSOR,
    OFFSET,
    PAGE,
    PAGE_ONCE,
    STYLES,
    Endpoint,
    answer,
    items,
    refused,
    rows,
    serve,
    source,
)
from ward_warehouse.sources import POSITION, Window


@pytest.mark.parametrize("total", [0, 1, 3, 6, 10])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_reads_all_records_once_and_in_order(endpoint: Endpoint, style: str, total: int) -> None:
    serve(endpoint, total, style == "link in the body")
    found = rows(source(endpoint, pagination={**STYLES[style], "total": "total"}))
    assert [row["ID"] for row in found] == [f"{n}" for n in range(total)]


def test_positions_name_page_and_item(endpoint: Endpoint) -> None:
    serve(endpoint, 4)
    assert [row[POSITION] for row in rows(source(endpoint, pagination=PAGE_ONCE))] == [
        "/votes page 1 item 1", "/votes page 1 item 2", "/votes page 1 item 3", "/votes page 2 item 1",
    ]  # fmt: skip
    found = rows(source(endpoint, pagination={**OFFSET}))
    assert [row[POSITION] for row in found][2:] == ["/votes page 1 item 3", "/votes page 2 item 2"]


def test_an_answer_can_be_the_list_itself(endpoint: Endpoint) -> None:
    endpoint.handle = answer(items(2))
    assert len(rows(source(endpoint, records=""))) == 2


# What moves while it is read


def moving(endpoint: Endpoint, leaves: str, before_request: int) -> None:
    """Ten records, of which one leaves the window just before a request."""
    records = items(10)

    def handle(request: Request) -> Response:
        if len(endpoint.requests) == before_request:
            records[:] = [record for record in records if record["ID"] != leaves]
        query = request.query_params
        start = int(query["from"]) if "from" in query else (int(query["page"]) - 1) * 3
        return JSONResponse({"items": records[start : start + 3], "total": len(records)})

    endpoint.handle = handle


@pytest.mark.parametrize("before_request", [2, 3, 4])
@pytest.mark.parametrize("paging", [OFFSET, {**PAGE, "total": "total"}, PAGE], ids=["offset", "page, total", "page"])
def test_no_record_is_lost_when_another_leaves(endpoint: Endpoint, paging: dict[str, Any], before_request: int) -> None:
    moving(endpoint, "1", before_request)
    found = {row["ID"] for row in rows(source(endpoint, pagination=paging))}
    assert found >= {f"{n}" for n in range(10) if n != 1}


def test_numbered_pages_are_read_again_until_a_reading_brings_nothing_new(endpoint: Endpoint) -> None:
    serve(endpoint, 10)
    assert [row["ID"] for row in rows(source(endpoint, pagination=PAGE))] == [f"{n}" for n in range(10)]
    assert len(endpoint.requests) == 10
    moving(endpoint, "1", before_request=len(endpoint.requests) + 3)
    assert [row["ID"] for row in rows(source(endpoint, pagination=PAGE))][-1] == "6"
    # The one that slipped from page 3 to page 2 came with the second reading; the third brought nothing.
    assert len(endpoint.requests) == 10 + 4 + 4 + 4


@pytest.mark.parametrize(
    ("count", "paging"), [(2, {**PAGE, "total": "total"}), (0, PAGE), (2, {**PAGE, "more": "more"})]
)
def test_one_page_that_is_proven_needs_no_second_reading(
    endpoint: Endpoint, count: int, paging: dict[str, Any]
) -> None:
    endpoint.handle = answer({"items": items(count), "total": count, "more": False})
    assert len(rows(source(endpoint, pagination=paging))) == count
    assert len(endpoint.requests) == 1


def test_numbered_pages_that_bring_other_records_each_time_end_as_an_error(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        reading, number = divmod(len(endpoint.requests) - 1, 3)
        return JSONResponse({"items": items(100)[reading * 10 : reading * 10 + 5][number * 3 : number * 3 + 3]})

    endpoint.handle = handle
    assert "every reading of the pages brought other records, in 3 readings" in refused(endpoint, pagination=PAGE)


TIMES = ["t1", "t2", "t3", "t3", "t3", "t4"]


@pytest.fixture
def by_time(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Records whose field AT is their time of change, three of which share one."""
    part = json_endpoint.SYSTEM["record_kinds"]["survey_responses"]
    monkeypatch.setitem(part, "cursor", {"column": "AT"})
    return endpoint


def serve_by_time(
    endpoint: Endpoint, follows: Callable[[str, str], bool], with_id: bool = False, size: int = 3
) -> None:
    """Pages of records by time; `follows` says whether a record of a time comes after the marker."""
    records = [{"ID": f"{n}", "AT": at, "RATING": "1"} for n, at in enumerate(TIMES)]

    def marker(record: dict[str, str]) -> str:
        return f"{record['AT']}-{record['ID']}" if with_id else record["AT"]

    def handle(request: Request) -> Response:
        after = request.query_params.get("after", "")
        page = [r for r in records if follows(marker(r), after)][:size]
        following = marker(page[-1]) if page and page[-1]["ID"] != "5" else None
        return JSONResponse({"items": page, "paging": {"next": following}, "total": 6})

    endpoint.handle = handle


def test_a_marker_that_would_lose_records_of_one_time_holds_the_batch_back(by_time: Endpoint) -> None:
    serve_by_time(by_time, lambda found, after: found > after)
    text = refused(by_time, pagination=CURSOR)
    assert "page 2: the way to this page is the last AT of the page before it" in text
    assert "set total" in text
    assert "expected the 6 of total" in refused(by_time, pagination={**CURSOR, "total": "total"})
    assert len(rows(source(by_time, pagination={**CURSOR, "confirm": False}))) == 4


def test_a_marker_that_tells_records_of_one_time_apart_or_repeats_them_loses_none(by_time: Endpoint) -> None:
    serve_by_time(by_time, lambda found, after: found > after, with_id=True)
    assert [row["ID"] for row in rows(source(by_time, pagination=CURSOR))] == list("012345")
    serve_by_time(by_time, lambda found, after: found >= after, size=4)
    assert {row["ID"] for row in rows(source(by_time, pagination={**CURSOR, "size": 4}))} == set("012345")


def test_a_set_that_never_rests_ends_as_an_error(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        start = len(endpoint.requests) * 100
        return JSONResponse({"items": items(start + 3)[start:]})

    endpoint.handle = handle
    text = refused(endpoint, pagination=OFFSET)
    assert "page 2 does not start where page 1 ended, in 3 readings" in text
    assert len(endpoint.requests) == 6


# The window


@pytest.mark.parametrize(
    ("time_format", "since", "until"),
    [
        ("%Y%m%d%H%M%S", "20240305170000", "20240306000000"),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-03-05T17:00:00+0700", "2024-03-06T00:00:00+0700"),
        ("epoch", "1709632800", "1709658000"),
        ("epoch_ms", "1709632800000", "1709658000000"),
    ],
)
def test_the_window_is_sent_as_the_system_writes_time(
    endpoint: Endpoint, time_format: str, since: str, until: str
) -> None:
    serve(endpoint, 4)
    window = Window(datetime(2024, 3, 5, 10, tzinfo=UTC), datetime(2024, 3, 5, 17, tzinfo=UTC))
    rows(source(endpoint, time_format=time_format, params={"sort": "changed"}), window)
    sent = [{name: r.query_params[name] for name in ("since", "until", "sort")} for r in endpoint.requests]
    assert sent == [{"since": since, "until": until, "sort": "changed"}] * 2


def test_a_parameter_without_a_name_or_a_bound_is_not_sent(endpoint: Endpoint) -> None:
    serve(endpoint, 1)
    rows(source(endpoint, until_param="", pagination=PAGE), Window(None, datetime(2024, 3, 5, tzinfo=UTC)))
    assert set(endpoint.requests[0].query_params) == {"page", "size"}
