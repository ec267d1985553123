"""What people do about quarantined records: judge them again, let them in by decision, refuse them for good.

Each acts on the lake alone and in two steps: a decision in the log of the ward, which either is made or is not, and the
partitions brought up to date with it. Ended in between, the second step is done by whoever comes next (the same command
again, another decision, the next build), so nothing has to be mended by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.core.deciding import require_who_and_why
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.lake.quarantine_log import Log, append, read_log
from ward_warehouse.lake.store import Lake, Manifest
from ward_warehouse.mapping.remapper import Keys, Remapper
from ward_warehouse.registry import Feed
from ward_warehouse.validation.commit import apply_decisions
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.repeats import with_repeated_ids, with_shared_codes
from ward_warehouse.validation.suites import REPEATED

Decision = Literal["accepted", "rejected"]

ATTEMPTS = 20
"""How often a decision is tried again because another one came in between."""


@dataclass(frozen=True)
class Selection:
    """Which quarantined records are meant; what is None does not narrow.

    Attributes:
        key: the key of a case, as `quarantine list` shows it.
        rule: the code of a rule, also one that exists no longer.
    """

    night: date | None = None
    rule: str | None = None
    key: str | None = None

    def of(self, entries: pa.Table) -> pa.Table:
        """The entries that are meant."""
        if self.rule is not None:
            codes = pc.binary_join_element_wise("", entries["rule_codes"], "", ",")
            entries = entries.filter(pc.match_substring(codes, f",{self.rule},"))
        return entries if self.key is None else entries.filter(pc.equal(case_keys(entries), self.key))


def case_keys(entries: pa.Table) -> pa.Array:
    """The key of the case that each entry belongs to; `audit.quarantine` makes the same one."""
    record = pc.coalesce(entries["source_record_id"], entries["entry_id"])
    return pc.binary_join_element_wise(entries["ward_key"], entries["record_kind"], record, entries["rule_codes"], ":")


@dataclass
class Replayed:
    """What a replay did: entries judged, of them let in, and how many of the rest break each rule still.

    Attributes:
        refused: one line for each night whose records could not be judged again.
    """

    judged: int = 0
    let_in: int = 0
    still: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def add(self, other: Replayed) -> None:
        """Adds what was done elsewhere."""
        self.judged += other.judged
        self.let_in += other.let_in
        self.still += other.still
        self.refused += other.refused


@dataclass(frozen=True)
class Desk:
    """Where a person handles the quarantined records of one record kind.

    Attributes:
        feed: the ward's feed as the registry has it now.
        keys: the pseudonym keys.
        by: who decides.
        reason: and why.
    """

    lake: Lake
    feed: Feed
    keys: Keys
    by: str
    reason: str

    def __post_init__(self) -> None:
        """Checks that a decision says who and why.

        Raises:
            WardWarehouseError: one of them is empty.
        """
        require_who_and_why(self.by, self.reason)

    @property
    def _place(self) -> tuple[RecordKind, str]:
        return self.feed.record_kind, self.feed.ward.ward

    def replay(self, judge: Judge, selection: Selection) -> Replayed:
        """Maps and judges quarantined records again; those that break no rule of severity error are let in.

        Raises:
            LakeError: the lake cannot be read or written.
            ValidationError: the numbers of a partition do not add up.
        """
        apply_decisions(self.lake, *self._place)
        done = Replayed()
        for manifest in quarantined_partitions(self.lake, *self._place, selection.night):
            try:
                done.add(self._replay_night(manifest, judge, selection))
            except WardWarehouseError as error:
                done.refused.append(str(error))
        apply_decisions(self.lake, *self._place)
        return done

    def _replay_night(self, manifest: Manifest, judge: Judge, selection: Selection) -> Replayed:
        for _ in range(ATTEMPTS):
            log = read_log(self.lake, *self._place)
            entries = open_entries(self.lake, manifest, log)
            chosen = np.asarray(pc.is_in(entries["entry_id"], value_set=_array(selection.of(entries)["entry_id"])))
            if not chosen.any():
                return Replayed()
            records, broken = self._judge(manifest, judge, entries)
            passes = chosen.copy()
            done = Replayed(judged=int(chosen.sum()))
            for rule in judge.suite.rules:
                if rule.severity == "error":
                    passes[broken[rule.rule]] = False
                    done.still[rule.rule] += int(chosen[broken[rule.rule]].sum())
            done.let_in = int(passes.sum())
            if not done.let_in:
                return done
            mask = pa.array(passes)
            if append(self.lake, log, "replayed", entries.filter(mask), self.by, self.reason, records.filter(mask)):
                return done
        raise self._busy()

    def _judge(self, manifest: Manifest, judge: Judge, entries: pa.Table) -> tuple[pa.Table, dict[str, np.ndarray]]:
        """The entries mapped again, and the rows that break each rule.

        All open entries of the night are mapped, and its accepted records looked at: of several records with one id
        only the newest counts, also when it is not itself replayed.
        """
        records, mapped = self._mapped(manifest, entries)
        identity = ["source_record_id", "source_changed_at", "content_hash"]
        known = mapped.select(identity)
        present = known.slice(0, 0)
        if manifest.accepted_path:
            present = self.lake.read_partition(manifest.accepted_path, manifest.night, identity).cast(known.schema)
        repeated = with_repeated_ids(pa.concat_tables([present, known]))[REPEATED].slice(present.num_rows)
        frame = with_shared_codes(mapped.append_column(REPEATED, repeated.combine_chunks()))
        return records, judge.broken_rows(frame.select(judge.suite.columns))

    def _mapped(self, manifest: Manifest, entries: pa.Table) -> tuple[pa.Table, pa.Table]:
        """The entries mapped again: as records beside the id of their entry, and as the rules see them."""
        with closing(Remapper(self.feed, manifest.night, self.keys)) as mapper:
            mapped = mapper.map_entries(entries)
        records = mapped.select(CONTRACTS[self.feed.record_kind].schema().names)
        return records.append_column("entry_id", _array(entries["entry_id"])), mapped

    def resolve(self, decision: Decision, selection: Selection) -> int:
        """Lets quarantined records in although they break rules, or refuses them for good; gives their number.

        Raises:
            WardWarehouseError: no open record is meant, somebody else decided it before, or it cannot be let in
                because a column is missing that every record must have.
            LakeError: the lake cannot be read or written.
        """
        apply_decisions(self.lake, *self._place)
        partitions = quarantined_partitions(self.lake, *self._place, selection.night)
        decided = sum(self._resolve_night(manifest, decision, selection) for manifest in partitions)
        if not decided:
            raise WardWarehouseError(self._why_nothing(selection))
        apply_decisions(self.lake, *self._place)
        return decided

    def _resolve_night(self, manifest: Manifest, decision: Decision, selection: Selection) -> int:
        for _ in range(ATTEMPTS):
            log = read_log(self.lake, *self._place)
            entries = selection.of(open_entries(self.lake, manifest, log))
            if not entries.num_rows:
                return 0
            records = self._admissible(manifest, entries) if decision == "accepted" else None
            if append(self.lake, log, decision, entries, self.by, self.reason, records):
                return int(entries.num_rows)
        raise self._busy()

    def _admissible(self, manifest: Manifest, entries: pa.Table) -> pa.Table:
        where = f"{self.feed.ward.ward} {self.feed.record_kind} night {manifest.night}"
        records, _ = self._mapped(manifest, entries)
        for column in CONTRACTS[self.feed.record_kind].columns:
            lacking = records.filter(pc.is_null(records[column.name])) if column.required else None
            if lacking is not None and lacking.num_rows:
                raise WardWarehouseError(
                    f"{where}: {lacking['source_position'][0].as_py()} has no readable {column.name}, which no "
                    "decision can supply; ask the ward to send it right, or reject the record"
                )
        ids = records["source_record_id"].to_pylist()
        if manifest.accepted_path:
            present = self.lake.read_partition(manifest.accepted_path, manifest.night, ["source_record_id"])
            ids += present["source_record_id"].to_pylist()
        if len(set(ids)) < len(ids):
            raise WardWarehouseError(
                f"{where}: two records of one id would both count for that night; accept one of them, or reject it"
            )
        return records

    def _why_nothing(self, selection: Selection) -> str:
        place = f"{self.feed.ward.ward} {self.feed.record_kind}"
        before = selection.of(read_log(self.lake, *self._place).entries)
        if selection.night is not None:
            before = before.filter(pc.equal(before["night"], pa.scalar(selection.night)))
        if not before.num_rows:
            return f"{place}: no open quarantine entry is meant; `ward-warehouse quarantine list` shows them"
        last = before.slice(before.num_rows - 1).to_pylist()[0]
        return (
            f"{selection.key or place}: was {last['action']} by {last['decided_by']} at "
            f"{last['decided_at']:%Y-%m-%d %H:%M} UTC ({last['reason']}); nothing was changed"
        )

    def _busy(self) -> WardWarehouseError:
        return WardWarehouseError(f"{self.feed.ward.ward}: others are deciding about its records; try again")


def quarantined_partitions(
    lake: Lake, record_kind: RecordKind, ward: str, night: date | None = None
) -> Iterator[Manifest]:
    """The committed partitions of a ward that hold quarantined records, of one night or of all."""
    for name in lake.names(f"manifests/{record_kind}/{ward}"):
        if night is not None and not name.endswith(f"/{night}.json"):
            continue
        manifest = lake.read_record(name, Manifest)
        if manifest is not None and manifest.quarantine_path:
            yield manifest


def open_entries(lake: Lake, manifest: Manifest, log: Log) -> pa.Table:
    """The entries of a partition that nobody decided yet.

    A decision that let an entry in and that the partition has seen, while the entry is in quarantine, is history: the
    night was judged again and found it wrong again.
    """
    entries = lake.read_partition(manifest.quarantine_path, manifest.night)
    rejected = _array(version_keys(log.decided("rejected")))
    entries = entries.filter(pc.invert(pc.is_in(version_keys(entries), value_set=rejected)))
    pending = log.entries.filter(pc.greater(log.entries["decision_number"], manifest.decided))
    return entries.filter(pc.invert(pc.is_in(entries["entry_id"], value_set=_array(pending["entry_id"]))))


def version_keys(entries: pa.Table) -> pa.Array:
    """What an entry is about, whatever night it came: a version of a record that was rejected once stays rejected."""
    record = pc.coalesce(entries["source_record_id"], entries["source_position"])
    return pc.binary_join_element_wise(record, entries["content_hash"], "\x1f")


def _array(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
