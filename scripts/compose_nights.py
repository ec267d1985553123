"""The demonstration's nights in the running containers; `scripts/compose_test.sh` calls it there, step by step.

compose_nights.py nights           the nights to play, one a line
compose_nights.py prepare NIGHT    puts the ward systems into their state at the end of a night
compose_nights.py play NIGHT       the load and the build that follows it, through the scheduler
compose_nights.py compare          the published warehouse against the figures that the districts are known for
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import httpx

from ward_warehouse.demo import systems
from ward_warehouse.settings import load_settings

API = "http://api-server:8080"
LOAD, BUILD = "ward_nightly_load", "warehouse_build"
RUN_SECONDS = 600.0
ENDED = ("success", "failed")


@dataclass(frozen=True)
class Figure:
    """One known figure: the sum over the units that `units` selects, as a count or as a whole percentage."""

    name: str
    district: str
    start: str
    indicator: str
    units: str
    expected: int
    percent: bool = False


QUAN_11 = ("quan_11", "2018-01-01")
THANH_XUAN = ("thanh_xuan", "2016-01-01")
DISTRICT, COUNTER, WARDS = "ward_key IS NULL", "ward_key LIKE '%_counter'", "ward_key NOT LIKE '%_counter'"
FIGURES = (
    Figure("Quận 11: dossiers resolved on a Saturday", *QUAN_11, "saturday_dossiers", DISTRICT, 15_983),
    Figure("Quận 11: filed online, %", *QUAN_11, "online_filing_rate", DISTRICT, 28, percent=True),
    Figure("Quận 11: satisfied, %", *QUAN_11, "satisfaction_rate", DISTRICT, 98, percent=True),
    Figure("Thanh Xuân, counter: received", *THANH_XUAN, "dossiers_received", COUNTER, 3_430),
    Figure("Thanh Xuân, counter: resolved on time", *THANH_XUAN, "on_time_of_resolved", COUNTER, 3_338),
    Figure("Thanh Xuân, counter: open", *THANH_XUAN, "dossiers_open", COUNTER, 92),
    Figure("Thanh Xuân, wards: received", *THANH_XUAN, "dossiers_received", WARDS, 49_106),
    Figure("Thanh Xuân, wards: resolved on time", *THANH_XUAN, "on_time_of_resolved", WARDS, 49_106),
)


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
        deadline = time.monotonic() + RUN_SECONDS
        for dag in (LOAD, BUILD):
            while self._client.get(f"/dags/{dag}").status_code == httpx.codes.NOT_FOUND:
                if time.monotonic() > deadline:
                    sys.exit(f"{dag}: Airflow has not found it; see the log of the service dag-processor")
                time.sleep(1)
            self.call("PATCH", f"/dags/{dag}", {"is_paused": False})

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


def play(night: date) -> None:
    """Triggers the load of a night and waits for the build that its asset starts."""
    airflow = Airflow()
    airflow.unpause()
    # A DAG that wakes up may have a scheduled night of its own to do first.
    for name, run in airflow.runs(LOAD).items():
        if run["state"] not in ENDED:
            airflow.wait_for(LOAD, name, set())
    builds = set(airflow.runs(BUILD))
    conf = {"logical_date": None, "conf": {"night": night.isoformat()}}
    started = time.monotonic()
    run_id = airflow.call("POST", f"/dags/{LOAD}/dagRuns", conf)["dag_run_id"]
    report(airflow.wait_for(LOAD, run_id, set()))
    report(airflow.wait_for(BUILD, None, builds))
    print(f"night {night}: from trigger to published warehouse {time.monotonic() - started:.1f} s")


def report(run: dict[str, Any]) -> None:
    begun, ended = (datetime.fromisoformat(run[key]) for key in ("start_date", "end_date"))
    print(f"  {run['dag_id']}: {run['state']} in {(ended - begun).total_seconds():.1f} s")
    if run["state"] != "success":
        sys.exit(
            f"{run['dag_id']}: run {run['dag_run_id']} ended as {run['state']}; see the log of the service scheduler"
        )


def compare() -> None:
    """Prints each figure beside what it must be; exits non-zero on a difference."""
    wrong = 0
    with duckdb.connect(str(load_settings().published_file), read_only=True) as warehouse:
        for figure in FIGURES:
            grain = "year" if figure.district == "quan_11" else "half_year"
            # The units are a constant of this file.
            query = f"""SELECT sum(numerator), sum(denominator) FROM marts.reform_indicators
                WHERE district_code = ? AND period_start = ? AND period_grain = ? AND indicator_code = ?
                AND {figure.units}"""  # noqa: S608
            row = warehouse.execute(query, [figure.district, figure.start, grain, figure.indicator]).fetchone()
            numerator, denominator = row or (None, None)
            found = round(100 * numerator / denominator) if figure.percent and denominator else numerator
            wrong += found != figure.expected
            print(f"{figure.name:<42} expected {figure.expected:>7,}  found {found!s:>7}")
    if wrong:
        sys.exit(f"{wrong} of {len(FIGURES)} figures differ")


def main(arguments: list[str]) -> None:
    match arguments:
        case ["nights"]:
            print(*[entry.night for entry in systems.NIGHTS], sep="\n")
        case ["prepare", night]:
            systems.prepare(load_settings().home, date.fromisoformat(night))
        case ["play", night]:
            play(date.fromisoformat(night))
        case ["compare"]:
            compare()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
