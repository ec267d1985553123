"""Every kind of source behind one handle: what a conformance check does to a ward's system, whatever it is."""

from __future__ import annotations

import csv
import io
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.support.database_servers import PASSWORD, Server
from tests.support.dropped_files import row, xlsx
from tests.support.feeds import feed
from tests.support.file_servers import S3Server, SftpServer
from tests.support.json_endpoint import SECRET, Endpoint
from ward_warehouse.core.connections import Connection
from ward_warehouse.registry import Feed

Record = dict[str, str | None]

COLUMNS = ("ID", "CODE", "STATUS", "RECEIVED", "NAME", "CHANGED")
MOMENT = "%Y-%m-%d %H:%M:%S"
WRONG = "an-old-secret"
PERSON = "Đặng Thị Kiểm Thử"
TIMES = ("RECEIVED", "CHANGED")


def record(number: int, changed: str, **changes: str | None) -> Record:
    """A dossier of a ward; `changed` is its time of change."""
    good = {"ID": f"{number}", "CODE": f"HS-{number}", "STATUS": "4", "RECEIVED": "2024-03-01 08:00:00"}
    return {**good, "NAME": PERSON, "CHANGED": changed, **changes}


@dataclass
class Rig(ABC):
    """A ward's system of one kind.

    Attributes:
        secret: what the connection holds and no message may.
        columns: the fields of its records, in their order.
    """

    secret: str = ""
    columns: Sequence[str] = COLUMNS
    transport: str = "files"
    moment: str | None = MOMENT
    sent: dict[str | None, Record] = field(default_factory=dict)

    @abstractmethod
    def reading(self) -> dict[str, Any]:
        """The `read` block of its system file."""

    @abstractmethod
    def connection(self) -> Connection:
        """The ward's connection."""

    def denied(self) -> Connection:
        """The connection with a secret that is no longer right; a file or folder of this machine asks for none."""
        raise NotImplementedError

    @abstractmethod
    def down(self) -> Connection:
        """The connection to where nothing answers."""

    @abstractmethod
    def write(self, records: list[Record]) -> None:
        """Puts the records where the ward keeps them."""

    @abstractmethod
    def cut(self) -> Any:
        """A context in which a read breaks off in the middle."""

    def send(self, *records: Record) -> None:
        """Enters records; one with an id that is there takes its place."""
        self.sent |= {entry["ID"]: entry for entry in records}
        self.write(list(self.sent.values()))

    def change_columns(self, columns: Sequence[str]) -> None:
        """The software is updated: its records have these fields from now on."""
        self.columns = columns
        self.write(list(self.sent.values()))

    def description(self) -> dict[str, Any]:
        """Its system file."""
        formats = [self.moment] if self.moment else []
        return {
            "system": "conformance",
            "name": {"vi": "Một cửa", "en": "Counter"},
            "transport": self.transport,
            "time_zone": "Asia/Ho_Chi_Minh",
            "record_kinds": {
                "dossiers": {
                    "read": self.reading(),
                    "key": ["ID"],
                    "cursor": {"column": "CHANGED", **({"format": self.moment} if self.moment else {})},
                    "columns": {
                        "dossier_code": "CODE",
                        "procedure_code": {"constant": "1.000656"},
                        "status": {"from": "STATUS", "codes": "status"},
                        "received_at": {"from": "RECEIVED", "formats": formats},
                        "applicant_name": "NAME",
                    },
                }
            },
            "codes": {"status": {"4": "in_process", "10": "returned"}},
        }

    def feed(self) -> Feed:
        return feed(self.description())


# Databases


@dataclass
class SqliteRig(Rig):
    path: Path = Path()
    transport: str = "sql"

    def reading(self) -> dict[str, Any]:
        return {"table": "HO_SO"}

    def connection(self) -> Connection:
        return Connection("p01", "sqlite", host=str(self.path))

    def down(self) -> Connection:
        return Connection("p01", "sqlite", host=str(self.path.with_name("gone.db")))

    def write(self, records: list[Record]) -> None:
        with closing(sqlite3.connect(self.path)) as session, session:
            session.execute("DROP TABLE IF EXISTS HO_SO")
            session.execute(f"CREATE TABLE HO_SO ({', '.join(f'{name} TEXT' for name in self.columns)})")
            marks = ", ".join("?" * len(self.columns))
            rows = [[entry.get(name) for name in self.columns] for entry in records]
            session.executemany(f"INSERT INTO HO_SO VALUES ({marks})", rows)  # noqa: S608 - marks alone

    @contextmanager
    def cut(self) -> Iterator[None]:
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[: len(whole) * 2 // 3])
        yield
        self.path.write_bytes(whole)


@dataclass
class ServerRig(Rig):
    """A table on a database server, with real times."""

    server: Server = None  # type: ignore[assignment]
    secret: str = PASSWORD
    transport: str = "sql"
    moment: str | None = None
    table: str = field(default_factory=lambda: f"t{uuid4().hex}")

    def reading(self) -> dict[str, Any]:
        return {"table": self.table}

    def connection(self) -> Connection:
        return self.server.connection()

    def denied(self) -> Connection:
        return self.server.connection(password=WRONG)

    def down(self) -> Connection:
        return self.server.connection(port=1)

    def _quoted(self, name: str) -> str:
        return f'"{name}"' if self.server.conn_type == "postgres" else f"`{name}`"

    def write(self, records: list[Record]) -> None:
        kinds = {name: "TIMESTAMP NULL" for name in TIMES}
        names = ", ".join(f"{self._quoted(name)} {kinds.get(name, 'VARCHAR(100)')}" for name in self.columns)
        marks = ", ".join(["%s"] * len(self.columns))
        rows = [tuple(entry.get(name) for name in self.columns) for entry in records]
        self.server.execute(f"DROP TABLE IF EXISTS {self.table}", f"CREATE TABLE {self.table} ({names})")
        if rows:
            self.server.execute(f"INSERT INTO {self.table} VALUES ({marks})", rows=rows)  # noqa: S608 - marks alone

    @contextmanager
    def cut(self) -> Iterator[None]:
        """The server ends the session when the read is half way."""
        hidden, name = f"{self.table}_all", self._quoted("CODE")
        ends = "pg_terminate_backend(pg_backend_pid())::text" if self.server.conn_type == "postgres" else "end_it()"
        if self.server.conn_type != "postgres":
            self.server.execute("CREATE FUNCTION end_it() RETURNS TEXT BEGIN KILL CONNECTION_ID(); RETURN 'x'; END")
        rest = ", ".join(self._quoted(column) for column in self.columns if column != "CODE")
        half = f"CASE WHEN {self._quoted('ID')} = '1500' THEN {ends} ELSE {name} END AS {name}"
        view = f"CREATE VIEW {self.table} AS SELECT {half}, {rest} FROM {hidden}"  # noqa: S608 - the rig's names
        self.server.execute(f"ALTER TABLE {self.table} RENAME TO {hidden}", view)
        yield
        self.server.execute(f"DROP VIEW {self.table}", f"ALTER TABLE {hidden} RENAME TO {self.table}")
        if self.server.conn_type != "postgres":
            self.server.execute("DROP FUNCTION end_it")


# HTTP

STYLES: dict[str, dict[str, Any]] = {
    "page": {"page_param": "page", "size_param": "size"},
    "offset": {"offset_param": "from", "size_param": "size"},
    "cursor": {"cursor_param": "after", "size_param": "size", "next": "next"},
    "link": {"size_param": "size"},
}


@dataclass
class HttpRig(Rig):
    """A paged JSON service that knows windows and asks for a token."""

    endpoint: Endpoint = None  # type: ignore[assignment]
    style: str = "page"
    secret: str = SECRET
    transport: str = "http"
    held: list[Record] = field(default_factory=list)
    cut_after: int | None = None

    def __post_init__(self) -> None:
        self.endpoint.requests.clear()
        self.endpoint.handle = self.handle

    def reading(self) -> dict[str, Any]:
        return {
            "path": "/ho-so",
            "records": "items",
            "pagination": {"style": self.style, "size": 100, **STYLES[self.style]},
            "since_param": "since",
            "until_param": "until",
            "time_format": MOMENT,
        }

    def connection(self) -> Connection:
        return Connection("p01", "http", "127.0.0.1", self.endpoint.port, "http", password=SECRET)

    def denied(self) -> Connection:
        return replace(self.connection(), password=WRONG)

    def down(self) -> Connection:
        return replace(self.connection(), port=1)

    def write(self, records: list[Record]) -> None:
        self.held = [{name: entry.get(name) for name in self.columns} for entry in records]

    def handle(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response(status_code=401)
        if self.cut_after is not None and len(self.endpoint.requests) > self.cut_after:
            return StreamingResponse(_broken(), media_type="application/json")
        query = request.query_params
        since, until, size = query.get("since", ""), query.get("until", "9"), int(query["size"])
        found = [r for r in self.held if r.get("CHANGED") is None or since <= str(r["CHANGED"]) < until]
        start = int(query.get("from") or query.get("after") or (int(query.get("page", "1")) - 1) * size)
        following = start + size if start + size < len(found) else None
        headers = {}
        if following is not None:
            headers["Link"] = f'<{request.url.include_query_params(after=following)}>; rel="next"'
        return JSONResponse({"items": found[start : start + size], "next": following}, headers=headers)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """From page 7 on the server hangs up in the middle of an answer."""
        self.endpoint.requests.clear()
        self.cut_after = 6
        yield
        self.cut_after = None


async def _broken() -> AsyncIterator[bytes]:
    yield b'{"items": [{"ID": "1'
    raise ConnectionResetError


# Files


@dataclass
class FilesRig(Rig):
    """A folder that gets a file with each sending: CSV or XLSX."""

    path: Path = Path()
    ending: str = "csv"

    def reading(self) -> dict[str, Any]:
        return {"pattern": f"*.{self.ending}"}

    def connection(self) -> Connection:
        return Connection("p01", "fs", extra={"path": str(self.path)})

    def down(self) -> Connection:
        return Connection("p01", "fs", extra={"path": str(self.path / "gone")})

    def put(self, name: str, content: bytes) -> None:
        (self.path / name).write_bytes(content)

    def remove(self, name: str) -> None:
        (self.path / name).unlink()

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())

    def send(self, *records: Record) -> None:
        self.sent = {entry["ID"]: entry for entry in records}
        self.write(list(records))

    def write(self, records: list[Record]) -> None:
        self.put(f"{len(self.names()):03d}.{self.ending}", self.content(records))

    def change_columns(self, columns: Sequence[str]) -> None:
        for name in self.names():
            self.remove(name)
        super().change_columns(columns)

    def content(self, records: list[Record]) -> bytes:
        rows = [list(self.columns), *([entry.get(name) or "" for name in self.columns] for entry in records)]
        if self.ending == "xlsx":
            return xlsx(Data="".join(row(number, *cells) for number, cells in enumerate(rows, 1)))
        target = io.StringIO()
        csv.writer(target, lineterminator="\n").writerows(rows)
        return target.getvalue().encode()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """The sender's copy stopped in the middle of the file."""
        name = self.names()[0]
        content = self.content(list(self.sent.values()))
        half = content[: len(content) * 2 // 3]
        self.put(name, half if self.ending == "xlsx" else half[: half.rindex(b"\n")] + b"\n77,HS")
        yield
        self.put(name, content)
        for other in self.names():
            if other != name:
                self.remove(other)


@dataclass
class SftpRig(FilesRig):
    server: SftpServer = None  # type: ignore[assignment]
    folder: str = field(default_factory=lambda: f"/{uuid4().hex}")

    def __post_init__(self) -> None:
        self.path = Path(f"{self.server.root}{self.folder}")
        self.path.mkdir()
        self.secret = str(self.connection().password)

    def connection(self) -> Connection:
        return self.server.connection(self.folder)

    def denied(self) -> Connection:
        return replace(self.connection(), password=WRONG)

    def down(self) -> Connection:
        return replace(self.connection(), port=1)

    @contextmanager
    def cut(self) -> Iterator[None]:
        self.server.reads_left = 1
        yield
        self.server.reads_left = None


@dataclass
class S3Rig(FilesRig):
    server: S3Server = None  # type: ignore[assignment]
    bucket: str = field(default_factory=lambda: f"ward-{uuid4().hex}")

    def __post_init__(self) -> None:
        self.client = self.server.client
        self.client.create_bucket(Bucket=self.bucket)
        self.secret = self.server.password

    def connection(self) -> Connection:
        return self.server.connection(f"{self.bucket}/drop")

    def denied(self) -> Connection:
        return replace(self.connection(), password=WRONG)

    def down(self) -> Connection:
        return self.server.connection(f"{self.bucket}/drop", extra={"endpoint_url": "http://127.0.0.1:1"})

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"drop/{name}", Body=content)

    def remove(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"drop/{name}")

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.bucket, Prefix="drop/").get("Contents", [])
        return sorted(entry["Key"].removeprefix("drop/") for entry in found)
