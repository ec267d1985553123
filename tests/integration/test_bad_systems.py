"""Ward systems that are wrong: every ward of one district has a fault of its own, in one night; then all are mended."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import MakeDistrict
from tests.support import http_service as http
from tests.support.bad_systems import FAULTS, GZ, IDS, NEXT, RECORDS
from tests.support.district import (
    ROOT,
    District,
    MiniWard,
    Played,
    rules_of,
)
from tests.support.records import NIGHT, at


@dataclass(frozen=True)
class Nights:
    """The district of all faults, the night they struck and the night after they were mended."""

    district: District
    first: Played
    second: Played


@pytest.fixture(scope="module")
def nights(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    folder = tmp_path_factory.mktemp("faults")
    systems = {key: fault.system for key, fault in FAULTS.items() if fault.system}
    district: District = make_district(folder, {key: fault.transport for key, fault in FAULTS.items()}, systems)
    district.systems_dir = _with_gzip(folder / "software")
    for key, fault in FAULTS.items():
        district[key].send(RECORDS)
        if fault.spoil is not None:
            fault.spoil(district[key])
    first = district.play(record_kinds=["dossiers"])
    for ward in district.wards.values():
        _mend(ward)
    return Nights(district, first, district.play(NEXT, record_kinds=["dossiers"]))


def _with_gzip(folder: Path) -> Path:
    shutil.copytree(ROOT / "dags" / "systems", folder)
    text = (folder / "mot_cua_csv.yml").read_text(encoding="utf-8")
    text = text.replace("system: mot_cua_csv", f"system: {GZ}").replace("_*.csv", "_*.csv*")
    (folder / f"{GZ}.yml").write_text(text, encoding="utf-8")
    return folder


def _mend(ward: MiniWard) -> None:
    ward.elsewhere = None
    ward.folder.mkdir(exist_ok=True)
    for path in ward.folder.iterdir():
        path.unlink()
    if ward.transport == "http":
        ward.http.once.clear()
        ward.http.always = None
    ward.send([{**record, "source_changed_at": at(NEXT, 9)} for record in RECORDS], night=NEXT)


def said(night: Played, key: str) -> str:
    state = night.state(key)
    return state.error or ", ".join(state.new_columns)


@pytest.mark.parametrize("key", FAULTS)
def test_a_fault_is_its_wards_alone_and_said_in_one_line(nights: Nights, key: str) -> None:
    fault, state = FAULTS[key], nights.first.state(key)
    text = said(nights.first, key)
    assert state.state == fault.state, text
    assert all(part in text for part in fault.parts), text
    assert "\n" not in text
    assert "Traceback" not in text
    if state.error:
        assert key in state.error, "the line names the ward"
        assert "report it" not in state.error, "no fault of a system is unforeseen"
    assert not any(secret in text for secret in (http.TOKEN, "secret-of-the-ward", "an-old-token"))


@pytest.mark.parametrize("key", FAULTS)
def test_what_is_good_loads_and_what_is_not_is_refused(nights: Nights, key: str) -> None:
    fault = FAULTS[key]
    assert {row["source_record_id"] for row in nights.district.accepted(key)} == set(fault.ids)
    found = {(e["source_record_id"], rule) for e in nights.district.quarantined(key) for rule in rules_of(e)}
    assert found >= set(fault.broken)
    assert {record for record, _ in found} == {record for record, _ in fault.broken}
    manifest = nights.district.manifest(key)
    assert (manifest is None) == (fault.state in ("failed", "held")), "a ward that failed commits nothing"
    if manifest is not None:
        assert manifest.rows_read == manifest.rows_accepted + manifest.rows_quarantined + manifest.rows_unchanged


@pytest.mark.parametrize("key", FAULTS)
def test_the_ward_catches_up_when_its_system_is_mended(nights: Nights, key: str) -> None:
    assert nights.second.state(key).state == "loaded", nights.second.state(key).error
    rows = [*nights.district.accepted(key), *nights.district.accepted(key, NEXT)]
    assert {row["source_record_id"] for row in rows} == set(IDS)


def test_the_verdict_names_every_ward_that_is_missing(nights: Nights) -> None:
    missing = {key for key, fault in FAULTS.items() if fault.state in ("failed", "held")}
    assert set(nights.first.verdict.missing_wards) == missing
    assert all(f"- {key} dossiers" in nights.first.verdict.message for key in missing)
    assert nights.second.verdict.missing_wards == []


def test_nothing_of_a_batch_that_broke_off_is_in_the_lake(nights: Nights) -> None:
    lake = nights.district.night().lake
    for key, fault in FAULTS.items():
        if fault.state in ("failed", "held"):
            assert lake.names(f"landing/dossiers/ward={key}/night={NIGHT}", "") == []
            assert lake.names(f"accepted/dossiers/ward={key}/night={NIGHT}", "") == []


def test_a_service_is_asked_again_but_not_for_ever(nights: Nights) -> None:
    asked = {
        key: nights.district[key].http.requests for key in ("http_500_twice", "http_503", "http_401", "http_not_json")
    }
    # One more for the night after.
    assert asked == {"http_500_twice": 4, "http_503": 5, "http_401": 2, "http_not_json": 2}


def test_a_new_column_is_kept_without_its_values(nights: Nights) -> None:
    for key in ("sql_column_extra", "http_column_extra", "files_column_extra"):
        rows = nights.district.accepted(key)
        assert all(FAULTS[key].parts[0] in row["extras"] for row in rows[:1])
        assert "điều riêng" not in str([row["extras"] for row in rows])


def test_a_torn_detail_costs_its_record_and_not_the_ward(district: District) -> None:
    district["b_http"].send(RECORDS)
    first, second, _ = district["b_http"].http.records["dossiers"]
    first["DanhSachHoSoBoSung"] = "không có"
    second.update(DanhSachHoSoBoSung="", PhieuXinLoi="", DanhSachGiayToKetQua="")
    night = district.play(wards=["b_http"], record_kinds=["dossiers"])
    assert night.state("b_http").state == "loaded", night.state("b_http").error
    kept = {row["source_record_id"] for row in district.accepted("b_http")}
    assert kept >= {"R-2", "R-3"}, "an empty text is no value"
    assert kept | {e["source_record_id"] for e in district.quarantined("b_http")} == set(IDS)
