"""What a JSON endpoint answers, and the two ways in which an answer is of no use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from ward_warehouse.sources.json_text import Repeating

DEFAULT_PORTS = {"http": 80, "https": 443}


class RefusedError(Exception):
    """An answer that asking again cannot mend; the text says what was found, what was expected and what to do."""


class LoginRefusedError(RefusedError):
    """The server does not know the login, or does not let it read."""


class TransientError(Exception):
    """An answer that may be different a moment later."""

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(what)


@dataclass(frozen=True)
class Answer:
    """The JSON of a page, and the addresses in its Link header by relation."""

    body: Any
    links: Mapping[str, str] = field(default_factory=dict)

    def find(self, path: str) -> Any:
        """The value at a dotted path; the whole body for an empty one.

        Raises:
            KeyError: the path is not in the answer.
            RefusedError: a name stands twice on the way: the server says two things.
        """
        found = self.body
        for key in path.split(".") if path else ():
            if isinstance(found, Repeating):
                raise RefusedError(
                    "the answer has a name twice beside its records, expected each once; the batch is held back: ask "
                    "the vendor"
                )
            if not isinstance(found, dict) or key not in found:
                raise KeyError(path)
            found = found[key]
        return found


def origin(url: httpx.URL) -> str:
    """Scheme, host and port of an address: what may be shown of it, and what must not change on the way."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    port = url.port or DEFAULT_PORTS.get(url.scheme, 0)
    return f"{url.scheme}://{host}:{port}"
