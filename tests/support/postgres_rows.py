"""Whether PostgreSQL shows what DuckDB's file holds: every relation, row for row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import psycopg

from ward_warehouse.core.quoting import identifier
from ward_warehouse.warehouse.postgres.shapes import Name, qualified

TOO_LARGE = "evidence"
"""A part of the names of views that show a record for each figure it counts in: one ward and month are compared."""
ONE_PERIOD = "period_grain = 'month' AND period_start = DATE '2018-11-01'"
ONE_WARD = "quan_11_p05"


def relations(file: Path) -> list[Name]:
    """The relations that analysts see in a published file."""
    with duckdb.connect(str(file), read_only=True) as db:
        return db.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('marts', 'audit', 'analyst') "
            "UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal "
            "AND schema_name IN ('marts', 'audit', 'analyst') ORDER BY ALL"
        ).fetchall()


def different_rows(session: psycopg.Connection[Any], file: Path, name: Name, folder: Path) -> tuple[int, int, int]:
    """Rows of a relation that PostgreSQL lacks, that it has too many, and how many there are.

    Numbers that a view computes are compared to twelve digits: two engines may add in another order.
    """
    unit = "unit_key" if name[0] == "analyst" else "ward_key"
    where = f"WHERE {ONE_PERIOD} AND {unit} = '{ONE_WARD}'" if TOO_LARGE in name[1] else ""
    with duckdb.connect(str(file), read_only=True) as db:
        db.execute("SET TimeZone = 'UTC'")
        types = dict(row[:2] for row in db.execute(f"DESCRIBE {qualified(name)}").fetchall())
        copy = folder / "postgres.csv"
        columns = ", ".join(map(identifier, types))
        with copy.open("wb") as out, session.cursor() as cursor:
            query = f"SELECT {columns} FROM {qualified(name)} {where}"  # noqa: S608 - relations of the warehouse, as below
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)") as rows:
                for row in rows:
                    out.write(row)
        db.execute(
            f"CREATE TEMP TABLE theirs AS SELECT {_rounded(types)} FROM read_csv($file, "  # noqa: S608
            f"columns = {types}, auto_detect = false, allow_quoted_nulls = false, nullstr = '', delim = ',', "
            "quote = '\"', escape = '\"')",
            {"file": str(copy)},
        )
        db.execute(f"CREATE TEMP TABLE ours AS SELECT {_rounded(types)} FROM {qualified(name)} {where}")  # noqa: S608
        count = [
            db.execute(f"SELECT count(*) FROM ({query})").fetchone()  # noqa: S608
            for query in ("FROM ours EXCEPT ALL FROM theirs", "FROM theirs EXCEPT ALL FROM ours", "FROM ours")
        ]
    return tuple(row[0] for row in count if row)  # type: ignore[return-value]


def _rounded(types: dict[str, str]) -> str:
    """The columns, numbers with a fraction as text of twelve digits."""
    return ", ".join(
        f"printf('%.12g', {identifier(name)}) AS {identifier(name)}" if kind == "DOUBLE" else identifier(name)
        for name, kind in types.items()
    )
