import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.support.district import utc
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LakeError
from ward_warehouse.lake.store import (
    Lake,
    LandedBatch,
    Manifest,
    Partition,
    landed_path,
    manifest_path,
    previous_manifest,
)

KIND = RecordKind.DOSSIERS
TABLE = pa.table({"a": [1, 2, 3]})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def batch(night: date = date(2018, 12, 27), **changes: Any) -> LandedBatch:
    fields = {
        "record_kind": KIND, "ward": "p01", "district": "quan", "night": night, "batch_id": "b1", "path": "",
        "rows_read": 0, "rows_unchanged": 0,
    }  # fmt: skip
    return LandedBatch.model_validate({**fields, **changes})


def manifest(night: date, **changes: Any) -> Manifest:
    fields = {
        **batch(night).model_dump(), "accepted_path": "", "quarantine_path": "", "rows_accepted": 0,
        "rows_quarantined": 0, "rules": [], "committed_at": utc("2018-12-28T00:00:00"),
    }  # fmt: skip
    return Manifest.model_validate({**fields, **changes})


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_table_comes_back_as_it_went(lake: Lake, tmp_path: Path) -> None:
    lake.write_table("zone/part.parquet", TABLE)
    assert lake.read_table("zone/part.parquet").equals(TABLE)
    assert files(tmp_path / "lake") == ["zone/part.parquet"]


def break_off(lake: Lake, error: BaseException) -> None:
    with lake.writing("zone/part.parquet") as handle:
        handle.write(b"half of it")
        raise error


def test_an_error_in_the_block_leaves_no_file(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="source broke off"):
        break_off(lake, RuntimeError("source broke off"))
    assert files(tmp_path / "lake") == []


def test_even_an_interrupt_leaves_no_file(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(lake, KeyboardInterrupt())
    assert files(tmp_path / "lake") == []


def test_an_error_in_the_block_leaves_the_old_file(lake: Lake) -> None:
    lake.write_table("zone/part.parquet", TABLE)
    with pytest.raises(RuntimeError, match="again"):
        break_off(lake, RuntimeError("again"))
    assert lake.read_table("zone/part.parquet").equals(TABLE)


def test_a_file_has_no_name_before_it_is_whole(lake: Lake, tmp_path: Path) -> None:
    with lake.writing("zone/part.json") as handle:
        handle.write(b"{}")
        assert "zone/part.json" not in files(tmp_path / "lake")
        assert lake.names("zone") == []
    assert lake.names("zone") == ["zone/part.json"]


def test_a_full_disk_is_one_line(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"zone/part.parquet cannot be written .*No space left"):
        break_off(lake, OSError(28, "No space left on device"))
    assert files(tmp_path / "lake") == []


def test_a_lake_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(LakeError, match=r"zone/part.parquet cannot be written"):
        Lake(str(tmp_path / "lake")).write_table("zone/part.parquet", TABLE)


@pytest.mark.parametrize("content", [b"", b"PAR1 but not really PAR1"])
def test_a_damaged_table_is_named(lake: Lake, content: bytes) -> None:
    with lake.writing("zone/part.parquet") as handle:
        handle.write(content)
    with pytest.raises(LakeError, match=r"zone/part.parquet cannot be read") as caught:
        lake.read_table("zone/part.parquet")
    assert "\n" not in str(caught.value)


def test_an_absent_table_is_named(lake: Lake) -> None:
    with pytest.raises(LakeError, match=r"zone/none.parquet cannot be read"):
        lake.read_table("zone/none.parquet")


def test_a_record_comes_back_as_it_went(lake: Lake) -> None:
    written = batch(cursor_to=utc("2018-12-27T03:00:00"), files={"a.csv": "ff"}, new_columns=["X"])
    lake.write_record("landing/x.json", written)
    assert lake.read_record("landing/x.json", LandedBatch) == written
    assert lake.read_record("landing/none.json", LandedBatch) is None


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"record_kind": "dossiers", "surprise": 1}'])
def test_a_damaged_record_is_named_and_not_taken_for_absent(lake: Lake, content: bytes) -> None:
    with lake.writing("landing/x.json") as handle:
        handle.write(content)
    with pytest.raises(LakeError, match=r"landing/x.json is damaged"):
        lake.read_record("landing/x.json", LandedBatch)


def test_listing(lake: Lake) -> None:
    for name in ("b.json", "a.json", "c.parquet"):
        with lake.writing(f"zone/{name}") as handle:
            handle.write(b"1")
    with lake.writing("zone/deep/d.json") as handle:
        handle.write(b"1")
    assert lake.names("zone") == ["zone/a.json", "zone/b.json"]
    assert lake.folders("zone") == ["deep"]
    assert lake.names("nowhere") == []
    assert lake.folders("nowhere") == []


def test_a_replaced_file_has_another_version(lake: Lake) -> None:
    lake.write_record("zone/x.json", batch(batch_id="b1"))
    ((_, first),) = lake.versions("zone")
    assert lake.versions("zone") == [("zone/x.json", first)]
    lake.write_record("zone/x.json", batch(batch_id="b2"))
    ((_, second),) = lake.versions("zone")
    assert first != second


def test_remove_forgives_what_is_gone(lake: Lake) -> None:
    lake.write_table("zone/part.parquet", TABLE)
    lake.remove("zone/part.parquet")
    lake.remove("zone/part.parquet")
    assert lake.names("zone", ".parquet") == []


def test_writers_of_one_record_leave_one_whole_record(lake: Lake, tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(20):
            lake.write_record("zone/x.json", batch(batch_id=f"b{number}", rows_read=number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = lake.read_record("zone/x.json", LandedBatch)
    assert found is not None
    assert found.batch_id == f"b{found.rows_read}"
    assert files(tmp_path / "lake") == ["zone/x.json"]


def test_another_file_system(tmp_path: Path) -> None:
    lake = Lake("memory://district/lake")
    lake.write_table("zone/part.parquet", TABLE)
    lake.write_record("zone/x.json", batch())
    assert not lake.is_local
    assert lake.read_table("zone/part.parquet").equals(TABLE)
    assert lake.names("zone") == ["zone/x.json"]
    with pytest.raises(RuntimeError), lake.writing("zone/y.json"):
        raise RuntimeError
    assert lake.names("zone", "") == ["zone/part.parquet", "zone/x.json"]


def test_paths_keep_record_kind_ward_and_night_apart(lake: Lake) -> None:
    night = date(2018, 12, 27)
    place = Partition(record_kind=KIND, ward="p01", district="quan", night=night)
    assert lake.data_path("accepted", place, "b1") == "accepted/dossiers/ward=p01/night=2018-12-27/b1.parquet"
    paths = {
        f(record_kind, ward, day)
        for f in (landed_path, manifest_path)
        for record_kind in RecordKind
        for ward in ("p01", "p02")
        for day in (night, date(2018, 12, 28))
    }
    assert len(paths) == 8 * len(RecordKind)


def test_the_previous_manifest_is_the_newest_before_the_night(lake: Lake) -> None:
    for day in (25, 27, 28):
        night = date(2018, 12, day)
        lake.write_record(manifest_path(KIND, "p01", night), manifest(night))
    assert previous_manifest(lake, KIND, "p01", date(2018, 12, 25)) is None
    assert previous_manifest(lake, KIND, "p02", date(2018, 12, 28)) is None
    for night, day in ((26, 25), (27, 25), (28, 27), (31, 28)):
        found = previous_manifest(lake, KIND, "p01", date(2018, 12, night))
        assert found is not None
        assert found.night == date(2018, 12, day)


def stamp(hour: int | None) -> datetime | None:
    return None if hour is None else datetime.fromisoformat(f"2018-12-27T{hour:02d}:00:00+00:00")


@pytest.mark.parametrize(
    ("new", "old", "covers"),
    [
        ((5, 17, False), (5, 17, False), True),
        ((4, 17, False), (5, 17, False), True),
        ((6, 17, False), (5, 17, False), False),
        ((5, 12, False), (5, 17, False), False),
        ((5, None, False), (5, 17, False), True),
        ((5, 17, False), (5, None, False), False),
        ((None, 17, False), (5, 17, False), True),
        ((5, 17, False), (None, 17, False), False),
        ((None, 17, False), (None, 17, False), True),
        ((6, 12, True), (None, 17, False), True),
        ((None, 17, False), (None, 17, True), False),
        ((None, 17, True), (None, 17, True), True),
    ],
)
def test_a_batch_covers_another_when_it_read_at_least_as_much(
    new: tuple[int | None, int | None, bool], old: tuple[int | None, int | None, bool], covers: bool
) -> None:
    def read(window: tuple[int | None, int | None, bool]) -> LandedBatch:
        return batch(cursor_from=stamp(window[0]), read_until=stamp(window[1]), full=window[2])

    assert read(new).covers(read(old)) is covers


def test_a_lake_that_was_begun_under_the_older_name_of_a_key_stays_readable() -> None:
    now = batch()
    older = {"kind" if name == "record_kind" else name: value for name, value in now.model_dump(mode="json").items()}
    assert "kind" in older
    assert LandedBatch.model_validate(older) == now
