"""JSON documents with a list of records, and JSON lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from ward_warehouse.registry import FilesRead, RecordKindMap
from ward_warehouse.sources.base import BATCH_ROWS, FAULT, POSITION
from ward_warehouse.sources.files.cells import without_nulls
from ward_warehouse.sources.files.delimited import Lines
from ward_warehouse.sources.files.header import require_columns
from ward_warehouse.sources.files.limits import MAX_WHOLE_BYTES
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.tables import Parsed
from ward_warehouse.sources.files.text import composed, not_text, open_text
from ward_warehouse.sources.files.unpacking import Capped, Item
from ward_warehouse.sources.json_text import Repeating, decoder, faults_of, nested, texts_of, whole
from ward_warehouse.sources.numbers import number_text

READER = decoder(number_text, str)
"""Numbers keep their digits: a float would lose some on the way."""


def read_json(item: Item, spec: FilesRead, mapping: RecordKindMap) -> Parsed:
    """The records of a JSON document, from the list at the dotted path `records`.

    Raises:
        RefusedError: the file cannot be loaded.
    """
    stream: io.BufferedReader = io.BufferedReader(Capped(item.open(), None, MAX_WHOLE_BYTES))
    try:
        text = open_text(stream, spec.encoding).read()
    except UnicodeError:
        raise not_text(item.open(), spec.encoding) from None
    found = _loads(text, None)
    for key in spec.records.split(".") if spec.records else []:
        if isinstance(found, Repeating):
            raise RefusedError("name_twice")
        found = found.get(key) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise RefusedError("no_records", path=spec.records or "$")
    records = [(f"{item.label} item {number}", value) for number, value in enumerate(found, 1)]
    return _parsed(records, spec, mapping)


def read_json_lines(item: Item, spec: FilesRead, mapping: RecordKindMap) -> Parsed:
    """The records of JSON lines, one in each line.

    Raises:
        RefusedError: the file cannot be loaded.
    """
    try:
        lines = Lines(open_text(item.open(), spec.encoding))
        records = list(_each_line(item.label, lines))
    except UnicodeError:
        raise not_text(item.open(), spec.encoding) from None
    return _parsed(records, spec, mapping)


def _each_line(label: str, lines: Lines) -> Iterator[tuple[str, Any]]:
    for line in lines:
        lines.next_record()
        if line.strip():
            yield f"{label} row {lines.number}", _loads(line, lines.number)


def _loads(text: str, row: int | None) -> Any:
    try:
        return READER.decode(whole(text))
    except json.JSONDecodeError as error:
        raise RefusedError("not_json", row=row or error.lineno) from None
    except RecursionError:
        raise RefusedError("not_json", row=row) from None


def _parsed(records: Sequence[tuple[str, Any]], spec: FilesRead, mapping: RecordKindMap) -> Parsed:
    names = list(dict.fromkeys(key for _, record in records if isinstance(record, dict) for key in record))
    if records:
        require_columns(names, mapping.source_columns(optional=False), None)
    known = {*mapping.source_columns(), *mapping.ignore}
    left = iter(records)
    tables = []
    while batch := list(islice(left, BATCH_ROWS)):
        tables.append(_table(names, batch, spec.null_values, known))
    return Parsed(tables, [name for name in names if name not in known])


def _table(names: list[str], records: list[tuple[str, Any]], null_values: tuple[str, ...], known: set[str]) -> pa.Table:
    rows = [record if isinstance(record, dict) else {} for _, record in records]
    faults = faults_of([record for _, record in records], known)
    columns = [pa.chunked_array([texts_of(name, rows, faults, known, _text)]) for name in names]
    table = pa.table([without_nulls(c, null_values) if null_values else c for c in columns], names=names)
    table = table.append_column(POSITION, pa.array([position for position, _ in records], pa.string()))
    return table.append_column(FAULT, pa.array(faults, pa.string()))


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case str():
            return composed(value)
        case bool():
            return str(value).lower()
        case _:
            return composed(nested(value))
