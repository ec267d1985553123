"""`make up` beside another one, and the password of Airflow's one user; nothing of Airflow is started."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run_up(home: Path, port: int) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "WARD_WAREHOUSE_HOME": str(home),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    return subprocess.run([ROOT / "scripts" / "up.sh"], env=environment, capture_output=True, text=True, timeout=60)


def test_a_second_one_says_that_one_runs_and_touches_nothing(tmp_path: Path) -> None:
    with (tmp_path / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_up(tmp_path, 1)
    assert done.returncode == 1
    assert f"up: one runs already on {tmp_path}" in done.stderr
    assert "It was left alone" in done.stderr
    assert not (tmp_path / "demo").exists()


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run_up(tmp_path, taken.getsockname()[1])
    assert done.returncode == 1
    assert "choose another port: AIRFLOW__API__PORT=" in done.stderr
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("before", [None, {"other": "x"}])
def test_the_password_is_shown_once_and_stands_in_one_private_file(
    tmp_path: Path, before: dict[str, str] | None
) -> None:
    file = tmp_path / "simple_auth_manager_passwords.json.generated"
    if before:
        file.write_text(json.dumps(before), encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "admin_password.py")]
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout for _ in range(2)
    )
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert {name: kept[name] for name in before or {}} == (before or {})
    assert kept["admin"] in first
    assert kept["admin"] not in second
    assert file.stat().st_mode & 0o777 == 0o600
