"""The logs of tasks that `dag.test()` runs, where Airflow's pages look for them.

Airflow itself writes none for them: it runs them in this process and lets them talk to its terminal.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

LIBRARY = "ward_warehouse"


@contextmanager
def kept(before: Mapping[str, Callable[[Any], None]]) -> Iterator[None]:
    """Until the block ends, what the library says in a task goes to that task's log file as well.

    Args:
        before: what is done when a task begins, by the id of the task, and is given its instance.
    """
    from airflow.sdk.execution_time import supervisor

    run = supervisor.run_task_in_process

    def run_with_log(ti: Any, task: Any, **others: Any) -> Any:
        before.get(ti.task_id, lambda _: None)(ti)
        with _file_of(ti) as log:
            result = run(ti=ti, task=task, **others)
            if result.error is not None:
                # Each line as one of its own: a page shows it as it was meant.
                for line in str(result.error).splitlines():
                    log.emit(logging.LogRecord("task", logging.ERROR, __file__, 0, line, None, None))
            return result

    with mock.patch.object(supervisor, "run_task_in_process", run_with_log):
        yield


@contextmanager
def _file_of(ti: Any) -> Iterator[JsonLines]:
    from airflow.sdk.log import init_log_file

    mapped = f"map_index={ti.map_index}/" if ti.map_index is not None and ti.map_index >= 0 else ""
    place = f"dag_id={ti.dag_id}/run_id={ti.run_id}/task_id={ti.task_id}/{mapped}attempt={ti.try_number}.log"
    handler, logger = JsonLines(init_log_file(place)), logging.getLogger(LIBRARY)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield handler
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
        handler.close()


class JsonLines(logging.FileHandler):
    """Writes records as Airflow's workers do: a JSON object a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8")

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(
            {
                "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
                "level": record.levelname.lower(),
                "event": record.getMessage(),
                "logger": record.name,
            },
            ensure_ascii=False,
        )
