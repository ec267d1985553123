"""A lock's holder is believed as long as he renews it: on other hosts, in other containers, whatever their clocks say.

Each on a lake that is a folder and on one in an S3 store. The other side is a process of its own: `lock_host`.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.support.clock import clock
from tests.support.file_servers import S3Server
from tests.support.lock_host import KIND, Host, host
from tests.support.records import NIGHT
from tests.support.s3_lake import lake_connection, make_bucket
from ward_warehouse.core.errors import LockedError
from ward_warehouse.core.object_store import s3_options
from ward_warehouse.lake.lock_holder import BY_HAND, Worker
from ward_warehouse.lake.locks import find_locks, partition_lock, require_lock
from ward_warehouse.lake.store import Lake

LEASE = 1.5
HOUR = timedelta(hours=1)


@dataclass
class Place:
    """Where a lake is, for this process and for others."""

    address: str
    options: dict[str, Any]

    @property
    def lake(self) -> Lake:
        return Lake(self.address, self.options)

    def host(self, lease: float = LEASE, **told: Any) -> AbstractContextManager[Host]:
        return host(self.address, self.options, lease=lease, **told)


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Any) -> Place:
    if request.param == "folder":
        return Place(str(tmp_path / "lake"), {})
    server: S3Server = request.getfixturevalue("s3_server")
    return Place(f"s3://{make_bucket(server)}/lake", s3_options(lake_connection(server)))


@pytest.fixture(params=[HOUR, -HOUR], ids=["an hour ahead", "an hour behind"])
def other(request: pytest.FixtureRequest, place: Place) -> Iterator[Host]:
    """Another host with the same name as this one, as containers have that are told so."""
    with place.host(name=os.uname().nodename, clock=request.param) as made:
        yield made


def take(place: Place, ward: str, worker: Worker = BY_HAND, lease: float = LEASE) -> AbstractContextManager[None]:
    return partition_lock(place.lake, KIND, ward, NIGHT, worker, lease)


def test_another_host_is_believed_while_it_renews_and_not_when_it_was_killed(place: Place, other: Host) -> None:
    assert other("hold", "p01") == "held"
    for _ in range(2):
        with pytest.raises(LockedError, match="another run is at work"):
            take(place, "p01").__enter__()
    assert other("commit", "p01") == "committed"
    assert [lock.is_left for lock in find_locks(place.lake)] == [False]
    other.process.kill()
    begun = time.monotonic()
    with take(place, "p01"):
        assert time.monotonic() - begun < 3 * LEASE
        require_lock(place.lake, KIND, "p01", NIGHT)
    assert find_locks(place.lake) == []


def test_who_stood_still_for_longer_than_his_lease_does_not_commit(place: Place) -> None:
    with place.host() as other:
        assert other("hold", "p01") == "held"
        assert other("hold", "p02") == "held"
        other.process.send_signal(signal.SIGSTOP)
        with take(place, "p01"):
            other.process.send_signal(signal.SIGCONT)
            assert other("commit", "p01") == "lost"
            require_lock(place.lake, KIND, "p01", NIGHT)
        # Nobody took this one meanwhile, so that it goes on.
        assert other("commit", "p02") == "committed"
        with take(place, "p01"):
            assert other("give_back", "p01") == "given back"
            require_lock(place.lake, KIND, "p01", NIGHT)


def test_a_process_of_this_machine_that_is_stopped_for_good_is_taken_over(place: Place) -> None:
    with place.host(name="here", boot="", processes="", sees=True) as other:
        assert other("hold", "p01") == "held"
        begun = time.monotonic()
        with pytest.raises(LockedError):
            take(place, "p01").__enter__()
        assert time.monotonic() - begun < LEASE, "known at once to be there"
        other.process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE)
        with take(place, "p01"):
            other.process.send_signal(signal.SIGCONT)
            assert other("commit", "p01") == "lost"


def test_a_container_of_this_machine_is_believed_while_it_renews(place: Place) -> None:
    """The boot is the same, and process numbers say nothing: a folder's lock of the kernel tells, or the lease."""
    with place.host(name=os.uname().nodename, boot="", sees=True) as other:
        assert other("hold", "p01") == "held"
        with pytest.raises(LockedError):
            take(place, "p01").__enter__()
        other.process.kill()
        other.process.wait()
        begun = time.monotonic()
        with take(place, "p01"):
            assert not place.lake.is_local or time.monotonic() - begun < LEASE / 2, "at once, by the kernel's lock"


def test_a_later_attempt_at_a_task_follows_the_earlier_at_once(place: Place) -> None:
    # A busy machine takes a second for what it does at once: far less than it would wait for this.
    lease = 4 * LEASE
    with place.host(lease) as other:
        assert other("hold", "p01", "run-1", "extract", 1) == "held"
        for worker in (Worker("run-1", "extract", 1), Worker("run-1", "validate", 2), Worker("run-2", "extract", 2)):
            with pytest.raises(LockedError):
                take(place, "p01", worker, lease).__enter__()
        begun = time.monotonic()
        with take(place, "p01", Worker("run-1", "extract", 2), lease):
            assert time.monotonic() - begun < lease / 2
            assert other("commit", "p01") == "lost", "also while it is at work and renews"
            time.sleep(lease / 2)
            require_lock(place.lake, KIND, "p01", NIGHT)


def test_a_later_attempt_follows_one_that_renews_its_lock_meanwhile(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Lake.create

    def create_late(*args: Any) -> bool:
        time.sleep(LEASE / 2)
        return create(*args)

    with place.host() as other:
        assert other("hold", "p01", "run-1", "extract", 1) == "held"
        monkeypatch.setattr(Lake, "create", create_late)
        with take(place, "p01", Worker("run-1", "extract", 2)):
            assert other("commit", "p01") == "lost"


def test_a_clock_that_jumps_costs_nobody_his_lock(place: Place) -> None:
    with clock() as now, take(place, "p01"):
        for jump in (HOUR, -2 * HOUR):
            now.move(jump)
            with pytest.raises(LockedError):
                take(place, "p01").__enter__()
            require_lock(place.lake, KIND, "p01", NIGHT)


def test_a_lock_that_a_person_ended_is_lost(place: Place) -> None:
    with take(place, "p01"):
        (lock,) = find_locks(place.lake)
        place.lake.remove(lock.path)
        with pytest.raises(LockedError, match=r"lost its lock.*is not committed"):
            require_lock(place.lake, KIND, "p01", NIGHT)
        with take(place, "p01"):
            pass
    assert find_locks(place.lake) == []
