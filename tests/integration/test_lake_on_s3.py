"""Nights on a lake in an S3 store: how much they ask of it, and that all that is done to a lake in a folder is done."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from s3fs import S3FileSystem

from tests.conftest import MakeDistrict
from tests.faults.rows import differences, rows_of
from tests.support.district import DOSSIERS
from tests.support.file_servers import S3Server
from tests.support.records import NIGHT, dossier
from tests.support.s3_night import StoreNights, nights_on_s3
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.decisions.quarantine_desk import Desk, Selection, case_keys
from ward_warehouse.decisions.take_back import take_back
from ward_warehouse.lake.history import read_history
from ward_warehouse.lake.locks import find_locks
from ward_warehouse.lake.maintenance import maintain
from ward_warehouse.lake.outcomes import new_id, read_night
from ward_warehouse.lake.period_log import PeriodDecision, append, read_periods
from ward_warehouse.lake.store import Lake, Manifest, manifest_path
from ward_warehouse.night.extract import Request
from ward_warehouse.night.steps import Night
from ward_warehouse.warehouse.duckdb import load

MOST_REQUESTS = 40
NIGHTS = 5


def build(run: Night) -> None:
    """Of a build only what it asks of the lake."""
    run.apply_decisions()
    load(run.settings, run.lake, run.registry)


@pytest.fixture(scope="module")
def nights(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server) -> StoreNights:
    """Nights of four wards."""
    wards = {f"s3_{number}": "sql" for number in range(4)}
    made = nights_on_s3(s3_server, make_district(tmp_path_factory.mktemp("s3"), wards))
    for number in range(NIGHTS):
        made.play(NIGHT + timedelta(days=number), build)
    return made


@pytest.fixture(scope="module", autouse=True)
def built(nights: StoreNights) -> dict[str, dict[str, int]]:
    """Records of each ward in the build of the nights, before a test does something to the lake."""
    with duckdb.connect(str(nights.settings.build_file), read_only=True) as db:
        return {
            table: dict(db.table(f"raw.{table}").aggregate("ward_key, count(*)").fetchall())
            for table in ("dossiers", "survey_responses")
        }


def test_a_night_asks_at_most_forty_times_for_a_ward_and_record_kind(nights: StoreNights) -> None:
    assert nights.datasets == 8
    assert nights.per_dataset <= MOST_REQUESTS, nights.requests


def test_what_was_sent_is_in_the_build(nights: StoreNights, built: dict[str, dict[str, int]]) -> None:
    sent = dict.fromkeys(nights.district.wards, 3 * NIGHTS)
    assert built == {"dossiers": sent, "survey_responses": sent}


def test_a_digest_that_is_damaged_or_gone_costs_nothing_but_requests(nights: StoreNights) -> None:
    # The first night is taken back by another test, which is an outcome of it too.
    lake, night = nights.run().lake, NIGHT + timedelta(days=1)
    expected = read_night(lake, night)
    assert len(expected) == 2 * nights.datasets
    (digest,) = (path for path, _ in lake.versions_below("digests/outcomes"))
    for damage in (b"{", b"{}", None):
        if damage is None:
            lake.remove(digest)
        else:
            with lake.writing(digest) as handle:
                handle.write(damage)
        assert read_night(nights.run().lake, night) == expected


def test_what_a_digest_says_of_another_version_does_not_count(nights: StoreNights) -> None:
    lake, ward = nights.run().lake, "s3_0"
    (newest,) = read_history(lake, DOSSIERS, ward)[-1:]
    changed = newest.model_copy(update={"new_columns": ["LATER"]})
    place = manifest_path(DOSSIERS, ward, newest.night)
    lake.write_record(place, changed)
    assert read_history(nights.run().lake, DOSSIERS, ward)[-1] == changed
    lake.write_record(place, newest)


def test_a_build_made_anew_has_the_same_records_and_leaves_no_copies(nights: StoreNights) -> None:
    build(nights.run())
    before = rows_of(nights.settings.build_file, ("raw",))
    nights.settings.build_file.unlink()
    build(nights.run())
    assert differences(rows_of(nights.settings.build_file, ("raw",)), before) == []
    assert [path.name for path in nights.settings.build_file.parent.iterdir()] == [nights.settings.build_file.name]


def test_a_record_is_let_in_by_decision(nights: StoreNights) -> None:
    night, ward = NIGHT + timedelta(days=NIGHTS), nights.district.wards["s3_1"]
    ward.send([dossier("unknown procedure", night, procedure_code="9.999999")], night=night)
    run = nights.run()
    run.run(run.plan(Request(night=night), ["s3_1"], ["dossiers"]), nights.resolve)
    manifest = run.lake.read_record(manifest_path(DOSSIERS, "s3_1", night), Manifest)
    assert manifest is not None
    assert manifest.rows_quarantined == 1
    (feed,) = run.registry.feeds("s3_1", [DOSSIERS])
    (key,) = case_keys(run.lake.read_table(manifest.quarantine_path)).to_pylist()
    desk = Desk(run.lake, feed, {"k1": run.settings.require_key()}, "lan", "a new procedure")
    assert desk.resolve("accepted", Selection(key=key)) == 1
    build(nights.run())
    with duckdb.connect(str(nights.settings.build_file), read_only=True) as db:
        found = db.execute("SELECT count(*) FROM raw.dossiers WHERE source_record_id = 'unknown procedure'").fetchone()
        assert found == (1,)
        assert db.execute("SELECT count(*) FROM raw.decisions").fetchone() == (1,)


def test_what_vanished_at_the_source_is_marked_and_a_night_is_taken_back(nights: StoreNights) -> None:
    ward = nights.district.wards["s3_2"]
    gone = ward.sent[DOSSIERS].pop()["source_record_id"]
    ward.send()
    ((outcome, found),) = nights.run().reconcile_ward("s3_2", [DOSSIERS], new_id(), nights.resolve)
    assert (outcome.status, found and found.rows_deleted) == ("succeeded", 1)
    take_back(nights.run().lake, [DOSSIERS], "s3_3", NIGHT, "lan", "the wrong file")
    build(nights.run())
    with duckdb.connect(str(nights.settings.build_file), read_only=True) as db:
        assert db.execute("SELECT source_record_id FROM raw.deletions").fetchall() == [(gone,)]
        taken = db.execute("SELECT count(*) FROM raw.dossiers WHERE ward_key = 's3_3' AND night = $1", [NIGHT])
        assert taken.fetchone() == (0,)


def test_a_period_is_closed_once(nights: StoreNights) -> None:
    lake = nights.run().lake
    made = PeriodDecision(
        number=1, district="mini", ward="s3_0", grain="month", period_start=NIGHT.replace(day=1),
        period_end=NIGHT.replace(day=31), state="closed", by="lan", at=datetime.now(UTC), reason="signed",
    )  # fmt: skip
    assert append(lake, made)
    assert not append(nights.run().lake, made.model_copy(update={"by": "minh"})), "somebody was first"
    assert [one.by for one in read_periods(nights.run().lake, "mini").decisions] == ["lan"]


def test_maintenance_joins_and_deletes_and_changes_no_record(nights: StoreNights) -> None:
    build(nights.run())
    before = rows_of(nights.settings.build_file, ("raw",))
    lake, late = nights.run().lake, datetime.now(UTC) + timedelta(days=30)
    lake.write_table("accepted/dossiers/ward=s3_0/night=2024-03-01/left.parquet", lake.read_table(_a_file(lake)))
    done = maintain(nights.settings.model_copy(update={"compact_after_nights": 2}), lake, late)
    assert done.files_joined > NIGHTS
    assert done.leftovers_deleted >= 1
    nights.settings.build_file.unlink()
    build(nights.run())
    unlike = differences(rows_of(nights.settings.build_file, ("raw",)), before)
    assert [line for line in unlike if "ledger" not in line] == []


def _a_file(lake: Lake) -> str:
    return read_history(lake, DOSSIERS, "s3_0")[0].accepted_path


class AwayError(OSError):
    """What a store says that does not answer any more."""


def test_a_run_that_ends_at_any_request_leaves_nothing_half(
    make_district: MakeDistrict, tmp_path: Path, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a folder that is killed at any write: what is committed is whole, and the next run makes up for the rest.

    The store goes away for good at each of the requests in turn; the lock stays then, and is ended by hand.
    """
    nights = nights_on_s3(s3_server, make_district(tmp_path, {"s3_away": "sql"}))
    nights.district["s3_away"].send([dossier(str(number)) for number in range(5)])
    # The first of a process asks more: whether the store is one that may be trusted.
    plan = nights.run().plan(Request(night=NIGHT), None, ["dossiers"])
    real, left, reached = S3FileSystem._call_s3, [0], set[str]()

    async def call(fs: S3FileSystem, method: object, *args: object, **kwargs: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise AwayError("the store is away")
        return await real(fs, method, *args, **kwargs)

    monkeypatch.setattr(S3FileSystem, "_call_s3", call)
    for requests in range(100):
        left[0] = requests
        with suppress(WardWarehouseError, AwayError):
            run = nights.run()
            run.extract_ward(plan, "s3_away", nights.resolve)
            reached |= {one.status for one in run.validate(plan)}
        away, left[0] = left[0] < 0, 10_000
        lake = nights.run().lake
        manifest = lake.read_record(manifest_path(DOSSIERS, "s3_away", NIGHT), Manifest)
        if manifest is not None:
            assert lake.read_table(manifest.accepted_path).num_rows == manifest.rows_accepted == 5
        for lock in find_locks(lake):
            lake.remove(lock.path)
        if not away:
            break
        if manifest is not None:
            lake.remove(manifest_path(DOSSIERS, "s3_away", NIGHT))
    assert 15 < requests < 99
    assert "succeeded" in reached
