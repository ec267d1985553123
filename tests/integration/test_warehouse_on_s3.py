"""The whole job on a lake in an S3 store: built, published, closed, changed and restated as on a lake in a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import MakeDistrict
from tests.faults.rows import Rows, differences, rows_of
from tests.support.district import District
from tests.support.file_servers import S3Server
from tests.support.records import NIGHT, at, dossier, survey
from tests.support.s3_night import nights_on_s3
from ward_warehouse.cli import main
from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.locks import find_locks
from ward_warehouse.night.extract import Request
from ward_warehouse.night.steps import Night

WARDS = ("store_one", "store_two")
DAY, MONTH = date(2024, 2, 20), "2024-02"
LATER = NIGHT + timedelta(days=1)
MADE_UP = re.compile(r"[0-9a-f]{32}")
"""The name of what was sealed when a period was closed."""


@dataclass(frozen=True)
class Warehouse:
    """A warehouse over the wards, wherever its lake lies.

    Attributes:
        resolve: gives the connections of the wards, and of the lake where it has one.
        environment: the same for the commands.
    """

    settings: Settings
    resolve: Resolver
    environment: dict[str, str]

    def open(self) -> Night:
        """As each task of Airflow does it."""
        return Night(self.settings, resolve=self.resolve)

    def play(self, night: date) -> Rows:
        """A night to the published warehouse; gives what analysts see."""
        run = self.open()
        assert run.run(run.plan(Request(night=night)), self.resolve).missing_wards == []
        assert find_locks(run.lake) == []
        self.open().build()
        self.open().publish()
        return rows_of(self.settings.published_file)

    def command(self, *arguments: str) -> None:
        found = CliRunner(env=self.environment).invoke(main, list(arguments))
        assert found.exit_code == 0, found.output


@pytest.fixture(scope="module")
def district(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    made: District = make_district(tmp_path_factory.mktemp("on_s3"), dict.fromkeys(WARDS, "sql"))
    for ward in WARDS:
        made[ward].send([dossier(str(n), DAY) for n in range(10)], [survey(str(n), DAY) for n in range(10)])
    made[WARDS[0]].send([dossier("refused", DAY, procedure_code="9.999001")])
    return made


@pytest.fixture(scope="module")
def in_folder(district: District) -> Warehouse:
    return Warehouse(district.settings, district.resolve, district.environment)


@pytest.fixture(scope="module")
def in_store(district: District, s3_server: S3Server) -> Warehouse:
    return store_of(district, s3_server, "home of the store")


def store_of(district: District, server: S3Server, home: str) -> Warehouse:
    """A warehouse whose lake is an empty bucket, with a state folder of its own."""
    nights = nights_on_s3(server, district)
    connection = vars(nights.resolve("the_lake"))
    environment = {
        "WARD_WAREHOUSE_HOME": str(district.folder / home),
        "WARD_WAREHOUSE_LAKE_URL": nights.settings.lake_url,
        "WARD_WAREHOUSE_LAKE_CONN_ID": "the_lake",
        "AIRFLOW_CONN_THE_LAKE": json.dumps({name: part for name, part in connection.items() if name != "id" and part}),
    }
    settings = nights.settings.model_copy(update={"home": district.folder / home})
    return Warehouse(settings, nights.resolve, {**district.environment, **environment})


def test_what_is_published_is_the_same_as_of_a_lake_in_a_folder(
    district: District, in_folder: Warehouse, in_store: Warehouse, s3_server: S3Server
) -> None:
    assert_alike(in_folder, in_store, lambda one: one.play(NIGHT))
    for one in (in_folder, in_store):
        close(one)
    late = {"resolved_at": at(DAY + timedelta(days=3), 9), "returned_at": at(DAY + timedelta(days=3), 10)}
    district[WARDS[0]].send([dossier("5", DAY, **late, source_changed_at=at(LATER, 9))], night=LATER)
    rows = assert_alike(in_folder, in_store, lambda one: one.play(LATER))
    assert rows["marts.closed_indicators"], "the month was closed"
    assert any(rows[name] for name in rows if "restatement" in name), "and changed after it was"
    assert not (in_store.settings.home / "lake").exists()
    moved_from_the_folder_into_a_store(in_folder, store_of(district, s3_server, "home of the moved"))


def moved_from_the_folder_into_a_store(from_folder: Warehouse, to_store: Warehouse) -> None:
    """As docs/sizing.md says it: the files are copied, and the warehouse is made anew from them."""
    folder, lake = Path(from_folder.settings.lake), to_store.open().lake
    for file in filter(Path.is_file, folder.rglob("*")):
        with lake.writing(str(file.relative_to(folder))) as handle:
            handle.write(file.read_bytes())
    to_store.open().build(full_refresh=True)
    to_store.open().publish()
    moved, expected = (rows_of(one.settings.published_file) for one in (to_store, from_folder))
    assert differences(moved, expected) == []


def close(one: Warehouse) -> None:
    """The month, ward by ward and then the district."""
    units = [*(("--ward", ward) for ward in WARDS), ("--district", "mini")]
    for step in ("review", "close"):
        for unit in units:
            one.command("periods", step, *unit, "--period", MONTH, "--by", "lan")


def assert_alike(first: Warehouse, second: Warehouse, play: Callable[[Warehouse], Rows]) -> Rows:
    expected, found = _without_clock(play(first)), _without_clock(play(second))
    assert differences(found, expected) == []
    return found


def _without_clock(rows: Rows) -> Rows:
    """The rows less when somebody did something, and the names that were made up for it: each warehouse has its own."""
    return {
        name: sorted((tuple(None if _is_of_its_own(value) else value for value in row) for row in found), key=repr)
        for name, found in rows.items()
    }


def _is_of_its_own(value: object) -> bool:
    if isinstance(value, datetime):
        return value.date() > LATER + timedelta(days=366)
    return isinstance(value, str) and MADE_UP.fullmatch(value) is not None
