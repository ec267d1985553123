"""Commands of the night's message: what it says, and sending it to those who were not told yet."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.districts import nobody_in_force, wanted_districts
from ward_warehouse.cli.output import as_json, as_text, console, fail
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.nights import newest_night
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.advice import Role
from ward_warehouse.night.steps import Night
from ward_warehouse.night.wording import Language
from ward_warehouse.reports.messages import tell
from ward_warehouse.reports.messages.compose import compose
from ward_warehouse.reports.morning.told import Told
from ward_warehouse.reports.quarantined import open_before

NO_MESSAGE: dict[Language, str] = {
    "vi": "Không có việc gì của đêm này phải làm: không gửi tin.",
    "en": "Nothing of that night needs a person: no message.",
}


@click.group()
def messages() -> None:
    """The message of a night: one to each of those who must act on it."""


@messages.command()
@click.option("--night", type=DAY, help="Local date of the night. Default: the newest one.")
@click.option("--role", type=click.Choice(["duty", "officials", "ward"]), default="duty", show_default=True)
@click.option("--ward", default="", help="With the role ward: its key.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
def show(night: date | None, role: Role, ward: str, language: Language) -> None:
    """Print the message of a night; sends nothing."""
    if role == "ward" and not ward:
        raise WardWarehouseError("messages show --role ward: found no --ward, expected the key of the ward it is for")
    run = Night(load_settings())
    if role == "ward":
        run.registry.feeds(ward)
    verdict = run.verdict_on(_night(run, night))
    waiting = open_before(run.settings, verdict.night)
    message = compose(verdict, role, language, ward, waiting=waiting)
    as_text(message.text if message else f"{verdict.sentence(language)}\n{NO_MESSAGE[language]}\n")


def _night(run: Night, night: date | None) -> date:
    """The night that is named, else the newest of which anything was read, else the newest that is over.

    Raises:
        WardWarehouseError: no ward was in force on it: nothing of it is complete.
    """
    districts = wanted_districts(run, None)
    if night is None:
        newest = Told(run.settings, run.lake).newest
        over = newest_night(datetime.now(UTC), run.settings.time_zone)
        night = max((newest[district] for district in districts if district in newest), default=over)
    if not run.registry.wards_in_force(night):
        raise nobody_in_force(night, None)
    return night


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
