"""A folder of documents that runs write: one run at a time, and nothing lost on a full disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from ward_warehouse.core.alone import alone as locked
from ward_warehouse.core.errors import WardWarehouseError


@contextmanager
def writing(folder: Path, what: str) -> Iterator[Path]:
    """A fresh folder inside the folder, to write in before anything takes its place; gone at the end.

    Args:
        folder: where documents stand; made where there is none.
        what: what is written, as messages begin: report, dashboard.

    Raises:
        WardWarehouseError: the disk refuses, or another run writes there at the moment.
    """
    with alone(folder, what):
        for leftover in folder.glob(".*"):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
        fresh = folder / f".{uuid4().hex}"
        fresh.mkdir(mode=0o700)
        try:
            yield fresh
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Holds the kernel's lock on a folder: two runs would write one index.

    Raises:
        WardWarehouseError: the disk refuses, or another run holds it.
    """
    busy = f"{what}: another run writes into {folder}; wait for it, then run the command again"
    try:
        with locked(folder / ".lock", WardWarehouseError(busy)):
            yield
    except OSError as error:
        reason = error.strerror or error
        raise WardWarehouseError(
            f"{what}: {folder}: {reason}; check the folder's space and rights; what stood there is left as it was"
        ) from None


@contextmanager
def replacing(place: Path, what: str) -> Iterator[Path]:
    """A fresh folder, which takes its place as a whole when the block ends well.

    Args:
        place: where it will be; what stands there stays until then.
        what: what is written, as messages begin.

    Raises:
        WardWarehouseError: as of `writing`.
    """
    with writing(place.parent, what) as fresh:
        filled = fresh / "new"
        filled.mkdir()
        yield filled
        if place.exists():
            os.replace(place, fresh / "old")
        os.replace(filled, place)


def put(file: Path, place: Path) -> Path:
    """Puts a file that is written to its end in its place, in one step; gives the place."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.replace(file, place)
    return place


def replace_text(place: Path, text: str) -> None:
    """Writes a text beside its place and puts it there in one step."""
    fresh = place.with_suffix(".fresh")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, place)
