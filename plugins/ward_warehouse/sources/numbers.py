"""How a number that a source itself holds as one is written as text, so that no form of typed numbers reads another."""

from __future__ import annotations

import math

EXACT = 2**53
"""From here on a float may not be the number that was stored."""


def number_text(text: str) -> str:
    """A source's own number, as its digits are written; three decimals get a fourth, 0.

    The number 15.983 must not be read as the 15.983 that is typed where a dot groups thousands.
    """
    return text + "0" if text[-4:-3] == "." and text[-3:].isdecimal() else text


def float_text(found: float) -> str:
    """A float of a source; one that may have lost digits, or is no number, is written so that it fits no id."""
    if not math.isfinite(found):
        return f"#{found}"
    return f"{found:.14e}" if abs(found) >= EXACT else number_text(str(found))


def json_number(text: str) -> float | str:
    """A number of JSON with a point or an exponent: a float where that is written with the same digits, else text.

    The zeros behind a whole number, and an exponent, are no digits while a float holds the number exactly.
    """
    found = float(text)
    short = repr(found)
    if short == text and text[-4:-3] != ".":
        return found
    if "e" in text or "E" in text:
        written = float_text(found)
    else:
        written = number_text(short if found.is_integer() and abs(found) < EXACT else text)
    return found if written == short else written
