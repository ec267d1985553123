"""Checks of the wards' connections as far as they can be seen without entering a system."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ward_warehouse.core.connections import Connection, Resolver
from ward_warehouse.core.errors import SettingsError
from ward_warehouse.registry import Feed, HttpRead, Registry
from ward_warehouse.registry.findings import Finding
from ward_warehouse.sources.sql.dialects import DATABASES

NEEDS_SECRET = ("basic", "api_key", "oauth2")
EXTRA_KEYS: dict[str, frozenset[str]] = {
    "sql": frozenset(),
    "http": frozenset({"base_path", "ca_file", "token_url", "verify"}),
    "files": frozenset({"path", "host_key", "key_file", "endpoint_url", "region_name"}),
}
"""What a connection's extra may hold by transport; a database's kind names its own."""
DATABASE_TYPES = {*DATABASES, "postgresql"}


def connection_findings(registry: Registry, resolve: Resolver) -> Iterator[Finding]:
    """Findings about the connection of each feed, at the line of its ward; a connection is looked at once."""
    seen: set[tuple[str, str]] = set()
    for key in registry.wards:
        place = registry.places[f"ward {key}"]
        for feed in registry.feeds(key):
            once = (feed.connection_id, feed.system.system)
            if once in seen:
                continue
            seen.add(once)
            for code, text in _connection(feed, resolve):
                yield place.file.problem(place.at, f"ward {key}: connection {feed.connection_id}: {text}", code)


def _connection(feed: Feed, resolve: Resolver) -> Iterator[tuple[str, str]]:
    try:
        connection = resolve(feed.connection_id)
    except SettingsError as error:
        text = str(error).removeprefix(f"connection {feed.connection_id}: ")
        yield ("connection-not-set" if "is not set" in text else "connection-unreadable"), text
        return
    yield from _extra(connection, feed)
    match feed.system.transport:
        case "sql":
            yield from _sql(connection)
        case "http":
            yield from _http(connection, feed)
        case "files":
            if not (connection.extra.get("path") or connection.host):
                yield "connection-no-place", "has no path, expected the folder of the files in extra.path"


def _extra(connection: Connection, feed: Feed) -> Iterator[tuple[str, str]]:
    database = DATABASES.get({"postgresql": "postgres"}.get(connection.conn_type, connection.conn_type))
    known = frozenset(database.extra) if database is not None else EXTRA_KEYS[feed.system.transport]
    unknown = [name for name in connection.extra if name not in known]
    if unknown:
        expected = f"one of {', '.join(sorted(known))}" if known else "none"
        yield "connection-extra-unknown", f"extra: found {', '.join(sorted(unknown))}, expected {expected}"


def _sql(connection: Connection) -> Iterator[tuple[str, str]]:
    if connection.conn_type not in DATABASE_TYPES:
        expected = ", ".join(sorted(DATABASES))
        yield "connection-type", f"has type {connection.conn_type!r}, expected one of {expected}"
    elif not connection.host and not (connection.conn_type == "sqlite" and connection.schema):
        yield "connection-no-place", "has no host, expected the database's server (or the file, for SQLite)"


def _http(connection: Connection, feed: Feed) -> Iterator[tuple[str, str]]:
    if connection.conn_type not in ("http", "https"):
        yield "connection-type", f"has type {connection.conn_type!r}, expected http or https"
        return
    if not connection.host:
        yield "connection-no-place", "has no host, expected the server of the service"
        return
    secure = "https" in (connection.conn_type, connection.schema)
    if not secure and not _is_here(connection.host):
        yield "connection-plain-http", "is not https, and the server is another machine"
    spec = feed.system.read_spec(feed.record_kind)
    auth = spec.auth.type if isinstance(spec, HttpRead) else "none"
    if auth in NEEDS_SECRET and not connection.password:
        yield "connection-no-secret", f"has no password, and the service asks for {auth}"
    if auth == "oauth2" and not connection.extra.get("token_url"):
        yield "connection-no-token-url", "has no extra.token_url, and the service asks for oauth2"


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
