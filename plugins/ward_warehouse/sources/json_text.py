"""JSON of wards as values: names composed and each once, numbers with their digits, and no half of a surrogate pair."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa

from ward_warehouse.core.names import shown_name

NESTED_TWICE = "found a name that stands twice in a nested object, expected each once"
TOO_DEEP = "found a value nested too deep to be read"

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""An escape of JSON, two of them for a surrogate pair; the group is half of one."""
_write = json.JSONEncoder(ensure_ascii=False).encode


MOST_NAMES = 10_000
_composed: set[str] = set()
"""Names that were found composed: a look at each name of each record would take as long as to read it."""


class Repeating(dict[str, Any]):
    """An object in which names stand twice, with the last value of each; `names` are those."""

    names: tuple[str, ...] = ()


class UnfitError(Exception):
    """A nested value that has no one meaning, or cannot be written; the text says why."""


def decoder(parse_float: Callable[[str], Any], parse_int: Callable[[str], Any] | None = None) -> json.JSONDecoder:
    """How the JSON of a source is read; NaN and infinities, which are no JSON, become texts that fit no id."""
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_float=parse_float, parse_int=parse_int, parse_constant="#{}".format
    )


def whole(text: str) -> str:
    """JSON without halves of surrogate pairs, which it can spell and no text can hold: replacement signs instead."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda escape: r"\ufffd" if escape[1] else escape[0], text)


def faults_of(records: Sequence[Any], known: Iterable[str]) -> list[str | None]:
    """Why each of the values is no record: None for a sound one; only `known` names are shown as they are."""
    if all(type(record) is dict for record in records):
        return [None] * len(records)
    return [_fault(record, known) for record in records]


def _fault(record: object, known: Iterable[str]) -> str | None:
    if not isinstance(record, dict):
        return "found no JSON object, expected one"
    if not isinstance(record, Repeating):
        return None
    names = ", ".join(shown_name(name, known) for name in record.names)
    return f"column {names}: found twice in one record, expected once"


def texts_of(
    name: str,
    records: Sequence[dict[str, Any]],
    faults: list[str | None],
    known: Iterable[str],
    text: Callable[[Any], str | None],
) -> pa.Array:
    """What the records hold under a name, each as `text` writes it; what it cannot write is a fault of its record."""
    try:
        return pa.array([text(record.get(name)) for record in records], pa.string())
    except UnfitError:
        texts: list[str | None] = []
    for at, record in enumerate(records):
        try:
            texts.append(text(record.get(name)))
        except UnfitError as error:
            texts.append(None)
            faults[at] = faults[at] or f"column {shown_name(name, known)}: {error}"
    return pa.array(texts, pa.string())


def nested(value: dict[str, Any] | list[Any]) -> str:
    """A nested value as JSON.

    Raises:
        UnfitError: a name stands twice in it, or it is nested too deep.
    """
    try:
        if _repeats(value):
            raise UnfitError(NESTED_TWICE)
        return _write(value)
    except RecursionError:
        raise UnfitError(TOO_DEEP) from None


def _repeats(value: dict[str, Any] | list[Any]) -> bool:
    left: list[Any] = [value]
    for one in left:
        if isinstance(one, Repeating):
            return True
        if isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one
    return False


def _are_composed(names: Iterable[str]) -> bool:
    if not all(unicodedata.is_normalized("NFC", name) for name in names):
        return False
    if len(_composed) > MOST_NAMES:
        _composed.clear()
    _composed.update(names)
    return True


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs) and (_composed.issuperset(found) or _are_composed(found)):
        return found
    composed = [(unicodedata.normalize("NFC", name), value) for name, value in pairs]
    found = dict(composed)
    if len(found) == len(pairs):
        return found
    repeating = Repeating(found)
    every = [name for name, _ in composed]
    repeating.names = tuple(name for name in found if every.count(name) > 1)
    return repeating
