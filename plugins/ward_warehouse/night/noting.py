"""The outcome of a step: what it did to which ward and record kind, appended to the lake as it ends."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime

from ward_warehouse.core.errors import Cause, PostponedError, ReconcileError, SchemaDriftError, WardWarehouseError
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.outcomes import Outcome, Status, Step
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest
from ward_warehouse.night.plan import Plan
from ward_warehouse.registry import Feed

log = logging.getLogger(__name__)


def note_outcome(
    lake: Lake,
    plan: Plan,
    step: Step,
    status: Status,
    started: datetime,
    *,
    feed: Feed | None = None,
    batch: LandedBatch | None = None,
    error: str | None = None,
    cause: Cause | None = None,
    warnings: tuple[str, ...] = (),
) -> Outcome:
    """Appends the outcome of a step that ends now.

    Args:
        lake: the lake.
        plan: of the run.
        step: which step.
        status: how it ended.
        started: when it began.
        feed: what it was about; neither this nor `batch` for a step of the whole night.
        batch: the batch it was about, with its counts.
        error: the line for a person, if it failed or was held.
        cause: of the error.
        warnings: what looked odd.

    Raises:
        LakeError: the lake cannot be written.
    """
    judged = batch if isinstance(batch, Manifest) else None
    return outcomes.append(
        lake,
        Outcome(
            outcome_id=outcomes.next_id(lake, plan.run_id),
            run_id=plan.run_id,
            night=plan.request.night,
            step=step,
            status=status,
            started_at=started,
            finished_at=datetime.now(UTC),
            ward=feed.ward.ward if feed else batch.ward if batch else None,
            district=feed.ward.district if feed else batch.district if batch else None,
            record_kind=feed.record_kind if feed else batch.record_kind if batch else None,
            rows_read=batch.rows_read if batch else None,
            rows_unchanged=batch.rows_unchanged if batch else None,
            rows_accepted=judged.rows_accepted if judged else None,
            rows_quarantined=judged.rows_quarantined if judged else None,
            cursor_from=batch.cursor_from if batch else None,
            cursor_to=batch.cursor_to if batch else None,
            error=error,
            cause=cause,
            fingerprint=batch.batch_id if batch else None,
            new_columns=tuple(batch.new_columns) if batch else (),
            warnings=warnings,
        ),
    )


def unforeseen(what: str, doing: str, error: Exception) -> str:
    """The line on an error that nobody foresaw; its type and place are logged, its text may quote a citizen's data."""
    text = f"{what}: unexpected {type(error).__name__} while {doing}; see the log of its task and report it"
    log.error("%s\n%s", text, "".join(traceback.format_tb(error.__traceback__)))
    return text


def status_of(error: WardWarehouseError) -> Status:
    """How a step ended that raised an error."""
    if isinstance(error, PostponedError):
        return "postponed"
    return "held" if isinstance(error, SchemaDriftError | ReconcileError) else "failed"
