from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from ward_demo import systems
from ward_demo.generate import Records
from ward_demo.story import records_as_of, story_records

from .ward_service import WardService

HISTORY, FIRST, SECOND = date(2018, 12, 26), date(2018, 12, 27), date(2018, 12, 28)


@dataclass
class Played:
    """A state folder on which the nights of Quận 11 were played while its service ran.

    `totals` says what the services of two wards answered after each night, status and number of dossiers;
    `without_token` what the one that is down in between answered to who had no valid token.
    """

    home: Path
    connections: dict[str, str] = field(default_factory=dict)
    totals: dict[date, dict[str, tuple[int, int | None]]] = field(default_factory=dict)
    without_token: dict[date, int] = field(default_factory=dict)


@pytest.fixture(scope="session")
def quan_11() -> Records:
    return story_records("quan_11")


@pytest.fixture(scope="session")
def thanh_xuan() -> Records:
    return story_records("thanh_xuan")


@pytest.fixture(scope="session")
def history(quan_11: Records) -> Records:
    return records_as_of(quan_11, HISTORY)


@pytest.fixture(scope="session")
def first_night(quan_11: Records) -> Records:
    return records_as_of(quan_11, FIRST)


@pytest.fixture(scope="session")
def second_night(quan_11: Records) -> Records:
    return records_as_of(quan_11, SECOND)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    played = Played(tmp_path_factory.mktemp("played"))
    try:
        for night in (HISTORY, FIRST, SECOND):
            systems.prepare(played.home, night, ["quan_11"])
            played.connections = played.connections or systems.start(played.home)
            services = {key: WardService(played.connections, key) for key in ("quan_11_p07", "quan_11_p10")}
            played.totals[night] = {key: service.total() for key, service in services.items()}
            played.without_token[night] = services["quan_11_p07"].get("/api/ho-so", token="none").status_code
        yield played
    finally:
        systems.stop(played.home)
