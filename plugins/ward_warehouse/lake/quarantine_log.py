"""What people decided about quarantined records: an append-only log beside the partitions it is about.

    decisions/<record kind>/<ward>/<number>.parquet    one decision, about one record or ten thousand; never changed
    decided/<record kind>/ward=<ward>/<id>.parquet     the records that an accepting decision lets in, as mapped then

The log is a journal: see `journal`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake import journal
from ward_warehouse.lake.store import COMPRESSION, Lake

Action = Literal["replayed", "accepted", "rejected"]
SUFFIX = ".parquet"
LETS_IN: tuple[Action, ...] = ("replayed", "accepted")

QUARANTINE_SCHEMA = pa.schema(
    [
        pa.field("entry_id", pa.string()),
        pa.field("record_kind", pa.string()),
        pa.field("ward_key", pa.string()),
        pa.field("district_code", pa.string()),
        pa.field("night", pa.date32()),
        pa.field("source_record_id", pa.string()),
        pa.field("source_position", pa.string()),
        pa.field("received", pa.string()),
        pa.field("rules", pa.string()),
        pa.field("rule_codes", pa.string()),
        pa.field("content_hash", pa.string()),
        pa.field("quarantined_at", pa.timestamp("us", tz="UTC")),
    ]
)

DECISION_SCHEMA = pa.schema(
    [
        *QUARANTINE_SCHEMA,
        pa.field("action", pa.string()),
        pa.field("decided_by", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("decided_at", pa.timestamp("us", tz="UTC")),
        pa.field("decision_number", pa.int64()),
        pa.field("records_path", pa.string()),
    ]
)


@dataclass(frozen=True)
class Log:
    """The decisions about a ward's records of one kind, as they stand: the newest number and all entries decided."""

    number: int
    entries: pa.Table

    def decided(self, *actions: Action) -> pa.Table:
        """The entries of decisions of these kinds."""
        return self.entries.filter(pc.is_in(self.entries["action"], value_set=pa.array(actions, pa.string())))


EMPTY = Log(0, DECISION_SCHEMA.empty_table())
"""Of a ward about whose records nothing was decided."""


def folder(record_kind: RecordKind, ward: str) -> str:
    """Where the decisions about a ward's records of a kind are."""
    return f"decisions/{record_kind}/{ward}"


def decided_wards(lake: Lake) -> list[tuple[RecordKind, str]]:
    """The record kinds and wards about which something was decided."""
    return [(record_kind, ward) for record_kind in RecordKind for ward in lake.folders(f"decisions/{record_kind}")]


def decision_files(lake: Lake, record_kind: RecordKind, ward: str) -> list[str]:
    """The files of a ward's decisions in the order in which they were made."""
    return journal.entries(lake, folder(record_kind, ward), SUFFIX)


def read_log(lake: Lake, record_kind: RecordKind, ward: str) -> Log:
    """The log of a ward and record kind.

    Raises:
        LakeError: a decision is damaged.
    """
    names = decision_files(lake, record_kind, ward)
    if not names:
        return EMPTY
    tables = [lake.read_table(name).select(DECISION_SCHEMA.names).cast(DECISION_SCHEMA) for name in names]
    return Log(journal.number_of(names[-1]), pa.concat_tables(tables))


def append(
    lake: Lake, log: Log, action: Action, entries: pa.Table, by: str, reason: str, records: pa.Table | None = None
) -> bool:
    """Adds a decision to the log; False when another one came in between, and nothing was decided.

    Args:
        lake: the lake.
        log: the log as it was when `entries` were chosen.
        action: what was decided.
        entries: the entries it is about, of one ward and record kind.
        by: who decided.
        reason: and why.
        records: with a decision that lets in, the records, with `entry_id` beside the contract's columns.

    Raises:
        LakeError: the lake cannot be written.
    """
    record_kind, ward = RecordKind(entries["record_kind"][0].as_py()), entries["ward_key"][0].as_py()
    number, records_path = log.number + 1, ""
    if records is not None:
        records_path = f"decided/{record_kind}/ward={ward}/{uuid4().hex}.parquet"
        lake.write_table(records_path, records)
    constants = {
        "action": action,
        "decided_by": by,
        "reason": reason,
        "decided_at": datetime.now(UTC),
        "decision_number": number,
        "records_path": records_path,
    }
    rows = entries.select(QUARANTINE_SCHEMA.names)
    # What was received stays where it is kept for as long as the policy says; the log is kept for good.
    rows = rows.set_column(rows.column_names.index("received"), "received", pa.nulls(rows.num_rows, pa.string()))
    for name, value in constants.items():
        type_ = DECISION_SCHEMA.field(name).type
        rows = rows.append_column(name, pa.array([value] * rows.num_rows, type_))
    content = io.BytesIO()
    pq.write_table(rows.cast(DECISION_SCHEMA), content, compression=COMPRESSION)
    made = journal.claim(lake, folder(record_kind, ward), number, content.getvalue(), SUFFIX)
    if not made and records_path:
        lake.remove(records_path)
    return made
