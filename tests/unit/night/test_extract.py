"""What a night asks of a ward's system and what it lands, on a real database and real files."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.support.district import DOSSIERS, KEY, District, utc
from tests.support.records import NIGHT, Record, at, dossier
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.core.errors import SourceError
from ward_warehouse.core.nights import night_end
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, landed_path
from ward_warehouse.night.extract import Request, extract
from ward_warehouse.validation.commit import QUARANTINE_SCHEMA, Judged, commit

DOSSIERS_SCHEMA = CONTRACTS[DOSSIERS].schema()


@dataclass(frozen=True)
class Landed:
    """A landed batch and its records."""

    batch: LandedBatch
    rows: list[dict[str, Any]]
    warnings: tuple[str, ...] = ()

    @property
    def ids(self) -> set[str]:
        return {row["source_record_id"] for row in self.rows}


class Ward:
    """A ward of the test district, extracted night by night; every record that is read is accepted."""

    def __init__(self, district: District, key: str) -> None:
        self.lake = Lake(district.settings.lake)
        self.system = district[key]
        self._feed = district.night().registry.feeds(key, [DOSSIERS])[0]
        self._resolve = district.resolve

    def extract(self, night: date = NIGHT, **request: Any) -> Landed:
        request["night"] = night
        extracted = extract(self._feed, Request(**request), self.lake, self._resolve, {"k1": KEY.encode()})
        batch = extracted.batch
        rows = self.lake.read_table(batch.path).to_pylist() if batch.path else []
        return Landed(batch, rows, extracted.warnings)

    def accept(self, batch: LandedBatch) -> Manifest:
        empty = DOSSIERS_SCHEMA.empty_table()
        accepted = self.lake.read_table(batch.path).select(empty.schema.names) if batch.path else empty
        return commit(self.lake, Judged(batch, accepted, QUARANTINE_SCHEMA.empty_table(), []))

    def play(self, night: date = NIGHT, **request: Any) -> Landed:
        landed = self.extract(night, **request)
        self.accept(landed.batch)
        return landed


@pytest.fixture
def ward(district: District) -> Ward:
    return Ward(district, "a_sql")


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


def changed(record_id: str, moment: datetime, **values: Any) -> Record:
    return dossier(record_id, source_changed_at=moment, **values)


def test_a_night_ends_at_local_midnight() -> None:
    assert night_end(date(2018, 12, 27), "Asia/Ho_Chi_Minh") == utc("2018-12-27T17:00:00")
    assert night_end(date(2015, 3, 7), "America/New_York") == utc("2015-03-08T05:00:00")
    assert night_end(date(2015, 3, 8), "America/New_York") == utc("2015-03-09T04:00:00")


def test_the_first_night_reads_everything_up_to_its_end(ward: Ward) -> None:
    ward.system.send(
        [
            changed("old", at(date(2009, 1, 1), 8)),
            changed("last", at(NIGHT, 23, 59, 59)),
            changed("tomorrow", at(after(1), 0)),
        ]
    )
    landed = ward.extract()
    assert landed.ids == {"old", "last"}
    assert (landed.batch.rows_read, landed.batch.rows_unchanged, landed.batch.full) == (2, 0, False)
    assert (landed.batch.cursor_from, landed.batch.read_until) == (None, night_end(NIGHT, "Asia/Ho_Chi_Minh"))
    assert landed.batch.cursor_to == utc("2024-03-06T16:59:59")


def test_the_next_night_reads_from_the_cursor_less_the_overlap(ward: Ward) -> None:
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    ward.system.send(
        [
            changed("too old", at(after(-2), 9, 59, 59)),
            changed("late entry", at(after(-2), 10)),
            changed("2", at(after(1), 8)),
        ]
    )
    landed = ward.extract(after(1))
    assert landed.batch.cursor_from == utc("2024-03-04T03:00:00")
    assert landed.ids == {"late entry", "2"}
    assert (landed.batch.rows_read, landed.batch.rows_unchanged) == (3, 1)


def test_what_the_lake_holds_in_the_same_version_is_not_landed_again(ward: Ward) -> None:
    ward.system.send([changed(str(n), at(NIGHT, 10, n)) for n in range(5)])
    ward.play()
    ward.system.send([changed("3", at(after(1), 9), channel="postal"), changed("4", at(after(1), 9))])
    landed = ward.extract(after(1))
    assert landed.ids == {"3"}, "a touch alone is no news"
    assert (landed.batch.rows_read, landed.batch.rows_unchanged) == (5, 4)
    assert landed.batch.cursor_to == utc("2024-03-07T02:00:00")


def test_a_record_that_changes_back_is_news(ward: Ward) -> None:
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    ward.system.send([changed("1", at(after(1), 10), channel="postal")])
    ward.play(after(1))
    ward.system.send([changed("1", at(after(2), 10))])
    assert ward.extract(after(2)).ids == {"1"}


def test_a_night_without_news_lands_no_file_and_keeps_the_cursor(ward: Ward) -> None:
    ward.system.send([changed("1", at(NIGHT, 10))])
    first = ward.play()
    landed = ward.play(after(1))
    assert (landed.batch.path, landed.batch.rows_read, landed.batch.rows_unchanged) == ("", 1, 1)
    assert landed.batch.cursor_to == first.batch.cursor_to


def test_an_empty_system_is_a_night_of_nothing(ward: Ward) -> None:
    ward.system.send()
    landed = ward.play()
    assert (landed.batch.path, landed.batch.rows_read, landed.batch.cursor_to) == ("", 0, None)
    ward.system.send([changed("1", at(date(2010, 1, 1), 8))])
    assert ward.extract(after(1)).ids == {"1"}


def test_the_cursor_never_moves_backwards(ward: Ward) -> None:
    ward.system.send([changed("1", at(NIGHT, 10))])
    first = ward.play()
    ward.system.send([changed("1", at(after(-1), 10), channel="postal")])  # restored from the ward's backup
    landed = ward.play(after(1))
    assert landed.ids == {"1"}
    assert landed.batch.cursor_to == first.batch.cursor_to


@pytest.mark.parametrize("key", ["b_http", "c_files"])
def test_a_change_time_in_the_future_does_not_carry_the_cursor_away(district: District, key: str) -> None:
    """A wrong clock in one record must not hide everything that the ward enters until that day."""
    ward = Ward(district, key)
    ward.system.send([changed("1", at(NIGHT, 10)), changed("2", at(date(2099, 1, 1), 8))])
    if key == "b_http":
        ward.system.http.knows_windows = False
    landed = ward.play()
    assert landed.batch.cursor_to is not None
    assert landed.batch.cursor_to <= night_end(NIGHT, "Asia/Ho_Chi_Minh")


def test_a_ward_that_missed_nights_catches_up(ward: Ward) -> None:
    ward.system.send([changed("0", at(NIGHT, 10))])
    ward.play()
    ward.system.send([changed(str(n), at(after(n), 10)) for n in range(1, 6)])
    landed = ward.play(after(5))
    assert landed.ids == {"1", "2", "3", "4", "5"}
    assert landed.batch.cursor_to == utc("2024-03-11T03:00:00")


def test_a_night_again_gives_the_same_partition(ward: Ward) -> None:
    ward.system.send([changed(str(n), at(NIGHT, 10, n)) for n in range(4)])
    ward.play()
    ward.system.send([changed("2", at(after(1), 9), channel="postal"), changed("9", at(after(1), 9))])
    first = ward.extract(after(1))
    manifest = ward.accept(first.batch)
    again = ward.extract(after(1))
    assert again.rows == first.rows
    same = {"rows_read", "rows_unchanged", "cursor_from", "cursor_to", "read_until", "files"}
    assert again.batch.model_dump(include=same) == first.batch.model_dump(include=same)
    assert ward.accept(again.batch).rows_accepted == manifest.rows_accepted


def test_a_night_again_is_not_confused_by_the_nights_after_it(ward: Ward) -> None:
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    ward.system.send([changed("1", at(after(1), 10), channel="postal")])
    ward.play(after(1))
    ward.system.send([changed("2", at(after(3), 10))])
    ward.play(after(3))
    landed = ward.extract(after(1))
    assert landed.ids == {"1"}
    assert landed.batch.cursor_to == utc("2024-03-07T03:00:00")


def test_full_reads_everything_whatever_the_cursor_says(ward: Ward) -> None:
    ward.system.send([changed("1", at(date(2010, 1, 1), 8)), changed("2", at(NIGHT, 10))])
    ward.play()
    ward.system.send([changed("1", at(date(2010, 1, 1), 8), channel="postal")])
    assert ward.extract(after(1)).ids == set()
    landed = ward.extract(after(1), full=True)
    assert landed.ids == {"1"}
    assert (landed.batch.full, landed.batch.cursor_from, landed.batch.rows_read, landed.batch.rows_unchanged) == (
        True,
        None,
        2,
        1,
    )


def test_since_and_until_replace_the_window(ward: Ward) -> None:
    ward.system.send([changed(f"d{-n}", at(after(n), 10)) for n in range(-9, 1)])
    landed = ward.extract(since=utc("2024-03-01T00:00:00"), until=utc("2024-03-04T00:00:00"))
    assert landed.ids == {"d5", "d4", "d3"}
    assert (landed.batch.cursor_from, landed.batch.read_until) == (
        utc("2024-03-01T00:00:00"),
        utc("2024-03-04T00:00:00"),
    )


def test_until_never_reaches_beyond_the_night(ward: Ward) -> None:
    ward.system.send()
    landed = ward.extract(until=utc("2030-01-01T00:00:00"))
    assert landed.batch.read_until == night_end(NIGHT, "Asia/Ho_Chi_Minh")


def test_a_record_that_does_not_say_when_it_changed_is_always_read(ward: Ward) -> None:
    ward.system.send([changed("1", at(NIGHT, 10)), dossier("2", source_changed_at=None)])
    landed = ward.play()
    assert landed.ids == {"1", "2"}
    assert landed.batch.cursor_to == utc("2024-03-06T03:00:00")
    assert ward.extract(after(1)).batch.rows_read == 2


def test_a_source_that_breaks_off_lands_nothing(ward: Ward) -> None:
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    ward.system.database.write_bytes(ward.system.database.read_bytes()[:5000])
    with pytest.raises(SourceError, match=r"a_sql dossiers"):
        ward.extract(after(1))
    assert ward.lake.read_record(landed_path(DOSSIERS, "a_sql", after(1)), LandedBatch) is None
    assert ward.lake.names(f"landing/dossiers/ward=a_sql/night={after(1)}", "") == []


def test_an_http_service_is_asked_for_the_window_in_its_own_words(district: District) -> None:
    ward = Ward(district, "b_http")
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    ward.play(after(1))
    assert [query for _, query in ward.system.http.asked] == [
        {"trang": "1", "kich_thuoc": "500", "den": "20240307000000"},
        {"trang": "1", "kich_thuoc": "500", "tu": "20240304100000", "den": "20240308000000"},
    ]


def test_pages_are_read_to_the_last_one(district: District) -> None:
    ward = Ward(district, "b_http")
    ward.system.send([changed(str(n), at(NIGHT, 10)) for n in range(1000)])
    landed = ward.extract()
    assert landed.batch.rows_read == 1000
    assert [query["trang"] for _, query in ward.system.http.asked] == ["1", "2", "3"]
    positions = {row["source_record_id"]: row["source_position"] for row in landed.rows}
    assert positions["500"] == "/api/ho-so page 2 item 1"


def test_a_file_is_taken_once_by_its_content(district: District) -> None:
    ward = Ward(district, "c_files")
    ward.system.send([changed("1", at(NIGHT, 10))])
    first = ward.play()
    assert set(first.batch.files) == {"ho_so_20240306.csv"}
    folder = ward.system.folder
    (folder / "ho_so_7.csv").write_bytes((folder / "ho_so_20240306.csv").read_bytes())
    again = ward.extract(after(1))
    assert again.batch.rows_read == 0
    assert "file ho_so_7.csv holds what ho_so_20240306.csv brought" in again.warnings[0]
    ward.play(after(1))
    ward.system.send([changed("2", at(after(2), 10))], night=after(2))
    landed = ward.play(after(2))
    assert landed.ids == {"2"}
    assert set(landed.batch.files) == {"ho_so_20240306.csv", "ho_so_7.csv", "ho_so_20240308.csv"}
    assert ward.extract(after(3)).warnings == ()


def test_a_file_that_is_replaced_under_its_name_is_read_again(district: District) -> None:
    ward = Ward(district, "c_files")
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    ward.system.send([changed("1", at(after(1), 10), channel="postal"), changed("2", at(after(1), 10))])
    landed = ward.play(after(1))
    assert landed.ids == {"1", "2"}
    assert ward.extract(after(2)).batch.rows_read == 0


def test_full_reads_the_files_that_were_taken_already(district: District) -> None:
    ward = Ward(district, "c_files")
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    landed = ward.extract(after(1), full=True)
    assert (landed.batch.rows_read, landed.batch.rows_unchanged) == (1, 1)


def test_a_night_again_reads_the_files_of_that_night_again(district: District) -> None:
    ward = Ward(district, "c_files")
    ward.system.send([changed("1", at(NIGHT, 10))])
    ward.play()
    ward.system.send([changed("2", at(after(1), 10))], night=after(1))
    first = ward.extract(after(1))
    ward.accept(first.batch)
    again = ward.extract(after(1))
    assert again.rows == first.rows
    assert again.batch.files == first.batch.files


def test_columns_that_nobody_mapped_are_reported(district: District) -> None:
    ward = Ward(district, "c_files")
    ward.system.send([changed("1", at(NIGHT, 10))])
    path = ward.system.folder / "ho_so_20240306.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{lines[0]},Ghi chú mới\n{lines[1]},điều riêng\n", encoding="utf-8")
    landed = ward.extract()
    assert landed.batch.new_columns == ["Ghi chú mới"]
    assert "điều riêng" not in str(landed.rows)
