"""Words of the morning page in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from ward_warehouse.core.record_kinds import NAMES
from ward_warehouse.night.advice import Role
from ward_warehouse.night.verdict import Standing
from ward_warehouse.reports.morning.model import Mark, Said

Language = Literal["vi", "en"]

STANDINGS: dict[Standing, Said] = {
    "complete": Said("Đủ", "Complete"),
    "incomplete": Said("Chưa đủ", "Incomplete"),
    "not_run": Said("Chưa chạy", "Not run"),
}

MARKS: dict[Mark, tuple[str, Said]] = {
    "loaded": ("✓", Said("đã nhận đủ", "arrived")),
    "partly": ("◐", Said("nhận một phần", "arrived in part")),
    "late": ("↺", Said("đến muộn, đã bù", "came later")),
    "held": ("‖", Said("bị giữ lại", "held")),
    "postponed": ("◷", Said("hoãn vì đang trong giờ không được đọc", "put off for quiet hours")),
    "failed": ("✕", Said("thiếu", "missing")),
    "not_run": ("·", Said("đêm không chạy", "not run")),
    "not_expected": (" ", Said("chưa đến hạn", "not expected")),
}
"""A sign for each mark, so that no meaning hangs on a colour, and its name."""

KINDS = {kind: Said(*words) for kind, words in NAMES.items()}

ROLES: dict[Role, Said] = {
    "duty": Said("Trực vận hành", "Engineer on duty"),
    "ward": Said("Phường", "Ward"),
    "officials": Said("Lãnh đạo quận", "Officials"),
}

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def joined(texts: Sequence[str], language: Language) -> str:
    """The texts as a list in a sentence."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {'và' if language == 'vi' else 'and'} {texts[-1]}"


def day(value: date) -> Said:
    """A date in words."""
    return Said(f"{WEEKDAYS[value.weekday()]} {value:%d/%m/%Y}", f"{value:%A} {value.day} {value:%B %Y}")


def moment(value: datetime, time_zone: str) -> Said:
    """An instant as the clock of the district shows it."""
    return clock(value.astimezone(ZoneInfo(time_zone)))


def clock(local: datetime) -> Said:
    """A time in words, by the clock that it has."""
    return Said(f"{local:%H:%M} ngày {local:%d/%m/%Y}", f"{local:%H:%M} on {local.day} {local:%b %Y}")
