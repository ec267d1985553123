"""How many readers one server has to bear, over threads and processes."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.district import ROOT
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.sources.host_limit import host_of, reader_slot

SERVER = Connection("p01", "postgres", "db.example", 5432)


@pytest.mark.parametrize(
    ("connection", "host"),
    [
        (SERVER, "db.example:5432"),
        (Connection("p", "http", "api.example", schema="https"), "api.example"),
        (Connection("p", "sqlite", "/share/ward.db"), ""),
        (Connection("p", "fs", extra={"path": "/share/ward"}), ""),
        (Connection("p", "fs", extra={"path": "sftp://files.example/ward"}), "files.example"),
        (Connection("p", "fs", "s3://bucket/ward"), "bucket"),
    ],
)
def test_the_host_of_a_connection(connection: Connection, host: str) -> None:
    assert host_of(connection) == host


def test_readers_of_one_host_wait_for_each_other(tmp_path: Path) -> None:
    now, most, guard = 0, 0, threading.Lock()

    def read(_: int) -> None:
        nonlocal now, most
        with reader_slot(tmp_path, SERVER, 2, 20):
            with guard:
                now += 1
                most = max(most, now)
            time.sleep(0.05)
            with guard:
                now -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(read, range(6)))
    assert most == 2


def test_another_host_does_not_wait(tmp_path: Path) -> None:
    other = Connection("p02", "postgres", "db2.example", 5432)
    with reader_slot(tmp_path, SERVER, 1, 0), reader_slot(tmp_path, other, 1, 0):
        pass


def test_a_file_of_this_machine_is_not_counted(tmp_path: Path) -> None:
    local = Connection("p", "sqlite", "/share/ward.db")
    with reader_slot(tmp_path, local, 1, 0), reader_slot(tmp_path, local, 1, 0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_gets_no_place_says_so(tmp_path: Path) -> None:
    with (
        reader_slot(tmp_path, SERVER, 1, 0),
        pytest.raises(SourceError, match=r"db\.example:5432: 1 readers .*READERS_PER_HOST"),
        reader_slot(tmp_path, SERVER, 1, 0.1),
    ):
        pass
    with reader_slot(tmp_path, SERVER, 1, 0):
        pass


def test_a_process_that_is_killed_leaves_its_place(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from ward_warehouse.core.connections import Connection\n"
        "from ward_warehouse.sources.host_limit import reader_slot\n"
        "with reader_slot(Path(sys.argv[1]), Connection('p', 'postgres', 'db.example', 5432), 1, 0):\n"
        "    print('in', flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT / "plugins") as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "in\n"
        with pytest.raises(SourceError), reader_slot(tmp_path, SERVER, 1, 0):
            pass
        reader.kill()
        reader.wait(10)
        with reader_slot(tmp_path, SERVER, 1, 0):
            pass
