"""Pages that say what the last build said, asked for again and again while the next one is at work: none is refused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tests.conftest import MakeDistrict
from tests.faults.amount import amount
from tests.faults.nights import first_night
from tests.faults.workshop import SMALL_PROJECT
from tests.support.district import District
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.morning.builds import read_warehouse
from ward_warehouse.warehouse.build_lock import building

BUILDS = amount(6, 60)
LOOK = """
import sys
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake.store import Lake
from ward_warehouse.reports.morning.builds import read_warehouse
settings = load_settings()
lake = Lake(settings.lake)
looks = 0
print(looks, flush=True)
while not settings.home.joinpath("stop").exists():
    read_warehouse(settings, lake)
    looks += 1
print(looks, flush=True)
"""


@contextmanager
def looked_at(district: District, home: Path) -> Iterator[None]:
    """A process that asks for what every page and `ward-warehouse status` say of the warehouse."""
    looking = subprocess.Popen(
        [sys.executable, "-c", LOOK], env={**os.environ, **district.environment}, stdout=subprocess.PIPE, text=True
    )
    assert looking.stdout is not None
    looking.stdout.readline()
    try:
        yield
    finally:
        (home / "stop").touch()
        looks, _ = looking.communicate(timeout=60)
    assert (looking.returncode, int(looks) > BUILDS) == (0, True)


def test_no_look_turns_a_build_away(make_district: MakeDistrict, tmp_path: Path) -> None:
    district = make_district(tmp_path, {"looked_at": "sql"})
    first_night(district["looked_at"])
    district.play()
    night = Night(district.settings.model_copy(update={"dbt_project_dir": SMALL_PROJECT}))
    night.build()
    with looked_at(district, district.settings.home):
        for _ in range(BUILDS):
            night.build()


def test_what_the_last_build_said_is_told_when_it_is_over(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    settings.build_file.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute("CREATE SCHEMA raw")
        db.execute(
            "CREATE TABLE raw.build_results AS SELECT 'b1' AS build_id, now() AS built_at, 'assert_never' AS node, "
            "'test' AS node_kind, 'fail' AS status, 'Got 1 result' AS message"
        )
    with building(settings.build_file):
        assert read_warehouse(settings, Lake(settings.lake)).failed is None
    assert read_warehouse(settings, Lake(settings.lake)).failed == "assert_never: Got 1 result"
