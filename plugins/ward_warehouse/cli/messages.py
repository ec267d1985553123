"""Commands of the night's message: what it says, and sending it to those who were not told yet."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.output import as_json, as_text, console, fail
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.nights import newest_night
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.messages import tell
from ward_warehouse.reports.messages.compose import compose


@click.group()
def messages() -> None:
    """The message of a night: one to each of those who must act on it."""


@messages.command()
@click.option("--night", type=DAY, help="Local date of the night. Default: the newest one.")
@click.option("--role", type=click.Choice(["duty", "officials", "ward"]), default="duty", show_default=True)
@click.option("--ward", default="", help="With the role ward: its key.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def show(night: date | None, role: str, ward: str, language: str) -> None:
    """Print the message of a night; sends nothing."""
    run = Night(load_settings())
    if role == "ward":
        run.registry.feeds(ward)
    verdict = run.verdict_on(night or newest_night(datetime.now(UTC), run.settings.time_zone))
    message = compose(verdict, role, language, ward)  # type: ignore[arg-type]  # choices of the options
    as_text(message.text if message else f"{verdict.sentence()}\nNobody has to do anything: no message.\n")


@messages.command()
@click.option(
    "--night", "nights", type=DAY, multiple=True, help="Local date; default: the newest night, and those that wait."
)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def send(nights: tuple[date, ...], json_: bool) -> None:
    """Send the messages of nights to those who were not told yet; each address is told once."""
    run = Night(load_settings())
    told = tell(run, from_environment, list(nights) or None)
    if json_:
        as_json([vars(one) for one in told])
    elif not told:
        console.print(f"nobody to tell: no night is due, or {run.settings.messages_file} has no lists")
    for one in told if not json_ else ():
        console.print(str(one))
    if any(one.errors for one in told):
        fail("a message was not delivered; see above")
