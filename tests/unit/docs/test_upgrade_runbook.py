"""The git steps of the upgrade runbook, as written, in a clone with a site's own files and changes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.district import ROOT

TEXT = (ROOT / "docs/runbooks/upgrade.md").read_text(encoding="utf-8")
(UP, _, BACK) = (
    re.sub(r"^ {3}", "", found, flags=re.MULTILINE) for found in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
)
FORWARD = "git switch --merge main"
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}  # fmt: skip


def run(folder: Path, script: str) -> str:
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A clone of the first version; the project has made two commits since."""
    project = tmp_path / "project"
    project.mkdir()
    registry = "".join(f"line {number}\n" for number in range(20))
    (project / "quan_11.yml").write_text(registry, encoding="utf-8")
    (project / "code.py").write_text("version = 1\n", encoding="utf-8")
    run(project, "git init -q -b main && git add . && git commit -qm first")
    run(tmp_path, "git clone -q project site")
    (project / "quan_11.yml").write_text(registry + "a new line at its end\n", encoding="utf-8")
    run(project, "git commit -qam second")
    (project / "code.py").write_text("version = 3\n", encoding="utf-8")
    run(project, "git commit -qam third")
    return tmp_path / "site"


@pytest.mark.parametrize("changed", [False, True], ids=["untouched", "with changes of its own"])
def test_up_back_and_up_again(site: Path, changed: bool) -> None:
    ours, own = site / "quan_11.yml", site / "our_district.yml"
    own.write_text("district: ours\n", encoding="utf-8")
    if changed:
        ours.write_text("our line\n" + ours.read_text(encoding="utf-8"), encoding="utf-8")
    for script, version, newest in ((UP, 3, True), (BACK, 1, False), (f"{FORWARD}\n{UP}", 3, True)):
        run(site, script)
        assert (site / "code.py").read_text(encoding="utf-8") == f"version = {version}\n"
        text = ours.read_text(encoding="utf-8")
        assert text.startswith("our line\n") is changed
        assert text.endswith("a new line at its end\n") is newest
        assert own.read_text(encoding="utf-8") == "district: ours\n"
        assert run(site, "git stash list") == ""


def test_the_next_upgrade_begins_with_what_is_played_here() -> None:
    assert f"`{FORWARD}`" in TEXT
