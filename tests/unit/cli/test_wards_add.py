"""`ward-warehouse wards add`: what it refuses before it writes anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.district import ROOT, District
from ward_warehouse.cli import main

GIVEN = {"ward": "p09", "--district": "mini", "--system": "igate"}


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> District:
    """The test district, with systems of its own so that a draft does not land in the project's."""
    systems = tmp_path / "described"
    shutil.copytree(ROOT / "dags" / "systems", systems)
    for name, value in {**district.environment, "WARD_WAREHOUSE_SYSTEMS_DIR": str(systems)}.items():
        monkeypatch.setenv(name, value)
    return district


def add(*more: str, **others: str) -> Result:
    given = {**GIVEN, **{name if name == "ward" else f"--{name}": value for name, value in others.items()}}
    options = [part for name, value in given.items() if name != "ward" for part in (name, value)]
    command = ["wards", "add", given["ward"], *options, "--code", "00009", "--name", "Phường 9", *more]
    return CliRunner().invoke(main, command)


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ward", "BAD-key"), ("ward", "9p"), ("ward", "p" * 64), ("ward", "p09\n"),
        ("district", "../../evil"), ("district", "Mini"), ("system", "../bad"), ("system", ""),
    ],
)  # fmt: skip
def test_a_key_that_the_registry_does_not_take_is_refused_before_anything_is_written(
    ready: District, tmp_path: Path, name: str, key: str
) -> None:
    before = files(tmp_path)
    done = add("--district-name", "Quận", "--sample", "nowhere.csv", **{name: key})
    assert done.exit_code == 1
    assert f"{name}: found" in done.stderr
    assert "expected a key of small letters, digits and _" in done.stderr
    assert files(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_one_line(ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_text", refuse)
    done = add()
    assert done.exit_code == 1
    assert "mini.yml: cannot be written (Permission denied); check that its folder is there" in done.stderr
    assert len(done.stderr.splitlines()) == 1
