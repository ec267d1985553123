"""Periodic reports by mail: to whom, once, with a real mail server that is sometimes down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.receivers import UNKNOWN, MailServer, mail_server
from tests.unit.reports.periodic.test_periodic_files import row
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SettingsError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.messages.documents import Mailed, mail_reports
from ward_warehouse.reports.periodic.files import write_report
from ward_warehouse.reports.periodic.model import PeriodicReport

HOSTILE = "Quận <b>Mini</b>\r\nBcc: all@example.org"


class Office:
    """Reports that stand on a disk, lists of who is sent them, and a mail server."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        self.server, self.settings = server, Settings(home=folder, messages_file=folder / "messages.yml")
        self.report = PeriodicReport(
            "quan", "Quận Mini", "quan", HOSTILE, "Phòng Nội vụ", parse_period("2018-11"), "Tháng 11/2018",
            "Tháng 10/2018", False, None, date(2018, 11, 30), datetime(2018, 12, 1, tzinfo=UTC),
            [row("quan", "Quận Mini", 100, 0.968)], {}, findings=["Đúng hạn 96,8 %."],
        )  # fmt: skip

    def lists(self, *lists: dict[str, Any]) -> None:
        self.settings.messages_file.write_text(yaml.safe_dump({"lists": list(lists)}), encoding="utf-8")

    def mail(self, report: PeriodicReport | None = None) -> Mailed:
        wanted = report or self.report
        write_report(self.settings, wanted, ["html", "docx"])
        return mail_reports(self.settings, [wanted], self.resolve)

    def resolve(self, connection_id: str) -> Connection:
        assert connection_id == "smtp_default"
        return self.server.connection

    def receivers(self) -> list[str]:
        return [str(mail["To"]) for mail in self.server.taken]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with mail_server() as server:
        made = Office(tmp_path, server)
        made.lists({"role": "officials", "mail": ["head@example.org"], "reports": ["docx", "html"]})
        yield made


def test_a_report_is_mailed_once_with_its_documents(office: Office) -> None:
    assert [office.mail().sent, office.mail().sent] == [1, 0]
    [mail] = office.server.taken
    assert [part.get_filename() for part in mail.iter_attachments()] == ["quan_2018-11.docx", "quan_2018-11.html"]
    assert "Đúng hạn 96,8 %." in office.server.texts()[0]


def test_once_more_when_it_is_closed_and_never_before_its_period_is_over(office: Office) -> None:
    assert office.mail(replace(office.report, as_of=date(2018, 11, 29))).sent == 0
    assert office.mail().sent == 1
    closed = replace(office.report, is_closed=True, closed_at=datetime(2018, 12, 5, tzinfo=UTC))
    assert [office.mail(closed).sent, office.mail(closed).sent] == [1, 0]
    assert ["(TẠM TÍNH)" in str(mail["Subject"]) for mail in office.server.taken] == [True, False]


def test_only_who_asks_for_reports_of_the_district_is_sent_them(office: Office) -> None:
    office.lists(
        {"role": "duty", "mail": ["duty@example.org"]},
        {"role": "officials", "mail": ["other@example.org"], "districts": ["other"], "reports": ["html"]},
        {"role": "officials", "mail": ["a@example.org", "b@example.org"], "districts": ["quan"], "reports": ["html"]},
        {"role": "officials", "mail": ["pdf@example.org"], "reports": ["pdf"]},
    )
    assert office.mail().sent == 2, "of a format that nobody writes there is nothing to send"
    assert office.receivers() == ["a@example.org", "b@example.org"]


def test_a_server_that_is_down_fails_nothing_and_the_report_is_sent_once_later(office: Office) -> None:
    port, office.server.port = office.server.port, 1
    first = office.mail()
    assert (first.sent, len(first.errors)) == (0, 1)
    assert "messages.yml: lists.0: quan_2018-11: the mail server of connection smtp_default" in first.errors[0]
    assert first.errors[0].endswith("it is sent later")
    office.server.port = port
    assert [office.mail().sent, office.mail().sent] == [1, 0]


def test_an_address_that_bounces_is_said_once(office: Office) -> None:
    office.lists({"role": "officials", "mail": [UNKNOWN, "head@example.org"], "reports": ["html"]})
    first, second = office.mail(), office.mail()
    assert (first.sent, second.sent, second.errors) == (1, 0, [])
    assert "lists.0: an address of mail was refused: the mail server answered 550" in first.errors[0]
    assert UNKNOWN not in first.errors[0]


def test_text_of_wards_steers_no_mail(office: Office) -> None:
    office.mail()
    [mail] = office.server.taken
    assert mail["Bcc"] is None
    page = mail.get_body(("html",))
    assert page is not None
    assert "<b>" not in page.get_content()


def test_reports_without_somebody_to_mail_them_to_are_refused(office: Office) -> None:
    office.lists({"role": "officials", "reports": ["pdf"]}, {"role": "ward", "reports": ["pdf"]})
    with pytest.raises(SettingsError, match="found reports without mail addresses") as refused:
        office.mail()
    assert "lists.0" in str(refused.value)
    assert "lists.1" in str(refused.value)
