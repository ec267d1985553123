"""Many small documents read as one: a store is asked for a folder's listing, one digest and what is newer than it.

    digests/<folder>.json    documents of a folder with the ETag that each had when it was read

A digest is no truth of its own: a document of it counts while the listing shows its ETag, and any other is read. Who
had to read one writes the digest anew: the next reader of the same night is there soon. A folder of a disk is read as
it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from pydantic import TypeAdapter, ValidationError

from ward_warehouse.core.errors import LakeError
from ward_warehouse.lake.store import Lake, Record

ZONE = "digests"
FEWEST = 3
"""Documents for which a digest is worth its own two requests."""

_Known = dict[str, tuple[str, str]]
_KNOWN: TypeAdapter[_Known] = TypeAdapter(_Known)


def read_folder(lake: Lake, folder: str, versions: Sequence[tuple[str, str]], model: type[Record]) -> list[Record]:
    """Documents of a folder, in the order of `versions`; one that is gone by now is left out.

    Args:
        lake: the lake.
        folder: which holds them, in itself or below.
        versions: path and mark of those that are wanted, as a listing has just shown them.
        model: of the documents.

    Raises:
        LakeError: one is damaged, or the lake cannot be read.
    """
    if not lake.has_etags or len(versions) < FEWEST:
        return lake.read_records([path for path, _ in versions], model)
    known = _read_digest(lake, folder)
    fresh = [(path, mark) for path, mark in versions if known.get(path, ("", ""))[0] != mark]
    found = zip(fresh, lake.read_all([path for path, _ in fresh]), strict=True)
    known |= {path: (mark, content.decode()) for (path, mark), content in found if content is not None}
    if fresh:
        # What was asked for is worth more than that the next one is asked for less.
        with suppress(LakeError), lake.writing(_path(folder)) as handle:
            handle.write(_KNOWN.dump_json(known))
    there = [(path, known[path]) for path, mark in versions if known.get(path, ("", ""))[0] == mark]
    return [lake.parse(path, content.encode(), model) for path, (_, content) in there]


def _read_digest(lake: Lake, folder: str) -> _Known:
    try:
        return _KNOWN.validate_json(lake.read(_path(folder)) or b"{}")
    except ValidationError:
        return {}


def _path(folder: str) -> str:
    return f"{ZONE}/{folder}.json"
