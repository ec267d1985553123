"""The districts that a command is about, and what is said when there is nothing of them to look at."""

from __future__ import annotations

from datetime import date

from ward_warehouse.core.errors import RegistryError, WardWarehouseError
from ward_warehouse.night.steps import Night


def wanted_districts(run: Night, district: str | None) -> list[str]:
    """The district that is named, or every one of the registry.

    Raises:
        RegistryError: the registry has no valid district at all, which must not look like a night without a fault.
        WardWarehouseError: the one that is named is not among them.
    """
    known = run.registry.districts
    if not known:
        raise RegistryError(
            [
                f"registry {run.settings.wards_dir}: found no valid district, expected at least one; check "
                "WARD_WAREHOUSE_WARDS_DIR, and run `ward-warehouse wards check`"
            ]
        )
    if district is not None and district not in known:
        raise WardWarehouseError(f"district {district}: found no such district, expected one of {', '.join(known)}")
    return [district] if district else list(known)


def nobody_in_force(night: date | None, district: str | None) -> WardWarehouseError:
    """The error of a command that found no ward to look at."""
    whose = district or "any district"
    if night is not None:
        return WardWarehouseError(f"night {night}: no ward of {whose} was in force on it")
    return WardWarehouseError(
        f"no ward of {whose} was in force on a night that is over; check in_force in the registry, and run "
        "`ward-warehouse wards check`"
    )
