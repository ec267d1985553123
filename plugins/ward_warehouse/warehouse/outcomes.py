"""Outcomes of the lake into schema `raw`: each is loaded once, whatever the clock was when it was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa

from ward_warehouse.lake.digests import read_folder
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Lake

UTC_TIME = pa.timestamp("us", tz="UTC")
DAY = "%Y%m%d"
LOOKED_AT_AGAIN = timedelta(days=7)

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("outcome_id", "run_id")),
        ("night", pa.date32()),
        *((name, pa.string()) for name in ("ward_key", "district_code", "record_kind", "step", "status")),
        *((name, pa.int64()) for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged")),
        *((name, UTC_TIME) for name in ("cursor_from", "cursor_to", "started_at", "finished_at")),
        ("duration_s", pa.float64()),
        ("error", pa.string()),
        ("fingerprint", pa.string()),
        ("warnings", pa.string()),
    ]
)


def load_outcomes(db: duckdb.DuckDBPyConnection, lake: Lake) -> int:
    """Loads the outcomes that `raw.load_outcomes` does not have; gives their number.

    Raises:
        LakeError: an outcome is damaged.
    """
    known = {row[0] for row in db.execute("SELECT outcome_id FROM raw.load_outcomes").fetchall()}
    days = {outcome_id[:8] for outcome_id in known}
    since = _looked_at_from(days)
    fresh: list[dict[str, Any]] = []
    for day in lake.folders("outcomes"):
        folder = f"outcomes/{day}"
        versions = lake.versions(folder) if day >= since or day not in days else []
        unknown = [one for one in versions if PurePosixPath(one[0]).stem not in known]
        fresh += map(_row, read_folder(lake, folder, unknown, Outcome))
    if fresh:
        db.register("fresh", pa.Table.from_pylist(fresh, SCHEMA))
        db.execute("INSERT INTO raw.load_outcomes BY NAME FROM fresh")
        db.unregister("fresh")
    return len(fresh)


def _looked_at_from(days: set[str]) -> str:
    """The day from which on the folders are looked at again: a night must not cost what a year brought.

    Not simply the newest day that was loaded: a clock that was ahead may have written it, and all that was written
    since it was set right lies before it.
    """
    last = min(max(days, default=""), f"{datetime.now(UTC):{DAY}}")
    return f"{datetime.strptime(last, DAY).replace(tzinfo=UTC) - LOOKED_AT_AGAIN:{DAY}}" if last else ""


def _row(outcome: Outcome) -> dict[str, Any]:
    row = outcome.model_dump(exclude={"ward", "district", "record_kind", "new_columns", "cause"})
    return {
        **row,
        "ward_key": outcome.ward,
        "district_code": outcome.district,
        "record_kind": str(outcome.record_kind) if outcome.record_kind else None,
        "warnings": " ".join(outcome.warnings) or None,
        "duration_s": (outcome.finished_at - outcome.started_at).total_seconds(),
    }
