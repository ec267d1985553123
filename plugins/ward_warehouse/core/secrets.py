"""Secrets of connections kept out of every text for people, in whatever form a driver or a server prints them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError, WardWarehouseError

MASK = "***"
SAFE = ("", "/", "/:@", "!$&'()*+,;=:@/~", " ", " +", "+")
"""What writers of addresses leave as it is: each library leaves other signs."""
NO_SECRETS = frozenset(
    {"path", "base_path", "ca_file", "key_file", "host_key", "token_url", "endpoint_url", "region_name", "sslmode",
     "sslrootcert", "ssl_ca", "verify"}
)  # fmt: skip
"""Keys of a connection's extra that say where something is."""
IN_ADDRESS = re.compile(r"://[^/@\s]*:([^@/\s]+)@")
"""The password of an address such as ftp://login:password@host."""
LEAST_LENGTH = 3
"""A shorter text stands in half of all words: to mask it would hide the message and protect nothing."""


def masked(text: str, connection: Connection) -> str:
    """The text without the connection's password and the secrets of its extra, in each spelling of `spellings`."""
    found = {form for secret in _secrets(connection) for form in spellings(secret)}
    if connection.login and connection.password:
        pair = f"{connection.login}:{connection.password}"
        found |= {_base64(pair), _base64(f"{quote_plus(connection.login)}:{quote_plus(connection.password)}")}
    forms = sorted((form for form in found if len(form) >= LEAST_LENGTH), key=len, reverse=True)
    if not forms:
        return text
    # Percent signs and escapes are written with small or capital digits.
    return re.sub("|".join(re.escape(form) for form in forms), MASK, text, flags=re.IGNORECASE)


@contextmanager
def hidden_secrets(connection: Connection) -> Iterator[None]:
    """Errors that leave this block hold no secret of the connection.

    Raises:
        SourceError: a driver raised something that nobody foresaw, and its text holds a secret.
    """
    try:
        yield
    except WardWarehouseError as error:
        error.args = tuple(masked(str(argument), connection) for argument in error.args)
        raise
    except Exception as error:
        text = str(error)
        if masked(text, connection) == text:
            raise
        raise SourceError(
            f"connection {connection.id}: {type(error).__name__}: {masked(text, connection)}; check the connection"
        ) from None


def spellings(secret: str) -> set[str]:
    """The secret as it is, in addresses, in SQL, JSON, HTML, Python's and C's escapes, and in Base64."""
    encoded = secret.encode("utf-8", "surrogatepass")
    found = {
        secret,
        " ".join(secret.split()),
        secret.replace("'", "''"),
        secret.replace('"', '""'),
        secret.replace("\\", "\\\\").replace("'", "\\'"),
        secret.replace("\\", "\\\\").replace('"', '\\"'),
        secret.replace("%", "%%"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
        repr(secret)[1:-1],
        ascii(secret)[1:-1],
        repr(encoded)[2:-1],
        "".join(f"\\{byte:03o}" if byte >= 0x80 else chr(byte) for byte in encoded),
        _base64(secret),
        encoded.hex(),
    }
    for safe in SAFE:
        found |= {quote(encoded, safe=safe), quote_plus(encoded, safe=safe)}
    # An address inside an address, or printed by a second program.
    found |= {quote(quote(encoded, safe=""), safe=""), json.dumps(repr(secret))[2:-2], repr(repr(secret))[2:-2]}
    return found


def _secrets(connection: Connection) -> set[str]:
    stated = set(_texts_of({name: value for name, value in connection.extra.items() if name not in NO_SECRETS}))
    addresses = [connection.host, connection.schema, *_texts_of(connection.extra)]
    inside = {unquote(found) for address in addresses for found in IN_ADDRESS.findall(address)}
    return {connection.password, *stated, *inside} - {""}


def _texts_of(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for part in value.values():
                yield from _texts_of(part)
        case list() | tuple():
            for part in value:
                yield from _texts_of(part)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")
