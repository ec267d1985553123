import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from tests.support.records import NIGHT
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError
from ward_warehouse.lake.lock_holder import this_process
from ward_warehouse.lake.locks import LONGEST_RUN, find_locks, partition_lock
from ward_warehouse.lake.store import Lake

KIND = RecordKind.DOSSIERS
FOLDER = f"locks/{KIND}/p01/{NIGHT}"
NO_PROCESS = 2**22 + 1


@pytest.fixture(params=["folder", "memory"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    if request.param == "folder":
        return Lake(str(tmp_path / "lake"))
    fsspec.filesystem("memory").store.clear()
    return Lake("memory://lake")


def leave(lake: Lake, number: int, *, process: int, host: str, age: timedelta = timedelta(0)) -> None:
    """A lock as a run on some machine would have left it."""
    holder = {"host": host, "process": process, "since": (datetime.now(UTC) - age).isoformat()}
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
    leave(lake, 3, process=NO_PROCESS, host=socket.gethostname())
    with partition_lock(lake, KIND, "p01", NIGHT):
        assert len(lake.names(FOLDER)) == 2
        with pytest.raises(LockedError):
            partition_lock(lake, KIND, "p01", NIGHT).__enter__()
    assert lake.names(FOLDER) == []


def test_the_lock_of_another_machine_is_believed_until_it_is_too_old(lake: Lake) -> None:
    leave(lake, 1, process=NO_PROCESS, host="another-machine", age=LONGEST_RUN - timedelta(minutes=1))
    with pytest.raises(LockedError, match="another-machine"):
        partition_lock(lake, KIND, "p01", NIGHT).__enter__()
    leave(lake, 1, process=NO_PROCESS, host="another-machine", age=LONGEST_RUN + timedelta(minutes=1))
    with partition_lock(lake, KIND, "p01", NIGHT):
        pass


def holder_of(lake: Lake, **changed: object) -> dict[str, object]:
    """What this process writes into a lock, with some of it changed, left as lock number 1 by a run that was killed."""
    holder = {**json.loads(this_process(datetime.now(UTC)).model_dump_json()), **changed}
    with lake.writing(f"{FOLDER}/000001.json") as handle:
        handle.write(json.dumps(holder).encode())
    return holder


GONE = {
    "its process number was given out again": {"started": "1"},
    "its process ended": {"process": NO_PROCESS},
    "the machine was started again": {"boot": "another boot", "processes": "pid:[1]"},
}


@pytest.mark.parametrize("changed", GONE.values(), ids=list(GONE))
def test_a_lock_whose_holder_is_gone_frees_itself_at_once(lake: Lake, changed: dict[str, object]) -> None:
    holder_of(lake, **changed)
    with partition_lock(lake, KIND, "p01", NIGHT):
        assert len(lake.names(FOLDER)) == 2
    assert lake.names(FOLDER) == []


def test_a_container_that_was_made_anew_frees_the_lock_of_the_one_before(lake: Lake) -> None:
    """Another name, and process numbers of its own; in a folder the kernel says whether somebody holds the file."""
    holder_of(lake, host="container-before", processes="pid:[1]", process=os.getpid())
    if lake.is_local:
        with partition_lock(lake, KIND, "p01", NIGHT):
            pass
        assert lake.names(FOLDER) == []
    else:
        with pytest.raises(LockedError, match="container-before"):
            partition_lock(lake, KIND, "p01", NIGHT).__enter__()


def test_another_container_of_this_machine_that_is_at_work_is_believed(tmp_path: Path) -> None:
    """The kernel's lock is seen through whatever container."""
    lake = Lake(str(tmp_path / "lake"))
    holder_of(lake, host="container-beside", processes="pid:[1]", process=NO_PROCESS)
    with open(lake.path(f"{FOLDER}/000001.json")) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match="container-beside"):
            partition_lock(lake, KIND, "p01", NIGHT).__enter__()
    with partition_lock(lake, KIND, "p01", NIGHT):
        pass


def test_another_machine_is_believed_whatever_its_boot(lake: Lake) -> None:
    holder_of(lake, host="another-machine", boot="another boot", processes="pid:[1]")
    with pytest.raises(LockedError, match="another-machine"):
        partition_lock(lake, KIND, "p01", NIGHT).__enter__()


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
        leave(lake, 1, process=NO_PROCESS, host=socket.gethostname())
    with ThreadPoolExecutor(8) as pool:
        won = sum(pool.map(contend, range(8)))
    assert most == 1
    assert won >= 1
