"""Records that are wrong, from each kind of ward software, in one night with good ones."""

import json
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import MakeDistrict
from tests.support.district import SURVEYS, District, Played, rules_of, spoken
from tests.support.records import APPLICANT, NIGHT, Kind, at, dossier, survey

KINDS: tuple[Kind, ...] = ("sql", "http", "files")
LONG_AGO = at(NIGHT - timedelta(days=40), 9)
TOMORROW = NIGHT + timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """Changes to a good record, for all kinds of software or for each its own, and the rules that it breaks."""

    rules: set[str]
    changes: dict[str, Any] = field(default_factory=dict)
    of_kind: dict[Kind, dict[str, Any]] = field(default_factory=dict)
    copies: tuple[dict[str, Any], ...] = ({},)


CASES: dict[str, Case] = {
    "good": Case(set()),
    "no id": Case({"record_id_present", "dossier_code_present"}, {"source_record_id": None, "dossier_code": None}),
    "no ward": Case({"ward_present"}, {"source_ward": None}),
    "another ward": Case({"ward_is_its_own"}, {"source_ward": "H29.18.99"}),
    "no reception date": Case({"received_at_present"}, {"received_at": None}),
    "end before start": Case({"resolved_after_received"}, {"resolved_at": LONG_AGO}),
    "return before start": Case({"returned_after_received"}, {"returned_at": LONG_AGO}),
    "future": Case(
        {"received_at_not_in_future"},
        {"received_at": at(TOMORROW, 8), "due_at": at(TOMORROW, 17), "resolved_at": None, "returned_at": None},
    ),
    "impossible date": Case(
        {"received_at_readable"},
        of_kind={
            "sql": {"received_at": "2024-02-31 08:30:00"},
            "http": {"received_at": "20240231083000"},
            "files": {"received_at": "31/02/2024 08:30"},
        },
    ),
    "foreign date": Case(
        {"received_at_readable"},
        of_kind={
            "sql": {"received_at": "04/03/2024 08:30"},
            "http": {"received_at": "2024-03-04T08:30:00"},
            "files": {"received_at": "Mar 4, 2024"},
        },
    ),
    "unknown status": Case({"status_known"}, {"status": "77"}),
    "unknown channel": Case({"channel_known"}, {"channel": "Zalo"}),
    "unknown procedure": Case({"procedure_known"}, {"procedure_code": "9.999001"}),
    "everything": Case(
        {"received_at_present", "status_known", "channel_known", "procedure_known", "ward_is_its_own"},
        {"received_at": None, "status": "77", "channel": "Fax", "procedure_code": "KHONG-RO", "source_ward": "P99"},
    ),
    "two truths": Case({"record_id_once"}, copies=({"channel": "postal"}, {"channel": "online"})),
    "decomposed text": Case(set(), {"source_ward": "decomposed"}),
    "no channel": Case(set(), {"channel": None}),
}


def record_id(name: str) -> str:
    return f"R-{list(CASES).index(name):02d}"


@pytest.fixture(scope="module")
def district(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    made: District = make_district(
        tmp_path_factory.mktemp("bad"), {f"bad_{record_kind}": record_kind for record_kind in KINDS}
    )
    for ward in made.wards.values():
        records = []
        for name, case in CASES.items():
            changes = {**case.changes, **case.of_kind.get(ward.transport, {})}
            if changes.get("source_ward") == "decomposed":
                changes["source_ward"] = unicodedata.normalize("NFD", spoken(ward.key))
            records += [dossier(record_id(name), **{**changes, **copy}) for copy in case.copies]
        answers = [
            survey("1"),
            survey("2", rating_overall="77"),
            survey("3", answered_at=None),
            survey("4", mode="Fax"),
        ]
        ward.send(records, answers)
    return made


@pytest.fixture(scope="module")
def night(district: District) -> Played:
    return district.play()


def dossier_ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["source_record_id"] or "none" for row in rows]


@pytest.mark.parametrize("record_kind", KINDS)
def test_the_good_records_load(district: District, night: Played, record_kind: Kind) -> None:
    good = {record_id(name) for name, case in CASES.items() if not case.rules}
    assert set(dossier_ids(district.accepted(f"bad_{record_kind}"))) == good
    assert night.state(f"bad_{record_kind}").state == "loaded"


@pytest.mark.parametrize("record_kind", KINDS)
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.rules])
def test_a_bad_record_is_in_quarantine_with_every_rule_it_broke(
    district: District, night: Played, record_kind: Kind, name: str
) -> None:
    wanted = "none" if name == "no id" else record_id(name)
    entries = [e for e in district.quarantined(f"bad_{record_kind}") if (e["source_record_id"] or "none") == wanted]
    assert len(entries) == len(CASES[name].copies)
    for entry in entries:
        errors = {rule["rule"] for rule in json.loads(entry["rules"]) if rule["severity"] == "error"}
        assert errors == CASES[name].rules
        assert entry["source_position"]


@pytest.mark.parametrize("record_kind", KINDS)
def test_no_record_is_lost(district: District, night: Played, record_kind: Kind) -> None:
    manifest = district.manifest(f"bad_{record_kind}")
    assert manifest is not None
    sent = sum(len(case.copies) for case in CASES.values())
    assert manifest.rows_read == sent
    assert manifest.rows_accepted + manifest.rows_quarantined == sent
    state = night.state(f"bad_{record_kind}")
    assert (state.rows_read, state.rows_accepted, state.rows_quarantined) == (
        sent, manifest.rows_accepted, manifest.rows_quarantined,
    )  # fmt: skip


@pytest.mark.parametrize("record_kind", KINDS)
def test_answers_are_judged_by_their_own_rules(district: District, night: Played, record_kind: Kind) -> None:
    assert dossier_ids(district.accepted(f"bad_{record_kind}", record_kind=SURVEYS)) == ["1"]
    found = {
        e["source_record_id"]: rules_of(e) for e in district.quarantined(f"bad_{record_kind}", record_kind=SURVEYS)
    }
    assert found == {"2": {"rating_known"}, "3": {"answered_at_present"}, "4": {"mode_known"}}


@pytest.mark.parametrize("record_kind", KINDS)
def test_the_same_values_come_out_of_every_kind_of_software(
    district: District, night: Played, record_kind: Kind
) -> None:
    good = next(r for r in district.accepted(f"bad_{record_kind}") if r["source_record_id"] == record_id("good"))
    like = next(r for r in district.accepted("bad_sql") if r["source_record_id"] == record_id("good"))
    own = {"ward_key", "system", "source_position", "content_hash", "receiving_unit", "dossier_code"}
    assert {k: v for k, v in good.items() if k not in own} == {k: v for k, v in like.items() if k not in own}
    assert (good["channel"], good["status"]) == ("online", "returned")
    default = next(
        r for r in district.accepted(f"bad_{record_kind}") if r["source_record_id"] == record_id("no channel")
    )
    assert default["channel"] == "in_person"


@pytest.mark.parametrize("record_kind", KINDS)
def test_nothing_personal_of_a_bad_record_is_kept(district: District, night: Played, record_kind: Kind) -> None:
    kept = json.dumps(
        district.quarantined(f"bad_{record_kind}") + district.accepted(f"bad_{record_kind}"),
        default=str,
        ensure_ascii=False,
    )
    assert [value for value in APPLICANT.values() if value in kept] == []


def test_the_verdict_counts_what_was_refused(night: Played) -> None:
    assert night.verdict.missing_wards == []
    bad = sum(len(case.copies) for case in CASES.values() if case.rules) + 3
    good = sum(not case.rules for case in CASES.values()) + 1
    assert f"{3 * good} records accepted, {3 * bad} quarantined" in night.verdict.message
