"""A small warehouse, and a database of PostgreSQL of each test's own that it is published to."""

from itertools import count
from pathlib import Path

import pytest

from tests.support.database_servers import Server
from tests.support.serving import Database, first_build, make_database
from ward_warehouse.core.settings import Settings

NUMBERS = count()


@pytest.fixture
def database(postgres_server: Server) -> Database:
    return make_database(postgres_server, f"warehouse_{next(NUMBERS)}")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A build that passed its audit."""
    return first_build(tmp_path)
