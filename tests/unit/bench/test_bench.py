"""What the bench compares, and which Airflow it measures."""

import subprocess
import time
from pathlib import Path

import pytest
from rich.console import Console

from bench import __main__ as bench
from bench import night


def shown(found: dict[str, float], load: float, earlier: dict[str, float]) -> str:
    console = Console(width=150, record=True, file=None)
    with console.capture() as capture:
        console.print(bench.table("land", found, load, earlier))
    return capture.get()


def test_figures_of_a_quiet_machine_are_compared() -> None:
    text = shown({"land_s": 6.6}, 0.4, {"land_s": 6.0, "load_land": 1.2})
    assert "+10%" in text
    assert "not compared" not in text


@pytest.mark.parametrize(
    ("load", "earlier", "why"),
    [
        (1.6, {"land_s": 6.0, "load_land": 0.1}, "the load was above 1.5 (now: 1.6)"),
        (0.1, {"land_s": 6.0, "load_land": 7.25}, "the load was above 1.5 (before: 7.25)"),
        (0.1, {"land_s": 6.0}, "the load of the earlier figures is not known"),
        (9.0, {}, "the load was above 1.5 (now: 9.0)"),
    ],
)
def test_figures_of_a_busy_machine_are_not(load: float, earlier: dict[str, float], why: str) -> None:
    text = shown({"land_s": 6.6}, load, earlier)
    assert f"not compared with the earlier figures │ {why}" in text
    assert "+10%" not in text
    assert "6.6" in text


def test_each_airflow_has_a_port_of_its_own() -> None:
    assert night.free_port() != "8091"
    assert 1024 < int(night.free_port()) < 65536


def test_an_airflow_that_does_not_start_is_told_at_once(tmp_path: Path) -> None:
    """Such as on a state folder on which another one runs."""
    log = tmp_path / "up.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(["sh", "-c", "echo up: one runs already"], stdout=output) as process,
    ):
        process.wait()
    with pytest.raises(RuntimeError, match="up: one runs already"):
        night.is_up(process, log)


def test_a_night_of_another_airflow_is_not_measured(tmp_path: Path) -> None:
    file = tmp_path / "warehouse" / "district.duckdb"
    with pytest.raises(RuntimeError, match="another Airflow played it"):
        night.require_published(tmp_path, since=0)
    file.parent.mkdir()
    file.touch()
    night.require_published(tmp_path, since=time.time() - 60)
    with pytest.raises(RuntimeError, match="another Airflow played it"):
        night.require_published(tmp_path, since=time.time() + 60)
