"""Each kind of fault on one ward, and on all but one: the others' rows are unchanged, and one message comes out."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeDistrict
from tests.faults.amount import LONG
from tests.support import bad_systems as bad
from tests.support import http_service as http
from tests.support.district import ROOT, District, MiniWard
from tests.support.records import Kind, dossier
from ward_warehouse.sources.base import BATCH_ROWS
from ward_warehouse.sources.http import source as http_source
from ward_warehouse.sources.http.client import Limits

RECORDS = [dossier(f"{number}") for number in range(3)]
KINDS: tuple[Kind, ...] = ("sql", "http", "files")
Spoil = Callable[[MiniWard], None]


def sql_locked(ward: MiniWard) -> None:
    """Another program has the whole database for itself, and keeps it."""
    taken = sqlite3.connect(ward.database, check_same_thread=False)
    taken.execute("BEGIN EXCLUSIVE")
    LOCKS.append(taken)


def http_slow(ward: MiniWard) -> None:
    """Answers later than anyone waits."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        RELEASED.wait(20)
        http.send(request, 503, b"")

    ward.http.always = answer


LOCKS: list[sqlite3.Connection] = []
RELEASED = threading.Event()
FAULTS: dict[str, tuple[Kind, Spoil]] = {
    "gone": ("sql", bad.sql_gone),
    "no database": ("sql", bad.sql_no_database),
    "cut database": ("sql", bad.sql_cut),
    "table gone": ("sql", bad.sql_no_table),
    "column missing": ("sql", bad.sql_column_missing),
    "locked": ("sql", sql_locked),
    "system down": ("http", bad.http_refused),
    "refused token": ("http", bad.http_fault(http.status(401))),
    "server error": ("http", bad.http_fault(http.status(500))),
    "truncated page": ("http", bad.http_fault(http.cut_body)),
    "not JSON": ("http", bad.http_fault(http.html)),
    "wrong list": ("http", bad.http_fault(http.body({"data": {"items": ["R-1"]}}))),
    "slow server": ("http", http_slow),
    "no file": ("files", bad.files_none),
    "empty file": ("files", bad.files_empty),
    "cut file": ("files", bad.files_cut_in_a_row),
    "wrong column": ("files", bad.files_column_renamed),
}


@pytest.fixture(scope="module", autouse=True)
def impatient() -> Iterator[None]:
    """Time-outs of a test: the real ones are half a minute for a page and ten minutes for a statement."""
    quick = Limits(connect=2, read=0.3, attempts=2, first_wait=0.01, longest_wait=0.02)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http_source.HttpSource.__init__, "__defaults__", (quick, BATCH_ROWS))
        yield


@contextmanager
def mended() -> Iterator[None]:
    """Lets go of what a fault holds."""
    RELEASED.clear()
    try:
        yield
    finally:
        RELEASED.set()
        while LOCKS:
            LOCKS.pop().close()


def district_of(make: MakeDistrict, folder: Path, wards: dict[str, Kind]) -> District:
    made: District = make(folder, wards)
    made.systems_dir = folder / "software"
    shutil.copytree(ROOT / "dags" / "systems", made.systems_dir)
    system = made.systems_dir / "igate.yml"
    text = system.read_text(encoding="utf-8")
    system.write_text(text.replace("{table: HO_SO}", "{table: HO_SO, timeout_seconds: 1}"), encoding="utf-8")
    for ward in made.wards.values():
        ward.send(RECORDS)
    return made


def accepted(district: District, ward: str) -> list[dict[str, Any]]:
    return [{**row, "ward_key": "", "source_position": ""} for row in district.accepted(ward)]


@pytest.mark.parametrize("spread", ["one ward", "all but one"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_once_and_touches_no_other_ward(
    make_district: MakeDistrict, tmp_path: Path, name: str, spread: str
) -> None:
    record_kind, spoil = FAULTS[name]
    key = "_".join([*name.lower().split(), spread.split()[0]])
    others = {f"{key}_good_{other}": other for other in KINDS}
    count = 1 if spread == "one ward" else len(KINDS) if LONG else 2
    victims: dict[str, Kind] = {f"{key}_bad_{number}": record_kind for number in range(count)}
    good = others if spread == "one ward" else {f"{key}_good_{record_kind}": record_kind}
    district = district_of(make_district, tmp_path, {**victims, **good})
    whole = district.play(wards=list(good), record_kinds=["dossiers"])
    before = {ward: accepted(district, ward) for ward in good}
    assert whole.verdict.missing_wards == []
    assert all(len(rows) == len(RECORDS) for rows in before.values())
    with mended():
        for ward in victims:
            spoil(district[ward])
        played = district.play(record_kinds=["dossiers"])
    assert {ward: accepted(district, ward) for ward in good} == before
    assert [district.manifest(ward) for ward in victims] == [None] * count
    assert set(played.verdict.missing_wards) == set(victims)
    # Nothing is built here, which the verdict says as well.
    lines = [line for line in played.verdict.message.splitlines() if line.startswith("- ")]
    told = [line for line in lines if not line.startswith("- nothing is published yet")]
    assert len(told) == count, told
    assert all(sum(f"- {ward} " in line for line in told) == 1 for ward in victims)
    assert "report it" not in played.verdict.message, "no fault of a system is unforeseen"
    assert played.verdict.failed
    assert played.verdict.widespread is (spread == "all but one")


def test_a_clock_in_the_future_costs_its_records_and_no_other_ward(make_district: MakeDistrict, tmp_path: Path) -> None:
    later = [{**record, "received_at": record["received_at"].replace(year=2025)} for record in RECORDS]
    wards: dict[str, Kind] = {**{f"clock_bad_{record_kind}": record_kind for record_kind in KINDS}, "clock_good": "sql"}
    district = district_of(make_district, tmp_path, wards)
    for record_kind in KINDS:
        district[f"clock_bad_{record_kind}"].send(later)
    played = district.play(record_kinds=["dossiers"])
    assert played.verdict.missing_wards == []
    for record_kind in KINDS:
        assert len(district.quarantined(f"clock_bad_{record_kind}")) == len(RECORDS)
        assert "received_at_not_in_future" in district.quarantined(f"clock_bad_{record_kind}")[0]["rule_codes"]
    assert len(district.accepted("clock_good")) == len(RECORDS)


def test_the_database_that_was_locked_is_read_when_it_is_free(make_district: MakeDistrict, tmp_path: Path) -> None:
    district = district_of(make_district, tmp_path, {"was_locked": "sql"})
    with mended():
        sql_locked(district["was_locked"])
        assert district.play(record_kinds=["dossiers"]).state("was_locked").state == "failed"
    assert district.play(record_kinds=["dossiers"]).state("was_locked").state == "loaded"
    with closing(sqlite3.connect(district["was_locked"].database)) as db:
        assert db.execute("SELECT count(*) FROM HO_SO").fetchone() == (len(RECORDS),)


def test_a_system_that_is_down_is_waited_for_once(make_district: MakeDistrict, tmp_path: Path) -> None:
    """And not once more for each kind of its records."""
    district = district_of(make_district, tmp_path, {"down_twice": "http"})
    ward = district["down_twice"].http
    ward.always = http.status(503)
    played = district.play()
    assert ward.requests == 3
    assert played.state("down_twice").state == "failed"
    ward.always = None
    assert district.play().state("down_twice").state == "loaded"
