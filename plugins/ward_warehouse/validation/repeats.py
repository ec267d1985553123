"""Several records of one id in a batch: which of them counts, and which only led to it; and records of one code."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.lake.store import LandedBatch
from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.validation.suites import CODE_REPEATED, REPEATED

LOOKED_AT = ("source_record_id", "source_position", "source_changed_at", "content_hash", "dossier_code")
"""The columns by which a record is told to repeat another one."""
ROW = "row"
"""The number of a record in its landed files, from 0."""


def without_earlier(batch: LandedBatch, table: pa.Table) -> tuple[LandedBatch, pa.Table]:
    """The batch with `repeated`, without the versions that earlier nights would have brought: those are unchanged.

    A ward that catches up, or is read from its beginning, gives a record once for each night it was changed on. The
    rows that were taken out stand in the landed file all the same: `row` says where the others stand in it.
    """
    table = with_repeated_ids(table.append_column(ROW, pa.array(np.arange(table.num_rows))))
    if table[REPEATED].null_count == table.num_rows:
        return batch, with_shared_codes(table)
    earlier = _earlier_versions(table, batch.night_ends_at)
    kept = table.filter(pc.invert(earlier))
    taken_out = table.num_rows - kept.num_rows
    return batch.model_copy(update={"rows_unchanged": batch.rows_unchanged + taken_out}), with_shared_codes(kept)


def _earlier_versions(table: pa.Table, night_ends_at: datetime | None) -> pa.Array:
    """Which rows are older versions, or copies, of a record that another file or page, or an earlier night, brought.

    Two rows of one id in one file of one night contradict each other, and someone has to look at them.
    """
    keys = table.select(["source_record_id", "source_position", "source_changed_at", REPEATED, ROW])
    with open_cursor() as db:
        db.register("keys", keys)
        found = db.execute(
            """
            WITH placed AS (
                SELECT *, regexp_replace(source_position, '[0-9]+$', '') AS place,
                       greatest(floor((epoch($ends::TIMESTAMPTZ) - epoch(source_changed_at)) / 86400), 0)
                           AS nights_before
                FROM keys)
            SELECT coalesce(
                (repeated = 'older' AND source_changed_at IS NOT NULL
                 AND (place <> first_value(place) OVER id OR nights_before > min(nights_before) OVER id))
                OR (repeated = 'same' AND place <> first_value(place) OVER id), FALSE) AS is_earlier
            FROM placed
            WINDOW id AS (PARTITION BY source_record_id ORDER BY source_changed_at DESC NULLS LAST, row
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
            ORDER BY row""",
            {"ends": night_ends_at},
        ).to_arrow_table()
    return found["is_earlier"].combine_chunks()


def with_repeats(table: pa.Table) -> pa.Table:
    """The batch with the columns `repeated` and `code_repeated`, which the suites look at."""
    return with_shared_codes(with_repeated_ids(table))


def with_shared_codes(table: pa.Table) -> pa.Table:
    """The batch with the column `code_repeated`: not null where records of several ids carry one dossier code."""
    empty = pa.nulls(table.num_rows, pa.string())
    if "dossier_code" not in table.column_names:
        return table.append_column(CODE_REPEATED, empty)
    codes = table["dossier_code"]
    if pc.count_distinct(codes, mode="only_valid").as_py() == len(codes) - codes.null_count:
        return table.append_column(CODE_REPEATED, empty)
    ids = table.select(["dossier_code", "source_record_id"]).filter(pc.is_valid(codes))
    counted = ids.group_by("dossier_code").aggregate([("source_record_id", "count_distinct")])
    shared = counted.filter(pc.greater(counted["source_record_id_count_distinct"], 1))["dossier_code"].combine_chunks()
    repeated = pc.and_(pc.is_valid(codes), pc.is_in(codes, value_set=shared))
    return table.append_column(CODE_REPEATED, pc.if_else(repeated, "shared", pa.scalar(None, pa.string())))


def with_repeated_ids(table: pa.Table) -> pa.Table:
    """The batch with the column `repeated`: null, or why the record is not the one that counts for its id.

    Of records with one id the newest counts (`older` for the rest); identical copies are `same`; two different records
    of one age are both `conflict`, because nothing says which of them is true.
    """
    ids = table["source_record_id"]
    if pc.count_distinct(ids, mode="only_valid").as_py() == len(ids) - ids.null_count:
        return table.append_column(REPEATED, pa.nulls(table.num_rows, pa.string()))
    keys = table.select(["source_record_id", "source_changed_at", "content_hash"])
    keys = keys.append_column(ROW, pa.array(np.arange(table.num_rows)))
    with open_cursor() as db:
        db.register("keys", keys)
        repeated = db.execute(
            """
            SELECT row, CASE
                WHEN source_record_id IS NULL OR count(*) OVER id = 1 THEN NULL
                WHEN source_changed_at IS DISTINCT FROM max(source_changed_at) OVER id THEN 'older'
                WHEN min(content_hash) OVER age <> max(content_hash) OVER age THEN 'conflict'
                WHEN row <> min(row) OVER age THEN 'same' END AS repeated
            FROM keys
            WINDOW id AS (PARTITION BY source_record_id), age AS (PARTITION BY source_record_id, source_changed_at)
            ORDER BY row"""
        ).to_arrow_table()
    return table.append_column(REPEATED, repeated["repeated"])
