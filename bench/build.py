"""One `dbt build` of all marts over a million dossiers and as many survey responses, and what an analyst then waits.

The records are those of the demonstration, which `make demo` has left, each many times under keys of its own: real
spreads over wards, days and codes. `BENCH_BUILD_ROWS` names other numbers of each, `1000000,10000000` for the long run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import duckdb

from bench.memory import peak_mib
from ward_warehouse.core.settings import load_settings
from ward_warehouse.warehouse.duckdb import calendar_table, replace_table

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("dossiers", "survey_responses")
NAMES = {100_000: "100k", 1_000_000: "1m", 10_000_000: "10m"}
INDICATOR = """
SELECT ward_key, period_start, numerator, denominator, value FROM marts.reform_indicators
WHERE indicator_code = 'on_time_of_resolved' AND period_grain = 'month' AND ward_key IS NOT NULL
ORDER BY ward_key, period_start"""
LARGEST = """
SELECT ward_key, period_start FROM marts.reform_indicators
WHERE indicator_code = 'on_time_of_resolved' AND period_grain = 'month' AND ward_key IS NOT NULL
ORDER BY denominator DESC NULLS LAST, ward_key, period_start LIMIT 1"""
EVIDENCE = """
SELECT dossier_code, received_date, due_date, in_numerator FROM marts.indicator_evidence
WHERE indicator_code = 'on_time_of_resolved' AND ward_key = $1 AND period_grain = 'month' AND period_start = $2"""


def measure(home: Path, folder: Path) -> dict[str, float]:
    """Seconds of dbt's run time, MiB and milliseconds, by the number of records.

    Args:
        home: a state folder on which the demonstration was played.
        folder: where the copies go.
    """
    found: dict[str, float] = {}
    for rows in map(int, os.environ.get("BENCH_BUILD_ROWS", "1000000").split(",")):
        name = NAMES.get(rows, str(rows))
        copy = folder / f"build_{name}"
        build_file = enlarged(home, copy, rows)
        answer = run_alone("bench.build", copy)
        found |= {f"build_{name}_s": round(answer["seconds"], 1), f"build_{name}_peak_mib": round(answer["peak_mib"])}
        with duckdb.connect(build_file, read_only=True) as db:
            found[f"indicator_query_{name}_ms"] = milliseconds(db, INDICATOR)
            found[f"evidence_query_{name}_ms"] = milliseconds(db, EVIDENCE, *db.execute(LARGEST).fetchall()[0])
        shutil.rmtree(copy)
    return found


def enlarged(home: Path, copy: Path, rows: int, years: int = 0) -> Path:
    """The demonstration's build file under another state folder, with about `rows` records of each kind.

    Args:
        home: a state folder on which the demonstration was played.
        copy: the state folder to make.
        rows: how many records of each kind.
        years: over how many years before their own the records are spread, whole weeks back so that weekdays stay.

    Raises:
        RuntimeError: no demonstration was played on `home`.
    """
    source, build_file = (folder / "warehouse" / "build" / "district.duckdb" for folder in (home, copy))
    if not source.is_file():
        raise RuntimeError(f"{home} holds no demonstration: run `make demo` first")
    build_file.parent.mkdir(parents=True)
    shutil.copy(source, build_file)
    multiply(build_file, rows, years)
    return build_file


def multiply(build_file: Path, rows: int, years: int) -> None:
    """Repeats the records until there are about `rows` of each kind, with partitions that say so."""
    with duckdb.connect(build_file) as db:
        have = {
            name: db.execute(f"SELECT count(*) FROM raw.{name}").fetchone()[0]  # type: ignore[index]  # noqa: S608 - our own
            for name in KINDS
        }
        times = {record_kind: max(1, round(rows / count)) for record_kind, count in have.items()}
        for record_kind in KINDS:
            # A response belongs to one of the copies of its dossier.
            db.execute(
                f"""
                CREATE TABLE raw.many AS SELECT kept.* REPLACE (
                    kept.source_record_id || CASE WHEN n > 0 THEN '-' || n ELSE '' END AS source_record_id,
                    kept.dossier_code || CASE WHEN n % $copies > 0 THEN '-' || (n % $copies) ELSE '' END AS dossier_code
                    {_moved_back(db, record_kind, years, times["dossiers"])}
                ) FROM raw.{record_kind} AS kept, range($times) AS copy (n)""",  # noqa: S608 - our own names
                {"times": times[record_kind], "copies": times["dossiers"]},
            )
            db.execute(f"DROP TABLE raw.{record_kind}")
            db.execute(f"ALTER TABLE raw.many RENAME TO {record_kind}")
            db.execute(
                "UPDATE raw.partitions SET rows_read = rows_read + rows_accepted * ($times - 1), "
                "rows_accepted = rows_accepted * $times WHERE record_kind = $record_kind",
                {"times": times[record_kind], "record_kind": record_kind},
            )
        for table in ("wards", "ward_record_kinds"):
            db.execute(f"UPDATE raw.{table} SET in_force_from = in_force_from - $days::INTEGER", {"days": 365 * years})  # noqa: S608 - our own
        # What the demonstration's nights left stands for other records than these: what follows builds everything.
        for table in ("build_basis", "changed_records"):
            db.execute(f"DELETE FROM raw.{table}")  # noqa: S608 - our own
        if years:
            replace_table(db, "calendar", calendar_table(db, load_settings()))


def _moved_back(db: duckdb.DuckDBPyConnection, record_kind: str, years: int, copies: int) -> str:
    """Replacements that move the dates of copy `n` of a record back, a response as far as its dossier.

    However few the copies are, the records of each spread over all the years.
    """
    columns = db.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw' AND table_name = $record_kind "
        "AND (data_type = 'DATE' OR data_type LIKE 'TIMESTAMP%') AND column_name NOT IN ('night', 'source_changed_at')",
        {"record_kind": record_kind},
    ).fetchall()
    place = f"n % {copies} + hash(coalesce(kept.dossier_code, kept.source_record_id)) % 1000 / 1000"
    back = f"364 * floor({years} * ({place}) / {copies})"
    moved = [
        f'CAST("{name}" - to_days(CAST({back} AS INTEGER)) AS {data_type}) AS "{name}"' for name, data_type in columns
    ]
    return ", ".join(["", *moved]) if years else ""


def run_alone(module: str, home: Path, *arguments: str) -> dict[str, float]:
    """What a module of the bench prints when it runs on a state folder in a process of its own."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "plugins")))
    environment = {**os.environ, "WARD_WAREHOUSE_HOME": str(home), "PYTHONPATH": path}
    finished = subprocess.run(
        [sys.executable, "-m", module, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if finished.returncode:
        raise RuntimeError(f"bench: {module} failed: {finished.stderr[-3000:]}")
    answer: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return answer


def milliseconds(db: duckdb.DuckDBPyConnection, query: str, *values: object) -> float:
    """The middle of five; a query that finds nothing is none."""
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        rows = db.execute(query, values).fetchall()
        taken.append(time.perf_counter() - begun)
        if not rows:
            raise RuntimeError(f"bench: nothing was found by {query}")
    return round(median(taken) * 1000, 1)


def ours() -> dict[str, float]:
    """The build in this process."""
    from ward_warehouse.warehouse.dbt import dbt_build

    summary = dbt_build(load_settings(), "bench")
    if not summary.whole:
        raise RuntimeError("bench: the build computed only what changed")
    return {
        "seconds": summary.seconds,
        "peak_mib": peak_mib(),
    }


if __name__ == "__main__":
    print(json.dumps(ours()))
