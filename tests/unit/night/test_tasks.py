"""What the scheduler imports ahead for the tasks that are forked from it."""

import json
import subprocess
import sys

from tests.support.district import ROOT

LIBRARIES = ("duckdb", "httpx", "sqlalchemy", "dbt.cli.main")
REPORT = """
import json, psutil, sys, threading
from ward_warehouse.night import tasks
tasks.preload()
from ward_warehouse.mapping import duckdb_memory as memory
print(json.dumps({
    "missing": [name for name in sys.argv[1:] if name not in sys.modules],
    "threads": [thread.name for thread in threading.enumerate()],
    "databases": memory._database.cache_info().currsize,
    "connections": len(psutil.Process().net_connections()),
    "great_expectations": "great_expectations" in sys.modules,
}))
"""


def test_the_scheduler_can_fork_after_the_imports() -> None:
    """A thread, a database or a connection that was there before the fork would be broken or shared after it."""
    finished = subprocess.run(
        [sys.executable, "-c", REPORT, *LIBRARIES], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert json.loads(finished.stdout.splitlines()[-1]) == {
        "missing": [],
        "threads": ["MainThread"],
        "databases": 0,
        "connections": 0,
        # One task of a night needs it; imported ahead, it would count in the memory of all.
        "great_expectations": False,
    }


def test_only_the_scheduler_imports_ahead() -> None:
    code = "import sys; sys.argv = ['airflow', {!r}]; import airflow_local_settings; print('duckdb' in sys.modules)"
    found = {}
    for service in ("scheduler", "api-server", "dag-processor"):
        finished = subprocess.run(
            [sys.executable, "-c", code.format(service)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT / "plugins",
        )
        found[service] = finished.stdout.split()[-1]
    assert found == {"scheduler": "True", "api-server": "False", "dag-processor": "False"}
