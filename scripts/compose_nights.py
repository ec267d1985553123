"""The demonstration's nights in the running containers; `scripts/compose_test.sh` calls it there, step by step.

compose_nights.py nights           the nights to play, one a line
compose_nights.py prepare NIGHT    puts the ward systems into their state at the end of a night
compose_nights.py play NIGHT       the load and the build that follows it, through the scheduler; with `lost` at the end
                                   it is an error if no task had to be tried again
compose_nights.py reader NIGHT     waits for a task that reads wards for this night, and names the host of its worker
compose_nights.py compare          the published warehouse against the figures that the districts are known for
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from ward_demo import systems
from ward_demo.districts import DISTRICTS
from ward_warehouse.core.settings import load_settings
from ward_warehouse.reports.golden import compare

API = "http://api-server:8080"
LOAD, BUILD = "ward_nightly_load", "warehouse_build"
RUN_SECONDS = 600.0
ENDED = ("success", "failed")
FIGURES = Path(__file__).resolve().parents[1] / "tests" / "golden_figures.csv"


class Airflow:
    """The REST API of the running Airflow, as its administrator."""

    def __init__(self) -> None:
        login = {"username": "admin", "password": os.environ["AIRFLOW_ADMIN_PASSWORD"]}
        answer = httpx.post(f"{API}/auth/token", json=login, timeout=30).raise_for_status()
        header = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        self._client = httpx.Client(base_url=f"{API}/api/v2", headers=header, timeout=30)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._client.request(method, path, json=body).raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def unpause(self) -> None:
        """Lets the scheduler run both DAGs, once the DAG processor has found them."""
        for dag in (BUILD, LOAD):
            if self._found(dag)["is_paused"]:
                self.call("PATCH", f"/dags/{dag}", {"is_paused": False})
                if dag == LOAD:
                    # A DAG that wakes up does its last scheduled night first; in that one no ward is in force any more.
                    self.wait_for(LOAD, None, set())

    def _found(self, dag: str) -> dict[str, Any]:
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            answer = self._client.get(f"/dags/{dag}")
            if answer.status_code != httpx.codes.NOT_FOUND:
                found: dict[str, Any] = answer.raise_for_status().json()
                return found
            time.sleep(1)
        sys.exit(f"{dag}: Airflow has not found it; see the log of the service dag-processor")

    def runs(self, dag: str) -> dict[str, dict[str, Any]]:
        return {run["dag_run_id"]: run for run in self.call("GET", f"/dags/{dag}/dagRuns?limit=100")["dag_runs"]}

    def wait_for(self, dag: str, run_id: str | None, known: set[str]) -> dict[str, Any]:
        """The run when it has ended; without a name, the first run that is not known."""
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            runs = self.runs(dag)
            named = [run_id] if run_id else [name for name in runs if name not in known]
            for name in named:
                if runs[name]["state"] in ENDED:
                    return runs[name]
            time.sleep(0.5)
        sys.exit(f"{dag}: no run ended within {RUN_SECONDS:.0f} s")


def reader(night: date) -> None:
    """Prints the host of the first task that reads wards for a night, as soon as one does."""
    airflow = Airflow()
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        for run_id in [
            name for name, run in airflow.runs(LOAD).items() if (run["conf"] or {}).get("night") == str(night)
        ]:
            tasks = airflow.call("GET", f"/dags/{LOAD}/dagRuns/{run_id}/taskInstances?state=running")
            for task in tasks["task_instances"]:
                if task["task_id"] == "extract" and task["hostname"]:
                    print(task["hostname"])
                    return
        time.sleep(0.1)
    sys.exit(f"{LOAD}: no task read wards within {RUN_SECONDS:.0f} s")


def play(night: date, *, lost: bool) -> None:
    """Triggers the load of a night and waits for the build that its asset starts.

    Args:
        night: of the demonstration.
        lost: a worker is killed meanwhile, so that one of its tasks must have a second try.
    """
    airflow = Airflow()
    airflow.unpause()
    builds = set(airflow.runs(BUILD))
    conf = {"logical_date": None, "conf": {"night": night.isoformat()}}
    run_id = airflow.call("POST", f"/dags/{LOAD}/dagRuns", conf)["dag_run_id"]
    load = airflow.wait_for(LOAD, run_id, set())
    # A night in which a ward is down ends red, after what came of it was judged and announced.
    judged = airflow.call("GET", f"/dags/{LOAD}/dagRuns/{run_id}/taskInstances/validate")
    report(load, judged["state"])
    if lost:
        report_lost(airflow, run_id)
    build = airflow.wait_for(BUILD, None, builds)
    report(build, build["state"])
    # Not the end of the run: the warehouse is documented after analysts have it.
    publish = airflow.call("GET", f"/dags/{BUILD}/dagRuns/{build['dag_run_id']}/taskInstances/publish")
    triggered, published = (datetime.fromisoformat(text) for text in (load["queued_at"], publish["end_date"]))
    print(f"night {night}: from trigger to published warehouse {(published - triggered).total_seconds():.1f} s")


def report_lost(airflow: Airflow, run_id: str) -> None:
    """Says which tasks were tried again after their worker was lost."""
    tasks = airflow.call("GET", f"/dags/{LOAD}/dagRuns/{run_id}/taskInstances?limit=100")["task_instances"]
    again = [task for task in tasks if task["try_number"] > 1 and task["state"] == "success"]
    if not again:
        sys.exit(f"{LOAD}: no task of run {run_id} was tried again and succeeded, though a worker was killed")
    for task in again:
        print(f"  read again by another worker: {task['rendered_map_index']}")


def report(run: dict[str, Any], state: str) -> None:
    begun, ended = (datetime.fromisoformat(run[key]) for key in ("start_date", "end_date"))
    print(f"  {run['dag_id']}: {run['state']} in {(ended - begun).total_seconds():.1f} s")
    if state != "success":
        sys.exit(f"{run['dag_id']}: run {run['dag_run_id']} ended as {run['state']}; see the log of its task")


def compare_figures() -> None:
    """Prints each figure beside what it must be; exits non-zero on a difference."""
    figures = compare(load_settings().published_file, FIGURES, DISTRICTS)
    for figure in figures:
        print(f"  {figure.figure:<36} expected {figure.expected!s:>7}  found {figure.actual!s:>7}")
    wrong = sum(not figure.holds for figure in figures)
    if wrong:
        sys.exit(f"{wrong} of {len(figures)} figures differ")
    print(f"all {len(figures)} figures are the same")


def main(arguments: list[str]) -> None:
    match arguments:
        case ["nights"]:
            print(*[entry.night for entry in systems.NIGHTS], sep="\n")
        case ["prepare", night]:
            systems.prepare(load_settings().home, date.fromisoformat(night))
        case ["play", night, *rest] if rest in ([], ["lost"]):
            play(date.fromisoformat(night), lost=bool(rest))
        case ["reader", night]:
            reader(date.fromisoformat(night))
        case ["compare"]:
            compare_figures()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
