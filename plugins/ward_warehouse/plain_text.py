"""Which columns of a batch are plain text already, so that cleaning each of their values would change nothing.

Composing and trimming costs a quarter of a mapping; one look at a column's bytes costs almost nothing, and most columns
of real systems - ids, codes, dates - are plain.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

OFFSET_TYPES = {pa.string(): np.int32, pa.large_string(): np.int64}


def plain_columns(batch: pa.Table) -> frozenset[str]:
    """Columns whose values are ASCII, not empty, and neither begin nor end with a space; nulls may be among them."""
    return frozenset(name for name in batch.column_names if all(_is_plain(chunk) for chunk in batch[name].chunks))


def _is_plain(values: pa.Array) -> bool:
    if pa.types.is_integer(values.type):
        return True
    offset_type = OFFSET_TYPES.get(values.type)
    if offset_type is None:
        return False
    if values.null_count == len(values):
        return True
    _, offsets_buffer, text_buffer = values.buffers()
    offsets = np.frombuffer(offsets_buffer, offset_type)[values.offset : values.offset + len(values) + 1]
    text = np.frombuffer(text_buffer or b"", np.uint8)
    filled = offsets[1:] > offsets[:-1]
    if len(values) - np.count_nonzero(filled) != values.null_count:
        return False
    edges = np.concatenate([text[offsets[:-1][filled]], text[offsets[1:][filled] - 1]])
    return not (edges == ord(" ")).any() and not (text[offsets[0] : offsets[-1]] >= 0x80).any()
