"""HTTP sources that are busy, slow, gone, wrong, or lead in a circle or elsewhere."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from tests.support.json_endpoint import (
    CURSOR,
    LINK,
    LINK_IN_BODY,
    OFFSET,
    PAGE,
    PAGE_ONCE,
    QUICK,
    SECRET,
    STYLES,
    Endpoint,
    answer,
    dripping,
    items,
    refused,
    rows,
    serve,
    source,
)
from ward_warehouse.core.errors import SchemaDriftError

# Servers that are busy, slow or gone


def first(*spoilt: Callable[[], Response]) -> Callable[[Endpoint], None]:
    """The first requests are answered so, the others well."""

    def prepare(endpoint: Endpoint) -> None:
        def handle(_: Request) -> Response:
            turn = len(endpoint.requests)
            return spoilt[turn - 1]() if turn <= len(spoilt) else JSONResponse({"items": items(1)})

        endpoint.handle = handle

    return prepare


def status(code: int, **headers: str) -> Callable[[], Response]:
    return lambda: Response(status_code=code, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(endpoint: Endpoint, code: int) -> None:
    first(status(code), status(code))(endpoint)
    assert len(rows(source(endpoint))) == 1
    assert len(endpoint.requests) == 3


def test_a_server_that_stays_busy_ends_as_an_error(endpoint: Endpoint) -> None:
    endpoint.handle = lambda _: Response(status_code=503)
    text = refused(endpoint)
    assert all(part in text for part in ("p01 survey_responses (votes): /votes page 1", "503", "expected 200", "run"))
    assert len(endpoint.requests) == QUICK.attempts


def test_a_system_that_was_just_silent_is_asked_once(endpoint: Endpoint) -> None:
    endpoint.handle = lambda _: Response(status_code=503)
    text = refused(endpoint, was_silent=True)
    assert "503 in one attempt, for it had just left records of another kind without an answer" in text
    assert len(endpoint.requests) == 1


def test_a_system_that_was_silent_is_asked_as_often_as_others_once_it_answers(endpoint: Endpoint) -> None:
    serve(endpoint, 5)
    good = endpoint.handle
    endpoint.handle = lambda asked: Response(status_code=503) if 1 < len(endpoint.requests) < 4 else good(asked)
    assert len(rows(source(endpoint, was_silent=True))) == 5
    assert len(endpoint.requests) == 4


def test_retry_after_is_honoured(endpoint: Endpoint) -> None:
    first(status(429, Retry_After="1"))(endpoint)
    start = time.monotonic()
    assert len(rows(source(endpoint))) == 1
    assert time.monotonic() - start >= 1


def test_retry_after_can_be_a_date(endpoint: Endpoint) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=1)
    first(status(503, Retry_After=format_datetime(moment, usegmt=True)))(endpoint)
    rows(source(endpoint))
    assert datetime.now(UTC) >= moment.replace(microsecond=0)


def test_a_retry_after_beyond_the_bound_ends_the_read_at_once(endpoint: Endpoint) -> None:
    endpoint.handle = lambda _: Response(status_code=429, headers={"Retry-After": "86400"})
    text = refused(endpoint)
    assert "429" in text
    assert "86400 s, expected at most 2 s" in text
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("text", ["", "soon", "-5", "\xb2"])
def test_a_retry_after_that_cannot_be_read_is_a_short_wait(endpoint: Endpoint, text: str) -> None:
    first(status(503, Retry_After=text))(endpoint)
    assert len(rows(source(endpoint))) == 1


@pytest.mark.parametrize("place", ["body", "headers"])
def test_a_server_that_sends_a_byte_now_and_then_ends_as_an_error(endpoint: Endpoint, place: str) -> None:
    start = time.monotonic()
    with dripping(0.2, place) as port:
        text = refused(endpoint, connection={"port": port}, time_limit_seconds=1)
    assert time.monotonic() - start < 3
    assert all(part in text for part in ("page 1", "longer than 1 s", "time_limit_seconds", "dags/systems/votes.yml"))


def test_a_server_that_sends_nothing_ends_as_an_error(endpoint: Endpoint) -> None:
    with dripping(30, "headers") as port:
        text = refused(endpoint, connection={"port": port})
    assert "no answer after 3 attempts (ReadTimeout)" in text


def test_the_time_limit_is_for_all_pages_together(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        time.sleep(0.15)
        start = int(request.query_params["page"]) * 3
        return JSONResponse({"items": items(start + 3)[start:]})

    endpoint.handle = handle
    assert "longer than 1 s" in refused(endpoint, time_limit_seconds=1, pagination=PAGE_ONCE)


def test_a_server_that_is_not_there(endpoint: Endpoint) -> None:
    text = refused(endpoint, connection={"port": 1})
    assert "no answer after 3 attempts (ConnectError" in text
    assert "reachable" in text


def test_requests_keep_the_pace(endpoint: Endpoint) -> None:
    serve(endpoint, 10)
    start = time.monotonic()
    rows(source(endpoint, requests_per_second=10))
    assert time.monotonic() - start >= 0.3
    assert len(endpoint.requests) == 4


# Answers that are wrong


@pytest.mark.parametrize("pack", [False, True])
def test_a_page_over_the_cap_is_refused(endpoint: Endpoint, pack: bool) -> None:
    endpoint.gzip = pack
    whole = [{"ID": "1", "AT": "20240305", "RATING": "1", "NOTE": "x" * 1024 * 1100}]
    endpoint.handle = answer({"items": whole})
    text = refused(endpoint, max_page_mib=1)
    assert all(part in text for part in ("page 1", "more than 1 MiB", "max_page_mib"))
    assert len(endpoint.requests) == 1
    assert len(rows(source(endpoint, max_page_mib=2))) == 1


def test_an_endless_page_is_cut_off_at_the_cap(endpoint: Endpoint) -> None:
    async def endless() -> Any:
        for _ in range(2000):
            yield b" " * 65536
            await asyncio.sleep(0)

    endpoint.handle = lambda _: StreamingResponse(endless(), media_type="application/json")
    assert "more than 1 MiB" in refused(endpoint, max_page_mib=1)


@pytest.mark.parametrize(
    ("response", "parts"),
    [
        (Response(b"<html>", media_type="text/html"), ('6 bytes of "text/html', "expected JSON")),
        (Response(b""), ("0 bytes", "expected JSON")),
        (Response(b"[" * 100_000, media_type="application/json"), ("100000 bytes", "expected JSON")),
        (Response(b"\xff\xfe\xfd", media_type="application/json"), ("3 bytes", "expected JSON")),
        (Response(b"not gzip", headers={"Content-Encoding": "gzip"}), ("compression", "expected JSON")),
        (JSONResponse({"data": []}), ("no list at 'items'",)),
        (JSONResponse([]), ("no list at 'items'",)),
        (JSONResponse({"items": None}), ("no list at 'items'",)),
        (JSONResponse({"items": "none"}), ("str", "expected a list")),
        (JSONResponse({"items": ["R-1"]}), ("item 1", "str", "expected a JSON object")),
        (Response(status_code=204), ("204", "expected 200")),
        (Response(status_code=404), ("404", "dags/systems/votes.yml")),
        (Response(status_code=418), ("418", "expected 200")),
    ],
)
def test_a_wrong_answer_is_one_clear_line(endpoint: Endpoint, response: Response, parts: tuple[str, ...]) -> None:
    endpoint.handle = lambda _: response
    text = refused(endpoint)
    assert text.startswith("p01 survey_responses (votes): /votes page 1")
    assert all(part in text for part in parts)
    assert len(endpoint.requests) == 1


def test_a_missing_column_is_drift(endpoint: Endpoint) -> None:
    endpoint.handle = answer({"items": [{"ID": "1", "AT": "20240305", "079000000001": "Đặng Thị Kiểm Thử"}]})
    expected = r"page 1 item 1.*RATING is missing; found 2 of the 3 columns needed"
    with pytest.raises(SchemaDriftError, match=expected) as caught:
        rows(source(endpoint))
    assert "079000000001" not in str(caught.value)


def test_half_a_surrogate_pair_does_not_end_the_read(endpoint: Endpoint) -> None:
    endpoint.handle = lambda _: Response(b'{"items": [{"ID": "Ph\\u1ee5\\ud83d", "AT": "1", "RATING": "1"}]}')
    assert rows(source(endpoint))[0]["ID"] == "Phụ\ufffd"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("15.983", "15.9830"), ('"15.983"', "15.983"), ("-0.125", "-0.1250"), ("2.001770", "2.001770"),
        ("0.1000000000000000055", "0.1000000000000000055"), ("9007199254740993.0", "9007199254740993.0"),
        ("1.5983e1", "15.9830"), ("9.1e15", "9.10000000000000e+15"), ("1e400", "#inf"), ("0.0000001", "0.0000001"),
        # As they always were: keys among them.
        ("12.0", "12.0"), ("12.00", "12.0"), ("12.000", "12.0"), ("1.5", "1.5"), ("1.5E3", "1500.0"), ("-0.0", "-0.0"),
        ("12345678901234567890", "12345678901234567890"), ('{"x": [1.5, 12.0, 7]}', '{"x": [1.5, 12.0, 7]}'),
        ('{"x": 15.983}', '{"x": "15.9830"}'),
    ],
)  # fmt: skip
def test_a_number_keeps_its_digits_and_is_not_written_as_thousands_are_typed(
    endpoint: Endpoint, written: str, read: str
) -> None:
    endpoint.handle = lambda _: Response(f'{{"items": [{{"ID": {written}, "AT": "1", "RATING": "1"}}]}}')
    assert rows(source(endpoint))[0]["ID"] == read


def test_nothing_is_given_after_a_page_that_could_not_be_read(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        number = int(request.query_params["page"])
        return JSONResponse({"items": items(number * 3)[-3:]}) if number < 7 else Response(b"<html>")

    endpoint.handle = handle
    assert "page 7" in refused(endpoint, pagination=PAGE_ONCE)


def test_a_table_that_is_gone_between_two_pages_ends_as_an_error(endpoint: Endpoint) -> None:
    serve(endpoint, 10)
    whole = endpoint.handle

    def handle(request: Request) -> Response:
        return whole(request) if len(endpoint.requests) < 2 else Response(status_code=404)

    endpoint.handle = handle
    assert "page 2: the server answered 404" in refused(endpoint)


# Servers that lead in a circle


def test_a_page_that_repeats_for_ever(endpoint: Endpoint) -> None:
    endpoint.handle = answer({"items": items(3), "paging": {"next": "x"}})
    assert "page 2: repeats the page before it" in refused(endpoint, pagination=PAGE)
    assert "page 2: repeats the page before it" in refused(endpoint, pagination=OFFSET)
    assert "page 2: repeats the page before it" in refused(endpoint, pagination=CURSOR)


@pytest.mark.parametrize("style", ["page", "cursor", "link in the body"])
def test_two_pages_that_take_turns(endpoint: Endpoint, style: str) -> None:
    def handle(_: Request) -> Response:
        turn = len(endpoint.requests)
        page = items(6)[:3] if turn % 2 else items(6)[3:]
        return JSONResponse({"items": page, "paging": {"next": f"?n={turn}"}})

    endpoint.handle = handle
    assert "page 3: repeats page 1" in refused(endpoint, pagination=STYLES[style])


@pytest.mark.parametrize("paging", [CURSOR, LINK_IN_BODY], ids=["cursor", "link"])
def test_a_way_that_repeats_over_empty_pages(endpoint: Endpoint, paging: dict[str, Any]) -> None:
    endpoint.handle = lambda _: JSONResponse(
        {"items": [], "paging": {"next": "?n=a" if len(endpoint.requests) % 2 else "?n=b"}}
    )
    assert "leads in a circle" in refused(endpoint, pagination=paging)
    assert len(endpoint.requests) == 3


def test_an_absent_marker_is_an_error_unless_it_may_be(endpoint: Endpoint) -> None:
    endpoint.handle = answer({"items": items(1)})
    assert "nothing at 'paging.next'" in refused(endpoint, pagination=CURSOR)
    assert len(rows(source(endpoint, pagination={**CURSOR, "next_optional": True}))) == 1


@pytest.mark.parametrize("marker", [True, {"page": 2}, [1]])
def test_a_marker_of_another_type_is_an_error(endpoint: Endpoint, marker: Any) -> None:
    endpoint.handle = answer({"items": items(1), "paging": {"next": marker}})
    assert "expected text, a number or null" in refused(endpoint, pagination=CURSOR)


# Other hosts


@pytest.mark.parametrize("in_body", [True, False])
@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{other}/votes", "http://localhost:{port}/votes", "https://127.0.0.1:{port}/votes",
               "//evil.invalid/votes", "file:///etc/passwd", "http://u:p@127.0.0.1:{port}/votes"],
)  # fmt: skip
def test_a_next_link_to_another_server_is_not_followed(
    endpoint: Endpoint, other: Endpoint, target: str, in_body: bool
) -> None:
    link = target.format(port=endpoint.port, other=other.port)
    body = {"items": items(3), "paging": {"next": link}}
    endpoint.handle = lambda _: JSONResponse(body, headers={"Link": f'<{link}>; rel="next"'})
    text = refused(endpoint, pagination=LINK_IN_BODY if in_body else LINK)
    assert all(part in text for part in ("page 1", "leads to", f"expected http://127.0.0.1:{endpoint.port}", "vendor"))
    assert len(endpoint.requests) == 1
    assert other.requests == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(endpoint: Endpoint, other: Endpoint, code: int) -> None:
    endpoint.handle = lambda _: RedirectResponse(f"http://127.0.0.1:{other.port}/votes?token=x", code)
    text = refused(endpoint)
    assert f"{code}, a redirect to http://127.0.0.1:{other.port}, expected" in text
    assert other.requests == []


def test_a_redirect_on_the_same_server_is_followed_a_few_times(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        if request.url.path == "/votes":
            return RedirectResponse(str(request.url.replace(path="/votes/")), 307)
        return JSONResponse({"items": items(1)})

    endpoint.handle = handle
    assert len(rows(source(endpoint))) == 1
    assert endpoint.requests[1].headers["authorization"] == f"Bearer {SECRET}"
    endpoint.handle = lambda request: RedirectResponse(str(request.url), 307)
    assert "redirects more than 3 times" in refused(endpoint)


def test_httpx_itself_logs_no_more_than_addresses(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    # Airflow, where a test of this process imported it, has httpx say less.
    caplog.set_level(logging.DEBUG, "httpx")
    serve(endpoint, 4)
    rows(source(endpoint, pagination=PAGE))
    assert "page=2" in caplog.text
    assert SECRET not in caplog.text
