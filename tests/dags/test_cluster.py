"""A night on Celery's queues: two workers that read wards, one that builds, and no disk that they share."""

import duckdb
import pytest

from tests.dags import cluster
from tests.dags.cluster import Cluster
from tests.support.background import Background

pytestmark = pytest.mark.skipif(bool(cluster.missing()), reason=cluster.missing())


@pytest.fixture(scope="session")
def night(background: Background) -> Cluster:
    found: Cluster = background.result("night through Celery")
    return found


def test_each_task_went_to_a_worker_of_its_queue(night: Cluster) -> None:
    queues = {task["task_id"]: task["queue"] for tasks in night.tasks.values() for task in tasks}
    assert {name for name, queue in queues.items() if queue == "wards"} == {"extract"}
    assert {queue for name, queue in queues.items() if name != "extract"} == {"warehouse"}


def test_the_night_finishes_by_itself_when_a_worker_is_killed(night: Cluster) -> None:
    assert night.killed.startswith("wards-")
    assert night.load["state"] == "success"
    assert "3 of 3 units arrived" in night.load["note"]
    tries = {
        task["rendered_map_index"]: task["try_number"]
        for task in night.tasks["ward_nightly_load"]
        if task["task_id"] == "extract"
    }
    assert tries == {"cel_http": 2, "cel_sql, cel_files": 1}


def test_the_warehouse_holds_what_both_workers_read(night: Cluster) -> None:
    published = night.home_of("warehouse") / "warehouse" / "district.duckdb"
    with duckdb.connect(str(published), read_only=True) as db:
        rows = db.execute("SELECT ward_key, count(*) FROM marts.fct_dossiers GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [(key, 2) for key in sorted(night.district.wards)]


def test_the_workers_share_the_store_and_no_disk(night: Cluster) -> None:
    assert any(key.startswith("lake/accepted/") for key in night.lake)
    for name in ("wards-1", "wards-2"):
        assert not (night.home_of(name) / "warehouse").exists()
        assert not (night.home_of(name) / "lake").exists()
    assert not (night.home_of("warehouse") / "lake").exists()


def test_who_reads_wards_shares_one_pool(night: Cluster) -> None:
    """Over all workers and DAGs; a run has its own limit besides."""
    pools = {task["pool"] for tasks in night.tasks.values() for task in tasks if task["queue"] == "wards"}
    assert pools == {cluster.POOL}
    assert night.pools[cluster.POOL] == 2
