"""Checks of a kind of ward software as a whole: how it is read, its keys and its code tables."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator

from ward_warehouse.core.contracts import CONTRACTS, SOURCE_WARD, Privacy, RecordKind
from ward_warehouse.onboarding.checks.columns import column_findings, format_fault
from ward_warehouse.registry import FilesRead, HttpRead, RecordKindMap, Registry, SqlRead, System
from ward_warehouse.registry.findings import Finding
from ward_warehouse.registry.load import Place
from ward_warehouse.registry.times import is_day, is_ordered
from ward_warehouse.sources.sql.queries import statements_in

Found = Iterator[tuple[str, list[str | int], str]]
"""Code of the check, keys that lead to the line, and what was found and expected."""

DAY_HOURS = 24
LONG_OVERLAP_HOURS = 31 * DAY_HOURS


def system_findings(registry: Registry) -> Iterator[Finding]:
    """Findings about the systems that could be loaded."""
    used = {ward.system for ward in registry.wards.values()}
    used |= {source.system for ward in registry.wards.values() for source in ward.record_kinds.values()}
    for name, system in registry.systems.items():
        place = registry.places[f"system {name}"]
        # A ward that could not be loaded may run it.
        if name not in used and not registry.problems:
            yield _finding(place, system, "system-unused", ["system"], "no ward of the registry runs it")
        for code, at, text in _system(system, place):
            yield _finding(place, system, code, at, text)


def _finding(place: Place, system: System, code: str, at: list[str | int], text: str) -> Finding:
    return place.file.problem(at, f"system {system.system}: {text}", code)


def _system(system: System, place: Place) -> Found:
    if place.file.path.stem != system.system:
        yield "system-file-name", ["system"], f"stands in {place.file.path.name}, expected {system.system}.yml"
    for record_kind, record_map in system.record_kinds.items():
        yield from _read(system, record_kind, record_map)
        yield from _key(record_kind, record_map)
        yield from _cursor(system, record_kind, record_map)
        yield from _ignored(record_kind, record_map)
        yield from _personal(record_kind, record_map)
        yield from column_findings(system, record_kind, record_map)
    yield from _patterns(system)
    yield from _codes(system)


def _read(system: System, record_kind: RecordKind, record_map: RecordKindMap) -> Found:
    at: list[str | int] = ["record_kinds", str(record_kind), "read"]
    spec = system.read_spec(record_kind)
    if isinstance(spec, SqlRead) and spec.query and statements_in(spec.query) != ["SELECT"]:
        yield "query-not-select", [*at, "query"], "found something besides one SELECT"
    if isinstance(spec, HttpRead) and record_map.cursor is not None and not spec.since_param:
        yield "window-not-asked", at, "since_param is not set, so every night reads everything"
    if isinstance(spec, FilesRead) and not spec.pattern.replace("*", "").replace("{ward}", ""):
        yield "pattern-matches-all", [*at, "pattern"], f"found {spec.pattern!r}, which fits every file of the folder"
    if record_map.cursor is None and not isinstance(spec, FilesRead):
        yield "cursor-missing", ["record_kinds", str(record_kind)], "has no cursor"
    if SOURCE_WARD in CONTRACTS[record_kind].by_name and SOURCE_WARD not in record_map.columns:
        yield "ward-not-stated", ["record_kinds", str(record_kind), "columns"], f"{SOURCE_WARD} is not mapped"


def _key(record_kind: RecordKind, record_map: RecordKindMap) -> Found:
    at: list[str | int] = ["record_kinds", str(record_kind), "key"]
    if len(set(record_map.key)) < len(record_map.key):
        yield "key-repeated", at, f"found {', '.join(record_map.key)}"
    personal = _sources(record_kind, record_map, kept=False)
    for name in record_map.key:
        if name in personal and not record_map.key_hashed:
            yield "key-personal", at, f"{name} is also mapped to {personal[name]}, which is personal data"


def _cursor(system: System, record_kind: RecordKind, record_map: RecordKindMap) -> Found:
    cursor, at = record_map.cursor, ["record_kinds", str(record_kind), "cursor"]
    if cursor is None:
        return
    overlap: list[str | int] = ["record_kinds", str(record_kind), "overlap_hours"]
    for form in cursor.format:
        fault = format_fault(form)
        if fault:
            yield "cursor-format", [*at, "format"], f"format {form!r}: {fault[1]}"
        elif is_day(form) and record_map.overlap_hours < DAY_HOURS:
            yield "cursor-day-only", overlap, f"the cursor is a day, the overlap {record_map.overlap_hours} hours"
    readable = not any(map(format_fault, cursor.format))
    if system.transport == "sql" and cursor.format and readable and not is_ordered(cursor.format):
        shown = " and ".join(map(repr, cursor.format))
        yield "cursor-not-sortable", [*at, "format"], f"{shown}: texts do not sort as times do; each night reads all"
    for name in ("received_at", "submitted_at"):
        column_map = record_map.columns.get(name)
        if column_map is not None and column_map.from_ == cursor.column:
            yield "cursor-is-received", [*at, "column"], f"{cursor.column} is also mapped to {name}"
    if record_map.overlap_hours == 0:
        yield "overlap-none", overlap, "found 0 hours"
    if record_map.overlap_hours > LONG_OVERLAP_HOURS:
        yield "overlap-long", overlap, f"found {record_map.overlap_hours} hours, expected at most {LONG_OVERLAP_HOURS}"


def _ignored(record_kind: RecordKind, record_map: RecordKindMap) -> Found:
    at: list[str | int] = ["record_kinds", str(record_kind), "ignore"]
    mapped = record_map.source_columns()
    for name, times in Counter(record_map.ignore).items():
        if times > 1:
            yield "ignore-repeated", at, f"{name} stands {times} times"
        if name in mapped:
            yield "column-mapped-and-ignored", at, f"{name} is mapped as well"


def _personal(record_kind: RecordKind, record_map: RecordKindMap) -> Found:
    personal = _sources(record_kind, record_map, kept=False)
    for name, column in _sources(record_kind, record_map, kept=True).items():
        if name in personal:
            at: list[str | int] = ["record_kinds", str(record_kind), "columns", column]
            yield "column-personal-kept", at, f"{name} is personal data (see {personal[name]}), and {column} is kept"


def _sources(record_kind: RecordKind, record_map: RecordKindMap, *, kept: bool) -> dict[str, str]:
    """Source columns that go whole into a kept column, or into a treated one; and one such contract column."""
    by_name = CONTRACTS[record_kind].by_name
    return {
        column_map.from_: name
        for name, column_map in record_map.columns.items()
        if column_map.from_ is not None
        and column_map.path is None
        and column_map.codes is None
        and name in by_name
        and (by_name[name].privacy is Privacy.KEEP) is kept
    }


def _patterns(system: System) -> Found:
    seen: dict[tuple[str, str | None], RecordKind] = {}
    for record_kind in system.record_kinds:
        spec = system.read_spec(record_kind)
        if not isinstance(spec, FilesRead):
            continue
        files = (spec.pattern, spec.sheet)
        if files in seen:
            yield "patterns-equal", ["record_kinds", str(record_kind), "read", "pattern"], f"{seen[files]} has the same"
        seen[files] = record_kind


def _codes(system: System) -> Found:
    maps = [column_map for record_map in system.record_kinds.values() for column_map in record_map.columns.values()]
    named = {table for column_map in maps for table in (column_map.codes, column_map.bounds) if table}
    for table, codes in system.codes.items():
        if table not in named:
            yield "code-table-unused", ["codes", table], f"no column names the table {table}"
        folded: dict[str, str] = {}
        for code, value in codes.items():
            same = unicodedata.normalize("NFC", code).strip().lower()
            if folded.setdefault(same, value) != value:
                yield "code-ambiguous", ["codes", table, code], f"{code!r} gives {value!r} here, {folded[same]!r} above"
    dossiers = system.record_kinds.get(RecordKind.DOSSIERS)
    status = dossiers.columns.get("status") if dossiers else None
    if status and status.codes and not {"resolved", "returned"} & set(system.codes[status.codes].values()):
        yield "status-never-ends", ["codes", status.codes], "no code gives resolved or returned"
