"""What a text is read as: round trips, and never another value than the one that was written."""

from __future__ import annotations

import math
import re
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ward_warehouse.mapping import readings
from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.registry import NumberFormat

VIETNAMESE = NumberFormat(decimal="comma", thousands="dot")
ENGLISH = NumberFormat(decimal="dot", thousands="comma")
SPACED = NumberFormat(decimal="comma", thousands="space")
PLAIN = NumberFormat()
PERCENT = NumberFormat(decimal="comma", thousands="dot", percent=True)
FORMATS = (VIETNAMESE, ENGLISH, SPACED, PLAIN, PERCENT)
SIGNS = {"dot": ".", "comma": ",", "space": " ", "none": ""}
BOUNDS = {"hơn": "at_least", "dưới": "at_most", "không dưới": "at_least", "trên dưới": "about", ">": "at_least"}

numbers = st.decimals(min_value=-(10**14), max_value=10**14, places=3, allow_nan=False, allow_infinity=False)
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
rough = st.text("0123456789.,-+% \u00a0eExX_٣", max_size=12)


def evaluated(expression: str, text: str | None, **bound: Any) -> Any:
    with closing(open_cursor()) as db:
        found = db.execute(f"SELECT {expression} FROM (SELECT $t::VARCHAR AS t)", {"t": text, **bound}).fetchone()  # noqa: S608
    assert found is not None
    return found[0]


def number(text: str | None, *formats: NumberFormat) -> float | None:
    found: float | None = evaluated(readings.number("t", formats or (VIETNAMESE,)), text)
    return found


def integer(text: str | None, *formats: NumberFormat) -> int | None:
    found: int | None = evaluated(readings.integer("t", formats or (VIETNAMESE,)), text)
    return found


def written(value: Decimal, one: NumberFormat, *, grouped: bool) -> str:
    text = f"{value:,.3f}" if grouped and one.thousands != "none" else f"{value:.3f}"
    return text.translate({ord(","): SIGNS[one.thousands], ord("."): SIGNS[one.decimal]})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15.983", 15983), ("96,8", 96.8), ("1.234.567,5", 1234567.5), ("15983", 15983), ("-3,5", -3.5), ("+7", 7),
        ("0,968", 0.968), ("100", 100), ("999.999.999.999.999", 999999999999999), ("007", 7),
    ],
)  # fmt: skip
def test_numbers_as_wards_type_them(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "15.98", "1.2345", "1234.567", "96.8", "0.968", "1,2,3", "1.23,4.5", "12,", ",5", ".5", "1e3", "0x10", "1_000",
        "٣", "١٢", "hai mươi", "10/12", "1 000", "--1", "-", "", " ", "1.000.000.000.000.000", "1234567890123456",
        "nan", "inf", "96,8%", "8..5", "#ERROR", "1.000\n", "TRUE",
    ],
)  # fmt: skip
def test_what_is_no_number_of_the_format_is_not_read(text: str) -> None:
    assert number(text) is None


def test_formats_are_tried_in_their_order() -> None:
    """The same signs are fifteen thousand in one order and fifteen in the other."""
    assert number("15.983", VIETNAMESE, PLAIN) == 15983
    assert number("15.983", PLAIN, VIETNAMESE) == 15.983
    assert number("96.8", VIETNAMESE, PLAIN) == 96.8
    assert number("15.9830", VIETNAMESE, PLAIN) == 15.983


@pytest.mark.parametrize("text", ["28%", "28 %", "28\u00a0%"])
def test_a_percent_sign_is_read_only_where_it_is_stated(text: str) -> None:
    assert number(text, PERCENT) == 28
    assert number(text, VIETNAMESE) is None
    assert number("%", PERCENT) is None


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_thousands_may_be_set_apart_by_any_space(space: str) -> None:
    assert number(f"15{space}983,5", SPACED) == 15983.5
    assert number(f"15{space}{space}983", SPACED) is None


@given(numbers, st.sampled_from(FORMATS), st.booleans())
def test_a_number_that_was_written_in_a_format_is_read_in_it(value: Decimal, one: NumberFormat, grouped: bool) -> None:
    assert number(written(value, one, grouped=grouped), one) == float(value)


@given(rough, st.sampled_from(FORMATS))
def test_what_is_read_is_what_stands_there(text: str, one: NumberFormat) -> None:
    """Whatever is typed: it is not read, or its digits are the number's digits and its signs stand in their places."""
    found = number(text, one)
    if found is None:
        return
    bare = re.sub(r"[\s\u00a0\u202f%]", "", text)
    whole, _, fraction = bare.partition(SIGNS[one.decimal])
    groups = re.split(re.escape(SIGNS[one.thousands]), whole) if one.thousands in ("dot", "comma") else [whole]
    assert all(len(group) == 3 for group in groups[1:])
    assert re.fullmatch(r"[+-]?[0-9]+", "".join(groups))
    assert math.isclose(found, float(f"{''.join(groups)}.{fraction or 0}"), rel_tol=0, abs_tol=0)
    assert ("%" in text) <= one.percent


@given(st.integers(min_value=-(2**31), max_value=2**31 - 1), st.sampled_from(FORMATS))
def test_a_whole_number_is_read_as_one(value: int, one: NumberFormat) -> None:
    assert integer(str(value), one) == value
    assert integer(f"{value}{SIGNS[one.decimal]}0", one) == value


@pytest.mark.parametrize("text", ["3,7", "3,01", "2147483648", "1e3", "0x10", "1_000", "3 lần"])
def test_no_whole_number_is_made_of_another_one(text: str) -> None:
    assert integer(text) is None


@given(days, st.integers(0, 86399))
def test_a_spreadsheets_day_number_is_its_day_to_the_second(day: date, second: int) -> None:
    assume(day >= date(1927, 5, 18))
    moment = datetime(day.year, day.month, day.day) + timedelta(seconds=second)  # noqa: DTZ001 - a local time
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
    assert evaluated(readings.excel_serial("t"), f"{serial:.10f}") == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [("43460", date(2018, 12, 26)), ("43460.5", date(2018, 12, 26)), ("45357.9999999", date(2024, 3, 7))],
)
def test_day_numbers_as_workbooks_give_them(text: str, day: date) -> None:
    assert evaluated(readings.excel_serial("t"), text).date() == day


@pytest.mark.parametrize("text", ["4346", "434600", "20181226", "-43460", "43460,5", "43460.", "4e4", "26/12/2018", ""])
def test_what_is_no_day_number_is_not_read(text: str) -> None:
    assert evaluated(readings.excel_serial("t"), text) is None


@given(st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31)))
def test_only_days_of_two_centuries_are_days_of_records(day: date) -> None:
    found = evaluated(readings.plausible("t::TIMESTAMP"), f"{day.isoformat()} 12:00:00")
    assert (found is not None) == (1900 <= day.year <= 2099)
    assert found is None or found.date() == day


def bound(text: str | None) -> tuple[str | None, float | None]:
    words = list(BOUNDS)
    given_words = {"p": readings.bound_pattern(words), "k": words, "v": list(BOUNDS.values())}
    word = evaluated(readings.bound("t", "$p", "map($k::VARCHAR[], $v::VARCHAR[])"), text, **given_words)
    value = evaluated(
        readings.number(readings.without_bound("t", "$p"), (VIETNAMESE,)), text, p=readings.bound_pattern(words)
    )
    return word, value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hơn 4.000", ("at_least", 4000)), ("HƠN 10", ("at_least", 10)), ("Không dưới 96,8", ("at_least", 96.8)),
        ("dưới 5", ("at_most", 5)), ("trên dưới 20", ("about", 20)), (">10", ("at_least", 10)), ("10", ("exact", 10)),
        ("-10", ("exact", -10)), ("chừng 10", (None, None)), ("hơn nữa 10", (None, None)), ("hơn", (None, None)),
        ("mười", (None, None)), ("10 trở lên", ("exact", None)), (None, (None, None)),
    ],
)  # fmt: skip
def test_a_word_before_a_number_makes_it_a_bound(text: str | None, found: tuple[str | None, float | None]) -> None:
    assert bound(text) == found


@given(st.sampled_from(list(BOUNDS)), numbers)
def test_a_bound_keeps_its_number_and_its_word(word: str, value: Decimal) -> None:
    assert bound(f"{word} {written(value, VIETNAMESE, grouped=True)}") == (BOUNDS[word], float(value))


@given(st.text("aăâbcdđeghiơưhtrêndưới ", min_size=1, max_size=12), numbers)
def test_a_word_that_is_not_in_the_table_is_never_an_exact_number(word: str, value: Decimal) -> None:
    assume(word.strip() and " ".join(word.split()).lower() not in BOUNDS)
    found = bound(f"{word.strip()} {written(value, VIETNAMESE, grouped=True)}")
    assert found == (None, None)


@pytest.mark.parametrize(
    ("text", "code"), [("123.0", "123"), ("0.0", "0"), ("123.00", "123.00"), ("1.000656", "1.000656"), ("A.0", "A.0")]
)
def test_an_id_that_went_through_floats_is_the_id_again(text: str, code: str) -> None:
    assert evaluated(readings.code("t"), text) == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123.0, "123"),
        (-5.0, "-5"),
        (0.5, "0.5"),
        (15.983, "15.9830"),
        (-1.125, "-1.1250"),
        (float("nan"), None),
        (2.0**53, "9.007199e+15"),
        (1e300, "1.000000e+300"),
    ],
)
def test_a_float_of_a_source_as_text(value: float, text: str | None) -> None:
    with closing(open_cursor()) as db:
        sql = f"SELECT {readings.float_text('x')} FROM (SELECT $x::DOUBLE AS x)"  # noqa: S608
        assert db.execute(sql, {"x": value}).fetchall() == [(text,)]


@pytest.mark.parametrize(("value", "text"), [("123.000", "123"), ("15.983", "15.9830"), ("0.500", "0.5000")])
def test_a_decimal_of_a_source_as_text(value: str, text: str) -> None:
    assert evaluated(readings.decimal_text("t::DECIMAL(12, 3)"), value) == text
