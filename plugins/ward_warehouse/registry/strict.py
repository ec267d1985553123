"""What all parts of the registry's files share: no unknown keys, labels in two languages, codes as text."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A model that refuses keys it does not know: a misspelt key must not be read as an absent one."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(Strict):
    """A label for people, in Vietnamese and English."""

    vi: str
    en: str


def as_text(value: Any) -> str:
    """A code as sources send it: YAML reads an unquoted 1 or true as a number or a truth value."""
    return str(value).lower() if isinstance(value, bool) else str(value)
