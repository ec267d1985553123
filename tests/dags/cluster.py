"""A night through CeleryExecutor: workers that share an object store and no disk, one of them killed while it reads.

PostgreSQL, Redis, an S3 server and Airflow's services as processes on loopback. `docker-compose.yml` has the same in
containers.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from tests.dags import scheduler
from tests.dags.runs import environment_of
from tests.support import database_servers, file_servers
from tests.support import http_service as http
from tests.support.district import District

LOAD, BUILD = "ward_nightly_load", "warehouse_build"
POOL = "ward_readers"
BUCKET = "lake-of-the-cluster"
WORKERS = {"wards-1": "wards", "wards-2": "wards", "warehouse": "warehouse"}


@dataclass(frozen=True)
class Cluster:
    """What became of the night: its runs, its tasks, and who was killed."""

    district: District
    load: dict[str, Any]
    build: dict[str, Any]
    tasks: dict[str, list[dict[str, Any]]]
    killed: str
    lake: set[str]
    pools: dict[str, int]

    def home_of(self, worker: str) -> Path:
        """The folder that a worker has for itself."""
        return _home(self.district.folder, worker)


def missing() -> str:
    """What a night through Celery lacks on this machine; empty when it can be played."""
    if importlib.util.find_spec("celery") is None:
        return "Celery is not installed: `pip install ward-warehouse[cluster]`"
    if shutil.which("redis-server") is None:
        return "redis-server was not found: install Debian's redis-server"
    return ""


def night_through_celery(district: District) -> Callable[[threading.Event], Cluster]:
    """Plays the last night of the real calendar; the worker that reads the JSON service is killed while it reads."""
    registry = district.wards_dir / "mini.yml"
    text = registry.read_text(encoding="utf-8").replace("to: 2024-12-31", "to: null")
    registry.write_text(text, encoding="utf-8")
    reading, killed = threading.Event(), threading.Event()

    def hang(request: BaseHTTPRequestHandler) -> None:
        """Says that somebody reads, and answers only once he is gone."""
        reading.set()
        killed.wait(300)
        http.send(request, 503, b"")

    (ward,) = [ward for ward in district.wards.values() if ward.transport == "http"]
    ward.http.once.append(hang)

    def work(stop: threading.Event) -> Cluster:
        with ExitStack() as servers:
            environment, store = _environment(servers, district)
            airflow = servers.enter_context(scheduler.running(environment, district.folder, stop))
            _make_pool(environment, district.folder)
            for name, queue in WORKERS.items():
                _start_worker(airflow, district.folder, name, queue)
            airflow.wait("reader of the JSON service", reading.is_set, 300)
            victim = _kill_reader(airflow, ward.key)
            killed.set()
            load = airflow.wait("end of the load", lambda: airflow.ended(LOAD), 300)
            build = airflow.wait("published build", lambda: _published(airflow), 300)
            tasks = {run["dag_id"]: _tasks(airflow, run) for run in (load, build)}
            pools = {pool["name"]: pool["slots"] for pool in airflow.get("/pools")["pools"]}
            keys = {entry["Key"] for entry in store.client.list_objects_v2(Bucket=BUCKET)["Contents"]}
        return Cluster(district, load, build, tasks, victim, keys, pools)

    return work


def _environment(servers: ExitStack, district: District) -> tuple[dict[str, str], file_servers.S3Server]:
    """Starts the servers of the cluster; the environment under which Airflow finds them, and the lake's store."""
    metadata = servers.enter_context(database_servers.postgres())
    broker = servers.enter_context(_redis(district.folder))
    store = servers.enter_context(file_servers.s3())
    store.client.create_bucket(Bucket=BUCKET)
    login = f"{database_servers.LOGIN}:{quote(database_servers.PASSWORD, safe='')}"
    return {
        **environment_of(district),
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": (
            f"postgresql+psycopg2://{login}@127.0.0.1:{metadata.port}/{database_servers.DATABASE}"
        ),
        "AIRFLOW__CELERY__BROKER_URL": broker,
        # A lost worker is noticed within this time, instead of five minutes.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "10",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2",
        "WARD_WAREHOUSE_EXTRACT_RETRY_MINUTES": "0",
        "WARD_WAREHOUSE_PARALLEL_WARDS": "2",
        "WARD_WAREHOUSE_READERS_POOL": POOL,
        "WARD_WAREHOUSE_LAKE_URL": f"s3://{BUCKET}/lake",
        "AWS_ENDPOINT_URL": store.endpoint,
        "AWS_ACCESS_KEY_ID": store.login,
        "AWS_SECRET_ACCESS_KEY": store.password,
        "AWS_DEFAULT_REGION": "us-east-1",
    }, store


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    """A Redis that asks for a password and keeps nothing; gives its address."""
    port, password = scheduler.free_port(), "a-password-of-the-broker"
    settings = folder / "redis.conf"
    # In a file: a command line is read by every user of the machine.
    settings.write_text(f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n', "utf-8")
    with (
        (folder / "redis.log").open("wb") as log,
        subprocess.Popen(["redis-server", str(settings)], cwd=folder, stdout=log, stderr=log) as process,
    ):
        try:
            yield f"redis://:{password}@127.0.0.1:{port}/0"
        finally:
            process.terminate()


def _make_pool(environment: dict[str, str], folder: Path) -> None:
    """As the container `init` makes it."""
    command = [sys.executable, "-m", "ward_warehouse_pages.readers_pool"]
    subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=True)


def _home(folder: Path, worker: str) -> Path:
    return folder / f"home-of-{worker}"


def _start_worker(airflow: scheduler.Airflow, folder: Path, name: str, queue: str) -> None:
    arguments = ("celery", "worker", "--queues", queue, "--concurrency", "1", "--celery-hostname", f"{name}@%h")
    airflow.start(name, *arguments, "--skip-serve-logs", WARD_WAREHOUSE_HOME=str(_home(folder, name)))


def _kill_reader(airflow: scheduler.Airflow, ward: str) -> str:
    """Kills the worker whose task reads a ward; its name."""
    (task,) = [task for task in _tasks(airflow, _running(airflow)) if task["rendered_map_index"] == ward]
    above = {process.pid for process in psutil.Process(task["pid"]).parents()}
    (name,) = [name for name, process in airflow.processes.items() if process.pid in above]
    airflow.kill(name)
    return name


def _running(airflow: scheduler.Airflow) -> dict[str, Any]:
    (run,) = airflow.get(f"/dags/{LOAD}/dagRuns")["dag_runs"]
    found: dict[str, Any] = run
    return found


def _published(airflow: scheduler.Airflow) -> dict[str, Any] | None:
    """The first run of the build whose warehouse analysts can open; its documents and reports are not waited for."""
    for run in airflow.get(f"/dags/{BUILD}/dagRuns")["dag_runs"]:
        if any(task["task_id"] == "publish" and task["state"] == "success" for task in _tasks(airflow, run)):
            found: dict[str, Any] = run
            return found
    return None


def _tasks(airflow: scheduler.Airflow, run: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
    found: list[dict[str, Any]] = airflow.get(path)["task_instances"]
    return found
