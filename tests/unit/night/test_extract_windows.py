"""What is asked of a source in pieces, what its clock and its files say, and what an old night may read again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.district import DOSSIERS, KEY, District, utc
from tests.support.records import NIGHT, Record, at, dossier
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.core.errors import SchemaDriftError, SourceError
from ward_warehouse.core.nights import night_end
from ward_warehouse.lake import deletions
from ward_warehouse.lake.deletions import DELETIONS_SCHEMA, Reconciliation
from ward_warehouse.lake.store import Lake, LandedBatch, landed_path
from ward_warehouse.night.extract import Extracted, Request, extract
from ward_warehouse.validation.commit import QUARANTINE_SCHEMA, Judged, commit

END = night_end(NIGHT, "Asia/Ho_Chi_Minh")
FIRST_FILE = f"ho_so_{NIGHT:%Y%m%d}.csv"


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


def changed(record_id: str | None, moment: datetime | None, **values: Any) -> Record:
    return dossier(record_id, source_changed_at=moment, **values)


@dataclass
class Ward:
    """One ward of the district, extracted and accepted night by night."""

    district: District
    key: str

    def __post_init__(self) -> None:
        self.lake = Lake(self.district.settings.lake)
        self.system = self.district[self.key]
        (self._feed,) = self.district.night().registry.feeds(self.key, [DOSSIERS])

    def extract(self, night: date = NIGHT, key_id: str = "k1", **request: Any) -> Extracted:
        request["night"] = night
        return extract(self._feed, Request(**request), self.lake, self.district.resolve, {key_id: KEY.encode()})

    def rows(self, batch: LandedBatch) -> list[dict[str, Any]]:
        return self.lake.read_table(batch.path).to_pylist() if batch.path else []

    def ids(self, batch: LandedBatch) -> list[str]:
        return sorted(row["source_record_id"] for row in self.rows(batch))

    def play(self, night: date = NIGHT, **request: Any) -> Extracted:
        found = self.extract(night, **request)
        schema = CONTRACTS[DOSSIERS].schema()
        rows = self.lake.read_table(found.batch.path) if found.batch.path else schema.empty_table()
        commit(self.lake, Judged(found.batch, rows.select(schema.names), QUARANTINE_SCHEMA.empty_table(), []))
        return found


@pytest.fixture
def ward(district: District) -> Callable[[str], Ward]:
    return lambda key: Ward(district, key)


# Pieces


def test_a_window_is_asked_for_in_pieces_without_gap_or_overlap(ward: Any) -> None:
    one = ward("b_http")
    one.system.send([changed(f"{day}", at(date(2024, 3, day), 0)) for day in range(1, 7)])
    since = utc("2024-02-29T17:00:00")
    found = one.extract(since=since, chunk_days=4)
    assert [(query.get("tu"), query["den"]) for _, query in one.system.http.asked] == [
        ("20240301000000", "20240305000000"),
        ("20240305000000", "20240307000000"),
    ]
    assert one.ids(found.batch) == ["1", "2", "3", "4", "5", "6"]
    assert (found.batch.cursor_from, found.batch.read_until) == (since, END)


def test_pieces_that_fill_the_window_leave_no_empty_one(ward: Any) -> None:
    one = ward("b_http")
    one.extract(since=utc("2024-02-29T17:00:00"), chunk_days=3)
    assert [query["den"] for _, query in one.system.http.asked] == ["20240304000000", "20240307000000"]


def test_a_full_read_begins_nowhere_and_ends_with_the_night(ward: Any) -> None:
    one = ward("b_http")
    one.system.send([changed("1", at(date(2010, 1, 1), 8)), changed("tomorrow", at(after(1), 0))])
    batch = one.extract(full=True).batch
    assert (one.ids(batch), batch.cursor_from, batch.read_until) == (["1"], None, END)


def test_without_a_beginning_there_are_no_pieces(ward: Any) -> None:
    one = ward("b_http")
    one.extract(chunk_days=1)
    assert [(query.get("tu"), query["den"]) for _, query in one.system.http.asked] == [(None, "20240307000000")]


def test_a_record_that_comes_with_every_piece_is_landed_once(ward: Any) -> None:
    one = ward("a_sql")
    one.system.send([changed("timeless", None), changed("1", at(after(-3), 9)), changed("2", at(after(-1), 9))])
    found = one.extract(since=utc("2024-03-02T17:00:00"), chunk_days=2)
    assert one.ids(found.batch) == ["1", "2", "timeless"]
    assert (found.batch.rows_read, found.batch.rows_unchanged) == (4, 1)
    assert found.batch.cursor_to == utc("2024-03-05T02:00:00")


def test_pages_add_up_to_one_batch(ward: Any) -> None:
    """The newest change, and what is known already, may be on any page; a page has 500 records."""
    one = ward("b_http")
    one.system.send([changed("0", at(NIGHT, 11)), *(changed(str(n), at(NIGHT, 10)) for n in range(1, 501))])
    assert one.play().batch.cursor_to == utc("2024-03-06T04:00:00")
    one.system.send([changed("0", at(after(1), 9)), changed("500", at(NIGHT, 9), channel="postal")])
    found = one.extract(after(1))
    assert (found.batch.rows_read, found.batch.rows_unchanged, one.ids(found.batch)) == (501, 500, ["500"])
    one.system.send([changed("0", at(after(1), 9), channel="postal")])
    found = one.extract(after(1))
    assert one.ids(found.batch) == ["0", "500"]
    (note,) = found.warnings
    assert note.startswith("1 records say that they changed before"), "and one is newer than the last night's newest"


def test_records_that_never_say_when_they_changed_move_no_cursor(ward: Any) -> None:
    one = ward("a_sql")
    one.system.send([changed("1", None)])
    batch = one.play().batch
    assert (one.ids(one.extract().batch), batch.cursor_to) == (["1"], None)


def test_records_without_an_id_are_not_taken_for_each_other(ward: Any) -> None:
    """Each has to come into quarantine, also where an earlier piece brought one."""
    one = ward("a_sql")
    one.system.send([changed(None, at(after(-day), 9), dossier_code=f"HS-{day}") for day in range(4)])
    batch = one.extract(since=utc("2024-03-02T17:00:00"), chunk_days=2).batch
    assert (batch.rows_read, batch.rows_unchanged, len(one.rows(batch))) == (4, 0, 4)


# Clocks


def test_a_clock_that_is_ahead_is_told_and_the_cursor_stops_at_the_nights_end(ward: Any) -> None:
    one = ward("c_files")
    one.system.send([changed("1", at(NIGHT, 10)), changed("2", at(after(2), 8, 30))])
    found = one.extract()
    assert found.warnings == ("change times up to 2024-03-08 01:30 UTC lie after the night: the clock is ahead",)
    assert found.batch.cursor_to == END
    assert one.extract(full=True).warnings == one.extract(since=utc("2024-01-01T00:00:00")).warnings == ()


def test_a_change_at_the_nights_very_end_is_no_clock_that_is_ahead(ward: Any) -> None:
    one = ward("c_files")
    one.system.send([changed("1", at(after(1), 0))])
    found = one.extract()
    assert (found.warnings, found.batch.cursor_to) == ((), END)


def test_a_clock_that_was_set_back_is_told(ward: Any) -> None:
    one = ward("a_sql")
    one.system.send([changed("1", at(NIGHT, 10))])
    assert one.play().warnings == ()
    one.system.send([changed("2", at(NIGHT, 9, 59))])
    assert one.extract(after(1)).warnings == (
        "all changes lie before the last night's newest (2024-03-06 03:00 UTC): the clock may have been set back; if "
        "by more than the overlap, read the ward with `full`",
    )
    assert one.extract(after(1), full=True).warnings == ()
    one.system.send([changed("3", at(NIGHT, 10))])
    assert one.extract(after(1)).warnings == (), "a change of the same moment is none that lies before"


def test_a_night_without_news_says_nothing_of_the_clock(ward: Any) -> None:
    one = ward("a_sql")
    one.system.send([changed("1", at(NIGHT, 10))])
    one.play()
    assert one.extract(after(1)).warnings == ()


def test_a_database_is_asked_for_what_is_dated_after_now_too(ward: Any) -> None:
    """Nobody can have changed it then; what changed since the night's end waits for the next night."""
    one = ward("a_sql")
    ahead = [changed("2062", at(date(2062, 1, 1), 8)), changed("endless", "infinity")]
    one.system.send([changed("1", at(NIGHT, 10)), changed("tomorrow", at(after(1), 0)), *ahead])
    assert one.ids(one.extract(full=True).batch) == ["1", "2062", "endless"]
    assert one.ids(one.extract().batch) == ["1", "2062", "endless"]
    first = one.play().batch
    assert first.rows_always_read == 2
    assert first.cursor_to == utc("2024-03-06T03:00:00"), "a time to come says nothing of how far the source was read"
    one.system.send([changed("2062", at(date(2062, 1, 1), 8), channel="postal")])
    second = one.extract(after(30)).batch
    assert (one.ids(second), second.rows_unchanged) == (["2062", "tomorrow"], 2)
    assert "2062" not in one.ids(one.extract(since=utc("2024-03-01T00:00:00")).batch), "a backfill asks for its span"


# Files


def spoil(one: Ward, name: str, old: str, new: str) -> None:
    path = one.system.folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_file_that_cannot_be_read_is_told_to_its_sender(ward: Any) -> None:
    one = ward("c_files")
    (one.system.folder / FIRST_FILE).write_bytes(b"\xff\xfe\x00\x81 no table")
    with pytest.raises(SourceError, match=rf"{FIRST_FILE} row 1: .*send it again$") as caught:
        one.extract()
    assert not isinstance(caught.value, SchemaDriftError)


def test_files_of_other_columns_hold_the_batch_back_and_name_the_mapping(ward: Any) -> None:
    one = ward("c_files")
    one.system.send([changed("1", at(NIGHT, 10))])
    one.system.send([changed("2", at(after(1), 10))], night=after(1))
    for name in (FIRST_FILE, f"ho_so_{after(1):%Y%m%d}.csv"):
        spoil(one, name, "Trạng thái", "Tình trạng")
    files = rf"file {FIRST_FILE} .*send it again; c_files .*ho_so_{after(1):%Y%m%d}\.csv row 1 column Trạng thái: "
    with pytest.raises(SchemaDriftError, match=files) as caught:
        one.extract(after(1))
    assert str(caught.value).endswith(
        ". The batch is held back: if the software itself changed, correct dags/systems/mot_cua_csv.yml"
    )


def test_a_file_that_is_refused_beside_a_good_one_is_told(ward: Any) -> None:
    one = ward("c_files")
    one.system.send([changed("1", at(NIGHT, 10))])
    (one.system.folder / "ho_so_7.csv").write_bytes(b"\xff\xfe\x00\x81 no table")
    found = one.extract()
    assert one.ids(found.batch) == ["1"]
    (line,) = found.refused
    assert "file ho_so_7.csv row 1: " in line
    assert list(found.batch.files) == [FIRST_FILE]


def test_an_old_night_again_leaves_the_files_of_later_nights_to_them(ward: Any) -> None:
    one = ward("c_files")
    for days in range(3):
        one.system.send([changed(str(days), at(after(days), 10))], night=after(days))
        one.play(after(days))
    again = one.extract(after(1))
    assert one.ids(again.batch) == ["1"]
    assert set(again.batch.files) == {FIRST_FILE, f"ho_so_{after(1):%Y%m%d}.csv"}


def test_a_night_that_was_left_out_reads_no_file_that_another_took(ward: Any) -> None:
    one = ward("c_files")
    one.system.send([changed("0", at(NIGHT, 10))])
    one.play()
    one.system.send([changed("2", at(after(2), 10))], night=after(2))
    one.play(after(2))
    assert one.extract(after(1)).batch.rows_read == 0


# Records


def test_a_record_that_was_marked_deleted_is_news_when_it_is_there_again(ward: Any) -> None:
    one = ward("a_sql")
    one.system.send([changed("1", at(NIGHT, 10)), changed("2", at(NIGHT, 10))])
    one.play()
    events = {
        "record_kind": "dossiers", "ward_key": "a_sql", "district_code": "mini", "source_record_id": "1",
        "night": NIGHT, "is_deleted": True, "reconciled_at": datetime.now(UTC),
    }  # fmt: skip
    one.lake.write_table("deletions/x.parquet", pa.Table.from_pylist([events], DELETIONS_SCHEMA))
    numbers = {"keys_in_source": 1, "keys_in_lake": 2, "rows_deleted": 1, "rows_returned": 0, "rows_unknown": 0}
    place = {"record_kind": DOSSIERS, "ward": "a_sql", "district": "mini", "night": NIGHT}
    found = {**place, **numbers, "batch_id": "x", "path": "deletions/x.parquet", "reconciled_at": datetime.now(UTC)}
    deletions.commit(one.lake, Reconciliation.model_validate(found))
    assert one.ids(one.extract(after(1)).batch) == ["1"]


def test_a_batch_says_where_it_is_from_and_which_key_treated_it(ward: Any) -> None:
    one = ward("a_sql")
    one.system.send([changed("1", at(NIGHT, 10))])
    batch = one.extract(key_id="k2").batch
    assert (batch.record_kind, batch.ward, batch.district, batch.night) == (DOSSIERS, "a_sql", "mini", NIGHT)
    assert batch.path == f"landing/dossiers/ward=a_sql/night={NIGHT}/{batch.batch_id}.parquet"
    assert one.lake.read_record(landed_path(DOSSIERS, "a_sql", NIGHT), LandedBatch) == batch
    with one.lake.fs.open(one.lake.path(batch.path), "rb") as handle:
        assert pq.ParquetFile(handle).metadata.row_group(0).column(0).compression == "LZ4"
    (row,) = one.rows(batch)
    assert row["officer_key"].startswith("k2.2:")


def test_of_several_versions_the_one_with_the_newest_change_is_what_a_record_is_compared_with(ward: Any) -> None:
    one = ward("a_sql")
    one.system.send([changed("1", at(NIGHT, 10), channel="postal")])
    one.play()
    one.system.send([changed("1", at(after(-1), 12), channel="online")])  # restored from the ward's backup
    one.play(after(1))
    assert one.extract(after(2)).batch.rows_unchanged == 0
    one.system.send([changed("1", at(after(-1), 12), channel="online")])
    one.play(after(2), full=True)
    assert one.extract(after(3)).batch.rows_unchanged == 1, (
        "what a full read stated is what the record is compared with"
    )
    one.lake.remove(f"manifests/dossiers/a_sql/{after(2)}.json")
    one.system.send([changed("1", at(after(-1), 12), channel="postal")])
    assert one.extract(after(2)).batch.rows_unchanged == 1


def test_what_ended_before_the_window_is_not_opened_again(ward: Any) -> None:
    """The nights of years would otherwise be read every night."""
    one = ward("a_sql")
    one.system.send([changed("1", at(NIGHT, 10))])
    first = one.play()
    one.system.send([changed("2", at(after(5), 10))])
    one.play(after(5))
    one.lake.remove(first.batch.path.replace("landing/", "accepted/"))
    one.system.send([changed("3", at(after(6), 10))])
    found = one.extract(after(6)).batch
    assert (one.ids(found), found.rows_unchanged) == (["3"], 1)
