"""The build file, kept open for those who open it meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.faults.workshop import SMALL_PROJECT
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake
from ward_warehouse.warehouse.build_file import kept_open, open_build
from ward_warehouse.warehouse.dbt_command import connection_options
from ward_warehouse.warehouse.restatements import keep_restatements


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_who_opens_it_meanwhile_shares_it_and_its_log_is_written_at_the_end(settings: Settings) -> None:
    log = settings.build_file.with_name(settings.build_file.name + ".wal")
    with kept_open(settings):
        with open_build(settings) as db:
            db.execute("CREATE TABLE of_one_step AS SELECT 1 AS n")
        assert log.is_file(), "a step that ends writes nothing into the file"
        with open_build(settings) as db:
            assert db.execute("FROM of_one_step").fetchall() == [(1,)]
    assert not log.exists()
    with duckdb.connect(str(settings.build_file), read_only=True) as db:
        assert db.execute("FROM of_one_step").fetchall() == [(1,)]


def test_what_went_wrong_meanwhile_is_what_is_told(settings: Settings) -> None:
    with pytest.raises(OSError, match="of a step"), kept_open(settings):
        raise OSError("of a step")
    with duckdb.connect(str(settings.build_file), read_only=True) as db:
        assert db.execute("SELECT 1").fetchall() == [(1,)], "it was closed"


def test_a_file_that_cannot_be_made_is_told_as_such(settings: Settings) -> None:
    settings.build_file.parent.parent.mkdir(parents=True)
    settings.build_file.parent.write_text("no folder", encoding="utf-8")
    with pytest.raises(BuildError, match="cannot be written"), kept_open(settings):
        pass


@pytest.mark.parametrize("content", [b"no database" * 2000, None], ids=["no database", "half of one"])
def test_a_damaged_file_is_not_taken_for_another_build(settings: Settings, content: bytes | None) -> None:
    with open_build(settings) as db:
        db.execute("CREATE TABLE t AS SELECT range AS n FROM range(100000)")
    file = settings.build_file
    file.write_bytes(content if content is not None else file.read_bytes()[:9000])
    told = r"district\.duckdb is damaged .*`ward-warehouse build --full-refresh`"
    with pytest.raises(BuildError, match=told), open_build(settings):
        pass


def test_it_is_opened_as_the_profile_of_the_project_says(settings: Settings, tmp_path: Path) -> None:
    """DuckDB refuses who opens a file otherwise than it is open, and the project may be one of somebody's own."""
    own = {"access_mode": "automatic", "memory_limit": settings.build_memory, "preserve_insertion_order": False}
    assert connection_options(settings) == own
    other = Path(shutil.copytree(SMALL_PROJECT, tmp_path / "project"))
    assert connection_options(settings.model_copy(update={"dbt_project_dir": other})) == {}


def test_what_only_dbt_can_open_is_left_to_dbt(settings: Settings, tmp_path: Path) -> None:
    project = Path(shutil.copytree(SMALL_PROJECT, tmp_path / "project"))
    other = settings.model_copy(update={"dbt_project_dir": project})
    for text in ("{a: b: c", "ward_warehouse: {outputs: {duckdb: {type: duckdb, path: elsewhere.duckdb}}}"):
        (project / "profiles.yml").write_text(text, encoding="utf-8")
        with kept_open(other):
            assert not other.build_file.exists(), "each opens it by itself"
            with open_build(other) as db:
                assert db.execute("SELECT 1").fetchall() == [(1,)]
        other.build_file.unlink()


def test_restatements_that_cannot_be_read_are_told_as_such(settings: Settings) -> None:
    """A dbt project of somebody's own may make them of other columns; its disk has room."""
    with open_build(settings) as db:
        db.execute("CREATE SCHEMA audit; CREATE TABLE audit.restatements AS SELECT 1 AS of_its_own")
    with pytest.raises(BuildError, match="the restatements cannot be read"):
        keep_restatements(Lake(settings.lake), settings)
