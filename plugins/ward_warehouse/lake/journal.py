"""Append-only journals of the lake: numbered files in a folder, each written once by whoever claims its number.

An entry is made the moment its numbered file exists. The number is claimed by creating the file: of two people who
decide at the same time the first has it, and the second reads the journal again before deciding anything.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ward_warehouse.lake.store import Lake


def entries(lake: Lake, folder: str, suffix: str = ".json", after: int = 0) -> list[str]:
    """Relative paths of a journal's entries that have a number above `after`, in order; the numbers leave no gap.

    A number is claimed by who has seen the one before it. So a file that the listing does not show, of an object store
    whose listing lags, is there all the same when it shows a later one.
    """
    listed = lake.names(folder, suffix)
    last = number_of(listed[-1]) if listed else 0
    return [_path(folder, number, suffix) for number in range(after + 1, last + 1)]


def number_of(path: str) -> int:
    """The number of an entry."""
    return int(PurePosixPath(path).stem)


def claim(lake: Lake, folder: str, number: int, content: bytes, suffix: str = ".json") -> bool:
    """Writes the entry of a number; False when another one has it, and nothing was written.

    Args:
        lake: the lake.
        folder: the journal's folder.
        number: one more than that of the newest entry that was seen.
        content: of the entry.
        suffix: the ending of its files.

    Raises:
        LakeError: the lake cannot be written.
    """
    return lake.create(_path(folder, number, suffix), content)


def _path(folder: str, number: int, suffix: str) -> str:
    return f"{folder}/{number:08d}{suffix}"
