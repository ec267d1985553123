"""Checks of the registry against what was: wards with records in the lake, units that ended by the national codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.access import open_lake
from ward_warehouse.registry import Registry
from ward_warehouse.registry.findings import Finding

UNITS, SUCCESSIONS = "seeds/ward_units.csv", "seeds/ward_successions.csv"


def past_findings(registry: Registry, settings: Settings) -> Iterator[Finding]:
    """Findings about wards that the registry has lost, and about wards that ended and have no successor."""
    yield from _lost(registry, settings)
    ends = _ends_without_successor(settings.dbt_project_dir)
    handed_on = {former for ward in registry.wards.values() for former in ward.succeeds}
    for key, ward in registry.wards.items():
        ended = next((day for day in ends.get(ward.code, ()) if ward.in_force.covers(day)), None)
        if ward.unit == "ward" and ended is not None and key not in handed_on:
            place = registry.places[f"ward {key}"]
            text = f"ward {key}: unit {ward.code} ended on {ended}, and no source at hand says which one took it over"
            yield place.file.problem([*place.at, "code"], text, "ward-without-successor")


def _lost(registry: Registry, settings: Settings) -> Iterator[Finding]:
    if registry.problems:
        return
    lake = open_lake(settings)
    known = {ward for kind in RecordKind for ward in lake.folders(f"manifests/{kind}")}
    for ward in sorted(known - registry.wards.keys()):
        text = f"ward {ward}: has records in the lake and no entry; its district would lose its past"
        yield Finding("ward-lost", settings.wards_dir, 0, text)


def _ends_without_successor(project: Path) -> dict[str, list[date]]:
    followed = {(row["from_code"], row["from_valid_from"]) for row in _rows(project / SUCCESSIONS)}
    ends: dict[str, list[date]] = {}
    for unit in _rows(project / UNITS):
        if unit["valid_to"] and (unit["ward_code"], unit["valid_from"]) not in followed:
            ends.setdefault(unit["ward_code"], []).append(date.fromisoformat(unit["valid_to"]))
    return ends


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
