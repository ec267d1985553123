"""Batches of a district that wait for a person still, and the command that lets each in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, landed_path, previous_manifest
from ward_warehouse.night.advice import spoken
from ward_warehouse.reports.morning.model import Held, Said, Unit
from ward_warehouse.reports.morning.to_do import release_command
from ward_warehouse.validation.guards import load_guards
from ward_warehouse.validation.holds import Hold, hold_path


def read_held(
    settings: Settings, lake: Lake, night: date, found: Mapping[date, Sequence[Outcome]], units: dict[str, Unit]
) -> tuple[Held, ...]:
    """What is held back still of the nights up to `night`, the oldest first.

    Args:
        settings: where the guards' sentences are.
        lake: the lake.
        night: the local date.
        found: the outcomes of the last nights.
        units: by key.

    Raises:
        LakeError: the lake cannot be read.
    """
    sentences: dict[str, Said] = {}
    with suppress(ValidationError):
        guards = load_guards(settings.expectations_dir).guards
        sentences = {guard.guard: Said(guard.vi, guard.en) for guard in guards}
    held = []
    for _, outcomes in sorted(found.items()):
        for one in outcomes:
            if one.status != "held" or one.ward not in units or one.record_kind is None or one.night > night:
                continue
            record_kind = RecordKind(one.record_kind)
            if one.step == "validate":
                hold = _hold(lake, record_kind, one.ward, one.night)
                if hold is None:
                    continue
                why = _why(hold, sentences) or Said(*_what(one))
                command: str | None = release_command(one.night, one.ward, str(record_kind))
            elif one.night == night:
                why, command = Said(*_what(one)), None
            else:
                continue
            held.append(Held(units[one.ward], str(record_kind), one.night, why, command))
    return tuple(held)


def _what(one: Outcome) -> tuple[str, str]:
    what = spoken(one.cause or "held").what
    return what.vi, what.en


def _hold(lake: Lake, record_kind: RecordKind, ward: str, night: date) -> Hold | None:
    """The hold of the night's batch; None when it was released, read anew, or a later night was committed."""
    landed = lake.read_record(landed_path(record_kind, ward, night), LandedBatch)
    newest: Manifest | None = previous_manifest(lake, record_kind, ward, date.max)
    if landed is None or (newest is not None and newest.night >= night):
        return None
    return lake.read_record(hold_path(landed), Hold)


def _why(hold: Hold, sentences: Mapping[str, Said]) -> Said | None:
    known = [sentences[guard] for guard in hold.guards if guard in sentences]
    return Said(" ".join(one.vi for one in known), " ".join(one.en for one in known)) if known else None
