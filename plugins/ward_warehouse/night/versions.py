"""Which version of a record the lake holds: what a night reads is compared with it.

Versions are put in one order here and in the warehouse (`newest_versions`): what a read with `full` stated outranks
what earlier nights brought; then the source's change time counts, at most the end of the night that read it; then the
night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.nights import night_end
from ward_warehouse.lake import deletions
from ward_warehouse.lake.store import Lake, Manifest
from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.registry import Feed

UNIT = "\x1f"
INSTANT = pa.timestamp("us", "UTC")
SCHEMA = pa.schema([("source_record_id", pa.string()), ("version", pa.string()), ("changed_at", INSTANT)])

NEWEST = f"""
    WITH dated AS (
        SELECT versions.*, least(source_changed_at, ends_at) AS changed_at,
               max(CASE WHEN is_full THEN night END) OVER (PARTITION BY source_record_id) AS stated_night
        FROM versions JOIN nights USING (night)),
    newest AS (
        SELECT source_record_id, content_hash, changed_at FROM dated QUALIFY row_number() OVER (
            PARTITION BY source_record_id
            ORDER BY coalesce(night >= stated_night, true) DESC, changed_at DESC NULLS LAST, night DESC,
                     content_hash DESC) = 1)
    SELECT source_record_id, source_record_id || chr(31) || content_hash AS version, changed_at
    FROM newest ANTI JOIN ({deletions.DELETED_IDS}) AS deleted USING (source_record_id)
"""  # noqa: S608 - our own text


@dataclass(frozen=True)
class Known:
    """The newest accepted version of a ward's records.

    Attributes:
        table: source_record_id, version (`<record id><unit separator><content hash>`), changed_at (UTC).
    """

    table: pa.Table

    @property
    def versions(self) -> pa.Array:
        """The versions, each a text."""
        return _one_chunk(self.table["version"])

    def count_older(self, records: pa.Table, end: datetime) -> int:
        """How many of the records changed, by their own account, before the version that is known of them.

        Args:
            records: mapped records.
            end: of the night; a later change time counts as it.
        """
        if not self.table.num_rows or not records.num_rows:
            return 0
        places = pc.index_in(records["source_record_id"], value_set=_one_chunk(self.table["source_record_id"]))
        known = self.table["changed_at"].take(places)
        changed, end_of_night = records["source_changed_at"], pa.scalar(end, INSTANT)
        changed = pc.if_else(pc.greater(changed, end_of_night), end_of_night, changed)
        # A record that does not say when it changed ranks below every one that does.
        older = pc.and_(pc.is_valid(known), pc.fill_null(pc.less(changed, known), True))
        return int(pc.sum(pc.and_(older, pc.is_valid(records["source_record_id"]))).as_py() or 0)


def known_versions(lake: Lake, feed: Feed, history: Sequence[Manifest], night: date, since: datetime | None) -> Known:
    """The newest accepted version of each of the ward's records, as far as the window from `since` on can show them.

    Only earlier nights count: the night itself may be about to be replaced. Partitions that end before the window
    starts hold no record that the window can show again unchanged, but for those that every night reads.

    Args:
        lake: the lake.
        feed: the ward's feed.
        history: its committed partitions.
        night: that is read.
        since: from when on.

    Raises:
        LakeError: the lake cannot be read.
    """
    wanted = [
        manifest
        for manifest in history
        if (manifest.night < night and manifest.accepted_path)
        and (since is None or manifest.cursor_to is None or manifest.cursor_to >= since or manifest.rows_always_read)
    ]
    if not wanted:
        return Known(SCHEMA.empty_table())
    nights: dict[str, list[date]] = {}
    for manifest in wanted:
        nights.setdefault(manifest.accepted_path, []).append(manifest.night)
    columns = ["source_record_id", "content_hash", "source_changed_at", "night"]
    tables = [lake.read_table(path, columns, [("night", "in", own)]) for path, own in nights.items()]
    zone = feed.district.time_zone
    of_nights = {
        "night": pa.array([manifest.night for manifest in wanted], pa.date32()),
        "ends_at": pa.array([night_end(manifest.night, zone) for manifest in wanted], INSTANT),
        "is_full": pa.array([manifest.full for manifest in wanted]),
    }
    with open_cursor() as db:
        db.register("versions", pa.concat_tables(tables))
        db.register("nights", pa.table(of_nights))
        # A record that was marked deleted is news when it is there again, even unchanged.
        db.register("events", deletions.events(lake, feed.record_kind, feed.ward.ward, before=night))
        return Known(db.execute(NEWEST).to_arrow_table().cast(SCHEMA))


def _one_chunk(values: pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks()
