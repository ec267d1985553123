"""Judged batches become partitions: accepted records on one side, quarantined ones with their reasons on the other.

A record is never dropped: read = accepted + quarantined + unchanged holds for every partition, or it is not committed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.contracts import CONTRACTS
from ward_warehouse.errors import ValidationError
from ward_warehouse.landing import Lake, LandedBatch, Manifest, RuleResult, manifest_path
from ward_warehouse.mapping import RECEIVED
from ward_warehouse.memory import open_cursor
from ward_warehouse.validation import REPEATED, Judge, Rule, Suite

CHUNK_ROWS = 250_000
"""Records that are judged in one frame; bounds the memory whatever the size of a night."""

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


@dataclass(frozen=True)
class Judged:
    """A batch after judgement: its records in two tables, and what each rule found."""

    batch: LandedBatch
    accepted: pa.Table
    quarantined: pa.Table
    rules: list[RuleResult]


def judge_batches(lake: Lake, judge: Judge, batches: list[LandedBatch]) -> list[Manifest]:
    """Judges landed batches of one record kind and commits a partition for each.

    Raises:
        ValidationError: a rule could not be judged, or the numbers of a batch do not add up.
        LakeError: the lake cannot be read or written.
    """
    manifests: list[Manifest] = []
    for group in _groups(batches):
        manifests.extend(commit(lake, judged) for judged in _judge_group(lake, judge, group))
    return manifests


def _groups(batches: list[LandedBatch]) -> list[list[LandedBatch]]:
    groups: list[list[LandedBatch]] = []
    rows = CHUNK_ROWS
    for batch in batches:
        if rows >= CHUNK_ROWS:
            groups.append([])
            rows = 0
        groups[-1].append(batch)
        rows += batch.rows_read - batch.rows_unchanged
    return groups


def _judge_group(lake: Lake, judge: Judge, group: list[LandedBatch]) -> list[Judged]:
    contract = CONTRACTS[judge.suite.kind]
    tables = [with_repeats(lake.read_table(b.path)) if b.path else None for b in group]
    columns = list(dict.fromkeys(judge.suite.columns))
    frames = [table.select(columns) for table in tables if table is not None]
    broken = judge.broken_rows(pa.concat_tables(frames)) if frames else {}
    judged, offset = [], 0
    for batch, table in zip(group, tables, strict=True):
        if table is None:
            empty = contract.schema().empty_table()
            judged.append(Judged(batch, empty, QUARANTINE_SCHEMA.empty_table(), _results(judge.suite, {}, 0)))
            continue
        end = offset + table.num_rows
        own = {rule: rows[(rows >= offset) & (rows < end)] - offset for rule, rows in broken.items()}
        judged.append(_split(batch, table, judge.suite, own))
        offset = end
    return judged


def with_repeats(table: pa.Table) -> pa.Table:
    """The batch with the column `repeated`: null, or why the record is not the one that counts for its id.

    Of records with one id the newest counts (`older` for the rest); identical copies are `same`; two different records
    of one age are both `conflict`, because nothing says which of them is true.
    """
    keys = table.select(["source_record_id", "source_changed_at", "content_hash"])
    keys = keys.append_column("row", pa.array(np.arange(table.num_rows)))
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


def _split(batch: LandedBatch, table: pa.Table, suite: Suite, broken: dict[str, np.ndarray]) -> Judged:
    errors = [rule for rule in suite.rules if rule.severity == "error"]
    refused = np.unique(np.concatenate([broken[rule.rule] for rule in errors]))
    keep = np.ones(table.num_rows, dtype=bool)
    keep[refused] = False
    accepted = table.filter(pa.array(keep)).select(CONTRACTS[suite.kind].schema().names)
    return Judged(
        batch, accepted, _entries(batch, table, suite, broken, refused), _results(suite, broken, table.num_rows)
    )


def _results(suite: Suite, broken: dict[str, np.ndarray], rows: int) -> list[RuleResult]:
    return [
        RuleResult(
            rule=rule.rule,
            severity=rule.severity,
            column=rule.column,
            rows_judged=rows,
            rows_broken=len(broken.get(rule.rule, ())),
            vi=rule.vi,
            en=rule.en,
        )
        for rule in suite.rules
    ]


def _entries(
    batch: LandedBatch, table: pa.Table, suite: Suite, broken: dict[str, np.ndarray], refused: np.ndarray
) -> pa.Table:
    """The quarantine entries of the refused records, with every rule each of them broke."""
    per_row: dict[int, list[Rule]] = {index: [] for index in refused.tolist()}
    for rule in suite.rules:
        for index in broken[rule.rule].tolist():
            if index in per_row:
                per_row[index].append(rule)
    now = datetime.now(UTC)
    records = table.take(pa.array(refused)).to_pylist() if len(refused) else []
    rows = []
    for record, rules in zip(records, per_row.values(), strict=True):
        identity = record["source_record_id"] or record["source_position"]
        parts = [batch.kind, batch.ward, str(batch.night), identity, record["source_position"], record["content_hash"]]
        rows.append(
            {
                "entry_id": sha256("\x1f".join(parts).encode()).hexdigest()[:24],
                "record_kind": str(batch.kind),
                "ward_key": batch.ward,
                "district_code": batch.district,
                "night": batch.night,
                "source_record_id": record["source_record_id"],
                "source_position": record["source_position"],
                "received": json.dumps(record[RECEIVED], ensure_ascii=False),
                "rules": json.dumps([_described(rule) for rule in rules], ensure_ascii=False),
                "rule_codes": ",".join(rule.rule for rule in rules),
                "content_hash": record["content_hash"],
                "quarantined_at": now,
            }
        )
    return pa.Table.from_pylist(rows, QUARANTINE_SCHEMA)


def _described(rule: Rule) -> dict[str, str]:
    return {"rule": rule.rule, "severity": rule.severity, "column": rule.column, "vi": rule.vi, "en": rule.en}


def commit(lake: Lake, judged: Judged) -> Manifest:
    """Writes a judged batch and commits it as the partition of its ward, kind and night.

    A batch that read less than the partition it replaces (a re-run over a part of the night) takes over the records
    of the old one that it does not bring itself; otherwise they would be lost.
    """
    place = manifest_path(judged.batch.kind, judged.batch.ward, judged.batch.night)
    old = lake.read_record(place, Manifest)
    if old is not None and not judged.batch.covers(old):
        judged = _carry_over(lake, old, judged)
    batch = judged.batch
    if batch.rows_read != judged.accepted.num_rows + judged.quarantined.num_rows + batch.rows_unchanged:
        raise ValidationError(
            f"{batch.ward} {batch.kind} night {batch.night}: read {batch.rows_read} records, but "
            f"{judged.accepted.num_rows} accepted + {judged.quarantined.num_rows} quarantined + "
            f"{batch.rows_unchanged} unchanged; nothing is committed: run the ward again"
        )
    manifest = Manifest(
        **batch.model_dump(),
        accepted_path=_write(lake, "accepted", batch, judged.accepted),
        quarantine_path=_write(lake, "quarantine", batch, judged.quarantined),
        rows_accepted=judged.accepted.num_rows,
        rows_quarantined=judged.quarantined.num_rows,
        rules=judged.rules,
        committed_at=datetime.now(UTC),
    )
    lake.write_record(place, manifest)
    if judged.batch.path:
        lake.remove(judged.batch.path)
    return manifest


def _write(lake: Lake, zone: str, batch: LandedBatch, table: pa.Table) -> str:
    if not table.num_rows:
        return ""
    path = lake.data_path(zone, batch, batch.batch_id)
    lake.write_table(path, table)
    return path


def _carry_over(lake: Lake, old: Manifest, judged: Judged) -> Judged:
    batch = judged.batch
    accepted = _joined(lake, old.accepted_path, judged.accepted, "source_record_id")
    quarantined = _joined(lake, old.quarantine_path, judged.quarantined, "source_position")
    carried = accepted.num_rows - judged.accepted.num_rows + quarantined.num_rows - judged.quarantined.num_rows
    ends = [end for end in (batch.cursor_to, old.cursor_to) if end is not None]
    widened = batch.model_copy(
        update={
            "rows_read": batch.rows_read + carried,
            "full": old.full,
            "cursor_from": old.cursor_from,
            "read_until": old.read_until,
            "cursor_to": max(ends, default=None),
            "files": {**old.files, **batch.files},
        }
    )
    return Judged(widened, accepted, quarantined, judged.rules)


def _joined(lake: Lake, old_path: str, fresh: pa.Table, identity: str) -> pa.Table:
    """The fresh records, and those of the old partition that are not among them."""
    if not old_path:
        return fresh
    old = lake.read_table(old_path)
    known = pa.chunked_array(fresh[identity].chunks, pa.string())
    kept = old.filter(pc.invert(pc.is_in(old[identity], value_set=known)))
    return pa.concat_tables([fresh, kept.cast(fresh.schema)])
