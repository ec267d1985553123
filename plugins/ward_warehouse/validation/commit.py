"""Judged batches become partitions: accepted records on one side, quarantined ones with their reasons on the other.

A record is never dropped: read = accepted + quarantined + unchanged holds for every partition, or it is not committed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.lake.locks import require_lock
from ward_warehouse.lake.quarantine_log import EMPTY, LETS_IN, QUARANTINE_SCHEMA, Log, read_log
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, RuleResult, manifest_path
from ward_warehouse.validation.entries import quarantine_entries, spoken_values
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.landed import AsLanded, Landed, read_landed
from ward_warehouse.validation.suites import Suite

CHUNK_ROWS = 250_000
"""Records that are judged in one frame; bounds the memory whatever the size of a night."""


@dataclass(frozen=True)
class Judged:
    """A batch after judgement: its records on two sides, and what each rule found."""

    batch: LandedBatch
    accepted: pa.Table | AsLanded
    quarantined: pa.Table
    rules: list[RuleResult]

    def read_accepted(self, lake: Lake) -> pa.Table:
        """The accepted records, which may be a file that was not read yet."""
        return lake.read_table(self.accepted.path) if isinstance(self.accepted, AsLanded) else self.accepted


@dataclass(frozen=True)
class Ruling:
    """What is said of a judged batch as a whole.

    Attributes:
        held: why it is held back; None when it is not.
        warnings: what is to be told of it when it is loaded.
    """

    held: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchVerdict:
    """What became of a batch: its partition, or why it waits for a person."""

    batch: LandedBatch
    ruling: Ruling
    manifest: Manifest | None


def judge_batches(
    lake: Lake, judge: Judge, batches: list[LandedBatch], rule_on: Callable[[Judged], Ruling] = lambda _: Ruling(),
    stands: Callable[[LandedBatch], Manifest | None] | None = None,
) -> list[BatchVerdict]:  # fmt: skip
    """Judges landed batches of one record kind and commits a partition for each that is not held back.

    Args:
        lake: the lake.
        judge: of that record kind.
        batches: the landed batches.
        rule_on: rules on a judged batch as a whole; one that it holds stays landed.
        stands: gives the partition that a batch replaces, for who has its lock and has looked; else it is read.

    Raises:
        ValidationError: a rule could not be judged, or the numbers of a batch do not add up.
        LakeError: the lake cannot be read or written.
    """
    verdicts: list[BatchVerdict] = []
    # What is decided from here on, whoever applies decisions finds: a partition says which it knows.
    decided = frozenset(lake.folders(f"decisions/{judge.suite.record_kind}"))
    for group in _groups(batches):
        for judged in _judge_group(lake, judge, group):
            ruling = rule_on(judged)
            manifest = None if ruling.held else commit(lake, judged, stands, decided)
            verdicts.append(BatchVerdict(judged.batch, ruling, manifest))
    return verdicts


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


def _judge_group(lake: Lake, judge: Judge, group: list[LandedBatch]) -> Iterator[Judged]:
    read = [(batch, read_landed(lake, batch, judge.suite)) for batch in group]
    broken = _broken_rows(judge, [landed.table for _, landed in read if landed is not None])
    offset = 0
    while read:
        # What is committed already is not held while the others are.
        batch, landed = read.pop(0)
        if landed is None:
            empty = CONTRACTS[judge.suite.record_kind].schema().empty_table()
            yield Judged(batch, empty, QUARANTINE_SCHEMA.empty_table(), _results(judge.suite, {}, 0))
            continue
        end = offset + landed.table.num_rows
        own = {rule: rows[(rows >= offset) & (rows < end)] - offset for rule, rows in broken.items()}
        yield _split(lake, landed, judge.suite, own)
        offset = end


def _broken_rows(judge: Judge, frames: list[pa.Table]) -> dict[str, np.ndarray]:
    if not frames:
        return {}
    judge.require_columns(frames[0].column_names)
    return judge.broken_rows(pa.concat_tables([frame.select(judge.suite.columns) for frame in frames]))


def _split(lake: Lake, landed: Landed, suite: Suite, broken: dict[str, np.ndarray]) -> Judged:
    errors = [rule for rule in suite.rules if rule.severity == "error"]
    refused = np.unique(np.concatenate([broken[rule.rule] for rule in errors]))
    entries = QUARANTINE_SCHEMA.empty_table()
    if len(refused):
        # What was received is wide, and only what is refused needs it.
        received = spoken_values(landed.read_received(lake, refused))
        entries = quarantine_entries(landed.batch, landed.table, received, suite, broken, refused)
    results = _results(suite, broken, landed.table.num_rows)
    return Judged(landed.batch, landed.accept(lake, refused), entries, results)


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


def commit(
    lake: Lake,
    judged: Judged,
    stands: Callable[[LandedBatch], Manifest | None] | None = None,
    decided: Collection[str] | None = None,
) -> Manifest:
    """Writes a judged batch and commits it as the partition of its ward, record kind and night.

    A batch that read less than the partition it replaces (a re-run over a part of the night) takes over the records
    of the old one that it does not bring itself; otherwise they would be lost. A record that was accepted by decision
    stays accepted.

    Args:
        lake: the lake.
        judged: the batch.
        stands: as in `judge_batches`.
        decided: wards about whose records something was decided; without it that is looked up.

    Raises:
        ValidationError: the numbers do not add up.
        LockedError: another run took the partition over meanwhile.
        LakeError: the lake cannot be read or written.
    """
    place = manifest_path(judged.batch.record_kind, judged.batch.ward, judged.batch.night)
    undecided = decided is not None and judged.batch.ward not in decided
    log = EMPTY if undecided else read_log(lake, judged.batch.record_kind, judged.batch.ward)
    old = stands(judged.batch) if stands else lake.read_record(place, Manifest)
    if old is not None and not judged.batch.covers(old):
        judged = _carry_over(lake, old, judged)
    judged = _let_in(lake, judged, log.decided("accepted"))
    batch = judged.batch
    require_conservation(batch, judged.accepted.num_rows, judged.quarantined.num_rows)
    manifest = Manifest(
        **batch.model_dump(),
        accepted_path=_write_accepted(lake, judged),
        quarantine_path=_write(lake, "quarantine", batch, batch.batch_id, judged.quarantined),
        rows_accepted=judged.accepted.num_rows,
        rows_quarantined=judged.quarantined.num_rows,
        rules=judged.rules,
        committed_at=datetime.now(UTC),
        decided=log.number,
    )
    require_lock(lake, batch.record_kind, batch.ward, batch.night)
    lake.write_record(place, manifest)
    for path in batch.landed_paths:
        lake.remove(path)
    return manifest


def require_conservation(batch: LandedBatch, accepted: int, quarantined: int) -> None:
    """Checks that read = accepted + quarantined + unchanged.

    Raises:
        ValidationError: it is not so.
    """
    if batch.rows_read != accepted + quarantined + batch.rows_unchanged:
        raise ValidationError(
            f"{batch.ward} {batch.record_kind} night {batch.night}: read {batch.rows_read} records, but "
            f"{accepted} accepted + {quarantined} quarantined + "
            f"{batch.rows_unchanged} unchanged; nothing is committed: run the ward again"
        )


def apply_decisions(lake: Lake, record_kind: RecordKind, ward: str, log: Log | None = None) -> list[Manifest]:
    """Brings the partitions of a ward up to date with the decisions that let records in; gives those it changed.

    May be run at any time and again: a partition knows the newest decision it has seen. So a run that was ended between
    a decision and its partition, or a night that was judged at the same moment, is put right by whoever comes next.

    Raises:
        LakeError: the lake cannot be read or written.
        ValidationError: the numbers of a partition do not add up.
    """
    log = log or read_log(lake, record_kind, ward)
    rows = log.decided(*LETS_IN)
    changed = []
    for night in sorted(set(rows["night"].to_pylist())):
        place = manifest_path(record_kind, ward, night)
        manifest = lake.read_record(place, Manifest)
        if manifest is None or manifest.decided >= log.number or not manifest.quarantine_path:
            continue
        fresh = rows.filter(
            pc.and_(pc.equal(rows["night"], night), pc.greater(rows["decision_number"], manifest.decided))
        )
        if not fresh.num_rows:
            continue
        updated = _decided_partition(lake, manifest, fresh, log.number)
        if updated is not None:
            lake.write_record(place, updated)
            changed.append(updated)
    return changed


def _decided_partition(lake: Lake, manifest: Manifest, decisions: pa.Table, number: int) -> Manifest | None:
    """The partition with the records that decisions let in, or None when they are in it already."""
    schema = CONTRACTS[manifest.record_kind].schema()
    accepted = schema.empty_table()
    if manifest.accepted_path:
        accepted = lake.read_partition(manifest.accepted_path, manifest.night)
    quarantined = lake.read_partition(manifest.quarantine_path, manifest.night)
    before = Judged(manifest, accepted, quarantined, manifest.rules)
    after = _let_in(lake, before, decisions)
    let_in = after.read_accepted(lake)
    if let_in.num_rows == accepted.num_rows:
        return None
    require_conservation(manifest, let_in.num_rows, after.quarantined.num_rows)
    name = f"{manifest.batch_id}-{number:08d}"
    return manifest.model_copy(
        update={
            "accepted_path": _write(lake, "accepted", manifest, name, let_in),
            "quarantine_path": _write(lake, "quarantine", manifest, name, after.quarantined),
            "rows_accepted": let_in.num_rows,
            "rows_quarantined": after.quarantined.num_rows,
            "decided": number,
            "committed_at": datetime.now(UTC),
        }
    )


def _let_in(lake: Lake, judged: Judged, decisions: pa.Table) -> Judged:
    """The records that decisions let in on the other side."""
    schema = CONTRACTS[judged.batch.record_kind].schema()
    waiting = judged.quarantined["entry_id"]
    here = decisions.filter(pc.is_in(decisions["entry_id"], value_set=_one_chunk(waiting)))
    if not here.num_rows:
        return judged
    # The newest decision about an entry counts: it may have been let in, judged again more strictly, and let in again.
    newest = dict(zip(here["entry_id"].to_pylist(), here["records_path"].to_pylist(), strict=True))
    tables = []
    for path in dict.fromkeys(newest.values()):
        table = lake.read_table(path)
        own = pa.array([entry for entry, place in newest.items() if place == path], pa.string())
        tables.append(table.filter(pc.is_in(table["entry_id"], value_set=own)))
    records = pa.concat_tables(tables)
    present = _one_chunk(records["entry_id"])
    return replace(
        judged,
        accepted=pa.concat_tables([judged.read_accepted(lake).cast(schema), records.select(schema.names).cast(schema)]),
        quarantined=judged.quarantined.filter(pc.invert(pc.is_in(waiting, value_set=present))),
    )


def _one_chunk(values: pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks()


def _write_accepted(lake: Lake, judged: Judged) -> str:
    batch, accepted = judged.batch, judged.accepted
    if not isinstance(accepted, AsLanded):
        return _write(lake, "accepted", batch, batch.batch_id, accepted)
    path = lake.data_path("accepted", batch, batch.batch_id)
    lake.give_name(accepted.path, path)
    return path


def _write(lake: Lake, zone: str, batch: LandedBatch, name: str, table: pa.Table) -> str:
    if not table.num_rows:
        return ""
    path = lake.data_path(zone, batch, name)
    lake.write_table(path, table)
    return path


def _carry_over(lake: Lake, old: Manifest, judged: Judged) -> Judged:
    # Once, for what is accepted is looked at twice.
    judged = replace(judged, accepted=judged.read_accepted(lake))
    batch = judged.batch
    accepted, quarantined = _keep_accepted(lake, old, judged), _keep_quarantined(lake, old, judged)
    carried = accepted.num_rows - judged.accepted.num_rows + quarantined.num_rows - judged.quarantined.num_rows
    ends = [end for end in (batch.cursor_to, old.cursor_to) if end is not None]
    widened = batch.model_copy(
        update={
            "rows_read": batch.rows_read + carried,
            "rows_always_read": batch.rows_always_read + old.rows_always_read,
            "full": old.full,
            "cursor_from": old.cursor_from,
            "read_until": old.read_until,
            "cursor_to": max(ends, default=None),
            "files": {**old.files, **batch.files},
        }
    )
    return Judged(widened, accepted, quarantined, judged.rules)


def _keep_accepted(lake: Lake, old: Manifest, judged: Judged) -> pa.Table:
    """The fresh records, and those of the old partition that are not among them."""
    fresh = judged.read_accepted(lake)
    if not old.accepted_path:
        return fresh
    records = lake.read_partition(old.accepted_path, old.night)
    brought = pc.is_in(records["source_record_id"], value_set=_one_chunk(fresh["source_record_id"]))
    return pa.concat_tables([fresh, records.filter(pc.invert(brought)).cast(fresh.schema)])


def _keep_quarantined(lake: Lake, old: Manifest, judged: Judged) -> pa.Table:
    """The fresh entries, and those of the old partition whose record the batch does not bring.

    Neither the place nor the id alone says that: what moved on a page leaves its place to another record, and two
    records may carry one id.
    """
    fresh = judged.quarantined
    if not old.quarantine_path:
        return fresh
    entries = lake.read_partition(old.quarantine_path, old.night)
    brought = pa.concat_arrays(
        [*_join_id_and_place(judged.read_accepted(lake)).chunks, *_join_id_and_place(fresh).chunks]
    )
    again = pc.or_(
        pc.is_in(entries["entry_id"], value_set=_one_chunk(fresh["entry_id"])),
        pc.is_in(_join_id_and_place(entries), value_set=brought, skip_nulls=True),
    )
    return pa.concat_tables([fresh, entries.filter(pc.invert(again)).cast(fresh.schema)])


def _join_id_and_place(records: pa.Table) -> pa.ChunkedArray:
    """Null for a record without an id: its entry says by its content which one it is."""
    ids, places = (pc.cast(records[name], pa.string()) for name in ("source_record_id", "source_position"))
    return pc.binary_join_element_wise(ids, places, "\x1f")
