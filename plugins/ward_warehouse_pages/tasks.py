"""Where a ward's task of a night is in Airflow's own pages."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote
from zoneinfo import ZoneInfo

from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session
from sqlalchemy import select

from ward_warehouse.core.settings import Settings

DAG, TASK = "ward_nightly_load", "extract"
NEWEST_RUNS = 400


def task_links(settings: Settings, base: str, night: date) -> dict[str, str]:
    """The address of each ward's task by its key, in the newest run of the night that had it.

    Args:
        settings: the zone in which a run's interval is a night.
        base: path under which Airflow is served, without a slash at its end.
        night: local date.
    """
    with create_session() as session:
        runs = session.scalars(
            select(DagRun).where(DagRun.dag_id == DAG).order_by(DagRun.id.desc()).limit(NEWEST_RUNS)
        ).all()
        wanted = [run.run_id for run in runs if _night(run, settings) == night]
        found = session.execute(
            select(TaskInstance.run_id, TaskInstance.map_index, TaskInstance.rendered_map_index).where(
                TaskInstance.dag_id == DAG, TaskInstance.task_id == TASK, TaskInstance.run_id.in_(wanted)
            )
        ).all()
    links: dict[str, str] = {}
    for run_id in reversed(wanted):
        for run, index, ward in found:
            if run == run_id and ward:
                links[ward] = f"{base}/dags/{DAG}/runs/{quote(run, safe='')}/tasks/{TASK}/mapped/{index}"
    return links


def _night(run: DagRun, settings: Settings) -> date | None:
    """The night of a run: the one that it was asked for, else the local date on which its interval starts."""
    asked = (run.conf or {}).get("night")
    if isinstance(asked, str):
        try:
            return date.fromisoformat(asked)
        except ValueError:
            return None
    start = run.data_interval_start
    return start.astimezone(ZoneInfo(settings.time_zone)).date() if start else None
