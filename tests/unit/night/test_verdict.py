from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, SURVEYS, District, utc
from tests.support.records import NIGHT
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.outcomes import Outcome, new_id
from ward_warehouse.night.extract import Request
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.verdict import Verdict, judge_night
from ward_warehouse.night.wording import run_note
from ward_warehouse.registry import Registry, Ward
from ward_warehouse.registry.strict import Label

WARDS = ["r1", "r2", "r3", "r4"]


@pytest.fixture
def registry(make_district: MakeDistrict, tmp_path: Path) -> Registry:
    made: District = make_district(tmp_path, dict.fromkeys(WARDS, "sql"))
    return made.night().registry


def outcome(
    ward: str, step: str, status: str = "succeeded", record_kind: RecordKind = DOSSIERS, **parts: Any
) -> Outcome:
    counts = {"rows_read": 5, "rows_unchanged": 1}
    if step == "validate":
        counts |= {"rows_accepted": 3, "rows_quarantined": 1}
    if status != "succeeded":
        counts = {}
    fields = {
        "outcome_id": new_id(),
        "run_id": "r",
        "night": NIGHT,
        "step": step,
        "status": status,
        "ward": ward,
        "record_kind": record_kind,
        "started_at": utc("2024-03-06T17:30:00"),
        "finished_at": utc("2024-03-06T17:31:00"),
        **counts,
        **parts,
    }
    return Outcome.model_validate(fields)


def loaded(*wards: str, record_kind: RecordKind = DOSSIERS) -> list[Outcome]:
    return [outcome(ward, step, record_kind=record_kind) for ward in wards for step in ("extract", "validate")]


def judge(
    registry: Registry, found: list[Outcome], record_kinds: list[RecordKind] | None = None, limit: float = 0.5
) -> Verdict:
    plan = Plan(
        run_id="r", request=Request(night=NIGHT), wards=WARDS, record_kinds=record_kinds or [DOSSIERS], problems=[]
    )
    return judge_night(plan, registry, found, limit)


def test_a_night_of_which_everything_arrived(registry: Registry) -> None:
    verdict = judge(registry, loaded(*WARDS))
    assert (verdict.kind, verdict.failed, verdict.needs_a_person) == ("complete", False, False)
    assert verdict.missing_wards == []
    assert {state.state for state in verdict.states} == {"loaded"}
    assert f"night {NIGHT}: 4 of 4 wards loaded; 12 records accepted, 4 quarantined" in verdict.message


def test_a_ward_that_failed_is_named_with_what_it_means(registry: Registry) -> None:
    down = outcome("r2", "extract", "failed", error="r2 dossiers: no answer; call the ward")
    verdict = judge(registry, [*loaded("r1", "r3", "r4"), down])
    assert (verdict.kind, verdict.failed, verdict.widespread) == ("partial", True, False)
    assert verdict.missing_wards == ["r2"]
    assert "3 of 4 wards loaded" in verdict.message
    assert "r2 dossiers failed: r2 dossiers: no answer; call the ward" in verdict.message
    assert "catches up" in verdict.message
    state = next(state for state in verdict.states if state.ward == "r2")
    assert (state.rows_read, state.rows_accepted) == (None, None), "missing is never zero"


def test_a_ward_whose_task_never_ended_is_missing(registry: Registry) -> None:
    verdict = judge(registry, loaded("r1", "r2", "r3"))
    assert [(s.ward, s.state) for s in verdict.states if s.ward == "r4"] == [("r4", "missing")]
    assert "r4" in verdict.message


def test_a_ward_that_was_read_but_not_judged_is_not_loaded(registry: Registry) -> None:
    verdict = judge(registry, [*loaded("r1", "r2", "r3"), outcome("r4", "extract")])
    assert verdict.missing_wards == ["r4"]
    not_judged = [
        *loaded("r1", "r2", "r3"),
        outcome("r4", "extract"),
        outcome("r4", "validate", "failed", error="rule x"),
    ]
    verdict = judge(registry, not_judged)
    assert verdict.missing_wards == ["r4"]
    assert "rule x" in verdict.message


def test_a_batch_that_was_held_back_is_told_from_a_system_that_is_down(registry: Registry) -> None:
    held = outcome("r4", "extract", "held", error="column X is missing")
    verdict = judge(registry, [*loaded("r1", "r2", "r3"), held])
    assert next(s.state for s in verdict.states if s.ward == "r4") == "held"
    assert verdict.missing_wards == ["r4"]
    assert (verdict.kind, verdict.failed) == ("held", True)


def test_a_ward_of_which_a_file_was_left_out_is_loaded_in_part(registry: Registry) -> None:
    part = [outcome("r4", "extract", error="file b.csv is cut"), outcome("r4", "validate")]
    verdict = judge(registry, [*loaded("r1", "r2", "r3"), *part])
    assert next(s.state for s in verdict.states if s.ward == "r4") == "partly"
    assert verdict.missing_wards == []
    assert "b.csv is cut" in verdict.message


def test_the_last_attempt_counts(registry: Registry) -> None:
    first = outcome("r4", "extract", "failed", error="no answer")
    assert judge(registry, [*loaded("r1", "r2", "r3"), first, *loaded("r4")]).missing_wards == []
    assert judge(registry, [*loaded(*WARDS), first]).missing_wards == ["r4"]


def test_one_missing_record_kind_makes_the_ward_missing(registry: Registry) -> None:
    found = [*loaded(*WARDS), *loaded("r1", "r2", "r3", record_kind=SURVEYS)]
    verdict = judge(registry, found, [DOSSIERS, SURVEYS])
    assert verdict.missing_wards == ["r4"]
    assert len(verdict.states) == 8


@pytest.mark.parametrize(
    ("limit", "missing", "widespread"), [(0.5, 2, False), (0.5, 3, True), (0.0, 1, True), (1.0, 4, False)]
)
def test_a_common_cause_is_suspected_when_too_many_wards_are_missing(
    registry: Registry, limit: float, missing: int, widespread: bool
) -> None:
    verdict = judge(registry, loaded(*WARDS[missing:]), limit=limit)
    assert verdict.failed
    assert verdict.widespread is widespread
    assert ("look for a common cause" in verdict.message) is widespread


def test_new_columns_and_registry_problems_are_said(registry: Registry) -> None:
    found = [*loaded("r2", "r3", "r4"), outcome("r1", "extract", new_columns=("GHI_CHU",)), outcome("r1", "validate")]
    plan = Plan(
        run_id="r",
        request=Request(night=NIGHT),
        wards=WARDS,
        record_kinds=[DOSSIERS],
        problems=["quan.yml:9: ward r9: code"],
    )
    message = judge_night(plan, registry, found, 0.5).message
    assert "r1 dossiers: new columns GHI_CHU" in message
    assert "quan.yml:9: ward r9: code" in message


def test_what_a_night_is_worth(registry: Registry) -> None:
    held, down = outcome("r4", "extract", "held"), outcome("r3", "extract", "failed")
    later = outcome("r4", "extract", "postponed", cause="quiet_hours")
    cases: list[tuple[list[Outcome], str, bool]] = [
        (loaded(*WARDS), "complete", False),
        ([*loaded("r1", "r2", "r3"), later], "late", False),
        ([*loaded("r1", "r2", "r3"), held], "held", True),
        ([*loaded("r1", "r2"), down, held], "partial", True),
        ([], "not_run", True),
    ]
    for found, kind, red in cases:
        verdict = judge(registry, found)
        assert (verdict.kind, verdict.failed) == (kind, red)


def test_the_sentence_names_who_is_missing_for_how_long_in_both_languages(registry: Registry) -> None:
    down = outcome("r2", "extract", "failed", error="no answer", cause="no_answer")
    before = {"r2": NIGHT - timedelta(days=3)}
    plan = Plan(run_id="r", request=Request(night=NIGHT), wards=WARDS, record_kinds=[DOSSIERS], problems=[])
    verdict = judge_night(
        plan, registry, [*loaded("r1", "r3", "r4"), down], 0.5, last_night=lambda ward, _, __: before.get(ward)
    )
    assert verdict.sentence("en") == (
        f"Night {NIGHT} is partial: 3 of 4 units arrived; missing: Ward r2 (3 nights); 3 records refused."
    )
    assert verdict.sentence("vi") == (
        f"Đêm {NIGHT:%d/%m/%Y} chưa đủ: 3/4 đơn vị đã gửi; thiếu Phường r2 (3 đêm); 3 bản ghi bị cách ly."
    )
    (todo,) = [todo for todo in verdict.todos if todo.unit == "r2"]
    assert (todo.reason, todo.who, todo.detail) == ("no_answer", "ward", ("no answer",))


def test_a_sentence_stays_a_sentence_when_all_are_missing(registry: Registry) -> None:
    wards = {f"w{number}": with_key(registry.wards["r1"], f"w{number}") for number in range(200)}
    many = replace(registry, wards=wards)
    plan = Plan(run_id="r", request=Request(night=NIGHT), wards=list(wards), record_kinds=[DOSSIERS], problems=[])
    found = [outcome(ward, "extract", "failed", error="no answer", cause="no_answer") for ward in wards]
    said = judge_night(plan, many, found, 0.5).sentence()
    assert len(said) < 300
    assert "and 195 more" in said


def test_a_weekly_ward_that_is_down_on_another_day_is_not_missing(registry: Registry) -> None:
    down = outcome("r2", "extract", "failed", error="no answer")
    plan = Plan(run_id="r", request=Request(night=NIGHT), wards=WARDS, record_kinds=[DOSSIERS], problems=[])
    verdict = judge_night(
        plan, registry, [*loaded("r1", "r3", "r4"), down], 0.5, wanted=lambda ward, night: ward.ward != "r2"
    )
    assert (verdict.kind, verdict.missing_wards, len(verdict.expected)) == ("complete", [], 3)


def test_the_note_leads_to_the_failing_task_and_obeys_no_name(registry: Registry) -> None:
    down = outcome("r2", "extract", "failed", error="no answer", cause="no_answer")
    name = Label(vi="Phường [x](javascript:alert(1))", en="Ward *b* <b>")
    wards = {**registry.wards, "r2": registry.wards["r2"].model_copy(update={"name": name})}
    plan = Plan(run_id="r", request=Request(night=NIGHT), wards=WARDS, record_kinds=[DOSSIERS], problems=[])
    verdict = judge_night(plan, replace(registry, wards=wards), [*loaded("r1", "r3", "r4"), down], 0.5)
    note = run_note(verdict, {"r2": "http://airflow/tasks/extract/mapped/1"}, "en")
    assert "- [Ward \\*b\\* \\<b\\>](http://airflow/tasks/extract/mapped/1): its system did not answer" in note
    assert "[x](" not in run_note(verdict, {}, "vi")


def with_key(ward: Ward, key: str) -> Ward:
    return ward.model_copy(update={"ward": key})
