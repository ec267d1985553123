"""Reading one PostgreSQL table of ten million dossiers, beside one of a million: rows per second and peak memory.

Extraction as a night does it - read, map, treat, land - each in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from bench import wards
from bench.memory import peak_mib
from tests.support.database_servers import DATABASE, LOGIN, PASSWORD, Server, postgres

WARD = wards.WARDS[0]
NIGHT = date(2018, 12, 31)
SMALL, LARGE = 1_000_000, 10_000_000
FILL = """
INSERT INTO "HO_SO"
SELECT n, '000.01.18.H29-' || to_char(received, 'YYMMDD') || '-' || lpad(n::text, 8, '0'),
    '1.' || lpad((n % 60 + 100)::text, 6, '0'), n % 3, (ARRAY[2, 4, 9, 10])[n % 4 + 1], n % 3 + 1,
    received::text, received::text, (received + interval '5 days')::text, done::text,
    (done + interval '1 hour')::text, NULL, NULL, 0, '000.01.18.H29', '000.01.18.H29',
    'CB01' || lpad((n % 12)::text, 2, '0'), lpad(n::text, 12, '0'), '{summary}', done::text
FROM generate_series(1, {count}) AS n,
    LATERAL (SELECT date_trunc('second', timestamp '2018-01-02' + interval '1 day' * (350.0 * n / {count})) AS received)
        AS r,
    LATERAL (SELECT received + interval '1 day' AS done) AS d
"""


def measure(folder: Path) -> dict[str, float]:
    """Peak MiB of the larger read, and its rows per second as a share of those of the smaller."""
    found = {}
    for count in (SMALL, LARGE):
        with postgres() as server:
            _fill(server, count)
            found[count] = _run(folder / f"extract_{count}", server, count)
    speed = {count: count / seconds for count, (seconds, _) in found.items()}
    return {
        "extract_1m_rows_per_s": round(speed[SMALL]),
        "extract_10m_rows_per_s": round(speed[LARGE]),
        "extract_10m_vs_1m": round(speed[LARGE] / speed[SMALL], 2),
        "extract_1m_peak_mib": round(found[SMALL][1]),
        "extract_10m_peak_mib": round(found[LARGE][1]),
    }


def _fill(server: Server, count: int) -> None:
    parts = (column.split(" ", 1) for column in wards.COLUMNS.split(", "))
    columns = ", ".join(f'"{name}" {record_kind}' for name, record_kind in parts)
    server.execute(f'CREATE TABLE "HO_SO" ({columns})', FILL.format(count=count, summary=wards.SUMMARIES[0]))


def _run(home: Path, server: Server, count: int) -> tuple[float, float]:
    """Seconds and peak MiB."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    connection = {
        "conn_type": "postgres", "host": "127.0.0.1", "port": server.port, "schema": DATABASE, "login": LOGIN,
        "password": PASSWORD,
    }  # fmt: skip
    environment = {**wards.settings(home, {WARD: connection}), "PYTHONPATH": os.getcwd()}
    finished = subprocess.run(
        [sys.executable, "-m", "bench.extract"], env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        raise RuntimeError(f"bench: {count} records could not be extracted: {finished.stderr[-3000:]}")
    answer = json.loads(finished.stdout.splitlines()[-1])
    if answer["rows"] != count:
        raise RuntimeError(f"bench: {answer['rows']} of {count} records were extracted")
    return answer["seconds"], answer["peak_mib"]


def ours() -> dict[str, float]:
    """The extraction of the ward in this process."""
    from ward_warehouse.core.connections import from_environment
    from ward_warehouse.core.settings import load_settings
    from ward_warehouse.night.extract import Request
    from ward_warehouse.night.steps import Night

    night = Night(load_settings())
    plan = night.plan(Request(night=NIGHT), record_kinds=["dossiers"])
    begun = time.monotonic()
    found = night.extract_ward(plan, WARD, from_environment)
    seconds = time.monotonic() - begun
    errors = [outcome.error for outcome in found if outcome.error]
    if errors:
        raise RuntimeError("; ".join(errors))
    return {
        "rows": sum(outcome.rows_read or 0 for outcome in found),
        "seconds": seconds,
        "peak_mib": peak_mib(),
    }


if __name__ == "__main__":
    print(json.dumps(ours()))
