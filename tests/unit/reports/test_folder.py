"""A folder of documents: whole, or as it was before."""

from __future__ import annotations

import fcntl
import resource
from pathlib import Path

import pytest

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.reports.cells import new_workbook
from ward_warehouse.reports.folder import replacing


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that was written yesterday."""
    with replacing(tmp_path / "made" / "here", "pack") as fresh:
        (fresh / "old.txt").write_text("yesterday", encoding="utf-8")
    return tmp_path / "made" / "here"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_the_new_one_takes_the_place_of_the_old_one_whole(place: Path) -> None:
    with replacing(place, "pack") as fresh:
        (fresh / "new.txt").write_text("today", encoding="utf-8")
        assert names(place) == ["old.txt"]
    assert names(place) == ["new.txt"]
    assert names(place.parent) == [".lock", "here"]


def write_much(place: Path) -> None:
    with replacing(place, "pack") as fresh, new_workbook(fresh / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for line in range(1_000):
            sheet.write_string(line, 0, f"Phường {line}")


def test_on_a_full_disk_the_old_one_stays(place: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(WardWarehouseError, match=r"^pack: .*; check the folder's space and rights; what stood"):
            write_much(place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (names(place), names(place.parent)) == (["old.txt"], [".lock", "here"])


def test_two_runs_never_write_at_once(place: Path) -> None:
    with (place.parent / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(WardWarehouseError, match=r"^pack: another run writes into"), replacing(place, "pack"):
            raise AssertionError("it is not ours")


def test_what_a_killed_run_left_goes(place: Path) -> None:
    (place.parent / ".killed").mkdir()
    with replacing(place, "pack"):
        assert ".killed" not in names(place.parent)
