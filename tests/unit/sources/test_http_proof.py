"""When a walk over the pages of a JSON endpoint is complete: never because a page is short or a count agrees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.json_endpoint import (
    CURSOR,
    LINK_IN_BODY,
    OFFSET,
    PAGE,
    PAGE_ONCE,
    Endpoint,
    answer,
    items,
    refused,
    rows,
    source,
)
from ward_warehouse.sources.http.paging import MAX_BARREN_PAGES

PAGE_OF_100 = {**PAGE, "size": 100}


def ids(endpoint: Endpoint, **read: Any) -> list[str]:
    return sorted({row["ID"] for row in rows(source(endpoint, **read))}, key=int)


def names(count: int) -> list[str]:
    return [f"{n}" for n in range(count)]


# Records that move


def one_moves(endpoint: Endpoint, every_reading: bool = False) -> None:
    """250 records in the order of their change; record 5 changes after page 1 was read, and moves to the end."""
    records = items(250)

    def handle(request: Request) -> Response:
        number, size = int(request.query_params["page"]), int(request.query_params["size"])
        if number == 2 and (every_reading or len(endpoint.requests) == 2):
            records.append({**records.pop(5), "RATING": "2"})
        return JSONResponse({"items": records[(number - 1) * size : number * size], "total": len(records)})

    endpoint.handle = handle


def test_a_record_that_moves_hides_none_behind_a_total_that_stays(endpoint: Endpoint) -> None:
    one_moves(endpoint)
    assert ids(endpoint, pagination={**PAGE_OF_100, "total": "total"}) == names(250)


def test_records_that_move_in_every_reading_hold_the_batch_back(endpoint: Endpoint) -> None:
    one_moves(endpoint, every_reading=True)
    text = refused(endpoint, pagination={**PAGE_OF_100, "total": "total"})
    assert "found 249 different keys in 250 records, expected the 250 of total, in 3 readings" in text
    assert "the batch is held back" in text


def two_of_one_key(endpoint: Endpoint, place: int, **second: str) -> None:
    """250 records on pages of 100, and at a place in their order another one with the key of record 5."""
    records = items(249)
    records.insert(place, {**records[5], **second})

    def handle(request: Request) -> Response:
        query = request.query_params
        size = int(query["size"])
        start = int(query["from"]) if "from" in query else (int(query["page"]) - 1) * size
        return JSONResponse({"items": records[start : start + size], "total": len(records)})

    endpoint.handle = handle


@pytest.mark.parametrize("paging", [PAGE, OFFSET], ids=["page", "offset"])
@pytest.mark.parametrize(
    ("place", "second"),
    [(6, {"RATING": "2"}), (220, {"RATING": "2"}), (6, {})],
    ids=["on one page", "on another page", "alike on one page"],
)
def test_two_records_that_truly_have_one_key_are_both_given_once(
    endpoint: Endpoint, paging: dict[str, Any], place: int, second: dict[str, str]
) -> None:
    two_of_one_key(endpoint, place, **second)
    found = rows(source(endpoint, pagination={**paging, "size": 100, "total": "total"}))
    assert sorted((row["ID"] for row in found), key=int) == sorted([*names(249), "5"], key=int)
    assert sorted(row["RATING"] for row in found if row["ID"] == "5") == ["1", second.get("RATING", "1")]


def test_copies_at_the_edge_of_two_pages_are_seen_on_one(endpoint: Endpoint) -> None:
    records = items(249)
    records.insert(100, dict(records[99]))
    endpoint.handle = by_page(lambda number, size: records[(number - 1) * size : number * size], 250)
    found = rows(source(endpoint, pagination={**PAGE_OF_100, "total": "total"}))
    assert {row["ID"] for row in found} == {*names(249)}


def test_pages_that_overlap_alike_are_no_reason_to_hold(endpoint: Endpoint) -> None:
    """Each page starts with the last record of the page before it; the total is that of the records."""
    endpoint.handle = by_page(lambda number, size: items(250)[max(0, (number - 1) * size - 1) : number * size], 250)
    found = rows(source(endpoint, pagination={**PAGE_OF_100, "total": "total"}))
    assert {row["ID"] for row in found} == {*names(250)}
    assert len(endpoint.requests) == 3


def test_an_order_of_each_page_on_its_own_is_seen_by_another_size(endpoint: Endpoint) -> None:
    """The first record of page 2 is the last of page 1, and hides the one that should stand there."""

    def cut(number: int, size: int) -> list[dict[str, Any]]:
        page = items(250)[(number - 1) * size : number * size]
        return [items(250)[size - 1], *page[1:]] if number == 2 and size == 100 else page

    endpoint.handle = by_page(cut, 250)
    assert {*ids(endpoint, pagination={**PAGE_OF_100, "total": "total"})} == {*names(250)}


def by_page(cut: Callable[[int, int], list[dict[str, Any]]], total: int) -> Callable[[Request], Response]:
    """Answers with the records that `cut` gives for the number and the size of a page."""

    def handle(request: Request) -> Response:
        number, size = int(request.query_params["page"]), int(request.query_params["size"])
        return JSONResponse({"items": cut(number, size), "total": total})

    return handle


def test_a_record_that_comes_alike_on_two_pages_may_hide_another(endpoint: Endpoint) -> None:
    """So does a server that orders each page on its own: in every reading it leaves out the same record."""
    two_of_one_key(endpoint, 220)
    text = refused(endpoint, pagination={**PAGE_OF_100, "total": "total"})
    assert "found 249 different keys in 250 records, expected the 250 of total, in 3 readings" in text


def test_two_records_of_one_key_are_given_beside_one_that_moves(endpoint: Endpoint) -> None:
    """The first reading loses record 100; the second and the third are the same."""
    records = items(250)
    records[8]["ID"] = "7"

    def handle(request: Request) -> Response:
        number = int(request.query_params["page"])
        if len(endpoint.requests) == 2:
            records.append({**records.pop(5), "RATING": "2"})
        return JSONResponse({"items": records[(number - 1) * 100 : number * 100], "total": len(records)})

    endpoint.handle = handle
    found = rows(source(endpoint, pagination={**PAGE_OF_100, "total": "total"}))
    assert {row["ID"] for row in found} == {*names(250)} - {"8"}
    assert [row["ID"] for row in found].count("7") == 2
    assert [row["RATING"] for row in found if row["ID"] == "5"] == ["1", "2"]


def test_records_without_a_whole_key_are_counted_by_all_that_they_hold(endpoint: Endpoint) -> None:
    nameless = [{"ID": None, "AT": "20240305", "RATING": f"{n}"} for n in range(3)]
    endpoint.handle = answer({"items": nameless, "total": 3})
    assert len(rows(source(endpoint, pagination={**PAGE_OF_100, "total": "total"}))) == 3


def test_a_total_that_is_less_than_what_is_there_holds_the_batch_back(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        start = (int(request.query_params["page"]) - 1) * 3
        return JSONResponse({"items": items(9)[start : start + 3], "total": 3})

    endpoint.handle = handle
    assert "different keys" in refused(endpoint, pagination={**PAGE, "total": "total"})


def test_an_empty_reading_confirms_nothing(endpoint: Endpoint) -> None:
    """The session ends on page 3, and the server says so with an empty list."""

    def handle(request: Request) -> Response:
        start = (int(request.query_params["page"]) - 1) * 3
        return JSONResponse({"items": items(30)[start : start + 3] if len(endpoint.requests) < 3 else []})

    endpoint.handle = handle
    assert "in 3 readings" in refused(endpoint, pagination=PAGE)


# Servers that cap the page


def capped(endpoint: Endpoint, count: int, cap: int, by_size_asked: bool = False) -> None:
    """At most `cap` records a page whatever is asked; some servers count their pages by the size asked all the same."""

    def handle(request: Request) -> Response:
        query = request.query_params
        asked = int(query["size"])
        step = asked if by_size_asked else min(asked, cap)
        start = int(query["from"]) if "from" in query else (int(query["page"]) - 1) * step
        end = start + min(asked, cap)
        body = {"items": items(count)[start:end], "total": count, "more": end < count}
        return JSONResponse(body)

    endpoint.handle = handle


OFFSET_OF_100 = {**OFFSET, "size": 100}


@pytest.mark.parametrize("count", [49, 50, 51, 250])
@pytest.mark.parametrize(
    "paging",
    [paging | proof for paging in (PAGE_OF_100, OFFSET_OF_100) for proof in ({}, {"total": "total"}, {"more": "more"})]
    + [{**PAGE_ONCE, "size": 100}],
    ids=["page", "page, total", "page, more", "offset", "offset, total", "offset, more", "page, unconfirmed"],
)
def test_a_server_that_caps_the_page_is_read_to_its_end(endpoint: Endpoint, paging: dict[str, Any], count: int) -> None:
    capped(endpoint, count, cap=50)
    assert ids(endpoint, pagination=paging) == names(count)


@pytest.mark.parametrize("paging", [PAGE_OF_100, {**PAGE_OF_100, "total": "total"}], ids=["page", "page, total"])
def test_a_server_that_caps_the_page_and_leaves_out_what_lies_between(
    endpoint: Endpoint, paging: dict[str, Any]
) -> None:
    capped(endpoint, 250, cap=50, by_size_asked=True)
    assert ids(endpoint, pagination=paging) == names(250)


# What the server says of more pages


@pytest.mark.parametrize("values", [(True, False), (1, 0), ("true", "false"), ("1", "0")])
def test_more_ends_the_walk(endpoint: Endpoint, values: tuple[Any, Any]) -> None:
    pages = [(items(3), values[0]), ([], values[0]), (items(5)[3:], values[1])]

    def handle(request: Request) -> Response:
        page, more = pages[int(request.query_params["page"]) - 1]
        return JSONResponse({"items": page, "more": more})

    endpoint.handle = handle
    assert ids(endpoint, pagination={**PAGE_ONCE, "more": "more"}) == names(5)
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize("body", [{}, {"more": None}, {"more": "maybe"}, {"more": [1]}])
def test_more_that_says_neither_is_an_error(endpoint: Endpoint, body: dict[str, Any]) -> None:
    endpoint.handle = answer({"items": items(3), **body})
    assert "neither true nor false at 'more'" in refused(endpoint, pagination={**PAGE, "more": "more"})


def test_more_ends_a_walk_by_markers_and_must_not_contradict_them(endpoint: Endpoint) -> None:
    paging = {**CURSOR, "more": "more"}
    endpoint.handle = answer({"items": items(3), "more": False, "paging": {"next": "3"}})
    assert ids(endpoint, pagination=paging) == names(3)
    endpoint.handle = answer({"items": items(3), "more": True, "paging": {"next": None}})
    assert "'more' says that there are more pages, and 'paging.next' names no way" in refused(
        endpoint, pagination=paging
    )


# Ways without an end


@pytest.mark.parametrize("paging", [CURSOR, LINK_IN_BODY], ids=["cursor", "link"])
@pytest.mark.parametrize("page", [lambda _: [], lambda n: items(3)[n % 2 : n % 2 + 2]], ids=["empty", "known"])
def test_a_way_over_pages_without_a_new_record_ends_at_a_bound(
    endpoint: Endpoint, paging: dict[str, Any], page: Callable[[int], list[Any]]
) -> None:
    def handle(_: Request) -> Response:
        turn = len(endpoint.requests)
        return JSONResponse({"items": [{**r, "NOTE": f"{turn}"} for r in page(turn)], "paging": {"next": f"?n={turn}"}})

    endpoint.handle = handle
    assert f"more than {MAX_BARREN_PAGES} pages in a row without a new record" in refused(endpoint, pagination=paging)
    assert len(endpoint.requests) <= MAX_BARREN_PAGES + 3


def test_some_pages_without_a_record_are_walked_over(endpoint: Endpoint) -> None:
    def handle(_: Request) -> Response:
        turn = len(endpoint.requests)
        found = items(6)[:3] if turn == 1 else items(6)[3:] if turn == 50 else []
        return JSONResponse({"items": found, "paging": {"next": f"?n={turn}" if turn < 60 else None}})

    endpoint.handle = handle
    assert ids(endpoint, pagination=CURSOR) == names(6)
