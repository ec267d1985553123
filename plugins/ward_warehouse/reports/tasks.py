"""What the DAGs' last tasks run: reports and morning pages are written, and those who have to know are told."""

from __future__ import annotations

import logging

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.messages import tell as telling
from ward_warehouse.reports.messages.documents import mail_reports
from ward_warehouse.reports.morning.site import write_newest
from ward_warehouse.reports.periodic.files import remove_old
from ward_warehouse.reports.periodic.nightly import write_newest_months

log = logging.getLogger(__name__)


def tell_before_build(resolve: Resolver) -> None:
    """Tells, at the end of a load, of a night that brings no build; what goes wrong is logged and fails nothing.

    Args:
        resolve: gives a connection by its id.
    """
    try:
        tell(resolve, before_build=True)
    except WardWarehouseError as error:
        log.error("the night's message: %s", error)
    except Exception:
        # A fault that nobody foresaw in a message must not redden a night.
        log.exception("the night's message could not be sent")


def tell(resolve: Resolver, *, before_build: bool = False) -> str:
    """Writes the morning pages and tells of the nights that are due; gives one line on what became of it.

    A server that does not take a message fails nothing: the line says so, and the next call sends it.

    Args:
        resolve: gives a connection by its id.
        before_build: at the end of a load: a night that is still to be built is told of after its build, which then
            has the processor for itself; the pages as well are written then.

    Raises:
        SettingsError: the lists are wrong.
        LakeError: the lake cannot be read or written.
    """
    night = Night(load_settings(), resolve=resolve)
    if not (before_build and night.what_is_not_published()):
        try:
            log.info("morning: %s", write_newest(resolve))
        except Exception:
            # A fault that nobody foresaw in the page must not keep the message back.
            log.exception("the morning pages could not be written")
    told = telling(night, resolve, before_build=before_build)
    for one in told:
        log.log(logging.WARNING if one.errors else logging.INFO, "%s", one)
    return "; ".join(map(str, told)) or "nobody to tell"


def describe() -> str:
    """Writes the dictionary of what is published, unless it stands there as it would be written; gives one line.

    Raises:
        WardWarehouseError: the disk refuses, another run writes it, or an indicator has no example.
        BuildError: dbt refuses.
    """
    # Whoever tells of a night does not load dbt.
    from ward_warehouse.reports.book.site import renew_dictionary

    settings = load_settings()
    if not settings.published_file.is_file():
        return "nothing is published yet, so there is nothing to describe"
    written = renew_dictionary(settings, first=True)
    line = (
        f"the dictionary: {', '.join(file.name for file in written)}" if written else "the dictionary stands as it is"
    )
    log.info("%s", line)
    return line


def report(resolve: Resolver) -> str:
    """Writes the periodic reports of each district's open months, mails those that are due and removes old ones.

    A dictionary that stands there is written anew when its definitions changed.

    A report that cannot be written (a full disk, a letterhead with a field missing) or mailed fails no night: the one
    of yesterday stays, the mail goes with the next night, and the line that it gives says why.

    Args:
        resolve: gives a connection by its id.
    """
    settings = load_settings()
    done = write_newest_months(settings)
    lines = [f"reports: {len(done.written)} files written"]
    try:
        mailed = mail_reports(settings, done.standing, resolve)
        lines += [str(mailed)] if mailed.sent or mailed.errors else []
        done.refused += mailed.errors
        lines.append(f"{remove_old(settings, settings.report_keep_days)} old ones removed")
    except WardWarehouseError as error:
        done.refused.append(str(error))
    # Whoever tells of a night does not load dbt.
    from ward_warehouse.reports.book.site import renew_dictionary

    try:
        if renew_dictionary(settings):
            lines.append("the dictionary written anew")
    except WardWarehouseError as error:
        done.refused.append(str(error))
    # A mail server that is down is one reason, however many addresses wait for it.
    reasons = list(dict.fromkeys(done.refused))
    for reason in reasons:
        log.warning("%s", reason)
    line = ", ".join(lines)
    return f"{line}; not done: {'; '.join(reasons)}" if reasons else line
