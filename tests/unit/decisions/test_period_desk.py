"""The log of periods: how they are named, in which order they are decided, and what a closing keeps."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.support.district import District
from ward_warehouse.core.errors import LakeError, WardWarehouseError
from ward_warehouse.decisions import period_desk
from ward_warehouse.decisions.period_desk import PeriodDesk
from ward_warehouse.decisions.period_rules import wards_of
from ward_warehouse.lake import files
from ward_warehouse.lake.maintenance import maintain
from ward_warehouse.lake.period_log import (
    Period,
    PeriodDecision,
    Unit,
    evidence_path,
    figures_path,
    parse_period,
    period_name,
    read_periods,
)
from ward_warehouse.warehouse.duckdb import load

JUNE = parse_period("2024-06")
ONE, TWO, DISTRICT = Unit("mini", "a_sql"), Unit("mini", "c_files"), Unit("mini")
Publish = Callable[..., None]


@pytest.fixture
def desk(two_wards: District, publish: Publish) -> PeriodDesk:
    return desk_of(two_wards, "lan")


def desk_of(district: District, by: str, reason: str = "as agreed") -> PeriodDesk:
    run = district.night()
    return PeriodDesk(run.settings, run.registry, run.lake, by, reason)


def refused(action: Callable[[Unit, Period], PeriodDecision], unit: Unit, period: Period = JUNE) -> str:
    with pytest.raises(WardWarehouseError) as told:
        action(unit, period)
    return str(told.value)


@pytest.mark.parametrize(
    ("text", "grain", "start", "end"),
    [
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2018-12", "month", date(2018, 12, 1), date(2018, 12, 31)),
        ("2018-Q4", "quarter", date(2018, 10, 1), date(2018, 12, 31)),
        ("2018-H1", "half_year", date(2018, 1, 1), date(2018, 6, 30)),
        ("2018", "year", date(2018, 1, 1), date(2018, 12, 31)),
        ("2011-9M", "year_to_date", date(2011, 1, 1), date(2011, 9, 30)),
        ("2018-1M", "year_to_date", date(2018, 1, 1), date(2018, 1, 31)),
    ],
)
def test_a_period_is_named_as_people_write_it(text: str, grain: str, start: date, end: date) -> None:
    assert parse_period(text) == Period(text, grain, start, end)
    assert period_name(grain, start, end) == text


@pytest.mark.parametrize(
    "text", ["2018-13", "2018-00", "2018-Q5", "2018-H3", "18", "2018-6", "0000", "2018-13M", "", "x"]
)
def test_what_names_no_period_is_told(text: str) -> None:
    with pytest.raises(WardWarehouseError, match="expected a month 2018-06, a quarter 2018-Q2"):
        parse_period(text)


def test_a_ward_is_reviewed_and_then_closed(desk: PeriodDesk) -> None:
    told = refused(desk.close, ONE)
    assert "period 2024-06 of ward a_sql: found provisional, expected reviewed" in told
    assert "periods review --ward a_sql --period 2024-06" in told
    reviewed, closed = desk.review(ONE, JUNE), desk.close(ONE, JUNE)
    assert (reviewed.number, reviewed.state, reviewed.by, reviewed.as_of) == (1, "reviewed", "lan", date(2024, 7, 1))
    assert (closed.number, closed.state, closed.reason) == (2, "closed", "as agreed")
    assert read_periods(desk.lake, "mini").decisions == (reviewed, closed)
    for action in (desk.review, desk.close):
        assert "found closed (closed by lan on" in refused(action, ONE)


def test_a_district_follows_its_wards(desk: PeriodDesk) -> None:
    desk.review(ONE, JUNE)
    assert "found 1 of 2 wards not reviewed (c_files provisional), expected all" in refused(desk.review, DISTRICT)
    desk.review(TWO, JUNE)
    desk.review(DISTRICT, JUNE)
    desk.close(ONE, JUNE)
    assert "found 1 of 2 wards not closed (c_files reviewed)" in refused(desk.close, DISTRICT)
    desk.close(TWO, JUNE)
    desk.close(DISTRICT, JUNE)
    assert "found closed" in refused(desk.reopen, ONE)
    assert "first: periods reopen --district mini --period 2024-06" in refused(desk.reopen, ONE)
    desk.reopen(DISTRICT, JUNE)
    desk.reopen(ONE, JUNE)
    log = read_periods(desk.lake, "mini")
    assert [log.state(unit, JUNE) for unit in (ONE, TWO, DISTRICT)] == ["provisional", "closed", "provisional"]
    assert "found 1 of 2 wards not reviewed (a_sql provisional)" in refused(desk.review, DISTRICT)


def test_a_ward_that_was_not_in_force_is_not_waited_for(two_wards: District) -> None:
    registry = two_wards.night().registry
    assert wards_of(registry, "mini", JUNE) == [ONE, TWO]
    assert wards_of(registry, "mini", parse_period("2024")) == [ONE, TWO]
    assert wards_of(registry, "mini", parse_period("2023")) == []
    assert wards_of(registry, "mini", parse_period("2025-01")) == []
    assert wards_of(registry, "other", JUNE) == []


def test_a_district_without_a_ward_in_force_cannot_be_closed(desk: PeriodDesk) -> None:
    assert "found no ward in force in it" in refused(desk.review, DISTRICT, parse_period("2023-06"))


def test_a_period_that_is_not_over_cannot_be_reviewed(desk: PeriodDesk, publish: Publish) -> None:
    publish(as_of=date(2024, 6, 29))
    told = refused(desk.review, ONE)
    assert "found records up to the night 2024-06-29, expected up to its last day 2024-06-30" in told
    publish(as_of=date(2024, 6, 30))
    desk.review(ONE, JUNE)


def test_a_period_without_figures_cannot_be_reviewed(desk: PeriodDesk) -> None:
    assert "found no figures in the published warehouse" in refused(desk.review, ONE, parse_period("2024-05"))


def test_without_a_published_warehouse_nothing_is_decided(desk: PeriodDesk) -> None:
    desk.settings.published_file.unlink()
    assert "there is no published warehouse yet" in refused(desk.review, ONE)
    assert read_periods(desk.lake, "mini").number == 0


def test_a_warehouse_older_than_a_column_that_a_closing_keeps_is_told(desk: PeriodDesk) -> None:
    desk.review(ONE, JUNE)
    with duckdb.connect(str(desk.settings.published_file)) as db:
        db.execute("ALTER TABLE marts.indicator_evidence DROP counted_value")
    assert "an earlier version built it; run `ward-warehouse build`" in refused(desk.close, ONE)
    assert read_periods(desk.lake, "mini").state(ONE, JUNE) == "reviewed"


def test_what_was_not_reviewed_is_not_closed(desk: PeriodDesk, publish: Publish) -> None:
    """The figures changed between the two: somebody has to look at them again."""
    desk.review(ONE, JUNE)
    publish(received=3)
    told = refused(desk.close, ONE)
    assert "found other figures than those that lan reviewed on" in told
    assert "periods review --ward a_sql --period 2024-06" in told
    assert desk.lake.folders("closed/mini") == [], "nothing is kept of what was not closed"
    desk.review(ONE, JUNE)
    desk.close(ONE, JUNE)


def test_a_closing_keeps_figures_and_records(desk: PeriodDesk, publish: Publish) -> None:
    for unit in (ONE, TWO, DISTRICT):
        desk.review(unit, JUNE)
    one, _, whole = (desk.close(unit, JUNE) for unit in (ONE, TWO, DISTRICT))
    (figure,) = desk.lake.read_table(figures_path("mini", one.snapshot_id)).to_pylist()
    assert (figure["ward_key"], figure["numerator"], figure["period_end"]) == ("a_sql", 2, date(2024, 6, 30))
    records = desk.lake.read_table(evidence_path("mini", one.snapshot_id)).select(["record_key", "counted_value"])
    assert [tuple(row.values()) for row in records.to_pylist()] == [("a_sql:0", "value 0"), ("a_sql:1", "value 1")]
    (figure,) = desk.lake.read_table(figures_path("mini", whole.snapshot_id)).to_pylist()
    assert (figure["ward_key"], figure["numerator"]) == (None, 4)
    keys = desk.lake.read_table(evidence_path("mini", whole.snapshot_id))["record_key"].to_pylist()
    assert keys == ["a_sql:0", "a_sql:1", "c_files:0", "c_files:1"]


def test_what_was_closed_is_loaded_once_and_again_from_nothing(two_wards: District, desk: PeriodDesk) -> None:
    def loaded() -> list[tuple[object, ...]]:
        run = two_wards.night()
        load(run.settings, run.lake, run.registry)
        with duckdb.connect(str(run.settings.build_file), read_only=True) as db:
            return db.execute(
                "SELECT state, decided_by, (SELECT count(*) FROM raw.closed_figures), "
                "(SELECT count(*) FROM raw.closed_evidence) FROM raw.period_decisions ORDER BY ALL"
            ).fetchall()

    desk.review(ONE, JUNE)
    assert loaded() == [("reviewed", "lan", 0, 0)]
    desk.close(ONE, JUNE)
    both = [("closed", "lan", 1, 2), ("reviewed", "lan", 1, 2)]
    assert loaded() == both
    assert loaded() == both
    two_wards.settings.build_file.unlink()
    assert loaded() == both


def test_evidence_older_than_counted_value_is_loaded_without_it(two_wards: District, desk: PeriodDesk) -> None:
    desk.review(ONE, JUNE)
    desk.review(TWO, JUNE)
    older = evidence_path("mini", desk.close(ONE, JUNE).snapshot_id)
    desk.close(TWO, JUNE)
    desk.lake.write_table(older, desk.lake.read_table(older).drop_columns(["counted_value"]))
    run = two_wards.night()

    def loaded() -> list[tuple[object, ...]]:
        load(run.settings, run.lake, run.registry)
        with duckdb.connect(str(run.settings.build_file)) as db:
            return db.execute("SELECT record_key, counted_value FROM raw.closed_evidence ORDER BY ALL").fetchall()

    both = [("a_sql:0", None), ("a_sql:1", None), ("c_files:0", "value 0"), ("c_files:1", "value 1")]
    assert loaded() == both
    with duckdb.connect(str(run.settings.build_file)) as db:
        db.execute("ALTER TABLE raw.closed_evidence DROP counted_value")
    assert loaded() == both, "a build file that is older than the column as well"


def test_of_two_who_close_at_once_one_has_closed_it(
    two_wards: District, desk: PeriodDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.review(ONE, JUNE)
    together = threading.Barrier(2)
    look = period_desk._look

    def both_have_looked(*arguments: object) -> object:
        found = look(*arguments)  # type: ignore[arg-type]
        if together.n_waiting < 2 and not together.broken:
            together.wait(10)
        return found

    monkeypatch.setattr(period_desk, "_look", both_have_looked)
    told: list[str] = []
    closed: list[PeriodDecision] = []

    def close(by: str) -> None:
        try:
            closed.append(desk_of(two_wards, by).close(ONE, JUNE))
        except WardWarehouseError as error:
            told.append(str(error))

    threads = [threading.Thread(target=close, args=(by,)) for by in ("lan", "minh")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(closed), len(told)) == (1, 1)
    assert f"found closed (closed by {closed[0].by} on" in told[0]
    assert [one.state for one in read_periods(desk.lake, "mini").decisions] == ["reviewed", "closed"]
    folders = desk.lake.folders("closed/mini")
    assert [name for name in folders if desk.lake.names(f"closed/mini/{name}", ".parquet")] == [closed[0].snapshot_id]


def test_a_ward_reopened_at_the_same_moment_keeps_its_district_open(
    two_wards: District, desk: PeriodDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The district's step rests on its wards': a decision about one of them in between makes it look again."""
    for unit in (ONE, TWO, DISTRICT):
        desk.review(unit, JUNE)
    for unit in (ONE, TWO):
        desk.close(unit, JUNE)
    look = period_desk._look
    between = iter([lambda: desk_of(two_wards, "minh").reopen(ONE, JUNE)])

    def reopened_meanwhile(*arguments: object) -> object:
        for reopen in between:
            reopen()
        return look(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(period_desk, "_look", reopened_meanwhile)
    assert "1 of 2 wards not closed (a_sql provisional)" in refused(desk.close, DISTRICT)
    assert read_periods(desk.lake, "mini").state(DISTRICT, JUNE) == "reviewed"


def test_a_reopening_says_who_and_why(two_wards: District, desk: PeriodDesk) -> None:
    desk.review(ONE, JUNE)
    assert "--reason: found nothing" in refused(desk_of(two_wards, "lan", " ").reopen, ONE)
    with pytest.raises(WardWarehouseError, match="--by: found nothing, expected who decides"):
        desk_of(two_wards, " ")
    desk.reopen(ONE, JUNE)
    assert "found provisional (reopened by lan on" in refused(desk.reopen, ONE)
    desk.review(ONE, JUNE)
    assert desk.close(ONE, JUNE).number == 4, "and is closed again"


def test_a_registry_with_a_fault_closes_nothing(two_wards: District, publish: Publish) -> None:
    """The ward that is wrong in it would not be asked for."""
    file = two_wards.wards_dir / "mini.yml"
    file.write_text(file.read_text("utf-8").replace("system: mot_cua_csv", "system: nothing_known"), "utf-8")
    with pytest.raises(WardWarehouseError, match="nothing_known"):
        desk_of(two_wards, "lan")


def test_a_closing_that_is_interrupted_closes_nothing(desk: PeriodDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.review(ONE, JUNE)

    def no_space(*arguments: object) -> bool:
        raise LakeError("lake: no space")

    with monkeypatch.context() as disk:
        disk.setattr(type(desk.lake), "create", no_space)
        assert refused(desk.close, ONE) == "lake: no space"
    assert read_periods(desk.lake, "mini").state(ONE, JUNE) == "reviewed"
    desk.close(ONE, JUNE)


def test_a_closing_whose_last_sync_fails_is_one_that_a_build_can_read(
    two_wards: District, desk: PeriodDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decision is in its place by then: without its figures no build would ever pass again."""
    desk.review(ONE, JUNE)
    sync = files._sync_folder

    def fails_for_decisions(path: str) -> None:
        if "/periods/" in path and path.endswith(".json"):
            raise OSError(5, "Input/output error")
        sync(path)

    with monkeypatch.context() as disk:
        disk.setattr(files, "_sync_folder", fails_for_decisions)
        assert "cannot be written" in refused(desk.close, ONE)
    assert read_periods(desk.lake, "mini").state(ONE, JUNE) == "closed"
    run = two_wards.night()
    load(run.settings, run.lake, run.registry)
    with duckdb.connect(str(run.settings.build_file), read_only=True) as db:
        assert db.execute("SELECT count(*) FROM raw.closed_figures").fetchall() == [(1,)]


def test_what_a_killed_closing_kept_is_deleted_after_a_day_and_what_is_closed_stays(
    two_wards: District, desk: PeriodDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for unit in (ONE, TWO):
        desk.review(unit, JUNE)
    closed = desk.close(ONE, JUNE)

    def killed(*arguments: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(period_desk, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.close(TWO, JUNE)
    kept = {name for name in desk.lake.folders("closed/mini") if desk.lake.names(f"closed/mini/{name}", ".parquet")}
    assert len(kept) == 2
    now = datetime.now(UTC)
    assert maintain(two_wards.settings, desk.lake, now + timedelta(hours=23)).closings_deleted == 0
    done = maintain(two_wards.settings, desk.lake, now + timedelta(hours=25))
    assert done.closings_deleted == 2
    assert "closings deleted 2" in str(done)
    assert desk.lake.read_table(figures_path("mini", closed.snapshot_id)).num_rows == 1
    assert desk.lake.read_table(evidence_path("mini", closed.snapshot_id)).num_rows == 2
    assert desk.close(TWO, JUNE).state == "closed"


def test_a_damaged_decision_is_told(desk: PeriodDesk) -> None:
    desk.review(ONE, JUNE)
    Path(desk.lake.path("periods/mini/00000001.json")).write_text("{", encoding="utf-8")
    with pytest.raises(LakeError, match=r"00000001\.json is damaged"):
        desk.close(ONE, JUNE)
