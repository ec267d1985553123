import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from examples.boston311.compare import Comparison, WardComparison
from tests.support.district import District
from tests.support.records import NIGHT, dossier, survey
from ward_warehouse.reports.golden import Figure, compare
from ward_warehouse.reports.nights import night_table
from ward_warehouse.reports.quarantined import Wanted, export_cases
from ward_warehouse.reports.scorecard import cell, scorecard_table


def indicator(
    code: str, value: float | None, numerator: int | None, denominator: int | None, **parts: Any
) -> dict[str, Any]:
    row = {
        "indicator_code": code,
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "value_note": None,
    }
    return {**row, **parts}


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (None, ""),
        (indicator("online_filing_rate", 0.28, 28, 100), "28.0 %"),
        (indicator("on_time_of_received", 0.973178, 3338, 3430), "97.3 %"),
        (indicator("dossiers_received", 49106.0, 49106, None), "49,106"),
        (indicator("dossiers_open", 0.0, 0, None), "0"),
        (indicator("median_working_days", 1.5, None, 400), "1.5"),
        (indicator("online_filing_rate", None, None, None, value_note="not_reported"), "not reported"),
        (indicator("online_filing_rate", None, 0, 0, value_note="no_base"), "no base"),
    ],
)
def test_a_value_as_people_read_it(row: dict[str, Any] | None, text: str) -> None:
    assert cell(row) == text


def rendered(table: Any) -> list[str]:
    out = StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue().splitlines()


YEAR = {
    "district_code": "quan", "period_grain": "year", "period_start": "2018-01-01", "period_end": "2018-12-31",
    "is_provisional": False,
}  # fmt: skip


@pytest.mark.parametrize("provisional", [True, False])
def test_a_scorecard_says_of_a_period_that_it_is_not_closed(provisional: bool) -> None:
    one = {**indicator("dossiers_received", 30.0, 30, None), "ward_key": None, "ward_name": None}
    title = rendered(scorecard_table([{**YEAR, "is_provisional": provisional, **one}]))[0]
    assert title.strip().endswith("(provisional: not closed, the figures may still change)") is provisional


def test_a_scorecard_has_the_district_last() -> None:
    rows = [
        {**YEAR, **indicator("dossiers_received", 30.0, 30, None), "ward_key": None, "ward_name": None},
        {**YEAR, **indicator("dossiers_received", 20.0, 20, None), "ward_key": "p02", "ward_name": "Ward 2"},
        {**YEAR, **indicator("dossiers_received", 10.0, 10, None), "ward_key": "p01", "ward_name": "Ward 1"},
    ]
    lines = rendered(scorecard_table(rows))
    assert "quan: year from 2018-01-01 to 2018-12-31" in lines[0]
    names = [line.split()[1:3] for line in lines if "Ward" in line or "district" in line]
    assert names == [["Ward", "1"], ["Ward", "2"], ["the", "district"]]


def figure(expected: str, actual: str | None) -> Figure:
    return Figure(
        "002",
        "x",
        "quan",
        "district",
        "x",
        "year",
        "2018-01-01",
        "2018-12-31",
        "value",
        Decimal(expected),
        actual and Decimal(actual),
    )


@pytest.mark.parametrize(
    ("expected", "actual", "holds"),
    [
        ("15983", "15983", True),
        ("15983", "15982", False),
        ("0.28", "0.2801", True),
        ("0.28", "0.2851", False),
        ("0.973", "0.9731778425655977", True),
        ("1", "0.9999", True),
        ("100", None, False),
    ],
)
def test_a_figure_holds_to_its_last_printed_decimal(expected: str, actual: str | None, holds: bool) -> None:
    assert figure(expected, actual).holds is holds


def test_figures_are_looked_up_by_scope_and_part(tmp_path: Path) -> None:
    published = tmp_path / "district.duckdb"
    with duckdb.connect(str(published)) as db:
        db.execute("CREATE SCHEMA marts")
        db.execute("CREATE TABLE marts.dim_ward (ward_key VARCHAR, unit_kind VARCHAR)")
        db.execute("INSERT INTO marts.dim_ward VALUES ('p1', 'ward'), ('p2', 'ward'), ('c', 'district_counter')")
        db.execute(
            "CREATE TABLE marts.reform_indicators AS SELECT 'quan' AS district_code, * FROM "
            "(VALUES ('p1', 1, 10, 0.1), ('p2', 2, 10, 0.2), ('c', 4, 10, 0.4), (NULL, 7, 30, 0.23)) "
            "t(ward_key, numerator, denominator, value), "
            "(SELECT 'x' AS indicator_code, 'year' AS period_grain, DATE '2018-01-01' AS period_start, "
            "DATE '2018-12-31' AS period_end, true AS target_met)"
        )
        db.execute("CREATE VIEW marts.indicator_evidence AS FROM marts.reform_indicators")
    head = "seed,figure,district_code,scope,indicator_code,period_grain,period_start,period_end,part,expected\n"
    period = "x,year,2018-01-01,2018-12-31"
    lines = [
        ("district", "numerator", 7), ("district", "denominator", 30), ("wards", "numerator", 3), ("wards", "wards", 2),
        ("c", "numerator", 4), ("p1", "evidence", 1), ("district", "target_met", 1), ("nobody", "numerator", 0),
    ]  # fmt: skip
    text = head + "".join(f"1,f,quan,{scope},{period},{part},{expected}\n" for scope, part, expected in lines)
    (tmp_path / "figures.csv").write_text(text, encoding="utf-8")
    found = compare(published, tmp_path / "figures.csv")
    assert [f.holds for f in found] == [True] * 7 + [False]
    assert found[-1].actual is None, "what is not there is not zero"


def test_the_table_of_a_night(district: District) -> None:
    district["a_sql"].send([dossier("1"), dossier("2", received_at=None), dossier("3", status="99")], [survey("1")])
    district["c_files"].send([dossier("1")], [survey("1")])
    district["b_http"].send()
    del district["b_http"].service.wards["b_http"]
    played = district.play()
    run = district.night()
    lines = rendered(night_table(played.plan, played.verdict, run.registry, run.lake))
    rows = {
        cells[0]: cells[1:] for cells in ([part.strip() for part in line.split("│")[1:-1]] for line in lines) if cells
    }
    assert rows["a_sql"][:6] == ["igate", "loaded", "4", "2", "2", "0"]
    assert "1 received_at_present" in rows["a_sql"][6]
    assert "1 status_known" in rows["a_sql"][6]
    assert rows["b_http"][1:6] == ["failed", "-", "-", "-", "-"]
    assert rows["all wards"][2:6] == ["6", "4", "2", "0"]
    assert str(NIGHT) in lines[0]


def ward(**parts: int) -> WardComparison:
    fields = dict.fromkeys(
        ("records", "accepted", "quarantined", "on_time", "late", "city_on_time", "city_late", "compared", "agreed"), 0
    )
    return WardComparison(ward="ward_01", **{**fields, **parts})


@pytest.mark.parametrize(
    ("comparison", "problem"),
    [
        (Comparison([ward(compared=1000, agreed=998)], [], 4, 4, 0), None),
        (Comparison([ward(compared=1000, agreed=997)], [], 4, 4, 0), "99.70%"),
        (Comparison([ward(compared=1000, agreed=1000)], [], 4, 3, 0), "4 requests close before they open, 3"),
        (Comparison([ward(compared=1000, agreed=1000)], [], 4, 4, 2), "2 requests are neither"),
        (Comparison([], [], 0, 0, 0), "0.00%"),
    ],
)
def test_a_comparison_says_what_does_not_hold(comparison: Comparison, problem: str | None) -> None:
    assert (comparison.problems == []) is (problem is None)
    if problem is not None:
        assert problem in comparison.problems[0]


def test_an_exported_text_that_a_sheet_would_take_for_a_formula_is_a_text(district: District, tmp_path: Path) -> None:
    """An officer opens the export in a spreadsheet; what a stranger typed must not run there."""
    formulas = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "plain = text"]
    # A carriage return would end the line in some programs: it is written out, and hides no formula behind it.
    written = {"\r=1+1": "\\r=1+1", "plain = text": "plain = text"}
    file = district.settings.published_file
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as db:
        db.execute("CREATE SCHEMA audit")
        db.execute("CREATE TABLE audit.build_results (built_at TIMESTAMPTZ)")
        db.execute(
            """CREATE TABLE audit.quarantine AS
            SELECT 'w:dossiers:' || text AS quarantine_key, 'w' AS ward_key, 'dossiers' AS record_kind,
                text AS source_record_id, 'open' AS state, NULL::VARCHAR AS decided_by, text AS decision_reason,
                NULL::TIMESTAMPTZ AS decided_at, 'r' AS rules, DATE '2024-03-06' AS first_seen,
                DATE '2024-03-06' AS last_seen
            FROM (SELECT unnest($texts) AS text)""",
            {"texts": formulas},
        )
    target = tmp_path / "cases.csv"
    assert export_cases(district.settings, Wanted(), target) == len(formulas)
    with target.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    expected = sorted(written.get(text, f"'{text}") for text in formulas)
    for column in ("source_record_id", "decision_reason"):
        assert sorted(row[column] for row in rows) == expected
