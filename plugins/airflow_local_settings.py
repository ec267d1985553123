"""Airflow imports this module in each of its processes, before anything else of the project.

What a task writes into the lake is its owner's alone, whatever umask the service was started with.

A LocalExecutor forks its workers, and they fork the tasks, from the scheduler, and so does a worker of Celery from
itself: what that has imported, no task has to import again. For a night of 16 wards on two cores that is a third of its
time.
"""

import json
import os
import sys

from ward_warehouse.core.ending import end_children_with_this
from ward_warehouse.core.private import keep_state_private

__all__: list[str] = []

keep_state_private()


def _turn_lineage_on() -> None:
    """Names the settings of Airflow's provider for OpenLineage, which without a transport does nothing."""
    from ward_warehouse.core.settings import load_settings

    settings = load_settings()
    if not settings.lineage:
        return
    events = settings.home.resolve() / "lineage" / "events.jsonl"
    events.parent.mkdir(parents=True, exist_ok=True)
    transport = {"type": "file", "log_file_path": str(events), "append": True}
    os.environ.setdefault("AIRFLOW__OPENLINEAGE__TRANSPORT", json.dumps(transport))
    os.environ.setdefault("AIRFLOW__OPENLINEAGE__NAMESPACE", "ward_warehouse")
    os.environ.setdefault("AIRFLOW__OPENLINEAGE__EXTRACTORS", "ward_lineage.WardLineage")
    # What is told is which data went where: no source, and none of Airflow's own words about a task.
    os.environ.setdefault("AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE", "True")


# Without it, no process pays for reading all settings.
if "WARD_WAREHOUSE_LINEAGE" in os.environ:
    _turn_lineage_on()


def _tell_sqlite_the_time() -> None:
    """Has SQLite give the time with its thousandths, as other databases do.

    A run starts when it is due by the clock of the metadata database, and what SQLite calls now has whole seconds:
    each run would wait for the next one, half a second in the middle, the night's two for one of its twelve.
    """
    from sqlalchemy.ext.compiler import compiles
    from sqlalchemy.sql.functions import now

    # In the form in which Airflow stores times there, for they are compared as texts.
    compiles(now, "sqlite")(lambda *_, **__: "(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')")


if sys.argv[1:2] == ["scheduler"]:
    _tell_sqlite_the_time()


def _forks_tasks() -> bool:
    """Whether this is a scheduler whose executor's workers are its own children."""
    if sys.argv[1:2] != ["scheduler"]:
        return False
    from airflow.configuration import conf

    return "LocalExecutor" in str(conf.get("core", "executor"))


if _forks_tasks() or sys.argv[1:3] == ["celery", "worker"]:
    from ward_warehouse.night import tasks

    # A worker of the queue of the wards has no other tasks than those that read.
    tasks.preload(*(["reading"] if "wards" in sys.argv else []))

if _forks_tasks():
    # Its workers, and the tasks that they fork, end with it.
    end_children_with_this()
