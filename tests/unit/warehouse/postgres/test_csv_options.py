"""How rows are written for PostgreSQL's COPY: an empty text is no null, and nothing but texts is quoted for it."""

from pathlib import Path

import duckdb
import pytest

from ward_warehouse.warehouse.postgres.rows import csv_options


@pytest.mark.parametrize(
    ("columns", "row", "line"),
    [
        ({"t": "text", "n": "integer"}, "'' AS t, 7 AS n", '"",7'),
        ({"t": "text", "n": "integer"}, "NULL::VARCHAR AS t, NULL::INTEGER AS n", ","),
        ({"d": "date", "b": "boolean"}, "DATE '2024-03-06' AS d, true AS b", "2024-03-06,true"),
        ({"a column": "text"}, '\'x"y\' AS "a column"', '"x""y"'),
    ],
)
def test_a_row_is_written_as_copy_reads_it(tmp_path: Path, columns: dict[str, str], row: str, line: str) -> None:
    target = tmp_path / "rows.csv"
    duckdb.sql(f"COPY (SELECT {row}) TO '{target}' ({csv_options(columns)})")
    assert target.read_text().removesuffix("\n") == line
