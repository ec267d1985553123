"""Checks of districts and wards against each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ward_warehouse.core.contracts import SOURCE_WARD, RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry import Feed, FilesRead, Registry, Ward
from ward_warehouse.registry.findings import Finding

Found = Iterator[tuple[str, list[str | int], str]]

LONG_WINDOW = timedelta(hours=12)
A_MONDAY = date(2024, 1, 1)


def ward_findings(registry: Registry, settings: Settings) -> Iterator[Finding]:
    """Findings about the districts and wards that could be loaded."""
    for key, district in registry.districts.items():
        place = registry.places[f"district {key}"]
        if place.file.path.stem != key:
            text = f"district {key}: stands in {place.file.path.name}, expected {key}.yml"
            yield place.file.problem(["district"], text, "district-file-name")
        own = [ward for ward in registry.wards.values() if ward.district == key]
        has_dossiers = any(d.record_kind is RecordKind.DOSSIERS for ward in own for d in registry.feeds(ward.ward))
        if has_dossiers and not district.procedure_catalogue:
            yield place.file.problem(["district"], f"district {key}: has no procedure_catalogue", "catalogue-absent")
    for key, ward in registry.wards.items():
        place = registry.places[f"ward {key}"]
        for code, at, text in _ward(ward, registry, settings):
            yield place.file.problem([*place.at, *at], f"ward {key}: {text}", code)


def _ward(ward: Ward, registry: Registry, settings: Settings) -> Found:
    yield from _twins(ward, registry)
    yield from _aliases(ward, registry)
    yield from _quiet_hours(ward, registry, settings)
    zone = registry.districts[ward.district].time_zone
    for feed in registry.feeds(ward.ward):
        if feed.system.time_zone != zone:
            at: list[str | int] = (
                ["record_kinds", str(feed.record_kind), "system"]
                if feed.record_kind in ward.record_kinds
                else ["system"]
            )
            yield (
                "time-zone-differs",
                at,
                f"{feed.system.system} is in {feed.system.time_zone}, not {zone}",
            )
        other = _shares_records(feed, registry)
        if other:
            yield "records-shared", [], f"{feed.record_kind} are read from the same place as those of {other}"


def _before(ward: Ward, registry: Registry) -> Iterator[Ward]:
    """Wards of the same district that stand before this one and are in force at the same time."""
    for other in registry.wards.values():
        if other.ward == ward.ward:
            return
        ends, starts = other.in_force.to or date.max, other.in_force.from_
        if other.district == ward.district and starts <= (ward.in_force.to or date.max) and ward.in_force.from_ <= ends:
            yield other


def _twins(ward: Ward, registry: Registry) -> Found:
    for other in _before(ward, registry):
        if other.code == ward.code:
            yield "ward-code-twice", ["code"], f"found {ward.code!r}, as {other.ward} has"
        if other.name.vi == ward.name.vi:
            yield "ward-name-twice", ["name"], f"found {ward.name.vi!r}, as {other.ward} has"


def _aliases(ward: Ward, registry: Registry) -> Found:
    own = [_folded(alias) for alias in ward.aliases]
    if len(set(own)) < len(own):
        yield "alias-repeated", ["aliases"], "an alias stands twice"
    for other in _before(ward, registry):
        shared = sorted(set(own) & {_folded(alias) for alias in other.aliases})
        if shared:
            yield "alias-of-two-wards", ["aliases"], f"found {', '.join(shared)}, as {other.ward} has"


def _folded(alias: str) -> str:
    return unicodedata.normalize("NFC", alias).strip().lower()


def _quiet_hours(ward: Ward, registry: Registry, settings: Settings) -> Found:
    window = ward.quiet_hours
    if window is None:
        return
    start = datetime.combine(A_MONDAY, window.from_)
    length = (datetime.combine(A_MONDAY, window.to) - start) % timedelta(days=1)
    if length > LONG_WINDOW:
        yield "quiet-hours-long", ["quiet_hours"], f"the window takes {length}"
    # Empty where nights are started by hand, one word where it is such as @daily.
    minute, hour, *_ = [*settings.schedule.split(), "", ""]
    if not (minute.isdigit() and hour.isdigit()):
        return
    zone = ZoneInfo(registry.districts[ward.district].time_zone)
    for days in range(7):
        night = datetime(2024, 1, 1 + days, int(hour), int(minute), tzinfo=ZoneInfo(settings.time_zone))
        end = window.end(night.astimezone(zone))
        if end is not None:
            yield (
                "quiet-hours-at-night",
                ["quiet_hours"],
                f"the load starts at {hour}:{minute}, the window ends {end:%H:%M}",
            )
            return


def _shares_records(feed: Feed, registry: Registry) -> str | None:
    """The first ward before this one whose records come from the same place, with nothing to tell them apart."""
    spec = feed.system.read_spec(feed.record_kind)
    if SOURCE_WARD in feed.mapping.columns or (isinstance(spec, FilesRead) and "{ward}" in spec.pattern):
        return None
    for other in _before(feed.ward, registry):
        for found in registry.feeds(other.ward, [feed.record_kind]):
            if (found.system.system, found.connection_id) == (feed.system.system, feed.connection_id):
                return other.ward
    return None
