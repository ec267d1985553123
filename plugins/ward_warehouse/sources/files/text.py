"""Bytes as Unicode text: UTF-8 and UTF-16 with or without a mark, and the old Vietnamese encodings."""

from __future__ import annotations

import codecs
import io
import unicodedata

from ward_warehouse.sources.files import encodings
from ward_warehouse.sources.files.refusals import RefusedError

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""A byte order mark is certain, whatever the system file says."""
CHUNK = 64 * 1024

encodings.register()


def open_text(stream: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    """The stream as text with its line ends as they are."""
    return io.TextIOWrapper(stream, encoding=_codec(stream, encoding), newline="")


def not_text(stream: io.BufferedReader, encoding: str) -> RefusedError:
    """The refusal for a stream, open anew, that could not be decoded: it names the row and the byte."""
    codec = _codec(stream, encoding)
    named = codec.removesuffix("-sig")
    decoder = codecs.getincrementaldecoder(codec)()
    row = 1
    while True:
        chunk = stream.read(CHUNK)
        try:
            row += decoder.decode(chunk, final=not chunk).count("\n")
        except UnicodeDecodeError as error:
            # What the decoder holds over from the last chunk stands before this one in error.object.
            start = error.start - (len(error.object) - len(chunk))
            row += decoder.decode(chunk[: max(start, 0)]).count("\n")
            return RefusedError("not_text", row=row, byte=f"{error.object[error.start]:#04x}", encoding=named)
        except UnicodeError:
            # UTF-16 that begins without a mark: the codec names no byte.
            return RefusedError("not_text", row=row, byte=f"{chunk[0]:#04x}" if chunk else "?", encoding=named)
        if not chunk:
            return RefusedError("not_text", byte="?", encoding=named)


def composed(text: str) -> str:
    """The text in composed form (NFC): Windows-1258 and TCVN3 write some letters as base and mark."""
    return unicodedata.normalize("NFC", text)


def _codec(stream: io.BufferedReader, encoding: str) -> str:
    head = stream.peek(3)[:3]
    for mark, codec in MARKS.items():
        if head.startswith(mark):
            return codec
    return encoding
