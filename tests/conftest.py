"""What all tests share: an environment without the developer's own settings, and a district with real ward systems."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.scheduler.protocol import Scheduling
from xdist.scheduler.worksteal import WorkStealingScheduling

from tests.dags import cluster, fab, runs
from tests.faults.amount import LONG
from tests.support import demonstration, real_input, remembered
from tests.support.background import Background
from tests.support.district import District
from tests.support.http_service import HttpService
from tests.support.records import Kind

if TYPE_CHECKING:
    # Imported by the fixtures that start them: most runs need none of these servers.
    from tests.support import database_servers, file_servers

MakeDistrict = Callable[..., District]
BESIDE = (
    "tests/unit/",
    "tests/conformance/",
    "tests/faults/",
    "tests/integration/test_warehouse_on_s3.py",
    "tests/integration/test_newest_truth.py",
    "tests/integration/test_quarantine_desk.py",
)
"""What one process plays while another plays the rest: each about half of the time, and no warehouse that is built once
for many tests is built in both."""
OF_OTHERS = ("WARD_WAREHOUSE_", "AIRFLOW_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

# A busy machine takes seconds for what is quick, and no property here is one of speed.
settings.register_profile("district", deadline=None)
settings.load_profile("district")


def pytest_configure(config: pytest.Config) -> None:
    """Forgets what `make` or a shell exports: a test must not read, and never touch, the state of who runs it."""
    for name in list(os.environ):
        if name.upper().startswith(OF_OTHERS):
            del os.environ[name]
    os.environ["WARD_WAREHOUSE_HOME"] = "/nonexistent/home-of-no-test"


class TwoHalves(LoadScopeScheduling):
    """Tests of one half stay in one process. (`--dist loadgroup` finds no groups with pytest 9.2.)"""

    def _split_scope(self, nodeid: str) -> str:
        return _half(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """All of the faults last hours in one process, each a night of its own: whoever is done takes what is left."""
    return WorkStealingScheduling(config, log) if LONG else TwoHalves(config, log)


def _half(nodeid: str) -> str:
    return "beside" if nodeid.startswith(BESIDE) else "rest"


@pytest.fixture(scope="session", autouse=True)
def _remembered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        remembered.remember(patch)
        yield


@pytest.fixture(scope="session")
def http_service() -> Iterator[HttpService]:
    service = HttpService()
    service.start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def make_district(http_service: HttpService) -> MakeDistrict:
    """Makes a test district in a folder; its ward keys are unique in a session, because one service serves all."""

    def make(folder: Path, wards: dict[str, Kind], systems: dict[str, str] | None = None, **more: Any) -> District:
        return District(folder, http_service, wards, systems, **more)

    return make


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path) -> District:
    """Three wards, one of each kind of software."""
    return make_district(tmp_path, {"a_sql": "sql", "b_http": "http", "c_files": "files"})


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[database_servers.Server]:
    from tests.support import database_servers

    with database_servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[database_servers.Server]:
    from tests.support import database_servers

    with database_servers.mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[file_servers.SftpServer]:
    from tests.support import file_servers

    with file_servers.SftpServer(tmp_path_factory.mktemp("sftp")).serving() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[file_servers.S3Server]:
    from tests.support import file_servers

    with file_servers.s3() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def background(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Background]:
    """The long runs of those tests that were selected, started before the first test."""
    # Every process knows all tests; it plays those of the half that its first test is of.
    mine = _half(os.environ["PYTEST_CURRENT_TEST"]) if "PYTEST_XDIST_WORKER" in os.environ else None
    selected = {item.path.name for item in request.session.items if mine in {None, _half(item.nodeid)}}
    make: MakeDistrict = request.getfixturevalue("make_district")
    background = Background()
    if selected & {"test_scheduler.py", "test_pages_in_airflow.py", "test_lineage.py"}:
        district = runs.three_wards(make, tmp_path_factory.mktemp("live"), "live")
        background.start("night under the scheduler", runs.night_under_scheduler(district))
    if "test_dags.py" in selected:
        district = runs.three_wards(make, tmp_path_factory.mktemp("dags"), "dag")
        background.start("dag runs", runs.dag_runs(district))
    if "test_roles_in_airflow.py" in selected:
        district = make(tmp_path_factory.mktemp("fab"), {"a_sql": "sql", "c_files": "files"})
        background.start("people with roles", fab.people_with_roles(district))
    if "test_play_demo.py" in selected:
        background.start("demonstration", demonstration.play(tmp_path_factory.mktemp("newcomer")))
    if "test_cluster.py" in selected and not cluster.missing():
        district = runs.three_wards(make, tmp_path_factory.mktemp("cluster"), "cel")
        background.start("night through Celery", cluster.night_through_celery(district))
    if "test_boston311.py" in selected and real_input.files():
        background.start("real input", real_input.play(tmp_path_factory.mktemp("real")))
    yield background
    background.end()
