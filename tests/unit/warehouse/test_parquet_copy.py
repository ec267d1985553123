"""The Parquet copy of what is published: what is in it, what is written anew, and what stays when the disk is full."""

from __future__ import annotations

import fcntl
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import frictionless
import pyarrow.parquet as pq
import pytest

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.private import keep_state_private
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.parquet_copy import copy_as_parquet, copy_folder

TABLES = """
CREATE SCHEMA marts; CREATE SCHEMA audit; CREATE SCHEMA analyst;
CREATE TABLE marts.fct_dossiers AS SELECT * FROM (VALUES
    ('p1:1', DATE '2017-05-01', TIMESTAMPTZ '2017-05-01 08:00:00+07', 3, 'Phường "1", =1+1'),
    ('p1:2', DATE '2018-05-01', TIMESTAMPTZ '2018-05-01 08:00:00+07', NULL, NULL),
    ('p1:3', NULL, NULL, 1, 'x')) AS t (dossier_key, received_date, received_at, working_days, field_vi);
CREATE TABLE marts.fct_survey_responses (response_key VARCHAR, answered_date DATE);
CREATE TABLE marts.dim_ward AS SELECT 'p1' AS ward_key, ['a', 'b'] AS names, 0.5::DECIMAL(4, 2) AS part;
CREATE VIEW analyst.by_ward AS SELECT w.ward_key, count(*) AS dossiers FROM marts.dim_ward AS w
    JOIN marts.fct_dossiers AS d ON d.dossier_key LIKE w.ward_key || ':%' GROUP BY ALL;
CREATE VIEW analyst.at_most AS SELECT max(dossiers) AS most FROM analyst.by_ward;
COMMENT ON COLUMN marts.dim_ward.ward_key IS 'Khóa / Key';
CREATE TABLE audit.build_results AS SELECT 'b1' AS build_id, TIMESTAMPTZ '2018-06-01 00:00:00+00' AS built_at;
CREATE TABLE marts.closed_indicators AS SELECT 'c1' AS closing_key, 'quan' AS district_code, NULL::VARCHAR AS ward_key,
    'month' AS period_grain, DATE '2018-05-01' AS period_start, DATE '2018-05-31' AS period_end, 0.90 AS value,
    TIMESTAMPTZ '2018-06-02 03:00:00+00' AS closed_at, true AS is_last_closing, true AS is_closed_now;
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    keep_state_private()
    found = Settings(home=tmp_path / "home with 'quotes'", parquet_keep=2)
    change(found, TABLES)
    return found


def change(settings: Settings, statements: str) -> None:
    settings.published_file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.published_file)) as db:
        db.execute(statements)


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """The copy as its own script opens it."""
    db = duckdb.connect(config={"file_search_path": str(folder)})
    db.execute((folder / "open.sql").read_text("utf-8"))
    return db


@contextmanager
def full_disk(size: int = 100) -> Iterator[None]:
    """No file may grow beyond a size: writing fails as on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_copy_is_a_valid_data_package_of_every_table(settings: Settings) -> None:
    copied = copy_as_parquet(settings)
    package = frictionless.Package(str(copied.folder / "datapackage.json"))
    # Its reader hands every file to pandas, which has no integer that is null and no list.
    faults = package.validate().flatten(["type", "cell"])
    assert {tuple(fault) for fault in faults} == {("type-error", "nan"), ("type-error", "['a' 'b']")}
    for one in package.resources:
        rows = pq.read_table(copied.folder / one.path).to_pylist()
        report = frictionless.Resource(data=rows, schema=one.schema).validate() if rows else one.validate()
        assert report.valid, report.flatten(["type", "message"])
    assert [one.path for one in package.resources] == [
        "audit/build_results.parquet", "marts/closed_indicators.parquet", "marts/dim_ward.parquet",
        "marts/fct_dossiers/2017.parquet", "marts/fct_dossiers/2018.parquet", "marts/fct_dossiers/no_date.parquet",
        "marts/fct_survey_responses/no_date.parquet",
    ]  # fmt: skip
    [ward] = [one for one in package.resources if one.name == "marts.dim_ward"]
    assert [(field.name, field.type, field.description) for field in ward.schema.fields] == [
        ("ward_key", "string", "Khóa / Key"), ("names", "array", None), ("part", "number", None),
    ]  # fmt: skip


def test_its_script_gives_every_relation_again(settings: Settings) -> None:
    copied = copy_as_parquet(settings)
    with opened(copied.folder) as db, duckdb.connect(str(settings.published_file), read_only=True) as published:
        published.execute("SET TimeZone = 'UTC'")
        for relation in ("marts.fct_dossiers", "marts.dim_ward", "analyst.by_ward", "analyst.at_most",
                         "marts.fct_survey_responses"):  # fmt: skip
            asked = f"FROM {relation} ORDER BY ALL"
            assert db.execute(asked).fetchall() == published.execute(asked).fetchall(), relation


def test_of_what_did_not_change_nothing_is_written(settings: Settings) -> None:
    first = copy_as_parquet(settings)
    change(settings, "UPDATE marts.fct_dossiers SET working_days = 4 WHERE dossier_key = 'p1:2'")
    second = copy_as_parquet(settings)
    assert (first.files, first.written, second.written) == (7, 7, 1)
    of_2017, of_2018 = (f"marts/fct_dossiers/{year}.parquet" for year in (2017, 2018))
    assert (first.folder / of_2017).samefile(second.folder / of_2017)
    with opened(first.folder) as before, opened(second.folder) as after:
        asked = "SELECT working_days FROM marts.fct_dossiers WHERE dossier_key = 'p1:2'"
        assert (before.execute(asked).fetchone(), after.execute(asked).fetchone()) == ((None,), (4,))
    assert not (second.folder / of_2018).samefile(first.folder / of_2018)


def test_a_table_that_has_another_column_is_written_anew(settings: Settings) -> None:
    copy_as_parquet(settings)
    change(settings, "ALTER TABLE marts.dim_ward RENAME part TO share")
    copied = copy_as_parquet(settings)
    with opened(copied.folder) as db:
        assert db.execute("SELECT share FROM marts.dim_ward").fetchall()
    assert copied.written == 1


def test_on_a_full_disk_the_copy_of_before_stays(settings: Settings) -> None:
    copied = copy_as_parquet(settings)
    change(settings, "UPDATE marts.dim_ward SET ward_key = 'p2'")
    with full_disk(), pytest.raises(BuildError, match=r"^parquet copy: .*the copy of the night before stays"):
        copy_as_parquet(settings)
    folder = copy_folder(settings)
    assert (folder / "current").resolve() == copied.folder.resolve()
    assert list((folder / "builds").iterdir()) == [copied.folder]


def test_some_copies_stay_and_what_a_killed_run_left_goes(settings: Settings) -> None:
    builds = copy_folder(settings) / "builds"
    (builds / ".killed").mkdir(parents=True)
    folders = [copy_as_parquet(settings).folder for _ in range(3)]
    assert sorted(builds.iterdir()) == folders[1:]
    assert (copy_folder(settings) / "current").resolve() == folders[2].resolve()


def test_a_backup_that_followed_the_link_is_taken_over(settings: Settings) -> None:
    first = copy_as_parquet(settings)
    folder = copy_folder(settings)
    (folder / "current").unlink()
    shutil.copytree(first.folder, folder / "current")
    shutil.rmtree(folder / "builds")
    second = copy_as_parquet(settings)
    assert (folder / "current").is_symlink()
    assert (folder / "current").resolve() == second.folder.resolve()
    assert list((folder / "builds").iterdir()) == [second.folder]
    assert (second.files, second.written) == (first.files, 0)


def test_two_runs_never_copy_at_once(settings: Settings) -> None:
    folder = copy_folder(settings)
    folder.mkdir(parents=True)
    with (folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BuildError, match="another run copies"):
            copy_as_parquet(settings)


def test_each_closing_stays_readable_by_its_date(settings: Settings) -> None:
    copy_as_parquet(settings)
    change(
        settings,
        "INSERT INTO marts.closed_indicators SELECT * REPLACE ('c2' AS closing_key, 0.95 AS value, "
        "closed_at + INTERVAL 1 DAY AS closed_at) FROM marts.closed_indicators; "
        "UPDATE marts.closed_indicators SET is_last_closing = false WHERE closing_key = 'c1'",
    )
    for _ in range(3):
        copy_as_parquet(settings)
    files = sorted((copy_folder(settings) / "closed" / "quan" / "2018-05").iterdir())
    assert [file.name for file in files] == ["quan_2018-06-02T030000Z.parquet", "quan_2018-06-03T030000Z.parquet"]
    values = [float(duckdb.execute("SELECT value FROM read_parquet($file)", {"file": str(file)}).fetchall()[0][0])
              for file in files]  # fmt: skip
    assert values == [0.9, 0.95]


def test_the_copy_is_its_owner_s_alone_and_nobody_writes_into_it(settings: Settings) -> None:
    copied = copy_as_parquet(settings)
    assert {path.stat().st_mode & 0o077 for path in copied.folder.rglob("*") if path.is_dir()} == {0}
    assert {path.stat().st_mode & 0o222 for path in copied.folder.rglob("*.parquet")} == {0}
    assert copied.folder.stat().st_mode & 0o077 == 0


def test_nothing_is_copied_before_something_is_published(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no published warehouse yet"):
        copy_as_parquet(Settings(home=tmp_path))
