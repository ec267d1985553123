"""What an expectation asks, in Great Expectations' own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ward_warehouse.validation.judging import Suite, expectation


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `is_given` says that it stands in the suite: a column, a pattern, a limit."""

    text: str
    is_given: bool = False


def sentences(suite: Suite) -> dict[str, list[Part]]:
    """The sentence of each rule of a suite, by the rule's name.

    Raises:
        ValidationError: Great Expectations cannot build a rule's expectation.
    """
    found = {}
    for rule, configuration in zip(suite.rules, suite.configurations, strict=True):
        built = expectation(suite.record_kind, rule, configuration)
        built.render()
        values = [one.value for one in built.rendered_content]
        found[rule.rule] = [part for value in values for part in _parts(value.template, value.params or {})]
    return found


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
