"""Commands of reporting periods: which are reviewed and closed, by whom, and the next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from rich.table import Table

from ward_warehouse.cli.output import as_json, console
from ward_warehouse.cli.period_round import play_round
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.decisions.period_desk import PeriodDesk
from ward_warehouse.decisions.period_round import Round
from ward_warehouse.decisions.period_rules import wards_of
from ward_warehouse.lake.period_log import STATES, Period, PeriodDecision, Unit, parse_period, period_name, read_periods
from ward_warehouse.night.steps import Night
from ward_warehouse.registry import Registry

Command = Callable[..., None]
PERIOD_HELP = "A month 2018-06, a quarter 2018-Q2, a half-year 2018-H1, a year 2018, or nine months 2018-9M."


@click.group()
def periods() -> None:
    """Reporting periods: provisional, reviewed, closed; by ward and then by district."""


def step(command: Command) -> Command:
    """The options that say whose period is meant and who decides."""
    options = [
        click.option("--ward", help="Ward key; or --district."),
        click.option("--district", help="The whole district, once all its wards are there."),
        click.option("--period", required=True, help=PERIOD_HELP),
        click.option("--by", required=True, help="Who decides."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def round_options(command: Command) -> Command:
    """The options of a step that may be taken for a whole district at once."""
    options = [
        click.option("--all-wards", is_flag=True, help="With --district: every ward, then the district, at once."),
        click.option("--yes", is_flag=True, help="With --all-wards: do not ask."),
        click.option("--reason", default="", help="A remark; kept with the decision."),
        click.option("--json", "json_", is_flag=True, help="Print JSON."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@periods.command("list")
@click.option("--district", help="Only this district.")
@click.option("--ward", help="Only this ward.")
@click.option("--period", help=f"{PERIOD_HELP} Also shows the units about which nothing was decided yet.")
@click.option("--state", type=click.Choice(STATES), help="Only periods in this state.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def list_(district: str | None, ward: str | None, period: str | None, state: str | None, json_: bool) -> None:
    """List periods with their state, who decided it and when."""
    run = Night(load_settings())
    wanted = parse_period(period) if period else None
    rows = [
        row
        for key in _districts(run.registry, district, ward)
        for row in _rows(run, key, wanted)
        if (ward is None or row["ward"] == ward) and (state is None or row["state"] == state)
    ]
    if json_:
        as_json(rows)
        return
    table = Table(header_style="bold")
    for name in ("district", "ward", "period", "state", "by", "at (UTC)", "reason"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            row["district"], row["ward"] or "the district", row["period"], row["state"], row["by"] or "-",
            f"{row['at']:%Y-%m-%d %H:%M}" if row["at"] else "-", row["reason"] or "",
        )  # fmt: skip
    console.print(table)


@periods.command()
@step
@round_options
def review(all_wards: bool, yes: bool, **asked: Any) -> None:
    """Say that a period's figures were looked at and are right; with --all-wards shows them all and asks once."""
    _decide("review", all_wards, yes, **asked)


@periods.command()
@step
@round_options
def close(all_wards: bool, yes: bool, **asked: Any) -> None:
    """Close a reviewed period: its figures are kept as reported, later changes become restatements."""
    _decide("close", all_wards, yes, **asked)


@periods.command()
@step
@click.option("--reason", required=True, help="Why; kept with the decision.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def reopen(ward: str | None, district: str | None, period: str, by: str, reason: str, json_: bool) -> None:
    """Make a period provisional again; what was reported stays readable."""
    desk, unit = _desk(ward, district, by, reason)
    _show(desk.reopen(unit, parse_period(period)), json_)


def _decide(
    step: Round, all_wards: bool, yes: bool, ward: str | None, district: str | None, period: str, by: str, reason: str,
    json_: bool,
) -> None:  # fmt: skip
    if all_wards and ward is not None:
        raise WardWarehouseError("--all-wards: found --ward, expected --district, whose wards are meant")
    desk, unit = _desk(ward, district, by, reason)
    wanted = parse_period(period)
    if all_wards:
        play_round(desk, unit.district, wanted, step, yes=yes, json_=json_)
    else:
        _show((desk.review if step == "review" else desk.close)(unit, wanted), json_)


def _desk(ward: str | None, district: str | None, by: str, reason: str) -> tuple[PeriodDesk, Unit]:
    if (ward is None) == (district is None):
        raise WardWarehouseError("periods: found neither or both, expected one of --ward and --district")
    run = Night(load_settings())
    (key,) = _districts(run.registry, district, ward)
    return PeriodDesk(run.settings, run.registry, run.lake, by, reason), Unit(key, ward)


def _districts(registry: Registry, district: str | None, ward: str | None) -> list[str]:
    """The district that is named, or that of a ward, or all."""
    if ward is not None:
        registry.feeds(ward)
        of_ward = registry.wards[ward].district
        if district not in (None, of_ward):
            raise WardWarehouseError(f"ward {ward}: found --district {district}, expected its own district {of_ward}")
        return [of_ward]
    if district is not None and district not in registry.districts:
        raise WardWarehouseError(f"district {district}: not in the registry; known: {', '.join(registry.districts)}")
    return list(registry.districts) if district is None else [district]


def _rows(run: Night, district: str, wanted: Period | None) -> list[dict[str, Any]]:
    """The newest decision of every unit and period; of a wanted period, every unit that is in force in it."""
    newest = {
        (one.unit, period_name(one.grain, one.period_start, one.period_end)): one
        for one in read_periods(run.lake, district).decisions
    }
    if wanted is not None:
        units = [*wards_of(run.registry, district, wanted), Unit(district)]
        return [_row(unit, wanted.name, newest.get((unit, wanted.name))) for unit in units]
    return [
        _row(unit, name, newest[unit, name]) for unit, name in sorted(newest, key=lambda k: (k[1], k[0].ward or "~"))
    ]


def _row(unit: Unit, name: str, decision: PeriodDecision | None) -> dict[str, Any]:
    return {
        "district": unit.district,
        "ward": unit.ward,
        "period": name,
        "state": decision.stands if decision else "provisional",
        "decision": decision.state if decision else None,
        "by": decision.by if decision else None,
        "at": decision.at if decision else None,
        "reason": decision.reason if decision else None,
    }


def _show(decision: PeriodDecision, json_: bool) -> None:
    if json_:
        as_json(decision.model_dump(mode="json", exclude={"figures_hash"}))
        return
    name = period_name(decision.grain, decision.period_start, decision.period_end)
    console.print(f"{decision.unit} {name}: {decision.state} by {decision.by}")
