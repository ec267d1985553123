"""After a rotation of the pseudonym key a record whose id is a pseudonym counts once, under one of the two keys."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from pydantic import SecretStr

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, KEY, ROOT, District
from tests.support.records import NIGHT, Record, at, dossier
from ward_warehouse.lake.deletions import Reconciliation
from ward_warehouse.night.extract import Request
from ward_warehouse.night.reconcile import present_ids
from ward_warehouse.night.steps import Night

SYSTEMS = {"igate.yml": "ID_HO_SO", "mot_cua_csv.yml": "Số biên nhận"}
ROTATED = {
    "pseudonym_key": SecretStr("another pseudonym key of the tests"),
    "pseudonym_key_id": "k2",
    "pseudonym_previous_keys": {"k1": SecretStr(KEY)},
}


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path) -> District:
    """A ward with a database and one that drops files, in software whose keys hold identity numbers."""
    made: District = make_district(tmp_path, {"rot_sql": "sql", "rot_files": "files"})
    made.systems_dir = tmp_path / "software"
    shutil.copytree(ROOT / "dags" / "systems", made.systems_dir)
    for name, key in SYSTEMS.items():
        file = made.systems_dir / name
        system = yaml.safe_load(file.read_text(encoding="utf-8"))
        system["record_kinds"]["dossiers"]["key"] = {"hashed": [key]}
        file.write_text(yaml.safe_dump(system, allow_unicode=True), encoding="utf-8")
    return made


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


def changed(record_id: str, night: date, **values: str | None) -> Record:
    return dossier(record_id, source_changed_at=at(night, 10), **values)


def run_of(district: District, *, rotated: bool) -> Night:
    return Night(district.settings.model_copy(update=ROTATED if rotated else {}))


def play(district: District, ward: str, night: date, *, rotated: bool = True, full: bool = False) -> None:
    run = run_of(district, rotated=rotated)
    verdict = run.run(run.plan(Request(night=night, full=full), [ward], ["dossiers"]), district.resolve)
    assert verdict.missing_wards == [], verdict.message


def keys_of(district: District, ward: str) -> list[str]:
    """Of each record that counts, the key that its id was made with."""
    (feed,) = district.night().registry.feeds(ward, [DOSSIERS])
    ids: pa.Array = present_ids(feed, district.night().lake)
    return sorted(one.split(":")[0] for one in ids.to_pylist())


def test_a_refused_record_of_a_hashed_key_keeps_its_entry_when_it_is_read_again(district: District) -> None:
    def play_broken() -> list[tuple[str, str]]:
        district["rot_sql"].send([changed("1", after(-9)), changed("2", after(-9), received_at=None)])
        play(district, "rot_sql", NIGHT, rotated=False, full=True)
        return [(entry["entry_id"], entry["source_position"]) for entry in district.quarantined("rot_sql")]

    first = play_broken()
    assert [place for _, place in first] == ["HO_SO with a hashed key"]
    district["rot_sql"].send([changed("0", after(-9))])
    assert play_broken() == first


@pytest.mark.parametrize("ward", ["rot_sql", "rot_files"])
def test_a_record_that_comes_again_after_a_rotation_counts_once(district: District, ward: str) -> None:
    district[ward].send([changed(record_id, after(-9)) for record_id in "123"])
    play(district, ward, NIGHT, rotated=False)
    assert keys_of(district, ward) == ["k1.2"] * 3
    district[ward].send([changed("1", after(9)), changed("4", after(9))], night=after(9))
    play(district, ward, after(9))
    assert len(keys_of(district, ward)) == 4
    play(district, ward, after(9))
    assert len(keys_of(district, ward)) == 4, "a night that is run again closes nothing twice"
    play(district, ward, after(10), full=True)
    assert keys_of(district, ward) == ["k2.2"] * 4, "what a full read brings over needs the old key no more"


def test_a_record_that_is_refused_under_its_new_id_keeps_its_old_one(district: District) -> None:
    district["rot_files"].send([changed(record_id, NIGHT) for record_id in "123"])
    play(district, "rot_files", NIGHT, rotated=False)
    district["rot_files"].send([changed("1", after(1), received_at=None), changed("2", after(1))], night=after(1))
    play(district, "rot_files", after(1))
    assert keys_of(district, "rot_files") == ["k1.2", "k1.2", "k2.2"]


def test_a_run_that_was_ended_before_it_closed_the_old_ids_is_made_up_for(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    district["rot_files"].send([changed("1", NIGHT)])
    play(district, "rot_files", NIGHT, rotated=False)
    district["rot_files"].send([changed("1", after(1))], night=after(1))
    with monkeypatch.context() as killed:
        killed.setattr("ward_warehouse.night.steps.close_earlier_ids", lambda *_: 0)
        play(district, "rot_files", after(1))
    assert keys_of(district, "rot_files") == ["k1.2", "k2.2"]
    play(district, "rot_files", after(2))
    assert keys_of(district, "rot_files") == ["k2.2"]


def test_a_reconciliation_knows_the_records_by_the_ids_of_both_keys(district: District) -> None:
    ward = district["rot_sql"]
    ward.send([changed(record_id, after(-9)) for record_id in "123"])
    play(district, "rot_sql", NIGHT, rotated=False)
    ward.send([changed("1", after(9))])
    play(district, "rot_sql", after(9))
    found = reconciled(district)
    assert (found.rows_deleted, found.rows_unknown) == (0, 0)
    with closing(sqlite3.connect(ward.database)) as database, database:
        database.execute("delete from HO_SO where ID_HO_SO = '3'")
    assert reconciled(district, least_share=0.5).rows_deleted == 1


def reconciled(district: District, least_share: float = 0.8) -> Reconciliation:
    run = Night(district.settings.model_copy(update={**ROTATED, "reconcile_least_share": least_share}))
    ((outcome, found),) = run.reconcile_ward("rot_sql", [DOSSIERS], "run", district.resolve)
    assert found is not None, outcome.error
    return found
