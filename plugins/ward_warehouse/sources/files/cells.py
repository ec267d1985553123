"""What programs put around the values of a file's cells, taken away; and merged cells filled down."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.registry import FilesRead
from ward_warehouse.sources.base import FAULT, POSITION

ERROR_TEXT = "#ERROR"
"""A value that is not there to be read; it fits no id, code or date: it is judged an error, no absence."""
GUARDED = r'^\s*="([^"]*)"\s*$'
"""`="001"`: how an export keeps a spreadsheet program from making a number of a code."""
MARKED_TEXT = r"^\s*'([0-9A-Za-zĐđ][0-9A-Za-zĐđ.\-_/ ]*)$"
"""`'001`: the sign by which a person makes a text of a code, in a file that no spreadsheet program wrote."""


def clean_cells(table: pa.Table, spec: FilesRead, before: pa.Table | None) -> pa.Table:
    """The table with its values freed of text guards and words for nothing, and its merged cells filled down.

    Args:
        table: records of a file, all of their values text.
        spec: the words that mean nothing, and the columns to fill down.
        before: the table before this one in its file, clean.
    """
    for at, name in enumerate(table.column_names):
        if name in (POSITION, FAULT):
            continue
        found = table[name]
        column = _without_guards(found)
        if spec.null_values:
            column = without_nulls(column, spec.null_values)
        if name in spec.fill_down:
            column = _filled_down(column, before[name][-1].as_py() if before is not None and before.num_rows else None)
        if column is not found:
            table = table.set_column(at, name, column)
    return table


def _without_guards(column: pa.ChunkedArray) -> pa.ChunkedArray:
    # One look at a column's bytes costs a tenth of a look at each of its values, and most columns have neither sign.
    buffers = [chunk.buffers()[2] for chunk in column.chunks]
    for sign, guarded in ((b"=", GUARDED), (b"'", MARKED_TEXT)):
        if any(buffer is not None and (np.frombuffer(buffer, np.uint8) == ord(sign)).any() for buffer in buffers):
            column = pc.replace_substring_regex(column, guarded, r"\1")
    return column


def without_nulls(column: pa.ChunkedArray, words: tuple[str, ...]) -> pa.ChunkedArray:
    """The values of a column of text, empty where one is a word that means nothing."""
    says_nothing = pc.is_in(pc.utf8_trim_whitespace(column), value_set=pa.array(words, pa.string()))
    return pc.if_else(says_nothing, pa.scalar("", pa.string()), column)


def _filled_down(column: pa.ChunkedArray, above: str | None) -> pa.ChunkedArray:
    empty = pc.equal(pc.utf8_trim_whitespace(column), "")
    values = pc.if_else(empty, pa.scalar(None, pa.string()), column).combine_chunks()
    filled = pc.fill_null_forward(pa.concat_arrays([pa.array([above or None], pa.string()), values]))
    return pa.chunked_array([pc.fill_null(filled[1:], "")])
