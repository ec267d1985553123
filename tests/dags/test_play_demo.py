"""The main job as the README promises it: what it prints, what it leaves, and what a newcomer pastes after it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.background import Background
from tests.support.demonstration import Played
from tests.support.district import ROOT


@pytest.fixture(scope="session")
def played(background: Background) -> Played:
    found: Played = background.result("demonstration")
    log = found.home / "logs" / "demo.log"
    told = log.read_text(encoding="utf-8")[-2000:] if log.is_file() else ""
    assert found.code == 0, f"{found.said}\n{told}"
    return found


def words(line: str) -> str:
    """A line without the borders and spaces of its table."""
    return " ".join(line.replace("│", " ").split())


def paste(script: str) -> str:
    """What a shell prints for what was pasted into it."""
    script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_it_prints_what_the_readme_shows(played: Played) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```\nNight (.*?)```", readme, re.DOTALL)
    assert shown is not None
    said = {words(line) for line in played.said.splitlines()}
    (district,) = [line for line in shown[1].splitlines() if line.strip().startswith("the district")]
    assert words(district) in said
    # The README has dots where a table goes on.
    for ward in re.findall(r"^ +(quan_11_p\d+ .*?)\.\.\.", shown[1], re.MULTILINE):
        assert [line for line in said if line.startswith(words(ward))], ward


def test_the_pages_that_it_names_are_there(played: Played) -> None:
    pages = [Path(unquote(found)) for found in re.findall(r"file://(\S+)", played.said)]
    assert {page.parent.name for page in pages} >= {"morning", "periodic"}
    assert [page for page in pages if not page.is_file()] == []


def test_the_query_to_paste_shows_the_open_dossiers(played: Played) -> None:
    # It goes over several lines, to where its quotation ends.
    query = played.said[played.said.index(".venv/bin/python -c") :].split("\n\n")[0]
    assert "92 rows" in paste(query)


def test_the_line_to_paste_makes_the_commands_work(played: Played) -> None:
    line = played.said.splitlines()[-1]
    assert line == f". {shlex.quote(str(played.home / 'demo' / 'activate'))}"
    # The last night is not complete, which the command says by its exit status too.
    told = paste(f"{line} && ward-warehouse status --night 2018-12-28 --json || [ $? = 1 ]")
    assert "quan_11_p07" in told
