"""Delivery of a message: by mail, by webhook, and by whatever Apprise knows. Servers are Airflow connections."""

from __future__ import annotations

import mimetypes
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import httpx

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.secrets import masked
from ward_warehouse.reports.messages.compose import Message

SECONDS = 30
PASSING = {408, 425, 429}
"""Refusals of an HTTP server that may be gone later; so may all of 500 and above."""
FINAL = 500
"""SMTP: from here on an answer will not be another one later."""


class LaterError(Exception):
    """The message could not be delivered now; it is tried again with the next one."""


class BouncedError(Exception):
    """The address does not exist or does not take it: trying again changes nothing."""


def send_mail(connection: Connection, sender: str | None, address: str, message: Message) -> None:
    """Sends a mail through the server of a connection, in the form of Airflow's SMTP provider.

    Args:
        connection: host, port, login and password; `extra` has from_email, disable_ssl, disable_tls and timeout.
        sender: the address that it comes from, instead of from_email.
        address: to whom.
        message: what.

    Raises:
        LaterError: the server is down, or does not take it now.
        BouncedError: the server refuses the address or the mail for good.
    """
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["Date"] = message.subject, address, formatdate()
    mail["From"] = sender or str(connection.extra.get("from_email") or connection.login or "ward-warehouse@localhost")
    mail["Message-ID"] = make_msgid(domain="ward-warehouse.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for name, content in message.files:
        kind, _ = mimetypes.guess_type(name)
        maintype, _, subtype = (kind or "application/octet-stream").partition("/")
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    try:
        with _server(connection) as server:
            if connection.login and connection.password:
                server.login(connection.login, connection.password)
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _answered(code, said, connection) from None
    except smtplib.SMTPResponseException as error:
        # What the server says of the login or the sender is no fault of the address.
        if isinstance(error, smtplib.SMTPDataError):
            raise _answered(error.smtp_code, error.smtp_error, connection) from None
        raise LaterError(masked(f"the mail server answered {error.smtp_code}", connection)) from None
    except (OSError, ValueError, smtplib.SMTPException) as error:
        # A value error is a setting of the connection: a time-out that is no number, a sign that no header takes.
        raise LaterError(
            f"the mail server of connection {connection.id} cannot be used ({type(error).__name__})"
        ) from None


def _server(connection: Connection) -> smtplib.SMTP:
    seconds = float(connection.extra.get("timeout") or SECONDS)
    if not _is_on(connection, "disable_ssl"):
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(connection.host, connection.port or 465, timeout=seconds, context=context)
    server = smtplib.SMTP(connection.host, connection.port or 25, timeout=seconds)
    if not _is_on(connection, "disable_tls"):
        server.starttls(context=ssl.create_default_context())
    return server


def _is_on(connection: Connection, name: str) -> bool:
    return str(connection.extra.get(name, "")).strip().lower() in ("true", "1", "yes")


def _answered(code: int, said: bytes | str, connection: Connection) -> LaterError | BouncedError:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    line = masked(f"the mail server answered {code} {' '.join(text.split())[:200]}", connection)
    return BouncedError(line) if code >= FINAL else LaterError(line)


def send_webhook(connection: Connection, message: Message, facts: dict[str, object]) -> None:
    """Posts the message as JSON: subject, text, and the night's figures beside them.

    Args:
        connection: of type http: host, port, scheme in `schema`, path in `extra.base_path`; a password is sent as a
            bearer token.
        message: what.
        facts: the night in numbers and keys.

    Raises:
        LaterError: the server is down, or does not take it now.
        BouncedError: the server refuses it.
    """
    scheme = connection.schema or "https"
    try:
        url = httpx.URL(
            scheme=scheme, host=connection.host, port=connection.port,
            path=str(connection.extra.get("base_path") or "/"),
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {connection.password}"} if connection.password else {}
        payload = {"subject": message.subject, "text": message.text, **facts}
        answer = httpx.post(url, json=payload, headers=headers, timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise LaterError(f"the server of connection {connection.id} did not answer ({type(error).__name__})") from None
    if answer.is_success:
        return
    line = f"the server of connection {connection.id} answered {answer.status_code}"
    raise LaterError(line) if answer.is_server_error or answer.status_code in PASSING else BouncedError(line)


def send_apprise(connection: Connection, message: Message) -> None:
    """Hands the message to Apprise.

    Raises:
        LaterError: the service did not take it.
        BouncedError: the connection has no address that Apprise knows.
    """
    # Half a second, and needed only where somebody uses it.
    from apprise import Apprise

    service = Apprise()
    if not service.add(str(connection.extra.get("url") or connection.password)):
        raise BouncedError(f"connection {connection.id}: expected an address that Apprise knows in `url` of its extra")
    if not service.notify(title=message.subject, body=message.text):
        raise LaterError(f"the service of connection {connection.id} did not take the message")
