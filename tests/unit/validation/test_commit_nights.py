"""Which way the records of real nights go, and what an entry tells whoever has to mend it."""

import json
from datetime import date

import pytest

from tests.support.district import District, rules_of
from tests.support.records import NIGHT, at, dossier


@pytest.fixture
def played(district: District) -> District:
    """A night with every kind of repetition and with records that break several rules."""
    noon = at(NIGHT, 12)
    district["c_files"].send(
        [
            dossier("good"),
            dossier("twice", channel="postal", source_changed_at=at(NIGHT, 9)),
            dossier("twice", source_changed_at=noon),
            dossier("copy", source_changed_at=noon),
            dossier("copy", source_changed_at=noon),
            dossier("quarrel", channel="postal", source_changed_at=noon),
            dossier("quarrel", channel="online", source_changed_at=noon),
            dossier("many", received_at=None, status="99", channel="Fax", procedure_code="KHONG-RO"),
            dossier(None, dossier_code=None),
        ]
    )
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    return district


def test_conservation_and_each_record_once(played: District) -> None:
    manifest = played.manifest("c_files")
    assert manifest is not None
    assert (manifest.rows_read, manifest.rows_accepted, manifest.rows_quarantined) == (9, 3, 6)
    ids = [row["source_record_id"] for row in played.accepted("c_files")]
    assert sorted(ids) == ["copy", "good", "twice"]
    positions = {row["source_position"] for row in (*played.accepted("c_files"), *played.quarantined("c_files"))}
    assert len(positions) == 9


def test_of_a_repeated_id_the_newest_is_accepted(played: District) -> None:
    twice = next(row for row in played.accepted("c_files") if row["source_record_id"] == "twice")
    assert twice["channel"] == "online"
    broken = [e for e in played.quarantined("c_files") if e["source_record_id"] in ("twice", "copy", "quarrel")]
    assert [rules_of(entry) for entry in broken] == [{"record_id_once"}] * 4


def test_every_broken_rule_of_a_record_is_named(played: District) -> None:
    entry = next(e for e in played.quarantined("c_files") if e["source_record_id"] == "many")
    broken = {"received_at_present", "status_known", "channel_known", "procedure_known"}
    assert rules_of(entry) == broken
    assert set(entry["rule_codes"].split(",")) == broken


def test_an_entry_says_where_what_and_why(played: District) -> None:
    entry = next(e for e in played.quarantined("c_files") if e["source_record_id"] == "many")
    assert (entry["record_kind"], entry["ward_key"], entry["district_code"]) == ("dossiers", "c_files", "mini")
    assert entry["night"] == NIGHT
    assert entry["source_position"] == f"ho_so_{NIGHT:%Y%m%d}.csv row 9"
    received = json.loads(entry["received"])
    assert (received["Trạng thái"], received["Mã thủ tục"], received["Ngày tiếp nhận"]) == ("99", "KHONG-RO", None)
    assert "Kiểm Thử" not in entry["received"]
    for rule in json.loads(entry["rules"]):
        assert set(rule) == {"rule", "severity", "column", "vi", "en"}
        assert rule["vi"] != rule["en"]
        assert all(rule.values())


def test_entries_of_records_without_an_id_are_told_apart(district: District) -> None:
    district["c_files"].send([dossier(None, dossier_code=f"HS-{n}") for n in range(3)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    entries = district.quarantined("c_files")
    assert len({entry["entry_id"] for entry in entries}) == 3
    assert {entry["source_record_id"] for entry in entries} == {None}


def test_a_night_judged_again_gives_the_same_entries(played: District) -> None:
    def known() -> list[tuple[str, str]]:
        return sorted((entry["entry_id"], entry["rule_codes"]) for entry in played.quarantined("c_files"))

    before = known()
    played.play(wards=["c_files"], record_kinds=["dossiers"])
    assert known() == before


def test_the_manifest_counts_every_rule(played: District) -> None:
    manifest = played.manifest("c_files")
    assert manifest is not None
    broken = {result.rule: result.rows_broken for result in manifest.rules if result.rows_broken}
    assert broken == {
        "record_id_once": 4, "record_id_present": 1, "dossier_code_present": 1, "procedure_known": 1, "status_known": 1,
        "channel_known": 1, "received_at_present": 1,
    }  # fmt: skip
    assert {result.rows_judged for result in manifest.rules} == {9}


def test_a_record_mended_on_a_later_night_is_accepted_then(played: District) -> None:
    later = date(2024, 3, 7)
    played["c_files"].send([dossier("many", source_changed_at=at(later, 9))], night=later)
    played.play(later, wards=["c_files"], record_kinds=["dossiers"])
    assert [row["source_record_id"] for row in played.accepted("c_files", later)] == ["many"]


def test_the_same_id_in_two_wards_is_two_records(district: District) -> None:
    for key in ("a_sql", "b_http", "c_files"):
        district[key].send([dossier("1001")])
    district.play(record_kinds=["dossiers"])
    for key in ("a_sql", "b_http", "c_files"):
        assert [row["source_record_id"] for row in district.accepted(key)] == ["1001"]
        assert district.quarantined(key) == []
