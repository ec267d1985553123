"""How times are read: whatever names an instant gives the district's day, and a day stays that day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.counter import one, system
from tests.support.district import utc
from tests.support.feeds import feed
from ward_warehouse.registry.times import written

NEW_YEAR = utc("2018-12-31T18:00:00")
"""One in the morning of 1 January 2019 in the district."""


def read(text: str, *formats: str, software: str = "Asia/Ho_Chi_Minh", **parts: Any) -> dict[str, Any]:
    """A record whose reception is written so."""
    place = feed(system(received_at={"from": "RECEIVED", "formats": list(formats), **parts}, time_zone=software))
    return one(place, RECEIVED=text)


@pytest.mark.parametrize("text", ["infinity", "-Infinity ", "epoch"])
@pytest.mark.parametrize(
    "form", ["%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%SZ", "iso8601"]
)
def test_a_word_for_a_moment_of_the_database_is_no_time(text: str, form: str) -> None:
    record = read(text, form)
    assert (record["received_at"], record["unreadable"]) == (None, "|received_at|")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2019-01-01T01:00:00+07:00", "%Y-%m-%dT%H:%M:%S%z"),
        ("2018-12-31T18:00:00Z", "%Y-%m-%dT%H:%M:%S%z"),
        ("2018-12-31T18:00:00z", "%Y-%m-%dT%H:%M:%S%z"),
        ("2018-12-31T18:00:00+0000", "%Y-%m-%dT%H:%M:%S%z"),
        ("2018-12-31T18:00:00Z", "%Y-%m-%dT%H:%M:%SZ"),
        ("2019-01-01T01:00:00+07:00", "iso8601"),
        ("2018-12-31T18:00:00Z", "iso8601"),
        ("2018-12-31T18:00Z", "iso8601"),
        ("2018-12-31 18:00:00.000 +00", "iso8601"),
        ("2019-01-01T01:00:00,000+0700", "iso8601"),
        ("2019-01-01T01:00:00.000000000", "iso8601"),
        ("2019-01-01 01:00", "iso8601"),
        ("1546279200", "epoch"),
        ("1546279200.0", "epoch"),
        ("1546279200000", "epoch_ms"),
        ("01/01/2019 01:00", "%d/%m/%Y %H:%M"),
    ],
)
def test_one_instant_in_all_its_forms_is_the_local_day_of_the_district(text: str, form: str) -> None:
    record = read(text, form)
    assert (record["received_at"], record["received_date"]) == (NEW_YEAR, date(2019, 1, 1))
    assert record["unreadable"] is None


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "iso8601"])
def test_software_that_keeps_another_zone_gives_the_districts_day(form: str) -> None:
    text = "2018-12-31 18:00" if form == "iso8601" else "31/12/2018 18:00"
    record = read(text, form, software="UTC")
    assert (record["received_at"], record["received_date"]) == (NEW_YEAR, date(2019, 1, 1))


@pytest.mark.parametrize(("text", "form"), [("31/12/2018", "%d/%m/%Y"), ("2018-12-31", "iso8601")])
@pytest.mark.parametrize("software", ["UTC", "America/New_York", "Asia/Ho_Chi_Minh"])
def test_a_day_without_a_time_stays_that_day_in_any_zone(text: str, form: str, software: str) -> None:
    assert read(text, form, software=software)["received_date"] == date(2018, 12, 31)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2018-13-31T18:00:00Z", "iso8601"),
        ("2018-12-31T18:00:00+25", "iso8601"),
        ("31/12/2018", "iso8601"),
        ("yesterday", "iso8601"),
        ("1.5e9", "epoch"),
        ("12", "epoch_ms"),
        ("1546279200000000", "epoch"),
        ("2018-12-31T18:00:00", "%Y-%m-%dT%H:%M:%S%z"),
    ],
)
def test_what_is_not_in_the_form_is_unreadable(text: str, form: str) -> None:
    if (text, form) == ("12", "epoch_ms"):
        assert read(text, form)["received_date"] == date(1970, 1, 1)
        return
    record = read(text, form)
    assert (record["received_at"], record["unreadable"]) == (None, "|received_at|")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        *((cut, "%Y%m%d") for cut in ("2024031", "2024118", "202411", "202403011", "2024 301", "2024-03-01")),
        *((cut, "%d%m%Y") for cut in ("1112024", "112024", "13032024x")),
        *((cut, "%Y%m%d%H%M%S") for cut in ("2024030408300", "2024112083000", "202403040830001", "20240304")),
        *((cut, "%Y%m%d %H%M") for cut in ("2024031 0830", "20240304 830", "20240304 083")),
        *((cut, "%Y%m%d%H%M%S%z") for cut in ("2024030408300+07", "2024030408300Z")),
        ("20240304T08300", "%Y%m%dT%H%M%S"),
        ("2024030408300Z", "%Y%m%d%H%M%SZ"),
        ("04/03/2024830", "%d/%m/%Y%H%M"),
        ("2024030408300123", "%Y%m%d%H%M%S%f"),
        ("202464", "%Y%j"),
    ],
)
def test_a_number_that_lost_a_digit_is_no_other_day_where_no_sign_stands_between(text: str, form: str) -> None:
    record = read(text, form)
    assert (record["received_at"], record["received_date"], record["unreadable"]) == (None, None, "|received_at|")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("20240304", "%Y%m%d"),
        (" 04032024 ", "%d%m%Y"),
        ("240304", "%y%m%d"),
        ("20240304083000", "%Y%m%d%H%M%S"),
        ("20240304083000123", "%Y%m%d%H%M%S%f"),
        ("20240304T083000+0700", "%Y%m%dT%H%M%S%z"),
        ("20240304   8:30", "%Y%m%d %H:%M"),
        ("4/3/2024", "%d/%m/%Y"),
        ("4/3/2024 8:30:5", "%d/%m/%Y %H:%M:%S"),
        ("4Mar2024", "%d%b%Y"),
        ("100%20240304", "100%%%Y%m%d"),
        ("2024064", "%Y%j"),
    ],
)
def test_numbers_with_all_their_digits_and_those_between_signs_are_read_as_before(text: str, form: str) -> None:
    record = read(text, form)
    assert (record["received_date"], record["unreadable"]) == (date(2024, 3, 4), None)


SIDE_BY_SIDE = st.sampled_from(["%Y%m%d", "%d%m%Y", "%Y%m%d%H%M%S", "%Y%m%d %H%M", "%H%M%S%d%m%Y", "%Y%m%dT%H%M%S"])


@given(SIDE_BY_SIDE, st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)), st.data())  # noqa: DTZ001 - a local time
def test_a_time_without_one_of_its_digits_is_never_another_time(form: str, at: datetime, data: st.DataObject) -> None:
    text = at.strftime(form)
    assert read(text, form)["received_date"] == at.date()
    place = data.draw(st.sampled_from([number for number, sign in enumerate(text) if sign.isdigit()]))
    record = read(text[:place] + text[place + 1 :], form)
    assert (record["received_at"], record["unreadable"]) == (None, "|received_at|")


ZONES = st.sampled_from(["UTC", "Asia/Ho_Chi_Minh", "America/New_York", "Asia/Kathmandu"])
FORMS = st.sampled_from(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%SZ", "iso8601", "epoch", "epoch_ms"])


@given(st.integers(-600_000_000, 3_700_000_000), FORMS, ZONES)
def test_what_is_written_with_its_zone_is_read_as_the_same_instant(seconds: int, form: str, software: str) -> None:
    instant = datetime.fromtimestamp(seconds, UTC)
    record = read(written(instant, form, software), form, software=software)
    assert record["received_at"] == instant
    assert record["received_date"] == instant.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()


@pytest.mark.parametrize(
    ("cursor", "text"),
    [
        ({"column": "CHANGED"}, "2018-12-31T18:00:00Z"),
        ({"column": "CHANGED", "format": "epoch"}, "1546279200"),
        ({"column": "CHANGED", "format": ["%d/%m/%Y %H:%M:%S", "iso8601"]}, "2018-12-31T18:00:00.000Z"),
        ({"column": "CHANGED", "format": ["%d/%m/%Y %H:%M:%S", "iso8601"]}, "01/01/2019 01:00:00"),
    ],
)
def test_a_cursor_takes_the_same_forms_and_several_of_them(cursor: dict[str, Any], text: str) -> None:
    assert one(feed(system(cursor=cursor)), CHANGED=text)["source_changed_at"] == NEW_YEAR


def promised(text: str, *formats: str, **parts: Any) -> datetime:
    place = feed(system(due_at={"from": "DUE", "formats": list(formats), **parts}))
    found: datetime = one(place, DUE=text)["due_at"]
    return found


def test_a_promise_at_midnight_ends_with_its_day_unless_the_system_says_that_it_is_an_instant() -> None:
    form, midnight = "%Y-%m-%d %H:%M", "2018-12-27 00:00"
    end, start = utc("2018-12-27T16:59:59"), utc("2018-12-26T17:00:00")
    assert promised(midnight, form) == end
    assert promised(midnight, form, due="end_of_day") == end
    assert promised(midnight, form, due="instant") == start
    assert promised(midnight, "iso8601", due="instant") == start
    assert promised("2018-12-27 11:30", form, due="instant") == start + timedelta(hours=11, minutes=30)
    for formats in (["iso8601"], [form, "%Y-%m-%d"]):
        assert promised("2018-12-27", *formats, due="instant") == end, "a day without a time ends with that day"
