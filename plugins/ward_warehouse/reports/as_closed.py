"""Figures as they were closed: of a closed period what was signed is shown, not what its records say by now.

SQL for queries over `analyst.indicators_named AS named`, beside which `closed` has the last closing of a figure that is
closed now, or nothing.
"""

from __future__ import annotations

CLOSINGS = "SELECT * FROM marts.closed_indicators WHERE is_closed_now AND is_last_closing"

SAME_INTERVAL = (
    "(closed.closing_key IS NULL "
    "OR (closed.numerator = interval.numerator AND closed.denominator = interval.denominator))"
)
"""Whether `analyst.indicators_interval AS interval` is of what is shown: a closed figure may have changed since."""


def shown(column: str) -> str:
    """A column as it was closed; of a figure that is not closed as it is."""
    return f"CASE WHEN closed.closing_key IS NULL THEN named.{column} ELSE closed.{column} END"
