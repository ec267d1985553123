"""A night under Airflow's scheduler: from the trigger of the load to the published warehouse.

Runs `make up` on a free port and loads nights through the public API, as an operator would: the demonstration's last
night again, on the state that `make demo` has left, and the history of Thanh Xuân on an empty one.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench import wards
from bench.memory import peak_mib

ROOT = Path(__file__).resolve().parents[1]
LOAD, BUILD = "ward_nightly_load", "warehouse_build"
ENDED = ("success", "failed")


def measure(home: Path, night: str = "2018-12-28", times: int = 5) -> dict[str, float]:
    """The middle of several nights, one after another, and the longest: seconds.

    Args:
        home: a state folder on which the demonstration was played.
        night: a night of it, as ISO text.
        times: how often.
    """
    if not (home / "warehouse" / "district.duckdb").is_file():
        raise RuntimeError(f"{home} holds no demonstration: run `make demo` first")
    with airflow(home) as (client, peak):
        nights = sorted((one_night(client, home, night) for _ in range(times)), key=lambda found: found["night_s"])
    return {
        **nights[len(nights) // 2],
        "night_longest_s": nights[-1]["night_s"],
        **{f"night_{name}": value for name, value in peak.items()},
    }


def measure_history(folder: Path, night: str = "2016-06-30") -> dict[str, float]:
    """The first load of Thanh Xuân, 52,536 dossiers and their surveys: seconds, and MiB of the largest process.

    Args:
        folder: an empty folder.
        night: the last night of its history, as ISO text.
    """
    with airflow(folder / "history") as (client, peak):
        found = one_night(client, folder / "history", night)
    return {name.replace("night", "history"): value for name, value in found.items()} | {
        f"history_{name}": value for name, value in peak.items()
    }


def measure_wards(folder: Path, few: int = 20, many: int = 200, night: str = "2018-12-28") -> dict[str, float]:
    """The first night of few and of many wards of a hundred dossiers each: seconds, and what a ward more costs.

    Args:
        folder: an empty folder.
        few: how many wards at first.
        many: how many then, in a warehouse of their own.
        night: the night, as ISO text.
    """
    took = {}
    for count in (few, many):
        home = folder / f"wards_{count}"
        files = wards.write(home / "systems", 100 * count, wards.names(count))
        connections = {ward: {"conn_type": "sqlite", "host": str(file)} for ward, file in files.items()}
        settings = wards.settings(home, connections) | {"WARD_WAREHOUSE_SCHEDULE": ""}
        with airflow(home, settings) as (client, _):
            took[count] = one_night(client, home, night)["night_s"]
    each = round((took[many] - took[few]) / (many - few), 3)
    return {**{f"night_{count}_wards_s": seconds for count, seconds in took.items()}, "night_one_ward_more_s": each}


@contextmanager
def airflow(home: Path, settings: dict[str, str] | None = None) -> Iterator[tuple[httpx.Client, dict[str, float]]]:
    """`make up` with the DAGs switched on, until the block ends; gives a client of its API, logged in.

    And what is filled in by the end: `peak_mib` of the largest process, what it shares with its scheduler included. In
    the environment of this process, unless `settings` is another.
    """
    port = free_port()
    (home / "logs").mkdir(parents=True, exist_ok=True)
    peak: dict[str, float] = {}
    environment = {
        **(settings or os.environ),
        "WARD_WAREHOUSE_HOME": str(home),
        "AIRFLOW__API__PORT": port,
        "MAKEFLAGS": "",
    }
    with (home / "logs" / "bench-up.log").open("wb") as log:
        process = subprocess.Popen(
            ["make", "up"],  # noqa: S607 - the project's own make
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            wait_for(lambda: is_up(process, home / "logs" / "bench-up.log"), 180)
            passwords = json.loads(
                (home / "airflow" / "simple_auth_manager_passwords.json.generated").read_text("utf-8")
            )
            answer = client.post("/auth/token", json={"username": "admin", "password": passwords["admin"]})
            client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
            for dag in (BUILD, LOAD):
                client.patch(f"/api/v2/dags/{dag}", json={"is_paused": False}).raise_for_status()
            # A scheduler makes up for its last due night as soon as the DAG is on; it is not the one to measure.
            settle(client)
            with watched(process.pid, peak):
                yield client, peak
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=90)


def free_port() -> str:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def is_up(process: subprocess.Popen[bytes], log: Path) -> bool:
    """Whether Airflow has started.

    Raises:
        RuntimeError: it ended instead, as it does on a state folder on which another one runs.
    """
    said = log.read_text("utf-8", errors="replace")
    if process.poll() is not None:
        raise RuntimeError(f"`make up` ended: {said[-500:].strip()}")
    return "Airflow is up" in said


@contextmanager
def watched(root: int, peak: dict[str, float]) -> Iterator[None]:
    """Follows the memory of the process `root` and of all its descendants."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for process in psutil.Process(root).children(recursive=True):
                with suppress(OSError):
                    peak["peak_mib"] = max(peak.get("peak_mib", 0), round(peak_mib(process.pid)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def settle(client: httpx.Client) -> None:
    """Waits until the DAG files are read and no run is under way."""
    wait_for(lambda: {dag["dag_id"] for dag in get(client, "/dags")["dags"]} >= {LOAD, BUILD}, 90)
    time.sleep(5)
    wait_for(lambda: all(run["state"] in ENDED for run in runs(client, "~")), 120)


def one_night(client: httpx.Client, home: Path, night: str) -> dict[str, float]:
    begun = time.time()
    before = {run["dag_run_id"] for run in runs(client, BUILD)}
    answer = client.post(f"/api/v2/dags/{LOAD}/dagRuns", json={"logical_date": None, "conf": {"night": night}})
    load_id = answer.raise_for_status().json()["dag_run_id"]
    load = succeeded(client, LOAD, lambda run: run["dag_run_id"] == load_id)
    build = succeeded(client, BUILD, lambda run: run["dag_run_id"] not in before)
    require_published(home, since=begun)
    task = f"/dags/{BUILD}/dagRuns/{build['dag_run_id']}/taskInstances"
    published = get(client, f"{task}/publish")["end_date"]
    triggered, loaded, begun, done, documented = (
        datetime.fromisoformat(text)
        for text in (load["queued_at"], load["end_date"], build["start_date"], published, build["end_date"])
    )
    return {
        "night_s": round((done - triggered).total_seconds(), 1),
        "night_load_s": round((loaded - triggered).total_seconds(), 1),
        "night_build_s": round((done - begun).total_seconds(), 1),
        "night_document_s": round((documented - done).total_seconds(), 1),
    }


def require_published(home: Path, since: float) -> None:
    """Checks that the night was played on this state folder, and on no other.

    Raises:
        RuntimeError: nothing was published in it meanwhile.
    """
    file = home / "warehouse" / "district.duckdb"
    if not file.is_file() or file.stat().st_mtime < since:
        raise RuntimeError(f"the night was published, but not as {file}: another Airflow played it")


def succeeded(client: httpx.Client, dag: str, wanted: Callable[[Any], bool]) -> Any:
    """The wanted run of a DAG, once it has ended well."""
    run = wait_for(lambda: next((r for r in runs(client, dag) if wanted(r) and r["state"] in ENDED), None), 180)
    if run["state"] != "success":
        raise RuntimeError(f"{dag} ended in state {run['state']}")
    return run


def runs(client: httpx.Client, dag: str) -> Any:
    return get(client, f"/dags/{dag}/dagRuns?order_by=-id&limit=20")["dag_runs"]


def get(client: httpx.Client, path: str) -> Any:
    return client.get(f"/api/v2{path}").raise_for_status().json()


def wait_for(found: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = found()
        if result:
            return result
        time.sleep(0.5)
    raise RuntimeError(f"nothing after {seconds:.0f} s")
