"""The query of a system file, as it can stand inside another one."""

from __future__ import annotations

import re
from typing import Any

import sqlparse
from sqlalchemy import TextClause, text
from sqlparse import tokens

BOUND = re.compile(r"(?<![:\w\\]):(?=\w)")
"""What SQLAlchemy takes for the beginning of a parameter's name: `'10:30'` and `:x` are the query's own."""


def statements_in(query: str) -> list[str]:
    """The kinds of statement in a query, such as SELECT; empty statements between semicolons are none."""
    parsed: list[Any] = list(sqlparse.parse(query))
    return [found.get_type() for found in parsed if not all(map(_is_idle, found.flatten()))]


def inner_query(query: str) -> TextClause:
    """The query without the semicolons and comments that it may end in, as it was typed otherwise."""
    parsed: list[Any] = list(sqlparse.parse(query))
    found = [token for statement in parsed for token in statement.flatten()]
    while found and _is_idle(found[-1]):
        found.pop()
    typed = "".join(token.value for token in found)
    return text(BOUND.sub(r"\:", typed))


def _is_idle(token: Any) -> bool:
    return bool(token.is_whitespace or token.ttype in tokens.Comment or str(token.value) == ";")
