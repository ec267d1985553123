"""Outcomes are data: each step appends one record of what it did, which dbt models as completeness and timeliness."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Literal
from uuid import uuid4

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import Cause
from ward_warehouse.core.shown import Shown
from ward_warehouse.lake.digests import read_folder
from ward_warehouse.lake.store import Lake, LakeRecord

Step = Literal[
    "extract", "validate", "release", "take_back", "reconcile", "load", "build", "publish", "maintenance", "message"
]
Status = Literal["succeeded", "failed", "held", "postponed"]
STAMP = "%Y%m%dT%H%M%S%f"


class Outcome(LakeRecord):
    """What one step did for one ward, record kind and night.

    Attributes:
        run_id: the run that did it; all steps of a night's run share it.
        ward, district, record_kind: None for a step that concerns the whole night.
        status: held means that the batch was refused as a whole and waits for a person; postponed, that the ward was
            not read because of its quiet hours.
        started_at, finished_at: instants, UTC.
        error: the one line for the person who must act; also set when a batch landed with something left out.
        cause: of the error, as far as it changes what is to be done; outcomes older than it have none.
        fingerprint: identifies the batch that was handled.
        warnings: what looked odd and lost nothing: it is told, and the batch loaded all the same.
    """

    outcome_id: str
    run_id: str
    night: date
    step: Step
    status: Status
    started_at: datetime
    finished_at: datetime
    ward: str | None = None
    district: str | None = None
    record_kind: RecordKind | None = None
    rows_read: int | None = None
    rows_accepted: int | None = None
    rows_quarantined: int | None = None
    rows_unchanged: int | None = None
    cursor_from: datetime | None = None
    cursor_to: datetime | None = None
    error: Shown | None = None
    cause: Cause | None = None
    fingerprint: str | None = None
    new_columns: tuple[Shown, ...] = ()
    warnings: tuple[Shown, ...] = ()


def new_id() -> str:
    """An identifier that sorts by the time it was made."""
    return _id_at(datetime.now(UTC))


def next_id(lake: Lake, run_id: str) -> str:
    """An identifier for an outcome of a run, which sorts after the run's own whatever became of the clock.

    Of several attempts at a step the last one counts, and a run is looked for from its day on: where the clock was set
    back behind the run's beginning, the outcome follows the newest one that the lake has since then.
    """
    made = new_id()
    # A run whose id is its caller's own has no beginning to be behind.
    if made > run_id or not re.match(r"\d{8}T\d{12}-", run_id):
        return made
    newest = max([PurePosixPath(name).stem for name in names_since(lake, run_id)], default=run_id)
    at = datetime.strptime(max(newest, run_id).split("-")[0], STAMP).replace(tzinfo=UTC)
    return _id_at(at + timedelta(microseconds=1))


def _id_at(moment: datetime) -> str:
    return f"{moment:{STAMP}}-{uuid4().hex[:8]}"


def names_since(lake: Lake, run_id: str) -> list[str]:
    """Paths of the outcomes of a run's day and of all days after it; of all days for an empty id."""
    return [name for day in lake.folders("outcomes") if day >= run_id[:8] for name in lake.names(f"outcomes/{day}")]


def append(lake: Lake, outcome: Outcome) -> Outcome:
    """Writes the outcome to the lake."""
    lake.write_record(f"outcomes/{outcome.outcome_id[:8]}/{outcome.outcome_id}.json", outcome)
    return outcome


def read_since(lake: Lake, since: str, wanted: Callable[[str], bool] = lambda _: True) -> list[Outcome]:
    """The outcomes of the day of an id and of all days after it, in the order they were written.

    Args:
        lake: the lake.
        since: an outcome's or a run's id, or a day; empty for all days.
        wanted: says of an outcome's id whether it is.

    Raises:
        LakeError: an outcome is damaged, or the lake cannot be read.
    """
    found: list[Outcome] = []
    for day in lake.folders("outcomes"):
        if day >= since[:8]:
            folder = f"outcomes/{day}"
            versions = [one for one in lake.versions(folder) if wanted(PurePosixPath(one[0]).stem)]
            found += read_folder(lake, folder, versions, Outcome)
    return found


def read_run(lake: Lake, run_id: str) -> list[Outcome]:
    """The outcomes of a run in the order they were written; `run_id` is one made by `new_id`."""
    return [outcome for outcome in read_since(lake, run_id) if outcome.run_id == run_id]


def read_night(lake: Lake, night: date) -> list[Outcome]:
    """All outcomes of a night, of whatever run, in the order they were written.

    A night is read once it is over: no outcome of it lies in a folder of a day before it.
    """
    return [outcome for outcome in read_since(lake, f"{night:%Y%m%d}") if outcome.night == night]
