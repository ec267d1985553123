"""The build file, kept open for those who open it meanwhile."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.build_file import kept_open, open_build


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
