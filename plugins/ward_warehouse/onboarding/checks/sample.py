"""A look at a ward's system before its first night: some records are read, mapped and judged, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.names import names_shown
from ward_warehouse.core.nights import CLOCK_TOLERANCE
from ward_warehouse.core.personal import PERSONAL_KEY
from ward_warehouse.core.settings import Settings
from ward_warehouse.mapping.deleted_rows import divided
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.night.noting import unforeseen
from ward_warehouse.onboarding.checks.unreadable import said_of, unreadable_columns
from ward_warehouse.registry import Feed
from ward_warehouse.registry.findings import Finding
from ward_warehouse.registry.load import Place
from ward_warehouse.sources import ReadReport, Window, open_source
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.repeats import with_repeats
from ward_warehouse.validation.suites import load_suite


@dataclass(frozen=True)
class RuleCount:
    """How many records of a sample broke a rule."""

    rule: str
    severity: str
    column: str
    rows: int
    sentence: str


@dataclass(frozen=True)
class Sample:
    """What a look at a feed gave; `error` is set when it could not be read, and the counts are then 0."""

    feed: Feed
    rows: int = 0
    refused: int = 0
    rules: tuple[RuleCount, ...] = ()
    new_columns: tuple[str, ...] = ()
    ahead: int = 0
    before_in_force: int = 0
    personal_keys: int = 0
    error: str | None = None
    unreadable: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()


class Sampler:
    """Looks at feeds; the suite of a record kind is prepared once.

    Args:
        settings: the suites' folder and the pseudonym key.
        resolve: gives the wards' connections.
        limit: most records of a feed that are looked at.
    """

    def __init__(self, settings: Settings, resolve: Resolver, limit: int) -> None:
        self._settings = settings
        self._resolve = resolve
        self._limit = limit
        self._judges: dict[str, Judge] = {}

    def look(self, feed: Feed) -> Sample:
        """Up to `limit` records of the feed, judged; personal data is treated as in a night, no value is kept."""
        try:
            return self._look(feed, datetime.now(UTC))
        except WardWarehouseError as error:
            return Sample(feed, error=str(error))
        except Exception as error:
            # An unforeseen fault of one ward must not take the look at the others with it.
            return Sample(feed, error=unforeseen(str(feed), "looking at a sample", error))

    def _look(self, feed: Feed, now: datetime) -> Sample:
        judge = self._judge(feed)
        table, personal_keys, report = self._read(feed, now)
        broken = judge.broken_rows(with_repeats(table)) if table.num_rows else {}
        rules = [
            RuleCount(rule.rule, rule.severity, rule.column, len(broken[rule.rule]), rule.en)
            for rule in judge.suite.rules
            if len(broken.get(rule.rule, ()))
        ]
        errors = {index for rule in rules if rule.severity == "error" for index in broken[rule.rule].tolist()}
        ahead = pc.sum(pc.greater(table["source_changed_at"], pa.scalar(now + CLOCK_TOLERANCE))).as_py() or 0
        return Sample(
            feed, table.num_rows, len(errors), tuple(rules),
            tuple(names_shown(report.new_columns, feed.known_names()).values()), ahead,
            _before_in_force(feed, table), personal_keys, "; ".join(report.refused) or None,
            tuple(said_of(feed, *found) for found in unreadable_columns(feed, table).items()),
            tuple(report.warnings),
        )  # fmt: skip

    def _judge(self, feed: Feed) -> Judge:
        record_kind = str(feed.record_kind)
        if record_kind not in self._judges:
            self._judges[record_kind] = Judge(load_suite(self._settings.expectations_dir, feed.record_kind))
        return self._judges[record_kind]

    def _read(self, feed: Feed, now: datetime) -> tuple[pa.Table, int, ReadReport]:
        """The mapped records, how many have a key that holds a number of a person, and the source's report."""
        source = open_source(feed, self._resolve(feed.connection_id), {}, sample=True)
        night = now.astimezone(ZoneInfo(feed.district.time_zone)).date()
        tables, rows, personal_keys = [], 0, 0
        with closing(Mapper(feed, night, self._settings.require_key())) as mapper:
            # The rest of the source is not read: its connection ends with the generator.
            for given in source.read(Window()):
                batch, _ = divided(given, feed.mapping.deleted_when)
                looked_at = batch.slice(0, self._limit - rows)
                personal_keys += _personal_keys(feed, looked_at)
                tables.append(mapper.map(looked_at, source.report.new_columns))
                rows += tables[-1].num_rows
                if rows >= self._limit:
                    break
        empty = CONTRACTS[feed.record_kind].schema().empty_table()
        table = pa.concat_tables(tables, promote_options="default") if tables else empty
        return table, personal_keys, source.report


def _before_in_force(feed: Feed, table: pa.Table) -> int:
    """How many records are of days before the ward is in force: these count in no period of it."""
    contract = CONTRACTS[feed.record_kind]
    if contract.dated_by is None:
        return 0
    days = table[contract.by_name[contract.dated_by].date_name]
    return int(pc.sum(pc.less(days, pa.scalar(feed.ward.in_force.from_))).as_py() or 0)


def _personal_keys(feed: Feed, batch: pa.Table) -> int:
    """How many records have a key with the form of an identity number or a phone, where keys are kept as they are."""
    if feed.mapping.key_hashed:
        return 0
    found = pa.array([False] * batch.num_rows, pa.bool_())
    for name in feed.mapping.key:
        text = pc.cast(batch[name], pa.string())
        found = pc.or_(found, pc.fill_null(pc.match_substring_regex(text, PERSONAL_KEY), False))
    return int(pc.sum(found).as_py() or 0)


def sample_findings(sample: Sample, place: Place) -> Iterator[Finding]:
    """What a sample says of the mapping, at the line of the ward."""
    who = f"ward {sample.feed.ward.ward}: {sample.feed.record_kind}: "

    def found(code: str, text: str) -> Finding:
        return place.file.problem(place.at, who + text, code)

    if sample.error:
        yield found("sample-failed", sample.error)
    for rule in sample.rules:
        if rule.severity == "error":
            text = f"{rule.rows} of {sample.rows} records broke {rule.rule} ({rule.column}): {rule.sentence}"
            yield found("sample-refused", text)
    for text in sample.unreadable:
        yield found("sample-column-unreadable", text)
    for text in sample.odd:
        yield found("sample-odd", text)
    keys, since = ", ".join(sample.feed.mapping.key), sample.feed.ward.in_force.from_
    for records, code, text in (
        (sample.personal_keys, "sample-key-personal", f"keys ({keys}) have the form of a phone or an identity number"),
        (sample.before_in_force, "sample-no-period", f"records are older than {since}, its first day in force"),
        (sample.ahead, "sample-future", "records changed later than now"),
    ):
        if records:
            yield found(code, f"{records} of {sample.rows} {text}")
    if sample.new_columns:
        yield found("sample-drift", f"columns {', '.join(sample.new_columns)}")
