"""The demonstration's nights, played once through the library for every test that only reads what came of them."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ward_demo import systems
from ward_demo.golden_districts import GOLDEN_DISTRICTS, GOLDEN_NIGHTS
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import PROJECT_ROOT, Settings
from ward_warehouse.night.extract import Request
from ward_warehouse.night.steps import Night
from ward_warehouse.night.verdict import Verdict

FIRST, SECOND = date(2018, 12, 27), date(2018, 12, 28)
"""The night on which one ward is down and another sends broken records, and the night after it."""


@dataclass
class DemoNights:
    """The state folder after the last night.

    `verdicts` holds the verdict of each night, `published` a copy of the published file after the nights
    that were built.
    """

    settings: Settings
    connections: dict[str, Connection]
    verdicts: dict[date, Verdict] = field(default_factory=dict)
    published: dict[date, Path] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.settings.home

    def resolve(self, connection_id: str) -> Connection:
        return self.connections[connection_id]

    def play(self, night: date, wards: list[str] | None = None) -> Verdict:
        run = Night(self.settings)
        plan = run.plan(Request(night=night), wards)
        return run.run(plan, self.resolve)

    def build(self, night: date) -> None:
        run = Night(self.settings)
        run.build()
        run.publish()
        self.published[night] = self.home / f"published-{night}.duckdb"
        shutil.copy(self.settings.published_file, self.published[night])

    def query(self, statement: str, parameters: dict[str, Any] | None = None, night: date = SECOND) -> list[Any]:
        """Rows of what was published after a night."""
        with duckdb.connect(str(self.published[night]), read_only=True) as db:
            return db.execute(statement, parameters or {}).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoNights]:
    home = tmp_path_factory.mktemp("demo")
    systems.prepare(home, systems.NIGHTS[0].night)
    started = systems.start(home)
    try:
        settings = Settings(home=home, pseudonym_key="a pseudonym key of the tests")
        nights = DemoNights(settings, _connections(started))
        for entry in systems.NIGHTS:
            systems.prepare(home, entry.night)
            nights.verdicts[entry.night] = nights.play(entry.night)
            if entry.night in (FIRST, SECOND):
                nights.build(entry.night)
        yield nights
    finally:
        systems.stop(home)


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The state folder of Quận 1, Ba Đình and Long Biên, each loaded in one night and built together."""
    home = tmp_path_factory.mktemp("golden")
    settings = Settings(
        home=home,
        wards_dir=PROJECT_ROOT / "examples" / "golden" / "wards",
        pseudonym_key="a pseudonym key of the tests",
    )
    connections = _connections(systems.start(home, tuple(GOLDEN_DISTRICTS)))
    try:
        run = Night(settings)
        for district, night in GOLDEN_NIGHTS:
            systems.prepare(home, night, (district,))
            verdict = run.run(run.plan(Request(night=night)), connections.__getitem__)
            # The wards of Ba Đình hand in no list of procedures; every other record kind has to come.
            assert {state.record_kind for state in verdict.states if state.error} <= {RecordKind.PROCEDURES}
        run.build()
        run.publish()
        yield settings
    finally:
        systems.stop(home)


def _connections(started: dict[str, str]) -> dict[str, Connection]:
    found = {}
    for variable, value in started.items():
        if variable.startswith("AIRFLOW_CONN_"):
            ward = variable.removeprefix("AIRFLOW_CONN_").lower()
            found[ward] = Connection(id=ward, **json.loads(value))
    return found
