"""What a night asks of a lake in an S3 store: requests for each ward and record kind, from the plan to the build.

The server is the one that the tests start, on loopback; it counts what it is sent.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.support.district import District
from tests.support.file_servers import s3
from tests.support.http_service import HttpService
from tests.support.records import NIGHT
from tests.support.s3_night import nights_on_s3
from ward_warehouse.night.steps import Night

WARDS, NIGHTS = 8, 8


def measure(folder: Path) -> dict[str, float]:
    """The last of eight nights of eight wards.

    Args:
        folder: where the wards' systems and the build go.
    """
    service = HttpService()
    district = District(folder / "store", service, {f"bench_{number}": "sql" for number in range(WARDS)})
    with s3() as server:
        nights = nights_on_s3(server, district)
        for number in range(NIGHTS):
            nights.play(NIGHT + timedelta(days=number), build_at_last if number == NIGHTS - 1 else load_alone)
        steps = {f"s3_requests_{step}": float(count) for step, count in nights.requests.items()}
        return {"s3_requests_per_dataset": round(nights.per_dataset, 1), **steps}


def build_at_last(run: Night) -> None:
    """The build and the publish, as they are."""
    run.build()
    run.publish()


def load_alone(run: Night) -> None:
    """Of a build what it asks of the lake."""
    from ward_warehouse.warehouse.duckdb import load

    run.apply_decisions()
    load(run.settings, run.lake, run.registry)
