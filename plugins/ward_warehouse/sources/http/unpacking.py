"""Bodies of answers unpacked a piece at a time, with a cap on what comes out of every layer.

Unpacking is not left to httpx: it unpacks a chunk as a whole, and 3 KB of `gzip, gzip` become gigabytes of memory
before anybody can count them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from ward_warehouse.sources.http.answers import RefusedError

PIECE_BYTES = 65536
MAX_LAYERS = 3
GZIP_MAGIC = b"\x1f\x8b"
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
KNOWN = frozenset({"gzip", "x-gzip", "deflate"})


def encodings_of(header: str) -> list[str]:
    """The layers that a Content-Encoding header names, the innermost first (RFC 9110, section 8.4).

    Raises:
        RefusedError: one that was not asked for, or too many.
    """
    named = [part.strip().lower() for part in header.split(",")]
    layers = [part for part in named if part not in ("", "identity")]
    if len(layers) > MAX_LAYERS or not KNOWN.issuperset(layers):
        raise RefusedError(
            f"found an answer of {len(layers)} encodings, expected gzip, deflate or none, and {MAX_LAYERS} at most "
            "(Content-Encoding); ask the vendor"
        )
    return layers


def unpacked(chunks: Iterable[bytes], encodings: list[str], cap: int) -> Iterator[bytes]:
    """The body in pieces, without its encodings. One that is packed without saying so is unpacked as well.

    Raises:
        RefusedError: a layer is damaged or cut, or longer than `cap` bytes.
    """
    found = capped(chunks, cap)
    for _ in encodings:
        found = capped(_inflated(found), cap)
    head = b""
    for chunk in found:
        head += chunk
        if len(head) >= len(GZIP_MAGIC):
            break
    whole = chain([head], found)
    # No JSON starts so: a file that was packed beforehand, served without its header.
    return capped(_inflated(whole), cap) if head.startswith(GZIP_MAGIC) else whole


def capped(chunks: Iterable[bytes], cap: int) -> Iterator[bytes]:
    """The chunks.

    Raises:
        RefusedError: they are more than `cap` bytes together.
    """
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > cap:
            raise RefusedError(
                f"found more than {cap // 1024**2} MiB in one page, expected at most that; ask for fewer records on a "
                "page (pagination.size), or raise max_page_mib in the system's file"
            )
        yield chunk


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if inflater.eof:
                    # A gzip file may have several members, one behind the other (RFC 1952, section 2.2).
                    inflater = zlib.decompressobj(GZIP_OR_ZLIB)
                yield from _pieces(inflater, rest)
                rest = inflater.unused_data
    except zlib.error:
        raise _damaged() from None
    if not inflater.eof:
        raise _damaged()


def _pieces(inflater: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    while True:
        piece = inflater.decompress(packed, PIECE_BYTES)
        packed = inflater.unconsumed_tail
        if piece:
            yield piece
        if len(piece) < PIECE_BYTES:
            return


def _damaged() -> RefusedError:
    return RefusedError(
        "the answer's compression is damaged or cut, expected JSON; the batch is held back: ask the vendor"
    )
