"""What `wards check` looks at besides what every load of the registry refuses: things that run, and go wrong later."""

from ward_warehouse.onboarding.checks.run import Report, check_all

__all__ = ["Report", "check_all"]
