"""Reads the definitions of indicators and checks them against each other; a fault is named by its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from ward_warehouse.core.errors import BuildError, RegistryError
from ward_warehouse.registry.facts import read_facts
from ward_warehouse.registry.findings import Finding
from ward_warehouse.registry.indicator_needs import unsaid
from ward_warehouse.registry.indicators import (
    KINDS,
    Catalogue,
    CountedKind,
    Indicator,
    Part,
    RecordKinds,
    Sources,
    Target,
    Theme,
    ThemeHead,
)
from ward_warehouse.registry.yaml_file import YamlFile, read_yaml, validate

RECORD_KINDS = "record_kinds.yml"
SOURCES = "sources.yml"
SCHEMAS: dict[str, type[BaseModel]] = {
    "schemas/theme.json": Theme,
    "schemas/record_kinds.json": RecordKinds,
    "schemas/sources.json": Sources,
}
"""The JSON schemas of the files, for editors: the name in a file's first line, and the model that it comes from."""

Model = TypeVar("Model", bound=BaseModel)
Location = list[str | int]


@dataclass(frozen=True)
class _Entry:
    """A definition and where it stands."""

    file: YamlFile
    at: tuple[str | int, ...]
    definition: Indicator

    def problem(self, location: Location, text: str) -> Finding:
        who = f"indicator {self.definition.code}: "
        return self.file.problem([*self.at, *location], who + text)


@dataclass
class _Reading:
    """What has been read so far."""

    entries: list[_Entry] = field(default_factory=list)
    themes: list[Theme] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_indicators(folder: Path) -> Catalogue:
    """The definitions in `folder`, with the record kinds and sources that they name.

    Raises:
        RegistryError: one line for each fault: file, line, indicator, what was found and what was expected.
    """
    reading = _Reading()
    kinds = _read_kinds(folder, reading)
    sources = _read_named(folder / SOURCES, Sources, reading)
    for path in sorted(folder.glob("*.yml")):
        if path.name not in (RECORD_KINDS, SOURCES):
            _read_theme(path, reading)
    reading.problems += _version_problems(reading.entries)
    reading.problems += _hiding_problems(reading.entries)
    if kinds and sources:
        for entry in reading.entries:
            reading.problems += _source_problems(entry, sources)
            reading.problems += _part_problems(entry, kinds.record_kinds)
    if reading.problems or not kinds or not sources:
        raise RegistryError(reading.problems)
    ordered = sorted(reading.themes, key=lambda theme: theme.position)
    themes = tuple(_spell_out(theme, kinds.record_kinds) for theme in ordered)
    return Catalogue(themes=themes, record_kinds=kinds.record_kinds, sources=sources.sources)


def _read_kinds(folder: Path, reading: _Reading) -> RecordKinds | None:
    """The record kinds; of those that have a fact, mart and key are what the project's list of facts says."""
    path = folder / RECORD_KINDS
    kinds = _read_named(path, RecordKinds, reading)
    try:
        facts = {str(fact.record_kind): (name, fact.key) for name, fact in read_facts(folder.parent).items()}
    except BuildError as error:
        reading.problems.append(str(error))
        return None
    if kinds is None:
        return None
    for name, kind in kinds.record_kinds.items():
        if name in facts and (kind.mart or kind.key):
            text = "found mart or key, expected neither: vars.facts of dbt_project.yml lists them"
            reading.problems.append(f"{path}: record_kinds.{name}: {text}")
        elif name not in facts and not (kind.mart and kind.key):
            reading.problems.append(f"{path}: record_kinds.{name}: found no mart or no key, expected both")
    placed = {
        name: kind.model_copy(update=dict(zip(("mart", "key"), facts[name], strict=True))) if name in facts else kind
        for name, kind in kinds.record_kinds.items()
    }
    return RecordKinds(record_kinds=placed)


def _read_named(path: Path, model: type[Model], reading: _Reading) -> Model | None:
    file = read_yaml(path)
    if isinstance(file, Finding):
        reading.problems.append(file)
        return None
    read = validate(model, file, file.data)
    if isinstance(read, list):
        reading.problems += read
        return None
    return read


def _read_theme(path: Path, reading: _Reading) -> None:
    file = read_yaml(path)
    if isinstance(file, Finding):
        reading.problems.append(file)
        return
    before = len(reading.problems)
    head = validate(ThemeHead, file, {key: value for key, value in file.data.items() if key != "indicators"})
    reading.problems += head if isinstance(head, list) else _head_problems(head, file)
    entries = file.data.get("indicators")
    if not isinstance(entries, list) or not entries:
        text = f"found {entries!r}, expected a list of definitions; see the other files in this folder"
        reading.problems.append(file.problem(["indicators"], text))
        return
    for number, data in enumerate(entries):
        _read_entry(file, ("indicators", number), data, reading)
    if len(reading.problems) == before:
        reading.themes.append(Theme.model_validate(file.data))


def _spell_out(theme: Theme, kinds: dict[str, CountedKind]) -> Theme:
    """The theme with every condition of its parts, so that nothing that reads a definition has to know another."""
    indicators = (
        one.model_copy(update={role: part.spelt_out(kinds[part.record_kind].assumed) for role, part in one.parts})
        for one in theme.indicators
    )
    return theme.model_copy(update={"indicators": tuple(indicators)})


def _head_problems(head: ThemeHead, file: YamlFile) -> Iterator[Finding]:
    if head.theme != file.path.stem:
        yield file.problem(["theme"], f"found {head.theme!r}, expected the file's name, {file.path.stem!r}")


def _read_entry(file: YamlFile, at: tuple[str | int, ...], data: Any, reading: _Reading) -> None:
    kind = data.get("kind") if isinstance(data, dict) else None
    who = f"indicator {data.get('code', '?')}: " if isinstance(data, dict) else ""
    if kind not in KINDS:
        text = f"{who}found {kind!r}, expected one of {', '.join(KINDS)}"
        reading.problems.append(file.problem([*at, "kind"], text))
        return
    read = validate(KINDS[kind], file, data, at, who)
    if isinstance(read, list):
        reading.problems += read
    else:
        reading.entries.append(_Entry(file, at, read))


def _version_problems(entries: list[_Entry]) -> Iterator[Finding]:
    series: dict[str, list[_Entry]] = {}
    for entry in entries:
        series.setdefault(entry.definition.code, []).append(entry)
    for versions in series.values():
        ordered = sorted(versions, key=lambda entry: entry.definition.version)
        for earlier, later in pairwise(ordered):
            ends, begins = earlier.definition.valid_to, later.definition.valid_from
            if earlier.definition.version == later.definition.version:
                first = f"{earlier.file.path.name}:{earlier.file.line(earlier.at)}"
                yield later.problem(["version"], f"is defined twice, first in {first}; give one the next version")
            elif begins is None:
                text = (
                    f"is missing; version {earlier.definition.version} stands before it: add the first day of this one"
                )
                yield later.problem(["valid_from"], text)
            elif ends is None or ends >= begins:
                text = f"found {ends}, expected a day before {begins}, from which version {later.definition.version} on"
                yield earlier.problem(["valid_to"], text)


def _hiding_problems(entries: list[_Entry]) -> Iterator[Finding]:
    suppressed = {e.definition.code for e in entries if e.definition.small_number_threshold}
    hidden_with = {e.definition.code for e in entries if e.definition.hidden_with}
    # What another definition publishes as it is; a part is the same wherever it stands.
    shown = {
        part: e.definition.code
        for e in entries
        if not e.definition.small_number_threshold
        for _, part in e.definition.parts
    }
    for entry in entries:
        definition = entry.definition
        other = definition.hidden_with
        if other and (other not in suppressed or other in hidden_with or definition.code not in suppressed):
            text = f"found {other!r}, expected it and this one to have a small_number_threshold, and it no hidden_with"
            yield entry.problem(["hidden_with"], text)
        beside = [shown.get(part) for _, part in definition.parts]
        if definition.kind == "ratio" and definition.small_number_threshold and all(beside):
            names = " and ".join(str(code) for code in beside)
            text = f"hides nothing: {names} show its parts and have no threshold; take it away, or give them one"
            yield entry.problem(["small_number_threshold"], text)


def _source_problems(entry: _Entry, sources: Sources) -> Iterator[Finding]:
    known = f"expected a key of {SOURCES}; add it there or correct it"
    if entry.definition.source not in sources.sources:
        yield entry.problem(["source"], f"found {entry.definition.source!r}, {known}")
    before: dict[str, Target] = {}
    for number, target in enumerate(entry.definition.targets):
        if target.source not in sources.sources:
            yield entry.problem(["targets", number, "source"], f"found {target.source!r}, {known}")
        earlier = before.get(target.for_)
        if earlier and earlier.from_ >= target.from_:
            text = f"found {target.from_} after {earlier.from_}, expected the steps for {target.for_} in order"
            yield entry.problem(["targets", number, "from"], text)
        if target.to and target.to < target.from_:
            yield entry.problem(["targets", number, "to"], f"found {target.to}, expected a day after {target.from_}")
        before[target.for_] = target


def _part_problems(entry: _Entry, kinds: dict[str, CountedKind]) -> Iterator[Finding]:
    for role, part in entry.definition.parts:
        kind = kinds.get(part.record_kind)
        if kind is None:
            text = f"found {part.record_kind!r}, expected one of {', '.join(kinds)}"
            yield entry.problem([role, "record_kind"], text)
            continue
        yield from _state_problems(entry, role, part, kind)
        for name in unsaid(entry.definition, part, kind):
            text = (
                f"{name} is no column of the contract of {part.record_kind}; say in {RECORD_KINDS} under said_by which "
            )
            yield entry.problem([role], text + "columns say it, or [] where every ward has it")
        yield from _breakdown_problems(entry, part, kind)
        if kind.within and (part.is_state or entry.definition.kind not in ("count", "ratio")):
            text = f"records of {part.record_kind} stand for a whole period; expected a count or a ratio by a date"
            yield entry.problem([role, "date"], text)


def _state_problems(entry: _Entry, role: str, part: Part, kind: CountedKind) -> Iterator[Finding]:
    if not part.is_state:
        for key in ("opened", "closed"):
            if getattr(part, key):
                yield entry.problem([role, key], "belongs to a state; expected it with date: at_period_end alone")
        return
    if part.looks_at_period_end:
        text = "a state is known by the dates on which it begins and ends; found a predicate over {period_end}"
        yield entry.problem([role, "where"], text)
    for key in ("opened", "closed"):
        if not (getattr(part, key) or getattr(kind, key)):
            text = f"{part.record_kind} have no date of their own by which they are {key}; add it"
            yield entry.problem([role, key], text)


def _breakdown_problems(entry: _Entry, part: Part, kind: CountedKind) -> Iterator[Finding]:
    breakdowns = entry.definition.breakdowns
    for number, dimension in enumerate(breakdowns):
        if dimension not in kind.dimensions:
            known = ", ".join(kind.dimensions) or "none"
            text = f"found {dimension!r}, expected a dimension of {part.record_kind}: {known}"
            yield entry.problem(["breakdowns", number], text)
    if breakdowns and (part.is_state or part.looks_at_period_end):
        text = "a breakdown adds up over days; found a state or a predicate over {period_end}"
        yield entry.problem(["breakdowns"], text)
