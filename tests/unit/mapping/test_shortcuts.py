"""The short ways of a mapping give what the statement gives, row by row, and are taken only where they can be."""

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.faults.mutations import DATES, mutated
from tests.support.counter import GOOD, KEY, NIGHT, SYSTEM, system
from tests.support.district import text_batch
from tests.support.feeds import feed
from ward_warehouse.core.quoting import literal
from ward_warehouse.mapping import mapper as mapping
from ward_warehouse.mapping import shortcuts
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.mapping.times import Times
from ward_warehouse.registry import Feed

FORMS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y%m%d", "%Y%m%d%H%M%S", "%H:%M:%S %d-%m-%Y", "%m.%d.%Y"]
FIRST_FITS = system(
    received_at={"from": "RECEIVED", "formats": ["%d/%m/%Y %H:%M", "%d/%m/%Y"]},
    submitted_at={"from": "RECEIVED", "formats": ["%d/%m/%Y"]},
    apology_at={"from": "CHANGED", "formats": ["%Y-%m-%d %H:%M:%S"]},
    repromised_due_at={"from": "DUE", "formats": ["%d/%m/%Y"], "due": "instant"},
    applicant_key="CODE",
)
ELSEWHERE = {**FIRST_FITS, "time_zone": "Europe/Berlin"}
SYSTEMS = {"here": FIRST_FITS, "elsewhere": ELSEWHERE}

Row = dict[str, Any]


@contextmanager
def least_rows(number: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shortcuts, "LEAST_ROWS", number)
        # The best plan and any other give the same, too.
        patched.setattr(mapping, "ROWS_WORTH_A_PLAN", number)
        yield


def both_ways(ward: Feed, batch: pa.Table) -> tuple[pa.Table, pa.Table]:
    """What the short ways give, and what the statement gives of each row."""
    with closing(Mapper(ward, NIGHT, KEY)) as mapper:
        with least_rows(0):
            fast = mapper.map(batch, [])
        with least_rows(batch.num_rows + 1):
            return fast, mapper.map(batch, [])


def taken(ward: Feed, rows: list[Row]) -> set[str]:
    """The steps for which a mapping of the rows takes a short way."""
    found: set[str] = set()

    def noted(*arguments: Any) -> dict[str, pa.Array]:
        ways = shortcuts.short_ways(*arguments)
        found.update(ways)
        return ways

    with pytest.MonkeyPatch.context() as patched, closing(Mapper(ward, NIGHT, KEY)) as mapper:
        patched.setattr(mapping, "short_ways", noted)
        patched.setattr(shortcuts, "LEAST_ROWS", 0)
        mapper.map(text_batch(rows), [])
    return found


def good(count: int) -> list[Row]:
    days = [f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{2000 + number % 20}" for number in range(count)]
    return [
        {**GOOD, "ID": f"BN{n}", "CODE": f"H29-18-{n}", "RECEIVED": f"{day} 08:{n % 60:02d}", "DUE": day,
         "CHANGED": f"2018-{n % 12 + 1:02d}-{n % 28 + 1:02d} 10:00:{n % 60:02d}"}
        for n, day in enumerate(days)
    ]  # fmt: skip


values = st.sampled_from(
    [None, "", " ", "Zalo", "P01", "p01 ", "Có", "26/12/2018", "26/12/2018 08:15", "27/12/2018 00:00",
     "31/02/2018 08:15", "01/01/0000 00:00", "2018-12-27 10:00:00", "2018-12-27 24:00:00", "0000-01-01 00:00:00",
     "12.0", "1.09E+09", "Đang xử lý", "e\u0301", "079123456789", "Nguyễn Văn An"]
)  # fmt: skip
changes = st.dictionaries(st.sampled_from([name for name in GOOD if name != "SUPPLEMENTS"]), values, max_size=3)


@given(st.lists(changes, min_size=1, max_size=12), st.sampled_from(sorted(SYSTEMS)))
@settings(max_examples=40)
def test_a_batch_is_mapped_alike_both_ways(rows: list[Row], where: str) -> None:
    fast, slow = both_ways(feed(SYSTEMS[where]), text_batch([{**GOOD, **row} for row in rows]))
    assert fast.equals(slow)


@pytest.mark.parametrize("share", [1, 40])
def test_records_made_wrong_are_mapped_alike_both_ways(share: int) -> None:
    chance = random.Random(f"shortcuts {share}")
    rows = [mutated(chance, "files", dict(row)) if n % share == 0 else row for n, row in enumerate(good(600))]
    texts = [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]
    names = [*GOOD, *dict.fromkeys(name for row in texts for name in row if name not in GOOD)]
    fast, slow = both_ways(feed(FIRST_FITS), text_batch(texts, names))
    assert fast.equals(slow)


@pytest.mark.parametrize(
    "numbers",
    [pa.int64(), pa.float64(), pa.decimal128(22, 2), pa.timestamp("us"), pa.date32(), pa.timestamp("us", "UTC")],
)
def test_what_a_source_gives_as_more_than_text_is_mapped_alike(numbers: pa.DataType) -> None:
    ward = feed(system(**{"received_at" if pa.types.is_temporal(numbers) else "supplement_count": "COUNT"}))
    counts = pa.array([0, 1, None, 3] * 5, pa.int32() if pa.types.is_date(numbers) else pa.int64())
    batch = text_batch(good(20)).append_column("COUNT", counts.cast(numbers))
    fast, slow = both_ways(ward, batch)
    assert fast.equals(slow)


def test_few_values_and_proven_times_take_a_short_way() -> None:
    found = taken(feed(SYSTEM), good(600))
    assert {"v_channel", "v_status", "v_procedure_code", "v_officer_key", "v_source_ward"} <= found
    assert {"time received_at", "time source_changed_at"} <= found
    assert not {"v_source_record_id", "v_dossier_code"} & found


@pytest.mark.parametrize(
    "text", ["5/6/2018 08:15", "31/02/2018 08:15", "26/12/2018", "26/12/2018 8h15", " 26/12/2018 08:15"]
)
def test_one_time_that_is_not_proven_leaves_its_column_to_the_statement(text: str) -> None:
    rows = good(600)
    rows[300]["RECEIVED"] = text
    assert "time received_at" not in taken(feed(SYSTEM), rows)
    fast, slow = both_ways(feed(SYSTEM), text_batch(rows))
    assert fast.equals(slow)


@pytest.mark.parametrize("name", ["v_channel", "time received_at"])
def test_a_time_of_another_zone_is_left_to_the_statement(name: str) -> None:
    assert (name in taken(feed({**SYSTEM, "time_zone": "Europe/Berlin"}), good(600))) is (name == "v_channel")


def test_a_small_batch_is_left_to_the_statement() -> None:
    with least_rows(601):
        assert shortcuts.short_ways(text_batch(good(600)), frozenset(), [], lambda *_: pa.table({})) == {}


@pytest.mark.parametrize("text", ["2024031", "2024 301", "20240301", "202403011", " 2024031"])
def test_a_day_that_lost_a_digit_is_unreadable_both_ways(text: str) -> None:
    ward = feed(system(received_at={"from": "RECEIVED", "formats": ["%Y%m%d"]}))
    fast, slow = both_ways(ward, text_batch([{**GOOD, "RECEIVED": one} for one in ("20240304", text)]))
    assert fast.equals(slow)
    days = fast["received_date"].to_pylist()
    assert (days[1] is not None) is (text == "20240301")


moments = st.datetimes().map(lambda moment: moment.replace(microsecond=0))


@given(
    st.sampled_from(FORMS), st.lists(moments | st.none() | st.sampled_from(DATES), min_size=1, max_size=8), st.data()
)
def test_a_proven_time_is_what_the_statement_reads(form: str, found: list[Any], data: st.DataObject) -> None:
    texts = [
        f"{one.year:04d}".join(one.strftime(form.replace("%Y", "{}")).split("{}")) if isinstance(one, datetime) else one
        for one in found
    ]
    place = data.draw(st.integers(0, len(texts)))
    if place < len(texts) and texts[place]:
        cut = data.draw(st.integers(0, len(texts[place]) - 1))
        texts[place] = texts[place][:cut] + data.draw(st.sampled_from("0 9/-:T+Z")) + texts[place][cut + 1 :]
    array = pa.array(texts, pa.string())
    times = shortcuts._read_times(array, form)
    if times is not None:
        with duckdb.connect() as db:
            db.register("texts", pa.table({"text": array}))
            moment = Times("", "", lambda value: literal(str(value))).read("text", form)
            read = db.execute(f"SELECT {moment} AS moment FROM texts").to_arrow_table()  # noqa: S608
        assert times.equals(read["moment"].combine_chunks())
