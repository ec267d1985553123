import pytest

from tests.dags.fab import Asked
from tests.dags.runs import Live, Seen
from tests.support.background import Background


@pytest.fixture(scope="session")
def seen(background: Background) -> Seen:
    """What the DAGs' own process saw."""
    found: Seen = background.result("dag runs")
    return found


@pytest.fixture(scope="session")
def asked(background: Background) -> dict[str, Asked]:
    """What people with and without a role got under FAB."""
    found: dict[str, Asked] = background.result("people with roles")
    return found


@pytest.fixture(scope="session")
def live(background: Background) -> Live:
    """A night under the real scheduler."""
    found: Live = background.result("night under the scheduler")
    return found
