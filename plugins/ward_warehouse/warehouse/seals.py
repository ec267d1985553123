"""Seals: how the published file and the copy that publishing keeps for itself stood when they were published.

A client that opens a DuckDB file for writing changes it, or leaves its log beside it. Either shows: the file's size and
time of change are no longer those of its seal, or the log is there.

    warehouse/build/published/district.duckdb    the kept copy: nobody opens it but publishing, and readers in need
    warehouse/build/published/seals.json         the seals of both
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Seals:
    """Size and time of change, as `seal_of` gives them.

    Attributes:
        kept: of the kept copy; empty while publishing changes it.
        published: of the published file, and for the moment of its replacement of the one that takes its place.
    """

    kept: str = ""
    published: tuple[str, ...] = ()


def kept_file(published: Path) -> Path:
    """The copy that publishing keeps for itself; it has the same name, because DuckDB names the database after it."""
    return published.parent / "build" / "published" / published.name


def log_of(file: Path) -> Path:
    """Where a client that opens a DuckDB file for writing puts what it has not written into it yet."""
    return file.with_name(f"{file.name}.wal")


def seal_of(file: Path) -> str:
    """The seal of a file as it stands; empty when it is not there, or a client's log stands beside it."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return ""
    return "" if log_of(file).exists() else f"{found.st_size}:{found.st_mtime_ns}"


def read_seals(published: Path) -> Seals | None:
    """The seals; None when there are none: nothing was published yet, or by a version that sealed nothing."""
    try:
        found = json.loads(_place(published).read_text(encoding="utf-8"))
        return Seals(found["kept"], tuple(found["published"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_seals(published: Path, seals: Seals) -> None:
    """Replaces the seals in one step."""
    place = _place(published)
    fresh = place.with_suffix(".fresh")
    fresh.write_text(json.dumps(asdict(seals)), encoding="utf-8")
    os.replace(fresh, place)


def _place(published: Path) -> Path:
    return kept_file(published).with_name("seals.json")
