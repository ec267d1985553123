"""
### Warehouse maintenance

Once a week: empties the values of quarantined records older than the policy keeps them, joins the small files of old
nights, deletes files that no manifest names and old logs. What it did is an outcome in `audit.load_outcomes`. Then it
writes the dictionary of what is published where there is none or an old one; a night only renews one that is there.

| task | writes | run it again? |
|---|---|---|
| maintain | the lake's old nights, record for record the same | yes, and it may be stopped at any moment |
| describe | the dictionary in `reports/dictionary`, where there is none or an old one | yes |
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from ward_airflow import airflow_connection, told_plainly
from ward_warehouse.core.settings import load_settings

SETTINGS = load_settings()


@dag(
    schedule=CronTriggerTimetable(SETTINGS.maintenance_schedule, timezone=SETTINGS.time_zone),
    catchup=False,
    # It looks at the lake as it is: there is nothing to fill back.
    allowed_run_types=["scheduled", "manual"],
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=3),
    default_args={"owner": "district-data", "queue": "warehouse"},
    tags=["warehouse", "maintenance"],
    doc_md=__doc__,
)
def warehouse_maintenance() -> None:
    @task(retries=1)
    def maintain() -> str:
        from ward_warehouse.night import tasks

        with told_plainly():
            return tasks.maintain(airflow_connection)

    # After the maintenance, because both want the machine; also when that failed, because neither needs the other.
    @task(retries=1, trigger_rule="all_done")
    def describe() -> str:
        from ward_warehouse.reports import tasks

        with told_plainly():
            return tasks.describe()

    maintain() >> describe()


warehouse_maintenance()
