"""Numbers, bounds, days and ids of a source in the columns of a contract: read as stated, or marked."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tests.support.counter import GOOD, KEY, NIGHT, SYSTEM, system
from tests.support.counter import one as dossier
from tests.support.district import text_batch
from tests.support.feeds import feed
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.registry import Feed

RETURNS: dict[str, Any] = {
    "system": "report",
    "name": {"vi": "x", "en": "x"},
    "transport": "files",
    "time_zone": "Asia/Ho_Chi_Minh",
    "numbers": [{"decimal": "comma", "thousands": "dot"}, {"decimal": "dot"}],
    "record_kinds": {
        "ward_returns": {
            "read": {"pattern": "*.xlsx"},
            "key": ["ITEM", "FROM"],
            "columns": {
                "item_code": "ITEM",
                "period_grain": {"constant": "quarter"},
                "period_start": {"from": "FROM", "formats": ["%d/%m/%Y", "excel_serial"]},
                "period_end": {"from": "TO", "formats": ["%d/%m/%Y", "excel_serial"]},
                "numerator": {"from": "DONE"},
                "denominator": {"from": "PLANNED", "numbers": {"decimal": "dot", "thousands": "comma"}},
                "value": {"from": "RESULT", "bounds": "words"},
                "bound": {"from": "RESULT", "bounds": "words"},
            },
        }
    },
    "codes": {"words": {"hơn": "at_least", "khoảng": "about", "Không quá": "at_most"}},
}
RETURN = {
    "ITEM": "A1",
    "FROM": "01/01/2018",
    "TO": "43190",
    "DONE": "15.983",
    "PLANNED": "16,000",
    "RESULT": "96,8",
}


def report(**columns: Any) -> Feed:
    """The system above; a column of None is no longer mapped."""
    whole = json.loads(json.dumps(RETURNS))
    part = whole["record_kinds"]["ward_returns"]["columns"]
    for name, value in columns.items():
        part.pop(name) if value is None else part.update({name: value})
    return feed(whole, RecordKind.WARD_RETURNS)


def one(ward: Feed | None = None, **changes: Any) -> dict[str, Any]:
    return mapped(text_batch([{**RETURN, **changes}]), ward or report())


def mapped(batch: pa.Table, ward: Feed) -> dict[str, Any]:
    with closing(Mapper(ward, NIGHT, KEY)) as mapper:
        record: dict[str, Any] = mapper.map(batch, []).to_pylist()[0]
    return record


def native(name: str, values: pa.Array) -> pa.Table:
    rest = text_batch([{key: value for key, value in RETURN.items() if key != name}])
    return rest.append_column(name, values)


def test_a_figure_as_a_ward_writes_it() -> None:
    record = one()
    assert (record["numerator"], record["denominator"], record["value"]) == (15983, 16000, 96.8)
    assert (record["bound"], record["period_grain"]) == ("exact", "quarter")
    assert (record["period_start"], record["period_end"]) == (date(2018, 1, 1), date(2018, 3, 31))
    assert record["source_record_id"] == "A1|01/01/2018"
    assert (record["unreadable"], record["unmapped"]) == (None, None)


def test_a_column_has_its_own_format_and_the_others_that_of_the_system() -> None:
    record = one(DONE="16,000", PLANNED="15.983")
    assert (record["numerator"], record["denominator"]) == (16, 15.983)


@pytest.mark.parametrize("text", ["15.98.3", "1e3", "mười", "10/12", "=1+1", "#ERROR"])
def test_what_is_no_number_is_marked_and_kept_as_received(text: str) -> None:
    record = one(DONE=text)
    assert (record["numerator"], record["unreadable"]) == (None, "|numerator|")
    assert record["received"]["DONE"] is not None


def test_an_empty_cell_is_no_number_and_no_fault() -> None:
    record = one(DONE=" ", RESULT=None)
    assert (record["numerator"], record["value"], record["unreadable"], record["unmapped"]) == (None, None, None, None)
    assert record["bound"] == "exact"


@pytest.mark.parametrize(
    ("text", "value", "bound"),
    [("hơn 4.000", 4000, "at_least"), ("KHOẢNG 28", 28, "about"), ("không quá 96,8", 96.8, "at_most")],
)
def test_a_word_before_the_number_makes_it_a_bound(text: str, value: float, bound: str) -> None:
    record = one(RESULT=text)
    assert (record["value"], record["bound"]) == (value, bound)
    assert (record["unreadable"], record["unmapped"]) == (None, None)
    assert record["received"]["RESULT"] == text


def test_a_word_that_is_not_in_the_table_is_no_number_and_no_bound() -> None:
    record = one(RESULT="chừng 28")
    assert (record["value"], record["bound"]) == (None, None)
    assert (record["unreadable"], record["unmapped"]) == ("|value|", "|bound|")


def test_a_bound_in_a_column_that_knows_none_is_marked() -> None:
    record = one(DONE="hơn 10")
    assert (record["numerator"], record["unreadable"]) == (None, "|numerator|")


def test_a_bound_is_another_version_of_the_record() -> None:
    assert one(RESULT="hơn 28")["content_hash"] != one(RESULT="28")["content_hash"]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([15.983]),
        pa.array([15.983], pa.float32()).cast(pa.float64()),
        pa.array(["15.983"]).cast(pa.decimal128(12, 3)),
    ],
)
def test_a_number_of_the_source_itself_is_not_read_as_its_written_form(values: pa.Array) -> None:
    """Written with a dot, 15.983 is fifteen thousand in this system; the database's own 15.983 is not."""
    record = mapped(native("DONE", values), report())
    assert record["numerator"] == pytest.approx(15.983, abs=1e-6)


def test_whole_numbers_of_the_source_itself() -> None:
    assert mapped(native("DONE", pa.array([15983])), report())["numerator"] == 15983
    assert mapped(native("DONE", pa.array([15983.0])), report())["numerator"] == 15983
    assert mapped(native("DONE", pa.array([None], pa.float64())), report())["numerator"] is None
    huge = mapped(native("DONE", pa.array([1e17])), report())
    assert (huge["numerator"], huge["unreadable"]) == (None, "|numerator|")


def test_a_number_of_the_source_itself_needs_no_format_that_reads_it() -> None:
    ward = report(numerator={"from": "DONE", "numbers": {"decimal": "comma"}})
    record = mapped(native("DONE", pa.array([0.5])), ward)
    assert (record["numerator"], record["unreadable"]) == (0.5, None)
    assert one(ward, DONE="0.5")["unreadable"] == "|numerator|"


def test_what_an_expression_computes_is_plain() -> None:
    ward = report(numerator={"expression": "CAST(DONE AS DOUBLE) / 2", "uses": ["DONE"]})
    assert one(ward, DONE="31.966")["numerator"] == 15.983


@pytest.mark.parametrize("text", ["01/01/0018", "01/01/2567", "9999", "31/02/2018", "1/2018"])
def test_a_period_of_no_real_day_is_marked(text: str) -> None:
    record = one(FROM=text)
    assert (record["period_start"], record["unreadable"]) == (None, "|period_start|")


def test_a_day_that_is_written_with_an_hour_is_its_day() -> None:
    ward = report(period_start={"from": "FROM", "formats": ["%d/%m/%Y %H:%M"]})
    record = one(ward, FROM="01/01/2018 08:30")
    assert (record["period_start"], record["unreadable"]) == (date(2018, 1, 1), None)


def test_dates_of_a_source_itself_are_days() -> None:
    assert mapped(native("FROM", pa.array([date(2018, 1, 1)])), report())["period_start"] == date(2018, 1, 1)
    record = mapped(native("FROM", pa.array([date(2567, 1, 1)])), report())
    assert (record["period_start"], record["unreadable"]) == (None, "|period_start|")


def test_an_id_that_went_through_floats_is_one_id() -> None:
    assert dossier(ID="123.0")["source_record_id"] == dossier(ID="123")["source_record_id"] == "123"
    assert dossier(ID="123.0")["content_hash"] == dossier(ID="123")["content_hash"]
    assert one(ITEM="7.0")["source_record_id"] == "7|01/01/2018"
    rows = text_batch([{key: value for key, value in GOOD.items() if key != "ID"}])
    assert mapped(rows.append_column("ID", pa.array([123.0])), feed(SYSTEM))["source_record_id"] == "123"


@pytest.mark.parametrize("text", ["1.23457E+15", "1,5"])
def test_an_id_that_lost_its_digits_is_marked(text: str) -> None:
    record = dossier(ID=text)
    assert (record["source_record_id"], record["unreadable"]) == (None, "|source_record_id|")


def test_a_count_is_not_rounded() -> None:
    ward = feed(system(supplement_count="COUNT"))
    assert dossier(ward, COUNT="3.0")["supplement_count"] == 3
    for text in ("3.7", "1e3", "0x10", "1_000"):
        record = dossier(ward, COUNT=text)
        assert (record["supplement_count"], record["unreadable"]) == (None, "|supplement_count|")
