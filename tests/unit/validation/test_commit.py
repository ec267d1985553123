"""Which way each record goes, and that none is lost on the way."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.counter import GOOD, NIGHT, mapped
from tests.support.district import DOSSIERS, utc
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.lake.quarantine_log import QUARANTINE_SCHEMA
from ward_warehouse.lake.store import Lake, LandedBatch, manifest_path
from ward_warehouse.validation.commit import Judged, commit
from ward_warehouse.validation.repeats import with_repeats

SCHEMA = CONTRACTS[DOSSIERS].schema()


def repeats(*rows: tuple[str | None, int | None, str]) -> list[str | None]:
    """What `repeated` says of records given as (id, minute of change, content)."""
    base = utc("2018-12-27T00:00:00")
    table = pa.table(
        {
            "source_record_id": pa.array([row[0] for row in rows], pa.string()),
            "source_changed_at": pa.array(
                [None if row[1] is None else base + timedelta(minutes=row[1]) for row in rows],
                pa.timestamp("us", tz="UTC"),
            ),
            "content_hash": pa.array([row[2] for row in rows], pa.string()),
        }
    )
    found: list[str | None] = with_repeats(table)["repeated"].to_pylist()
    return found


def test_records_with_ids_of_their_own_are_not_repeated() -> None:
    assert repeats(("1", 1, "a"), ("2", 1, "a"), ("3", None, "a")) == [None, None, None]


def test_the_newest_of_several_counts() -> None:
    assert repeats(("1", 1, "a"), ("1", 3, "b"), ("1", 2, "c")) == ["older", None, "older"]


def test_of_identical_copies_the_first_counts() -> None:
    assert repeats(("1", 1, "a"), ("1", 1, "a"), ("1", 1, "a")) == [None, "same", "same"]


def test_two_truths_of_one_age_are_both_in_conflict() -> None:
    assert repeats(("1", 1, "a"), ("1", 1, "b")) == ["conflict", "conflict"]
    assert repeats(("1", 1, "a"), ("1", 1, "b"), ("1", 1, "a")) == ["conflict"] * 3


def test_a_record_that_does_not_say_when_it_changed_is_older_than_one_that_does() -> None:
    assert repeats(("1", None, "a"), ("1", 1, "b")) == ["older", None]
    assert repeats(("1", None, "a"), ("1", None, "b")) == ["conflict", "conflict"]
    assert repeats(("1", None, "a"), ("1", None, "a")) == [None, "same"]


def test_records_without_an_id_are_not_repetitions_of_each_other() -> None:
    assert repeats((None, 1, "a"), (None, 1, "a")) == [None, None]


def test_an_old_conflict_does_not_spoil_the_newest() -> None:
    assert repeats(("1", 1, "a"), ("1", 1, "b"), ("1", 2, "c")) == ["older", "older", None]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["1", "2", None]), st.sampled_from([None, 1, 2]), st.sampled_from("ab")), max_size=8
    )
)
def test_at_most_one_record_of_an_id_counts_and_it_is_the_newest(
    rows: list[tuple[str | None, int | None, str]],
) -> None:
    found = repeats(*rows) if rows else []
    for record_id in ("1", "2"):
        own = [(row, mark) for row, mark in zip(rows, found, strict=True) if row[0] == record_id]
        counting = [row for row, mark in own if mark is None]
        assert len(counting) <= 1
        ages = [-1 if row[1] is None else row[1] for row, _ in own]
        if own:
            newest = {row[2] for (row, _), age in zip(own, ages, strict=True) if age == max(ages)}
            assert len(counting) == (len(newest) == 1)
            assert all((-1 if row[1] is None else row[1]) == max(ages) for row in counting)
    assert all(mark is None for row, mark in zip(rows, found, strict=True) if row[0] is None)


def batch(rows: int, **changes: Any) -> LandedBatch:
    fields = {
        "record_kind": DOSSIERS, "ward": "p01", "district": "quan", "night": NIGHT, "batch_id": "b1", "path": "",
        "rows_read": rows, "rows_unchanged": 0,
    }  # fmt: skip
    return LandedBatch.model_validate({**fields, **changes})


def accepted(*ids: str, **changes: str) -> pa.Table:
    return mapped([{**GOOD, "ID": record_id, **changes} for record_id in ids]).select(SCHEMA.names)


def refused(*positions: str) -> pa.Table:
    rows = [
        {"entry_id": position, "source_position": position, "ward_key": "p01", "night": NIGHT} for position in positions
    ]
    return pa.Table.from_pylist(rows, QUARANTINE_SCHEMA)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path))


@pytest.mark.parametrize(("read", "unchanged"), [(4, 0), (2, 0), (3, 1), (0, 0)])
def test_a_batch_whose_numbers_do_not_add_up_is_not_committed(lake: Lake, read: int, unchanged: int) -> None:
    judged = Judged(batch(read, rows_unchanged=unchanged), accepted("1", "2"), refused("row 3"), [])
    with pytest.raises(ValidationError, match=r"p01 dossiers night 2018-12-27: read"):
        commit(lake, judged)
    assert lake.names("manifests/dossiers/p01") == []


def test_a_committed_partition_holds_both_sides(lake: Lake) -> None:
    manifest = commit(lake, Judged(batch(5, rows_unchanged=2), accepted("1", "2"), refused("row 3"), []))
    assert (manifest.rows_read, manifest.rows_accepted, manifest.rows_quarantined, manifest.rows_unchanged) == (
        5,
        2,
        1,
        2,
    )
    assert lake.read_table(manifest.accepted_path)["source_record_id"].to_pylist() == ["1", "2"]
    assert lake.read_table(manifest.quarantine_path)["source_position"].to_pylist() == ["row 3"]
    assert lake.names("manifests/dossiers/p01") == [manifest_path(DOSSIERS, "p01", NIGHT)]


def test_an_empty_side_has_no_file(lake: Lake) -> None:
    manifest = commit(lake, Judged(batch(0), accepted("1").slice(0, 0), refused(), []))
    assert (manifest.accepted_path, manifest.quarantine_path) == ("", "")


def test_a_run_that_read_as_much_replaces_the_partition(lake: Lake) -> None:
    commit(lake, Judged(batch(3), accepted("1", "2"), refused("row 3"), []))
    again = commit(lake, Judged(batch(1, batch_id="b2"), accepted("1"), refused(), []))
    assert (again.rows_read, again.rows_accepted, again.rows_quarantined) == (1, 1, 0)
    assert lake.read_table(again.accepted_path)["source_record_id"].to_pylist() == ["1"]


def test_a_run_over_a_part_of_the_night_keeps_what_it_did_not_read(lake: Lake) -> None:
    whole = {"read_until": utc("2018-12-27T17:00:00"), "cursor_to": utc("2018-12-27T10:00:00"), "files": {"a.csv": "1"}}
    commit(lake, Judged(batch(4, **whole), accepted("1", "2", "3"), refused("row 4"), []))
    part = batch(
        3, batch_id="b2", cursor_from=utc("2018-12-27T09:00:00"), read_until=utc("2018-12-27T12:00:00"),
        cursor_to=utc("2018-12-27T09:30:00"), files={"b.csv": "2"}, rows_unchanged=1,
    )  # fmt: skip
    merged = commit(lake, Judged(part, accepted("2", CHANNEL="Trực tiếp"), refused("row 9"), []))
    rows = lake.read_table(merged.accepted_path).to_pylist()
    assert {row["source_record_id"]: row["channel"] for row in rows} == {"1": "online", "2": "in_person", "3": "online"}
    assert set(lake.read_table(merged.quarantine_path)["source_position"].to_pylist()) == {"row 4", "row 9"}
    assert (merged.rows_read, merged.rows_accepted, merged.rows_quarantined, merged.rows_unchanged) == (6, 3, 2, 1)
    assert merged.cursor_to == utc("2018-12-27T10:00:00")
    assert (merged.cursor_from, merged.read_until) == (None, whole["read_until"])
    assert merged.files == {"a.csv": "1", "b.csv": "2"}


def test_a_partial_run_over_a_partition_without_records(lake: Lake) -> None:
    commit(lake, Judged(batch(0), accepted("1").slice(0, 0), refused(), []))
    part = batch(1, batch_id="b2", cursor_from=utc("2018-12-27T09:00:00"))
    merged = commit(lake, Judged(part, accepted("1"), refused(), []))
    assert (merged.rows_read, merged.rows_accepted) == (1, 1)
    part = batch(0, batch_id="b3", cursor_from=utc("2018-12-27T09:00:00"))
    merged = commit(lake, Judged(part, accepted("1").slice(0, 0), refused(), []))
    assert lake.read_table(merged.accepted_path)["source_record_id"].to_pylist() == ["1"]


def test_the_landed_file_is_removed_once_it_is_committed(lake: Lake) -> None:
    lake.write_table("landing/x.parquet", accepted("1"))
    commit(lake, Judged(batch(1, path="landing/x.parquet"), accepted("1"), refused(), []))
    assert lake.names("landing", ".parquet") == []
