"""Telling: each who has to know of a night is told once, also when the server was down at first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.nights import newest_night
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.outcomes import Status, read_night
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.extract import Request
from ward_warehouse.night.noting import note_outcome
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.standing import deadline
from ward_warehouse.night.steps import Night
from ward_warehouse.night.verdict import Verdict
from ward_warehouse.night.wording import figures
from ward_warehouse.reports.messages.compose import Message, compose
from ward_warehouse.reports.messages.deliver import (
    send_apprise,
    send_mail,
    send_webhook,
)
from ward_warehouse.reports.messages.lists import CHANNELS, Channel, Lists, Recipients, load_lists
from ward_warehouse.reports.messages.records import Delivery, delivery_id, send_once, waiting_nights
from ward_warehouse.reports.quarantined import OpenBefore, Wanted, open_before

TRIED_FOR = timedelta(days=7)
"""How long a message is tried again; of older nights nobody needs to be woken."""


@dataclass
class Told:
    """What became of a night's messages: how many were sent, are tried again later, or bounced, and why."""

    night: date
    sent: int = 0
    later: int = 0
    bounced: int = 0
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = (
            f"night {self.night}: {self.sent} messages sent, {self.later} to be tried again, {self.bounced} bounced"
        )
        return "; ".join([counts, *self.errors])


@dataclass(frozen=True)
class _Letter:
    """A message and where it goes."""

    channel: Channel
    address: str
    recipients: Recipients
    message: Message
    verdict: Verdict
    place: str


def tell(
    run: Night, resolve: Resolver, nights: Sequence[date] | None = None, now: datetime | None = None, *,
    before_build: bool = False,
) -> list[Told]:  # fmt: skip
    """Tells of nights those who have to know and were not told yet; gives what became of it, by night.

    A server that is down, or an address that bounces, is an outcome that failed; it fails nothing else.

    Args:
        run: settings, registry and lake.
        resolve: gives a connection by its id.
        nights: the nights; without them those of `due_nights`.
        now: the instant, by which a night may be late.
        before_build: a night whose build is still to come is left to it.

    Raises:
        SettingsError: the lists are wrong.
        LakeError: the lake cannot be read or written.
    """
    lists, moment = load_lists(run.settings), now or datetime.now(UTC)
    if not lists.lists:
        return []
    told = []
    for night in due_nights(run, moment) if nights is None else nights:
        verdict = run.verdict_on(night, moment)
        if not (before_build and verdict.behind):
            told.append(_tell_of(run, lists, verdict, resolve))
    return told


def due_nights(run: Night, now: datetime) -> list[date]:
    """The newest night that is over, if it was run or its deadline has passed, and those of which a message waits."""
    newest = newest_night(now, run.settings.time_zone)
    due = {*waiting_nights(run.lake, newest - TRIED_FOR)}
    if now >= deadline(run.settings, newest) or read_night(run.lake, newest):
        due.add(newest)
    return sorted(due)


def _tell_of(run: Night, lists: Lists, verdict: Verdict, resolve: Resolver) -> Told:
    told, started = Told(verdict.night), datetime.now(UTC)
    for letter in _letters(run, lists, verdict, open_before(run.settings, verdict.night)):
        _send_once(run.lake, lists, letter, resolve, told)
    if told.sent or told.errors:
        plan = Plan(
            run_id=outcomes.new_id(), request=Request(night=verdict.night), wards=[], record_kinds=[], problems=[]
        )
        status: Status = "failed" if told.errors else "succeeded"
        said = (f"{told.sent} messages sent",) if told.sent else ()
        note_outcome(run.lake, plan, "message", status, started, error="; ".join(told.errors) or None, warnings=said)
    return told


def _letters(run: Night, lists: Lists, verdict: Verdict, waiting: Sequence[OpenBefore]) -> Iterator[_Letter]:
    for number, one in enumerate(lists.lists):
        place = f"messages.yml: lists.{number}"
        for district in one.districts or ("",):
            part = verdict.of(district) if district else verdict
            if one.role == "ward":
                yield from _to_wards(run, one, part, place, waiting)
                continue
            message = compose(part, one.role, one.language, good_news=one.good_news, waiting=waiting)
            for channel in CHANNELS if message else ():
                for address in getattr(one, channel):
                    yield _Letter(channel, f"{address} {district}".strip(), one, message, part, place)  # type: ignore[arg-type]


def _to_wards(
    run: Night, one: Recipients, verdict: Verdict, place: str, waiting: Sequence[OpenBefore]
) -> Iterator[_Letter]:
    for ward in dict.fromkeys(state.ward for state in verdict.states):
        addresses = verdict.wards[ward].mail if ward in verdict.wards else ()
        message = compose(verdict, "ward", one.language, ward, waiting=waiting) if addresses else None
        if message is None:
            continue
        if any(refused.ward == ward for refused in verdict.refused):
            message = replace(message, files=_workbook(run, ward, verdict.night))
        for address in addresses:
            yield _Letter("mail", f"{address} {ward}", one, message, verdict, place)


def _workbook(run: Night, ward: str, night: date) -> tuple[tuple[str, bytes], ...]:
    """What the ward has to correct, row by row; nothing while the night is not published: the message says it all."""
    # A workbook is written by a library that most messages need not load.
    from ward_warehouse.reports.letters.letter import write_letter

    with TemporaryDirectory() as folder:
        target = Path(folder) / f"{ward}_{night}.xlsx"
        try:
            letter = write_letter(run.settings, run.registry, Wanted(ward=ward, night=night), target)
        except WardWarehouseError:
            return ()
        # A warehouse from before the night knows nothing of it, and a message is sent once.
        return ((target.name, target.read_bytes()),) if letter.records else ()


def _send_once(lake: Lake, lists: Lists, letter: _Letter, resolve: Resolver, told: Told) -> None:
    attempt = Delivery(night=letter.verdict.night, role=letter.recipients.role, channel=letter.channel)
    key = delivery_id(letter.channel, letter.address)
    delivery = send_once(lake, attempt, key, lambda: _send(lists, letter, resolve))
    if delivery is None:
        return
    if delivery.bounced is not None:
        told.bounced += 1
        told.errors.append(
            f"{letter.place}: an address of {letter.channel} was refused: {delivery.bounced}; correct it"
        )
    elif delivery.error is not None:
        told.later += 1
        told.errors.append(f"{letter.place}: {delivery.error}; it is sent later")
    else:
        told.sent += 1


def _send(lists: Lists, letter: _Letter, resolve: Resolver) -> None:
    address = letter.address.split(" ")[0]
    match letter.channel:
        case "mail":
            send_mail(resolve(lists.mail_connection), lists.sender, address, letter.message)
        case "webhook":
            send_webhook(resolve(address), letter.message, figures(letter.verdict))
        case "apprise":
            send_apprise(resolve(address), letter.message)
