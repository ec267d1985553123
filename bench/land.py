"""Landing a million dossiers of 16 wards, beside tools that only copy them.

Ours maps, pseudonymises, scrubs, judges by every rule and lands; dlt and ADBC do none of it and write what they read.
Each runs in a process of its own that starts with nothing imported, one after another on the same files, and may use
all cores by its own means.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from bench import wards

RECORDS = 1_000_000
NIGHT, NEXT_NIGHT = date(2018, 12, 31), date(2019, 1, 1)


def measure(folder: Path) -> dict[str, float]:
    """Rows per second of ours with its CPU seconds, and as many times those of the others."""
    paths = wards.write(folder / "sqlite", RECORDS)
    runs = {name: min(_run(name, folder, paths) for _ in range(2)) for name in ("ours", "dlt_pyarrow", "adbc")}
    # The slowest runs once: its ratio has the most room.
    runs["dlt_default"] = _run("dlt_default", folder, paths)
    seconds = {name: wall for name, (wall, _) in runs.items()}
    seconds_of_a_night, rows_read = _second_night(folder, paths)
    return {
        "night_rows_read": rows_read,
        "night_600_of_1m_s": round(seconds_of_a_night, 1),
        "land_rows_per_s": round(RECORDS / seconds["ours"]),
        "land_cpu_s": round(runs["ours"][1] * 1_000_000 / RECORDS, 1),
        **{f"land_vs_{name}": round(seconds[name] / seconds["ours"], 2) for name in seconds if name != "ours"},
        **{f"land_{name}_s": round(value, 1) for name, value in seconds.items()},
    }


def _second_night(folder: Path, paths: dict[str, Path]) -> tuple[float, int]:
    """Seconds, and records read, of the night after, on which 600 records have changed."""
    for path in paths.values():
        with sqlite3.connect(path) as db:
            db.execute(
                "UPDATE HO_SO SET NGAY_CAP_NHAT = '2019-01-01 09:00:00', TRANG_THAI = 10 WHERE ID_HO_SO % ? = 1",
                (RECORDS // 600 + 1,),
            )
        db.close()
    connections = {ward: {"conn_type": "sqlite", "host": str(path)} for ward, path in paths.items()}
    command = [sys.executable, "-m", "bench.land", "second_night", "{}"]
    environment = {**wards.settings(folder / "ours", connections), "PYTHONPATH": os.getcwd()}
    begun = time.monotonic()
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return time.monotonic() - begun, int(finished.stdout.split()[-1])


def _run(name: str, folder: Path, paths: dict[str, Path]) -> tuple[float, float]:
    """Seconds on the clock, and of CPU in all its processes."""
    home = folder / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    connections = {ward: {"conn_type": "sqlite", "host": str(path)} for ward, path in paths.items()}
    environment = {**wards.settings(home, connections), "RUNTIME__DLTHUB_TELEMETRY": "false", "PYTHONPATH": os.getcwd()}
    begun, cpu_before = time.monotonic(), _cpu_of_children()
    command = [sys.executable, "-m", "bench.land", name, json.dumps({ward: str(path) for ward, path in paths.items()})]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begun
    if finished.returncode or int(finished.stdout.split()[-1]) != RECORDS:
        raise RuntimeError(
            f"bench: {name} did not land {RECORDS} records: {finished.stdout[-500:]}{finished.stderr[-3000:]}"
        )
    return seconds, _cpu_of_children() - cpu_before


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(on: date = NIGHT) -> int:
    """A night of all wards, as `Night.run` has it: wards side by side, then one judge of all; gives the records read.

    The readers are processes here, as an executor's are; `ward-warehouse run` has threads.
    """
    from ward_warehouse.core.settings import load_settings
    from ward_warehouse.night.extract import Request
    from ward_warehouse.night.judge import import_ahead
    from ward_warehouse.night.steps import Night

    night = Night(load_settings())
    plan = night.plan(Request(night=on), record_kinds=["dossiers"])
    context = get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        read = pool.map(_extract, [(plan.model_dump_json(), ward) for ward in plan.wards])
        # Once the readers are forked, and while they read.
        ahead = import_ahead()
        for _ in read:
            pass
    ahead.join()
    found = night.validate(plan)
    return sum(outcome.rows_read or 0 for outcome in found)


def _extract(job: tuple[str, str]) -> None:
    from ward_warehouse.core.connections import from_environment
    from ward_warehouse.core.settings import load_settings
    from ward_warehouse.night.plan import Plan
    from ward_warehouse.night.steps import Night

    plan = Plan.model_validate_json(job[0])
    errors = [o.error for o in Night(load_settings()).extract_ward(plan, job[1], from_environment) if o.error]
    if errors:
        raise RuntimeError("; ".join(errors))


def dlt(paths: dict[str, str], backend: str) -> int:
    """dlt's `sql_table` into Parquet files of a folder, with its defaults."""
    import dlt
    from dlt.sources.sql_database import sql_table

    home = os.environ["WARD_WAREHOUSE_HOME"]
    tables = [
        sql_table(credentials=f"sqlite:///{path}", table="HO_SO", backend=backend).with_name(ward)
        for ward, path in paths.items()
    ]
    pipeline = dlt.pipeline(
        "bench", pipelines_dir=f"{home}/dlt", destination=dlt.destinations.filesystem(f"file://{home}/out"),
        dataset_name="landed",
    )  # fmt: skip
    pipeline.run(tables, loader_file_format="parquet").raise_on_failed_jobs()
    return _rows(Path(home) / "out" / "landed", "bench_*/*.parquet")


def adbc(paths: dict[str, str]) -> int:
    """ADBC's Arrow stream into Parquet, one ward after another: the least that a copy costs."""
    import pyarrow.parquet as pq
    from adbc_driver_sqlite import dbapi

    out = Path(os.environ["WARD_WAREHOUSE_HOME"]) / "out"
    out.mkdir()
    for ward, path in paths.items():
        with dbapi.connect(path) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM HO_SO")
            reader = cursor.fetch_record_batch()
            with pq.ParquetWriter(out / f"{ward}.parquet", reader.schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(batch)
    return _rows(out, "*.parquet")


def _rows(folder: Path, pattern: str) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(path).num_rows for path in folder.glob(pattern))


if __name__ == "__main__":
    name, paths = sys.argv[1], json.loads(sys.argv[2])
    parts = {
        "ours": ours,
        "second_night": lambda: ours(NEXT_NIGHT),
        "dlt_pyarrow": lambda: dlt(paths, "pyarrow"),
        "dlt_default": lambda: dlt(paths, "sqlalchemy"),
        "adbc": lambda: adbc(paths),
    }
    print(parts[name]())
