"""What was refused in a night: from the lake's quarantine, with what became of each record since."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.lake.store import Lake, Manifest, manifest_path
from ward_warehouse.night.verdict import WardState
from ward_warehouse.reports.morning.model import Refused, Said, Unit
from ward_warehouse.reports.quarantined import CASE_KEY, case_states

_ROW = re.compile(r"^(.*) row (\d+)$")
_NO_STATES = pa.schema([("quarantine_key", pa.string()), ("state", pa.string())]).empty_table()

_REFUSED = f"""
    WITH entries AS (
        SELECT *, {CASE_KEY} AS quarantine_key,
               TRY_CAST(regexp_extract(source_position, '(\\d+)$', 1) AS BIGINT) AS number
        FROM read_parquet($files, union_by_name = true, hive_partitioning = false)
        SEMI JOIN wanted USING (ward_key, record_kind)
        WHERE night = $night
    )
    SELECT ward_key, record_kind, any_value(rules), count(*),
           count(*) FILTER (WHERE coalesce(state, 'open') = 'open'),
           arg_min(source_position, coalesce(number, 0)), count(DISTINCT source_position)
    FROM entries LEFT JOIN states USING (quarantine_key)
    GROUP BY ward_key, record_kind, rule_codes"""  # noqa: S608 - our own words


def read_refused(
    settings: Settings, lake: Lake, night: date, states: Iterable[WardState], units: dict[str, Unit]
) -> tuple[Refused, ...]:
    """The refused records of a night, by unit and reasons, those that wait for most corrections first.

    Args:
        settings: where the published warehouse is, which knows what was corrected since.
        lake: the lake.
        night: the local date.
        states: of the units' record kinds.
        units: by key.

    Raises:
        LakeError: a manifest is damaged.
    """
    wanted = [(one.ward, str(one.record_kind)) for one in states if one.rows_quarantined]
    paths = [manifest_path(one.record_kind, one.ward, night) for one in states if one.rows_quarantined]
    files = sorted({one.quarantine_path for one in lake.read_records(paths, Manifest) if one.quarantine_path})
    if not files:
        return ()
    with closing(duckdb.connect()) as db, lake.on_disk(files) as places:
        db.register("wanted", pa.table({"ward_key": [w for w, _ in wanted], "record_kind": [k for _, k in wanted]}))
        db.register("states", _states(settings, night))
        rows = db.execute(_REFUSED, {"files": list(places.values()), "night": night}).fetchall()
    return _by_reason(rows, units)


def _states(settings: Settings, night: date) -> pa.Table:
    try:
        return case_states(settings, night)
    except BuildError:
        # Nothing is published, so nothing was corrected or decided that a reader could know of.
        return _NO_STATES


def _by_reason(rows: list[Any], units: dict[str, Unit]) -> tuple[Refused, ...]:
    """Rules of severity warning refuse nothing: records that differ in them alone are counted together."""
    joined: dict[tuple[str, str, tuple[str, ...]], list[Any]] = defaultdict(list)
    for ward, record_kind, rules, *rest in rows:
        broken = [rule for rule in json.loads(rules) if rule["severity"] == "error"]
        joined[ward, record_kind, tuple(rule["rule"] for rule in broken)].append((broken, *rest))
    found = []
    for (ward, record_kind, codes), parts in joined.items():
        broken = parts[0][0]
        place, row = split_position(parts[0][3])
        found.append(
            Refused(
                unit=units[ward],
                record_kind=record_kind,
                rules=codes,
                reason=Said(_sentences(broken, "vi"), _sentences(broken, "en")),
                records=sum(part[1] for part in parts),
                open=sum(part[2] for part in parts),
                place=place,
                row=row,
                others=sum(part[4] for part in parts) - 1,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.open, -one.records, one.unit.key, one.record_kind, one.rules)))


def _sentences(broken: list[dict[str, str]], language: str) -> str:
    return "; ".join(rule[language].rstrip(".") for rule in broken) + "."


def split_position(position: str) -> tuple[str, int | None]:
    """The file, or where else the source has a record, and its row there."""
    match = _ROW.match(position or "")
    return (on_one_line(match[1]), int(match[2])) if match else (on_one_line(position or "-"), None)
