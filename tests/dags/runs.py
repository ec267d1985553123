"""Airflow's runs, in processes beside the other tests: they take minutes in which this one has other things to do."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import psutil

from tests.dags import collector, lineage, pages, scheduler
from tests.support import http_service as http
from tests.support.background import run
from tests.support.district import ROOT, District
from tests.support.records import APPLICANT, NIGHT, Kind, dossier, survey

DOWN = "dag_http"
SOMEBODY = " ".join(APPLICANT.values())
RUNS = {
    "unknown ward": {"dag_id": "ward_nightly_load", "conf": {"night": str(NIGHT), "wards": ["nobody"]}},
    "one ward down": {"dag_id": "ward_nightly_load", "conf": {"night": str(NIGHT)}},
    "build": {"dag_id": "warehouse_build", "conf": {}},
    "look after the build": {"dag_id": "ward_morning_watch", "conf": {}},
    "all wards down": {"dag_id": "ward_nightly_load", "conf": {"night": str(NIGHT), "wards": [DOWN]}},
    "part": {
        "dag_id": "ward_nightly_load",
        "conf": {
            "night": str(NIGHT),
            "wards": ["dag_sql"],
            "record_kinds": ["dossiers"],
            "since": str(NIGHT),
            "until": str(NIGHT),
        },
    },
    "look at a newer lake": {"dag_id": "ward_morning_watch", "conf": {}},
    "maintenance": {"dag_id": "warehouse_maintenance", "conf": {}},
    "a record kind that cannot be judged": {
        "dag_id": "ward_nightly_load",
        "conf": {"night": str(NIGHT), "wards": ["dag_sql"]},
        "environment": {"WARD_WAREHOUSE_EXPECTATIONS_DIR": "expectations"},
    },
}
Make = Callable[[Path, dict[str, Kind]], District]


@dataclass(frozen=True)
class Seen:
    """What the process that ran the DAGs saw, and what it said."""

    district: District
    found: dict[str, Any]
    log: str

    def dag(self, dag_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.found["dags"][dag_id]
        return found

    def run(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.found["runs"][name]
        return found

    def said(self, name: str) -> str:
        """What stands in the log of one run."""
        return self.log.split(f"=== {name}\n", 1)[1].split("\n=== ", 1)[0]


@dataclass(frozen=True)
class Live:
    """A night under Airflow's scheduler: its runs, and what was seen of the services."""

    district: District
    load: dict[str, Any]
    build: dict[str, Any]
    published: dict[str, Any]
    tasks: list[dict[str, Any]]
    listening: set[str]
    commands: set[str]
    metrics: set[collector.Series]
    left_over: list[int]
    pages: pages.Looked


def dag_runs(district: District) -> Callable[[threading.Event], Seen]:
    """Runs the DAGs over the district, of which one ward is down, in one process."""
    folder = district.folder

    def refuse(request: BaseHTTPRequestHandler) -> None:
        """The login, which no retry mends; once the build was made, something that may pass."""
        built = "build" in json.loads((folder / "seen.json").read_text(encoding="utf-8"))["runs"]
        http.send(request, 404 if built else 403, SOMEBODY.encode(), "text/plain; charset=utf-8")

    district[DOWN].http.always = refuse
    (folder / "runs.json").write_text(json.dumps(RUNS), encoding="utf-8")
    shutil.copytree(ROOT / "expectations", folder / "expectations")
    suite = folder / "expectations" / "survey_responses.yml"
    text = suite.read_text(encoding="utf-8").replace("{column: source_record_id}", "{column: of_no_record}", 1)
    suite.write_text(text, encoding="utf-8")
    command = [sys.executable, str(Path(__file__).with_name("probe.py")), "runs.json", "seen.json"]
    # One task reads all wards: that one of them is down concerns no other.
    environment = {**environment_of(district), "WARD_WAREHOUSE_PARALLEL_WARDS": "1"}

    def work(stop: threading.Event) -> Seen:
        code, log = run(command, environment, folder / "probe.log", stop)
        assert code == 0, log[-3000:]
        return Seen(district, json.loads((folder / "seen.json").read_text(encoding="utf-8")), log)

    return work


def night_under_scheduler(district: District) -> Callable[[threading.Event], Live]:
    """Plays the night that Airflow's scheduler finds due, which is the last one of the real calendar."""
    registry = district.wards_dir / "mini.yml"
    text = registry.read_text(encoding="utf-8").replace("to: 2024-12-31", "to: null")
    registry.write_text(text, encoding="utf-8")

    def work(stop: threading.Event) -> Live:
        environment = {
            **environment_of(district),
            "WARD_WAREHOUSE_REVIEWERS": '["admin"]',
            "WARD_WAREHOUSE_LINEAGE": str(lineage.is_installed()),
            # Two tasks: the server's ward, and those whose files are on this machine.
            "WARD_WAREHOUSE_PARALLEL_WARDS": "2",
        }
        with (
            collector.collecting() as (variables, metrics),
            scheduler.running({**environment, **variables}, district.folder, stop) as airflow,
        ):
            load = airflow.wait("end of the load", lambda: airflow.ended("ward_nightly_load"), 600)
            assert load["state"] == "success", airflow.tail("scheduler")
            build = airflow.wait("end of the build", lambda: airflow.ended("warehouse_build"), 600)
            path = f"/dags/ward_nightly_load/dagRuns/{load['dag_run_id']}/taskInstances"
            tasks, listening = airflow.get(path)["task_instances"], airflow.listening()
            (event,) = airflow.get(f"/assets/events?source_dag_id={build['dag_id']}")["asset_events"]
            looked = pages.look(airflow, district)
            started = [process.pid for process in airflow.processes.values()]
        left_over = [pid for pid in started if psutil.pid_exists(pid)]
        return Live(district, load, build, event, tasks, listening, airflow.commands, metrics, left_over, looked)

    return work


def three_wards(make: Make, folder: Path, prefix: str) -> District:
    """Three wards, one of each kind of software, with two good dossiers and a broken one each."""
    transports: tuple[Kind, ...] = ("sql", "http", "files")
    district = make(folder, {f"{prefix}_{transport}": transport for transport in transports})
    for ward in district.wards.values():
        # What is refused holds somebody too: errors and examples must not carry it on.
        broken = dossier("3", received_at=f"{APPLICANT['applicant_name']} {APPLICANT['applicant_phone']}")
        ward.send([dossier("1"), dossier("2"), broken], [survey("1", comment=SOMEBODY)])
    return district


def environment_of(district: District) -> dict[str, str]:
    """The environment of an Airflow of its own over the test district, without a network."""
    return {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")},
        **district.environment,
        # This tree's library, whichever tree the environment was made for.
        "PYTHONPATH": str(ROOT / "plugins"),
        "AIRFLOW_HOME": str(district.folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "DO_NOT_TRACK": "1",
    }
