"""Builds on Sail, an engine of Spark's protocol: every public table is DuckDB's, row by row.

`make spark` installs what they need; without it they are skipped. With SPARK_REMOTE and SPARK_DIR it is another engine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from tests.conftest import MakeDistrict
from tests.faults.rows import LEFT_OUT
from tests.integration.conftest import DemoNights
from tests.support.district import DOSSIERS, SURVEYS, District
from tests.support.records import NIGHT, at, dossier, survey
from ward_warehouse.cli import main
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.changes import only_changes
from ward_warehouse.warehouse.publish import PUBLIC_SCHEMAS, publish

pytestmark = pytest.mark.skipif(
    not (Settings().spark_packages / "lock.txt").is_file(), reason="no Sail on this machine: `make spark` installs it"
)
OF_THE_MOMENT = {*LEFT_OUT, "first_seen_at"}
CLUSTER = {
    "SAIL_MODE": "local-cluster",
    "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2",
    "SAIL_CLUSTER__WORKER_MAX_COUNT": "2",
    # Each branch of a UNION ALL wants one, and the evidence has hundreds.
    "SAIL_CLUSTER__WORKER_TASK_SLOTS": "256",
}
MERGED = 'Trần "O\'Hara" \\ Đại {{ lộ }}'


def build_on_spark(home: Path, environment: dict[str, str]) -> str:
    """Builds from the lake alone, in a process of its own: this one has Great Expectations."""
    command = [sys.executable, "-m", "ward_warehouse.cli.main", "build", "--full-refresh"]
    environment = {**os.environ, **environment, "WARD_WAREHOUSE_HOME": str(home), "WARD_WAREHOUSE_TARGET": "spark"}
    if shared := os.environ.get("SPARK_DIR"):
        environment["WARD_WAREHOUSE_SPARK_DIR"] = shared
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def public_tables(db: duckdb.DuckDBPyConnection, database: str) -> dict[tuple[str, str], str]:
    """The tables of an attached build, and the statements that make them: columns, types, constraints."""
    found = db.execute(
        "SELECT schema_name, table_name, sql FROM duckdb_tables() "
        "WHERE database_name = $database AND list_contains($schemas, schema_name)",
        {"database": database, "schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    return {(schema, name): sql.replace(f"{database}.", "") for schema, name, sql in found}


def different(found: Path, expected: Path) -> tuple[int, list[str]]:
    """How many rows the public tables of a build have, and what is not as in another."""
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for name, file in (("found", found), ("expected", expected)):
            db.execute(f"ATTACH '{file}' AS {name} (READ_ONLY)")
        tables = public_tables(db, "expected")
        assert public_tables(db, "found") == tables
        counted, lines = 0, []
        for schema, name in sorted(tables):
            described = db.execute(f'DESCRIBE expected."{schema}"."{name}"').fetchall()
            columns = ", ".join(f'"{column}"' for column, *_ in described if column not in OF_THE_MOMENT)
            rows = {side: f'SELECT {columns} FROM {side}."{schema}"."{name}"' for side in ("found", "expected")}  # noqa: S608
            (more,), (fewer,) = (
                db.execute(f"SELECT count(*) FROM ({rows[one]} EXCEPT ALL {rows[other]})").fetchone() or (0,)  # noqa: S608
                for one, other in (("found", "expected"), ("expected", "found"))
            )
            counted += (db.execute(f"SELECT count(*) FROM ({rows['found']})").fetchone() or (0,))[0]  # noqa: S608
            if more or fewer:
                lines.append(f"{schema}.{name}: {more} rows that DuckDB has not, {fewer} that it has besides")
        return counted, lines


def built_again(ours: Settings, home: Path) -> Settings:
    """The same lake and registry under another state folder, built on Spark."""
    shutil.copytree(ours.home / "lake", home / "lake")
    key = str(ours.require_key(), "utf-8")
    build_on_spark(home, {"WARD_WAREHOUSE_WARDS_DIR": str(ours.wards_dir), "WARD_WAREHOUSE_PSEUDONYM_KEY": key})
    return ours.model_copy(update={"home": home})


def test_the_golden_districts_built_on_spark(golden: Settings, tmp_path: Path) -> None:
    """Quận 1, Ba Đình and Long Biên; the other two are those of the demonstration."""
    counted, lines = different(built_again(golden, tmp_path).build_file, golden.build_file)
    assert lines == []
    assert counted > 100_000


def test_the_demonstration_built_on_spark(demo: DemoNights, tmp_path: Path) -> None:
    """Its nights were built by DuckDB as they came; here all of it is made from the lake at once."""
    built = built_again(demo.settings, tmp_path)
    counted, lines = different(built.build_file, demo.settings.build_file)
    assert lines == []
    assert counted > 600_000
    assert not built.spark_folder.exists(), "what was handed over stands in the lake and the build file already"
    # Reports and pages read what is published; they are not told which engine built it.
    assert publish(built).keys() == publish(demo.settings.model_copy(update={"home": demo.home})).keys()


@pytest.fixture(scope="module")
def after_a_night(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    """Three wards of which a month was closed, and a night later records of it changed, came, went and were refused."""
    wards = ("spark_sql", "spark_http", "spark_files")
    district = make_district(tmp_path_factory.mktemp("spark"), dict(zip(wards, ("sql", "http", "files"), strict=True)))
    for ward in district.wards.values():
        ward.send(
            [*(dossier(str(n), night=NIGHT - timedelta(days=5 * n)) for n in range(12)), dossier("x", channel="Fax")],
            [survey(str(n), night=NIGHT - timedelta(days=5 * n), dossier_code=f"HS-{n}") for n in range(6)],
        )
    district.play(full=True)
    district.night().build()
    district.night().publish()
    for step, unit in [
        *((step, ("--ward", ward)) for ward in wards for step in ("review", "close")),
        *((step, ("--district", "mini")) for step in ("review", "close")),
    ]:
        done = CliRunner(env=district.environment).invoke(
            main, ["periods", step, *unit, "--period", f"{NIGHT - timedelta(days=30):%Y-%m}", "--by", MERGED]
        )
        assert done.exit_code == 0, done.output
    night = NIGHT + timedelta(days=1)
    stamp = {"source_changed_at": at(night, 9)}
    for ward in district.wards.values():
        ward.send(
            [
                dossier("6", night=NIGHT - timedelta(days=30), resolved_at=at(night, 9), returned_at=at(night, 10))
                | stamp,
                dossier("late", night=NIGHT - timedelta(days=31), **stamp),
                dossier("new", night=night, **stamp),
            ],
            [survey("2", night=NIGHT - timedelta(days=10), dossier_code="HS-3", **stamp)],
            night,
        )
    district["spark_sql"].sent[DOSSIERS] = district["spark_sql"].sent[DOSSIERS][3:]
    district.play(night)
    district.night().reconcile_ward("spark_sql", [DOSSIERS, SURVEYS], "r", district.resolve)
    return district


def test_a_night_with_changes_built_by_two_workers(after_a_night: District, tmp_path: Path) -> None:
    theirs, ours = after_a_night.copied_to(tmp_path / "theirs"), after_a_night.copied_to(tmp_path / "ours")
    assert not theirs.night().build().whole
    build_on_spark(ours.settings.home, {**ours.environment, **CLUSTER})
    counted, lines = different(ours.settings.build_file, theirs.settings.build_file)
    assert lines == []
    assert counted > 1_000
    with duckdb.connect(str(ours.settings.build_file), read_only=True) as db:
        assert db.sql("SELECT DISTINCT reasons FROM audit.restatements").fetchall() != []
        (basis,) = db.sql("SELECT fingerprint FROM raw.build_basis").fetchone() or ("",)
        # DuckDB begins anew after it, and adds no night to what another engine made.
        assert basis.startswith("spark ")
        assert not only_changes(db, basis.removeprefix("spark "), [])


def test_an_engine_that_is_not_there(after_a_night: District, tmp_path: Path) -> None:
    district = after_a_night.copied_to(tmp_path)
    environment = {**os.environ, **district.environment, "WARD_WAREHOUSE_TARGET": "spark"}
    command = [sys.executable, "-m", "ward_warehouse.cli.main", "build"]
    for named, said in [
        ({"SPARK_REMOTE": "sc://127.0.0.1:1"}, "nothing answers at 127.0.0.1:1 (SPARK_REMOTE)"),
        ({"WARD_WAREHOUSE_SPARK_PACKAGES": str(tmp_path)}, "needs the packages of requirements/spark.txt"),
    ]:
        done = subprocess.run(command, env=environment | named, capture_output=True, text=True, check=False)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
