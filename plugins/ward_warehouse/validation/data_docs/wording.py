"""What an expectation asks, in words: Great Expectations' own, and ours where it would print a regular expression.

The Vietnamese sentence is made of the English one, piece by piece: Great Expectations speaks English alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.mapping.statement import AHEAD, COURSE, UNMAPPED, UNREADABLE
from ward_warehouse.validation.judging import expectation
from ward_warehouse.validation.suites import Suite


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `is_given` says that it stands in the suite: a column, a pattern, a limit."""

    text: str
    is_given: bool = False


@dataclass(frozen=True)
class Sentence:
    """A sentence in both languages; `vi` is empty for one that `VIETNAMESE` has no words for."""

    vi: Sequence[Part]
    en: Sequence[Part]


VIETNAMESE = {
    "What the source gave for ": "Nội dung nguồn gửi cho ",
    " can be read.": " phải đọc được.",
    "The code in ": "Mã trong ",
    " is one that the code table or the catalogue has.": " phải có trong bảng mã hoặc danh mục.",
    "No ": "Không ",
    " lies after the end of the night that reads the record.": " nào sau khi kết thúc đêm đọc bản ghi.",
    "The status of the dossier agrees with ": "Trạng thái của hồ sơ phải khớp với ",
    "the record as a whole": "cả bản ghi",
    "Values in ": "Giá trị của ",
    " have the form that the rule's meaning says.": " phải có dạng nêu trong ý nghĩa của quy tắc.",
    " values must never be null.": " không được để trống.",
    " values must be null.": " phải để trống.",
    " values must not belong to this set: ": " không được là: ",
    " values must be greater than or equal to ": " phải lớn hơn hoặc bằng ",
    " must always be greater than or equal to those in ": " luôn phải lớn hơn hoặc bằng giá trị của ",
    "If ": "Nếu ",
    ", then ": ", thì ",
    " not ": " not ",
    ".": ".",
    ", ": ", ",
    " ": " ",
}
"""The pieces that the sentences of the suites are made of."""


def in_vietnamese(parts: Sequence[Part]) -> list[Part]:
    """The sentence in Vietnamese; none where a piece of it is not in `VIETNAMESE`."""
    if not all(part.is_given or part.text in VIETNAMESE for part in parts):
        return []
    return [part if part.is_given else Part(VIETNAMESE[part.text]) for part in parts]


def sentences(suite: Suite) -> dict[str, Sentence]:
    """The sentence of each rule of a suite, by the rule's name.

    Raises:
        ValidationError: Great Expectations cannot build a rule's expectation.
    """
    found = {}
    for rule, configuration in zip(suite.rules, suite.configurations, strict=True):
        spoken = _spoken(suite, configuration["kwargs"])
        if spoken is None:
            built = expectation(suite.record_kind, rule, configuration)
            built.render()
            values = [one.value for one in built.rendered_content]
            spoken = [part for value in values for part in _parts(value.template, value.params or {})]
        found[rule.rule] = Sentence(in_vietnamese(spoken), spoken)
    return found


_MARKERS = {
    UNREADABLE: ("What the source gave for ", " can be read."),
    UNMAPPED: ("The code in ", " is one that the code table or the catalogue has."),
    AHEAD: ("No ", " lies after the end of the night that reads the record."),
    COURSE: ("The status of the dossier agrees with ", "."),
}
"""What a pattern about one of the mapping's remarks asks, around the columns that it names."""


def _spoken(suite: Suite, kwargs: dict[str, Any]) -> list[Part] | None:
    """The sentence of an expectation that asks by a regular expression, which nobody should have to read."""
    if "regex" not in kwargs:
        return None
    marker = str(kwargs["column"])
    if marker not in _MARKERS:
        return [Part("Values in "), Part(marker, is_given=True), Part(" have the form that the rule's meaning says.")]
    before, after = _MARKERS[marker]
    columns = CONTRACTS[RecordKind(suite.record_kind)].by_name
    named = [name for name in re.findall(r"[a-z_]{2,}", kwargs["regex"]) if name in columns]
    parts = [Part(name, is_given=True) for name in dict.fromkeys(named)] or [Part("the record as a whole")]
    separated = [piece for part in parts for piece in (Part(", "), part)][1:]
    return [Part(before), *separated, Part(after)]


def _parts(template: str, params: dict[str, dict[str, object]]) -> Iterator[Part]:
    """The template cut at its params, `$name`; a name that is no param is text."""
    for number, piece in enumerate(re.split(r"\$(\w+)", template)):
        if number % 2 == 0:
            if piece:
                yield Part(piece)
        elif piece in params:
            yield Part(str(params[piece]["value"]), is_given=True)
        else:
            yield Part(f"${piece}")
