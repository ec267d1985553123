"""A night on a lake in S3, each step in a `Night` of its own as Airflow's tasks have it, and what it asks the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.support.district import District
from tests.support.file_servers import S3Server
from tests.support.records import dossier, survey
from tests.support.s3_lake import lake_connection, make_bucket
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.settings import Settings
from ward_warehouse.night.extract import Request
from ward_warehouse.night.steps import Night


@dataclass
class StoreNights:
    """Nights of a district whose lake is a bucket of the server.

    Attributes:
        requests: of the last night, by step.
        datasets: wards and record kinds of it.
    """

    server: S3Server
    district: District
    settings: Settings
    requests: dict[str, int] = field(default_factory=dict)
    datasets: int = 0

    def resolve(self, connection_id: str) -> Connection:
        """The lake's connection, and those of the wards."""
        if connection_id == self.settings.lake_conn_id:
            return lake_connection(self.server)
        return self.district.resolve(connection_id)

    def run(self) -> Night:
        """What a task opens."""
        return Night(self.settings, resolve=self.resolve)

    def play(self, night: date, build: Callable[[Night], object]) -> None:
        """Sends three records of each kind and ward and plays the night, to its build."""
        for ward in self.district.wards.values():
            ids = [f"{night}-{number}" for number in range(3)]
            ward.send([dossier(one, night) for one in ids], [survey(one, night) for one in ids], night)
        self.requests = {}
        plan = self._step("plan", lambda run: run.plan(Request(night=night), None, ["dossiers", "survey_responses"]))
        for ward in plan.wards:
            self._step("extract", lambda run, ward=ward: run.extract_ward(plan, ward, self.resolve))
        judged = self._step("validate", lambda run: run.validate(plan))
        assert all(one.status == "succeeded" for one in judged)
        self.datasets = len(judged)
        assert not self._step("announce", lambda run: run.arrivals(plan)).missing_wards
        assert not self._step("verdict", lambda run: run.verdict(plan)).missing_wards
        self._step("build", build)
        self._step("look", lambda run: run.what_is_not_published())

    @property
    def per_dataset(self) -> float:
        """Requests of the last night for each ward and record kind."""
        return sum(self.requests.values()) / self.datasets

    def _step(self, name: str, does: Callable[[Night], Any]) -> Any:
        before = len(self.server.requests)
        found = does(self.run())
        self.requests[name] = self.requests.get(name, 0) + len(self.server.requests) - before
        return found


def nights_on_s3(server: S3Server, district: District) -> StoreNights:
    """Of a lake that is empty."""
    changes = {"lake_url": f"s3://{make_bucket(server)}/lake", "lake_conn_id": "the_lake"}
    return StoreNights(server, district, district.settings.model_copy(update=changes))
