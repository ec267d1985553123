"""In which order a period is reviewed, closed and reopened: by ward, then by district."""

from __future__ import annotations

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.lake.period_log import STATES, Period, PeriodLog, Unit
from ward_warehouse.registry import Registry

COMMANDS = {"reviewed": "review", "closed": "close"}


def wards_of(registry: Registry, district: str, period: Period) -> list[Unit]:
    """The wards of a district that are in force on any day of a period, in the registry's order."""
    return [
        Unit(district, ward.ward)
        for ward in registry.wards.values()
        if ward.district == district
        and ward.in_force.from_ <= period.end
        and (ward.in_force.to is None or ward.in_force.to >= period.start)
    ]


def require_reviewable(log: PeriodLog, unit: Unit, period: Period, wards: list[Unit]) -> None:
    """A period may be reviewed until it is closed, a district's once every ward's is reviewed.

    Raises:
        WardWarehouseError: it may not.
    """
    if log.state(unit, period) == "closed":
        raise _found(log, unit, period, "expected an open period", f"to change it: periods reopen {unit.option}")
    _require_wards(log, unit, period, wards, "reviewed")


def require_closable(log: PeriodLog, unit: Unit, period: Period, wards: list[Unit]) -> None:
    """A period may be closed once it is reviewed, a district's once every ward's is closed.

    Raises:
        WardWarehouseError: it may not.
    """
    _require_wards(log, unit, period, wards, "closed")
    state = log.state(unit, period)
    if state == "closed":
        raise _found(log, unit, period, "expected reviewed", "nothing is left to do")
    if state != "reviewed":
        raise _found(log, unit, period, "expected reviewed", f"look at its figures, then: periods review {unit.option}")


def require_reopenable(log: PeriodLog, unit: Unit, period: Period) -> None:
    """A period may be reopened when it is reviewed or closed, a ward's only when its district's is not closed.

    Raises:
        WardWarehouseError: it may not.
    """
    if log.state(unit, period) == "provisional":
        raise _found(log, unit, period, "expected reviewed or closed", "nothing is left to do")
    district = Unit(unit.district)
    if unit.ward is not None and log.state(district, period) == "closed":
        raise _found(
            log, district, period, f"expected it open before {unit} is", f"first: periods reopen {district.option}"
        )


def _require_wards(log: PeriodLog, unit: Unit, period: Period, wards: list[Unit], wanted: str) -> None:
    if unit.ward is not None:
        return
    if not wards:
        raise WardWarehouseError(
            f"period {period.name} of {unit}: found no ward in force in it; check in_force in the district's registry"
        )
    far = STATES[STATES.index("reviewed") :] if wanted == "reviewed" else ("closed",)
    waiting = [ward for ward in wards if log.state(ward, period) not in far]
    if waiting:
        found = ", ".join(f"{ward.ward} {log.state(ward, period)}" for ward in waiting[:5])
        more = f" and {len(waiting) - 5} more" if len(waiting) > 5 else ""
        raise WardWarehouseError(
            f"period {period.name} of {unit}: found {len(waiting)} of {len(wards)} wards not {wanted} ({found}{more}), "
            f"expected all; all at once: periods {COMMANDS[wanted]} {unit.option} --period {period.name} --all-wards"
        )


def _found(log: PeriodLog, unit: Unit, period: Period, expected: str, remedy: str) -> WardWarehouseError:
    newest = log.newest(unit, period)
    who = f" ({newest.state} by {newest.by} on {newest.at:%Y-%m-%d %H:%M} UTC)" if newest else ""
    place = f" --period {period.name}" if "periods " in remedy else ""
    return WardWarehouseError(
        f"period {period.name} of {unit}: found {log.state(unit, period)}{who}, {expected}; {remedy}{place}"
    )
