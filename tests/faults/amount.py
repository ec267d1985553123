"""How much of the fault suite is played: a fixed, fast part with every test run, all of it by `make faults`."""

import os

LONG = os.environ.get("FAULTS") == "long"
SEED = int(os.environ.get("FAULTS_SEED", "20240306"))
"""Of everything that is random here."""


def amount(short: int, long: int) -> int:
    """The number for this run."""
    return long if LONG else short
