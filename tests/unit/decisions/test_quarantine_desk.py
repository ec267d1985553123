"""Quarantined records that are judged again, let in by decision or refused for good."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.district import DOSSIERS, KEY, ROOT, District
from tests.support.records import NIGHT, PROCEDURES, at, dossier
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.decisions.quarantine_desk import Desk, Replayed, Selection, case_keys
from ward_warehouse.lake.quarantine_log import read_log
from ward_warehouse.lake.store import Manifest, manifest_path
from ward_warehouse.registry import load_registry
from ward_warehouse.validation.commit import apply_decisions
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.suites import load_suite

KEYS = {"k1": KEY.encode()}
UNKNOWN_CHANNEL = "Qua mạng xã hội"
PERSON = "Nguyễn Văn Khuếch"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_suite(ROOT / "expectations", DOSSIERS))


@pytest.fixture
def mended(district: District, tmp_path: Path) -> Callable[..., District]:
    """The district with a code table that knows more words, or another rule of mapping."""

    def mend(ward: str, change: Callable[[dict[str, Any]], None]) -> District:
        folder = tmp_path / "mended_systems"
        folder.mkdir(exist_ok=True)
        for path in (ROOT / "dags" / "systems").glob("*.yml"):
            system = yaml.safe_load(path.read_text(encoding="utf-8"))
            if system["system"] == {"a_sql": "igate", "b_http": "dong_bo_ho_so", "c_files": "mot_cua_csv"}[ward]:
                change(system)
            (folder / path.name).write_text(yaml.safe_dump(system, allow_unicode=True), encoding="utf-8")
        district.systems_dir = folder
        return district

    return mend


def desk(district: District, ward: str, by: str = "lan", reason: str = "checked with the ward", **keys: bytes) -> Desk:
    registry = load_registry(district.settings).require_clean()
    (feed,) = registry.feeds(ward, [DOSSIERS])
    return Desk(district.night().lake, feed, keys or KEYS, by, reason)


def keys_of(district: District, ward: str, night: Any = NIGHT) -> list[str]:
    manifest = district.manifest(ward, night)
    assert manifest is not None
    if not manifest.quarantine_path:
        return []
    found: list[str] = case_keys(district.night().lake.read_table(manifest.quarantine_path)).to_pylist()
    return found


def conserved(district: District, ward: str) -> Manifest:
    manifest = district.manifest(ward)
    assert manifest is not None
    assert manifest.rows_read == manifest.rows_accepted + manifest.rows_quarantined + manifest.rows_unchanged
    assert manifest.rows_accepted == len(district.accepted(ward))
    assert manifest.rows_quarantined == len(district.quarantined(ward))
    return manifest


@pytest.mark.parametrize("ward", ["a_sql", "b_http", "c_files"])
def test_a_record_is_let_in_once_the_code_table_knows_its_word(
    district: District, mended: Any, judge: Judge, ward: str
) -> None:
    district[ward].send([dossier("1"), dossier("2", channel=UNKNOWN_CHANNEL), dossier("3", received_at=None)])
    district.play(wards=[ward], record_kinds=["dossiers"])
    assert conserved(district, ward).rows_quarantined == 2
    (before,) = [row for row in district.quarantined(ward) if "channel_known" in row["rule_codes"]]
    assert UNKNOWN_CHANNEL in before["received"], "who extends the code table sees the code"
    assert desk(district, ward).replay(judge, Selection()).let_in == 0, "nothing is mended yet"

    mended(ward, lambda system: system["codes"]["channel"].update({UNKNOWN_CHANNEL: "online"}))
    done = desk(district, ward).replay(judge, Selection())
    assert (done.judged, done.let_in, done.still["received_at_present"], done.refused) == (2, 1, 1, [])
    manifest = conserved(district, ward)
    assert (manifest.rows_accepted, manifest.rows_quarantined) == (2, 1)

    # The same record read from the source with the mended mapping is the same record in every value.
    replayed = next(row for row in district.accepted(ward) if row["source_record_id"] == before["source_record_id"])
    district.play(wards=[ward], record_kinds=["dossiers"])
    fresh = next(row for row in district.accepted(ward) if row["source_record_id"] == before["source_record_id"])
    assert replayed == fresh
    assert replayed["channel"] == "online"
    assert replayed["officer_key"].startswith("k1.2:")
    assert replayed["night"] == NIGHT
    assert conserved(district, ward).rows_quarantined == 1


def test_an_alias_that_became_known_lets_the_record_in(district: District, judge: Judge) -> None:
    district["c_files"].send([dossier("1", source_ward="UBND Phường Bảy Mươi")])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    registry = district.wards_dir / "mini.yml"
    text = registry.read_text(encoding="utf-8").replace("- H29.c_files", "- H29.c_files\n  - UBND Phường Bảy Mươi")
    registry.write_text(text, encoding="utf-8")
    assert desk(district, "c_files").replay(judge, Selection()).let_in == 1
    assert conserved(district, "c_files").rows_quarantined == 0


def test_a_masked_code_is_found_under_the_key_that_hashed_it(district: District, mended: Any, judge: Judge) -> None:
    district["c_files"].send([dossier("1", channel=PERSON)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    assert PERSON not in district.quarantined("c_files")[0]["received"], "a code that reads like a name"
    mended("c_files", lambda system: system["codes"]["channel"].update({PERSON: "online"}))
    rotated = {"k2": b"another pseudonym key of tests"}
    assert desk(district, "c_files", **rotated).replay(judge, Selection()).let_in == 0
    assert desk(district, "c_files", **rotated, **KEYS).replay(judge, Selection()).let_in == 1
    (row,) = district.accepted("c_files")
    assert row["officer_key"].startswith("k1.2:"), "a pseudonym is not hashed again"


def test_nested_and_torn_values_are_read_again_as_they_were(district: District, mended: Any, judge: Judge) -> None:
    nested = {"PhieuXinLoi": json.dumps({"NgayLap": "20240305080000"}), "DanhSachHoSoBoSung": "[{}, {}]"}
    torn = {"PhieuXinLoi": '{"NgayLap": "2024'}
    ward = district["b_http"]
    ward.send([dossier("whole", channel="77"), dossier("torn", channel="77")])
    rows = ward.http.records[DOSSIERS]
    rows[0].update(nested)
    rows[1].update(torn)
    district.play(wards=["b_http"], record_kinds=["dossiers"])
    mended("b_http", lambda system: system["codes"]["channel"].update({"77": "online"}))
    done = desk(district, "b_http").replay(judge, Selection())
    assert (done.let_in, done.still["other_dates_readable"]) == (1, 1)
    (row,) = district.accepted("b_http")
    assert (row["source_record_id"], row["supplement_count"], str(row["apology_date"])) == ("whole", 2, "2024-03-05")


def test_of_a_repeated_id_only_the_newest_is_let_in(district: District, judge: Judge) -> None:
    noon = at(NIGHT, 12)
    district["c_files"].send(
        [
            dossier("twice", channel="postal", source_changed_at=at(NIGHT, 9)),
            dossier("twice", source_changed_at=noon),
            dossier("quarrel", channel="postal", source_changed_at=noon),
            dossier("quarrel", channel="online", source_changed_at=noon),
        ]
    )
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    older, *quarrel = keys_of(district, "c_files")
    work = desk(district, "c_files")
    for key in {older, *quarrel}:
        assert work.replay(judge, Selection(key=key)).let_in == 0
    with pytest.raises(WardWarehouseError, match="two records of one id"):
        work.resolve("accepted", Selection(key=quarrel[0]))
    assert [row["source_record_id"] for row in district.accepted("c_files")] == ["twice"]


def test_a_decision_lets_a_record_in_and_a_night_again_keeps_it(district: District) -> None:
    district["c_files"].send([dossier("1"), dossier("late", resolved_at=at(NIGHT - timedelta(days=30), 9))])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    (key,) = keys_of(district, "c_files")
    assert desk(district, "c_files").resolve("accepted", Selection(key=key)) == 1
    assert {row["source_record_id"] for row in district.accepted("c_files")} == {"1", "late"}
    before = district.accepted("c_files")
    district.play(wards=["c_files"], record_kinds=["dossiers"], full=True)
    assert conserved(district, "c_files").rows_quarantined == 0
    assert sorted(before, key=str) == sorted(district.accepted("c_files"), key=str)


def test_a_decision_cannot_supply_what_is_missing(district: District) -> None:
    district["c_files"].send([dossier("1", received_at=None)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    (key,) = keys_of(district, "c_files")
    with pytest.raises(WardWarehouseError, match=r"row 2 has no readable received_at, which no decision can supply"):
        desk(district, "c_files").resolve("accepted", Selection(key=key))
    assert conserved(district, "c_files").rows_quarantined == 1


def test_a_rejected_record_stays_rejected(district: District, mended: Any, judge: Judge) -> None:
    district["c_files"].send([dossier("1", channel=UNKNOWN_CHANNEL)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    (key,) = keys_of(district, "c_files")
    assert desk(district, "c_files", by="minh", reason="a test record").resolve("rejected", Selection(key=key)) == 1
    mended("c_files", lambda system: system["codes"]["channel"].update({UNKNOWN_CHANNEL: "online"}))
    assert desk(district, "c_files").replay(judge, Selection()) == Replayed()
    with pytest.raises(WardWarehouseError, match=r"was rejected by minh at .* \(a test record\); nothing was changed"):
        desk(district, "c_files").resolve("accepted", Selection(key=key))
    assert conserved(district, "c_files").rows_quarantined == 1


def test_of_two_people_the_first_decides_and_the_second_is_told(district: District) -> None:
    district["c_files"].send([dossier("1", channel="Zalo")])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    (key,) = keys_of(district, "c_files")
    told: list[str] = []
    start = threading.Barrier(4)

    def person(name: str) -> None:
        start.wait()
        try:
            desk(district, "c_files", by=name).resolve("rejected", Selection(key=key))
        except WardWarehouseError as error:
            told.append(str(error))

    people = [threading.Thread(target=person, args=(name,)) for name in ("an", "binh", "chi", "dung")]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    log = read_log(district.night().lake, DOSSIERS, "c_files")
    assert (log.number, log.entries.num_rows) == (1, 1)
    winner = log.entries["decided_by"][0].as_py()
    assert len(told) == 3
    assert all(f"was rejected by {winner}" in line for line in told)


def test_two_replays_at_once_let_each_record_in_once(district: District, mended: Any, judge: Judge) -> None:
    district["c_files"].send([dossier(str(n), channel=UNKNOWN_CHANNEL) for n in range(30)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    mended("c_files", lambda system: system["codes"]["channel"].update({UNKNOWN_CHANNEL: "online"}))
    desks = [desk(district, "c_files", by=str(n)) for n in range(3)]
    done: list[Replayed] = []
    lock = threading.Lock()

    def work(one: Desk) -> None:
        found = one.replay(Judge(judge.suite), Selection())
        with lock:
            done.append(found)

    threads = [threading.Thread(target=work, args=(one,)) for one in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.let_in for one in done) == 30
    assert conserved(district, "c_files").rows_accepted == 30
    assert read_log(district.night().lake, DOSSIERS, "c_files").entries.num_rows == 30


def test_a_replay_that_was_interrupted_is_finished_by_the_next(
    district: District, mended: Any, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    district["c_files"].send([dossier(str(n), channel=UNKNOWN_CHANNEL) for n in range(5)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    mended("c_files", lambda system: system["codes"]["channel"].update({UNKNOWN_CHANNEL: "online"}))
    place = manifest_path(DOSSIERS, "c_files", NIGHT)
    work = desk(district, "c_files")
    write = type(work.lake).write_record

    def killed(lake: Any, relative: str, record: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(work.lake), "write_record", killed)
    with pytest.raises(KeyboardInterrupt):
        work.replay(judge, Selection())
    monkeypatch.setattr(type(work.lake), "write_record", write)
    assert conserved(district, "c_files").rows_accepted == 0
    assert read_log(work.lake, DOSSIERS, "c_files").number == 1
    assert work.replay(judge, Selection()) == Replayed(), "the decision stands already"
    assert conserved(district, "c_files").rows_accepted == 5
    manifest = work.lake.read_record(place, Manifest)
    assert apply_decisions(work.lake, DOSSIERS, "c_files") == []
    assert work.lake.read_record(place, Manifest) == manifest


def test_a_night_judged_at_the_same_moment_does_not_undo_a_replay(
    district: District, mended: Any, judge: Judge
) -> None:
    district["c_files"].send([dossier("1", channel=UNKNOWN_CHANNEL)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    lake, place = district.night().lake, manifest_path(DOSSIERS, "c_files", NIGHT)
    stale = lake.read_record(place, Manifest)
    assert stale is not None
    mended("c_files", lambda system: system["codes"]["channel"].update({UNKNOWN_CHANNEL: "online"}))
    assert desk(district, "c_files").replay(judge, Selection()).let_in == 1
    lake.write_record(place, stale)
    assert [manifest.rows_accepted for manifest in apply_decisions(lake, DOSSIERS, "c_files")] == [1]
    conserved(district, "c_files")


def test_an_entry_whose_rule_no_longer_exists_is_let_in(district: District, tmp_path: Path) -> None:
    district["c_files"].send([dossier("1", procedure_code="9.999001"), dossier("2", status=None)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])
    suite = yaml.safe_load((ROOT / "expectations" / "dossiers.yml").read_text(encoding="utf-8"))
    suite["expectations"] = [e for e in suite["expectations"] if e["meta"]["rule"] != "procedure_known"]
    (tmp_path / "dossiers.yml").write_text(yaml.safe_dump(suite, allow_unicode=True), encoding="utf-8")
    done = desk(district, "c_files").replay(Judge(load_suite(tmp_path, DOSSIERS)), Selection(rule="procedure_known"))
    assert (done.judged, done.let_in) == (1, 1)
    assert [row["procedure_code"] for row in district.accepted("c_files")] == ["9.999001"]


def test_a_mapping_that_reads_what_was_not_kept_says_so(district: District, mended: Any, judge: Judge) -> None:
    district["c_files"].send([dossier("1", received_at=None)])
    district.play(wards=["c_files"], record_kinds=["dossiers"])

    def other_column(system: dict[str, Any]) -> None:
        system["record_kinds"]["dossiers"]["columns"]["received_at"]["from"] = "Ngày nhận hồ sơ"

    mended("c_files", other_column)
    done = desk(district, "c_files").replay(judge, Selection())
    assert done.let_in == 0
    (line,) = done.refused
    assert "reads Ngày nhận hồ sơ, which was not kept" in line
    assert "extract that night of the ward again" in line


def test_ten_thousand_are_replayed_at_once(district: District, mended: Any, judge: Judge) -> None:
    district["a_sql"].send([dossier(str(n), channel="77", procedure_code=PROCEDURES[n % 3]) for n in range(10_000)])
    district.play(wards=["a_sql"], record_kinds=["dossiers"])
    district.night().release("a_sql", DOSSIERS, NIGHT, "lan", "the channel is new")
    mended("a_sql", lambda system: system["codes"]["channel"].update({"77": "online"}))
    assert desk(district, "a_sql").replay(judge, Selection(rule="channel_known")).let_in == 10_000
    assert conserved(district, "a_sql").rows_accepted == 10_000
    assert read_log(district.night().lake, DOSSIERS, "a_sql").number == 1
