"""What Airflow shows of a night: runs that are named by it, and a note on each run that says what it was worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.interval import CronDataIntervalTimetable

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.timetables.base import DataInterval
    from airflow.utils.types import DagRunType
    from sqlalchemy.orm import Session

LOAD, VERDICT, NOTE = "ward_nightly_load", "verdict", "note"


class NightTimetable(CronDataIntervalTimetable):
    """A cron schedule whose runs are named by the local date that they read, the night."""

    def generate_run_id(
        self, *, run_type: DagRunType, run_after: Any, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        """`scheduled__night_2026-11-27`; a run that a person starts keeps Airflow's name, for it may name its night."""
        if run_type != "scheduled" or data_interval is None:
            return super().generate_run_id(run_type=run_type, run_after=run_after, data_interval=data_interval, **extra)
        night = data_interval.start.astimezone(self._timezone).date()
        return run_type.generate_run_id(suffix=f"night_{night}")


class Notes:
    """Puts the verdict's note on a run when it ends. In the scheduler: a task cannot write on its run."""

    @hookimpl
    def on_dag_run_success(self, dag_run: DagRun) -> None:
        """A run in which all went well."""
        _note(dag_run)

    @hookimpl
    def on_dag_run_failed(self, dag_run: DagRun) -> None:
        """A run that ended red."""
        _note(dag_run)


def _note(dag_run: DagRun) -> None:
    if dag_run.dag_id != LOAD:
        return
    # Imported here: a task that imports this module for the timetable needs no database.
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    if session is not None:
        _write_note(dag_run, session)
        return
    # `dag.test()` hands over a run that is bound to no session.
    with create_session() as own:
        _write_note(own.get_one(DagRun, dag_run.id), own)


def _write_note(dag_run: DagRun, session: Session) -> None:
    from airflow.models.xcom import XComModel

    # What a person wrote on the run stays.
    if dag_run.dag_run_note is not None and dag_run.dag_run_note.user_id:
        return
    found = session.scalars(
        XComModel.get_many(key=NOTE, run_id=dag_run.run_id, dag_ids=[LOAD], task_ids=[VERDICT])
    ).first()
    if found is not None:
        dag_run.note = XComModel.deserialize_value(found)


class NightPlugin(AirflowPlugin):
    """Registers both with Airflow."""

    name = "ward_warehouse_night"
    timetables = [NightTimetable]  # noqa: RUF012 - as Airflow declares it
    listeners = [Notes()]  # noqa: RUF012 - as Airflow declares it
