"""Who decides and why: what every decision keeps, and none is taken without."""

from __future__ import annotations

from ward_warehouse.core.errors import WardWarehouseError


def require_who_and_why(by: str, reason: str) -> tuple[str, str]:
    """The two texts without the space around them.

    Raises:
        WardWarehouseError: one of them is empty.
    """
    for name, text, expected in (("--by", by, "who decides"), ("--reason", reason, "why it is decided so")):
        if not text.strip():
            raise WardWarehouseError(f"{name}: found nothing, expected {expected}; nothing was decided")
    return by.strip(), reason.strip()
