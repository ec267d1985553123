"""Where a ward's task of a night is in Airflow's own pages."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote
from zoneinfo import ZoneInfo

from airflow.models.dagrun import DagRun
from airflow.models.xcom import XComModel
from airflow.sdk.bases.xcom import BaseXCom
from airflow.utils.session import create_session
from sqlalchemy import select

from ward_warehouse.core.settings import Settings

DAG, PLAN, TASK = "ward_nightly_load", "plan", "extract"
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
        # What the plan handed on: a task is called by its wards, but not by all where they are many.
        jobs = {
            run: XComModel.deserialize_value(found)
            for run in wanted
            for found in session.scalars(
                XComModel.get_many(key=BaseXCom.XCOM_RETURN_KEY, run_id=run, dag_ids=[DAG], task_ids=[PLAN])
            )
        }
    return {
        ward: f"{base}/dags/{DAG}/runs/{quote(run, safe='')}/tasks/{TASK}/mapped/{index}"
        for run in reversed(jobs)
        for index, job in enumerate(jobs[run])
        for ward in job["wards"]
    }


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
