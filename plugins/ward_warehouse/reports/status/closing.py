"""Reviewing and closing a district's period on a page: the figures, one button, each unit's own decision."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.decisions.period_desk import PeriodDesk
from ward_warehouse.decisions.period_round import Round, UnitLook, decide, look
from ward_warehouse.lake.period_log import Period, PeriodDecision
from ward_warehouse.lake.store import Lake
from ward_warehouse.registry import Registry

LONGEST_REASON = 500


@dataclass(frozen=True)
class Decided:
    """What came of a press of the button."""

    decisions: int
    refused: tuple[str, ...]


def desk_of(settings: Settings, registry: Registry, lake: Lake, by: str, reason: str = "") -> PeriodDesk:
    """The desk at which a person sits.

    Raises:
        WardWarehouseError: the registry has problems.
    """
    return PeriodDesk(settings, registry, lake, by, reason[:LONGEST_REASON])


def token(secret: bytes, reader: str, step: Round, district: str, period: Period) -> str:
    """What a page's form carries and another site's cannot know: of this person, step, district and period alone."""
    said = "\n".join((reader, step, district, period.name))
    return hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()


def field_of(one: UnitLook) -> str:
    """The name under which a form carries the hash of a unit's figures."""
    return f"figures.{one.unit.ward or ''}"


def can_begin(looks: Sequence[UnitLook], step: Round) -> bool:
    """Whether a button makes sense: something waits, and nothing is closed before all of it is reviewed."""
    ready = step == "review" or all(one.as_reviewed or one.state == "closed" for one in looks)
    return ready and any(one.waits_for(step) for one in looks)


def take(desk: PeriodDesk, district: str, period: Period, step: Round, form: Mapping[str, str]) -> Decided:
    """Takes the step about the figures that the form's page showed.

    Raises:
        WardWarehouseError: the period is not over, or nothing is published.
    """
    shown = [
        replace(one, figures_hash=form[field_of(one)])
        for one in look(desk, district, period)
        if one.waits_for(step) and field_of(one) in form
    ]
    results = list(decide(desk, shown, period, step))
    return Decided(
        sum(isinstance(one, PeriodDecision) for one in results),
        tuple(str(one) for one in results if isinstance(one, WardWarehouseError)),
    )
