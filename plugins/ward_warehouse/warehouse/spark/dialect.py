"""The models' SQL, which is DuckDB's, as an engine of Spark's protocol reads it.

sqlglot translates the dialect; here is what it leaves, or what Sail reads otherwise than Spark does. What the text of
a statement does not say, such as which way `timezone` goes, is in the macros `spark__*` of the dbt project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


def translated(sql: str) -> str:
    """One query of DuckDB's as Spark's SQL.

    Raises:
        sqlglot.ParseError: it is no single statement that DuckDB would take.
    """
    import sqlglot

    query = sqlglot.parse_one(sql, read="duckdb")
    _name_no_catalog(query)
    _leave_plans_to_the_engine(query)
    _write_windows_out(query)
    _drop_unpivoted_nulls(query)
    _call_what_workers_know(query)
    # Not every place where DuckDB takes a comment is one where Sail does.
    return query.sql("spark", comments=False)


def _name_no_catalog(query: exp.Expr) -> None:
    from sqlglot import exp

    for table in query.find_all(exp.Table):
        table.set("catalog", None)


def _leave_plans_to_the_engine(query: exp.Expr) -> None:
    """`with x as materialized` is a hint that Spark has no word for."""
    from sqlglot import exp

    for named in query.find_all(exp.CTE):
        named.set("materialized", None)


def _write_windows_out(query: exp.Expr) -> None:
    """Sail takes no window that is named and then ordered or framed further: each is written where it is used."""
    from sqlglot import exp

    for select in query.find_all(exp.Select):
        named = {window.name: window for window in select.args.pop("windows", None) or []}
        for window in select.find_all(exp.Window) if named else ():
            if (alias := window.args.get("alias")) is None:
                continue
            meant = named[alias.name]
            window.set("alias", None)
            for part in ("partition_by", "order", "spec"):
                if not window.args.get(part) and (given := meant.args.get(part)):
                    window.set(part, [one.copy() for one in given] if isinstance(given, list) else given.copy())


def _drop_unpivoted_nulls(query: exp.Expr) -> None:
    """UNPIVOT leaves nulls out, says the standard; Sail keeps them."""
    from sqlglot import exp

    for pivot in query.find_all(exp.Pivot):
        select = pivot.find_ancestor(exp.Select)
        if pivot.args.get("unpivot") and select is not None and not pivot.args.get("include_nulls"):
            amount = pivot.expressions[0]
            select.where(exp.column(amount.name).is_(exp.null()).not_(), copy=False)


def _call_what_workers_know(query: exp.Expr) -> None:
    """Sail's workers know neither `make_date` nor `lpad`: a date is read from its text, a text filled up by cases."""
    from sqlglot import exp

    for made in query.find_all(exp.DateFromParts):
        parts = [made.args[part] for part in ("year", "month", "day")]
        made.replace(exp.cast(exp.Anonymous(this="concat_ws", expressions=[exp.Literal.string("-"), *parts]), "date"))
    for pad in query.find_all(exp.Pad):
        text, fill, width = pad.this, pad.args["fill_pattern"].name, int(pad.expression.name)
        filled = exp.case(exp.func("length", text.copy()))
        for length in range(width):
            before = exp.Literal.string(fill * (width - length))
            filled = filled.when(exp.Literal.number(length), exp.func("concat", before, text.copy()))
        pad.replace(filled.else_(text.copy()))
