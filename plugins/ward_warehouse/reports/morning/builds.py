"""What was published when, with how many tests, and whether the last build did not pass."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import duckdb

from ward_warehouse.core.errors import BuildError, WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.behind import what_is_not_published
from ward_warehouse.reports.morning.model import Build, Warehouse
from ward_warehouse.warehouse.build_lock import look_into
from ward_warehouse.warehouse.published import open_published

BUILDS_SHOWN = 5
LONGEST = 300

_BUILDS = """
    SELECT build_id, max(built_at),
           count(*) FILTER (WHERE node_kind = 'test' AND status = 'pass'),
           count(*) FILTER (WHERE status = 'warn'),
           count(*) FILTER (WHERE status IN ('error', 'fail'))
    FROM {table} GROUP BY build_id ORDER BY build_id DESC LIMIT $limit"""


def read_warehouse(settings: Settings, lake: Lake) -> Warehouse:
    """What analysts see now; a warehouse that cannot be read is said, and costs the page nothing else."""
    behind = _behind(settings, lake)
    file = settings.published_file
    if not file.is_file():
        return Warehouse(None, (), _failure(settings, ""), behind)
    try:
        with open_published(file) as db:
            builds = _builds(db, "audit.build_results", BUILDS_SHOWN)
    except BuildError as error:
        return Warehouse(None, (), str(error), behind)
    published_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    newest = builds[0].build_id if builds else ""
    return Warehouse(published_at, builds, _failure(settings, newest), behind)


def _builds(db: duckdb.DuckDBPyConnection, table: str, limit: int) -> tuple[Build, ...]:
    rows: list[Any] = db.execute(_BUILDS.format(table=table), {"limit": limit}).fetchall()
    return tuple(Build(*row) for row in rows)


def _failure(settings: Settings, published: str) -> str | None:
    """What the last build says, when it came after the published one and failed; None too while one is at work."""
    with suppress(duckdb.Error, OSError), look_into(settings.build_file) as db:
        if db is None:
            return None
        last = _builds(db, "raw.build_results", 1)
        if not last or last[0].build_id <= published or not last[0].failed:
            return None
        rows = db.execute(
            "SELECT node, message FROM raw.build_results WHERE build_id = $build AND status IN ('error', 'fail') "
            "ORDER BY node",
            {"build": last[0].build_id},
        ).fetchall()
        node, message = rows[0]
        more = f" (+{len(rows) - 1})" if len(rows) > 1 else ""
        return on_one_line(f"{node}: {' '.join((message or '').split())}")[:LONGEST] + more
    return None


def _behind(settings: Settings, lake: Lake) -> str | None:
    try:
        return what_is_not_published(settings, lake)
    except WardWarehouseError as error:
        return str(error)
