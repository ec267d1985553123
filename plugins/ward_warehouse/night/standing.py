"""Where each ward stands: its newest committed night, what is landed and waits, and what a night is worth by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.outcomes import Outcome, read_night
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, manifest_path, previous_manifest
from ward_warehouse.night.counting import counting
from ward_warehouse.night.due import Due
from ward_warehouse.night.extract import Request
from ward_warehouse.night.judge import committed
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.verdict import LastNight, Refused, Verdict, judge_night
from ward_warehouse.registry import Feed, Registry
from ward_warehouse.registry.strict import Label

LATE_FOR = timedelta(hours=18)
"""After a deadline: a night that is read later than that is history that is read again, and not late."""


def standing(lake: Lake, registry: Registry) -> list[dict[str, Any]]:
    """The newest committed partition of each ward and record kind of the registry; counts are None without one."""
    rows = []
    for ward in registry.wards:
        for feed in registry.feeds(ward):
            newest = previous_manifest(lake, feed.record_kind, ward, date.max)
            fields = ("night", "rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged", "cursor_to")
            values = {name: getattr(newest, name) if newest else None for name in fields}
            adds_up = newest is None or (
                newest.rows_read == newest.rows_accepted + newest.rows_quarantined + newest.rows_unchanged
            )
            waiting = _waiting(lake, feed, newest)
            rows.append(
                {"ward": ward, "record_kind": str(feed.record_kind), **values, "adds_up": adds_up, "waiting": waiting}
            )
    return rows


def _waiting(lake: Lake, feed: Feed, newest: Manifest | None) -> date | None:
    """The newest night that is landed but not committed: held back, or not judged yet."""
    landed = lake.names(f"landing/{feed.record_kind}/{feed.ward.ward}")
    batch = lake.read_record(landed[-1], LandedBatch) if landed else None
    if batch is None or committed(lake, batch) is not None:
        return None
    return batch.night if newest is None or batch.night >= newest.night else None


def verdict_on(settings: Settings, lake: Lake, registry: Registry, night: date, now: datetime | None = None) -> Verdict:
    """What a night is worth by now, of all wards in force on it: what is committed counts, whichever run did it.

    Args:
        settings: the working calendar, the deadline, and how many wards' failure is too much.
        lake: outcomes and manifests.
        registry: who was expected.
        night: the local date.
        now: the instant it is judged at, which tells whether it is late.

    Raises:
        LakeError: an outcome or a manifest is damaged.
    """
    wards = registry.wards_in_force(night)
    plan = Plan(
        run_id="", request=Request(night=night), wards=wards, record_kinds=list(RecordKind), problems=registry.problems
    )
    found = [one for pair in counting(read_night(lake, night)).values() for one in pair if one is not None]
    judged = judge_night(plan, registry, found, settings.failed_wards_limit, Due(settings), last_committed(lake))
    late = is_late(settings, night, now or datetime.now(UTC), found)
    return replace(judged, refused=refused_records(lake, judged), is_late=late)


def deadline(settings: Settings, night: date) -> datetime:
    """When a night is to be published: the hour of the setting, on the morning after it."""
    hour = time.fromisoformat(settings.publish_by)
    return datetime.combine(night + timedelta(days=1), hour, ZoneInfo(settings.time_zone))


def is_late(settings: Settings, night: date, now: datetime, found: Iterable[Outcome] = ()) -> bool:
    """Whether a night ended, or has not ended by now, after its deadline."""
    due = deadline(settings, night)
    ended = max((one.finished_at for one in found if one.step in ("extract", "validate")), default=now)
    return due < min(ended, now) < due + LATE_FOR


def last_committed(lake: Lake) -> LastNight:
    """Gives the newest committed night before a night, by ward and record kind; each folder is listed once."""
    known: dict[tuple[str, RecordKind], list[date]] = {}

    def find(ward: str, record_kind: RecordKind, night: date) -> date | None:
        if (ward, record_kind) not in known:
            names = lake.names(f"manifests/{record_kind}/{ward}")
            known[ward, record_kind] = [date.fromisoformat(PurePosixPath(name).stem) for name in names]
        return max((one for one in known[ward, record_kind] if one < night), default=None)

    return find


def refused_records(lake: Lake, verdict: Verdict) -> tuple[Refused, ...]:
    """What was refused of a night, by ward, record kind and rule, the most first."""
    found = []
    for state in verdict.states:
        path = manifest_path(state.record_kind, state.ward, verdict.night)
        manifest = lake.read_record(path, Manifest) if state.rows_quarantined else None
        for result in manifest.rules if manifest else []:
            if result.severity == "error" and result.rows_broken:
                label = Label(vi=result.vi, en=result.en)
                found.append(
                    Refused(state.ward, state.district, state.record_kind, result.rule, result.rows_broken, label)
                )
    return tuple(sorted(found, key=lambda one: (-one.rows, one.ward, one.rule)))
