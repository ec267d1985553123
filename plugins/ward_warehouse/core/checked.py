"""Types of settings whose text means something to another library: checked when they are read, not in the night."""

from __future__ import annotations

from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

ReportFormat = Literal["html", "pdf", "docx", "xlsx"]
REPORT_FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: `Asia` is a folder of the database.
        raise ValueError(
            f"found {name!r}, expected a name of the time zone database such as Asia/Ho_Chi_Minh"
        ) from None
    return name


def _country(code: str) -> str:
    import holidays

    try:
        holidays.country_holidays(code)
    except NotImplementedError:
        raise ValueError(
            f"found {code!r}, expected the code of a country whose public holidays are known, such as VN"
        ) from None
    return code


def _cron(text: str) -> str:
    from croniter import croniter

    if not croniter.is_valid(text):
        raise ValueError(
            f"found {text!r}, expected minute, hour, day of month, month and day of week such as 30 0 * * *"
        )
    return text


def _report_formats(text: str) -> str:
    unknown = sorted({name.strip() for name in text.split(",")} - {*REPORT_FORMATS, ""})
    if unknown:
        raise ValueError(
            f"found {', '.join(unknown)}, expected some of {', '.join(REPORT_FORMATS)} with commas between"
        )
    return text


def _cron_or_nothing(text: str) -> str:
    return text and _cron(text)


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Country = Annotated[str, AfterValidator(_country)]
Cron = Annotated[str, AfterValidator(_cron)]
Schedule = Annotated[str, AfterValidator(_cron_or_nothing)]
ReportFormats = Annotated[str, AfterValidator(_report_formats)]
