"""What analysts' clients do to the published file: they open it for writing, as DuckDB does when nobody says otherwise.

Each client is a process of its own, and may write whatever the file's mode says, as root may.
"""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.unit.warehouse.test_publish import night
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse import publish as publishing
from ward_warehouse.warehouse.publish import publish
from ward_warehouse.warehouse.published import open_published
from ward_warehouse.warehouse.seals import kept_file, log_of

CLIENT = """
import duckdb, sys
db = duckdb.connect(sys.argv[1])
print("open", flush=True)
for line in sys.stdin:
    if line.strip() == "close":
        db.close()
    else:
        db.execute(line)
    print("done", flush=True)
"""
WRITES = {
    "updates": "UPDATE marts.fct_dossiers SET value = 'mine'",
    "updates and checkpoints": "UPDATE marts.fct_dossiers SET value = 'mine'; CHECKPOINT",
    "creates": "CREATE TABLE marts.mine AS SELECT 1 AS x",
    "creates in a schema of its own": "CREATE SCHEMA mine; CREATE TABLE mine.t AS SELECT 1 AS x; CHECKPOINT",
    "drops": "DROP VIEW marts.a_view; DROP TABLE marts.fct",
    "drops and checkpoints": "DROP VIEW marts.a_view; DROP TABLE marts.fct_dossiers; CHECKPOINT",
    "holds the lock": "SELECT 1",
}
CASES = [(write, "is killed") for write in WRITES] + [
    ("updates", "stays"),
    ("updates", "closes"),
    ("creates in a schema of its own", "stays"),
    ("drops", "closes"),
]


class Client:
    """A program of an analyst with the file open for writing."""

    def __init__(self, file: Path) -> None:
        file.chmod(0o644)
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._hear("open")

    def run(self, statement: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()
        self._hear("done")

    def end(self, how: str) -> None:
        if how == "closes":
            self.run("close")
        if how != "stays":
            self.process.kill()
            self.process.wait()

    def _hear(self, expected: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == expected


@contextmanager
def client(file: Path) -> Iterator[Client]:
    made = Client(file)
    try:
        yield made
    finally:
        made.end("is killed")
        for pipe in (made.process.stdin, made.process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A first build is published; the next one computed two of its records."""
    made = Settings(home=tmp_path / "home")
    night(made, "b1", None, {})
    publish(made)
    night(made, "b2", "b1", {"2": "corrected", "4": "new"})
    return made


def require_whole(settings: Settings, whole: Path) -> None:
    """What is published is what a build of everything gives, row for row, and any client can open it."""
    expected = settings.model_copy(update={"home": whole})
    night(expected, "b2", None, {"2": "corrected", "4": "new"})
    publish(expected)
    published = settings.published_file
    assert not log_of(published).exists()
    assert stat.S_IMODE(published.stat().st_mode) == 0o444
    assert every_row(published) == every_row(expected.published_file)


def every_row(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a client that opens the file sees: each relation with its rows in order."""
    with duckdb.connect(str(file), read_only=True) as db:
        found = db.execute("SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL").fetchall()
        return {
            f"{schema}.{name}": db.execute(f"""FROM "{schema}"."{name.replace('"', '""')}" ORDER BY ALL""").fetchall()
            for schema, name in found
        }


@pytest.mark.parametrize(("write", "how"), CASES)
def test_what_a_client_did_before_is_not_in_what_is_published_next(
    settings: Settings, tmp_path: Path, write: str, how: str
) -> None:
    with client(settings.published_file) as one:
        one.run(WRITES[write])
        one.end(how)
        publish(settings)
        require_whole(settings, tmp_path / "whole")


@pytest.mark.parametrize(("write", "how"), CASES)
def test_what_a_client_does_during_a_publish_is_not_in_what_is_published(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str, how: str
) -> None:
    replace = os.replace
    with client(settings.published_file) as one:

        def struck(source: Path, target: Path) -> None:
            if target == settings.published_file:
                one.run(WRITES[write])
                one.end(how)
            replace(source, target)

        monkeypatch.setattr(publishing.os, "replace", struck)
        publish(settings)
        require_whole(settings, tmp_path / "whole")


@pytest.mark.parametrize(("write", "how"), CASES)
def test_what_a_client_does_with_the_old_file_after_a_publish_is_not_in_the_next(
    settings: Settings, tmp_path: Path, write: str, how: str
) -> None:
    with client(settings.published_file) as one:
        publish(settings)
        one.run(WRITES[write])
        one.end(how)
        with open_published(settings.published_file) as db:
            assert dict(db.execute("FROM marts.fct_dossiers").fetchall())["2"] == "corrected"
        publish(settings)
        require_whole(settings, tmp_path / "whole")


@pytest.mark.parametrize(("write", "how"), [case for case in CASES if case[0] != "holds the lock"])
def test_readers_of_the_library_see_what_was_published_whatever_a_client_did(
    settings: Settings, write: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    with client(settings.published_file) as one:
        one.run(WRITES[write])
        one.end(how)
        with open_published(settings.published_file) as db:
            assert dict(db.execute("FROM marts.fct_dossiers").fetchall()) == {"1": "a", "2": "a", "3": "a"}
            assert db.execute("SELECT max(twice) FROM marts.a_view").fetchone() == (4,)
        assert "is not as it was published" in caplog.text


def test_one_client_with_the_lock_keeps_no_reader_of_the_library_out(settings: Settings) -> None:
    with client(settings.published_file), open_published(settings.published_file) as db:
        assert db.execute("SELECT count(*) FROM marts.fct_dossiers").fetchone() == (3,)


def test_a_file_that_no_publish_has_sealed_and_a_client_holds_is_told_in_a_line(tmp_path: Path) -> None:
    file = tmp_path / "district.duckdb"
    duckdb.connect(str(file)).close()
    with client(file), pytest.raises(BuildError) as caught, open_published(file):
        pass
    assert str(caught.value).startswith(f"warehouse: {file} is held by a program that opened it for writing (")
    assert str(caught.value).endswith("); end that program, or have it open the file read-only")
    assert "\n" not in str(caught.value)


def test_what_cannot_be_opened_is_told_in_a_line(tmp_path: Path) -> None:
    file = tmp_path / "district.duckdb"
    with pytest.raises(BuildError, match="there is no published warehouse yet; run `ward-warehouse build`"):
        open_published(file).__enter__()
    file.write_bytes(b"this is no database " * 400)
    with pytest.raises(BuildError, match=r"cannot be opened \(.*\); run `ward-warehouse publish`") as caught:
        open_published(file).__enter__()
    assert "\n" not in str(caught.value)


def test_a_query_that_fails_is_told_in_a_line(settings: Settings) -> None:
    with (
        pytest.raises(BuildError, match=r"^warehouse: .*no_such_table.*run `ward-warehouse build` and `publish`"),
        open_published(settings.published_file) as db,
    ):
        db.execute("FROM marts.no_such_table")


def test_a_client_that_takes_the_new_file_before_it_was_counted_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be opened is not called published."""
    replace, clients = os.replace, []

    def taken(source: Path, target: Path) -> None:
        replace(source, target)
        if target == settings.published_file:
            clients.append(Client(target))

    monkeypatch.setattr(publishing.os, "replace", taken)
    try:
        with pytest.raises(BuildError, match=r"is in its place, but cannot be opened .* run `ward-warehouse publish`"):
            publish(settings)
    finally:
        for one in clients:
            one.end("is killed")


def test_rows_that_a_client_took_before_they_were_counted_are_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def emptied(source: Path, target: Path) -> None:
        replace(source, target)
        if target == settings.published_file:
            with client(target) as one:
                one.run("DELETE FROM marts.fct_dossiers; CHECKPOINT")

    monkeypatch.setattr(publishing.os, "replace", emptied)
    with pytest.raises(BuildError, match=r"marts\.fct_dossiers has 0 rows, expected 4: a program wrote into it"):
        publish(settings)


def test_a_reader_of_the_kept_copy_does_not_stand_in_the_way_of_a_publish(settings: Settings, tmp_path: Path) -> None:
    kept = kept_file(settings.published_file)
    script = "import duckdb, sys; db = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); input()"
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(kept)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout is not None
    assert reader.stdout.readline().strip() == "open"
    publish(settings)
    reader.communicate("\n", timeout=30)
    require_whole(settings, tmp_path / "whole")


def test_nobody_else_may_look_at_the_kept_copy(settings: Settings) -> None:
    folder = kept_file(settings.published_file).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["district.duckdb", "publish.lock", "seals.json"]


def test_a_publish_that_was_killed_while_it_changed_the_kept_copy_is_made_good(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_create_views", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(settings)
    publish(settings)
    require_whole(settings, tmp_path / "whole")


def test_two_publishes_at_once_are_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = publishing._keep

    def meanwhile(*arguments: Any) -> dict[str, int]:
        with pytest.raises(BuildError, match="publish: another publish is at work"):
            publish(settings)
        return keep(*arguments)

    monkeypatch.setattr(publishing, "_keep", meanwhile)
    assert publish(settings)["marts.fct_dossiers"] == 4


def test_analysts_keep_tables_of_their_own_beside_the_published_file(settings: Settings, tmp_path: Path) -> None:
    """As the README says: their file is the database, the warehouse is attached read-only."""
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as db:
        db.execute(f"ATTACH '{settings.published_file}' AS district (READ_ONLY)")
        db.execute("CREATE TABLE late AS SELECT dossier_key FROM district.marts.fct_dossiers WHERE value = 'a'")
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            db.execute("DELETE FROM district.marts.fct_dossiers")
    publish(settings)
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as db:
        db.execute(f"ATTACH '{settings.published_file}' AS district (READ_ONLY)")
        assert db.execute("SELECT count(*) FROM late JOIN district.marts.fct_dossiers USING (dossier_key)").fetchone()
