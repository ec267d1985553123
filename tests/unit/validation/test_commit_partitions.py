"""Partitions that are run again in part, and what decisions about quarantined records do to them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.support.counter import GOOD, NIGHT, mapped
from tests.support.district import DOSSIERS, utc
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.lake.quarantine_log import QUARANTINE_SCHEMA, Action, append, read_log
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, RuleResult, manifest_path
from ward_warehouse.validation.commit import Judged, apply_decisions, commit, require_conservation

SCHEMA = CONTRACTS[DOSSIERS].schema()
NEXT = NIGHT + timedelta(days=1)
RULE = RuleResult(rule="r", severity="error", column="c", rows_judged=3, rows_broken=1, vi="v", en="e")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path))


def batch(rows: int, **changes: Any) -> LandedBatch:
    fields = {
        "record_kind": DOSSIERS, "ward": "p01", "district": "quan", "night": NIGHT, "batch_id": "b1", "path": "",
        "rows_read": rows, "rows_unchanged": 0,
    }  # fmt: skip
    return LandedBatch.model_validate({**fields, **changes})


def accepted(*ids: str, night: date = NIGHT, **changes: str) -> pa.Table:
    if not ids:
        return SCHEMA.empty_table()
    table = mapped([{**GOOD, "ID": record_id, **changes} for record_id in ids]).select(SCHEMA.names)
    index = table.column_names.index("night")
    return table.set_column(index, table.schema.field(index), pa.array([night] * len(ids), pa.date32()))


def refused(*ids: str, night: date = NIGHT, place: str | None = None) -> pa.Table:
    rows = [
        {
            "entry_id": f"e-{night}-{one}", "record_kind": "dossiers", "source_position": place or f"row {one}",
            "night": night, "ward_key": "p01", "source_record_id": one, "received": "{}",
        }
        for one in ids
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, QUARANTINE_SCHEMA)


def played(lake: Lake, good: pa.Table, bad: pa.Table, **changes: Any) -> Manifest:
    return commit(lake, Judged(batch(good.num_rows + bad.num_rows, **changes), good, bad, [RULE]))


def decide(lake: Lake, action: Action, entries: pa.Table, **changes: str) -> None:
    """A decision about entries; the records it lets in are those of their ids."""
    records = None
    if action != "rejected":
        ids, night = entries["source_record_id"].to_pylist(), entries["night"][0].as_py()
        records = accepted(*ids, night=night, **changes).append_column("entry_id", entries["entry_id"])
    assert append(lake, read_log(lake, DOSSIERS, "p01"), action, entries, "lan", "seen", records)


def stored(lake: Lake, night: date = NIGHT) -> Manifest:
    found = lake.read_record(manifest_path(DOSSIERS, "p01", night), Manifest)
    assert found is not None
    return found


def channels(lake: Lake, manifest: Manifest) -> dict[str, str]:
    if not manifest.accepted_path:
        return {}
    return {row["source_record_id"]: row["channel"] for row in lake.read_table(manifest.accepted_path).to_pylist()}


def waiting(lake: Lake, manifest: Manifest) -> list[str]:
    path = manifest.quarantine_path
    return sorted(lake.read_table(path)["source_record_id"].to_pylist()) if path else []


def test_a_partition_says_how_it_came_about(lake: Lake) -> None:
    started = datetime.now(UTC)
    manifest = played(lake, accepted("1", "2"), refused("3"), new_columns=["Ghi chú"], cursor_to=started)
    assert stored(lake) == manifest
    assert (manifest.accepted_path, manifest.quarantine_path) == (
        f"accepted/dossiers/ward=p01/night={NIGHT}/b1.parquet",
        f"quarantine/dossiers/ward=p01/night={NIGHT}/b1.parquet",
    )
    assert started <= manifest.committed_at <= datetime.now(UTC)
    assert (manifest.rules, manifest.decided, manifest.new_columns) == ([RULE], 0, ["Ghi chú"])


def test_numbers_that_do_not_add_up_are_told_with_all_of_them() -> None:
    require_conservation(batch(6, rows_unchanged=1), 3, 2)
    with pytest.raises(ValidationError) as caught:
        require_conservation(batch(7, rows_unchanged=1), 3, 2)
    assert str(caught.value) == (
        f"p01 dossiers night {NIGHT}: read 7 records, but 3 accepted + 2 quarantined + 1 unchanged; nothing is "
        "committed: run the ward again"
    )


@pytest.mark.parametrize(("old_end", "new_end"), [(None, 9), (9, None), (8, 9), (9, 8)])
def test_a_part_of_a_full_night_leaves_it_full_and_takes_the_newest_change(
    lake: Lake, old_end: int | None, new_end: int | None
) -> None:
    ends = [None if hour is None else utc(f"2018-12-27T0{hour}:00:00") for hour in (old_end, new_end)]
    since = utc("2018-12-01T00:00:00")
    played(lake, accepted("1"), refused("2"), full=True, cursor_to=ends[0], cursor_from=since)
    merged = played(lake, accepted("3"), refused(), batch_id="b2", cursor_to=ends[1], read_until=since)
    assert (merged.full, merged.cursor_to) == (True, utc("2018-12-27T09:00:00"))
    assert (merged.cursor_from, merged.read_until) == (since, None)
    assert (merged.rows_read, merged.batch_id, merged.rules) == (3, "b2", [RULE])
    assert sorted(channels(lake, merged)) == ["1", "3"]
    assert waiting(lake, merged) == ["2"]


def test_a_part_of_a_night_that_knew_no_change_time(lake: Lake) -> None:
    played(lake, accepted("1"), refused(), full=True)
    assert played(lake, accepted("3"), refused(), batch_id="b2").cursor_to is None


def test_a_part_that_brings_a_refused_record_again_replaces_its_entry(lake: Lake) -> None:
    played(lake, accepted(), refused("1", "2"), full=True)
    merged = played(lake, accepted("3"), refused("2"), batch_id="b2")
    assert (merged.rows_read, merged.rows_accepted, merged.rows_quarantined) == (3, 1, 2)
    assert waiting(lake, merged) == ["1", "2"]


def test_a_refused_record_stays_although_another_one_stands_at_its_place_now(lake: Lake) -> None:
    first = "/api/ho-so page 1 record 1"
    played(lake, accepted(), refused("1", place=first), full=True)
    merged = played(lake, accepted(), refused("2", place=first), batch_id="b2")
    assert (merged.rows_read, merged.rows_quarantined) == (2, 2)
    assert waiting(lake, merged) == ["1", "2"]


def test_a_part_that_brings_a_refused_record_mended_takes_its_entry_away(lake: Lake) -> None:
    mended = accepted("2")
    place = mended["source_position"][0].as_py()
    played(lake, accepted(), pa.concat_tables([refused("1"), refused("2", place=place)]), full=True)
    merged = played(lake, mended, refused(), batch_id="b2")
    assert (merged.rows_read, merged.rows_accepted, merged.rows_quarantined) == (2, 1, 1)
    assert waiting(lake, merged) == ["1"]


def test_a_decision_moves_its_records_to_the_other_side(lake: Lake) -> None:
    before = played(lake, accepted("1"), refused("2", "3", "4"))
    decide(lake, "replayed", refused("2"), CHANNEL="Trực tiếp")
    decide(lake, "accepted", refused("4"))
    decide(lake, "rejected", refused("3"))
    (manifest,) = apply_decisions(lake, DOSSIERS, "p01")
    assert stored(lake) == manifest
    assert channels(lake, manifest) == {"1": "online", "2": "in_person", "4": "online"}
    assert waiting(lake, manifest) == ["3"]
    assert (manifest.rows_read, manifest.rows_accepted, manifest.rows_quarantined) == (4, 3, 1)
    assert manifest.decided == 3
    assert (manifest.accepted_path, manifest.quarantine_path) == (
        f"accepted/dossiers/ward=p01/night={NIGHT}/b1-00000003.parquet",
        f"quarantine/dossiers/ward=p01/night={NIGHT}/b1-00000003.parquet",
    )
    assert manifest.committed_at > before.committed_at
    assert (manifest.rules, manifest.batch_id) == (before.rules, before.batch_id)
    assert lake.read_table(manifest.accepted_path).schema.names == SCHEMA.names
    assert apply_decisions(lake, DOSSIERS, "p01") == []
    assert stored(lake) == manifest


def test_the_last_entry_that_is_let_in_leaves_no_quarantine_behind(lake: Lake) -> None:
    played(lake, accepted(), refused("1"))
    decide(lake, "accepted", refused("1"))
    (manifest,) = apply_decisions(lake, DOSSIERS, "p01")
    assert (manifest.quarantine_path, manifest.rows_quarantined, channels(lake, manifest)) == ("", 0, {"1": "online"})
    decide(lake, "rejected", refused("9"))
    assert apply_decisions(lake, DOSSIERS, "p01") == []


def test_each_night_takes_the_decisions_about_itself(lake: Lake) -> None:
    for night in (NIGHT, NEXT):
        played(lake, accepted(night=night), refused("1", "2", night=night), night=night)
    for decided, night in (("1", NIGHT), ("2", NEXT), ("2", NIGHT)):
        decide(lake, "accepted", refused(decided, night=night))
        assert [manifest.night for manifest in apply_decisions(lake, DOSSIERS, "p01")] == [night]
    assert (sorted(channels(lake, stored(lake))), sorted(channels(lake, stored(lake, NEXT)))) == (["1", "2"], ["2"])
    assert (stored(lake).decided, stored(lake, NEXT).decided) == (3, 2)


def test_decisions_about_several_nights_at_once_are_taken_in_order(lake: Lake) -> None:
    nights = [NIGHT + timedelta(days=days) for days in range(3)]
    for night in nights:
        played(lake, accepted(night=night), refused("1", "2", night=night), night=night)
    for night in reversed(nights):
        decide(lake, "accepted", refused("1", night=night))
    lake.remove(manifest_path(DOSSIERS, "p01", nights[0]))
    assert [manifest.night for manifest in apply_decisions(lake, DOSSIERS, "p01")] == nights[1:]


def test_a_decision_about_an_entry_that_is_no_longer_waiting_changes_nothing(lake: Lake) -> None:
    before = played(lake, accepted("1"), refused("2"))
    decide(lake, "accepted", refused("9"))
    assert apply_decisions(lake, DOSSIERS, "p01") == []
    assert stored(lake) == before


def test_a_log_that_was_read_before_is_taken_as_it_was(lake: Lake) -> None:
    played(lake, accepted(), refused("1", "2"))
    decide(lake, "accepted", refused("1"))
    log = read_log(lake, DOSSIERS, "p01")
    decide(lake, "accepted", refused("2"))
    (manifest,) = apply_decisions(lake, DOSSIERS, "p01", log)
    assert (manifest.decided, sorted(channels(lake, manifest))) == (1, ["1"])


def test_of_two_decisions_about_an_entry_the_newest_counts(lake: Lake) -> None:
    played(lake, accepted(), refused("1", "2"))
    decide(lake, "replayed", refused("1", "2"), CHANNEL="Trực tiếp")
    decide(lake, "accepted", refused("1"))
    (manifest,) = apply_decisions(lake, DOSSIERS, "p01")
    assert channels(lake, manifest) == {"1": "online", "2": "in_person"}


def test_a_night_again_keeps_what_a_person_let_in_and_judges_again_what_a_replay_did(lake: Lake) -> None:
    played(lake, accepted(), refused("1", "2", "3"))
    decide(lake, "accepted", refused("1"))
    decide(lake, "replayed", refused("2"))
    apply_decisions(lake, DOSSIERS, "p01")
    again = played(lake, accepted(), refused("1", "2", "3"), batch_id="b2")
    assert (sorted(channels(lake, again)), waiting(lake, again)) == (["1"], ["2", "3"])
    assert (again.rows_accepted, again.rows_quarantined, again.decided) == (1, 2, 2)
