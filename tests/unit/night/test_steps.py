"""A night's plan and its steps, as the command line and the tasks of the DAG share them."""

import gc
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.support import http_service as http
from tests.support.district import DOSSIERS, SURVEYS, District, utc
from tests.support.records import APPLICANT, NIGHT, dossier, survey
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LASTING, RegistryError, SettingsError, SourceError, WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.night import reading, steps, tasks
from ward_warehouse.night.extract import Request
from ward_warehouse.night.judge import import_ahead
from ward_warehouse.night.plan import parse_instant
from ward_warehouse.night.steps import Night
from ward_warehouse.sources.sql.source import SqlSource

WARDS = ["a_sql", "b_http", "c_files"]
HANOI = timezone(timedelta(hours=7))


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    for ward in district.wards.values():
        ward.send([dossier("1"), dossier("2", received_at=None)], [survey("1")])
    return district


@pytest.mark.parametrize(
    ("text", "end_of_day", "instant"),
    [
        ("2018-12-27", False, "2018-12-26T17:00:00"),
        ("2018-12-27", True, "2018-12-27T17:00:00"),
        ("2018-12-27T06:00", False, "2018-12-26T23:00:00"),
        ("2018-12-27T06:00", True, "2018-12-26T23:00:00"),
        ("2018-12-27T06:00:00+00:00", False, "2018-12-27T06:00:00"),
    ],
)
def test_an_instant_of_an_option(text: str, end_of_day: bool, instant: str) -> None:
    assert parse_instant(text, end_of_day, Settings()) == utc(instant)


@pytest.mark.parametrize("text", ["27/12/2018", "yesterday", "2018-02-31", ""])
def test_an_instant_that_cannot_be_read_is_one_line(text: str) -> None:
    with pytest.raises(WardWarehouseError, match="expected a date or a time"):
        parse_instant(text, False, Settings())


def test_a_plan_names_the_wards_in_force(district: District) -> None:
    plan = district.night().plan(Request(night=NIGHT))
    assert (plan.wards, plan.record_kinds, plan.problems) == (WARDS, list(RecordKind), [])
    with pytest.raises(WardWarehouseError, match=r"2025-01-01: no ward .* in force"):
        district.night().plan(Request(night=date(2025, 1, 1)))


def test_a_ward_that_is_named_is_read_even_out_of_force(district: District) -> None:
    """Late corrections of a ward that was merged away still have to be loaded."""
    assert district.night().plan(Request(night=date(2025, 1, 1)), ["a_sql"]).wards == ["a_sql"]


def test_what_judges_is_imported_while_the_wards_are_read(ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []

    class Importing:
        def join(self) -> None:
            happened.append("imported")

    def begin() -> Importing:
        happened.append("import begun")
        return Importing()

    monkeypatch.setattr(steps, "import_ahead", begin)
    run = ready.night()
    run.run(run.plan(Request(night=NIGHT), ["a_sql"], ["dossiers"]), ready.resolve, happened.append)
    assert happened == ["import begun", "a_sql", "imported"]


def test_the_import_of_what_judges_leaves_the_collector_on() -> None:
    import_ahead().join()
    assert gc.isenabled()
    assert {"great_expectations", "ward_warehouse.validation.commit"} <= set(sys.modules)


def test_each_plan_is_a_run_of_its_own(district: District) -> None:
    run = district.night()
    assert run.plan(Request(night=NIGHT)).run_id < run.plan(Request(night=NIGHT)).run_id


def test_a_plan_refuses_what_it_does_not_know(district: District) -> None:
    with pytest.raises(RegistryError, match="nobody"):
        district.night().plan(Request(night=NIGHT), ["a_sql", "nobody"])
    with pytest.raises(WardWarehouseError, match=r"'votes'.*dossiers, survey_responses"):
        district.night().plan(Request(night=NIGHT), None, ["votes"])


def test_a_plan_needs_the_key_before_anything_is_read(district: District) -> None:
    settings = district.settings.model_copy(update={"pseudonym_key": None})
    with pytest.raises(SettingsError, match="PSEUDONYM_KEY"):
        Night(settings).plan(Request(night=NIGHT))


def test_a_wrong_entry_of_the_registry_does_not_stop_the_other_wards(district: District) -> None:
    registry = district.wards_dir / "mini.yml"
    registry.write_text(registry.read_text(encoding="utf-8").replace("system: igate", "system: igat"), encoding="utf-8")
    plan = district.night().plan(Request(night=NIGHT))
    assert plan.wards == ["b_http", "c_files"]
    assert len(plan.problems) == 1
    assert "igat" in plan.problems[0]


def test_a_dataset_that_fails_leaves_the_other_of_its_ward(ready: District) -> None:
    ready["b_http"].http.once.append(http.status(403))
    played = ready.play(wards=["b_http"])
    assert played.state("b_http", DOSSIERS).state == "failed"
    assert played.state("b_http", SURVEYS).state == "loaded"
    assert played.verdict.missing_wards == ["b_http"]


def test_an_unforeseen_fault_is_an_outcome_and_tells_nothing(
    ready: District, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    name = APPLICANT["applicant_name"]

    def read(self: SqlSource, window: object) -> Any:
        raise ZeroDivisionError(name)

    monkeypatch.setattr(SqlSource, "read", read)
    played = ready.play()
    state = played.state("a_sql")
    assert state.state == "failed"
    assert "ZeroDivisionError" in (state.error or "")
    assert name not in (state.error or "") + caplog.text
    assert "test_steps.py" in caplog.text, "the log says where"
    assert played.state("b_http").state == played.state("c_files").state == "loaded"


def test_outcomes_say_what_each_step_did(ready: District) -> None:
    played = ready.play(wards=["a_sql"], record_kinds=["dossiers"])
    extracted, judged = played.found
    assert (extracted.step, extracted.rows_read, extracted.rows_accepted) == ("extract", 2, None)
    assert (judged.step, judged.rows_read, judged.rows_accepted, judged.rows_quarantined) == ("validate", 2, 1, 1)
    assert extracted.fingerprint == judged.fingerprint
    assert extracted.started_at <= extracted.finished_at <= judged.finished_at
    assert {outcome.run_id for outcome in played.found} == {played.plan.run_id}
    assert judged.cursor_to == utc("2024-03-06T03:00:00")


def test_what_is_judged_is_not_judged_again(ready: District) -> None:
    played = ready.play(wards=["a_sql"], record_kinds=["dossiers"])
    assert ready.night().validate(played.plan) == []


def test_a_suite_that_is_wrong_fails_every_ward_and_loses_nothing(ready: District, tmp_path: Path) -> None:
    (tmp_path / "dossiers.yml").write_text("expectations: [", encoding="utf-8")
    run = Night(ready.settings.model_copy(update={"expectations_dir": tmp_path}))
    plan = run.plan(Request(night=NIGHT), None, ["dossiers"])
    for ward in plan.wards:
        run.extract_ward(plan, ward, ready.resolve)
    found = run.validate(plan)
    assert {outcome.status for outcome in found} == {"failed"}
    assert all("dossiers.yml" in (outcome.error or "") for outcome in found)
    assert ready.manifest("a_sql") is None
    assert len(ready.night().validate(plan)) == 3, "the landed batches wait for the suite"
    assert [row["source_record_id"] for row in ready.accepted("a_sql")] == ["1"]


# What the tasks of the DAG do besides


def params(**given: Any) -> dict[str, Any]:
    return {"wards": None, "record_kinds": None, "night": None, "since": None, "until": None, "full": False, **given}


def test_a_run_is_the_night_its_data_interval_starts_on(ready: District) -> None:
    start = datetime(2024, 3, 6, 0, 30, tzinfo=HANOI).astimezone(UTC)
    jobs = tasks.plan(params(), start, start + timedelta(days=1), ready.resolve)
    assert {job["request"]["night"] for job in jobs} == {"2024-03-06"}


def test_a_run_without_an_interval_is_the_night_before_it(ready: District) -> None:
    due = datetime(2024, 3, 7, 0, 30, tzinfo=HANOI).astimezone(UTC)
    assert {job["request"]["night"] for job in tasks.plan(params(), None, due, ready.resolve)} == {"2024-03-06"}


def test_a_run_takes_the_night_it_is_given(ready: District) -> None:
    due = datetime(2026, 1, 1, tzinfo=UTC)
    assert {job["request"]["night"] for job in tasks.plan(params(night="2024-03-05"), due, due, ready.resolve)} == {
        "2024-03-05"
    }


def test_the_jobs_of_few_wards_are_a_ward_each(ready: District) -> None:
    given = params(night=str(NIGHT), record_kinds=["dossiers"], since="2024-03-01", until="2024-03-02", full=True)
    jobs = tasks.plan(given, None, datetime(2024, 3, 7, tzinfo=UTC), ready.resolve)
    assert [job["wards"] for job in jobs] == [[ward] for ward in WARDS]
    assert len({job["run_id"] for job in jobs}) == 1
    request = Request.model_validate(jobs[0]["request"])
    assert (request.since, request.until, request.full) == (
        utc("2024-02-29T17:00:00"),
        utc("2024-03-02T17:00:00"),
        True,
    )


def test_tasks_of_a_night(ready: District, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "ward_warehouse")
    jobs = tasks.plan(params(night=str(NIGHT)), None, datetime(2024, 3, 7, tzinfo=UTC), ready.resolve)
    ready["b_http"].http.always = http.status(403)
    for job in jobs:
        if job["wards"] == ["b_http"]:
            with pytest.raises(SourceError, match=r"- b_http dossiers.*403.*\n- b_http survey_responses.*403") as told:
                reading.extract(job, ready.resolve)
            assert str(told.value).startswith(
                f"Ward b_http (b_http), night {NIGHT}: its system refused the login; renew the secret"
            )
            assert told.value.cause in LASTING
        else:
            reading.extract(job, ready.resolve)
    tasks.validate(jobs)
    arrived = tasks.announce(jobs)
    assert arrived is not None
    assert (arrived["verdict"], arrived["wards_expected"], arrived["wards_missing"]) == ("partial", 3, ["b_http"])
    assert arrived["read"] == arrived["accepted"] + arrived["quarantined"] + arrived["unchanged"]
    ended = tasks.verdict(jobs, "http://airflow/runs/r")
    assert ended.failed
    assert "2 of 3 wards loaded" in ended.text
    assert ended.text.startswith(f"Night {NIGHT} is partial: 2 of 3 units arrived; missing: Ward b_http")
    assert "(http://airflow/runs/r/tasks/extract/mapped/1)" in ended.note


def test_a_file_that_was_left_out_makes_its_ward_red_and_what_came_counts(ready: District) -> None:
    (ready["c_files"].folder / "ho_so_20240305.csv").write_bytes(b"")
    jobs = tasks.plan(
        params(night=str(NIGHT), wards=["c_files"]), None, datetime(2024, 3, 7, tzinfo=UTC), ready.resolve
    )
    with pytest.raises(SourceError, match=r"ho_so_20240305.csv"):
        reading.extract(jobs[0], ready.resolve)
    tasks.validate(jobs)
    assert [row["source_record_id"] for row in ready.accepted("c_files")] == ["1"]
    assert "1 of 1 wards loaded" in tasks.verdict(jobs).text


def test_of_a_night_that_brought_nothing_nothing_is_announced(ready: District) -> None:
    jobs = tasks.plan(params(night=str(NIGHT)), None, datetime(2024, 3, 7, tzinfo=UTC), ready.resolve)

    def nowhere(connection_id: str) -> Connection:
        raise SettingsError(f"connection {connection_id} is not known")

    for job in jobs:
        with pytest.raises(SourceError) as told:
            reading.extract(job, nowhere)
        assert told.value.cause == "not_configured", "no retry mends it"
    assert tasks.announce(jobs) is None
    ended = tasks.verdict(jobs)
    assert ended.failed
    assert "look for a common cause" in ended.text


# The pseudonym key


def test_another_key_under_the_same_id_is_refused_and_a_rotation_is_not(ready: District) -> None:
    request = Request(night=NIGHT)
    ready.night().plan(request)
    other = SecretStr("another pseudonym key of the tests")
    exchanged = Night(ready.settings.model_copy(update={"pseudonym_key": other}))
    with pytest.raises(SettingsError, match=r"found another key than the one that the lake knows as 'k1'") as caught:
        exchanged.plan(request)
    assert "another pseudonym" not in str(caught.value)
    rotated = {
        "pseudonym_key": other,
        "pseudonym_key_id": "k2",
        "pseudonym_previous_keys": {"k1": ready.settings.pseudonym_key},
    }
    Night(ready.settings.model_copy(update=rotated)).plan(request)
    ready.night().plan(request)
    with pytest.raises(SettingsError, match="id of a previous key"):
        Night(ready.settings.model_copy(update={**rotated, "pseudonym_key_id": "k1"})).plan(request)
