"""One night under the real scheduler with LocalExecutor, because `dag.test()` schedules nothing."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import duckdb

from tests.dags.runs import Live
from tests.support.district import KEY
from tests.support.http_service import TOKEN


def night_of(live: Live) -> date:
    """The local date on which the load's data interval starts."""
    start = datetime.fromisoformat(live.load["data_interval_start"])
    return start.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()


def test_the_scheduler_starts_the_load_and_its_asset_the_build(live: Live) -> None:
    assert (live.load["state"], live.load["run_type"]) == ("success", "scheduled")
    assert live.load["dag_run_id"] == f"scheduled__night_{night_of(live)}"
    # Played in the afternoon it is late.
    assert re.match(rf"Night {night_of(live)} is (complete|late): 3 of 3 units arrived", live.load["note"])
    assert (live.build["state"], live.build["run_type"]) == ("success", "asset_triggered")


def test_each_ward_is_in_the_name_of_a_task(live: Live) -> None:
    names = [task["rendered_map_index"] for task in live.tasks if task["task_id"] == "extract"]
    local = [ward for ward in live.district.wards if not ward.endswith("_http")]
    assert sorted(names) == sorted([", ".join(local), *(set(live.district.wards) - set(local))])
    assert {task["state"] for task in live.tasks if task["task_id"] != "announce"} == {"success"}
    assert {task["state"] for task in live.tasks if task["task_id"] == "announce"} == {"skipped"}


def test_the_night_ends_in_a_published_warehouse(live: Live) -> None:
    with duckdb.connect(str(live.district.settings.published_file), read_only=True) as db:
        rows = db.execute(
            "SELECT ward_key, count(*), any_value(night) FROM marts.fct_dossiers GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert rows == [(key, 2, night_of(live)) for key in sorted(live.district.wards)]


def test_what_was_published_is_announced_with_its_night(live: Live) -> None:
    assert live.published["name"] == "ward_warehouse_published"
    extra = live.published["extra"]
    assert extra["night"] == str(night_of(live))
    assert (extra["wards_expected"], extra["wards_arrived"], extra["wards_missing"]) == (3, 3, [])
    assert extra["read"] == extra["accepted"] + extra["quarantined"] + extra["unchanged"]
    assert extra["tables"] > 20


def test_airflow_listens_on_this_machine_only(live: Live) -> None:
    assert live.listening == {"127.0.0.1"}


def test_no_command_line_shows_a_secret(live: Live) -> None:
    """Every user of the machine reads the list of processes; the tasks' were seen while they ran."""
    assert any("scheduler" in command for command in live.commands)
    assert [command for command in live.commands if KEY in command or TOKEN in command] == []


def test_how_long_each_step_took_is_a_metric(live: Live) -> None:
    took = {dict(series).get("task_id") for series in live.metrics if ("metric", "airflow.task.duration") in series}
    assert {"extract", "validate", "publish"} <= took


def test_what_was_started_was_stopped(live: Live) -> None:
    assert live.left_over == []
