"""A night on which 600 records changed, on a short history and on a long one: build and publish, side by side.

The histories have the same ten years, wards and periods, so that only their records differ: `BENCH_CHANGES_ROWS` of
dossiers and as many answers. Half of the changes are dossiers, most of the last two months; a third of all are new.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

import duckdb

from bench.build import NAMES, enlarged, run_alone
from bench.memory import peak_mib

CHANGED = 300
"""Of each record kind."""


def measure(home: Path, folder: Path) -> dict[str, float]:
    """Seconds and MiB of the night by the number of records, and the ratio of the last to the first.

    Args:
        home: a state folder on which the demonstration was played.
        folder: where the copies go.
    """
    found: dict[str, float] = {}
    sizes = list(map(int, os.environ.get("BENCH_CHANGES_ROWS", "100000,10000000").split(",")))
    nights = []
    for rows in sizes:
        name = NAMES.get(rows, str(rows))
        copy = folder / f"changes_{name}"
        enlarged(home, copy, rows, years=10)
        run_alone("bench.changes", copy, "history")
        # What the history has left to be written to the disk is not the night's.
        os.sync()
        answer = run_alone("bench.changes", copy, "night")
        nights.append(answer["night_s"])
        found |= {f"night_{name}_s": round(answer["night_s"], 1), f"night_{name}_peak_mib": round(answer["peak_mib"])}
        shutil.rmtree(copy)
    first, last = (NAMES.get(rows, str(rows)) for rows in (sizes[0], sizes[-1]))
    return found | {f"night_{last}_vs_{first}": round(nights[-1] / nights[0], 2)}


def change(build_file: Path) -> None:
    """Enters the changed records as a load would: versions of the next night, its partitions, and their notes."""
    with duckdb.connect(build_file) as db:
        db.execute("CREATE TEMP TABLE next AS SELECT max(night) + 1 AS night FROM raw.partitions")
        for record_kind, day in (("dossiers", "received_date"), ("survey_responses", "answered_date")):
            # A district that ended years before would become known for all of them on this one night.
            db.execute(
                "CREATE OR REPLACE TEMP TABLE reporting AS SELECT ward_key FROM raw.partitions AS last CROSS JOIN next "
                "WHERE record_kind = $record_kind AND last.night = next.night - 1",
                {"record_kind": record_kind},
            )
            db.execute(
                f"""
                CREATE TEMP TABLE fresh AS SELECT versions.* REPLACE (
                    next.night AS night,
                    versions.source_changed_at + INTERVAL 1 DAY AS source_changed_at,
                    CASE
                        WHEN hash(versions.source_record_id) % 3 = 0 THEN versions.source_record_id || '-new'
                        ELSE versions.source_record_id
                    END AS source_record_id
                )
                FROM raw.{record_kind} AS versions SEMI JOIN reporting USING (ward_key) CROSS JOIN next
                WHERE hash(versions.source_record_id) % 10 = 0 OR {day} > next.night - 60
                ORDER BY {day} > next.night - 60 DESC, hash(versions.source_record_id) LIMIT $changed""",  # noqa: S608 - our own
                {"changed": CHANGED},
            )
            db.execute(f"INSERT INTO raw.{record_kind} BY NAME FROM fresh")
            db.execute(
                "INSERT INTO raw.changed_records SELECT DISTINCT $record_kind, ward_key, source_record_id FROM fresh",
                {"record_kind": record_kind},
            )
            db.execute(
                """
                INSERT INTO raw.partitions BY NAME SELECT last.* REPLACE (
                    next.night AS night, 0 AS rows_quarantined, 0 AS rows_unchanged, coalesce(n, 0) AS rows_read,
                    coalesce(n, 0) AS rows_accepted
                )
                FROM raw.partitions AS last SEMI JOIN reporting USING (ward_key) CROSS JOIN next
                LEFT JOIN (SELECT ward_key, count(*) AS n FROM fresh GROUP BY ward_key) AS counts
                    ON last.ward_key = counts.ward_key
                WHERE record_kind = $record_kind
                QUALIFY row_number() OVER (PARTITION BY last.ward_key ORDER BY last.night DESC) = 1""",
                {"record_kind": record_kind},
            )
            db.execute("DROP TABLE fresh")


def history() -> dict[str, float]:
    """A build of everything, published, and the changes."""
    from ward_warehouse.core.settings import load_settings
    from ward_warehouse.warehouse.dbt import dbt_build
    from ward_warehouse.warehouse.publish import mark_audited, publish

    settings = load_settings()
    mark_audited(settings.build_file, dbt_build(settings, "bench-1").build_id)
    publish(settings)
    change(settings.build_file)
    return {}


def night() -> dict[str, float]:
    """The night, in a process of its own as every night is."""
    from ward_warehouse.core.settings import load_settings
    from ward_warehouse.warehouse.build_file import kept_open
    from ward_warehouse.warehouse.dbt import dbt_build
    from ward_warehouse.warehouse.publish import mark_audited, publish

    settings = load_settings()
    begun = time.perf_counter()
    # As `Night.build` has it open.
    with kept_open(settings):
        summary = dbt_build(settings, "bench-2")
    if summary.whole:
        raise RuntimeError("bench: the night computed everything")
    mark_audited(settings.build_file, summary.build_id)
    publish(settings)
    return {"night_s": time.perf_counter() - begun, "peak_mib": peak_mib()}


if __name__ == "__main__":
    print(json.dumps({"history": history, "night": night}[sys.argv[1]]()))
