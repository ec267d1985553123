"""Whether the published warehouse is older than the lake: nights that were committed, and no build has brought yet.

Without a word of it a build that is paused, or fails, night after night goes unnoticed: every load is a success.
"""

from __future__ import annotations

from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.outcomes import Outcome, read_since
from ward_warehouse.lake.store import Lake
from ward_warehouse.warehouse.published import open_published

COMMITS = ("validate", "take_back")
MEND = (
    "see whether `warehouse_build` is paused or failed, and trigger it, or run `ward-warehouse build` and `publish`: "
    "one build brings all of it"
)
NOTHING = f"nothing is published yet, and earlier nights were loaded: {MEND}"


def what_is_not_published(settings: Settings, lake: Lake, besides: str | None = None) -> str | None:
    """One line on what is committed and not in the published warehouse; None when it is all there.

    Told by what the build behind the published warehouse knew (`audit.load_outcomes`), not by any clock.

    Args:
        settings: where the published warehouse is.
        lake: the lake.
        besides: the run that is being judged: its build comes after its verdict.

    Raises:
        BuildError: the published warehouse cannot be read.
        LakeError: an outcome is damaged.
    """
    published = settings.published_file.is_file()
    known = _known(settings) if published else set()
    read = read_since(lake, max(known, default=""), lambda outcome_id: outcome_id not in known)
    missing = [one for one in read if one.run_id != besides and one.step in COMMITS and one.status == "succeeded"]
    if not missing:
        return None
    return _line(missing) if published else NOTHING


def _known(settings: Settings) -> set[str]:
    """Ids of the outcomes that the published warehouse knows, of its newest day.

    A load takes all outcomes that there are: of days before the newest that it knew, none is new.
    """
    with open_published(settings.published_file) as db:
        found = db.execute(
            "SELECT outcome_id FROM audit.load_outcomes WHERE left(outcome_id, 8) >= "
            "(SELECT left(max(outcome_id), 8) FROM audit.load_outcomes)"
        ).fetchall()
    return {str(row[0]) for row in found}


def _line(missing: list[Outcome]) -> str:
    nights = sorted({one.night for one in missing})
    wards = {one.ward for one in missing}
    span = f"night {nights[0]}" if len(nights) == 1 else f"{len(nights)} nights from {nights[0]} to {nights[-1]}"
    return (
        f"the published warehouse is older than the lake: {span}, {len(wards)} wards, committed and not in it; {MEND}"
    )
