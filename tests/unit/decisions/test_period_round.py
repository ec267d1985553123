"""A month of a district in two commands: everything is shown, asked about once, and decided unit by unit."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result

from tests.support.district import District
from ward_warehouse.cli import main
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.decisions.period_desk import PeriodDesk
from ward_warehouse.decisions.period_round import decide, look
from ward_warehouse.lake.period_log import PeriodDecision, Unit, parse_period, read_periods

JUNE = parse_period("2024-06")
ONE, TWO, DISTRICT = Unit("mini", "a_sql"), Unit("mini", "c_files"), Unit("mini")
Publish = Callable[..., None]
Run = Callable[..., Result]


@pytest.fixture
def desk(two_wards: District, publish: Publish) -> PeriodDesk:
    run = two_wards.night()
    return PeriodDesk(run.settings, run.registry, run.lake, "lan", "")


@pytest.fixture
def run(two_wards: District, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, value in two_wards.environment.items():
        monkeypatch.setenv(name, value)

    def invoke(step: str, *arguments: str, answer: str = "") -> Result:
        command = ["periods", step, "--district", "mini", "--period", "2024-06", "--by", "lan", "--all-wards"]
        return CliRunner().invoke(main, [*command, *arguments], input=answer, env={"COLUMNS": "250"})

    return invoke


def states(district: District) -> list[str]:
    log = read_periods(district.night().lake, "mini")
    return [log.state(unit, JUNE) for unit in (ONE, TWO, DISTRICT)]


def test_a_month_of_a_district_is_two_commands(run: Run, two_wards: District) -> None:
    shown = run("review", answer="y\n")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("[y/N]") == 1
    assert "Review 2024-06 of 3 of 3 units of district mini in the name of lan?" in shown.stdout
    assert shown.stdout.count("first look") == 3
    assert "2024-06: 3 of 3 units reviewed by lan" in shown.stdout
    assert states(two_wards) == ["reviewed"] * 3
    shown = run("close", "--yes")
    assert shown.exit_code == 0, shown.output
    assert "[y/N]" not in shown.stdout
    assert states(two_wards) == ["closed"] * 3
    assert "every unit is closed already" in run("close").stdout


def test_who_says_no_has_decided_nothing(run: Run, two_wards: District) -> None:
    for answer in ("n\n", "", "\n"):
        assert run("review", answer=answer).exit_code == 1
    assert states(two_wards) == ["provisional"] * 3


def test_what_changed_since_the_last_look_is_shown(run: Run, publish: Publish) -> None:
    run("review", "--yes")
    assert "every unit is reviewed already" in run("review").stdout
    publish(received=3)
    shown = run("review", answer="n\n").stdout
    assert "changed: the district: dossiers_received 2 -> 3" in shown
    assert shown.count("changed: ") == 3


def test_a_script_is_asked_nothing_and_reads_json(run: Run) -> None:
    assert "--json: found no --yes" in run("review", "--json").stderr
    found = json.loads(run("review", "--json", "--yes").stdout)
    assert [(one["ward"], one["state"]) for one in found] == [
        ("a_sql", "reviewed"), ("c_files", "reviewed"), (None, "reviewed"),
    ]  # fmt: skip


def test_a_round_goes_on_where_it_stopped(desk: PeriodDesk) -> None:
    desk.review(ONE, JUNE)
    looks = look(desk, "mini", JUNE)
    assert [one.waits_for("review") for one in looks] == [False, True, True]
    assert [one.unit for one in decide(desk, looks, JUNE, "review") if isinstance(one, PeriodDecision)] == [
        TWO, DISTRICT,
    ]  # fmt: skip


def test_only_the_figures_that_were_shown_are_decided_about(desk: PeriodDesk, publish: Publish) -> None:
    looks = look(desk, "mini", JUNE)
    publish(received=3)
    results = list(decide(desk, looks, JUNE, "review"))
    assert all(isinstance(one, WardWarehouseError) for one in results)
    assert "found other figures than those that were shown" in str(results[0])
    assert read_periods(desk.lake, "mini").decisions == ()


def test_a_period_that_is_not_over_is_refused_in_one_line(run: Run, publish: Publish) -> None:
    publish(as_of=date(2024, 6, 29))
    result = run("review")
    assert result.exit_code == 1
    assert result.stderr.count("expected up to its last day") == 1


def test_a_ward_goes_with_no_round(run: Run) -> None:
    assert "--all-wards: found --ward" in CliRunner().invoke(
        main, ["periods", "review", "--ward", "a_sql", "--period", "2024-06", "--by", "lan", "--all-wards"]
    ).stderr  # fmt: skip
