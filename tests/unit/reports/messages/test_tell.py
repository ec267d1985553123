"""Messages sent to a real mail server and a real HTTP receiver: one a night, to those who have to know, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, SURVEYS, District, utc
from tests.support.receivers import UNKNOWN, MailServer, Receiver, mail_server, receiver
from tests.support.records import NIGHT
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import Cause, SettingsError
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.outcomes import Outcome, read_night
from ward_warehouse.night.standing import deadline
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.messages import Told, tell
from ward_warehouse.reports.messages.records import claimed, delivery_id

WARDS = ["m1", "m2", "m3"]
MORNING = utc("2024-03-06T18:00:00")
"""One in the morning after the night, in the wards' time: before its deadline."""
FAULTS: dict[str, tuple[str, str, Cause | None]] = {
    "no answer": ("extract", "failed", "no_answer"),
    "another run": ("extract", "failed", "busy"),
    "login refused": ("extract", "failed", "login_refused"),
    "no connection": ("extract", "failed", "not_configured"),
    "columns changed": ("extract", "held", "columns_changed"),
    "cannot be read": ("extract", "failed", "unreadable"),
    "nobody foresaw it": ("extract", "failed", "unforeseen"),
    "quiet hours": ("extract", "postponed", "quiet_hours"),
    "a file refused": ("extract", "succeeded", "file_refused"),
    "held": ("validate", "held", "held"),
    "not judged": ("validate", "failed", "not_judged"),
    "task killed": ("", "", None),
}


class Office:
    """A district whose nights are told of: its lake, and the servers that take the messages."""

    def __init__(self, district: District, mail: MailServer, hook: Receiver) -> None:
        self.district, self.mail, self.hook = district, mail, hook
        self.file = district.folder / "messages.yml"

    @property
    def run(self) -> Night:
        return Night(self.district.settings.model_copy(update={"messages_file": self.file}))

    def lists(self, *lists: dict[str, Any]) -> None:
        self.file.write_text(yaml.safe_dump({"lists": list(lists)}), encoding="utf-8")

    def resolve(self, connection_id: str) -> Connection:
        phone = Connection("phone", "generic", extra={"url": f"json://127.0.0.1:{self.hook.port}/in"})
        known = {"smtp_default": self.mail.connection, "hook": self.hook.connection, "phone": phone}
        if connection_id not in known:
            raise SettingsError(f"connection {connection_id}: is not set")
        return known[connection_id]

    def tell(self, now: datetime = MORNING, **options: Any) -> Told:
        (told,) = tell(self.run, self.resolve, [NIGHT], now, **options)
        return told

    def note(self, ward: str, step: str, status: str = "succeeded", **parts: Any) -> None:
        for record_kind in (DOSSIERS, SURVEYS):
            outcomes.append(self.run.lake, outcome(ward, step, status, record_kind, **parts))

    def arrived(self, *wards: str) -> None:
        for ward in wards:
            self.note(ward, "extract")
            self.note(ward, "validate")


def outcome(ward: str, step: str, status: str, record_kind: RecordKind, **parts: Any) -> Outcome:
    fields = {
        "outcome_id": outcomes.new_id(),
        "run_id": "r",
        "night": NIGHT,
        "step": step,
        "status": status,
        "ward": ward,
        "record_kind": record_kind,
        "started_at": utc("2024-03-06T17:30:00"),
        "finished_at": utc("2024-03-06T17:31:00"),
        "rows_read": 0,
        **parts,
    }
    return Outcome.model_validate(fields)


@pytest.fixture
def office(make_district: MakeDistrict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    district = make_district(tmp_path, dict.fromkeys(WARDS, "sql"))
    # What is published is another test's matter.
    monkeypatch.setattr(Night, "what_is_not_published", lambda *_, **__: None)
    with mail_server() as mail, receiver() as hook:
        made = Office(district, mail, hook)
        made.lists({"role": "duty", "language": "en", "mail": ["duty@example.org"], "webhook": ["hook"]})
        yield made


@pytest.mark.parametrize("fault", FAULTS)
def test_of_a_fault_each_address_is_told_once(office: Office, fault: str) -> None:
    step, status, cause = FAULTS[fault]
    office.arrived("m1", "m2")
    if step == "validate":
        office.note("m3", "extract")
    if step:
        office.note("m3", step, status, error=f"m3: {fault}", cause=cause)
    if status == "succeeded":
        office.note("m3", "validate")
    first, second = office.tell(), office.tell()
    assert (first.sent, second.sent) == (2, 0)
    (text,) = office.mail.texts()
    assert "Ward m3" in text
    assert "Ward m1" not in text
    (posted,) = office.hook.taken
    assert posted["text"] == text.replace("\r\n", "\n")
    assert posted["night"] == str(NIGHT)
    assert office.hook.tokens == ["Bearer secret"]


def test_a_night_that_healed_by_a_retry_is_silent(office: Office) -> None:
    office.arrived("m1", "m2")
    office.note("m3", "extract", "failed", error="no answer", cause="no_answer")
    office.arrived("m3")
    assert office.tell().sent == 0
    assert (office.mail.taken, office.hook.taken) == ([], [])


def test_good_news_goes_to_those_who_want_them(office: Office) -> None:
    office.lists(
        {"role": "duty", "mail": ["duty@example.org"]},
        {"role": "officials", "mail": ["head@example.org"], "good_news": True},
    )
    office.arrived(*WARDS)
    assert office.tell().sent == 1
    (mail,) = office.mail.taken
    assert mail["To"] == "head@example.org"
    assert mail["Subject"] == f"Đêm {NIGHT:%d/%m/%Y} đầy đủ: 3/3 đơn vị đã gửi."


def test_a_night_that_never_started_is_told_of_after_its_deadline(office: Office) -> None:
    due = deadline(office.run.settings, NIGHT)
    assert due.isoformat() == "2024-03-07T06:00:00+07:00"
    assert tell(office.run, office.resolve, now=due - timedelta(minutes=1)) == []
    (told,) = tell(office.run, office.resolve, now=due)
    assert (told.night, told.sent) == (NIGHT, 2)
    assert tell(office.run, office.resolve, now=due + timedelta(hours=1))[0].sent == 0
    assert office.mail.texts()[0].startswith(f"Night {NIGHT} was not run: 0 of 3 units arrived.")


def test_a_night_that_is_not_published_is_told_of(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.arrived(*WARDS)
    monkeypatch.setattr(Night, "what_is_not_published", lambda *_, **__: "the warehouse is older than the lake")
    assert tell(office.run, office.resolve, [NIGHT], MORNING, before_build=True) == [], "its build is still to come"
    assert office.tell().sent == 2
    assert "the night is not published" in office.mail.texts()[0]


def test_a_server_that_is_down_costs_nothing_and_is_sent_once_later(office: Office) -> None:
    office.note("m1", "extract", "failed", error="no answer", cause="no_answer")
    office.hook.status = 503
    first = office.tell()
    assert (first.sent, first.later) == (1, 1)
    assert "answered 503; it is sent later" in str(first)
    office.hook.status = 204
    (again,) = tell(office.run, office.resolve, now=MORNING)
    assert (again.night, again.sent) == (NIGHT, 1)
    assert office.tell().sent == 0
    assert (len(office.mail.taken), len(office.hook.taken)) == (1, 1)
    kept = [one for one in read_night(office.run.lake, NIGHT) if one.step == "message"]
    assert [one.status for one in kept] == ["failed", "succeeded"]


def test_what_apprise_knows_is_told_as_well(office: Office) -> None:
    office.lists({"role": "duty", "language": "en", "apprise": ["phone"]})
    office.note("m1", "extract", "failed", error="no answer", cause="no_answer")
    assert office.tell().sent == 1
    (posted,) = office.hook.taken
    assert posted["title"].startswith(f"Night {NIGHT} is partial")
    assert "its system did not answer" in posted["message"]
    office.hook.status = 500
    assert office.tell().sent == 0


def test_a_connection_that_is_missing_is_said_and_fails_nothing(office: Office) -> None:
    office.lists({"role": "duty", "webhook": ["elsewhere"]})
    told = office.tell()
    assert (told.sent, told.later) == (0, 1)
    assert "messages.yml: lists.0: connection elsewhere: is not set; it is sent later" in str(told)


def test_an_unreachable_mail_server_is_no_error_of_the_night(office: Office) -> None:
    office.mail.port = 1
    told = office.tell()
    assert (told.sent, told.later) == (1, 1)
    assert "the mail server of connection smtp_default cannot be used" in str(told)


def test_an_address_that_bounces_is_said_and_not_tried_again(office: Office) -> None:
    office.lists({"role": "duty", "mail": [UNKNOWN, "duty@example.org"]})
    told = office.tell()
    assert (told.sent, told.bounced) == (1, 1)
    assert "messages.yml: lists.0: an address of mail was refused: the mail server answered 550" in str(told)
    assert UNKNOWN not in str(told)
    assert (office.tell().sent, office.tell().bounced) == (0, 0)


def test_two_who_send_at_once_send_once(office: Office) -> None:
    with claimed(office.run.lake, NIGHT, delivery_id("mail", "duty@example.org")):
        assert office.tell().sent == 1, "the other address"
    assert office.tell().sent == 1


def test_a_ward_reads_of_itself_alone_and_only_what_it_mends(office: Office) -> None:
    registry = office.district.wards_dir / "mini.yml"
    head = yaml.safe_load(registry.read_text(encoding="utf-8"))
    for entry in head["wards"]:
        entry["mail"] = [f"{entry['ward']}@example.org"]
    registry.write_text(yaml.safe_dump(head, allow_unicode=True), encoding="utf-8")
    office.lists({"role": "ward"})
    office.arrived("m1")
    office.note("m2", "extract", "failed", error="no answer", cause="no_answer")
    office.note("m3", "extract", "failed", error="token", cause="login_refused")
    assert office.tell().sent == 1
    (mail,) = office.mail.taken
    assert mail["To"] == "m2@example.org"
    assert "m3" not in office.mail.texts()[0]


def test_text_of_the_registry_and_of_wards_steers_nothing(office: Office) -> None:
    registry = office.district.wards_dir / "mini.yml"
    head = yaml.safe_load(registry.read_text(encoding="utf-8"))
    head["wards"][0]["name"] = {
        "vi": "<b>x</b>\x1b[2J\r\nBcc: all@example.org",
        "en": "<script>alert(1)</script>\u202e\n",
    }
    registry.write_text(yaml.safe_dump(head, allow_unicode=True), encoding="utf-8")
    office.arrived("m2", "m3")
    office.note("m1", "extract", "failed", error="<img src=x>\x1b]0;owned\x07\n\nsecond", cause="unreadable")
    office.lists(
        {"role": "duty", "language": "en", "mail": ["a@example.org"]}, {"role": "duty", "mail": ["b@example.org"]}
    )
    assert office.tell().sent == 2
    for mail in office.mail.taken:
        assert mail["Bcc"] is None
        page, text = (str(mail.get_body((kind,)).get_content()) for kind in ("html", "plain"))  # type: ignore[union-attr]
        assert "<script>" not in page
        assert "<img" not in page
        assert [sign for sign in text + page + mail["Subject"] if sign in "\x1b\x07\u202e"] == []


def test_wrong_lists_are_refused_with_their_line(office: Office) -> None:
    office.lists({"role": "duty", "mail": ["no address"]}, {"role": "ward", "mail": ["x@example.org"]})
    with pytest.raises(SettingsError) as told:
        office.tell()
    assert "messages.yml:" in str(told.value)
    assert "lists.0.mail.0" in str(told.value)
    assert "found addresses for role ward, expected none" in str(told.value)
