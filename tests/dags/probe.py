"""Runs the DAGs in a process of its own, because Airflow reads its environment once, and writes what it saw.

Called with a JSON file of runs, `{name: {dag_id, conf}}`, and the file to write to; the environment is the caller's,
and what a run says of its own, also for those after it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

HEAVY = ("great_expectations", "dbt", "duckdb", "pandas", "pyarrow", "ward_warehouse.night.steps")


def main(runs: Path, target: Path) -> None:
    seen: dict[str, Any] = {"runs": {}}

    def note() -> None:
        target.write_text(json.dumps(seen, default=str), encoding="utf-8")

    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    seen["imported"] = [name for name in HEAVY if name in sys.modules]
    seen["import_errors"] = {Path(name).name: text for name, text in bag.import_errors.items()}
    seen["dags"] = {dag_id: describe(dag) for dag_id, dag in bag.dags.items()}
    os.environ["WARD_WAREHOUSE_PUBLISH"] = "duckdb,postgres"
    served = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]).dags["warehouse_build"]
    seen["served"] = {task.task_id: describe_task(task) for task in served.tasks}
    del os.environ["WARD_WAREHOUSE_PUBLISH"]
    note()
    from airflow.utils.db import initdb

    initdb()
    # A retry in ten minutes is right for a night and wrong here.
    os.environ["WARD_WAREHOUSE_EXTRACT_RETRY_MINUTES"] = "0"
    for name, run in json.loads(runs.read_text(encoding="utf-8")).items():
        print(f"=== {name}", flush=True)
        started = time.monotonic()
        # Parsed anew: a run in this process leaves its params behind in the DAG.
        bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        os.environ.update(run.get("environment", {}))
        finished = bag.dags[run["dag_id"]].test(run_conf=run["conf"])
        seen["runs"][name] = {**outcome(finished), **announced(), "seconds": time.monotonic() - started}
        note()


def describe(dag: Any) -> dict[str, Any]:
    timetable = dag.timetable
    return {
        "timetable": type(timetable).__name__,
        # Our own timetable is one of the scheduler's, the others are those of the SDK.
        "cron": getattr(timetable, "expression", getattr(timetable, "_expression", None)),
        "time_zone": str(getattr(timetable, "timezone", getattr(timetable, "_timezone", None))),
        "on_assets": [asset.name for asset in getattr(timetable.asset_condition, "objects", [])],
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "timeout_hours": dag.dagrun_timeout.total_seconds() / 3600,
        "owner": dag.owner,
        "tags": sorted(dag.tags),
        "doc_md": dag.doc_md,
        "run_types": dag.allowed_run_types and sorted(str(one.value) for one in dag.allowed_run_types),
        "offered": {name: dag.params.get_param(name).schema.get("examples") for name in dag.params},
        "params": {
            name: [dag.params.get_param(name).schema["type"], value] for name, value in dag.params.dump().items()
        },
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
    }


def describe_task(task: Any) -> dict[str, Any]:
    outlets = task.partial_kwargs.get("outlets", []) if task.is_mapped else task.outlets
    template = task.partial_kwargs.get("map_index_template") if task.is_mapped else task.map_index_template
    return {
        "mapped": bool(task.is_mapped),
        "after": sorted(task.upstream_task_ids),
        "trigger_rule": task.trigger_rule.value,
        "retries": task.retries,
        "retry_minutes": task.retry_delay.total_seconds() / 60,
        "at_once": task.max_active_tis_per_dagrun,
        "queue": task.queue,
        "map_index_template": template,
        "outlets": [asset.name for asset in outlets],
    }


def outcome(finished: Any) -> dict[str, Any]:
    return {
        "state": finished.state.value,
        "note": note_on(finished.run_id),
        "tasks": [
            {
                "task_id": ti.task_id,
                "name": ti.rendered_map_index,
                "tries": ti.try_number,
                "state": ti.state.value if hasattr(ti.state, "value") else ti.state,
                "result": ti.xcom_pull(task_ids=ti.task_id, map_indexes=ti.map_index) if ti.map_index == -1 else None,
            }
            for ti in finished.get_task_instances()
        ],
    }


def announced() -> dict[str, Any]:
    """How often the lake's asset was announced so far, and with what the last time."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        events = [event for event in session.query(AssetEvent) if event.asset.name == "ward_warehouse_lake"]
        return {"announced": len(events), "extra": events[-1].extra if events else None}


def note_on(run_id: str) -> str | None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        return session.query(DagRun).filter(DagRun.run_id == run_id).one().note


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
