"""How an Airflow connection of type `aws` enters S3, and what speaks like it."""

from __future__ import annotations

from typing import Any

from ward_warehouse.core.connections import Connection

SECONDS = 30
"""How long a server may be silent."""
ATTEMPTS = 3


def s3_options(connection: Connection) -> dict[str, Any]:
    """What s3fs is told for a connection; nothing of this machine's own AWS settings is used.

    Args:
        connection: login (access key) and password (secret key), without them as nobody; of its extra `endpoint_url`
            and `region_name`.
    """
    region = connection.extra.get("region_name")
    return {
        "anon": not connection.login,
        "key": connection.login or None,
        "secret": connection.password or None,
        "endpoint_url": connection.extra.get("endpoint_url"),
        "client_kwargs": {"region_name": str(region)} if region else {},
        "config_kwargs": {
            "connect_timeout": SECONDS,
            "read_timeout": SECONDS,
            "retries": {"max_attempts": ATTEMPTS, "mode": "standard"},
        },
    }
