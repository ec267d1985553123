"""Software that changes without a word: each kind of drift ends in its declared policy, never in silent nulls."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import MakeDistrict
from tests.support.district import (
    DOSSIERS,
    ROOT,
    SURVEYS,
    District,
    MiniWard,
    Played,
    alias,
    csv_bytes,
    rules_of,
    source_columns,
    write_table,
)
from tests.support.records import NIGHT, Kind, at, dossier, survey, written
from ward_warehouse.core.contracts import RecordKind

IDS = ("R-1", "R-2", "R-3")
# The day cannot be a month: another order of the parts is no date.
RECEIVED = at(NIGHT.replace(day=4), 8, 30)
Rows = list[dict[str, str | None]]


def sent(ward: MiniWard, record_kind: RecordKind) -> Rows:
    make = dossier if record_kind is DOSSIERS else survey
    return [written(ward.transport, {"source_ward": alias(ward.key), **make(record_id)}) for record_id in IDS]


def export(ward: MiniWard, record_kind: RecordKind) -> Path:
    prefix = "ho_so" if record_kind is DOSSIERS else "khao_sat"
    return ward.folder / f"{prefix}_{NIGHT:%Y%m%d}.csv"


def text(change: Callable[[str], str], encoding: str = "utf-8") -> Callable[[MiniWard], None]:
    """The dossiers' file, rewritten."""

    def spoil(ward: MiniWard) -> None:
        path = export(ward, DOSSIERS)
        path.write_bytes(change(path.read_bytes().decode()).encode(encoding))

    return spoil


def value(column: str, change: Callable[[str], str], record_kind: RecordKind = DOSSIERS) -> Callable[[MiniWard], None]:
    """One column of the file, rewritten in its second record."""

    def spoil(ward: MiniWard) -> None:
        columns = source_columns("files", record_kind)
        rows = list(csv.DictReader(io.StringIO(export(ward, record_kind).read_text(encoding="utf-8"))))
        rows[1][column] = change(rows[1][column])
        export(ward, record_kind).write_bytes(csv_bytes(columns, rows))  # type: ignore[arg-type]

    return spoil


def reordered(ward: MiniWard) -> None:
    columns = source_columns("files", DOSSIERS)
    export(ward, DOSSIERS).write_bytes(csv_bytes(columns[::-1], sent(ward, DOSSIERS)))


def retyped(ward: MiniWard) -> None:
    """The reception date becomes seconds since 1970."""
    rows = [{**row, "NGAY_TIEP_NHAN": 1709515800} for row in sent(ward, DOSSIERS)]
    write_table(ward.database, "HO_SO", source_columns("sql", DOSSIERS), rows)  # type: ignore[arg-type]


def list_moved(ward: MiniWard) -> None:
    from tests.support import http_service

    ward.http.always = http_service.body({"data": {"records": [], "tong": 3}})


def added(ward: MiniWard) -> None:
    rows = [{**row, "Ghi chú mới": "điều riêng"} for row in sent(ward, DOSSIERS)]
    export(ward, DOSSIERS).write_bytes(csv_bytes([*source_columns("files", DOSSIERS), "Ghi chú mới"], rows))


def gone(ward: MiniWard) -> None:
    columns = [name for name in source_columns("files", DOSSIERS) if name != "Trạng thái"]
    rows = [{name: row.get(name) for name in columns} for row in sent(ward, DOSSIERS)]
    export(ward, DOSSIERS).write_bytes(csv_bytes(columns, rows))


@dataclass(frozen=True)
class Drift:
    """A change, the policy it must end in, what is said about it, and the rule that its records break."""

    spoil: Callable[[MiniWard], None]
    policy: str
    said: tuple[str, ...] = ()
    rule: str = ""
    broken: tuple[str, ...] = ()
    record_kind: Kind = "files"
    records: RecordKind = DOSSIERS


SECOND = ("R-2",)
DRIFTS: dict[str, Drift] = {
    "added": Drift(added, "reported", ("Ghi chú mới",)),
    "gone": Drift(gone, "held", ("Trạng thái", "mot_cua_csv.yml")),
    "renamed": Drift(text(lambda t: t.replace("Ngày tiếp nhận", "Ngày nhận", 1)), "held", ("Ngày tiếp nhận", "row 1")),
    "retyped": Drift(retyped, "quarantined", rule="received_at_readable", broken=IDS, record_kind="sql"),
    "reordered": Drift(reordered, "loaded"),
    "header row moved": Drift(text(lambda t: "ỦY BAN NHÂN DÂN,,\n\nSỔ THEO DÕI HỒ SƠ,,\n" + t), "loaded"),
    "column twice": Drift(
        text(lambda t: t.replace("\n", ",x\n").replace(",x\n", ",Trạng thái\n", 1)), "refused", ("Trạng thái", "twice")
    ),
    "encoding, with a mark": Drift(text(str, "utf-16"), "loaded"),
    "encoding, unmarked": Drift(text(str, "utf-16-le"), "refused", (f"ho_so_{NIGHT:%Y%m%d}.csv",)),
    "delimiter": Drift(text(lambda t: t.replace(",", ";")), "held", ("Ngày tiếp nhận", "Trạng thái")),
    "decimal comma": Drift(
        value("Số lần bổ sung", lambda _: "1,5"), "warned", rule="details_readable", broken=SECOND
    ),
    "date order": Drift(
        value("Ngày tiếp nhận", lambda _: "02/25/2024 08:30"), "quarantined", rule="received_at_readable", broken=SECOND
    ),
    "time with a zone": Drift(
        value("Ngày hẹn trả", lambda _: "2024-03-06T17:00:00+07:00"),
        "quarantined",
        rule="due_at_readable",
        broken=SECOND,
    ),
    "code unseen": Drift(
        value("Trạng thái", lambda _: "Chuyển liên thông"), "quarantined", rule="status_known", broken=SECOND
    ),
    "unit changed": Drift(
        value("Mức hài lòng", lambda _: "80", SURVEYS),
        "quarantined",
        rule="rating_known",
        broken=SECOND,
        records=SURVEYS,
    ),
    "ward spelled anew": Drift(
        value("Đơn vị", lambda _: "UBND P. Mới"), "quarantined", rule="ward_is_its_own", broken=SECOND
    ),
    "key emptied": Drift(
        value("Số biên nhận", lambda _: ""), "quarantined", rule="record_id_present", broken=("",)
    ),
    "required value emptied": Drift(
        value("Ngày tiếp nhận", lambda _: ""), "quarantined", rule="received_at_present", broken=SECOND
    ),
    "list moved": Drift(list_moved, "held", ("data.items",), record_kind="http"),
}  # fmt: skip


@dataclass(frozen=True)
class Night:
    """The night on which every ward's software changed, each in its way."""

    district: District
    played: Played


def key_of(name: str) -> str:
    return "drift_" + re.sub(r"\W+", "_", name)


@pytest.fixture(scope="module")
def night(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Night:
    wards = {key_of(name): drift.record_kind for name, drift in DRIFTS.items()}
    district = make_district(tmp_path_factory.mktemp("drift"), wards)
    for name, drift in DRIFTS.items():
        ward = district[key_of(name)]
        ward.send([dossier(record_id) for record_id in IDS], [survey(record_id) for record_id in IDS])
        drift.spoil(ward)
    return Night(district, district.play())


@pytest.mark.parametrize("name", DRIFTS)
def test_a_change_ends_in_its_policy(night: Night, name: str) -> None:
    drift, key = DRIFTS[name], key_of(name)
    state = night.played.state(key, drift.records)
    said = f"{state.error} {', '.join(state.new_columns)}"
    assert all(part in said for part in drift.said), said
    assert (
        state.state
        in {
            "loaded": ("loaded",),
            "reported": ("loaded",),
            "warned": ("loaded",),
            "quarantined": ("loaded",),
            "held": ("held", "failed"),
            "refused": ("failed",),
        }[drift.policy]
    ), said
    assert bool(state.new_columns) is (drift.policy == "reported")
    found = {
        (entry["source_record_id"] or "", rule)
        for entry in night.district.quarantined(key, record_kind=drift.records)
        for rule in rules_of(entry)
    }
    manifest = night.district.manifest(key, record_kind=drift.records)
    if drift.policy == "warned":
        assert manifest is not None
        assert {(r.rule, r.severity, r.rows_broken) for r in manifest.rules if r.rows_broken} == {
            (drift.rule, "warning", 1)
        }
        assert found == set()
        return
    assert {(record_id, drift.rule) for record_id in drift.broken} <= found
    assert {record_id for record_id, _ in found} == set(drift.broken)


@pytest.mark.parametrize("name", DRIFTS)
def test_no_accepted_record_lost_a_value(night: Night, name: str) -> None:
    drift, key = DRIFTS[name], key_of(name)
    accepted = night.district.accepted(key, record_kind=drift.records)
    if drift.policy in ("held", "refused"):
        assert accepted == []
        assert night.district.manifest(key, record_kind=drift.records) is None
        return
    whole = 3 if drift.policy != "quarantined" else 3 - len(drift.broken)
    assert len(accepted) == whole
    names = ("source_record_id", "status", "channel", "received_at", "due_at", "resolved_at", "procedure_code")
    if drift.records is SURVEYS:
        names = ("source_record_id", "rating_overall", "mode", "answered_at")
    untouched = night.district.accepted(key_of("reordered"), record_kind=drift.records)
    expected = {row["source_record_id"]: {column: row[column] for column in names} for row in untouched}
    assert len(expected) == 3
    assert all(None not in row.values() for row in expected.values())
    for row in accepted:
        assert {column: row[column] for column in names} == expected[row["source_record_id"]]


def test_every_change_is_in_the_table_of_policies() -> None:
    written_down = re.findall(
        r"^\| `([^`]+)` \| (\w+) \|", (ROOT / "docs" / "drift.md").read_text("utf-8"), re.MULTILINE
    )
    assert dict(written_down) == {name: drift.policy for name, drift in DRIFTS.items()}
    assert len(DRIFTS) >= 12
