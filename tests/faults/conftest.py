"""What the tests of faults share: the process that plays nights to be struck, and randomness from one seed."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.amount import LONG, SEED
from tests.faults.workshop import Workshop

COUNTS: Counter[str] = Counter()


def pytest_report_header() -> str:
    """Says what is needed to play the same faults again."""
    return f"faults: {'long' if LONG else 'short'} part, FAULTS_SEED={SEED}"


def pytest_testnodedown(node: Any) -> None:
    """Adds up what was counted in the processes of a run in several."""
    COUNTS.update(getattr(node, "workeroutput", {}).get("faults", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how much was struck, so that a run can be told from one that struck nothing."""
    if COUNTS:
        terminalreporter.write_line(f"faults: {', '.join(f'{n:,} {what}' for what, n in sorted(COUNTS.items()))}")


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """A random generator of the test's own, so that the order of the tests changes nothing."""
    return random.Random(f"{SEED} {request.node.nodeid}")


@pytest.fixture(scope="session")
def workshop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    made = Workshop(tmp_path_factory.mktemp("workshop"))
    yield made
    made.close()
    if hasattr(request.config, "workeroutput"):
        request.config.workeroutput["faults"] = dict(made.counts)
    else:
        COUNTS.update(made.counts)
