"""Airflow imports this module in each of its processes, before anything else of the project.

A LocalExecutor forks its workers, and they fork the tasks, from the scheduler: what that has imported, no task has to
import again. For a night of 16 wards on two cores that is a third of its time.
"""

import sys

__all__: list[str] = []

if sys.argv[1:2] == ["scheduler"]:
    from ward_warehouse.night import tasks

    tasks.preload()
