"""The periodic reports by mail: to each address once when the period is over, and once when it is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markupsafe import escape

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.settings import Settings
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.store import Lake
from ward_warehouse.reports.messages.compose import Message
from ward_warehouse.reports.messages.deliver import send_mail
from ward_warehouse.reports.messages.lists import Lists, Recipients, load_lists
from ward_warehouse.reports.messages.records import MAILED, Delivery, delivery_id, send_once
from ward_warehouse.reports.periodic.files import report_name, reports_folder
from ward_warehouse.reports.periodic.model import PeriodicReport
from ward_warehouse.reports.vietnamese import day_text


@dataclass
class Mailed:
    """What became of the mails: how many were sent, and a sentence for each that was not."""

    sent: int = 0
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.sent} mailed"


def mail_reports(settings: Settings, reports: Sequence[PeriodicReport], resolve: Resolver) -> Mailed:
    """Mails reports to the lists that want them and were not sent them yet.

    A server that is down, or an address that bounces, is a sentence; the next call sends what is left.

    Args:
        settings: the lists, the lake that remembers what was sent, and where the reports stand.
        reports: those that stand; one whose period is not over is not sent.
        resolve: gives a connection by its id.

    Raises:
        SettingsError: the lists are wrong.
        LakeError: the lake cannot be read or written.
    """
    lists, mailed = load_lists(settings), Mailed()
    lake = open_lake(settings, resolve)
    for report in reports:
        if report.as_of is None or report.as_of < report.period.end:
            continue
        for number, one in enumerate(lists.lists):
            if not one.reports or (one.districts and report.district_code not in one.districts):
                continue
            message = _message(report, list(_files(settings, report, one)))
            for address in one.mail if message.files else ():
                _send_once(lake, lists, f"messages.yml: lists.{number}", address, report, message, resolve, mailed)
    return mailed


def _files(settings: Settings, report: PeriodicReport, one: Recipients) -> Iterator[tuple[str, bytes]]:
    folder = reports_folder(settings) / report.district_code
    for format_ in one.reports:
        file: Path = folder / f"{report_name(report)}.{format_}"
        if file.is_file():
            yield file.name, file.read_bytes()


def _message(report: PeriodicReport, files: list[tuple[str, bytes]]) -> Message:
    """What the report found, in words; the documents say the rest."""
    subject = on_one_line(f"{report.unit_name}: {report.title} ({report.state})")
    as_of = f"Số liệu đến {day_text(report.as_of)}." if report.as_of else ""
    lines = [on_one_line(line) for line in (subject, as_of, *report.findings, report.office) if line]
    page = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = f'<!doctype html><html lang="vi"><meta charset="utf-8"><body>{page}</body></html>'
    return Message(subject, "\n\n".join(lines) + "\n", html, tuple(files))


def _send_once(
    lake: Lake, lists: Lists, place: str, address: str, report: PeriodicReport, message: Message, resolve: Resolver,
    mailed: Mailed,
) -> None:  # fmt: skip
    attempt = Delivery(night=report.period.end, role="officials", channel="mail")
    key = delivery_id("mail", f"{address} {report.district_code} {report_name(report)} {report.closed_at}")

    def send() -> None:
        send_mail(resolve(lists.mail_connection), lists.sender, address, message)

    delivery = send_once(lake, attempt, key, send, MAILED)
    if delivery is None:
        return
    if delivery.bounced is not None:
        mailed.errors.append(f"{place}: an address of mail was refused: {delivery.bounced}; correct it")
    elif delivery.error is not None:
        mailed.errors.append(f"{place}: {report_name(report)}: {delivery.error}; it is sent later")
    else:
        mailed.sent += 1
