import pytest

from tests.dags.background import AirflowRuns, Live, Seen


@pytest.fixture(scope="session")
def seen(airflow_runs: AirflowRuns) -> Seen:
    """What the DAGs' own process saw."""
    return airflow_runs.seen.result()


@pytest.fixture(scope="session")
def live(airflow_runs: AirflowRuns) -> Live:
    """A night under the real scheduler."""
    return airflow_runs.live.result()
