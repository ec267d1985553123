"""The quarantine as people see it: `audit.quarantine` of the published warehouse, with what was decided since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.quoting import literal
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.quarantine_log import DECISION_SCHEMA, decided_wards, decision_files
from ward_warehouse.lake.store import Lake
from ward_warehouse.warehouse.published import open_published

STATES = ("open", "closed_by_source", "replayed", "accepted", "rejected")
FORMATS = {".csv": "FORMAT csv, HEADER", ".json": "FORMAT json", ".parquet": "FORMAT parquet"}

PLAIN_CELLS = (
    r"regexp_replace(regexp_replace(COLUMNS(*)::VARCHAR, '[^\P{C}\n\t]', chr(65533), 'g'), "
    r"'^[=+\-@\x{FF0B}\x{FF0D}\x{FF1D}\x{FF20}\t\r]', '''\0')"
)
"""Every column as a text that a sheet shows: no control signs, and a mark before what begins like a formula."""

_CASES = """
    WITH since AS (
        SELECT ward_key || ':' || record_kind || ':' || coalesce(source_record_id, entry_id) || ':' || rule_codes
                   AS quarantine_key,
               action, decided_by, reason, decided_at
        FROM decisions
        WHERE decided_at > (SELECT coalesce(max(built_at), '-infinity') FROM audit.build_results)
        QUALIFY row_number() OVER (PARTITION BY quarantine_key ORDER BY decision_number DESC) = 1
    )
    SELECT published.* REPLACE (
        coalesce(since.action, published.state) AS state,
        coalesce(since.decided_by, published.decided_by) AS decided_by,
        coalesce(since.reason, published.decision_reason) AS decision_reason,
        coalesce(since.decided_at, published.decided_at) AS decided_at
    )
    FROM audit.quarantine AS published LEFT JOIN since USING (quarantine_key)
    WHERE ($ward IS NULL OR ward_key = $ward)
      AND ($record_kind IS NULL OR record_kind = $record_kind)
      AND ($key IS NULL OR quarantine_key = $key)
      AND ($night::DATE IS NULL OR $night::DATE BETWEEN first_seen AND last_seen)
      AND ($state = 'all' OR coalesce(since.action, published.state) = $state)
      AND ($rule IS NULL OR list_contains(string_split(rules, ','), $rule))
    ORDER BY last_seen DESC, ward_key, source_record_id, quarantine_key LIMIT $limit"""


@dataclass(frozen=True)
class Wanted:
    """Which cases are wanted; what is None does not narrow."""

    ward: str | None = None
    record_kind: str | None = None
    rule: str | None = None
    night: date | None = None
    key: str | None = None
    state: str = "open"
    limit: int | None = 50


def find_cases(settings: Settings, wanted: Wanted) -> list[dict[str, Any]]:
    """The cases that are wanted, the newest first, one dictionary each with the columns of `audit.quarantine`.

    Raises:
        WardWarehouseError: nothing was published yet.
    """
    with _published(settings) as db:
        found = _execute(db, _CASES, wanted)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def export_cases(settings: Settings, wanted: Wanted, target: Path) -> int:
    """Writes the cases that are wanted to a file, in the format that its ending names; gives their number.

    Raises:
        WardWarehouseError: nothing was published yet, or the file cannot be written.
    """
    if target.suffix not in FORMATS:
        raise WardWarehouseError(f"{target}: found {target.suffix!r}, expected one of {', '.join(FORMATS)}")
    with _published(settings) as db:
        _execute(db, f"CREATE TEMP TABLE cases AS {_CASES}", wanted)
        columns = PLAIN_CELLS if target.suffix == ".csv" else "*"
        path = literal(str(target.resolve()))
        try:
            db.execute(f"COPY (SELECT {columns} FROM cases) TO {path} ({FORMATS[target.suffix]})")  # noqa: S608
        except duckdb.IOException as error:
            raise WardWarehouseError(f"{target}: cannot be written ({str(error).splitlines()[0][:160]})") from None
        count = db.execute("SELECT count(*) FROM cases").fetchone()
        return int(count[0]) if count else 0


def _execute(db: duckdb.DuckDBPyConnection, statement: str, wanted: Wanted) -> duckdb.DuckDBPyConnection:
    return db.execute(statement, asdict(wanted))


@contextmanager
def _published(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse with the relation `decisions`: those of the lake's log."""
    lake = Lake(settings.lake)
    files = [name for record_kind, ward in decided_wards(lake) for name in decision_files(lake, record_kind, ward)]
    with open_published(settings.published_file) as db:
        tables = [lake.read_table(name) for name in files]
        db.register("decisions", pa.concat_tables(tables) if tables else DECISION_SCHEMA.empty_table())
        yield db
