"""What all parts of the registry's files share: no unknown keys, labels in two languages, codes as text."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
"""The keys of wards, districts and systems: they are names of files, of variables and of folders of the lake."""


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


_Written = str | int | float | bool


def _as_texts(value: Any) -> Any:
    return tuple(as_text(entry) for entry in (value if isinstance(value, list | tuple) else [value]))


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_texts, json_schema_input_type=_Written | list[_Written])]
"""Values that are compared as text: one, or a list, however they stand in the file."""
