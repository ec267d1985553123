"""Values of a batch that need not be read row by row: those of columns with few values, and times of one written form.

The one place where a short way is chosen. None of them reads a value by a rule of its own: a column of few values goes
through its own SQL once for each of them, and a time is taken over by Arrow only in a column in which each text has the
form that the SQL would read, and is a time that a calendar has. Whatever is not so is left to the statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

GIVEN = "given "
"""Before the name of a step of the statement: the column of the batch that holds what the step would give."""

LEAST_ROWS = 2_000
LOOKED_AT = 500
MOST_OF_LOOKED_AT = 150
"""A column with more different values among its first rows has no few of them."""
MOST_VALUES = 2_000

PART = re.compile(r"%[YmdHMS]|[^%]")
ISO = b"0000-00-00 00:00:00"
PLACES = {"%Y": (0, 4), "%m": (5, 2), "%d": (8, 2), "%H": (11, 2), "%M": (14, 2), "%S": (17, 2)}
"""Where a part of a time stands in `ISO`, and how many digits it has."""
DAY = {"%Y", "%m", "%d"}

Read = Callable[[pa.Table, list[str]], pa.Table]


@dataclass(frozen=True)
class Step:
    """A value of a statement that depends on one source column alone.

    Attributes:
        name: of the step.
        source: the column.
        form: the strptime format that the step reads as a local time; None when it does more, or something else.
    """

    name: str
    source: str
    form: str | None = None


def short_ways(batch: pa.Table, plain: frozenset[str], steps: list[Step], read: Read) -> dict[str, pa.Array]:
    """The values of the steps of a batch for which there is a short way, by the name of the step.

    Args:
        batch: the source's rows.
        plain: columns whose texts need no cleaning.
        steps: of the statement.
        read: gives the values of steps, one column each, of another batch by the statement itself.
    """
    if batch.num_rows < LEAST_ROWS:
        return {}
    few = _read_few_values(batch, [step for step in steps if step.form is None], read)
    for step in steps:
        if step.form is not None and step.source in plain:
            times = _read_times(batch[step.source].combine_chunks(), step.form)
            if times is not None:
                few[step.name] = times
    return few


def _read_few_values(batch: pa.Table, steps: list[Step], read: Read) -> dict[str, pa.Array]:
    coded = {name: _encode_few(batch[name]) for name in dict.fromkeys(step.source for step in steps)}
    few = {name: codes for name, codes in coded.items() if codes is not None}
    wanted = [step for step in steps if step.source in few]
    if not wanted:
        return {}
    found = read(_lay_side_by_side(batch.schema, few), [step.name for step in wanted])
    return {step.name: found[step.name].combine_chunks().take(few[step.source].indices) for step in wanted}


def _lay_side_by_side(schema: pa.Schema, few: Mapping[str, pa.DictionaryArray]) -> pa.Table:
    """A batch of the different values of each column; no row of it is a record."""
    rows = max(len(codes.dictionary) for codes in few.values())
    columns = []
    for one in schema:
        values = few[one.name].dictionary if one.name in few else pa.nulls(0, one.type)
        columns.append(pa.concat_arrays([values, pa.nulls(rows - len(values), one.type)]))
    return pa.table(columns, schema=schema)


def _encode_few(values: pa.ChunkedArray) -> pa.DictionaryArray | None:
    """The column by its different values, null as one of them; None where they are many, or no texts or numbers."""
    if not pa.types.is_string(values.type) and not pa.types.is_integer(values.type):
        return None
    if pc.count_distinct(values.slice(0, LOOKED_AT), mode="all").as_py() > MOST_OF_LOOKED_AT:
        return None
    coded = values.combine_chunks().dictionary_encode(null_encoding="encode")
    return coded if len(coded.dictionary) <= MOST_VALUES else None


def _read_times(texts: pa.Array, form: str) -> pa.Array | None:
    """The local times that all the texts are in the form; None where one of them is none, or Arrow cannot tell."""
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), pa.timestamp("us"))
    iso = _write_as_iso(texts, form)
    if iso is None:
        return None
    try:
        return pc.cast(iso, pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None


def _write_as_iso(texts: pa.Array, form: str) -> pa.Array | None:
    """The texts of a form of fixed width as Arrow reads times, byte by byte; None for another form or width."""
    parts = PART.findall(form)
    if "".join(parts) != form or not form.isascii() or not set(parts) >= DAY or not pa.types.is_string(texts.type):
        return None
    found = _take_bytes(texts.drop_null(), sum(PLACES.get(part, (0, 1))[1] for part in parts))
    if found is None:
        return None
    iso = np.tile(np.frombuffer(ISO, np.uint8), (len(found), 1))
    at = 0
    for part in parts:
        start, digits = PLACES.get(part, (None, 1))
        if start is not None:
            iso[:, start : start + digits] = found[:, at : at + digits]
        elif not (found[:, at] == ord(part)).all():
            return None
        at += digits
    ends = np.arange(0, (len(found) + 1) * len(ISO), len(ISO), dtype=np.int32)
    written = pa.Array.from_buffers(pa.string(), len(found), [None, pa.py_buffer(ends), pa.py_buffer(iso)])
    if not texts.null_count:
        return written
    present = texts.is_valid().to_numpy(zero_copy_only=False)
    return written.take(pa.array(np.cumsum(present) - 1, pa.int64(), mask=~present))


def _take_bytes(texts: pa.Array, width: int) -> np.ndarray | None:
    """The bytes of texts without nulls, a row each; None where one has another width."""
    _, offsets_buffer, bytes_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    if not (np.diff(offsets) == width).all():
        return None
    return np.frombuffer(bytes_buffer or b"", np.uint8)[offsets[0] : offsets[-1]].reshape(len(texts), width)
