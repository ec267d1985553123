"""A lake in a bucket of the tests' S3 server, entered by a connection."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.support.file_servers import S3Server
from ward_warehouse.core.connections import Connection


def make_bucket(server: S3Server) -> str:
    """A bucket of its own for a test; gives its name."""
    name = f"lake-{uuid4().hex[:12]}"
    server.client.create_bucket(Bucket=name)
    return name


def lake_connection(server: S3Server, **changes: Any) -> Connection:
    """What `WARD_WAREHOUSE_LAKE_CONN_ID` names."""
    return server.connection("", id="the_lake", **changes)
