"""Parquet files of the lake that are torn: one line names the file, and what that line says to do mends it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.faults.amount import LONG
from tests.faults.rows import differences, rows_of
from tests.support.district import District
from tests.support.records import NIGHT, at, dossier
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.night.extract import Request
from ward_warehouse.warehouse.duckdb import load

NEXT = NIGHT + timedelta(days=1)
WARD, OTHER = "a_sql", "c_files"
TORN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "cut": lambda whole: whole[: len(whole) // 2],
    "end of zeros": lambda whole: whole[:-512] + bytes(512),
    # The end, by which a reader knows the file, is whole: what it points to is not.
    "middle of zeros": lambda whole: whole[:64] + bytes(len(whole) // 3) + whole[64 + len(whole) // 3 :],
}
HOW = list(TORN) if LONG else ["cut", "middle of zeros"]


def tear(district: District, path: str, how: str) -> None:
    file = Path(district.night().lake.path(path))
    whole = file.read_bytes()
    file.write_bytes(TORN[how](whole))
    assert file.read_bytes() != whole


def send(district: District) -> None:
    for ward in (WARD, OTHER):
        district[ward].send([dossier("1"), dossier("2"), dossier("bad", channel="Fax")])


def bring(district: District) -> None:
    run = district.night()
    load(run.settings, run.lake, run.registry)


def told(error: WardWarehouseError | str | None, zone: str) -> None:
    line = str(error)
    assert "\n" not in line
    assert "restore it from the backup or run that ward and night again" in line
    assert f"{zone}/dossiers/ward={WARD}/night={NIGHT}" in line


@pytest.mark.parametrize("how", HOW)
def test_a_landed_file_that_is_torn_costs_its_ward_only_until_it_is_read_again(district: District, how: str) -> None:
    send(district)
    run = district.night()
    plan = run.plan(Request(night=NIGHT), [WARD, OTHER], ["dossiers"])
    landed = {ward: run.extract_ward(plan, ward, district.resolve)[0].fingerprint for ward in plan.wards}
    tear(district, f"landing/dossiers/ward={WARD}/night={NIGHT}/{landed[WARD]}.parquet", how)
    found = {outcome.ward: outcome for outcome in run.validate(plan)}
    assert (found[WARD].status, found[OTHER].status) == ("failed", "succeeded")
    told(found[WARD].error, "landing")
    assert district.manifest(WARD) is None
    assert district.play(wards=[WARD], record_kinds=["dossiers"]).state(WARD).state == "loaded"
    assert len(district.accepted(WARD)) == 2


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("zone", ["accepted", "quarantine"])
def test_a_file_of_the_warehouse_that_is_torn_is_mended_by_its_night_again(
    district: District, zone: str, how: str
) -> None:
    send(district)
    district.play(wards=[WARD, OTHER], record_kinds=["dossiers"])
    bring(district)
    file = district.settings.build_file
    expected = rows_of(file, ("raw",))
    manifest = district.manifest(WARD)
    assert manifest is not None
    tear(district, manifest.accepted_path if zone == "accepted" else manifest.quarantine_path, how)
    bring(district)
    assert differences(rows_of(file, ("raw",)), expected) == [], "what was loaded is not read again"
    file.unlink()
    with pytest.raises(WardWarehouseError) as caught:
        bring(district)
    told(caught.value, zone)
    assert district.play(wards=[WARD], record_kinds=["dossiers"]).state(WARD).state == "loaded"
    bring(district)
    found = rows_of(file, ("raw",))
    assert differences({**found, "raw.load_outcomes": []}, {**expected, "raw.load_outcomes": []}) == []


def test_the_nights_after_a_torn_file_wait_for_it(district: District) -> None:
    """Without what is known of a ward's records, all that it shows again would be news."""
    send(district)
    district.play(wards=[WARD, OTHER], record_kinds=["dossiers"])
    manifest = district.manifest(WARD)
    assert manifest is not None
    tear(district, manifest.accepted_path, "cut")
    for ward in (WARD, OTHER):
        district[ward].send(
            [dossier("3", NEXT), dossier("1", source_changed_at=at(NEXT, 9), channel="postal")], night=NEXT
        )
    played = district.play(NEXT, wards=[WARD, OTHER], record_kinds=["dossiers"])
    assert played.verdict.missing_wards == [WARD]
    told(played.state(WARD).error, "accepted")
    for night in (NIGHT, NEXT):
        assert district.play(night, wards=[WARD], record_kinds=["dossiers"]).verdict.missing_wards == []
    bring(district)
    with duckdb.connect(str(district.settings.build_file), read_only=True) as db:
        found = db.execute(
            "SELECT source_record_id, max_by(channel, source_changed_at) FROM raw.dossiers WHERE ward_key = $ward "
            "GROUP BY 1 ORDER BY 1",
            {"ward": WARD},
        ).fetchall()
    assert found == [("1", "postal"), ("2", "online"), ("3", "online")]
