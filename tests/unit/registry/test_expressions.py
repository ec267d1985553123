"""Expressions of a system's file: what a record's own values need runs, and nothing else is even looked at."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.registry.expressions import expression_fault

HARMLESS = (
    "regexp_replace(MaTTHC, '(\\.000)?(\\.\\d{2})*\\.H\\d+$', '')",
    "json_array_length(LIST) > 0",
    "coalesce(\"Thang\", '') || '/' || nullif(\"Chung\", '')",
    "CASE WHEN a IN ('1', '2') THEN 'x' ELSE lower(trim(b)) END",
    "TRY_CAST(a AS INTEGER) + 1",
    "split_part(a, '/', 1)",
    "list_transform(string_split(a, ','), x -> trim(x))[1]",
    "strftime(strptime(a, '%d/%m/%Y'), '%Y-%m-%d')",
    '\'a constant of {"class": "SUBQUERY"}\'',
    "a NOT LIKE '%read_csv(%' AND b BETWEEN '1' AND '2'",
)
HARMFUL = (
    "(SELECT max(content) FROM read_text('/etc/hostname'))",
    "(SELECT 1)",
    "a IN (SELECT x FROM read_csv('/etc/hostname'))",
    "EXISTS (FROM 'records.csv')",
    "getenv('HOME')",
    "getvariable('x')",
    "current_setting('threads')",
    "hex($key_inner)",
    "a || $key_outer || ?",
    "1) FROM read_text('/etc/hostname') WHERE (1 = 1",
    "1); COPY (SELECT 1) TO 'out.csv'; SELECT (1",
    "1); ATTACH 'other.duckdb'; SELECT (1",
    "1); INSTALL httpfs; SELECT (1",
    "a -- the rest of the statement",
    "a /* the rest",
    "unnest([a, b])",
    "max(a)",
    "row_number() OVER ()",
    "COLUMNS('.*')",
    "read_text(a)",
)


@pytest.mark.parametrize("expression", HARMLESS)
def test_an_expression_over_a_record_is_allowed(expression: str) -> None:
    assert expression_fault(expression) is None


@pytest.mark.parametrize("expression", HARMFUL)
def test_an_expression_that_reaches_for_more_is_refused(expression: str) -> None:
    fault = expression_fault(expression)
    assert fault is not None
    assert fault[0] in ("expression-unsafe", "expression-invalid")
    assert "expression: " in fault[1]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/other.duckdb'",
        "INSTALL httpfs",
        "LOAD '{folder}/x.duckdb_extension'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET threads = 2",
        "SELECT getenv('HOME')",
    ],
)
def test_the_database_that_they_run_in_reaches_nothing(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "records.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    with open_cursor() as db, pytest.raises(duckdb.Error):
        db.execute(statement.format(file=file, folder=tmp_path)).fetchall()
    assert [path.name for path in tmp_path.iterdir()] == ["records.csv"]


def test_it_still_reads_what_is_registered_and_knows_zones() -> None:
    with open_cursor() as db:
        db.register("batch", pa.table({"a": ["2018-12-26 18:00:00"]}))
        found = db.execute(
            "SELECT timezone('Asia/Ho_Chi_Minh', timezone('UTC', CAST(a AS TIMESTAMP)))::VARCHAR, "
            "json_extract_string('{\"x\": 1}', '$.x') FROM batch"
        ).fetchone()
    assert found == ("2018-12-27 01:00:00", "1")
