"""Wards by nights: what each night brought, from the published warehouse and what came to the lake since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import duckdb

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.outcomes import Outcome, read_since
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.counting import GOOD, Late, Row, State, counting, marks_of, state_of
from ward_warehouse.night.verdict import WardState, ward_state
from ward_warehouse.reports.status.asked import Language

Mark = Literal["loaded", "refused", "partly", "late", "held", "postponed", "missing"]
MARK_OF: dict[State | Late, Mark] = {
    "loaded": "loaded", "partly": "partly", "late": "late", "held": "held", "postponed": "postponed",
    "failed": "missing", "missing": "missing",
}  # fmt: skip

_FEEDS = """
    WITH nights AS (
        SELECT district_code, night FROM marts.reporting_completeness GROUP BY district_code, night
        QUALIFY row_number() OVER (PARTITION BY district_code ORDER BY night DESC) <= $count
    ),
    due AS (SELECT * FROM marts.reporting_completeness JOIN nights USING (district_code, night)),
    steps AS (
        SELECT district_code, night, ward_key, record_kind, max(rows_quarantined) > 0 AS is_refused,
            -- Read once and judged once: there is nothing to choose between, and sixty nights of them are many.
            count(*) = 2 AND count(*) FILTER (step = 'extract' AND status = 'succeeded' AND error IS NULL) = 1
                AND count(*) FILTER (step = 'validate' AND status = 'succeeded') = 1 AS is_plain
        FROM audit.load_outcomes JOIN nights USING (district_code, night)
        WHERE ward_key IS NOT NULL AND step IN ('extract', 'validate', 'take_back')
        GROUP BY ALL
    )"""

_STATES = f"""
    {_FEEDS}
    SELECT district_code, night, ward_key, record_kind, coalesce(is_plain, is_reported), is_plain AND is_refused
    FROM due FULL JOIN steps USING (district_code, night, ward_key, record_kind)
    WHERE is_plain OR is_reported IS NOT NULL"""  # noqa: S608 - our own words

_STEPS = f"""
    {_FEEDS}
    SELECT district_code, night, ward_key, record_kind, step, status, fingerprint, rows_quarantined, error IS NOT NULL
    FROM audit.load_outcomes JOIN steps USING (district_code, night, ward_key, record_kind)
    WHERE (NOT is_plain OR list_contains($fresh, night)) AND step IN ('extract', 'validate', 'take_back')
    ORDER BY outcome_id"""  # noqa: S608 - our own words

_NIGHT = """
    SELECT outcome_id, night, ward_key AS ward, district_code AS district, record_kind, step, status, fingerprint,
        rows_read, rows_accepted, rows_quarantined, rows_unchanged, error, finished_at
    FROM audit.load_outcomes
    WHERE night = $night AND ward_key IS NOT NULL AND step IN ('extract', 'validate', 'take_back')
    ORDER BY outcome_id"""

Place = tuple[str, date]
"""A district's night."""


@dataclass
class DistrictGrid:
    """A district's wards by its newest nights, the newest first."""

    district: str
    nights: list[date] = field(default_factory=list)
    marks: dict[str, dict[date, Mark]] = field(default_factory=dict)


@dataclass(frozen=True)
class Feed:
    """How a record kind of a ward stands in a night, and when the step that says so ended (an instant)."""

    state: WardState
    finished_at: datetime | None


def fresh_outcomes(db: duckdb.DuckDBPyConnection, lake: Lake) -> list[Outcome]:
    """The outcomes of wards that the lake has and the published warehouse does not know yet, in their order."""
    row = db.execute("SELECT max(outcome_id) FROM audit.load_outcomes").fetchone()
    newest = str(row[0]) if row and row[0] else ""
    read = read_since(lake, newest, lambda outcome_id: outcome_id > newest)
    steps = ("extract", "validate", "take_back")
    return [one for one in read if one.ward is not None and one.step in steps]


def read_names(db: duckdb.DuckDBPyConnection, language: Language) -> dict[str, str]:
    """The names of wards and districts by their keys, from the warehouse: a registry takes longer to load."""
    column = {"vi": 0, "en": 1}[language]
    rows = db.execute(
        "SELECT ward_key, ward_name_vi, ward_name_en, district_code, district_name_vi, district_name_en "
        "FROM marts.dim_ward"
    ).fetchall()
    names = {row[3]: str(row[4 + column]) for row in rows}
    return names | {row[0]: str(row[1 + column]) for row in rows}


def read_grid(db: duckdb.DuckDBPyConnection, fresh: Sequence[Outcome], count: int) -> list[DistrictGrid]:
    """Every district's newest `count` nights."""
    states: dict[Place, dict[tuple[str, str], State]] = defaultdict(dict)
    refused: set[tuple[Place, str]] = set()
    for district, night, ward, record_kind, came, is_refused in db.execute(_STATES, {"count": count}).fetchall():
        # Of a night whose outcomes nobody keeps any more, its partitions say what came.
        states[district, night][ward, record_kind] = "loaded" if came else "missing"
        if is_refused:
            refused.add(((district, night), ward))
    published = set(states)
    for place, rows in _steps(db, fresh, count).items():
        for feed, (read, judged) in counting(rows).items():
            state = state_of(read, judged, left_out=read is not None and read.left_out)
            if place not in published or feed in states[place] or state in GOOD:
                states[place][feed] = state
            if state in GOOD and judged is not None and judged.rows_quarantined:
                refused.add((place, feed[0]))
    return [_grid(district, states, refused, count) for district in sorted({district for district, _ in states})]


def _grid(
    district: str,
    states: Mapping[Place, Mapping[tuple[str, str], State]],
    refused: set[tuple[Place, str]],
    count: int,
) -> DistrictGrid:
    nights = sorted((night for one, night in states if one == district), reverse=True)[:count]
    marks: dict[str, dict[date, Mark]] = defaultdict(dict)
    for night, wards in zip(nights, marks_of([states[district, night] for night in nights]), strict=True):
        for ward, mark in wards.items():
            plain = mark == "loaded" and ((district, night), ward) in refused
            marks[ward][night] = "refused" if plain else MARK_OF[mark]
    return DistrictGrid(district, nights, dict(sorted(marks.items())))


def _steps(db: duckdb.DuckDBPyConnection, fresh: Sequence[Outcome], count: int) -> Mapping[Place, list[Row]]:
    """The steps of each night that leave something to choose, in their order."""
    steps: dict[Place, list[Row]] = defaultdict(list)
    nights = sorted({one.night for one in fresh})
    for district, night, *row in db.execute(_STEPS, {"count": count, "fresh": nights}).fetchall():
        steps[district, night].append(Row._make(row))
    for one in fresh:
        kept = (one.ward or "", str(one.record_kind), one.step, one.status, one.fingerprint, one.rows_quarantined)
        steps[str(one.district), one.night].append(Row(*kept, one.error is not None))
    return steps


def read_night(
    db: duckdb.DuckDBPyConnection, lake: Lake, fresh: Sequence[Outcome], night: date
) -> dict[str, list[Feed]]:
    """A night's wards, each with its record kinds.

    Raises:
        LakeError: an outcome is damaged.
    """
    found = db.execute(_NIGHT, {"night": night})
    names = [column[0] for column in found.description or []]
    known = [Outcome.model_construct(**dict(zip(names, row, strict=True))) for row in found.fetchall()]
    outcomes = [*known, *(one for one in fresh if one.night == night)]
    wards: dict[str, list[Feed]] = defaultdict(list)
    for (ward, record_kind), (read, judged) in sorted(counting(outcomes).items()):
        state = ward_state(ward, RecordKind(record_kind), _whole(lake, read), _whole(lake, judged))
        last = judged if judged is not None and read is not None and read.status == "succeeded" else read
        wards[ward].append(Feed(state, last.finished_at if last else None))
    return dict(wards)


def _whole(lake: Lake, one: Outcome | None) -> Outcome | None:
    """The outcome with what the warehouse does not keep of it, its cause; one that succeeded has none."""
    if one is None or one.status == "succeeded":
        return one
    return lake.read_record(f"outcomes/{one.outcome_id[:8]}/{one.outcome_id}.json", Outcome) or one
