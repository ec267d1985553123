"""The JSON service of the demonstration's HTTP wards: one process, a path and a bearer token for each ward.

`GET /<ward>/api/ho-so` and `GET /<ward>/api/khao-sat` give records in pages, ordered by change time and id:

- `trang` page number from 1, `kich_thuoc` page size from 1 to 1000;
- `tu` (included) and `den` (excluded): change time in yyyyMMddHHmmss, local.

Answers are JSON: 200 with `data.items` (a page shorter than asked for is the last), 400 for a parameter that cannot be
read, 401 for a missing or wrong token, 503 while the ward's system is down.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import re
import socket
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

RECORD_KINDS = {"ho-so": "dossiers", "khao-sat": "survey_responses"}
LARGEST_PAGE = 1000
_MOMENT = re.compile(r"\d{14}")
_NO_TOKEN = "-" * 43  # compared with when the ward is unknown, so that the answer takes as long

_PAGE = """
select document from documents where kind = ? and changed >= ? and changed < ? order by changed, id limit ? offset ?
"""
_COUNT = "select count(*) from documents where kind = ? and changed >= ? and changed < ?"


class _ParameterError(ValueError):
    """A query parameter that cannot be read; the text names it."""


def application(folder: Path, tokens: Mapping[str, str], instance: str = "") -> Starlette:
    """The service over the documents in `folder`.

    Args:
        folder: holds `<ward_key>.db` for each ward, as `dong_bo_ho_so.write` makes them.
        tokens: bearer token of each ward.
        instance: what `/_instance` answers, by which a process is told from others on the same port.
    """

    def records(request: Request) -> Response:
        ward = request.path_params["ward"]
        if not _authorised(request.headers.get("authorization", ""), tokens.get(ward)):
            return _refusal(401, "Token không hợp lệ")
        try:
            return _page(folder / f"{ward}.db", request.path_params["dataset"], request.query_params)
        except _ParameterError as error:
            return _refusal(400, f"Tham số không hợp lệ: {error}")
        except sqlite3.OperationalError:
            return _refusal(503, "Hệ thống chưa sẵn sàng")

    def own_instance(_: Request) -> Response:
        return PlainTextResponse(instance)

    return Starlette(
        routes=[Route("/_instance", own_instance), Route("/{ward}/api/{dataset}", records, methods=["GET"])]
    )


def _authorised(header: str, token: str | None) -> bool:
    given = header.removeprefix("Bearer ").encode() if header.startswith("Bearer ") else b""
    return hmac.compare_digest(given, (token or _NO_TOKEN).encode()) and token is not None


def _page(path: Path, feed: str, query: Mapping[str, str]) -> Response:
    record_kind = RECORD_KINDS.get(feed)
    if record_kind is None:
        return _refusal(404, "Không có dữ liệu này")
    number, size = _whole(query, "trang", 1), _whole(query, "kich_thuoc", LARGEST_PAGE // 2, LARGEST_PAGE)
    window = (record_kind, _moment(query, "tu", "0"), _moment(query, "den", "9"))
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        if connection.execute("select down from service").fetchone() != (0,):
            return _refusal(503, "Hệ thống đang bảo trì")
        (total,) = connection.execute(_COUNT, window).fetchone()
        rows = connection.execute(_PAGE, (*window, size, (number - 1) * size)).fetchall()
    # The documents are JSON already; putting them together as text keeps a page of 500 at some milliseconds.
    items = ",".join(document for (document,) in rows)
    data = f'{{"trang":{number},"kich_thuoc":{size},"tong":{total},"items":[{items}]}}'
    return Response(f'{{"ma":"200","thongBao":"Thành công","data":{data}}}', media_type="application/json")


def _whole(query: Mapping[str, str], name: str, default: int, largest: int = 1_000_000) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,7}", text) or not 1 <= int(text) <= largest:
        raise _ParameterError(f"{name} phải là số từ 1 đến {largest}")
    return int(text)


def _moment(query: Mapping[str, str], name: str, default: str) -> str:
    text = query.get(name, default)
    if text != default and not _MOMENT.fullmatch(text):
        raise _ParameterError(f"{name} phải có dạng yyyyMMddHHmmss")
    return text


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"ma": str(status), "thongBao": message, "data": None}, status_code=status)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one."""
    return socket.create_server((host, port))


def serve(folder: Path, tokens: Mapping[str, str], listening: socket.socket, state_file: Path, instance: str) -> None:
    """Serves on a listening socket until a signal comes, once pid, address and instance stand in `state_file`."""
    host, port = listening.getsockname()[:2]
    state = {"pid": os.getpid(), "host": host, "port": port, "instance": instance}
    unfinished = state_file.with_suffix(".part")
    unfinished.write_text(json.dumps(state), encoding="utf-8")
    os.replace(unfinished, state_file)
    config = uvicorn.Config(application(folder, tokens, instance), log_level="info", lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


def main(arguments: list[str] | None = None) -> None:
    """Serves in a process of its own; see `serve`."""
    parser = argparse.ArgumentParser(prog="ward_demo.server", description=main.__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the wards' documents, <ward_key>.db each")
    parser.add_argument("--tokens", type=Path, required=True, help="JSON file: bearer token by ward")
    parser.add_argument("--state", type=Path, required=True, help="file to write pid, host, port and instance to")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: loopback only)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--instance", default="", help="name of this process, answered by /_instance")
    given = parser.parse_args(arguments)
    tokens = json.loads(given.tokens.read_text(encoding="utf-8"))
    serve(given.folder, tokens, listen(given.host, given.port), given.state, given.instance)


if __name__ == "__main__":
    main()
