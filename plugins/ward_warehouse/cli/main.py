"""Commands of a night: check, extract, validate, build, publish, document, run, status, report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from importlib.metadata import entry_points
from typing import Any

import click

from ward_warehouse.cli.dashboard import dashboard
from ward_warehouse.cli.dates import DAY, INSTANT
from ward_warehouse.cli.evidence import evidence
from ward_warehouse.cli.indicators import indicators
from ward_warehouse.cli.locks import locks
from ward_warehouse.cli.maintenance import maintenance
from ward_warehouse.cli.messages import messages
from ward_warehouse.cli.morning import morning
from ward_warehouse.cli.night import night
from ward_warehouse.cli.open_data import open_data
from ward_warehouse.cli.output import as_json, console, fail, progress
from ward_warehouse.cli.periods import periods
from ward_warehouse.cli.pseudonyms import pseudonyms
from ward_warehouse.cli.quarantine import quarantine
from ward_warehouse.cli.query import query
from ward_warehouse.cli.reconcile import reconcile
from ward_warehouse.cli.release import release
from ward_warehouse.cli.renamed import renamed
from ward_warehouse.cli.report import report
from ward_warehouse.cli.settings import settings
from ward_warehouse.cli.status import status
from ward_warehouse.cli.wards import wards
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.private import keep_state_private
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.night.counting import GOOD
from ward_warehouse.night.plan import Plan, make_request
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.nights import night_table


class Group(click.Group):
    """A group whose commands end with one line, not with a traceback, when they cannot do what was asked."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; an error that is meant for a person ends it with code 1."""
        keep_state_private()
        try:
            return super().invoke(ctx)
        except WardWarehouseError as error:
            fail(str(error))


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Ward Warehouse: ward systems to a district warehouse of reform indicators."""


main.add_command(morning)
main.add_command(status)
main.add_command(indicators)
main.add_command(quarantine)
main.add_command(query)
main.add_command(evidence)
main.add_command(open_data)
main.add_command(wards)
main.add_command(reconcile)
main.add_command(release)
main.add_command(report)
main.add_command(dashboard)
main.add_command(night)
main.add_command(periods)
main.add_command(pseudonyms)
main.add_command(maintenance)
main.add_command(messages)
main.add_command(locks)
main.add_command(settings)
for command in entry_points(group="ward_warehouse.commands"):
    main.add_command(command.load(), command.name)


def night_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which night, wards and record kinds a command is about."""

    @click.option("--night", type=DAY, help="Local date of the night. Default: the day of --until.")
    @click.option(
        "--ward", "chosen", multiple=True, help="Ward key; may be given several times. Default: all in force."
    )
    @click.option("--record-kind", "record_kinds", multiple=True, help=f"{', '.join(RecordKind)}. Default: all.")
    @renamed("--dataset", "--record-kind")
    @click.option("--since", type=INSTANT, help="Read changes from this date or time on, instead of from the cursor.")
    @click.option("--until", type=INSTANT, help="Read changes up to the end of this date, or to this time.")
    @click.option(
        "--chunk-days", type=click.IntRange(1), help="With --since: read in pieces of so many days, one after another."
    )
    @click.option("--full", is_flag=True, help="Read everything, whatever the cursor says.")
    @wraps(command)
    def with_options(
        night: date | None, chosen: tuple[str, ...], record_kinds: tuple[str, ...], since: str | None,
        until: str | None, chunk_days: int | None, full: bool, **others: Any,
    ) -> None:  # fmt: skip
        settings = load_settings()
        run = Night(settings)
        request = make_request(
            settings, _night(night, until), since=since, until=until, full=full, chunk_days=chunk_days
        )
        command(run, run.plan(request, list(chosen) or None, list(record_kinds) or None), **others)

    return with_options


@main.command()
@night_options
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def extract(run: Night, plan: Plan, json_: bool) -> None:
    """Extract the wards' changes and land them."""
    with _wards_read(plan) as read:
        found = run.extract(plan, from_environment, read)
    _show_outcomes(found, json_)


@main.command()
@night_options
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def validate(run: Night, plan: Plan, json_: bool) -> None:
    """Judge the landed batches of a night; accept or quarantine each record."""
    with console.status("judging"):
        found = run.validate(plan)
    if not found and not json_:
        console.print(f"night {plan.request.night}: no landed batch waits to be judged")
    _show_outcomes(found, json_)


@main.command()
@click.option("--full-refresh", is_flag=True, help="Make the build anew from the lake alone.")
def build(full_refresh: bool) -> None:
    """Load the lake and run one dbt build, beside the published warehouse."""
    _build(Night(load_settings()), full_refresh)


@main.command()
def publish() -> None:
    """Make the last build, which passed its audit, what analysts see."""
    _publish(Night(load_settings()))


@main.command()
def document() -> None:
    """Write the Data Docs of the published warehouse: the rules, and what they found."""
    _document(Night(load_settings()))


@main.command()
@night_options
def run(run: Night, plan: Plan) -> None:
    """A whole night: extract, validate, verdict, build, publish, document."""
    with _wards_read(plan) as read:
        verdict = run.run(plan, from_environment, read)
    console.print(night_table(plan, verdict, run.registry, run.lake))
    console.print(verdict.message)
    try:
        if any(state.state in GOOD for state in verdict.states):
            _build(run, full_refresh=False)
            _publish(run)
            _document(run)
    finally:
        _write_morning()
    if verdict.failed:
        fail(verdict.sentence())


@contextmanager
def _wards_read(plan: Plan) -> Iterator[Callable[[str], None]]:
    """A bar of the wards that were read; gives what to call for each."""
    with progress() as bars:
        bar = bars.add_task(f"night {plan.request.night}: wards read", total=len(plan.wards))
        yield lambda _: bars.advance(bar)


def _build(run: Night, full_refresh: bool) -> None:
    with console.status("building the warehouse"):
        summary = run.build(full_refresh=full_refresh)
    for warning in summary.warnings:
        console.print(f"warning: {warning}", style="yellow")
    console.print(f"built: {summary.passed} models and tests passed in {summary.seconds:.1f} s ({summary.scope})")
    if summary.hidden:
        console.print(f"hidden: {summary.hidden}")


def _publish(run: Night) -> None:
    rows = run.publish()
    console.print(f"published: {len(rows)} tables, {sum(rows.values()):,} rows in {run.settings.published_file}")
    with console.status("copying as Parquet"):
        console.print(run.copy_as_parquet(), soft_wrap=True)
    if not run.settings.serves_postgres:
        return
    with console.status("publishing to PostgreSQL"):
        served = run.serve(from_environment)
    for warning in served.warnings:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    console.print(f"published: {served}", markup=False)


def _document(run: Night) -> None:
    from ward_warehouse.validation.data_docs.site import index_file

    with console.status("writing the Data Docs"):
        pages = run.document()
    console.print(f"documented: {pages} pages, {index_file(run.settings)}")


def _write_morning() -> None:
    from ward_warehouse.reports.morning.site import morning_folder, write_newest

    console.print(f"morning: {write_newest()}; {morning_folder(load_settings()) / 'index.html'}", soft_wrap=True)


def _show_outcomes(found: list[Outcome], json_: bool) -> None:
    if json_:
        as_json([outcome.model_dump(mode="json") for outcome in found])
    else:
        for outcome in found:
            console.print(_line(outcome))
            for note in outcome.warnings:
                console.print(f"note: {outcome.ward} {outcome.record_kind}: {note}", style="yellow")
    errors = [outcome.error for outcome in found if outcome.error]
    if errors:
        fail("\n".join(errors))


def _line(outcome: Outcome) -> str:
    counts = {
        "read": outcome.rows_read,
        "accepted": outcome.rows_accepted,
        "quarantined": outcome.rows_quarantined,
        "unchanged": outcome.rows_unchanged,
    }
    known = ", ".join(f"{value:,} {name}" for name, value in counts.items() if value is not None)
    return f"{outcome.ward} {outcome.record_kind} {outcome.step} {outcome.status}{': ' + known if known else ''}"


def _night(night: date | None, until: str | None) -> date:
    """The night that is named, or the one that a backfill up to a date belongs to."""
    if night is None and until is None:
        raise WardWarehouseError("no night is given; expected --night YYYY-MM-DD, or --until for a backfill")
    return night or date.fromisoformat(str(until)[:10])


if __name__ == "__main__":
    sys.exit(main())
