"""Where a ward's system is and how to enter it: Airflow connections, which also work without Airflow.

A connection is read from the environment variable `AIRFLOW_CONN_<ID>`, as an Airflow URI or as Airflow's JSON form.
Inside Airflow a DAG passes its own resolver, so that any secrets backend serves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ward_warehouse.core.errors import SettingsError


@dataclass(frozen=True)
class Connection:
    """The parts of an Airflow connection; `password` never appears in its text form."""

    id: str
    conn_type: str
    host: str = ""
    port: int | None = None
    schema: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


Resolver = Callable[[str], Connection]


def from_environment(connection_id: str) -> Connection:
    """The connection in `AIRFLOW_CONN_<ID>`.

    Raises:
        SettingsError: the variable is absent or cannot be read.
    """
    variable = f"AIRFLOW_CONN_{connection_id.upper()}"
    value = os.environ.get(variable)
    if not value:
        raise SettingsError(
            f"connection {connection_id}: environment variable {variable} is not set; expected the address of what it "
            "leads to (a ward's system, PostgreSQL, a store) as an Airflow connection (URI or JSON)"
        )
    try:
        return _from_json(connection_id, value) if value.lstrip().startswith("{") else _from_uri(connection_id, value)
    except (ValueError, TypeError):
        # The value itself holds a password: it stays out of the message and of the chained traceback.
        raise SettingsError(
            f"connection {connection_id}: {variable} is neither an Airflow URI nor Airflow's JSON form; correct it"
        ) from None


def _from_json(connection_id: str, value: str) -> Connection:
    parts = json.loads(value)
    extra = parts.get("extra") or {}
    return Connection(
        id=connection_id,
        conn_type=str(parts["conn_type"]) if parts.get("conn_type") else "",
        host=parts.get("host") or "",
        port=int(parts["port"]) if parts.get("port") else None,
        schema=parts.get("schema") or "",
        login=parts.get("login") or "",
        password=parts.get("password") or "",
        extra=json.loads(extra) if isinstance(extra, str) else extra,
    )


def _from_uri(connection_id: str, value: str) -> Connection:
    uri = urlsplit(value)
    if not uri.scheme:
        raise ValueError("no connection type")
    query = dict(parse_qsl(uri.query))
    # Airflow keeps an extra that is not a flat mapping under this one key.
    nested = query.pop("__extra__", None)
    return Connection(
        id=connection_id,
        conn_type=uri.scheme.replace("-", "_"),
        host=unquote(uri.hostname or ""),
        port=uri.port,
        schema=unquote(uri.path.lstrip("/")),
        login=unquote(uri.username or ""),
        password=unquote(uri.password or ""),
        extra=json.loads(nested) if nested else query,
    )
