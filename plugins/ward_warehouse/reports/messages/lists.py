"""Who is told of a night: lists by role, in one YAML file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ward_warehouse.core.checked import ReportFormat
from ward_warehouse.core.errors import SettingsError
from ward_warehouse.core.settings import Settings
from ward_warehouse.night.advice import Role
from ward_warehouse.night.wording import Language
from ward_warehouse.registry.findings import Finding
from ward_warehouse.registry.strict import Strict
from ward_warehouse.registry.wards import MailAddress
from ward_warehouse.registry.yaml_file import read_yaml, validate

Channel = Literal["mail", "webhook", "apprise"]
CHANNELS: tuple[Channel, ...] = ("mail", "webhook", "apprise")
ConnectionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]


class Recipients(Strict):
    """Those of one role who are told in one language.

    Attributes:
        role: duty (everything), officials (what the night is worth and who is missing), ward (each ward its own part,
            at the addresses of its registry entry).
        districts: the districts it is about; all of them without it.
        mail: addresses.
        webhook: ids of HTTP connections that take the message as JSON.
        apprise: ids of connections whose `extra` has an Apprise address in `url`.
        good_news: told also when nobody has to do anything.
        reports: the documents of their districts' monthly reports that go to the addresses of `mail`, once when the
            month is over and once when it is closed; each night writes those of `report_formats`.
    """

    role: Role
    language: Language = "vi"
    districts: tuple[str, ...] = ()
    mail: tuple[MailAddress, ...] = ()
    webhook: tuple[ConnectionId, ...] = ()
    apprise: tuple[ConnectionId, ...] = ()
    good_news: bool = False
    reports: tuple[ReportFormat, ...] = ()

    @model_validator(mode="after")
    def _wards_have_their_own(self) -> Recipients:
        if self.reports and (self.role == "ward" or not self.mail):
            raise ValueError("found reports without mail addresses, expected some in mail, and a role other than ward")
        if self.role == "ward" and (self.mail or self.webhook or self.apprise):
            raise ValueError(
                "found addresses for role ward, expected none: a ward's stand in its entry of the registry"
            )
        return self


class Lists(Strict):
    """The file: who is told, and through which mail server.

    Attributes:
        mail_connection: id of the SMTP connection, as Airflow's provider has it.
        sender: the address that mails come from; that of the connection (`from_email`) without it.
    """

    mail_connection: ConnectionId = "smtp_default"
    sender: MailAddress | None = None
    lists: tuple[Recipients, ...] = ()


def load_lists(settings: Settings) -> Lists:
    """The lists in `settings.messages_file`; without the file nobody is told.

    Raises:
        SettingsError: the file cannot be read, or something in it is wrong.
    """
    if not settings.messages_file.exists():
        return Lists()
    file = read_yaml(settings.messages_file)
    if isinstance(file, Finding):
        raise SettingsError(str(file))
    found = validate(Lists, file, file.data)
    if isinstance(found, list):
        raise SettingsError("\n".join(found))
    return found
