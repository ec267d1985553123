"""What maintenance deletes and joins, and that no record changes by it."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.district import DOSSIERS, District
from tests.support.records import at, dossier
from ward_warehouse.core.settings import Settings
from ward_warehouse.decisions.quarantine_desk import Desk, Selection, case_keys
from ward_warehouse.lake.deletions import DELETIONS_SCHEMA, events
from ward_warehouse.lake.maintenance import Done, maintain
from ward_warehouse.lake.outcomes import new_id
from ward_warehouse.lake.store import Lake
from ward_warehouse.night import landing
from ward_warehouse.night.extract import Request
from ward_warehouse.warehouse.duckdb import load

FIRST = date(2024, 3, 4)
NIGHTS = [FIRST + timedelta(days=n) for n in range(5)]
LATER = datetime(2024, 6, 1, tzinfo=UTC)
NOW = datetime.now(UTC)


@pytest.fixture
def played(district: District) -> District:
    """Five nights of one ward, each with a good record and one that is refused."""
    for night in NIGHTS:
        changed = {"source_changed_at": at(night, 10)}
        district["c_files"].send(
            [dossier(f"{night}", night, **changed), dossier(f"{night}-bad", night, channel="Zalo", **changed)],
            night=night,
        )
        district.play(night, wards=["c_files"], record_kinds=["dossiers"])
    return district


def settings(played: District, **changes: Any) -> Settings:
    return played.settings.model_copy(update={"compact_after_nights": 4, **changes})


def rows(played: District) -> list[dict[str, Any]]:
    lake = played.night().lake
    found = []
    for night in NIGHTS:
        manifest = played.manifest("c_files", night)
        assert manifest is not None
        for path in (manifest.accepted_path, manifest.quarantine_path):
            found += lake.read_partition(path, night).to_pylist()
    return found


def data_files(lake: Lake, zone: str) -> list[str]:
    found: list[str] = [name for name in lake.fs.find(lake.path(zone)) if name.endswith(".parquet")]
    return found


def loaded(played: District, **changes: Any) -> tuple[list[Any], list[Any]]:
    """What the loader makes of the lake."""
    run = played.night()
    load(played.settings.model_copy(update=changes), run.lake, run.registry)
    with duckdb.connect(str(played.settings.build_file)) as db:
        accepted = db.execute("FROM raw.dossiers ORDER BY ALL").fetchall()
        return accepted, db.execute("SELECT entry_id, night, rules FROM raw.quarantine ORDER BY ALL").fetchall()


def age(lake: Lake, days: int) -> None:
    """Makes every file of the lake so many days old."""
    then = datetime.now(UTC).timestamp() - days * 86_400
    for name in lake.fs.find(lake.path("")):
        os.utime(name, (then, then))


def test_compaction_changes_no_row(played: District) -> None:
    lake, before = played.night().lake, rows(played)
    warehouse = loaded(played)
    done = maintain(settings(played), lake, LATER)
    assert (done.files_joined, done.files_written, done.entries_emptied) == (5, 1, 0)
    assert rows(played) == before
    assert loaded(played) == warehouse
    played.settings.build_file.unlink()
    assert loaded(played) == warehouse, "made anew from the lake alone"
    assert maintain(settings(played), lake, LATER) == Done()

    # A night made again takes its records out of the joined file; the others stay.
    played["c_files"].send([dossier("x", NIGHTS[2])], night=NIGHTS[2])
    played.play(NIGHTS[2], wards=["c_files"], record_kinds=["dossiers"], full=True)
    assert len(loaded(played)[0]) == len(warehouse[0]) + 2, "one went, and came x and what later nights brought"
    extracted = played.play(
        NIGHTS[-1] + timedelta(days=1), wards=["c_files"], record_kinds=["dossiers"], full=True
    ).found[0]
    assert extracted.rows_unchanged == len({row[0] for row in loaded(played)[0]}), (
        "versions are known from joined files"
    )


def test_recent_nights_are_not_joined(played: District) -> None:
    now = datetime(2024, 3, 9, tzinfo=UTC)
    assert maintain(settings(played), played.night().lake, now) == Done()


def test_joined_files_that_nothing_names_are_deleted_after_a_while(played: District) -> None:
    lake = played.night().lake
    maintain(settings(played), lake, LATER)
    assert len(data_files(lake, "accepted")) == 6
    now = datetime.now(UTC)
    assert maintain(settings(played), lake, now).leftovers_deleted == 0, "a reader may still hold them"
    age(lake, 8)
    before = rows(played)
    assert maintain(settings(played, quarantine_keep_days=36_500), lake, now).leftovers_deleted == 15
    assert len(data_files(lake, "accepted")) == 1
    assert rows(played) == before


def test_a_batch_that_waits_is_no_leftover(district: District) -> None:
    district["c_files"].send([dossier("1")])
    run = district.night()
    plan = run.plan(Request(night=FIRST), ["c_files"], ["dossiers"])
    run.extract_ward(plan, "c_files", district.resolve)
    run.lake.write_table(
        "landing/dossiers/ward=c_files/night=2024-03-04/lost.parquet",
        run.lake.read_table(next(name for name in data_files(run.lake, "landing")).removeprefix(run.lake.path(""))),
    )
    age(run.lake, 30)
    assert maintain(district.settings, run.lake, datetime.now(UTC)).leftovers_deleted == 1
    assert [outcome.status for outcome in run.validate(plan)] == ["succeeded"]


def test_the_files_of_a_large_batch_that_waits_are_none_either(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "MANY_ROWS", 1)
    district["c_files"].send([dossier("1"), dossier("2", channel="Zalo")])
    run = district.night()
    plan = run.plan(Request(night=FIRST), ["c_files"], ["dossiers"])
    run.extract_ward(plan, "c_files", district.resolve)
    folder = run.lake.path("landing/dossiers/ward=c_files/night=2024-03-04")
    named = run.lake.fs.find(folder)
    assert len(named) == 3
    for path in named:
        run.lake.fs.cp_file(path, path.replace(".", "-lost.", 1))
    age(run.lake, 30)
    assert maintain(district.settings, run.lake, datetime.now(UTC)).leftovers_deleted == 3
    assert run.lake.fs.find(folder) == named
    assert [outcome.status for outcome in run.validate(plan)] == ["succeeded"]


def test_what_killed_runs_left_half_written_is_deleted_after_a_day(district: District) -> None:
    run = district.night()
    run.plan(Request(night=FIRST))
    lake, whole = run.lake, run.lake.fs.find(run.lake.path(""))
    places = ("manifests/dossiers/c_files/x.json", "outcomes/20240306/x.json", "closed/mini/a/figures.parquet",
              "landing/dossiers/ward=c_files/night=2024-03-04/x.parquet", "periods/mini/00000001.json")  # fmt: skip
    for place in places:
        for ending in (".0123.tmp", ".4567.new", ".4567.new.89ab.tmp"):
            path = Path(lake.path(place + ending))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"{")
    now = datetime.now(UTC)
    assert maintain(district.settings, lake, now + timedelta(hours=23)) == Done(), "its run may be at work still"
    done = maintain(district.settings, lake, now + timedelta(hours=25))
    assert done == Done(unfinished_deleted=15)
    assert "unfinished deleted 15" in str(done)
    assert lake.fs.find(lake.path("")) == whole


def test_what_cannot_be_deleted_is_not_said_to_be(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = district.night().lake
    lake.write_table("accepted/dossiers/ward=c_files/night=2024-03-04/lost.parquet", DELETIONS_SCHEMA.empty_table())
    age(lake, 8)

    def read_only(path: str) -> None:
        raise OSError(30, "Read-only file system", path)

    with monkeypatch.context() as disk:
        disk.setattr(lake.fs, "rm_file", read_only, raising=False)
        assert maintain(district.settings, lake, NOW).leftovers_deleted == 0
    assert maintain(district.settings, lake, NOW).leftovers_deleted == 1


def test_what_a_reconciliation_found_is_no_leftover(district: District) -> None:
    """Its events are named by its own record; one that was killed before it wrote that leaves a file behind."""
    ward = district["a_sql"]
    ward.send([dossier(str(number)) for number in range(10)])
    district.play(wards=["a_sql"], record_kinds=["dossiers"])
    del ward.sent[DOSSIERS][0]
    ward.send()
    run = district.night()
    ((outcome, found),) = run.reconcile_ward("a_sql", [DOSSIERS], new_id(), district.resolve)
    assert found is not None, outcome.error
    assert found.rows_deleted == 1
    lost = found.path.replace(found.batch_id, "lost")
    run.lake.write_table(lost, DELETIONS_SCHEMA.empty_table())
    age(run.lake, 30)
    assert maintain(district.settings, run.lake, datetime.now(UTC)).leftovers_deleted == 1
    assert not run.lake.fs.exists(run.lake.path(lost))
    assert events(run.lake, DOSSIERS, "a_sql").num_rows == 1


def test_values_of_old_quarantined_records_are_emptied_and_the_reasons_stay(played: District) -> None:
    lake = played.night().lake
    before = [row for row in rows(played) if "entry_id" in row]
    assert all(row["received"] for row in before)
    done = maintain(settings(played), lake, NOW)
    assert done.entries_emptied == 5
    assert done.files_joined == 10
    after = [row for row in rows(played) if "entry_id" in row]
    assert [{**row, "received": None} for row in before] == after
    (feed,) = played.night().registry.feeds("c_files", [DOSSIERS])
    manifest = played.manifest("c_files", FIRST)
    assert manifest is not None
    key = case_keys(lake.read_partition(manifest.quarantine_path, FIRST))[0].as_py()
    desk = Desk(lake, feed, {"k1": b"a pseudonym key of the tests"}, "an", "late")
    with pytest.raises(Exception, match="values of these records are kept no longer"):
        desk.resolve("accepted", Selection(key=key))
    age(lake, 30)
    maintain(settings(played), lake, NOW)
    for name in lake.fs.find(lake.path("")):
        assert b"Zalo" not in Path(name).read_bytes()
        if name.endswith(".parquet"):
            table = lake.read_table(name.removeprefix(lake.path("")))
            assert "received" not in table.column_names or table["received"].null_count == table.num_rows


def test_maintenance_that_is_killed_at_any_write_is_finished_by_the_next(
    played: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, before = played.night().lake, rows(played)
    writing = Lake.writing
    for survived in range(40):
        count = 0

        def limited(self: Lake, relative: str, survived: int = survived) -> Any:
            nonlocal count
            count += 1
            if count > survived % 7:
                raise KeyboardInterrupt
            return writing(self, relative)

        monkeypatch.setattr(Lake, "writing", limited)
        try:
            maintain(settings(played), lake, LATER)
            break
        except KeyboardInterrupt:
            assert rows(played) == before
    monkeypatch.setattr(Lake, "writing", writing)
    maintain(settings(played), lake, LATER)
    assert rows(played) == before


def test_old_logs_are_deleted_and_the_outcome_says_what_was_done(played: District) -> None:
    logs = played.settings.home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "old.log").write_text("x", encoding="utf-8")
    (logs / "new.log").write_text("x", encoding="utf-8")
    then = datetime.now(UTC).timestamp() - 100 * 86_400
    os.utime(logs / "old.log", (then, then))
    outcome = played.night().maintain()
    assert (outcome.step, outcome.status) == ("maintenance", "succeeded")
    assert "logs deleted 1" in outcome.warnings[0]
    assert [path.name for path in logs.glob("*.log")] == ["new.log"]
