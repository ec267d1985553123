"""Figures and dates as Vietnamese offices write them: 15.983; 96,8 %; 30/11/2018; "không đổi" instead of +0,0."""

from __future__ import annotations

import unicodedata
from datetime import date

from babel.numbers import format_decimal

LOCALE = "vi_VN"
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
UNCHANGED = "không đổi"


def count_text(value: float) -> str:
    """A whole number with points between the thousands."""
    return format_decimal(round(value), format="#,##0", locale=LOCALE)


def decimal_text(value: float, places: int = 1) -> str:
    """A number with a comma and so many places."""
    text = format_decimal(value, format=f"#,##0.{'0' * places}", locale=LOCALE)
    return text.replace("-", MINUS)


def share_text(value: float) -> str:
    """A share in per cent: 0.968 is 96,8 %."""
    return f"{decimal_text(100 * value)}{SPACE}%"


def number_text(value: float) -> str:
    """A count as a whole number, anything else with one place."""
    return count_text(value) if float(value).is_integer() else decimal_text(value)


def value_text(value: float, unit: str) -> str:
    """A value in its unit: a share in per cent, a mean with one place, a count as a whole number."""
    return share_text(value) if unit == "share" else number_text(value)


def change_text(change: float, unit: str) -> str:
    """A difference with its sign, of shares in points; one that rounds to nothing is "không đổi"."""
    if unit == "share":
        shown, tail = round(100 * change, 1), f"{SPACE}điểm"
    else:
        shown, tail = round(change, 1), ""
    if shown == 0:
        return UNCHANGED
    text = decimal_text(abs(shown)) if unit == "share" or not float(shown).is_integer() else count_text(abs(shown))
    return f"{'+' if shown > 0 else MINUS}{text}{tail}"


def day_text(day: date) -> str:
    """A date as day, month and year."""
    return f"{day:%d/%m/%Y}"


def name_order(name: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """The place of a name in a list: Phường 2 before Phường 10, Đ behind every D, an accent only between equals."""
    parted = unicodedata.normalize("NFD", name.lower().replace("đ", "d\uffff"))
    plain = "".join(sign for sign in parted if not unicodedata.combining(sign))
    return tuple((False, int(word), "") if word.isdecimal() else (True, 0, word) for word in plain.split()), name


def listed(names: list[str]) -> str:
    """Names in a sentence: A, B và C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} và {names[-1]}"
