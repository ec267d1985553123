"""One comparison of a ward's record kind with its source, and the outcome that says how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.lake.deletions import Reconciliation
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Lake, previous_manifest
from ward_warehouse.night.extract import Request
from ward_warehouse.night.noting import note_outcome, status_of, unforeseen
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.reconcile import unknown_note
from ward_warehouse.registry import Feed


def compare_and_note(
    lake: Lake, time_zone: str, feed: Feed, run_id: str, compare: Callable[[date], Reconciliation]
) -> tuple[Outcome, Reconciliation | None]:
    """Compares a feed with its source; an outcome, and what was found if it could be compared.

    Args:
        lake: the lake.
        time_zone: in which today is the night of a feed that brought none yet.
        feed: what is compared.
        run_id: of the run that compares.
        compare: does it, as of a night: the newest that the feed brought.

    Raises:
        LakeError: the lake cannot be written.
    """
    started = datetime.now(UTC)
    newest = previous_manifest(lake, feed.record_kind, feed.ward.ward, date.max)
    night = newest.night if newest else started.astimezone(ZoneInfo(time_zone)).date()
    plan = Plan(
        run_id=run_id,
        request=Request(night=night),
        wards=[feed.ward.ward],
        record_kinds=[feed.record_kind],
        problems=[],
    )
    try:
        found = compare(night)
    except WardWarehouseError as error:
        return note_outcome(
            lake, plan, "reconcile", status_of(error), started, feed=feed, error=str(error), cause=error.cause
        ), None
    except Exception as error:
        # The fault of one feed must not take the comparison of the others with it.
        text = unforeseen(str(feed), "comparing", error)
        return note_outcome(lake, plan, "reconcile", "failed", started, feed=feed, error=text, cause="unforeseen"), None
    return note_outcome(lake, plan, "reconcile", "succeeded", started, feed=feed, warnings=unknown_note(found)), found
