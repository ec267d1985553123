import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fsspec
import pytest

from tests.support.records import NIGHT
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError
from ward_warehouse.lake.lock_holder import this_process
from ward_warehouse.lake.locks import find_locks, partition_lock
from ward_warehouse.lake.store import Lake

KIND = RecordKind.DOSSIERS
FOLDER = f"locks/{KIND}/p01/{NIGHT}"
NO_PROCESS = 2**22 + 1
LEASE = 0.5


@pytest.fixture(params=["folder", "memory"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    if request.param == "folder":
        return Lake(str(tmp_path / "lake"))
    fsspec.filesystem("memory").store.clear()
    return Lake("memory://lake")


def leave(lake: Lake, number: int, **changed: object) -> None:
    """A lock as a run left it that was killed: this process, but for what is changed."""
    holder = {**json.loads(this_process(lease_seconds=LEASE).model_dump_json()), **changed}
    with lake.writing(f"{FOLDER}/{number:06d}.json") as handle:
        handle.write(json.dumps(holder).encode())


def test_a_lock_is_held_for_the_block_and_given_back(lake: Lake) -> None:
    with partition_lock(lake, KIND, "p01", NIGHT):
        with pytest.raises(LockedError, match=rf"p01 dossiers night {NIGHT}: another run .*process {os.getpid()} on"):
            partition_lock(lake, KIND, "p01", NIGHT).__enter__()
        with partition_lock(lake, KIND, "p02", NIGHT):
            pass
    with partition_lock(lake, KIND, "p01", NIGHT):
        pass
    assert lake.names(FOLDER) == []


def test_a_lock_is_given_back_after_an_error(lake: Lake) -> None:
    with pytest.raises(ZeroDivisionError), partition_lock(lake, KIND, "p01", NIGHT):
        raise ZeroDivisionError
    assert lake.names(FOLDER) == []


def test_the_lock_of_a_process_that_ended_here_is_taken_over(lake: Lake) -> None:
    leave(lake, 3, process=NO_PROCESS)
    with partition_lock(lake, KIND, "p01", NIGHT):
        assert len(lake.names(FOLDER)) == 2
        with pytest.raises(LockedError):
            partition_lock(lake, KIND, "p01", NIGHT).__enter__()
    assert lake.names(FOLDER) == []


def test_a_lock_of_before_there_were_leases_is_over_after_one(lake: Lake) -> None:
    with lake.writing(f"{FOLDER}/000001.json") as handle:
        handle.write(
            b'{"host": "another-machine", "process": 1, "since": "2024-03-06T00:00:00Z", "lease_seconds": 0.3}'
        )
    with partition_lock(lake, KIND, "p01", NIGHT):
        assert len(lake.names(FOLDER)) == 2
    assert lake.names(FOLDER) == []


GONE = {
    "its process number was given out again": {"started": "1"},
    "its process ended": {"process": NO_PROCESS},
}


@pytest.mark.parametrize("changed", GONE.values(), ids=list(GONE))
def test_a_lock_whose_holder_is_gone_frees_itself_at_once(lake: Lake, changed: dict[str, object]) -> None:
    leave(lake, 1, **changed)
    with partition_lock(lake, KIND, "p01", NIGHT):
        assert len(lake.names(FOLDER)) == 2
    assert lake.names(FOLDER) == []


def test_a_machine_that_was_started_again_frees_its_locks_after_a_lease(lake: Lake) -> None:
    """Not at once: another container may have the name, on a machine with a boot of its own."""
    leave(lake, 1, boot="another boot")
    begun = time.monotonic()
    with partition_lock(lake, KIND, "p01", NIGHT):
        assert time.monotonic() - begun >= LEASE
    assert lake.names(FOLDER) == []


def test_another_container_of_this_machine_that_is_at_work_is_believed(tmp_path: Path) -> None:
    """The kernel's lock is seen through whatever container."""
    lake = Lake(str(tmp_path / "lake"))
    leave(lake, 1, host="container-beside", processes="pid:[1]", process=NO_PROCESS, lease_seconds=60)
    with open(lake.path(f"{FOLDER}/000001.json")) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match="container-beside"):
            partition_lock(lake, KIND, "p01", NIGHT).__enter__()
    with partition_lock(lake, KIND, "p01", NIGHT):
        pass


def test_the_lock_of_a_run_that_was_killed_is_free_at_once(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    script = (
        "import sys; from datetime import date; from ward_warehouse.core.contracts import RecordKind; "
        "from ward_warehouse.lake.locks import partition_lock; from ward_warehouse.lake.store import Lake\n"
        "with partition_lock(Lake(sys.argv[1]), RecordKind('dossiers'), 'p01', date.fromisoformat(sys.argv[2])):\n"
        "    print('held', flush=True); input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, lake.path("").rstrip("/"), str(NIGHT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(LockedError, match=f"process {other.pid} on"):
        partition_lock(lake, KIND, "p01", NIGHT).__enter__()
    assert [(lock.holder.process, lock.is_left) for lock in find_locks(lake)] == [(other.pid, False)]
    other.kill()
    other.communicate()
    assert [(lock.holder.process, lock.is_left) for lock in find_locks(lake)] == [(other.pid, True)]
    with partition_lock(lake, KIND, "p01", NIGHT):
        pass
    assert find_locks(lake) == []


@pytest.mark.parametrize("left_behind", [False, True])
def test_of_many_that_come_at_once_at_most_one_gets_in(tmp_path: Path, left_behind: bool) -> None:
    lake = Lake(str(tmp_path / "lake"))
    inside, most, came = 0, 0, threading.Barrier(8)
    guard = threading.Lock()

    def contend(_: int) -> int:
        nonlocal inside, most
        won = 0
        for _ in range(5):
            came.wait(20)
            try:
                with partition_lock(lake, KIND, "p01", NIGHT):
                    with guard:
                        inside += 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
                    won += 1
            except LockedError:
                pass
        return won

    if left_behind:
        leave(lake, 1, process=NO_PROCESS)
    with ThreadPoolExecutor(8) as pool:
        won = sum(pool.map(contend, range(8)))
    assert most == 1
    assert won >= 1
