"""What commands say of a registry in which no district or ward is to be found."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.district import District
from ward_warehouse.cli import main


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    return district


@pytest.mark.parametrize("command", ["status", "morning"])
def test_a_registry_without_a_valid_district_is_no_night_without_a_fault(
    ready: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_WARDS_DIR", str(tmp_path / "nope"))
    for options in ([], ["--district", "mini"], ["--night", "2024-03-06"]):
        done = CliRunner().invoke(main, [command, *options])
        assert done.exit_code == 1
        assert f"{tmp_path / 'nope'}: found no valid district" in done.stderr
        assert "check WARD_WAREHOUSE_WARDS_DIR, and run `ward-warehouse wards check`" in done.stderr


@pytest.mark.parametrize("command", ["status", "morning"])
def test_a_district_without_a_valid_ward_is_no_night_without_a_fault(ready: District, command: str) -> None:
    place = ready.wards_dir / "mini.yml"
    place.write_text(place.read_text(encoding="utf-8").partition("wards:")[0] + "wards: []\n", encoding="utf-8")
    done = CliRunner().invoke(main, [command])
    assert done.exit_code == 1
    assert "no ward of any district was in force on a night that is over" in done.stderr
    assert "None" not in done.stderr
