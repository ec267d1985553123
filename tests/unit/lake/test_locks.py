import json
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from tests.support.records import NIGHT
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError
from ward_warehouse.lake.locks import LONGEST_RUN, partition_lock
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
