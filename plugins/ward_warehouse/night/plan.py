"""What a run is asked to do, from the words of a command line or of a DAG's params."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.nights import newest_night
from ward_warehouse.core.settings import Settings
from ward_warehouse.night.extract import Request
from ward_warehouse.registry import Registry


class Plan(BaseModel):
    """What a run will do; small enough to pass from task to task.

    Attributes:
        run_id: marks the outcomes of this run.
        wards: keys of the wards to read.
        kinds: record kinds to read.
        problems: one line for each wrong entry of the registry; the other wards run all the same.
    """

    model_config = ConfigDict(frozen=True)

    run_id: str
    request: Request
    wards: list[str]
    record_kinds: list[RecordKind]
    problems: list[str]


def parse_record_kind(name: str) -> RecordKind:
    """The record kind of that name.

    Raises:
        WardWarehouseError: there is none.
    """
    try:
        return RecordKind(name)
    except ValueError:
        raise WardWarehouseError(f"record kind {name!r}: unknown; expected one of {', '.join(RecordKind)}") from None


def make_request(
    settings: Settings,
    night: date,
    *,
    since: str | None = None,
    until: str | None = None,
    full: bool = False,
    chunk_days: int | None = None,
) -> Request:
    """What a run is asked to read, from the words of a person.

    Args:
        settings: of the site; times without a zone are in its zone.
        night: local date.
        since: changes from this date or time on, instead of from the cursor.
        until: changes up to the end of this date, or to this time.
        full: everything, whatever the cursor says.
        chunk_days: read `since`..`until` in pieces of so many days.

    Raises:
        WardWarehouseError: a time cannot be read, or the words contradict each other.
    """
    begin = parse_instant(since, False, settings) if since else None
    end = parse_instant(until, True, settings) if until else None
    if begin is not None and end is not None and begin >= end:
        raise WardWarehouseError(
            f"found since {since} and until {until}, expected since to lie before until; nothing was read"
        )
    if chunk_days is not None and begin is None:
        raise WardWarehouseError(
            "found chunk_days without since, expected since, the date from which the pieces are counted"
        )
    return Request(night=night, since=begin, until=end, full=full, chunk_days=chunk_days)


def require_over(registry: Registry, night: date, wards: list[str]) -> None:
    """Checks that the night has ended: loaded before, it would never read what its wards enter until then.

    Raises:
        WardWarehouseError: it has not, in the time zone of one of the wards' districts.
    """
    now = datetime.now(UTC)
    zones = {registry.districts[registry.wards[ward].district].time_zone for ward in wards}
    newest = min(newest_night(now, zone) for zone in zones)
    if night > newest:
        raise WardWarehouseError(
            f"night {night}: not over yet in {', '.join(sorted(zones))}; the newest night that may be loaded is "
            f"{newest}"
        )


def parse_instant(text: str, end_of_day: bool, settings: Settings) -> datetime:
    """An instant from ISO text; a date alone is its local start, or its local end.

    Raises:
        WardWarehouseError: the text is neither.
    """
    zone = ZoneInfo(settings.time_zone)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise WardWarehouseError(f"found {text!r}, expected a date or a time such as 2018-12-27T06:00") from None
        return found if found.tzinfo else found.replace(tzinfo=zone)
    return datetime.combine(day + timedelta(days=int(end_of_day)), time.min, zone)
