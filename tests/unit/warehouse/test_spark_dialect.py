"""What the translation of the models' SQL adds to sqlglot's; tests/integration/test_spark.py proves the whole."""

from __future__ import annotations

import pytest
import sqlglot

from ward_warehouse.warehouse.spark.dialect import translated


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 'it''s' as a", r"SELECT 'it\'s' AS a"),
        ('select b from "district"."marts"."t" -- why', "SELECT b FROM `marts`.`t`"),
        (
            "with x as materialized (select 1 as a) select a from x",
            "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
        ),
        (
            "select sum(a) over (w order by b) as c, sum(a) over w as d from t window w as (partition by k)",
            "SELECT SUM(a) OVER (PARTITION BY k ORDER BY b NULLS LAST) AS c, SUM(a) OVER (PARTITION BY k) AS d FROM t",
        ),
        (
            "select k, m, a from t unpivot (a for m in (x, y)) where k = 1",
            "SELECT k, m, a FROM t UNPIVOT(a FOR m IN (x, y)) WHERE k = 1 AND NOT a IS NULL",
        ),
        (
            "select k, m, a from t unpivot include nulls (a for m in (x, y))",
            "SELECT k, m, a FROM t UNPIVOT INCLUDE NULLS (a FOR m IN (x, y))",
        ),
        ("select make_date(y, 7, 1) as d", "SELECT CAST(CONCAT_WS('-', y, 7, 1) AS DATE) AS d"),
        (
            "select lpad(a, 2, '0') as b",
            "SELECT CASE LENGTH(a) WHEN 0 THEN CONCAT('00', a) WHEN 1 THEN CONCAT('0', a) ELSE a END AS b",
        ),
        (
            "select cast(a as timestamp with time zone) as b, cast(a as timestamp) as c",
            "SELECT CAST(a AS TIMESTAMP) AS b, CAST(a AS TIMESTAMP_NTZ) AS c",
        ),
    ],
)
def test_what_duckdb_reads_is_written_as_spark_reads_it(sql: str, expected: str) -> None:
    assert translated(sql) == expected


def test_what_is_no_query_is_refused() -> None:
    with pytest.raises(sqlglot.ParseError):
        translated("select (")
