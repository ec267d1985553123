"""
### Weekly comparison of the wards with their sources

A cursor shows what changed, never what was deleted: once a week all keys of every ward whose system can be compared
are compared with the lake, and what is gone at its source no longer counts. Folders of files are not compared. A source
that shows too few records is not believed: nothing is marked, and its ward is red.

| task | reads | writes | run it again? |
|---|---|---|---|
| plan | the registry | nothing | yes |
| compare (some wards each) | the keys in the wards' systems | what vanished, or came back | yes: clear the task |

What was marked counts from the next build on, the one after the next night's load.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowRescheduleException

from ward_airflow import NOT_WHAT_LASTS, airflow_connection, attempt_of, told_plainly
from ward_warehouse.core.settings import load_settings

SETTINGS = load_settings()
WEEKLY = CronTriggerTimetable(SETTINGS.comparison_schedule, timezone=SETTINGS.time_zone)


@dag(
    schedule=WEEKLY if SETTINGS.schedule else None,
    allowed_run_types=["scheduled", "manual"],
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=8),
    default_args={"owner": "district-data", "queue": "warehouse"},
    tags=["wards", "maintenance"],
    doc_md=__doc__,
)
def ward_weekly_comparison() -> None:
    @task
    def plan() -> list[dict[str, Any]]:
        from ward_warehouse.night import reading

        with told_plainly():
            return reading.plan_comparison(get_current_context()["dag_run"].run_after, airflow_connection)

    @task(
        map_index_template="{{ task.op_kwargs['job']['name'] }}",
        # Any worker that reaches the wards; all else is beside the disk of the build. Only Celery's look at it.
        queue="wards",
        pool=SETTINGS.readers_pool,
        retries=SETTINGS.extract_retries,
        retry_delay=timedelta(minutes=SETTINGS.extract_retry_minutes),
        retry_policy=NOT_WHAT_LASTS,
        max_active_tis_per_dagrun=SETTINGS.parallel_wards,
    )
    def compare(job: dict[str, Any]) -> None:
        from ward_warehouse.core.errors import PostponedError
        from ward_warehouse.night import reading

        ti = get_current_context()["ti"]
        try:
            with told_plainly(besides=PostponedError):
                reading.compare(job, airflow_connection, attempt=attempt_of(ti), number=ti.try_number)
        except PostponedError as error:
            raise AirflowRescheduleException(error.until) from None

    compare.expand(job=plan())


ward_weekly_comparison()
