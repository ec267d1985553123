"""The quarantine as people see it: `audit.quarantine` of the published warehouse, with what was decided since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import BuildError, WardWarehouseError, unwritable
from ward_warehouse.core.quoting import literal
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.quarantine_log import DECISION_SCHEMA, decided_wards, decision_files
from ward_warehouse.reports.cells import rows_of, write_csv
from ward_warehouse.warehouse.published import open_published

STATES = ("open", "closed_by_source", "replayed", "accepted", "rejected")
FORMATS = {".csv": "", ".json": "FORMAT json", ".parquet": "FORMAT parquet"}

SHORT = 8
_SHORT_KEY = f"left(sha256(quarantine_key), {SHORT})"

CASE_KEY = "ward_key || ':' || record_kind || ':' || coalesce(source_record_id, entry_id) || ':' || rule_codes"
"""SQL of the key of the case that an entry belongs to, as `audit.quarantine` makes it."""

_SINCE = f"""
    WITH since AS (
        SELECT {CASE_KEY} AS quarantine_key, action, decided_by, reason, decided_at
        FROM decisions
        WHERE decided_at > (SELECT coalesce(max(built_at), '-infinity') FROM audit.build_results)
        QUALIFY row_number() OVER (PARTITION BY quarantine_key ORDER BY decision_number DESC) = 1
    )"""  # noqa: S608 - our own words

_STATES = f"""{_SINCE}
    SELECT coalesce(published.quarantine_key, since.quarantine_key) AS quarantine_key,
           coalesce(since.action, published.state) AS state
    FROM (FROM audit.quarantine WHERE last_seen >= $night) AS published FULL JOIN since USING (quarantine_key)"""  # noqa: S608

_WAITING = f"""{_SINCE}
    SELECT ward_key, count(*), min(last_seen), max(last_seen)
    FROM audit.quarantine AS published LEFT JOIN since USING (quarantine_key)
    WHERE last_seen < $night AND coalesce(since.action, published.state) = 'open'
    GROUP BY ward_key ORDER BY ward_key"""  # noqa: S608 - our own words

KNOWN_SHOWN = 40
_KNOWN = {
    "ward": "SELECT DISTINCT ward_key FROM audit.quarantine",
    "rule": "SELECT DISTINCT rule FROM (SELECT rule FROM audit.validation_results UNION ALL "
    "SELECT unnest(string_split(rules, ',')) FROM audit.quarantine) ORDER BY rule",
    "night": "SELECT DISTINCT night FROM audit.load_outcomes WHERE step = 'validate' ORDER BY night DESC",
}
"""SQL of the wards, rules and nights that the published warehouse knows of."""

_CASES = f"""{_SINCE}
    SELECT published.* REPLACE (
        coalesce(since.action, published.state) AS state,
        coalesce(since.decided_by, published.decided_by) AS decided_by,
        coalesce(since.reason, published.decision_reason) AS decision_reason,
        coalesce(since.decided_at, published.decided_at) AS decided_at
    )
    FROM audit.quarantine AS published LEFT JOIN since USING (quarantine_key)
    WHERE ($ward IS NULL OR ward_key = $ward)
      AND ($record_kind IS NULL OR record_kind = $record_kind)
      AND ($key IS NULL OR quarantine_key = $key OR {_SHORT_KEY} = $key)
      AND ($night::DATE IS NULL OR $night::DATE BETWEEN first_seen AND last_seen)
      AND ($state = 'all' OR coalesce(since.action, published.state) = $state)
      AND ($rule IS NULL OR list_contains(string_split(rules, ','), $rule))
    ORDER BY last_seen DESC, ward_key, source_record_id, quarantine_key LIMIT $limit"""  # noqa: S608


def short_entry(key: str) -> str:
    """The short id of a case, which can be typed; made of its key, so that every build gives it the same one."""
    return hashlib.sha256(key.encode()).hexdigest()[:SHORT]


class OpenBefore(NamedTuple):
    """Records of a ward that wait for a correction since nights before: how many, and their first and last night."""

    ward: str
    records: int
    first: date
    last: date


@dataclass(frozen=True)
class Wanted:
    """Which cases are wanted; what is None does not narrow.

    Attributes:
        key: the key of a case, or its short id.
    """

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


def case_states(settings: Settings, night: date) -> pa.Table:
    """The state of each case that was seen on a night or later, or decided since the last build, by its key.

    Args:
        settings: where the published warehouse is.
        night: the local date.

    Raises:
        WardWarehouseError: nothing was published yet.
    """
    with _published(settings) as db:
        return db.execute(_STATES, {"night": night}).to_arrow_table()


def open_before(settings: Settings, night: date) -> list[OpenBefore]:
    """What was last seen before a night and is open still, by ward; nothing while nothing is published.

    Args:
        settings: where the published warehouse is.
        night: the local date; what was seen on it is not meant.
    """
    try:
        with _published(settings) as db:
            return [OpenBefore(*row) for row in db.execute(_WAITING, {"night": night}).fetchall()]
    except BuildError:
        return []


def count_cases(settings: Settings, wanted: Wanted) -> dict[str, dict[str, int]]:
    """How many of the cases that are wanted there are by `state` (all states) and by `reason` (those of the state).

    Raises:
        WardWarehouseError: nothing was published yet.
    """
    everything = replace(wanted, state="all", limit=None)
    with _published(settings) as db:
        _execute(db, f"CREATE TEMP TABLE cases AS {_CASES}", everything)
        states = db.execute("SELECT state, count(*) FROM cases GROUP BY 1 ORDER BY 2 DESC, 1").fetchall()
        reasons = db.execute(
            "SELECT rule, count(*) FROM (SELECT unnest(string_split(rules, ',')) AS rule FROM cases "
            "WHERE $state IN ('all', state)) GROUP BY 1 ORDER BY 2 DESC, 1",
            {"state": wanted.state},
        ).fetchall()
    return {"state": dict(states), "reason": dict(reasons)}


def require_known(settings: Settings, wanted: Wanted, wards: Iterable[str]) -> None:
    """Checks that what a person asks for is there: an empty list must not mean a typing error.

    Args:
        settings: where the published warehouse and the rules are.
        wanted: what is asked for.
        wards: keys of the registry's wards.

    Raises:
        WardWarehouseError: no such ward, rule or night is known; the text names those that are.
    """
    try:
        with open_published(settings.published_file) as db:
            known = {name: [row[0] for row in db.execute(text).fetchall()] for name, text in _KNOWN.items()}
    except BuildError:
        # Nothing is published: what the lake has is found or not by whoever looks there.
        known = {name: [] for name in _KNOWN}
        if wanted.rule or wanted.night:
            return
    known["ward"] = sorted({*known["ward"], *wards})
    for name in _KNOWN:
        asked = getattr(wanted, name)
        if asked is not None and asked not in known[name]:
            there = ", ".join(map(str, known[name][:KNOWN_SHOWN]))
            more = f" and {len(known[name]) - KNOWN_SHOWN} more" if len(known[name]) > KNOWN_SHOWN else ""
            raise WardWarehouseError(f"{name} {asked}: found no such {name}, expected one of {there}{more}")


def export_cases(settings: Settings, wanted: Wanted, target: Path) -> int:
    """Writes the cases that are wanted to a file, in the format that its ending names; gives their number.

    Raises:
        WardWarehouseError: nothing was published yet, or the file cannot be written.
    """
    if target.suffix not in FORMATS:
        raise WardWarehouseError(f"{target}: found {target.suffix!r}, expected one of {', '.join(FORMATS)}")
    with _published(settings) as db:
        _execute(db, f"CREATE TEMP TABLE cases AS {_CASES}", wanted)
        try:
            if target.suffix == ".csv":
                cases = db.execute("FROM cases").to_arrow_table()
                return write_csv(target, cases.column_names, rows_of(cases))
            db.execute(f"COPY cases TO {literal(str(target.resolve()))} ({FORMATS[target.suffix]})")
        except (duckdb.IOException, OSError) as error:
            raise unwritable(target, error) from None
        count = db.execute("SELECT count(*) FROM cases").fetchone()
        return int(count[0]) if count else 0


def _execute(db: duckdb.DuckDBPyConnection, statement: str, wanted: Wanted) -> duckdb.DuckDBPyConnection:
    return db.execute(statement, asdict(wanted))


@contextmanager
def _published(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse with the relation `decisions`: those of the lake's log."""
    lake = open_lake(settings)
    files = [name for record_kind, ward in decided_wards(lake) for name in decision_files(lake, record_kind, ward)]
    with open_published(settings.published_file) as db:
        tables = [lake.read_table(name) for name in files]
        db.register("decisions", pa.concat_tables(tables) if tables else DECISION_SCHEMA.empty_table())
        yield db
