"""
### Morning watch

At the hour by which a night is to be published (`WARD_WAREHOUSE_PUBLISH_BY`): tells those who have to know and were not
told yet. It comes from here also when nothing ran in the night, or the build stands still; and it sends again what a
mail server did not take. Each address is told of a night once, so that it is silent after a night that was told of.
And it looks at the lake: where that is newer than the published warehouse, because `warehouse_build` was paused or
failed while loads went by, it announces the lake again, which starts the build.

| task | reads | writes | run it again? |
|---|---|---|---|
| tell | what the night is worth, who is told (`dags/messages.yml`) | messages, and that they were sent | yes |
| look | outcomes of the lake, and which are published | tells `warehouse_build` what it has to make up for | yes |
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from ward_airflow import LAKE, airflow_connection, told_plainly
from ward_warehouse.core.settings import load_settings

SETTINGS = load_settings()
HOUR, MINUTE = map(int, SETTINGS.publish_by.split(":"))
DUE = CronTriggerTimetable(f"{MINUTE} {HOUR} * * *", timezone=SETTINGS.time_zone)


@dag(
    schedule=DUE if SETTINGS.schedule else None,
    allowed_run_types=["scheduled", "manual"],
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    default_args={"owner": "district-data", "queue": "warehouse"},
    tags=["wards", "messages"],
    doc_md=__doc__,
)
def ward_morning_watch() -> None:
    @task(retries=3, retry_delay=timedelta(minutes=5))
    def tell() -> str:
        from ward_warehouse.reports import tasks

        with told_plainly():
            return tasks.tell(airflow_connection)

    # An event of an asset that went by while a DAG was paused is lost to it, and unpausing it is none.
    @task(outlets=[LAKE])
    def look() -> None:
        from ward_warehouse.night import tasks

        with told_plainly():
            behind = tasks.what_is_not_published(airflow_connection)
        if behind is None:
            raise AirflowSkipException("the published warehouse has all that the lake has")
        get_current_context()["outlet_events"][LAKE].extra = {"behind": behind}

    tell()
    look()


ward_morning_watch()
