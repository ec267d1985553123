"""What a page is asked, by whom, and what it answers: between the pages and whatever serves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Language = Literal["vi", "en"]
Right = Literal["read", "review", "close"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
"""Content-Security-Policy of the pages: they load nothing and run nothing."""

SERVED_POLICY = (
    "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""Content-Security-Policy of files that are served as they are: whatever runs in them is of no origin, so that it can
ask nothing in the name of who opened it."""


@dataclass(frozen=True)
class Reader:
    """Who asks.

    Attributes:
        name: as the login knows the person; decisions are taken in this name.
        rights: what the person may do.
    """

    name: str
    rights: frozenset[Right]


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        path: below the pages' root, without a slash at its beginning.
        same_site: whether it came from one of our own pages.
    """

    path: str
    reader: Reader
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    language: Language = "vi"
    same_site: bool = False


@dataclass(frozen=True)
class Answer:
    """What is sent back: a page, or a file: as it is, or as `body` has it where there is one."""

    status: int
    body: str = ""
    file: Path | None = None
    location: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every answer; what is of a night is kept by no cache."""
        return {
            "Content-Security-Policy": SERVED_POLICY if self.file else POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
            **({"Location": self.location} if self.location else {}),
        }


class NotFoundError(Exception):
    """There is no such page, ward, night or file; the text says which are there."""
