"""A folder of documents that is there whole, or as it was before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from xlsxwriter.exceptions import XlsxWriterException

from ward_warehouse.core.alone import alone
from ward_warehouse.core.errors import WardWarehouseError


@contextmanager
def new_folder(place: Path, what: str) -> Iterator[Path]:
    """Gives a folder to fill, which takes its place when the block ends well.

    Args:
        place: where it will be; what stands there stays until then.
        what: what errors begin with.

    Raises:
        WardWarehouseError: the disk refuses, or another run writes beside it at the moment.
    """
    fresh, old = (place.parent / f".{uuid4().hex}" for _ in range(2))
    busy = WardWarehouseError(f"{what}: another run writes into {place.parent}; wait for it, then run this again")
    try:
        with alone(place.parent / ".lock", busy):
            _forget_killed(place.parent)
            try:
                fresh.mkdir(mode=0o700)
                yield fresh
                if place.exists():
                    os.replace(place, old)
                os.replace(fresh, place)
            finally:
                for folder in (fresh, old):
                    shutil.rmtree(folder, ignore_errors=True)
    except (OSError, XlsxWriterException) as error:
        reason = getattr(error, "strerror", None) or error
        raise WardWarehouseError(f"{what}: {place}: {reason}; what stood there is left as it was") from None


def _forget_killed(parent: Path) -> None:
    for leftover in parent.glob(".*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
