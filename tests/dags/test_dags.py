"""The DAGs as people and the scheduler see them, and what their runs do to a district with a ward that is down."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from tests.dags.runs import DOWN, Seen
from tests.faults.canaries import Person, search
from tests.support.district import KEY
from tests.support.http_service import TOKEN
from tests.support.records import APPLICANT, NIGHT
from ward_warehouse.core.record_kinds import RecordKind
from ward_warehouse.lake.outcomes import Outcome

NIGHTLY, BUILD, MAINTENANCE = "ward_nightly_load", "warehouse_build", "warehouse_maintenance"
WATCH, COMPARISON = "ward_morning_watch", "ward_weekly_comparison"


def states(run: dict[str, Any], task_id: str) -> dict[str | None, str]:
    """State by name of the instances of a task."""
    return {task["name"]: task["state"] for task in run["tasks"] if task["task_id"] == task_id}


def tries(run: dict[str, Any]) -> dict[str | None, int]:
    """How often each task of wards was run."""
    return {task["name"]: task["tries"] for task in run["tasks"] if task["task_id"] == "extract"}


def result(run: dict[str, Any], task_id: str) -> str:
    return next(task["result"] for task in run["tasks"] if task["task_id"] == task_id)


def test_there_are_these_dags_and_no_import_errors(seen: Seen) -> None:
    assert seen.found["import_errors"] == {}
    assert set(seen.found["dags"]) == {NIGHTLY, BUILD, MAINTENANCE, WATCH, COMPARISON}


def test_parsing_imports_nothing_heavy(seen: Seen) -> None:
    """The DAG processor reads these files again and again."""
    assert seen.found["imported"] == []


def test_tasks_of_the_nightly_load(seen: Seen) -> None:
    plain = {
        "mapped": False,
        "retries": 0,
        "retry_minutes": 5.0,
        "at_once": None,
        "queue": "warehouse",
        "map_index_template": None,
        "outlets": [],
    }
    on_success, always = {**plain, "trigger_rule": "all_success"}, {**plain, "trigger_rule": "all_done_min_one_success"}
    assert seen.dag(NIGHTLY)["tasks"] == {
        "plan": {**on_success, "after": []},
        "extract": {
            **on_success,
            "after": ["plan"],
            "mapped": True,
            "retries": 2,
            "retry_minutes": 10.0,
            "at_once": 1,
            "queue": "wards",
            "map_index_template": "{{ task.op_kwargs['job']['name'] }}",
        },
        "validate": {**always, "after": ["extract", "plan"], "outlets": ["ward_warehouse_lake"]},
        "announce": {**plain, "trigger_rule": "all_failed", "after": ["validate"], "outlets": ["ward_warehouse_lake"]},
        "verdict": {**plain, "trigger_rule": "none_failed_min_one_success", "after": ["announce", "plan"]},
    }


def test_tasks_of_the_build(seen: Seen) -> None:
    plain = {
        "mapped": False,
        "retry_minutes": 5.0,
        "at_once": None,
        "queue": "warehouse",
        "map_index_template": None,
    }
    never_again = {**plain, "trigger_rule": "all_success", "retries": 0}
    assert seen.dag(BUILD)["tasks"] == {
        "build": {**never_again, "after": [], "outlets": []},
        "publish": {**never_again, "after": ["build"], "outlets": ["ward_warehouse_published"]},
        "document": {**never_again, "after": ["publish"], "outlets": []},
        "report": {**never_again, "after": ["document"], "outlets": []},
        "tell": {**never_again, "trigger_rule": "all_done_setup_success", "after": ["report"], "outlets": []},
    }


def test_where_postgres_serves_the_build_is_published_there_too(seen: Seen) -> None:
    """Beside the documents, which do not wait for a server, and before the message, which tells of it."""
    found = seen.found["served"]
    assert (found["serve"]["after"], found["serve"]["retries"]) == (["publish"], 2)
    assert found["tell"]["after"] == ["report", "serve"]
    assert found["document"]["after"] == ["publish"]


def test_tasks_of_the_maintenance(seen: Seen) -> None:
    once_more = {
        "mapped": False,
        "retries": 1,
        "retry_minutes": 5.0,
        "at_once": None,
        "queue": "warehouse",
        "map_index_template": None,
        "outlets": [],
    }
    assert seen.dag(MAINTENANCE)["tasks"] == {
        "maintain": {**once_more, "after": [], "trigger_rule": "all_success"},
        "describe": {**once_more, "after": ["maintain"], "trigger_rule": "all_done"},
    }


def test_schedules(seen: Seen) -> None:
    nightly, build, maintenance = seen.dag(NIGHTLY), seen.dag(BUILD), seen.dag(MAINTENANCE)
    assert (nightly["timetable"], nightly["cron"], nightly["time_zone"]) == (
        "NightTimetable", "30 0 * * *", "Asia/Ho_Chi_Minh",
    )  # fmt: skip
    assert (build["timetable"], build["on_assets"]) == ("AssetTriggeredTimetable", ["ward_warehouse_lake"])
    # Local noon on Sundays: no night is at work, and no data interval is missed by a week that was left out.
    assert (maintenance["timetable"], maintenance["cron"], maintenance["time_zone"]) == (
        "CronTriggerTimetable", "0 12 * * 0", "Asia/Ho_Chi_Minh",
    )  # fmt: skip


def test_no_dag_offers_a_backfill(seen: Seen) -> None:
    """It would ask for nights without their params, or for a build of a night: a run does neither."""
    assert {dag_id: "backfill" in (dag["run_types"] or ["backfill"]) for dag_id, dag in seen.found["dags"].items()} == {
        NIGHTLY: False, BUILD: False, MAINTENANCE: False, WATCH: False, COMPARISON: False,
    }  # fmt: skip


def test_the_form_offers_the_wards_and_record_kinds_of_the_registry(seen: Seen) -> None:
    offered = seen.dag(NIGHTLY)["offered"]
    assert offered["wards"] == list(seen.district.wards)
    assert offered["record_kinds"] == list(map(str, RecordKind))


def test_the_watch_and_the_comparison_have_their_hours(seen: Seen) -> None:
    watch, comparison = seen.dag(WATCH), seen.dag(COMPARISON)
    assert (watch["cron"], watch["time_zone"]) == ("0 6 * * *", "Asia/Ho_Chi_Minh")
    assert {name: task["outlets"] for name, task in watch["tasks"].items()} == {
        "tell": [], "look": ["ward_warehouse_lake"],
    }  # fmt: skip
    assert (comparison["cron"], comparison["time_zone"]) == ("0 13 * * 0", "Asia/Ho_Chi_Minh")
    assert comparison["tasks"]["compare"]["mapped"]
    assert {name: task["queue"] for name, task in comparison["tasks"].items()} == {
        "plan": "warehouse", "compare": "wards",
    }  # fmt: skip


def test_policies(seen: Seen) -> None:
    policies = (
        (NIGHTLY, ["nightly", "wards"], 5),
        (BUILD, ["warehouse"], 3),
        (MAINTENANCE, ["maintenance", "warehouse"], 3),
        (WATCH, ["messages", "wards"], 1),
        (COMPARISON, ["maintenance", "wards"], 8),
    )
    assert {dag_id for dag_id, _, _ in policies} == set(seen.found["dags"])
    for dag_id, tags, hours in policies:
        dag = seen.dag(dag_id)
        assert (dag["catchup"], dag["max_active_runs"], dag["timeout_hours"]) == (False, 1, hours)
        assert (dag["owner"], dag["tags"]) == ("district-data", tags)


def test_params(seen: Seen) -> None:
    listed, text = ["null", "array"], ["null", "string"]
    assert seen.dag(NIGHTLY)["params"] == {
        "wards": [listed, None],
        "record_kinds": [listed, None],
        "night": [text, None],
        "since": [text, None],
        "until": [text, None],
        "chunk_days": [["null", "integer"], None],
        "full": ["boolean", False],
        "reconcile": ["boolean", False],
    }
    assert seen.dag(BUILD)["params"] == {"full_refresh": ["boolean", False]}
    assert seen.dag(MAINTENANCE)["params"] == {}


def test_each_dag_explains_its_tasks(seen: Seen) -> None:
    for dag in seen.found["dags"].values():
        assert dag["doc_md"].strip().startswith("###")
        assert [task for task in dag["tasks"] if f"| {task}" not in dag["doc_md"]] == []


def test_a_ward_that_is_down_makes_the_task_red_that_has_its_name(seen: Seen) -> None:
    run = seen.run("one ward down")
    assert states(run, "extract") == {"dag_sql, dag_http, dag_files": "failed"}
    assert states(run, "validate") == {None: "success"}
    assert states(run, "announce") == {None: "skipped"}, "the task that judged told of it"
    assert states(run, "verdict") == {None: "failed"}
    assert run["state"] == "failed", "red is red"


def test_a_retry_that_mends_nothing_is_not_made(seen: Seen) -> None:
    """A login that was refused is refused again in ten minutes; what may pass is tried three times."""
    lasting, passing = seen.run("one ward down"), seen.run("all wards down")
    assert tries(lasting) == {"dag_sql, dag_http, dag_files": 1}
    assert tries(passing) == {DOWN: 3}
    assert "no retry mends it" in seen.said("one ward down")


def test_the_lake_is_announced_before_the_verdict_ends_red(seen: Seen) -> None:
    run = seen.run("one ward down")
    said = seen.said("one ward down")
    assert f"night {NIGHT}: 2 of 3 wards loaded; 6 records accepted, 2 quarantined" in said
    assert f"- {DOWN} dossiers failed" in said
    assert "403" in said
    assert run["announced"] == 1
    figures = {"read": 8, "accepted": 6, "quarantined": 2, "unchanged": 0}
    wards = {"wards_expected": 3, "wards_arrived": 2, "wards_missing": [DOWN]}
    assert run["extra"] == {"night": str(NIGHT), "verdict": "partial", **wards, **figures}


def test_what_a_judging_that_failed_has_committed_is_announced(seen: Seen) -> None:
    name = "a record kind that cannot be judged"
    run = seen.run(name)
    assert states(run, "validate") == {None: "failed"}
    assert "survey_responses.yml: rule record_id_present: of_no_record is no column of the record" in seen.said(name)
    assert states(run, "announce") == {None: "success"}
    assert run["announced"] == seen.run("maintenance")["announced"] + 1
    assert (run["extra"]["read"], run["extra"]["wards_missing"]) == (3, ["dag_sql"])
    assert states(run, "verdict") == {None: "failed"}


def test_the_note_on_the_run_says_what_is_missing_and_leads_to_its_log(seen: Seen) -> None:
    note = seen.run("one ward down")["note"]
    assert note.startswith(f"Night {NIGHT} is partial: 2 of 3 units arrived; missing: Ward dag\\_http")
    assert "/tasks/extract/mapped/0): its system refused the login" in note
    assert seen.run("part")["note"].startswith(f"Night {NIGHT} is complete")


def test_a_failure_says_what_to_do_and_shows_no_stack(seen: Seen) -> None:
    said = seen.said("one ward down")
    assert f"Ward {DOWN} ({DOWN}), night {NIGHT}: its system refused the login; renew the secret" in said
    assert "Arrived in the same task: dag_sql, dag_files." in said
    assert "Traceback" not in said


def test_the_build_publishes_what_arrived(seen: Seen) -> None:
    run = seen.run("build")
    assert run["state"] == "success"
    assert "published" in result(run, "publish")
    assert "documented" in result(run, "document")
    assert "not done" not in result(run, "report")
    assert "not copied" not in result(run, "publish")
    with duckdb.connect(str(seen.district.settings.published_file), read_only=True) as db:
        rows = db.execute("SELECT ward_key, count(*) FROM marts.fct_dossiers GROUP BY 1 ORDER BY 1").fetchall()
        missing = db.execute(
            "SELECT ward_key FROM marts.reporting_completeness WHERE record_kind = 'dossiers' AND NOT is_reported"
        ).fetchall()
    assert rows == [("dag_files", 2), ("dag_sql", 2)]
    assert missing == [(DOWN,)]


def test_the_maintenance_leaves_an_outcome_and_every_record(seen: Seen) -> None:
    run = seen.run("maintenance")
    assert run["state"] == "success"
    lake = seen.district.night().lake
    names = [name for day in lake.folders("outcomes") for name in lake.names(f"outcomes/{day}")]
    found = [lake.read_record(name, Outcome) for name in names]
    (outcome,) = [one for one in found if one is not None and one.step == "maintenance"]
    assert (outcome.status, outcome.warnings) == ("succeeded", (result(run, "maintain"),))
    manifest = seen.district.manifest("dag_files")
    assert manifest is not None
    assert (manifest.rows_accepted, manifest.rows_quarantined) == (2, 1)


def test_the_maintenance_writes_the_first_dictionary(seen: Seen) -> None:
    assert result(seen.run("maintenance"), "describe") == "the dictionary: index.html, dictionary.pdf, warehouse.html"
    folder = seen.district.settings.home / "reports" / "dictionary"
    assert {page.name for page in folder.glob("*.html")} == {"index.html", "warehouse.html"}


def test_an_unknown_ward_fails_the_plan_in_one_line(seen: Seen) -> None:
    run = seen.run("unknown ward")
    assert run["state"] == "failed"
    assert states(run, "plan") == {None: "failed"}
    for task_id in ("extract", "validate", "announce", "verdict"):
        assert set(states(run, task_id).values()) <= {"upstream_failed", "skipped"}, task_id
    assert "ward nobody: no valid entry in the registry; known wards: dag_files, dag_http, dag_sql" in seen.said(
        "unknown ward"
    )
    assert run["announced"] == 0


def test_a_night_of_which_nothing_arrived_fails_and_builds_nothing(seen: Seen) -> None:
    run = seen.run("all wards down")
    assert run["state"] == "failed"
    assert states(run, "extract") == {DOWN: "failed"}
    assert states(run, "verdict") == {None: "failed"}
    assert states(run, "validate") == states(run, "announce") == {None: "skipped"}
    assert "look for a common cause" in seen.said("all wards down")
    assert run["announced"] == seen.run("one ward down")["announced"]


def test_a_part_of_a_night_can_be_read_again(seen: Seen) -> None:
    run = seen.run("part")
    assert run["state"] == "success"
    assert states(run, "extract") == {"dag_sql": "success"}
    assert "1 of 1 wards loaded" in result(run, "verdict")
    manifest = seen.district.manifest("dag_sql")
    assert manifest is not None
    assert (manifest.rows_accepted, manifest.rows_quarantined) == (2, 1)


def test_the_watch_makes_up_for_a_build_that_nothing_started(seen: Seen) -> None:
    """As after a pause of `warehouse_build`: the part that was read again was announced to nobody who built."""
    after, newer = seen.run("look after the build"), seen.run("look at a newer lake")
    assert states(after, "look") == {None: "skipped"}
    assert after["announced"] == seen.run("build")["announced"], "there was nothing to make up for"
    assert states(newer, "look") == {None: "success"}
    assert newer["announced"] == seen.run("part")["announced"] + 1
    assert newer["extra"]["behind"].startswith(
        "the published warehouse is older than the lake: night 2024-03-06, 1 wards"
    )


def test_no_citizen_is_in_what_airflow_keeps(seen: Seen, tmp_path: Path) -> None:
    """Its metadata, with all that tasks handed on, and its logs: however a value is written."""
    kept = seen.district.folder / "airflow"
    with closing(sqlite3.connect(kept / "airflow.db")) as db:
        handed_on = {task for (task,) in db.execute("SELECT task_id FROM xcom")}
    assert handed_on == {"plan", "verdict", "build", "publish", "document", "report", "maintain", "describe", "tell"}
    applicant = Person(
        *(APPLICANT[name] for name in ("applicant_name", "applicant_phone", "applicant_key", "applicant_email"))
    )
    assert search([applicant], [kept], tmp_path / "scratch") == []


def test_no_secret_and_no_citizen_is_in_what_the_tasks_said(seen: Seen) -> None:
    assert [text for text in (KEY, TOKEN, *APPLICANT.values()) if text in seen.log] == []
