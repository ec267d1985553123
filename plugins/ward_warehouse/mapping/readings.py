"""How a text is read as a number, a day, a bound or an id: DuckDB expressions over a text expression.

A reading is the value, or null where the text has no such value; it never rounds, completes or guesses. What is tried,
and in which order, is stated in the system's file. The patterns here are the project's own and stand in the SQL; what
comes from a file is bound by the caller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ward_warehouse.core.quoting import literal
from ward_warehouse.registry import NumberFormat

FIRST_MOMENT, LAST_MOMENT = "1900-01-01 00:00:00", "2099-12-31 23:59:59.999999"
"""A day outside is a typing error or of another calendar (0018, 2567): it is not read, and the next format is tried."""

SEPARATORS = {"dot": ".", "comma": ","}
SPACES = " \u00a0\u202f"
"""What separates thousands where a space does: the plain one and the two that do not break."""

SCIENTIFIC = r"\s*[+-]?\d+(?:[.,]\d*)?\s*[eE]\s*[+-]?\d+\s*"
SERIAL = r"\d{5}(?:\.\d{1,20})?"
"""A spreadsheet's date of the years 1927 to 2173."""


def number(text: str, formats: Sequence[NumberFormat]) -> str:
    """The number that the first fitting format reads, as DOUBLE."""
    return _first_fit(text, formats, r"\d{1,20}", "DOUBLE")


def integer(text: str, formats: Sequence[NumberFormat]) -> str:
    """The whole number that the first fitting format reads, as INTEGER: 3.0 is one, 3.7 is none."""
    return _first_fit(text, formats, "0{1,20}", "INTEGER")


def _first_fit(text: str, formats: Sequence[NumberFormat], fraction: str, sql_type: str) -> str:
    cases = (
        f"WHEN regexp_full_match({text}, {literal(_pattern(one, fraction))}) "
        f"THEN TRY_CAST({_plain(text, one)} AS {sql_type})"
        for one in formats
    )
    return f"CASE {' '.join(cases)} END"


def _pattern(one: NumberFormat, fraction: str) -> str:
    """A number of at most 15 digits before the decimal sign, which is what a double holds exactly.

    Grouped digits never start with 0, so that 0.968 is no 968 where a dot groups thousands.
    """
    whole = r"\d{1,15}"
    if one.thousands != "none":
        sign = f"[{SPACES}]" if one.thousands == "space" else re.escape(SEPARATORS[one.thousands])
        whole = rf"(?:[1-9]\d{{0,2}}(?:{sign}\d{{3}}){{1,4}}|{whole})"
    percent = f"(?:[{SPACES}]?%)?" if one.percent else ""
    return f"[+-]?{whole}(?:{re.escape(SEPARATORS[one.decimal])}{fraction})?{percent}"


def _plain(text: str, one: NumberFormat) -> str:
    """The matched text with a decimal point, and without thousands and percent signs."""
    grouping = {"none": "", "space": SPACES}.get(one.thousands, SEPARATORS.get(one.thousands, ""))
    dropped = f"{grouping}{SPACES}%" if one.percent else grouping
    removed = f"translate({text}, {literal(dropped)}, '')" if dropped else text
    return f"replace({removed}, ',', '.')" if one.decimal == "comma" else removed


def float_text(column: str) -> str:
    """A source's own float as text: a whole one without a fraction, so that the id 123.0 is 123."""
    # From 2^53 on a double may not be the number that was stored; no column takes 9.0e+15 for an id or a number.
    exact = f"abs({column}) < 9007199254740992"
    whole = f"WHEN {exact} AND {column} = trunc({column}) THEN CAST(CAST({column} AS BIGINT) AS VARCHAR)"
    scientific = f"WHEN NOT isnan({column}) THEN format('{{:e}}', {column})"
    return f"CASE {whole} WHEN {exact} THEN {_fraction_text(column)} {scientific} END"


def decimal_text(column: str) -> str:
    """A source's own decimal as text: a whole one without a fraction."""
    whole = f"WHEN {column} = trunc({column}) THEN CAST(CAST({column} AS HUGEINT) AS VARCHAR)"
    return f"CASE {whole} ELSE {_fraction_text(column)} END"


def _fraction_text(column: str) -> str:
    """Three decimals get a fourth, 0: this 15.983 is not the 15.983 that is typed where a dot groups thousands."""
    return f"regexp_replace(CAST({column} AS VARCHAR), '^(-?\\d+\\.\\d{{3}})$', '\\1' || '0')"


def code(text: str) -> str:
    """A code or an id; `123.0` is the number 123 that went through a column of floats on its way into a file."""
    is_float = f"suffix({text}, '.0') AND regexp_full_match({text}, '\\d+\\.0')"
    return f"CASE WHEN {is_float} THEN left({text}, -2) ELSE {text} END"


def whole(text: str) -> str:
    """A text that tells one person from another; `123.0` as in `code`.

    Null for a number that a spreadsheet program wrote without all of its digits (1.09E+09): many numbers share it.
    """
    lost = f"(contains({text}, 'E') OR contains({text}, 'e')) AND regexp_full_match({text}, {literal(SCIENTIFIC)})"
    return f"CASE WHEN {lost} THEN NULL ELSE {code(text)} END"


def excel_serial(text: str) -> str:
    """The local time of a spreadsheet's day number, counted from 1899-12-30, to the second."""
    seconds = f"round(TRY_CAST({text} AS DOUBLE) * 86400)"
    moment = f"TIMESTAMP '1899-12-30' + to_microseconds(CAST({seconds} AS BIGINT) * 1000000)"
    return f"CASE WHEN regexp_full_match({text}, {literal(SERIAL)}) THEN {moment} END"


def plausible(moment: str) -> str:
    """A local time between `FIRST_MOMENT` and `LAST_MOMENT`, both included."""
    span = f"{moment} BETWEEN TIMESTAMP '{FIRST_MOMENT}' AND TIMESTAMP '{LAST_MOMENT}'"
    return f"CASE WHEN {span} THEN {moment} END"


def storable(moment: str) -> str:
    """A local time that every later step can hold: Python's own times begin with the year 1, less a time zone."""
    return f"CASE WHEN year({moment}) BETWEEN 2 AND 9999 THEN {moment} END"


def end_of_day(moment: str) -> str:
    """A local time without an hour as the last second of its day; one with an hour as it is."""
    at_midnight = f"{moment} = date_trunc('day', {moment})"
    return f"CASE WHEN {at_midnight} THEN {moment} + INTERVAL '23 hours 59 minutes 59 seconds' ELSE {moment} END"


def bound_pattern(words: Iterable[str]) -> str:
    """A regular expression of the folded words that may stand before a number; the longest one that fits counts."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return rf"^(?:{'|'.join(re.escape(word) for word in longest_first)})\s*"


def without_bound(text: str, pattern: str) -> str:
    """The text behind its bound word; `pattern` is the SQL of a `bound_pattern`."""
    return f"regexp_replace(lower({text}), {pattern}, '')"


def bound(text: str, pattern: str, words: str) -> str:
    """What the word before a number says, by the SQL map `words`; `exact` without one, null for another word."""
    word = f"trim(regexp_extract(lower({text}), {pattern}))"
    starts = f"regexp_matches({without_bound(text, pattern)}, '^[+-]?\\d')"
    return f"CASE WHEN {starts} THEN CASE WHEN {word} = '' THEN 'exact' ELSE {words}[{word}] END END"


def folded(text: str) -> str:
    """A code as it is compared: composed Unicode, trimmed, lower case."""
    return unicodedata.normalize("NFC", text).strip().lower()
