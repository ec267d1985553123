"""What the scheduler imports ahead for the tasks that are forked from it, and what a run may be asked."""

import ast
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.district import ROOT, District
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.night import tasks

LIBRARIES = ("duckdb", "httpx", "sqlalchemy", "dbt.cli.main", "great_expectations")
REPORT = """
import json, psutil, sys, threading
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night import tasks
from ward_warehouse.warehouse import project
project.read_project(load_settings())
tasks.preload()
from ward_warehouse.mapping import duckdb_memory as memory
print(json.dumps({
    "missing": [name for name in sys.argv[1:] if name not in sys.modules],
    "threads": [thread.name for thread in threading.enumerate()],
    "databases": memory._database.cache_info().currsize,
    "connections": len(psutil.Process().net_connections()),
    "build files": [file.path for file in psutil.Process().open_files() if ".duckdb" in file.path],
    "project": project.take_prepared(load_settings()) is not None,
}))
"""


def test_the_scheduler_can_fork_after_the_imports(tmp_path: Path) -> None:
    """A thread, a database or a connection that was there before the fork would be broken or shared after it."""
    finished = subprocess.run(
        [sys.executable, "-c", REPORT, *LIBRARIES], capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "WARD_WAREHOUSE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert json.loads(finished.stdout.splitlines()[-1]) == {
        "missing": [],
        "threads": ["MainThread"],
        "databases": 0,
        "connections": 0,
        "build files": [],
        "project": True,
    }


OWN_MEMORY = """
import gc, os, psutil
from ward_warehouse.night import tasks
tasks.preload()
# As Airflow's LocalExecutor does before it forks its workers.
gc.freeze()
if os.fork() == 0:
    gc.collect()
    found = psutil.Process().memory_full_info()
    print(found.rss >> 20, found.uss >> 20, flush=True)
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux which pages are a process's own")
def test_what_is_imported_ahead_costs_a_forked_task_no_memory() -> None:
    """Neither does what one task alone needs: its pages are those of the process that forked it."""
    finished = subprocess.run([sys.executable, "-c", OWN_MEMORY], capture_output=True, text=True, check=True, cwd=ROOT)
    whole, own = map(int, finished.stdout.split())
    assert whole > 200
    assert own < 20


def test_a_run_is_due_on_sqlite_by_the_thousandth() -> None:
    """A scheduler starts what is due by the clock of its database, which compares times as texts."""
    code = """
import sys
sys.argv = ["airflow", "scheduler"]
import airflow_local_settings
from sqlalchemy import create_engine, func, select
from sqlalchemy.dialects import postgresql
with create_engine("sqlite://").connect() as db:
    print(db.exec_driver_sql(str(select(func.now()).compile(db))).scalar_one())
print(func.now().compile(dialect=postgresql.dialect()))
"""
    environment = {**os.environ, "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"}
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "plugins", env=environment
    )
    now, elsewhere = finished.stdout.splitlines()[-2:]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", now)
    assert abs(datetime.fromisoformat(f"{now}+00:00") - datetime.now(UTC)) < timedelta(minutes=1)
    assert elsewhere == "now()"


def test_only_what_forks_tasks_imports_ahead() -> None:
    """And a worker that reads wards neither dbt nor Great Expectations."""
    code = (
        "import sys; sys.argv = {!r}; import airflow_local_settings; "
        "print('duckdb' in sys.modules, 'dbt' in sys.modules)"
    )
    services = {
        "scheduler": ("LocalExecutor", "True True"),
        "scheduler under Celery": ("CeleryExecutor", "False False"),
        "celery worker --queues warehouse": ("CeleryExecutor", "True True"),
        "celery worker --queues wards": ("CeleryExecutor", "True False"),
        "api-server": ("LocalExecutor", "False False"),
        "dag-processor": ("LocalExecutor", "False False"),
    }
    for service, (executor, expected) in services.items():
        finished = subprocess.run(
            [sys.executable, "-c", code.format(["airflow", *service.split()])],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT / "plugins",
            env={**os.environ, "AIRFLOW__CORE__EXECUTOR": executor},
        )
        assert finished.stdout.splitlines()[-1] == expected, service


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"ward": ["a_sql"]}, "'ward', expected wards, "),
        ({"wards": []}, "empty list of wards"),
        ({"record_kinds": []}, "empty list of record kinds"),
        ({"since": "2024-03-06", "until": "2024-03-05"}, "expected since to lie before until"),
        ({"since": "2024-03-06T12:00", "until": "2024-03-06T12:00"}, "expected since to lie before until"),
        ({"chunk_days": 7}, "chunk_days without since"),
    ],
)
def test_a_run_that_contradicts_itself_is_refused_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, district: District, params: dict[str, Any], said: str
) -> None:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WardWarehouseError, match=re.escape(said)):
        tasks.plan({"night": "2024-03-06", **params}, None, datetime.now(UTC), district.resolve)


def test_the_dag_offers_what_a_plan_takes() -> None:
    source = ast.parse((ROOT / "dags" / "ward_nightly_load.py").read_text(encoding="utf-8"))
    (declared,) = [
        node.value for node in source.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PARAMS"
    ]
    assert isinstance(declared, ast.Dict)
    assert [ast.literal_eval(key) for key in declared.keys if key] == list(tasks.PARAMS)
