"""Names completed while a question is typed: by the shell, and at the command's own prompt on a real terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.shell_completion import BashComplete

from ward_warehouse.cli import main
from ward_warehouse.cli.query_names import typed_statements


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(tmp_path))
    file = tmp_path / "warehouse" / "district.duckdb"
    file.parent.mkdir()
    with duckdb.connect(str(file)) as db:
        db.execute(
            "CREATE SCHEMA analyst; CREATE SCHEMA marts; CREATE TABLE marts.t AS SELECT 'Phường 6' AS unit_name_vi"
        )
        db.execute("CREATE VIEW analyst.latest AS FROM marts.t")
    return file


def completed(*words: str) -> list[str]:
    shell = BashComplete(main, {}, "ward-warehouse", "_WARD_WAREHOUSE_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.usefixtures("published")
def test_the_shell_completes_the_last_name_of_a_statement() -> None:
    assert completed("query", "select unit_na") == ["select unit_name_vi"]
    assert completed("query", "select max(unit_na") == ["select max(unit_name_vi"]
    assert completed("query", "from analyst.") == ["from analyst.latest"]
    assert completed("query", "from nothing") == []


def test_the_shell_completes_commands_and_options() -> None:
    assert "query" in completed("qu")
    assert "--period" in completed("open-data", "--p")


def test_without_a_warehouse_there_is_nothing_to_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(tmp_path))
    assert completed("query", "from ") == []


def test_a_typed_statement_ends_at_its_semicolon(published: Path) -> None:
    lines = iter(["select 1", "  as one;", "", ";", "select 2;", "select 3"])

    def read(_: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    assert list(typed_statements(published, read)) == ["select 1\n  as one", "select 2"]


class Terminal:
    """A pseudo-terminal, with somebody who types when asked."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.shown, self.read_to = b"", 0

    def wait_for(self, text: str) -> None:
        """Reads until the text comes, after what was waited for before."""
        while (found := self.shown.find(text.encode(), self.read_to)) < 0:
            ready, _, _ = select.select([self.master], [], [], 60)
            assert ready, f"{text!r} did not come after {self.shown.decode()!r}"
            self.shown += os.read(self.master, 4096)
        self.read_to = found + len(text.encode())

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())


@pytest.mark.usefixtures("published")
def test_at_a_terminal_questions_are_asked_one_after_another_with_tab() -> None:
    terminal = Terminal()
    command = [sys.executable, "-m", "ward_warehouse.cli.main", "query"]
    environment = {**os.environ, "TERM": "dumb", "INPUTRC": os.devnull, "COLUMNS": "100"}
    process = subprocess.Popen(
        command, stdin=terminal.slave, stdout=terminal.slave, stderr=terminal.slave, env=environment
    )
    try:
        terminal.wait_for("query> ")
        terminal.type("selec 1;\n")
        terminal.wait_for("syntax error")
        terminal.wait_for("query> ")
        terminal.type("select unit_n\t from analyst.l\t;\n")
        terminal.wait_for("Phường 6")
        terminal.wait_for("query> ")
        terminal.type("\x04")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        for side in (terminal.master, terminal.slave):
            os.close(side)
