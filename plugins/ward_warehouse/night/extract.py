"""Extraction: what changed in one ward's system since its cursor, mapped, treated and landed as one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.errors import SchemaDriftError, SourceError
from ward_warehouse.core.names import names_shown
from ward_warehouse.core.nights import CLOCK_TOLERANCE, night_end
from ward_warehouse.lake.history import newest_before, read_history
from ward_warehouse.lake.locks import require_lock
from ward_warehouse.lake.outcomes import new_id
from ward_warehouse.lake.store import (
    Lake,
    LandedBatch,
    Manifest,
    Partition,
    landed_path,
)
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.night.landing import Landing, LandingFiles, Suspects
from ward_warehouse.night.rekeyed import EarlierIds, close_earlier_ids
from ward_warehouse.night.soft_deletes import SoftDeletes
from ward_warehouse.night.versions import known_versions
from ward_warehouse.registry import Feed
from ward_warehouse.sources import ReadReport, Source, Window, open_source

LEAST_SHARE = 0.5
"""Of the known records, where no setting says otherwise: a night that marks more as deleted is not believed."""


class Request(BaseModel):
    """What a night asks of a feed.

    Attributes:
        night: local date; the night reads changes up to its end (midnight after it).
        since, until: instants that replace the cursor and the night's end (backfill).
        full: everything, whatever the cursor says.
        chunk_days: a window with a beginning is read in pieces of so many days, one statement or walk each.
    """

    model_config = ConfigDict(frozen=True)

    night: date
    since: datetime | None = None
    until: datetime | None = None
    full: bool = False
    chunk_days: int | None = Field(default=None, ge=1)


@dataclass(frozen=True)
class Extracted:
    """A landed batch, one line for each file that had to be left out, and what looked odd."""

    batch: LandedBatch
    refused: list[str]
    warnings: tuple[str, ...] = ()


def extract(
    feed: Feed, request: Request, lake: Lake, resolve: Resolver, keys: Mapping[str, bytes],
    least_share: float = LEAST_SHARE, suspects: Suspects | None = None, *, was_silent: bool = False,
) -> Extracted:  # fmt: skip
    """Reads the feed's changes and lands them; nothing is landed unless the source was read to its end.

    Args:
        feed: a ward's feed.
        request: what the night asks of it.
        lake: where it lands.
        resolve: gives the ward's connection.
        keys: the pseudonym key by its id, and after it the earlier ones.
        least_share: share of the known records that must not be marked as deleted.
        suspects: marks records that the judging is expected to refuse; without it no records are cleared.
        was_silent: the ward's system has just left another of its feeds without an answer.

    Raises:
        SourceError: the source cannot be read, its columns are not those of the mapping, or it marks too many records
            as deleted.
        LockedError: another run took the partition over meanwhile.
        LakeError: the lake cannot be read or written.
    """
    history = read_history(lake, feed.record_kind, feed.ward.ward)
    previous = newest_before(history, request.night)
    if previous is not None:
        # In case the run that accepted it was ended before it did.
        close_earlier_ids(feed, lake, previous.night)
    latest = datetime.now(UTC) + CLOCK_TOLERANCE
    window = _window(feed, request, previous, latest)
    loaded = {} if request.full else _taken_files(history, request.night, previous)
    source = open_source(feed, resolve(feed.connection_id), loaded, was_silent=was_silent)
    known = known_versions(lake, feed, history, request.night, window.since)
    ends_at = night_end(request.night, feed.district.time_zone)
    batch_id = new_id()
    fields = {
        "record_kind": feed.record_kind,
        "ward": feed.ward.ward,
        "district": feed.ward.district,
        "night": request.night,
    }
    path = lake.data_path("landing", Partition(**fields), batch_id)
    with ExitStack() as stack:
        key_id, key = next(iter(keys.items()))
        mapper = stack.enter_context(closing(Mapper(feed, request.night, key, key_id)))
        earlier = EarlierIds(feed, lake, request.night, keys, stack)
        deletes = SoftDeletes(feed, mapper, earlier)
        chunks = list(_chunks(window, request.chunk_days))
        files = LandingFiles(lake, path, feed.record_kind, stack, suspects)
        writer = Landing(files, known, latest, ends_at, remembers=len(chunks) > 1)
        for chunk in chunks:
            for table in _mapped(source, chunk, deletes, earlier):
                writer.add(table)
            writer.end_chunk()
    if source.report.refused and not source.report.files and not writer.rows_read:
        raise _refusal(feed, source.report)
    before = previous.cursor_to if previous else None
    # A record dated in the future must not carry the cursor past what comes tomorrow.
    newest = min(writer.newest_past, window.until) if writer.newest_past and window.until else writer.newest_past
    batch = LandedBatch(
        **fields,
        batch_id=batch_id,
        path=files.path,
        cleared_path=files.cleared_path,
        beside_path=files.beside_path,
        rows_read=writer.rows_read,
        rows_unchanged=writer.rows_unchanged,
        rows_always_read=writer.rows_always_read,
        full=request.full,
        night_ends_at=ends_at,
        cursor_from=window.since,
        read_until=window.until,
        cursor_to=max((value for value in (before, newest) if value is not None), default=None),
        files={**(previous.files if previous else {}), **source.report.files},
        new_columns=list(names_shown(source.report.new_columns, feed.known_names()).values()),
        rekeyed_path=earlier.land(lake, Partition(**fields), batch_id),
    )
    require_lock(lake, feed.record_kind, feed.ward.ward, request.night)
    deletes.commit(lake, request.night, least_share)
    lake.write_record(landed_path(feed.record_kind, feed.ward.ward, request.night), batch)
    warnings = () if request.full else _older_warnings(writer)
    if request.since is None and not request.full:
        warnings = (*_clock_warnings(writer, before, window), *warnings)
    return Extracted(batch, source.report.refused, (*warnings, *source.report.warnings))


def _older_warnings(writer: Landing) -> tuple[str, ...]:
    """Records that do not count although they are new: the lake has what the source says to be a later version."""
    if not writer.rows_older:
        return ()
    return (
        f"{writer.rows_older} records say that they changed before the version that is known of them: old copies do "
        "not count; if the system was restored or its clock set back, read the ward with `full`",
    )


def _clock_warnings(writer: Landing, before: datetime | None, window: Window) -> tuple[str, ...]:
    """Signs that the source's clock is off.

    Neither loses a record: the cursor never runs ahead of the night's end, and what a clock stamps that fell back by
    less than the overlap is read again. What lies further back is found by `reconcile`.
    """
    if writer.newest and window.until and writer.newest > window.until:
        return (f"change times up to {writer.newest:%Y-%m-%d %H:%M} UTC lie after the night: the clock is ahead",)
    if before and writer.newest_changed and writer.newest_changed < before:
        return (
            f"all changes lie before the last night's newest ({before:%Y-%m-%d %H:%M} UTC): the clock may have been "
            "set back; if by more than the overlap, read the ward with `full`",
        )
    return ()


def _refusal(feed: Feed, report: ReadReport) -> SourceError:
    """Why nothing of the dropped files could be loaded: for the sender, or for whoever keeps the mapping."""
    lines = "; ".join(report.refused)
    if not report.drifted:
        return SourceError(lines)
    return SchemaDriftError(
        f"{lines}. The batch is held back: if the software itself changed, correct "
        f"dags/systems/{feed.system.system}.yml"
    )


def _window(feed: Feed, request: Request, previous: Manifest | None, latest: datetime) -> Window:
    """From the cursor less the overlap to the night's end, unless the request says otherwise.

    What is dated after the latest time that can be belongs to no night: a clock that was off, or a typing error, wrote
    it. It is read too, except by a backfill, which asks for a span of time.
    """
    end = night_end(request.night, feed.district.time_zone)
    until = min(request.until, end) if request.until else end
    if request.full:
        return Window(None, until, latest)
    if request.since is not None:
        return Window(request.since, until)
    if previous is None or previous.cursor_to is None:
        return Window(None, until, latest)
    return Window(previous.cursor_to - timedelta(hours=feed.mapping.overlap_hours), until, latest)


def _taken_files(history: Sequence[Manifest], night: date, previous: Manifest | None) -> dict[str, str]:
    """The files that other nights took: those before, and where an old night is read again, also those after it."""
    before = previous.files if previous else {}
    newest = newest_before(history, date.max)
    if newest is None or newest.night <= night:
        return before
    own = next((manifest for manifest in history if manifest.night == night), None)
    of_the_night = set(own.files.values()) if own else set()
    return {**{name: mark for name, mark in newest.files.items() if mark not in of_the_night}, **before}


def _chunks(window: Window, days: int | None) -> Iterator[Window]:
    """The window in pieces of `days` days, without gap or overlap; whole without a number or a beginning."""
    if days is None or window.since is None or window.until is None:
        yield window
        return
    since = window.since
    while since < window.until:
        until = min(since + timedelta(days=days), window.until)
        yield Window(since, until, window.ahead_of if until == window.until else None)
        since = until


def _mapped(source: Source, window: Window, deletes: SoftDeletes, earlier: EarlierIds) -> Iterator[pa.Table]:
    for batch in source.read(window):
        if batch.num_rows:
            earlier.note(batch)
            yield deletes.map(batch, source.report.new_columns)
