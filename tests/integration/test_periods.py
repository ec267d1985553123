"""A month is reviewed and closed, then its records change: the figure, what was reported, and what tells them apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from tests.support.district import DOSSIERS, District
from tests.support.records import NIGHT, at, dossier
from ward_warehouse.cli import main
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.periodic.reading import read_report

ONE, TWO = "period_one", "period_two"
DAY = date(2024, 2, 20)
MONTH = "2024-02"
ON_TIME = "indicator_code = 'on_time_of_resolved' AND period_grain = 'month' AND period_start = '2024-02-01'"
Cli = Callable[..., Any]


@pytest.fixture(scope="module")
def district(make_district: Callable[..., District], tmp_path_factory: pytest.TempPathFactory) -> District:
    """Ten dossiers on time in each ward, and one that waits in quarantine; built and published."""
    made = make_district(tmp_path_factory.mktemp("periods"), {ONE: "sql", TWO: "sql"})
    for ward in (ONE, TWO):
        made[ward].send([dossier(str(n), DAY) for n in range(10)])
    made[ONE].send([dossier("refused", DAY, procedure_code="9.999001")])
    made.play()
    build(made)
    return made


@pytest.fixture
def cli(district: District, monkeypatch: pytest.MonkeyPatch) -> Cli:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)

    def invoke(*arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        if code:
            return result.stderr
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


def build(district: District, *, full_refresh: bool = False) -> None:
    run = district.night()
    run.build(full_refresh=full_refresh)
    run.publish()


def query(district: District, statement: str) -> list[Any]:
    with duckdb.connect(str(district.settings.published_file), read_only=True) as db:
        db.execute("SET TimeZone = 'UTC'")
        return db.execute(statement).fetchall()


def test_a_closed_month_and_what_changed_in_it(district: District, cli: Cli) -> None:
    closed_ward_by_ward_and_then_the_district(cli)
    changed_after_it_was_closed(district, cli)
    the_figure_is_new_and_what_was_reported_stays(district)
    a_report_shows_the_interval_of_what_it_shows(district)
    each_record_and_why(district)
    the_record_of_another_officer(district)
    reopened_by_district_and_then_ward(cli)
    a_warehouse_made_anew_says_the_same(district)


def closed_ward_by_ward_and_then_the_district(cli: Cli) -> None:
    def step(command: str, *unit: str, code: int = 0) -> Any:
        return cli("periods", command, *unit, "--period", MONTH, "--by", "lan", code=code)

    one, two, whole = ("--ward", ONE), ("--ward", TWO), ("--district", "mini")
    assert "found provisional, expected reviewed" in step("close", *one, code=1)
    assert "2 of 2 wards not reviewed (period_one provisional, period_two provisional)" in step(
        "review", *whole, code=1
    )
    assert step("review", *one) == "ward period_one 2024-02: reviewed by lan\n"
    step("review", *two)
    step("review", *whole)
    step("close", *one)
    assert "found closed (closed by lan" in step("close", *one, code=1)
    assert "1 of 2 wards not closed (period_two reviewed)" in step("close", *whole, code=1)
    step("close", *two)
    step("close", *whole)
    rows = cli("periods", "list", "--period", MONTH, "--json")
    assert [(row["ward"], row["state"], row["by"]) for row in rows] == [
        (ONE, "closed", "lan"),
        (TWO, "closed", "lan"),
        (None, "closed", "lan"),
    ]


def changed_after_it_was_closed(district: District, cli: Cli) -> None:
    """One corrected, one another officer's, one late, one let in, one gone at the source; the other ward stays."""
    later = NIGHT + timedelta(days=1)
    (entry,) = cli("quarantine", "list", "--json")
    cli("quarantine", "resolve", entry["quarantine_key"], "--accept", "--by", "lan", "--reason", "seen on paper")
    ward = district[ONE]
    ward.sent[DOSSIERS] = [record for record in ward.sent[DOSSIERS] if record["source_record_id"] != "3"]
    late = {"resolved_at": at(DAY + timedelta(days=3), 9), "returned_at": at(DAY + timedelta(days=3), 10)}
    changed_at = {"source_changed_at": at(later, 9)}
    of_another = dossier("7", DAY, officer_key="Lưu Thị Thay Thế", **changed_at)
    ward.send([dossier("5", DAY, **late, **changed_at), of_another, dossier("late", DAY, **changed_at)])
    district.play(later)
    district.night().reconcile_ward(ONE, [DOSSIERS], "run", district.resolve)
    build(district)


def the_figure_is_new_and_what_was_reported_stays(district: District) -> None:
    columns = "ward_key, numerator, denominator"
    now = f"SELECT {columns}, period_state, is_provisional FROM marts.reform_indicators WHERE {ON_TIME} ORDER BY ALL"  # noqa: S608
    assert query(district, now) == [
        (ONE, 10, 11, "closed", False),
        (TWO, 10, 10, "closed", False),
        (None, 20, 21, "closed", False),
    ]
    then = f"SELECT {columns}, closed_by, is_closed_now FROM marts.closed_indicators WHERE {ON_TIME} ORDER BY ALL"  # noqa: S608
    assert query(district, then) == [
        (ONE, 10, 10, "lan", True),
        (TWO, 10, 10, "lan", True),
        (None, 20, 20, "lan", True),
    ]
    open_still = "SELECT DISTINCT period_state FROM marts.reform_indicators WHERE is_provisional"
    assert query(district, open_still) == [("provisional",)]


def a_report_shows_the_interval_of_what_it_shows(district: District) -> None:
    """What was closed, with its interval where it is unchanged; the district's share of then is another one now."""
    report = read_report(district.settings.published_file, "mini", None, parse_period(MONTH), "")
    shown = {unit.key: unit.figures["on_time_of_resolved"] for unit in report.rows}
    assert report.is_closed
    assert [(shown[ward].numerator, shown[ward].denominator) for ward in (ONE, TWO)] == [(10, 10), (10, 10)]
    assert (shown[ONE].low, shown[TWO].low is not None, shown[TWO].differs) == (None, True, None)


def each_record_and_why(district: District) -> None:
    columns = "ward_key, numerator_before, denominator_before, numerator_after, denominator_after, is_current, reasons"
    rows = query(district, f"SELECT {columns} FROM audit.restatements WHERE {ON_TIME} ORDER BY ALL")  # noqa: S608
    reasons = "arrived_late, corrected_late, deleted_at_source, let_in_from_quarantine"
    assert rows == [(ONE, 10, 10, 10, 11, True, reasons), (None, 20, 20, 20, 21, True, reasons)]
    for (records,) in query(district, f"SELECT records FROM audit.restatements WHERE {ON_TIME}"):  # noqa: S608
        assert [(r["record_key"], r["change"], r["reason"]) for r in json.loads(records)] == [
            (f"{ONE}:3", "removed", "deleted_at_source"),
            (f"{ONE}:5", "changed", "corrected_late"),
            (f"{ONE}:late", "added", "arrived_late"),
            (f"{ONE}:refused", "added", "let_in_from_quarantine"),
        ]
    assert query(district, f"SELECT count(*) FROM audit.restatements WHERE ward_key = '{TWO}'") == [(0,)]  # noqa: S608


def the_record_of_another_officer(district: District) -> None:
    """It counts as one record then and now: only what is counted of it tells why there is an officer more."""
    columns = "indicator_code, ward_key, numerator_before, numerator_after, records"
    restated = f"SELECT {columns} FROM audit.restatements WHERE period_grain = 'month' AND indicator_code"  # noqa: S608
    rows = query(district, f"{restated} IN ('officers_at_work', 'officer_load_top_share') ORDER BY ALL")
    assert [row[:4] for row in rows] == [
        ("officer_load_top_share", ONE, 10, 10),
        ("officer_load_top_share", None, 20, 20),
        ("officers_at_work", ONE, 1, 2),
        ("officers_at_work", None, 1, 2),
    ]
    for *_, records in rows:
        assert [(r["record_key"], r["change"], r["reason"]) for r in json.loads(records)] == [
            (f"{ONE}:3", "removed", "deleted_at_source"),
            (f"{ONE}:7", "changed", "corrected_late"),
            (f"{ONE}:late", "added", "arrived_late"),
            (f"{ONE}:refused", "added", "let_in_from_quarantine"),
        ]


def reopened_by_district_and_then_ward(cli: Cli) -> None:
    def reopen(*unit: str, code: int = 0) -> Any:
        return cli("periods", "reopen", *unit, "--period", MONTH, "--by", "minh", "--reason", "wrong", code=code)

    assert "first: periods reopen --district mini --period 2024-02" in reopen("--ward", ONE, code=1)
    reopen("--district", "mini")
    reopen("--ward", ONE)
    assert "found provisional" in reopen("--ward", ONE, code=1)
    rows = cli("periods", "list", "--ward", ONE, "--json")
    assert [(row["state"], row["decision"], row["by"], row["reason"]) for row in rows] == [
        ("provisional", "reopened", "minh", "wrong")
    ]
    # The figures of the reopened ward changed since they were reviewed: another review sees the new ones.
    cli("periods", "review", "--ward", ONE, "--period", MONTH, "--by", "minh")


def a_warehouse_made_anew_says_the_same(district: District) -> None:
    restated = "FROM audit.restatements ORDER BY restatement_key"
    before = query(district, restated)
    assert before
    build(district, full_refresh=True)
    assert query(district, restated) == before, "first seen when it was first seen, and nothing is taken back"
    states = f"SELECT ward_key, period_state, is_provisional FROM marts.reform_indicators WHERE {ON_TIME} ORDER BY ALL"  # noqa: S608
    assert query(district, states) == [(ONE, "reviewed", True), (TWO, "closed", False), (None, "provisional", True)]
    reported = f"SELECT ward_key, numerator, denominator, is_closed_now FROM marts.closed_indicators WHERE {ON_TIME}"  # noqa: S608
    assert query(district, f"{reported} ORDER BY ALL") == [
        (ONE, 10, 10, False),
        (TWO, 10, 10, True),
        (None, 20, 20, False),
    ]
    decided = "SELECT ward_key, state, decided_by FROM audit.period_decisions ORDER BY decision_number DESC LIMIT 3"
    assert query(district, decided) == [
        (ONE, "reviewed", "minh"),
        (ONE, "reopened", "minh"),
        (None, "reopened", "minh"),
    ]
