"""Which columns of a batch are plain text already, so that cleaning each of their values would change nothing.

Composing and trimming costs a quarter of a mapping; one look at a column's bytes costs almost nothing, and most columns
of real systems - ids, codes, dates, Vietnamese as keyboards write it - are plain.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

OFFSET_TYPES = {pa.string(): np.int32, pa.large_string(): np.int64}

FIRST_OF_SEVERAL = 0x80
"""From here on a byte is part of a letter that is no ASCII."""
VIETNAMESE = 0xE1
"""First byte of U+1E00 to U+1EFF, the letters with two marks; other letters have it too, and another second byte."""
COMPOSED = np.zeros(256, dtype=bool)
"""Bytes of ASCII, of U+00C0 to U+02FF and of U+1E00 to U+1EFF: letters that composing (NFC) leaves as they are. Among
the signs before them is a space, and what combines comes after them (Unicode Standard Annex 15, NFC_Quick_Check)."""
COMPOSED[:0xC0] = COMPOSED[0xC3:0xCC] = COMPOSED[VIETNAMESE] = True


def plain_columns(batch: pa.Table) -> frozenset[str]:
    """Columns of composed letters, not empty, that neither begin nor end with a space; nulls may be among them."""
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
    return not (edges == ord(" ")).any() and _is_composed(text[offsets[0] : offsets[-1]])


def _is_composed(text: np.ndarray) -> bool:
    # Nearly all columns are ASCII, which the largest byte says ten times as fast as a look at each of them.
    if not text.size or text.max() < FIRST_OF_SEVERAL:
        return True
    if not COMPOSED[text].all():
        return False
    after = text[1:][text[:-1] == VIETNAMESE]
    return bool(((after >= 0xB8) & (after <= 0xBB)).all())
