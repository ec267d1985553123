import json
import re
import unicodedata
from contextlib import closing
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from tests.support.counter import GOOD, KEY, NIGHT, SYSTEM, mapped, one, system
from tests.support.district import text_batch, utc
from tests.support.feeds import feed
from ward_warehouse.core.contracts import DOSSIERS
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.mapping.statement import MARKERS


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def test_a_good_record() -> None:
    record = one()
    assert record["source_record_id"] == "BN1"
    assert record["dossier_code"] == "H29-18-0001"
    assert (record["channel"], record["status"]) == ("online", "returned")
    assert (record["applicant_type"], record["paid_online"]) == ("citizen", True)
    assert record["received_at"] == utc("2018-12-26T01:15:00")
    assert record["received_date"] == date(2018, 12, 26)
    assert record["source_changed_at"] == utc("2018-12-27T03:00:00")
    assert (record["ward_key"], record["district_code"], record["system"]) == ("p01", "quan", "counter")
    assert (record["night"], record["source_position"]) == (NIGHT, "row 1")
    assert record["ward_stated"] == "match"
    assert (record["unreadable"], record["unmapped"], record["extras"]) == (None, None, None)


def test_the_result_has_the_contracts_schema_then_the_markers() -> None:
    table = mapped([GOOD])
    stored = DOSSIERS.schema()
    assert table.schema.names == [*stored.names, *MARKERS, "received"]
    assert [field.type for field in table.schema][: len(stored)] == [field.type for field in stored]


def test_columns_that_no_source_fills_are_null() -> None:
    record = one()
    assert record["returned_at"] is None
    assert record["returned_date"] is None
    assert record["vneid"] is None


@pytest.mark.parametrize("text", ["Trực tuyến", "TRỰC TUYẾN", "trực tuyến", "  Trực tuyến ", nfd("Trực tuyến")])
def test_a_code_is_known_in_any_case_and_any_unicode_form(text: str) -> None:
    record = one(CHANNEL=text)
    assert (record["channel"], record["unmapped"]) == ("online", None)


def test_a_code_table_written_in_decomposed_unicode_is_the_same_table() -> None:
    table = json.loads(json.dumps(SYSTEM))
    table["codes"]["channel"] = {nfd(code): value for code, value in SYSTEM["codes"]["channel"].items()}
    assert one(feed(table))["channel"] == "online"


def test_text_is_composed_and_trimmed() -> None:
    named = feed(system(procedure_code={"from": "PROCEDURE", "pattern": r"[\pL ]+"}))
    record = one(named, PROCEDURE=nfd("  Đăng ký khai tử "))
    assert record["procedure_code"] == "Đăng ký khai tử"
    assert record["unreadable"] is None


@pytest.mark.parametrize("text", ["Zalo", "99", "Trực tuyến?"])
def test_an_unknown_code_is_marked_and_not_guessed(text: str) -> None:
    record = one(CHANNEL=text)
    assert (record["channel"], record["unmapped"], record["unreadable"]) == (None, "|channel|", None)


def test_every_unknown_code_of_a_record_is_marked() -> None:
    assert one(CHANNEL="Zalo", STATUS="99")["unmapped"] == "|channel|status|"


@pytest.mark.parametrize("text", [None, "", "   "])
def test_a_missing_channel_means_the_counter(text: str | None) -> None:
    record = one(CHANNEL=text)
    assert (record["channel"], record["unmapped"]) == ("in_person", None)


def test_a_channel_that_no_column_fills_means_the_counter() -> None:
    assert one(feed(system(channel=None)))["channel"] == "in_person"


def test_a_column_without_a_code_table_holds_the_contracts_own_codes() -> None:
    ward = feed(system(channel="CHANNEL"))
    assert one(ward, CHANNEL="online")["channel"] == "online"
    record = one(ward, CHANNEL="Zalo")
    assert (record["channel"], record["unmapped"]) == (None, "|channel|")


def test_a_missing_status_stays_missing() -> None:
    record = one(STATUS="")
    assert (record["status"], record["unmapped"]) == (None, None)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("26/12/2018 08:15", "2018-12-26T01:15:00"),
        ("26/12/2018", "2018-12-25T17:00:00"),
        ("05/06/2018 08:15", "2018-06-05T01:15:00"),
        (" 26/12/2018 08:15 ", "2018-12-26T01:15:00"),
    ],
)
def test_formats_are_tried_in_their_order(text: str, instant: str) -> None:
    record = one(RECEIVED=text)
    assert (record["received_at"], record["unreadable"]) == (utc(instant), None)


def test_the_first_format_that_fits_wins() -> None:
    american = system(received_at={"from": "RECEIVED", "formats": ["%m/%d/%Y", "%d/%m/%Y"]})
    assert one(feed(american), RECEIVED="05/06/2018")["received_date"] == date(2018, 5, 6)
    assert one(feed(american), RECEIVED="25/06/2018")["received_date"] == date(2018, 6, 25)


@pytest.mark.parametrize(
    "text",
    ["31/02/2018 08:30", "29/02/2019", "2018/12/27 09:40", "12-27-2018 14:05", "Dec 27, 2018", "26/12/2018 25:00", "x"],
)
def test_an_impossible_or_foreign_date_is_marked_and_not_guessed(text: str) -> None:
    record = one(RECEIVED=text)
    assert (record["received_at"], record["received_date"], record["unreadable"]) == (None, None, "|received_at|")


def test_a_missing_date_is_missing_and_not_unreadable() -> None:
    record = one(RECEIVED="", DUE=None)
    assert (record["received_at"], record["due_at"], record["unreadable"]) == (None, None, None)


@pytest.mark.parametrize("text", ["12/05/0018", "31/12/9999", "31/12/1899 23:59", "06/03/2567", "01/01/2100"])
def test_a_day_outside_two_centuries_is_marked_in_every_column_of_days(text: str) -> None:
    """A promise in the Buddhist year 2567 would never be late."""
    record = one(RECEIVED=text, DUE=text, RESOLVED=text)
    assert (record["received_at"], record["due_at"], record["resolved_at"]) == (None, None, None)
    assert record["unreadable"] == "|received_at|due_at|resolved_at|"


@pytest.mark.parametrize("text", ["01/01/1900", "31/12/2099 23:59"])
def test_an_odd_year_is_carried_to_its_rule(text: str) -> None:
    record = one(RECEIVED=text)
    assert (record["received_date"].year in (1900, 2099), record["unreadable"]) == (True, None)


def test_a_year_that_a_format_reads_wrongly_goes_to_the_next_format() -> None:
    """`%Y` takes 18 for the year 18."""
    ward = feed(system(received_at={"from": "RECEIVED", "formats": ["%d/%m/%Y", "%d/%m/%y"]}))
    assert one(ward, RECEIVED="06/03/18")["received_date"] == date(2018, 3, 6)
    assert one(ward, RECEIVED="06/03/2018")["received_date"] == date(2018, 3, 6)


def test_the_cursor_of_a_clock_that_is_wrong_is_carried() -> None:
    """It still says which version is the newest; the extraction bounds it."""
    assert one(CHANGED="2999-01-01 00:00:00")["source_changed_at"].year == 2998


@pytest.mark.parametrize("text", ["01/01/0001 00:30", "31/12/0001", "01/01/0000"])
def test_a_time_that_no_later_step_can_hold_is_unreadable(text: str) -> None:
    assert one(RECEIVED=text)["unreadable"] == "|received_at|"


def test_the_last_evening_of_all_is_held_west_of_greenwich() -> None:
    """The time of change of a source whose clock is wrong still says which version is the newest."""
    western = feed({**SYSTEM, "time_zone": "America/New_York"}, time_zone="America/New_York")
    assert one(western, CHANGED="9999-12-31 23:30:00")["source_changed_at"].year == 9999


def test_a_date_of_birth_before_1970_keeps_its_day() -> None:
    assert one(RECEIVED="31/12/1969 23:30")["received_date"] == date(1969, 12, 31)


def test_a_promise_without_an_hour_ends_with_the_local_day() -> None:
    record = one(DUE="27/12/2018")
    assert record["due_at"] == utc("2018-12-27T16:59:59")
    assert record["due_date"] == date(2018, 12, 27)
    assert one(DUE="27/12/2018 11:30")["due_at"] == utc("2018-12-27T04:30:00")


def test_only_promises_end_with_the_day() -> None:
    assert one(RESOLVED="27/12/2018")["resolved_at"] == utc("2018-12-26T17:00:00")


def test_a_value_inside_a_nested_one() -> None:
    record = one(SUPPLEMENTS='[{"asked": "20181220"}, {"asked": "20181224"}]')
    assert record["supplement_requested_date"] == date(2018, 12, 20)
    assert record["supplement_count"] == 2


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '[{"other": 1}]'])
def test_an_empty_nested_value_is_missing(text: str | None) -> None:
    record = one(SUPPLEMENTS=text)
    assert (record["supplement_requested_at"], record["unreadable"]) == (None, None)
    assert record["supplement_count"] in (0, 1)


def test_a_nested_value_that_is_no_json_spoils_its_record_only() -> None:
    """One torn value in a batch of thousands must not stop the ward."""
    records = mapped([{**GOOD, "SUPPLEMENTS": "[{"}, {**GOOD, "ID": "BN2"}]).to_pylist()
    assert [record["source_record_id"] for record in records] == ["BN1", "BN2"]
    assert "|supplement" in records[0]["unreadable"]
    assert records[1]["unreadable"] is None


def test_an_expression_over_source_columns() -> None:
    national = feed(system(procedure_code={"expression": "split_part(PROCEDURE, '/', 1)", "uses": ["PROCEDURE"]}))
    assert one(national, PROCEDURE="1.000656/H29")["procedure_code"] == "1.000656"


def test_a_key_of_several_columns() -> None:
    ward = feed(system(key=["YEAR", "ID"]))
    assert one(ward, YEAR="2018")["source_record_id"] == "2018|BN1"
    assert one(ward, YEAR=None)["source_record_id"] == "BN1"
    assert one(ward, YEAR=None, ID="")["source_record_id"] is None


@pytest.mark.parametrize(("text", "value"), [("Có", True), ("không", False), ("", None), (None, None)])
def test_a_truth_value(text: str | None, value: bool | None) -> None:
    assert one(PAID=text)["paid_online"] is value


def test_what_is_no_truth_value_is_marked() -> None:
    ward = feed(system(paid_online="PAID"))
    assert one(ward, PAID="TRUE")["paid_online"] is True
    record = one(ward, PAID="maybe")
    assert (record["paid_online"], record["unreadable"]) == (None, "|paid_online|")


def test_a_number_that_is_none_is_marked() -> None:
    ward = feed(system(supplement_count="COUNT"))
    assert one(ward, COUNT="3")["supplement_count"] == 3
    record = one(ward, COUNT="three")
    assert (record["supplement_count"], record["unreadable"]) == (None, "|supplement_count|")
    assert one(ward, COUNT="")["supplement_count"] == 0


@pytest.mark.parametrize("text", ["Người Nộp Hồ Sơ", "x" * 121, "!", "a;b"])
def test_what_is_no_code_does_not_reach_a_code_column(text: str) -> None:
    record = one(CODE=text)
    assert (record["dossier_code"], record["unreadable"]) == (None, "|dossier_code|")
    assert one(CODE="x" * 120)["dossier_code"] == "x" * 120


@pytest.mark.parametrize("text", ["0971039595", "+84971039595", "079088039462", "goi 0971039595", "0971039595 ba An"])
def test_a_phone_or_an_identity_number_is_no_dossier_code(text: str) -> None:
    record = one(CODE=text)
    assert (record["dossier_code"], record["unreadable"]) == (None, "|dossier_code|")


def test_a_system_may_say_that_its_dossiers_have_long_numbers() -> None:
    ward = feed(system(dossier_code={"from": "CODE", "pattern": r"\d{12}"}))
    assert one(ward, CODE="079088039462")["dossier_code"] == "079088039462"
    assert one(ward, CODE="0971039595")["dossier_code"] is None


def test_a_records_own_number_may_be_long_but_no_part_of_a_remark() -> None:
    assert one(ID="4294967296")["source_record_id"] == "4294967296"
    assert one(ID="x 0971039595")["unreadable"] == "|source_record_id|"


def test_a_broken_row_is_marked_as_a_whole() -> None:
    record = one(__fault="found 3 fields, expected 15 as in the header")
    assert record["unreadable"] == "|record|"
    assert record["received"]["__fault"].startswith("found 3 fields")


def test_all_faults_of_a_record_are_marked() -> None:
    record = one(__fault="torn", RECEIVED="x", CODE="Người Nộp")
    assert record["unreadable"] == "|record|dossier_code|received_at|"


def test_a_procedure_outside_the_catalogue_is_marked_beside_other_marks() -> None:
    ward = feed(SYSTEM, procedures=["1.000656"])
    assert one(ward)["unmapped"] is None
    assert one(ward, PROCEDURE="9.999001")["unmapped"] == "|procedure_code|"
    assert one(ward, PROCEDURE="9.999001", STATUS="99")["unmapped"] == "|status|procedure_code|"
    assert one(ward, PROCEDURE="")["unmapped"] is None


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("P01", "match"), ("p01", "match"), (" Phường 1 ", "match"), (nfd("phường 1"), "match"), ("P02", "other"),
        ("Phường 11", "other"), ("", "missing"), (None, "missing"),
    ],
)  # fmt: skip
def test_the_ward_that_a_record_names(text: str | None, stated: str) -> None:
    record = one(feed(SYSTEM, aliases=["P01", "Phường 1"]), UNIT=text)
    assert record["ward_stated"] == stated
    assert "source_ward" not in record


def test_an_empty_alias_means_that_records_leave_the_ward_out() -> None:
    ward = feed(SYSTEM, aliases=[""])
    assert one(ward, UNIT="")["ward_stated"] == "match"
    assert one(ward, UNIT="P02")["ward_stated"] == "other"


def test_a_system_that_names_no_ward_states_none() -> None:
    assert one(feed(system(source_ward=None)))["ward_stated"] is None


def test_a_new_column_is_shown_by_its_keyed_hash_only() -> None:
    rows = [{**GOOD, "LY LỊCH": "một điều riêng"}, {**GOOD, "ID": "BN2", "LY LỊCH": None}]
    first, second = mapped(rows, new=["LY LỊCH"]).to_pylist()
    extras = json.loads(first["extras"])
    assert set(extras) == {"LY LỊCH"}
    assert re.fullmatch(r"k1\.2:[0-9a-f]{64}", extras["LY LỊCH"])
    assert json.loads(second["extras"]) == {"LY LỊCH": None}
    assert "riêng" not in str(first)


@pytest.mark.parametrize("new", ["id", "Id", "code", "resolved", "unit", "where", "__POSITION", "night", "V_STATUS"])
def test_a_new_column_never_stands_in_for_a_mapped_one(new: str) -> None:
    """SQL takes names for the same that differ in case alone, and reads the first of them."""
    named = system(key=["ID", "CODE"])
    named["record_kinds"]["dossiers"] |= {"where": "UNIT <> ''", "split_by": "UNIT"}
    [known] = mapped([GOOD], feed(named)).to_pylist()
    [record] = mapped([{new: "01/01/2000 08:00", **GOOD}], feed(named), [new]).to_pylist()
    assert len(json.loads(record["extras"])) == 1
    assert record | {"extras": None} == known


@pytest.mark.parametrize("taken", ["__position", "__fault", ""])
def test_a_column_may_be_called_anything(taken: str) -> None:
    batch = text_batch([GOOD])
    batch = batch.add_column(0, taken, pa.array(["Nguyễn Văn An"], pa.string()))
    with closing(Mapper(feed(SYSTEM), NIGHT, KEY)) as mapper:
        [record] = mapper.map(batch, [taken]).to_pylist()
    assert (record["source_position"], record["unreadable"]) == ("row 1", None)
    assert "Nguyễn" not in str(record)


def test_a_hash_names_the_key_of_the_night() -> None:
    with closing(Mapper(feed(SYSTEM), NIGHT, KEY, "k2")) as mapper:
        record = mapper.map(text_batch([GOOD]), []).to_pylist()[0]
    assert record["officer_key"].startswith("k2.2:")


def test_an_ignored_column_is_nowhere() -> None:
    assert "FAX" not in json.dumps(mapped([{**GOOD, "FAX": "028"}]).to_pylist(), default=str)


def test_a_column_of_a_source_with_quotes_in_its_name() -> None:
    name = "Mã \"hồ sơ\" 'cũ'"
    assert one(feed(system(dossier_code=name)), **{name: "H29"})["dossier_code"] == "H29"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("03/07/2015 12:00:00 PM", "2015-03-07T17:00:00"),
        ("03/09/2015 12:00:00 PM", "2015-03-09T16:00:00"),
        ("11/01/2015 01:30:00 AM", "2015-11-01T05:30:00"),  # comes twice: the earlier reading
        ("03/08/2015 02:30:00 AM", "2015-03-08T06:59:59.999999"),  # does not exist
    ],
)
def test_a_zone_with_summer_time(text: str, instant: str) -> None:
    boston = system(received_at={"from": "RECEIVED", "formats": ["%m/%d/%Y %I:%M:%S %p"]}, time_zone="America/New_York")
    found = one(feed(boston, time_zone="America/New_York"), RECEIVED=text)["received_at"]
    assert abs((found - utc(instant)).total_seconds()) < 1


def test_native_times_of_a_source_need_no_format() -> None:
    ward = feed(system(cursor={"column": "CHANGED"}))
    rows = text_batch([{k: v for k, v in GOOD.items() if k not in ("CHANGED", "RECEIVED")}])
    local = pa.array([datetime(2018, 12, 26, 8, 15)], pa.timestamp("us"))  # noqa: DTZ001 - as a database gives it
    zoned = pa.array([datetime(2018, 12, 27, 3, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    rows = rows.append_column("RECEIVED", local).append_column("CHANGED", zoned)
    with closing(Mapper(ward, NIGHT, KEY)) as mapper:
        record = mapper.map(rows, []).to_pylist()[0]
    assert record["received_at"] == utc("2018-12-26T01:15:00")
    assert record["source_changed_at"] == utc("2018-12-27T03:00:00")
    assert record["unreadable"] is None


def test_numbers_of_a_source_are_read_as_text() -> None:
    rows = text_batch([{k: v for k, v in GOOD.items() if k != "ID"}]).append_column("ID", pa.array([17]))
    with closing(Mapper(feed(SYSTEM), NIGHT, KEY)) as mapper:
        assert mapper.map(rows, []).to_pylist()[0]["source_record_id"] == "17"


def test_the_content_hash_tells_values_apart_and_ignores_a_touch_alone() -> None:
    base = one()["content_hash"]
    assert one(CHANGED="2018-12-27 23:00:00")["content_hash"] == base
    for changes in ({"DUE": "28/12/2018"}, {"STATUS": "Đang xử lý"}, {"OFFICER": "Cán bộ Hai"}, {"RECEIVED": "x"}):
        assert one(**changes)["content_hash"] != base
    assert one(NAME="Người Khác")["content_hash"] == base


def test_the_content_hash_does_not_mix_neighbouring_columns() -> None:
    assert one(CODE="AB", PROCEDURE="C")["content_hash"] != one(CODE="A", PROCEDURE="BC")["content_hash"]
    assert one(CODE="A", PROCEDURE=None)["content_hash"] != one(CODE=None, PROCEDURE="A")["content_hash"]


def test_values_as_received_are_kept_beside_the_mapped_ones() -> None:
    received = one(CHANNEL="Zalo", RECEIVED="31/02/2018 08:30")["received"]
    assert received["CHANNEL"] == "Zalo"
    assert received["RECEIVED"] == "31/02/2018 08:30"
    assert received["CODE"] == "H29-18-0001"


def test_batches_map_alike_whole_and_in_parts() -> None:
    rows = [{**GOOD, "ID": f"BN{i}", "CHANNEL": ["", "Zalo", "Trực tiếp"][i % 3]} for i in range(30)]
    whole = mapped(rows)
    parts = pa.concat_tables([mapped(rows[:11]), mapped(rows[11:])])
    names = [name for name in whole.schema.names if name != "source_position"]
    assert whole.select(names).equals(parts.select(names).combine_chunks())
