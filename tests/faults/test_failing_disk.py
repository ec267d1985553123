"""Every write, rename and sync of a night fails once, as in SQLite's tests: nothing is torn, and a re-run mends all."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import MakeDistrict
from tests.faults.amount import LONG, amount
from tests.faults.healing import Healing
from tests.faults.nights import ALL, NEXT, SMALL_PROJECT, STATES, keep_middles, struck
from tests.faults.rows import differences, rows_of
from tests.faults.workshop import Played, Struck, Workshop
from ward_warehouse.warehouse.publish import audited_marker

OF_A_TOOL = ("/home/dbt/", "/home/logs/")
"""What dbt writes for itself: it fails in the long part only."""


@pytest.fixture(scope="module")
def night(workshop: Workshop, make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Struck:
    """One ward, and the states that the steps start from.

    The small project in the long part too: the real one writes the same kinds of files, three hundred more of them, and
    each would be a night of twenty seconds; kills strike it.
    """
    made = struck(
        workshop, make_district, tmp_path_factory.mktemp("disk"), {"disk_files": "files"}, ["dossiers"], SMALL_PROJECT
    )
    keep_middles(made)
    return made


@pytest.fixture(scope="module")
def healing(night: Struck) -> Healing:
    return Healing.of(night, "built")


def to_fail(operations: list[str]) -> list[int]:
    """Numbers of the operations that fail: all; in the short part of a file's many writes the first and the last, and
    none of a tool's.

    Two more than there are at the end: the night passes, so nothing was left out.
    """
    numbers = [
        n for n in range(1, len(operations) + 3) if not operations[n - 1 : n] or is_of_the_disk(operations[n - 1])
    ]
    if LONG:
        return numbers
    written: dict[str, list[int]] = {}
    for number, operation in enumerate(operations, 1):
        if operation.startswith("write "):
            written.setdefault(operation, []).append(number)
    left_out = {
        n for found in written.values() for n in found if n not in (found[0], found[len(found) // 2], found[-1])
    }
    left_out |= {n for n, o in enumerate(operations, 1) if any(part in o for part in OF_A_TOOL)}
    return [number for number in numbers if number not in left_out]


def is_of_the_disk(operation: str) -> bool:
    return not operation.startswith(("sql ", "dbt "))


def is_done(night: Struck, step: str) -> bool:
    """Whether a step did what it is there for."""
    lake = night.home / "lake"
    match step:
        case "extract":
            return (lake / "landing" / "dossiers" / "disk_files" / f"{NEXT}.json").is_file()
        case "validate":
            return (lake / "manifests" / "dossiers" / "disk_files" / f"{NEXT}.json").is_file()
        case "build":
            return audited_marker(night.settings.build_file).is_file()
    return differences(rows_of(night.settings.published_file), night.expected) == []


def told_well(played: Played) -> bool:
    """Whether a person was told, in lines and not in a traceback."""
    assert played.unexpected is None, played.unexpected
    assert all("\n" not in line and "report it" not in line for line in played.errors), played.errors
    return bool(played.errors)


@pytest.mark.parametrize("step", ALL)
def test_each_operation_fails_once(night: Struck, healing: Healing, step: str) -> None:
    night.restore(STATES[step])
    operations = night.clean([step]).operations
    numbers = to_fail(operations)
    assert len(numbers) > (4 if step == "publish" else 8)
    told = []
    for number in numbers:
        night.restore(STATES[step])
        told.append(told_well(night.play([step], fault={"action": "fail", "number": number})))
        name = operations[number - 1] if number <= len(operations) else "none"
        assert told[-1] or is_done(night, step), f"{name}: nobody was told that nothing was done"
        assert night.torn() == [], name
        if LONG or number % 32 == 0:
            healing.rerun()
    assert told[-2:] == [False, False], "the night passes when nothing is left to fail"
    assert any(told)


@pytest.mark.parametrize("step", ["build", "publish"])
def test_the_disk_is_full_at_some_size_of_the_warehouse(night: Struck, healing: Healing, step: str) -> None:
    """DuckDB's own writes, which no function of Python shows: beyond a file size they all fail."""
    night.restore("second")
    file = night.settings.build_file if step == "build" else night.settings.published_file
    whole = file.stat().st_size
    sizes = [whole * part // amount(2, 40) // 4096 * 4096 for part in range(amount(2, 40))]
    told = []
    for size in sizes:
        night.restore(STATES[step])
        told.append(told_well(night.play([step], file_size=size or 4096)))
        assert night.torn() == [], size
        if LONG or size == sizes[-1]:
            healing.rerun()
    assert told[0], "a disk without space is told"


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing below the folder can be written by who has no privileges."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in folders:
            path.chmod(0o755)


@pytest.mark.parametrize("step", ["extract", "validate", "maintain"])
def test_a_lake_that_is_read_only_is_told_in_a_line(night: Struck, healing: Healing, step: str) -> None:
    night.restore(STATES.get(step, "built"))
    with read_only(night.home / "lake"):
        played = night.play([step], unprivileged=True)
    assert told_well(played)
    assert all("cannot be written (Permission denied); check space and rights" in line for line in played.errors)
    assert night.torn() == []
    assert not is_done(night, step)
    healing.rerun()


def test_what_is_in_a_lake_that_is_read_only_is_built_and_published(night: Struck) -> None:
    """Analysts need not wait for whoever mends the share."""
    night.restore(STATES["build"])
    with read_only(night.home / "lake"):
        played = night.play(["build", "publish"], unprivileged=True)
    assert not told_well(played)
    assert differences(rows_of(night.settings.published_file), night.expected) == []


def test_one_in_a_hundred_operations_fails(night: Struck, healing: Healing, chance: random.Random) -> None:
    struck_at = 0
    for _ in range(amount(1, 20)):
        night.restore("first")
        fault = {"action": "fail", "rate": 0.01, "seed": chance.randrange(1 << 30)}
        for step in ALL:
            played = night.play([step], fault=fault)
            told_well(played)
            struck_at += played.report["struck"]
        assert night.torn(published=False) == []
        healing.rerun()
    assert struck_at >= amount(1, 20), "something failed in most nights"
