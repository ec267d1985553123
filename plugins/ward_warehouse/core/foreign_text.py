"""Text that a ward's system wrote, made fit to stand in a line for people: it is data, and may hold personal data."""

from __future__ import annotations

import re
from itertools import groupby
from string import punctuation

from ward_warehouse.core.shown import on_one_line

LONGEST = 200

_EMAIL = re.compile(r"[\w.%+\-]+@[\w\-]+(\.[\w\-]+)+")
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s.\-]?\d){7,}")


def quoted(text: str) -> str:
    """The text in quotation marks, on one line and cut to `LONGEST` characters.

    Control and format characters (terminal escapes, marks that turn the direction) are written as escapes; e-mails,
    numbers of eight digits and more, and words that may be a Vietnamese name are replaced.
    """
    known = _LONG_NUMBER.sub("[number]", _EMAIL.sub("[email]", text[: LONGEST * 10]))
    named = " ".join(
        "[name]" if capital and _may_be_name(words) else " ".join(words)
        for capital, words in ((capital, list(run)) for capital, run in groupby(known.split(), _has_capital))
    )
    cut = named[:LONGEST].replace('"', "'")
    return f'"{on_one_line(cut)}{"…" if len(named) > LONGEST else ""}"'


def _has_capital(word: str) -> bool:
    return word.strip(punctuation)[:1].isupper()


def _may_be_name(words: list[str]) -> bool:
    return len(words) > 1 and not "".join(words).isascii()
