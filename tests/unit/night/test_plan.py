"""Which night may be loaded."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest
from click.testing import CliRunner

from tests.support.clock import Clock, clock
from tests.support.district import District
from tests.support.records import NIGHT
from ward_warehouse.cli.main import main
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.nights import newest_night, night_end
from ward_warehouse.night import tasks
from ward_warehouse.night.extract import Request

HANOI = timezone(timedelta(hours=7))
REFUSED = r"night 2024-03-06: not over yet in Asia/Ho_Chi_Minh; the newest night that may be loaded is 2024-03-05"


@pytest.fixture
def now() -> Iterator[Clock]:
    with clock() as made:
        yield made


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    return district


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "America/New_York", "UTC"])
def test_the_newest_night_is_the_last_one_that_is_over(zone: str) -> None:
    end = night_end(NIGHT, zone)
    assert newest_night(end, zone) == NIGHT
    assert newest_night(end - timedelta(microseconds=1), zone) == NIGHT - timedelta(days=1)


def test_a_night_that_is_not_over_is_refused(ready: District, now: Clock) -> None:
    """What its wards enter until then would never be read."""
    now.set(datetime(2024, 3, 6, 23, 59, tzinfo=HANOI))
    with pytest.raises(WardWarehouseError, match=REFUSED):
        ready.night().plan(Request(night=NIGHT))
    with pytest.raises(WardWarehouseError, match=REFUSED):
        tasks.plan({"night": str(NIGHT)}, None, datetime(2024, 3, 7, 0, 30, tzinfo=HANOI), ready.resolve)
    now.set(datetime(2024, 3, 7, 0, 0, 1, tzinfo=HANOI))
    assert ready.night().plan(Request(night=NIGHT)).request.night == NIGHT


@pytest.mark.parametrize("command", ["run", "extract", "validate"])
def test_a_command_refuses_it_too(ready: District, now: Clock, command: str) -> None:
    now.set(datetime(2024, 3, 6, 12, tzinfo=HANOI))
    done = CliRunner().invoke(main, [command, "--night", str(date(2024, 3, 6))])
    assert done.exit_code == 1
    assert "the newest night that may be loaded is 2024-03-05" in " ".join(done.output.split())
