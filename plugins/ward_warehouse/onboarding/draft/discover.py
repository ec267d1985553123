"""What a ward's system holds, as far as a draft needs it: names of columns and a few values of each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.onboarding.draft.headers import HEADERS, folded
from ward_warehouse.sources.files.refusals import RefusedError

SAMPLE_ROWS = 200
HEADER_ROWS = 30
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Relation:
    """A table, sheet or list of records: values are text by column, in the order they were found.

    Attributes:
        read: the `read` block of its feed.
        transport: sql, files.
        native_times: columns that the source itself knows as times.
    """

    read: dict[str, Any]
    transport: str
    values: dict[str, list[str]]
    native_times: frozenset[str] = frozenset()

    @property
    def columns(self) -> list[str]:
        """Its columns in their order."""
        return list(self.values)


def relations_of_database(connection: Connection, schema: str | None = None) -> list[Relation]:
    """Every table and view of a database with a few of its rows.

    Raises:
        SourceError: the database cannot be entered or read.
    """
    from ward_warehouse.sources.sql.dialects import Session, open_engine

    engine, _ = open_engine(f"connection {connection.id}", connection, Session(TIMEOUT_SECONDS))
    try:
        names = [*inspect(engine).get_table_names(schema), *inspect(engine).get_view_names(schema)]
        found = []
        for name in names:
            table = Table(name, MetaData(), schema=schema, autoload_with=engine)
            with engine.connect() as session:
                rows = session.execute(select(table).limit(SAMPLE_ROWS)).fetchall()
            columns = [str(column.name) for column in table.columns]
            values = {c: [str(row[i]) for row in rows if row[i] is not None] for i, c in enumerate(columns)}
            times = {c for i, c in enumerate(columns) if any(isinstance(row[i], datetime) for row in rows)}
            read = {"table": str(name), **({"schema": schema} if schema else {})}
            found.append(Relation(read, "sql", values, frozenset(times)))
    except (SQLAlchemyError, ValueError) as error:
        raise SourceError(
            f"connection {connection.id}: the database cannot be read ({type(error).__name__}); check the connection"
        ) from None
    finally:
        engine.dispose()
    return found


def relation_of_file(path: Path) -> Relation:
    """The records of a sample file.

    Raises:
        SourceError: it cannot be read, or holds no records.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({type(error).__name__}); expected a sample of the exports"
        ) from None
    read: dict[str, Any] = {"pattern": _pattern(path.name)}
    try:
        if path.suffix.lower() in WORKBOOKS:
            rows = _cells(content)
        elif path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
            return Relation(read, "files", _by_column(_objects(path, content, read)))
        else:
            rows = list(_fields(content, read))
    except RefusedError as refusal:
        raise SourceError(refusal.line(path.name)) from None
    except (ValueError, csv.Error) as error:
        raise SourceError(f"{path.name}: is no table that could be read ({type(error).__name__})") from None
    start = max(range(len(rows[:HEADER_ROWS])), key=lambda index: (_known(rows[index]), -index), default=None)
    if start is None:
        raise SourceError(f"{path.name}: is empty; expected a header and some records")
    names = [" ".join(name.split()) for name in rows[start]]
    body = [row for row in rows[start + 1 :] if len(row) == len(names)][:SAMPLE_ROWS]
    values = {name: [row[i].strip() for row in body if row[i].strip()] for i, name in enumerate(names) if name}
    return Relation(read, "files", values)


def _known(row: list[str]) -> int:
    spellings = {word for table in HEADERS.values() for words in table.values() for word in words.split()}
    return sum(folded(cell) in spellings for cell in row)


def _pattern(name: str) -> str:
    """The file's name with its digits as a star: a date or a number stands there."""
    stem, dot, ending = name.rpartition(".")
    stars = "".join("*" if c.isdigit() else c for c in stem)
    while "**" in stars:
        stars = stars.replace("**", "*")
    return f"{stars.replace('{', '?').replace('}', '?')}{dot}{ending}"


def _fields(content: bytes, read: dict[str, Any]) -> Iterator[list[str]]:
    from ward_warehouse.sources.files.text import composed, open_text

    for encoding in ("utf-8", "windows-1258"):
        try:
            text = composed(
                open_text(io.BufferedReader(io.BytesIO(content)), encoding.replace("windows-", "cp")).read()
            )
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ValueError("neither UTF-8 nor Windows-1258")
    if encoding != "utf-8":
        read["encoding"] = encoding
    delimiter = max(",;\t|", key=text[:5000].count)
    if delimiter != ",":
        read["delimiter"] = delimiter
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _cells(content: bytes) -> list[list[str]]:
    """The rows of the sheet whose header has the most names that are known, as wide as its widest row."""
    from ward_warehouse.sources.files.spreadsheets import rows_of_sheets

    sheets = [[list(row) for row in rows] for rows in rows_of_sheets(content, HEADER_ROWS + SAMPLE_ROWS)]
    rows = max(sheets, key=lambda rows: max(map(_known, rows[:HEADER_ROWS]), default=-1), default=[])
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _objects(path: Path, content: bytes, read: dict[str, Any]) -> list[dict[str, Any]]:
    if path.suffix.lower() != ".json":
        return [json.loads(line) for line in content.splitlines()[:SAMPLE_ROWS] if line.strip()]
    document, steps = json.loads(content), []
    while isinstance(document, dict):
        name = next((key for key, value in document.items() if isinstance(value, dict | list)), None)
        if name is None:
            raise ValueError("no list of records")
        steps.append(name)
        document = document[name]
    if steps:
        read["records"] = ".".join(steps)
    return [record for record in document[:SAMPLE_ROWS] if isinstance(record, dict)]


def _by_column(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    names = dict.fromkeys(name for record in records for name in record)
    return {name: [str(r[name]) for r in records if r.get(name) not in (None, "")] for name in names}
