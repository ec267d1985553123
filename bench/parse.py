"""The DAG of a whole country: how long Airflow's DAG processor takes to read it, and the plan to group its wards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from bench.wards import ROOT

WARDS = 3321
"""Wards of the country since 1 July 2025."""
DISTRICT_WARDS = 98
FILE = """
import json, os, sys, time
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(os.devnull)
begun = time.monotonic()
bag = DagBag(sys.argv[1])
parsed = time.monotonic()
assert not bag.import_errors and set(bag.dags) == {"ward_nightly_load"}, bag.import_errors
from datetime import UTC, datetime
from ward_airflow import airflow_connection
from ward_warehouse.night import tasks
planned = time.monotonic()
jobs = tasks.plan({}, None, datetime.now(UTC), airflow_connection)
assert sum(len(job["wards"]) for job in jobs) == int(sys.argv[2])
print(json.dumps({"parse": parsed - begun, "plan": time.monotonic() - planned, "tasks": len(jobs)}))
"""


def measure(folder: Path, wards: int = WARDS, times: int = 5) -> dict[str, float]:
    """The middle of several processes: seconds to parse and to plan, and how many tasks read the wards.

    Args:
        folder: an empty folder.
        wards: how many the registry has.
        times: how often.
    """
    environment = write(folder, wards)
    command = [sys.executable, "-c", FILE, str(ROOT / "dags" / "ward_nightly_load.py"), str(wards)]
    found = []
    for _ in range(times):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        found.append(json.loads(done.stdout.splitlines()[-1]))
    middle = {name: sorted(one[name] for one in found)[times // 2] for name in found[0]}
    return {
        f"dag_parse_{wards}_wards_s": round(middle["parse"], 2),
        f"plan_{wards}_wards_s": round(middle["plan"], 2),
        f"plan_{wards}_wards_tasks": middle["tasks"],
    }


def write(folder: Path, wards: int) -> dict[str, str]:
    """A registry of so many wards of one vendor's server; gives the environment of an Airflow over it."""
    registry = folder / "wards"
    registry.mkdir(parents=True)
    keys = [f"ward_{number:04d}" for number in range(wards)]
    for start in range(0, wards, DISTRICT_WARDS):
        name = f"district_{start // DISTRICT_WARDS:02d}"
        district = {
            "district": name,
            "name": {"vi": f"Quận {name}", "en": name},
            "time_zone": "Asia/Ho_Chi_Minh",
            "defaults": {"cadence": "nightly", "in_force": {"from": "2018-01-01", "to": None}},
            "wards": [
                {"ward": key, "code": str(start + place), "name": {"vi": f"Phường {key}", "en": key}, "system": "bench",
                 "aliases": [f"000.{start + place:04d}.H29"]}
                for place, key in enumerate(keys[start : start + DISTRICT_WARDS])
            ],
        }  # fmt: skip
        (registry / f"{name}.yml").write_text(yaml.safe_dump(district, allow_unicode=True), encoding="utf-8")
    connection = json.dumps({"conn_type": "postgres", "host": "db.vendor.example", "login": "x", "password": "x"})
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        **{f"AIRFLOW_CONN_{key.upper()}": connection for key in keys},
        "PYTHONPATH": str(ROOT / "plugins"),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "WARD_WAREHOUSE_HOME": str(folder),
        "WARD_WAREHOUSE_WARDS_DIR": str(registry),
        "WARD_WAREHOUSE_SYSTEMS_DIR": str(ROOT / "bench" / "systems"),
        "WARD_WAREHOUSE_EXPECTATIONS_DIR": str(ROOT / "expectations"),
        "WARD_WAREHOUSE_PSEUDONYM_KEY": "a key of the benchmark and of nothing else",
    }
