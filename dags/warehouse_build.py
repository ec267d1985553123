"""
### Warehouse build

Loads what the lake has committed and runs one `dbt build` beside the published warehouse; when every test of severity
error has passed, the build takes the published file's place in one step. Scheduled on the lake's asset, so it follows
each nightly load, and can be triggered by itself at any time: it never touches a ward. A build brings all that the lake
has: after a pause the next load's event makes up for those that went by, or that of `ward_morning_watch`, which looks
at the lake each morning and can be triggered to look now; until then the night's verdict says so.
What the rules found is documented afterwards: analysts do not wait for it, and when it fails they have their warehouse.

| task | writes | run it again? |
|---|---|---|
| build | the build file, `audit.build_results` | yes |
| publish | the file that analysts open, in one rename; its Parquet copy | yes; it refuses a build that did not pass |
| serve | PostgreSQL, in one transaction; there only with `WARD_WAREHOUSE_PUBLISH=duckdb,postgres` | yes |
| document | the pages in `reports/validation`, in one rename | yes |
| report | the reports of the open months in `reports/periodic`, each in one rename, and their mails, once | yes |
| tell | the pages in `reports/morning` and the night's message, once, also when a task above failed | yes |

With `full_refresh` the build file is made anew from the lake alone.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Param, dag, get_current_context, task

from ward_airflow import LAKE, WAREHOUSE, airflow_connection, told_plainly
from ward_warehouse.core.settings import load_settings

SETTINGS = load_settings()


@dag(
    schedule=[LAKE],
    catchup=False,
    # A build has no night: there is nothing to fill back.
    allowed_run_types=["asset_triggered", "manual"],
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=3),
    params={"full_refresh": Param(False, type="boolean", description="Make the build anew from the lake alone")},
    default_args={"owner": "district-data", "queue": "warehouse"},
    tags=["warehouse"],
    doc_md=__doc__,
)
def warehouse_build() -> None:
    # No retries: a model or a test that failed fails again, and the message should come at once.
    @task(retries=0)
    def build() -> str:
        from ward_warehouse.night import tasks

        with told_plainly():
            return tasks.build(bool(get_current_context()["params"]["full_refresh"]), airflow_connection)

    @task(retries=0, outlets=[WAREHOUSE])
    def publish() -> str:
        from ward_warehouse.night import tasks

        with told_plainly():
            published = tasks.publish(airflow_connection)
        context = get_current_context()
        # Of the night that the build was started for, what its load announced; a build by hand has none.
        nights = [event.extra for event in context["triggering_asset_events"].get(LAKE, [])]
        context["outlet_events"][WAREHOUSE].extra = {**(nights[-1] if nights else {}), **published.extra}
        return published.text

    @task(retries=0)
    def document() -> str:
        from ward_warehouse.night import tasks

        with told_plainly():
            return tasks.document(airflow_connection)

    @task(retries=0)
    def report() -> str:
        from ward_warehouse.reports import tasks

        with told_plainly():
            return tasks.report(airflow_connection)

    @task
    def tell() -> str:
        from ward_warehouse.reports import tasks

        with told_plainly():
            return tasks.tell(airflow_connection)

    # A server may be away for a moment; until it takes the build it shows the one before, whole.
    @task(retries=2, retry_delay=timedelta(minutes=5))
    def serve() -> str:
        from ward_warehouse.night import tasks

        with told_plainly():
            return tasks.serve(airflow_connection)

    # A teardown runs whatever became of the others, and leaves the colour of the run to them.
    published, told = publish(), tell().as_teardown()
    build() >> published >> document() >> report() >> told
    if SETTINGS.serves_postgres:
        published >> serve() >> told


warehouse_build()
