"""What the tests of faults share: the process that plays nights to be struck, and randomness from one seed."""

import random
from collections.abc import Iterator

import pytest

from tests.faults.amount import LONG, SEED
from tests.faults.workshop import Workshop


def pytest_report_header() -> str:
    """Says what is needed to play the same faults again."""
    return f"faults: {'long' if LONG else 'short'} part, FAULTS_SEED={SEED}"


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """A random generator of the test's own, so that the order of the tests changes nothing."""
    return random.Random(f"{SEED} {request.node.nodeid}")


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    made = Workshop(tmp_path_factory.mktemp("workshop"))
    yield made
    made.close()
