"""
### Nightly load of the wards

Extracts what changed in each ward's system, judges it with Great Expectations, and commits it to the lake.
One run is one night: a local date, whose changes are complete when the run starts half an hour after midnight.

| task | reads | writes | run it again? |
|---|---|---|---|
| plan | the registry, the connections | nothing | yes |
| extract (some wards each) | the wards' systems | landed batches | yes: clear the ward's task and those after it |
| validate | landed batches | accepted and quarantined partitions; tells `warehouse_build` what is new | yes |
| announce | outcomes | tells it what a `validate` that failed has committed; else it is skipped | yes |
| verdict | outcomes | the night's verdict, and the note on the run; red when something is missing or held | yes |

The tasks of `extract` are called by the keys of their wards, about as many tasks as wards are read at the same time;
wards on one server are together. A ward that fails makes its task red, and `verdict` and the run with it: the note on
the run says what is missing and leads to its log. The others, also those of the same task, are loaded, the warehouse is
built from them, and the ward catches up on its next night. A task that is retried, or cleared, reads those of its wards
again that have not arrived. A ward in its quiet hours waits for the end of it and is read then.
To read some wards again, trigger with `wards`, `night`, and `since` and `until`, or `full`; `chunk_days` reads a long
time in pieces. With `reconcile`, records that vanished at the source are marked deleted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Param, TriggerRule, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException

from ward_airflow import LAKE, NOT_WHAT_LASTS, airflow_connection, attempt_of, end_red, told_plainly
from ward_night_plugin import NightTimetable
from ward_warehouse.core.offered import last_night, offered_wards
from ward_warehouse.core.record_kinds import RecordKind
from ward_warehouse.core.settings import load_settings

SETTINGS = load_settings()
WARDS = offered_wards(SETTINGS.wards_dir)
# Of a registry whose wards have ended, started by hand alone: the demonstration's.
ENDED = None if SETTINGS.schedule else last_night(SETTINGS.wards_dir, datetime.now(UTC).date())
NIGHT = ENDED.isoformat() if ENDED else None

PARAMS = {
    # What a form offers is an offer: what is sent is judged by the plan, which says more than a form can.
    "wards": Param(
        None,
        type=["null", "array"],
        examples=list(WARDS),
        values_display=WARDS,
        description="Wards of the registry; empty means all in force",
    ),
    "record_kinds": Param(
        None, type=["null", "array"], examples=list(map(str, RecordKind)), description="Empty means all"
    ),
    "night": Param(NIGHT, type=["null", "string"], format="date", description="Local date; empty means the last one"),
    "since": Param(None, type=["null", "string"], description="Read changes from here on instead of from the cursor"),
    "until": Param(None, type=["null", "string"], description="Read changes up to the end of this day or to this time"),
    "chunk_days": Param(None, type=["null", "integer"], minimum=1, description="Read since..until in pieces of days"),
    "full": Param(False, type="boolean", description="Read everything, whatever the cursor says"),
    "reconcile": Param(False, type="boolean", description="Also mark records that vanished at the source as deleted"),
}


@dag(
    schedule=NightTimetable(SETTINGS.schedule, timezone=SETTINGS.time_zone) if SETTINGS.schedule else None,
    catchup=False,
    # A backfill asks for nights beside each other and without their params; `since` and `until` read the past.
    allowed_run_types=["scheduled", "manual"],
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=5),
    params=PARAMS,
    default_args={"owner": "district-data", "queue": "warehouse"},
    tags=["wards", "nightly"],
    doc_md=__doc__,
)
def ward_nightly_load() -> None:
    @task
    def plan() -> list[dict[str, Any]]:
        from ward_warehouse.night import tasks

        context = get_current_context()
        asked, start, due = dict(context["params"]), context.get("data_interval_start"), context["dag_run"].run_after
        with told_plainly():
            return tasks.plan(asked, start, due, airflow_connection)

    @task(
        # Of the task's own argument: rendered before it runs, so that wards have their name while they are read and
        # retried.
        map_index_template="{{ task.op_kwargs['job']['name'] }}",
        # Any worker that reaches the wards; all else is beside the disk of the build. Only Celery's look at it.
        queue="wards",
        pool=SETTINGS.readers_pool,
        retries=SETTINGS.extract_retries,
        retry_delay=timedelta(minutes=SETTINGS.extract_retry_minutes),
        retry_policy=NOT_WHAT_LASTS,
        max_active_tis_per_dagrun=SETTINGS.parallel_wards,
    )
    def extract(job: dict[str, Any]) -> None:
        from ward_warehouse.core.errors import PostponedError
        from ward_warehouse.night import reading

        context = get_current_context()
        reconcile = bool(context["params"]["reconcile"])
        try:
            with told_plainly(besides=PostponedError):
                reading.extract(
                    job,
                    airflow_connection,
                    reconcile=reconcile,
                    attempt=attempt_of(context["ti"]),
                    number=context["ti"].try_number,
                )
        except PostponedError as error:
            # Not a failure: it costs none of the retries.
            raise AirflowRescheduleException(error.until) from None

    # Whatever became of single wards, but not when nothing was planned. The build waits for it, and not for a task more
    # that would tell of it.
    @task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS, outlets=[LAKE])
    def validate(jobs: list[dict[str, Any]]) -> None:
        from ward_warehouse.night import tasks

        with told_plainly():
            tasks.validate(jobs, airflow_connection, get_current_context()["ti"].try_number)
        tell_what_arrived(jobs)

    # A task that failed, or was lost with its worker, cannot tell what it had committed by then.
    @task(trigger_rule=TriggerRule.ALL_FAILED, outlets=[LAKE])
    def announce() -> None:
        # Not handed over: the plan would be one more task of which it waits for the failure.
        jobs = get_current_context()["ti"].xcom_pull(task_ids="plan")
        if not jobs:
            raise AirflowSkipException("nothing was planned")
        tell_what_arrived(jobs)

    # Also when nothing was committed, and nothing announced.
    @task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
    def verdict(jobs: list[dict[str, Any]]) -> str:
        from ward_warehouse.night import tasks
        from ward_warehouse.reports.tasks import tell_before_build

        ti = get_current_context()["ti"]
        with told_plainly():
            found = tasks.verdict(jobs, ti.log_url.partition("/tasks/")[0], airflow_connection)
        ti.xcom_push("note", found.note)
        # No task of its own, which would cost a second: only of a night that brings no build is it told here.
        tell_before_build(airflow_connection)
        if found.failed:
            end_red(found.text)
        return found.text

    jobs = plan()
    extract.expand(job=jobs) >> validate(jobs) >> announce() >> verdict(jobs)


def tell_what_arrived(jobs: list[dict[str, Any]]) -> None:
    """Gives the event of the lake, which the task that runs leaves behind, what arrived of the night."""
    from ward_warehouse.night import tasks

    with told_plainly():
        arrived = tasks.announce(jobs, airflow_connection)
    if arrived is None:
        raise AirflowSkipException("nothing was committed, so there is nothing to build from")
    get_current_context()["outlet_events"][LAKE].extra = arrived


ward_nightly_load()
