"""JSON endpoints that the tests of a module share, as at their start for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.json_endpoint import Endpoint


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Endpoint, Endpoint]]:
    with Endpoint().serving() as one, Endpoint().serving() as another:
        yield one, another


def renewed(server: Endpoint) -> Endpoint:
    """The server as at its start: tests share it, because starting one takes longer than most of them."""
    vars(server).update(vars(Endpoint(server.port)))
    return server


@pytest.fixture
def endpoint(servers: tuple[Endpoint, Endpoint]) -> Endpoint:
    return renewed(servers[0])


@pytest.fixture
def other(servers: tuple[Endpoint, Endpoint]) -> Endpoint:
    return renewed(servers[1])
