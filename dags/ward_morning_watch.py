"""
### Morning watch

At the hour by which a night is to be published (`WARD_WAREHOUSE_PUBLISH_BY`): tells those who have to know and were not
told yet. It comes from here also when nothing ran in the night, or the build stands still; and it sends again what a
mail server did not take. Each address is told of a night once, so that it is silent after a night that was told of.

| task | reads | writes | run it again? |
|---|---|---|---|
| tell | what the night is worth, who is told (`dags/messages.yml`) | messages, and that they were sent | yes |
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from ward_airflow import airflow_connection, told_plainly
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

    tell()


ward_morning_watch()
