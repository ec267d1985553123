"""What a SQL expression of a system's file may be: columns, constants, operators and functions of one record.

It runs in the statement that treats personal data, beside that statement's parameters, the keys among them. So it is
parsed, by DuckDB itself, before any record is read: no parameter, no subquery, no other relation and no function that
reads something else than its arguments. What escaped this would still find files, extensions and settings closed
(`mapping.duckdb_memory`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

ALLOWED = frozenset(
    ("BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",
     "OPERATOR")
)  # fmt: skip
"""DuckDB's classes of what an expression is made of; parameter, subquery, star and window are not among them."""

DENIED = re.compile(
    r"read_.*|.*_scan|glob|getenv|getvariable|current_.*|query.*|nextval|currval|pg_.*|has_.*_privilege|txid_.*|set.*"
    r"|session_user|user|version|write_log|json_(de)?serialize.*|shape_of|sleep.*|unnest|error|in_search_path"
)
"""Functions that read or change something besides their arguments, or give more than one value."""


@lru_cache(maxsize=1024)
def expression_fault(expression: str | None) -> tuple[str, str] | None:
    """What is wrong with a DuckDB scalar expression: code of the check and words; None when nothing is."""
    if expression is None:
        return None
    # In brackets on one line: what closes them early, or comments them out, is no longer one expression.
    parsed = json.loads(_one("SELECT json_serialize_sql($sql)", sql=f"SELECT ({expression})"))
    if parsed["error"]:
        return "expression-invalid", "expression: " + " ".join(str(parsed["error_message"]).split())[:200]
    statements = parsed["statements"]
    node = statements[0]["node"]
    if len(statements) != 1 or len(node.get("select_list", ())) != 1 or _more_than_a_list(node):
        return "expression-unsafe", "expression: found more than one, expected one"
    for part in _parts(node["select_list"][0]):
        if part["class"] not in ALLOWED:
            found = part["class"].lower()
            return "expression-unsafe", f"expression: found a {found}, expected columns, constants and functions"
        if part["class"] == "FUNCTION" and not _is_plain(part["function_name"]):
            found = part["function_name"]
            return "expression-unsafe", f"expression: found {found}(), expected a function of the record's own values"
    return None


@lru_cache(maxsize=1024)
def columns_of(expression: str) -> tuple[str, ...]:
    """The columns that a DuckDB scalar expression reads, each once; none of one that is not valid."""
    parsed = json.loads(_one("SELECT json_serialize_sql($sql)", sql=f"SELECT ({expression})"))
    if parsed["error"]:
        return ()
    parts = _parts(parsed["statements"][0]["node"]["select_list"])
    return tuple(dict.fromkeys(part["column_names"][-1] for part in parts if part["class"] == "COLUMN_REF"))


def _more_than_a_list(node: dict[str, Any]) -> bool:
    """Whether a SELECT has a FROM, a WHERE, an ORDER BY or anything else besides its list."""
    rest = ("where_clause", "group_expressions", "having", "qualify", "sample", "modifiers")
    return node["from_table"]["type"] != "EMPTY" or bool(node["cte_map"]["map"]) or any(node[name] for name in rest)


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every part of a parsed expression that has a class, from the outside in."""
    if isinstance(tree, list):
        for one in tree:
            yield from _parts(one)
    elif isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for name, value in tree.items():
            # A constant's own value may be of any shape.
            if not (name == "value" and tree.get("class") == "CONSTANT"):
                yield from _parts(value)


def _is_plain(name: str) -> bool:
    return name.lower() in _scalar_functions() and DENIED.fullmatch(name.lower()) is None


@cache
def _scalar_functions() -> frozenset[str]:
    names = _one(
        "SELECT list(DISTINCT lower(function_name)) FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro')"
    )
    return frozenset(names)


def _one(statement: str, **values: str) -> Any:
    # DuckDB is loaded where there is an expression to look at: a DAG file has none.
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": False}) as db:
        row = db.execute(statement, values or None).fetchone()
    return row[0] if row else None
