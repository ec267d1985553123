"""Answers with status 200 that are no success, hold their records in another shape, or come packed."""

from __future__ import annotations

import gzip
import resource
import zlib
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.support.json_endpoint import PAGE, QUICK, Endpoint, answer, items, refused, rows, source
from ward_warehouse.registry import HttpRead

SUCCESS = {"path": "status.code", "values": [0, "OK"], "message": "status.text"}
EXPIRED = "Phiên làm việc đã hết hạn"


def said(code: Any, text: str = EXPIRED, count: int = 0) -> dict[str, Any]:
    return {"status": {"code": code, "text": text}, "items": items(count)}


# Success, and what is none


@pytest.mark.parametrize("code", [0, "0", "OK"])
def test_the_values_of_success_are_compared_as_text(endpoint: Endpoint, code: Any) -> None:
    endpoint.handle = answer(said(code, count=2))
    assert len(rows(source(endpoint, success=SUCCESS))) == 2
    endpoint.handle = answer(said(code))
    assert rows(source(endpoint, success=SUCCESS)) == []


@pytest.mark.parametrize("code", [-1, "", None, False, ["0"], "ok"])
@pytest.mark.parametrize("count", [0, 2])
def test_any_other_value_fails_the_ward_with_the_servers_words(endpoint: Endpoint, code: Any, count: int) -> None:
    endpoint.handle = answer(said(code, count=count))
    text = refused(endpoint, success=SUCCESS)
    assert all(part in text for part in ("page 1", "status.code", "expected 0 or OK", f'it says "{EXPIRED}"'))


def test_a_code_that_is_left_out_is_an_error_unless_it_may_be(endpoint: Endpoint) -> None:
    endpoint.handle = answer({"items": items(1), "message": EXPIRED})
    text = refused(endpoint, success=SUCCESS)
    assert "nothing at 'status.code' (success)" in text
    assert EXPIRED in text
    assert len(rows(source(endpoint, success={**SUCCESS, "optional": True}))) == 1


def test_a_session_that_ends_on_page_7_fails_the_ward(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        number = int(request.query_params["page"])
        start = (number - 1) * 3
        return JSONResponse(said(0, count=0) | {"items": items(30)[start : start + 3]} if number < 7 else said(401))

    endpoint.handle = handle
    assert 'page 7: the server answered 200 with status.code "401"' in refused(
        endpoint, success=SUCCESS, pagination=PAGE
    )


ERRORS: list[dict[str, Any]] = [
    {"error_code": "-1", "message": EXPIRED, "data": {"items": [], "tong": 0}},
    {"errorCode": 17, "message": EXPIRED, "data": {"items": []}},
    {"error": {"text": EXPIRED}, "data": {"items": []}},
    {"error": True, "msg": EXPIRED, "data": {"items": []}},
    {"success": False, "thongBao": EXPIRED, "data": {"items": []}},
    {"success": False, "message": EXPIRED, "data": None},
    {"errors": [EXPIRED]},
]


@pytest.mark.parametrize("read", [{}, {"no_list": "empty"}], ids=["no list is an error", "no list is empty"])
@pytest.mark.parametrize("body", ERRORS)
def test_an_error_beside_no_records_fails_the_ward_unasked(
    endpoint: Endpoint, body: dict[str, Any], read: dict[str, Any]
) -> None:
    endpoint.handle = answer(body)
    text = refused(endpoint, records="data.items", **read)
    assert "the server answered 200 without records and with" in text
    assert EXPIRED in text


@pytest.mark.parametrize("extra", [{"error": None}, {"error_code": "00"}, {"errors": []}, {"success": True}, {}])
def test_an_empty_answer_without_an_error_is_empty(endpoint: Endpoint, extra: dict[str, Any]) -> None:
    endpoint.handle = answer({"items": [], "message": "Không có dữ liệu", **extra})
    assert rows(source(endpoint)) == []


def test_success_that_is_said_outweighs_what_looks_like_an_error(endpoint: Endpoint) -> None:
    endpoint.handle = answer({"items": [], "error_code": "E000", "kq": "1"})
    assert "error_code" in refused(endpoint)
    assert rows(source(endpoint, success={"path": "kq", "values": "1"})) == []


def test_the_servers_words_are_data(endpoint: Endpoint) -> None:
    words = "\x1b[2Jhết hạn\n\u202e ông Đặng Văn Kiểm Thử 079000000001 a.b@phuong1.gov.vn " + "x" * 5000
    endpoint.handle = answer(said("-1\r\n\x07", words))
    text = refused(endpoint, success=SUCCESS)
    assert text.isprintable()
    assert len(text) < 700
    assert not any(part in text for part in ("079000000001", "Kiểm Thử", "@phuong1", "\x1b"))
    assert "hết hạn" in text


# Records in another shape


@pytest.mark.parametrize("body", [{}, {"items": None}, {"data": None}])
def test_no_list_is_an_error_or_empty(endpoint: Endpoint, body: dict[str, Any]) -> None:
    endpoint.handle = answer(body)
    assert "no_list: empty" in refused(endpoint)
    assert rows(source(endpoint, no_list="empty")) == []


def test_one_object_is_an_error_or_a_record(endpoint: Endpoint) -> None:
    [one] = items(1)
    endpoint.handle = answer({"items": one})
    assert "one_object: record" in refused(endpoint)
    assert [row["ID"] for row in rows(source(endpoint, one_object="record"))] == ["0"]


@pytest.mark.parametrize(
    "read", [{"success": {"path": "a"}}, {"success": {"path": "a", "values": []}}, {"no_list": "ok"}, {"one_object": 1}]
)
def test_a_wrong_description_is_refused(read: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HttpRead.model_validate({"path": "/votes", "pagination": {"style": "link"}, **read})


# Packed answers


def packed(content: bytes, encoding: str | None) -> Response:
    headers = {"Content-Encoding": encoding} if encoding else {}
    return Response(content, headers=headers, media_type="application/json")


GOOD = b'{"items": [{"ID": "1", "AT": "20240305", "RATING": "1"}]}'


def packing(content: bytes) -> bytes:
    """Without the time of packing, which would give each run's tests other names."""
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (packing(GOOD), "gzip"),
        (packing(GOOD), None),
        (packing(GOOD), "identity"),
        (packing(packing(GOOD)), "gzip, gzip"),
        (packing(packing(GOOD)), "gzip"),
        (packing(GOOD[:20]) + packing(GOOD[20:]), "gzip"),
        (zlib.compress(GOOD), "deflate"),
    ],
)
def test_a_packed_answer_is_read(endpoint: Endpoint, content: bytes, encoding: str | None) -> None:
    endpoint.handle = lambda _: packed(content, encoding)
    assert [row["ID"] for row in rows(source(endpoint))] == ["1"]


@pytest.mark.parametrize(
    ("content", "encoding", "part"),
    [
        (packing(GOOD)[:-9], "gzip", "damaged or cut"),
        (GOOD, "gzip", "damaged or cut"),
        (packing(GOOD)[:-9], None, "damaged or cut"),
        (GOOD, "br", "expected gzip, deflate or none"),
        (GOOD, "gzip, gzip, gzip, gzip", "expected gzip, deflate or none, and 3 at most"),
    ],
)
def test_a_packing_that_cannot_be_read_is_one_clear_line(
    endpoint: Endpoint, content: bytes, encoding: str | None, part: str
) -> None:
    endpoint.handle = lambda _: packed(content, encoding)
    assert part in refused(endpoint)
    assert len(endpoint.requests) == 1


@cache
def bomb(layers: int, mebibytes: int = 256) -> bytes:
    """Spaces packed and packed again, without ever holding them: the test measures memory."""
    if layers > 1:
        return gzip.compress(bomb(layers - 1, mebibytes))
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(b" " * 1024**2) for _ in range(mebibytes)) + packer.flush()


@pytest.mark.parametrize(
    ("layers", "encoding"), [(1, "gzip"), (2, "gzip, gzip"), (3, "gzip, gzip, gzip"), (1, None), (2, "gzip")]
)
def test_what_comes_out_is_counted_over_all_layers_while_it_comes(
    endpoint: Endpoint, layers: int, encoding: str | None
) -> None:
    content = bomb(layers)
    endpoint.handle = lambda _: packed(content, encoding)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "more than 1 MiB" in refused(endpoint, max_page_mib=1)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024, f"{grown} KiB of memory more than before"


def test_a_token_answer_is_counted_while_it_comes_as_well(endpoint: Endpoint) -> None:
    content = bomb(2)
    endpoint.handle = lambda _: packed(content, "gzip, gzip")
    connection = {"login": "reader", "extra": {"token_url": f"http://127.0.0.1:{endpoint.port}/token"}}
    assert "more than 1 MiB" in refused(endpoint, connection=connection, auth={"type": "oauth2"}, max_page_mib=1)


# Pages for people


def test_a_login_page_is_called_what_it_is(endpoint: Endpoint) -> None:
    def handle(request: Request) -> Response:
        if request.url.path == "/votes":
            return RedirectResponse("/dang-nhap?next=/votes", 302)
        return Response("<html>Đăng nhập</html>", media_type="text/html")

    endpoint.handle = handle
    text = refused(endpoint)
    assert all(
        part in text for part in ('redirect to "/dang-nhap"', "expected JSON", "login", "secret in connection p01")
    )


def test_a_login_page_elsewhere_is_called_what_it_may_be(endpoint: Endpoint) -> None:
    endpoint.handle = lambda _: RedirectResponse("https://sso.invalid/login?token=x", 302)
    text = refused(endpoint)
    assert all(part in text for part in ("302", "https://sso.invalid:443", "login page", "renew the secret"))
    assert "token=x" not in text


def test_a_retry_after_date_is_counted_from_the_servers_clock() -> None:
    late = {"Date": "Wed, 21 Oct 2099 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2099 07:28:01 GMT"}

    def handle(_: Request) -> Response:
        return Response(status_code=503, headers=late) if len(endpoint.requests) == 1 else JSONResponse({"items": []})

    with Endpoint(handle=handle).serving(date_header=False) as endpoint:
        assert rows(source(endpoint, limits=QUICK)) == []
        assert len(endpoint.requests) == 2
