"""How the project's DAGs speak to Airflow: failures that say their sentence first, connections in the library's form.

Imported by the DAG files, never by the library. Cheap to import: the DAG processor and every task do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk import Asset, ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk import Connection as AirflowConnection
from airflow.sdk.exceptions import AirflowNotFoundException

from ward_warehouse.core.errors import LASTING, SettingsError, WardWarehouseError

if TYPE_CHECKING:
    from ward_warehouse.core.connections import Connection
    from ward_warehouse.night.reading import Attempt

log = logging.getLogger("ward_warehouse")


class Told(SystemExit):
    """The end of a task that has said what is wrong and what to do.

    Of an exit Airflow prints one line. Of an exception it would print its own stack and ours between the sentence and
    the person who reads it.
    """


class Lasting(Told):
    """The same of a fault that no retry mends: somebody must do something first."""


NOT_WHAT_LASTS = ExceptionRetryPolicy([RetryRule(Lasting, RetryAction.FAIL, reason="no retry mends it")])
"""Retries as the task says, but none of a fault that lasts."""


def end_red(text: str, *, lasting: bool = False) -> NoReturn:
    """Ends the task red with the text in its log, a line for each of its lines."""
    for line in text.splitlines():
        log.error("%s", line)
    raise (Lasting if lasting else Told)(1)


@contextmanager
def told_plainly(besides: type[WardWarehouseError] | None = None) -> Iterator[None]:
    """Ends the task red with the sentence of an error that is meant for a person, and nothing above it.

    An error of the type `besides` passes.
    """
    try:
        yield
    except WardWarehouseError as error:
        if besides is not None and isinstance(error, besides):
            raise
        end_red(str(error), lasting=error.cause in LASTING)


def attempt_of(ti: Any) -> Attempt:
    """Which attempt of a task this is; that a person cleared it, Airflow says by granting it its retries once more."""
    if ti.try_number == 1:
        return "first"
    return "cleared" if ti.try_number <= ti.max_tries - (ti.task.retries or 0) + 1 else "retry"


LAKE = Asset(
    "ward_warehouse_lake",
    group="ward_warehouse",
    extra={
        "description": "The lake: what the wards sent, judged and committed. An event says which night, and what of it",
        "mo_ta": "Hồ dữ liệu: những gì các phường đã gửi, đã kiểm tra. Mỗi sự kiện ghi rõ đêm nào và đã nhận được gì",
    },
)
WAREHOUSE = Asset(
    "ward_warehouse_published",
    group="ward_warehouse",
    extra={
        "description": "The warehouse that analysts open, as it was last published",
        "mo_ta": "Kho dữ liệu của quận mà người phân tích mở, bản công bố mới nhất",
    },
)


def airflow_connection(connection_id: str) -> Connection:
    """A ward's connection from whatever secrets backend Airflow uses, in the library's own form.

    Raises:
        SettingsError: Airflow knows no connection of that id.
    """
    from ward_warehouse.core.connections import Connection

    try:
        found = AirflowConnection.get(connection_id)
    except AirflowNotFoundException:
        raise SettingsError(
            f"connection {connection_id}: Airflow has none of that id; add it (docs/connections.md), then clear "
            "the task"
        ) from None
    return Connection(
        id=connection_id,
        conn_type=found.conn_type or "",
        host=found.host or "",
        port=found.port,
        schema=found.schema or "",
        login=found.login or "",
        password=found.password or "",
        extra=found.extra_dejson,
    )
