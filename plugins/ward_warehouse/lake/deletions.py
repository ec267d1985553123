"""What reconciliations found: records that vanished at the source, and records that came back.

Each is a Parquet file that a reconciliation's manifest names; neither is ever changed. The newest event of a record
counts, and a version that the lake accepted on a later night outweighs it: who sends a record again has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pyarrow as pa

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.store import Lake, Partition

ZONE = "deletions"

DELETIONS_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("record_kind", "ward_key", "district_code", "source_record_id")),
        ("night", pa.date32()),
        ("is_deleted", pa.bool_()),
        ("reconciled_at", pa.timestamp("us", tz="UTC")),
    ]
)


class Reconciliation(Partition):
    """One comparison of a ward's records with its source, as part of the ward's newest night.

    Attributes:
        path: the events; empty when nothing vanished or came back.
        keys_in_source, keys_in_lake: records that each of the two had.
        rows_deleted, rows_returned: events of either kind.
        rows_unknown: records of the source that no night has brought, or is about to bring.
        rows_ahead: of them, those that no read can bring, because of the change time that they name.
    """

    batch_id: str
    path: str
    keys_in_source: int
    keys_in_lake: int
    rows_deleted: int
    rows_returned: int
    rows_unknown: int
    rows_ahead: int = 0
    reconciled_at: datetime


def folder(record_kind: RecordKind, ward: str) -> str:
    """Where the reconciliations of a ward are committed."""
    return f"reconciliations/{record_kind}/{ward}"


def commit(lake: Lake, found: Reconciliation) -> None:
    """Makes a reconciliation count."""
    lake.write_record(f"{folder(found.record_kind, found.ward)}/{found.night}-{found.batch_id}.json", found)


def reconciliations(lake: Lake, record_kind: RecordKind, ward: str) -> Iterator[Reconciliation]:
    """All reconciliations of a ward, by night and time."""
    yield from lake.read_records(lake.names(folder(record_kind, ward)), Reconciliation)


def events(lake: Lake, record_kind: RecordKind, ward: str, before: date | None = None) -> pa.Table:
    """All events of a ward with `DELETIONS_SCHEMA`, of nights before `before` if it is given."""
    tables = [
        lake.read_table(found.path)
        for found in reconciliations(lake, record_kind, ward)
        if found.path and (before is None or found.night < before)
    ]
    return pa.concat_tables(tables) if tables else DELETIONS_SCHEMA.empty_table()


DELETED_IDS = """
    SELECT source_record_id FROM (
        SELECT source_record_id, night, is_deleted FROM events QUALIFY row_number() OVER (
            PARTITION BY source_record_id ORDER BY night DESC, reconciled_at DESC) = 1
    ) AS newest JOIN versions USING (source_record_id)
    WHERE newest.is_deleted
    GROUP BY source_record_id, newest.night HAVING max(versions.night) <= newest.night
"""
"""DuckDB: the records that are deleted, from registered tables `events` and `versions` (accepted: id and night)."""
