"""State is made for its owner alone by every entry point, whatever umask it was started with."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.district import KEY, ROOT
from ward_warehouse.core.private import PRIVATE
from ward_warehouse.onboarding.draft.write import add_system, add_ward

OPEN = 0o022
"""The umask that most shells have: everybody may read."""
SCRIPTS = ["scripts/up.sh", "scripts/lint.sh", "scripts/make_secrets.sh", "docker/entrypoint.sh"]
PROGRAMS = [
    "scripts/golden.py", "scripts/play_demo.py", "scripts/mutation.py", "examples/boston311/play.py",
    "bench/__main__.py",
]  # fmt: skip


def run(*command: str, home: Path) -> str:
    environment = {
        **os.environ,
        "WARD_WAREHOUSE_HOME": str(home),
        "WARD_WAREHOUSE_PSEUDONYM_KEY": KEY,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "plugins"), str(ROOT)]),
    }
    ran = subprocess.run([sys.executable, *command], env=environment, umask=OPEN, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_command_makes_its_state_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("-m", "ward_warehouse.cli.main", "maintenance", home=home)
    made = [home, *home.rglob("*")]
    assert [path for path in made if path.is_file()], "the command wrote its outcome"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in made}
    assert modes == {0o700, 0o600}


@pytest.mark.parametrize("process", ["scheduler", "tasks", "dag-processor"])
def test_each_process_of_airflow_makes_state_for_its_owner_alone(tmp_path: Path, process: str) -> None:
    code = f"import os, sys; sys.argv = ['airflow', {process!r}]; import airflow_local_settings; print(os.umask(0))"
    assert run("-c", code, home=tmp_path) == f"{0o077}\n"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_of_the_shell_begins_by_it(script: str) -> None:
    lines = (ROOT / script).read_text(encoding="utf-8").splitlines()
    first = next(line for line in lines if line and not line.startswith(("#", "set ", "cd ")))
    assert first == "umask 077"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_begins_by_it(program: str) -> None:
    text = (ROOT / program).read_text(encoding="utf-8")
    assert re.search(
        r"^def main\(.*\) -> int:\n(    #.*\n)*    (keep_state_private\(\)|os\.umask\(0o077\))$", text, re.M
    )


def test_airflow_gives_its_logs_no_other_modes() -> None:
    """Its defaults would let the group write them."""
    for place in ("Makefile", "Dockerfile", "scripts/play_demo.py"):
        text = (ROOT / place).read_text(encoding="utf-8")
        found = re.findall(r"FILE_TASK_HANDLER_NEW_(FOLDER|FILE)_PERMISSIONS\W+(0o\d+)", text)
        assert found == [("FOLDER", "0o700"), ("FILE", "0o600")], place


def test_the_registry_is_no_state(tmp_path: Path) -> None:
    """What `wards add` writes is read by the services' user and goes under version control, whoever wrote it."""
    place, before = tmp_path / "quan_1.yml", os.umask(PRIVATE)
    try:
        add_system(tmp_path / "system.yml", "system: x\n")
        add_ward(place, "district: quan_1\nwards:\n", "  - ward: quan_1_p01\n")
        assert stat.S_IMODE(place.stat().st_mode) == 0o644
        add_ward(place, None, "  - ward: quan_1_p02\n")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o644}
