"""Reads the registry and the system files, and checks them against each other and against the contracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ward_warehouse.core.contracts import CONTRACTS, SOURCE_WARD, Column, Privacy, RecordKind
from ward_warehouse.core.errors import RegistryError
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.expressions import expression_fault
from ward_warehouse.registry.file_reads import FilesRead
from ward_warehouse.registry.findings import Finding
from ward_warehouse.registry.number_checks import number_problems
from ward_warehouse.registry.procedures import Catalogue, read_catalogue
from ward_warehouse.registry.systems import READS, ColumnMap, RecordKindMap, System
from ward_warehouse.registry.times import NAMED
from ward_warehouse.registry.wards import District, Ward
from ward_warehouse.registry.yaml_file import YamlFile, read_yaml, validate

FILLED_BY_PIPELINE = ("source_record_id", "source_changed_at")


@dataclass(frozen=True)
class Feed:
    """One record kind of one ward: everything a night needs to read it.

    Attributes:
        patterns_beside: name patterns of the files that other systems of the ward read.
        sharing: the wards whose records come from the same place, with this one, in the registry's order; empty where
            the system does not split its records.
    """

    ward: Ward
    district: District
    record_kind: RecordKind
    system: System
    connection_id: str
    catalogue: Catalogue | None = None
    patterns_beside: tuple[str, ...] = ()
    sharing: tuple[Ward, ...] = ()

    @property
    def mapping(self) -> RecordKindMap:
        """How the system's records map to the contract."""
        return self.system.record_kinds[self.record_kind]

    @property
    def file_patterns(self) -> tuple[str, ...]:
        """The name patterns of all files that are read of the ward, whatever their record kind."""
        return (*self.system.file_patterns, *self.patterns_beside)

    def known_names(self) -> list[str]:
        """What may be shown of the names of its files, sheets and columns: what its own descriptions say."""
        spec = self.system.read_spec(self.record_kind)
        read = [value for value in spec.model_dump().values() if isinstance(value, str)]
        ward = [self.ward.ward, self.ward.district, self.ward.name.vi, self.ward.name.en, *self.ward.aliases]
        return [*self.mapping.source_columns(), *self.mapping.ignore, *read, *ward]

    def __str__(self) -> str:
        return f"{self.ward.ward} {self.record_kind} ({self.system.system})"


@dataclass(frozen=True)
class Place:
    """Where an entry stands: its file and the keys that lead to it."""

    file: YamlFile
    at: tuple[str | int, ...] = ()


@dataclass
class Registry:
    """All valid entries, and in `problems` one line for each wrong one; a wrong entry hides no other.

    `places` says where each valid entry stands, by `system <key>`, `district <key>` or `ward <key>`.
    """

    districts: dict[str, District] = field(default_factory=dict)
    wards: dict[str, Ward] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def require_clean(self) -> Registry:
        """The registry itself.

        Raises:
            RegistryError: it has problems.
        """
        if self.problems:
            raise RegistryError(self.problems)
        return self

    def feeds(self, ward_key: str, record_kinds: list[RecordKind] | None = None) -> list[Feed]:
        """The feeds of a ward, those of its own system and those that come from another.

        Raises:
            RegistryError: the registry has no valid entry for the ward.
        """
        ward = self.wards.get(ward_key)
        if ward is None:
            known = ", ".join(sorted(self.wards)[:20])
            raise RegistryError([f"ward {ward_key}: no valid entry in the registry; known wards: {known}"])
        systems = {ward.system, *(source.system for source in ward.record_kinds.values())}
        patterns = tuple(pattern for name in sorted(systems) for pattern in self.systems[name].file_patterns)
        found = []
        for record_kind in record_kinds or list(RecordKind):
            system = self.systems[_system_name(ward, record_kind)]
            if record_kind not in system.record_kinds:
                continue
            connection = _connection(ward, record_kind)
            sharing = (
                self._sharing(system, record_kind, connection) if system.record_kinds[record_kind].split_by else ()
            )
            district = self.districts[ward.district]
            catalogue = self.catalogues.get(ward.district)
            found.append(Feed(ward, district, record_kind, system, connection, catalogue, patterns, sharing))
        return found

    def _sharing(self, system: System, record_kind: RecordKind, connection: str) -> tuple[Ward, ...]:
        return tuple(
            ward
            for ward in self.wards.values()
            if _system_name(ward, record_kind) == system.system and _connection(ward, record_kind) == connection
        )

    def wards_in_force(self, night: date) -> list[str]:
        """Keys of the wards that are expected to report on `night`, in the registry's order."""
        return [key for key, ward in self.wards.items() if ward.in_force.covers(night)]


def _system_name(ward: Ward, record_kind: RecordKind) -> str:
    source = ward.record_kinds.get(record_kind)
    return source.system if source else ward.system


def _connection(ward: Ward, record_kind: RecordKind) -> str:
    source = ward.record_kinds.get(record_kind)
    return (source.connection if source else None) or ward.connection or ward.ward


def load_registry(settings: Settings) -> Registry:
    """The registry in `settings.wards_dir` and the systems in `settings.systems_dir`."""
    registry = Registry()
    for path in _files(settings.systems_dir, registry):
        _load_system(path, registry)
    for path in _files(settings.wards_dir, registry):
        _load_district(path, registry)
    registry.problems.extend(_succession_problems(registry))
    return registry


def _succession_problems(registry: Registry) -> Iterator[Finding]:
    for key, ward in registry.wards.items():
        place = registry.places[f"ward {key}"]
        for former in ward.succeeds:
            entry = registry.wards.get(former)
            if entry is None or former == key:
                found = f"succeeds: found {former!r}, expected the key of another ward of the registry"
            elif entry.in_force.to is None or entry.in_force.to >= (ward.in_force.to or date.max):
                found = f"succeeds: {former} does not end before it; state the last day of {former} under in_force: to"
            else:
                continue
            yield place.file.problem([*place.at, "succeeds"], f"ward {key}: {found}", "succeeds-wrong")


def _files(folder: Path, registry: Registry) -> list[Path]:
    paths = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    if not paths:
        text = "found no .yml file, expected at least one; check the folder's setting"
        registry.problems.append(Finding("folder-empty", folder, 0, text))
    return paths


def _load_system(path: Path, registry: Registry) -> None:
    file = read_yaml(path)
    if isinstance(file, Finding):
        registry.problems.append(file)
        return
    system = validate(System, file, file.data, who=f"system {file.data.get('system', path.stem)}: ")
    if isinstance(system, list):
        registry.problems.extend(system)
        return
    problems = list(_system_problems(system, file))
    if system.system in registry.systems:
        problems.append(
            file.problem(["system"], f"system {system.system} is described twice; remove one file", "system-twice")
        )
    registry.problems.extend(problems)
    if not problems:
        registry.systems[system.system] = system
        registry.places[f"system {system.system}"] = Place(file)


def _system_problems(system: System, file: YamlFile) -> Iterator[Finding]:
    who = f"system {system.system}: "
    for record_kind, record_map in system.record_kinds.items():
        at: list[str | int] = ["record_kinds", str(record_kind)]
        read = validate(READS[system.transport], file, record_map.read, [*at, "read"], who)
        if isinstance(read, list):
            yield from read
        elif isinstance(read, FilesRead):
            unknown = [name for name in read.fill_down if name not in record_map.source_columns()]
            text = f"{who}fill_down: {', '.join(unknown)} is mapped nowhere; write it as the columns do"
            yield from [file.problem([*at, "read", "fill_down"], text, "fill-down-unknown")] if unknown else []
        fault = expression_fault(record_map.where)
        if fault is not None:
            yield file.problem([*at, "where"], who + fault[1], fault[0])
        contract = CONTRACTS[record_kind]
        for name, column_map in record_map.columns.items():
            column = contract.by_name.get(name)
            here = [*at, "columns", name]
            if column is None or name in FILLED_BY_PIPELINE:
                text = f"{who}is not a column that the {record_kind} contract maps"
                yield file.problem(here, text, "column-by-pipeline" if column else "column-unknown")
                continue
            found = [*_column_problems(column, column_map, system), *number_problems(record_kind, name, system)]
            found += filter(None, [expression_fault(column_map.expression)])
            yield from (file.problem(here, who + text, code) for code, text in found)
        for column in contract.columns:
            if column.required and column.name not in (*record_map.columns, *FILLED_BY_PIPELINE):
                text = f"{who}required column {column.name} is not mapped; map it"
                yield file.problem([*at, "columns"], text, "column-required")


def _column_problems(column: Column, column_map: ColumnMap, system: System) -> Iterator[tuple[str, str]]:
    if column_map.keep is not None and column.privacy is not Privacy.FREE_TEXT:
        yield "keep-misplaced", f"keep: {column.name} is no free text"
    yield from _value_problems(column, column_map, system)


def _value_problems(column: Column, column_map: ColumnMap, system: System) -> Iterator[tuple[str, str]]:
    if column.type in ("timestamp", "date") and not column_map.formats:
        yield "formats-missing", "formats are missing; state the date formats in the order they are to be tried"
    for text in column_map.formats:
        if text not in NAMED and not re.search(r"%[YyJs]", text):
            yield "format-no-year", f"format {text!r} has no year; expected a strptime format such as %d/%m/%Y"
    if column_map.codes is None:
        origins = (column_map.constant, column_map.expression, column_map.bounds)
        if column.type == "code" and all(origin is None for origin in origins):
            yield "codes-missing", "codes is missing; name the code table that translates the source's values"
        if column.type == "code" and column_map.constant is not None and column_map.constant not in column.values:
            yield (
                "constant-unknown",
                f"constant: found {column_map.constant!r}, expected one of {', '.join(column.values)}",
            )
        return
    table = system.codes.get(column_map.codes)
    if table is None:
        yield (
            "code-table-unknown",
            f"code table {column_map.codes!r} is not in codes; known: {', '.join(sorted(system.codes)) or 'none'}",
        )
        return
    allowed = column.values or (("true", "false") if column.type == "boolean" else ())
    for code, value in table.items():
        if allowed and value not in allowed:
            yield (
                "code-value-unknown",
                f"code table {column_map.codes}: {code!r} gives {value!r}, expected one of {', '.join(allowed)}",
            )


def _load_district(path: Path, registry: Registry) -> None:
    file = read_yaml(path)
    if isinstance(file, Finding):
        registry.problems.append(file)
        return
    head = {key: value for key, value in file.data.items() if key not in ("wards", "defaults")}
    district = validate(District, file, head, who=f"district {file.data.get('district', path.stem)}: ")
    if isinstance(district, list):
        registry.problems.extend(district)
        return
    if district.district in registry.districts:
        registry.problems.append(
            file.problem(
                ["district"], f"district {district.district} stands in two files; merge them", "district-twice"
            )
        )
        return
    registry.districts[district.district] = district
    registry.places[f"district {district.district}"] = Place(file)
    if district.procedure_catalogue:
        _load_catalogue(file, district, registry)
    defaults = file.data.get("defaults") or {}
    if not isinstance(defaults, dict):
        registry.problems.append(
            file.problem(
                ["defaults"], f"district {district.district}: found {defaults!r}, expected a mapping", "defaults-wrong"
            )
        )
        return
    entries = file.data.get("wards")
    if not isinstance(entries, list) or not entries:
        registry.problems.append(
            file.problem(["wards"], f"district {district.district}: has no list of wards", "wards-missing")
        )
        return
    for index, entry in enumerate(entries):
        _load_ward(file, index, entry, district, registry)


def _load_catalogue(file: YamlFile, district: District, registry: Registry) -> None:
    name = str(district.procedure_catalogue)
    if Path(name).name != name:
        registry.problems.append(
            file.problem(
                ["procedure_catalogue"], f"found {name!r}, expected a file name beside this file", "catalogue-outside"
            )
        )
        return
    catalogue = read_catalogue(file.path.parent / name)
    if isinstance(catalogue, list):
        registry.problems.extend(catalogue)
    else:
        registry.catalogues[district.district] = catalogue


def _load_ward(file: YamlFile, index: int, entry: Any, district: District, registry: Registry) -> None:
    at: list[str | int] = ["wards", index]
    key = entry.get("ward", f"number {index + 1}") if isinstance(entry, dict) else f"number {index + 1}"
    who = f"ward {key}: "
    if not isinstance(entry, dict):
        registry.problems.append(file.problem(at, f"{who}found {entry!r}, expected a mapping", "ward-wrong"))
        return
    defaults = file.data.get("defaults") or {}
    merged = {**defaults, **entry, "district": district.district}
    ward = validate(Ward, file, merged, at, who, from_defaults=defaults.keys() - entry.keys())
    if isinstance(ward, list):
        registry.problems.extend(ward)
        return
    problems = list(_ward_problems(ward, file, at, registry))
    registry.problems.extend(problems)
    if not problems:
        registry.wards[ward.ward] = ward
        registry.places[f"ward {ward.ward}"] = Place(file, tuple(at))


def _ward_problems(ward: Ward, file: YamlFile, at: list[str | int], registry: Registry) -> Iterator[Finding]:
    who = f"ward {ward.ward}: "
    if ward.ward in registry.wards:
        yield file.problem(
            [*at, "ward"], f"{who}this key stands twice in the registry; give each ward its own", "ward-twice"
        )
    known = ", ".join(sorted(registry.systems)) or "none"
    named = [("system", ward.system), *((f"record_kinds.{k}.system", s.system) for k, s in ward.record_kinds.items())]
    for key, name in named:
        system = registry.systems.get(name)
        if system is None:
            yield file.problem(
                [*at, *key.split(".")],
                f"{who}system {name!r} has no valid description; known: {known}",
                "system-unknown",
            )
            continue
        maps_ward = any(SOURCE_WARD in record_map.columns for record_map in system.record_kinds.values())
        if maps_ward and not ward.aliases:
            yield file.problem(
                at,
                f"{who}aliases is missing; system {name} names the ward in each record: list its spellings",
                "aliases-missing",
            )
    for record_kind, source in ward.record_kinds.items():
        system = registry.systems.get(source.system)
        if system is not None and record_kind not in system.record_kinds:
            yield file.problem(
                [*at, "record_kinds", str(record_kind)],
                f"{who}system {source.system} has no {record_kind} records",
                "record-kind-missing",
            )
    connections = [("connection", ward.connection)]
    connections += [
        (f"record_kinds.{record_kind}.connection", source.connection)
        for record_kind, source in ward.record_kinds.items()
    ]
    for key, connection in connections:
        if connection is not None and not re.fullmatch(r"[A-Za-z0-9_]+", connection):
            yield file.problem(
                [*at, *key.split(".")],
                f"{who}found {connection!r}, expected letters, digits and _ (it names a variable)",
                "connection-name",
            )
    if ward.in_force.to is not None and ward.in_force.to < ward.in_force.from_:
        yield file.problem([*at, "in_force"], f"{who}ends on {ward.in_force.to}, before it starts", "in-force-order")
