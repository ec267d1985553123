"""What a form offers of the registry, without loading it: a few milliseconds, whatever is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml


def offered_wards(wards_dir: Path) -> dict[str, str]:
    """Ward keys with the names that people know, by district, in the order of the registry's files.

    An offer and no check: an entry that cannot be read is left out here and named by whatever loads the registry.
    """
    return {
        entry["ward"]: ", ".join(filter(None, (_name(entry), _name(district)))) or entry["ward"]
        for district, entry in _entries(wards_dir)
    }


def last_night(wards_dir: Path, today: date) -> date | None:
    """The newest day on which a ward was in force, when all of them have ended before `today`; else None."""
    ends = [
        _mapping(entry, "in_force").get("to", _mapping(_mapping(district, "defaults"), "in_force").get("to"))
        for district, entry in _entries(wards_dir)
    ]
    known = [end for end in ends if type(end) is date and end < today]
    return max(known) if known and len(known) == len(ends) else None


def _entries(wards_dir: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every ward's entry with its district's."""
    for path in sorted([*wards_dir.glob("*.yml"), *wards_dir.glob("*.yaml")]):
        try:
            data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        except (OSError, ValueError, yaml.YAMLError):
            continue
        entries = data.get("wards") if isinstance(data, dict) else None
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("ward"), str):
                yield data, entry


def _mapping(entry: dict[str, Any], name: str) -> dict[str, Any]:
    found = entry.get(name)
    return found if isinstance(found, dict) else {}


def _name(entry: dict[str, Any]) -> str:
    name = _mapping(entry, "name")
    return " / ".join(part for part in (name.get("vi"), name.get("en")) if isinstance(part, str))
