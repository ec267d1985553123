"""Airflow imports this module in each of its processes, before anything else of the project.

What a task writes into the lake is its owner's alone, whatever umask the service was started with.

A LocalExecutor forks its workers, and they fork the tasks, from the scheduler: what that has imported, no task has to
import again. For a night of 16 wards on two cores that is a third of its time.
"""

import sys

from ward_warehouse.core.ending import end_children_with_this
from ward_warehouse.core.private import keep_state_private

__all__: list[str] = []

keep_state_private()

if sys.argv[1:2] == ["scheduler"]:
    from ward_warehouse.night import tasks

    tasks.preload()
    # Its workers, and the tasks that they fork, end with it.
    end_children_with_this()
