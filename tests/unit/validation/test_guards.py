"""A ward's batch against its own history: what is held back, what is told, what a person may release."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from tests.support.district import DOSSIERS, ROOT, District
from tests.support.records import at, dossier
from ward_warehouse.core.errors import ValidationError, WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.quarantine_log import QUARANTINE_SCHEMA
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, RuleResult, landed_path, manifest_path
from ward_warehouse.validation.commit import Judged
from ward_warehouse.validation.guards import load_guards
from ward_warehouse.validation.holds import release
from ward_warehouse.validation.watch import Watch, WorkingDays

NIGHT = date(2024, 3, 6)
"""A Wednesday, and a working day like the ten before it."""
HOLIDAY = date(2024, 4, 18)
"""The Hùng kings' day, a Thursday."""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def batch(rows: int, night: date = NIGHT, **changes: Any) -> dict[str, Any]:
    fields = {
        "record_kind": DOSSIERS, "ward": "p01", "district": "quan", "night": night, "batch_id": f"b{night}", "path": "",
        "rows_read": rows, "rows_unchanged": 0, "cursor_to": at(night, 9).replace(tzinfo=UTC),
    }  # fmt: skip
    return {**fields, **changes}


def rule(name: str, broken: int) -> RuleResult:
    return RuleResult(rule=name, severity="error", column="x", rows_judged=100, rows_broken=broken, vi="v", en="e")


def history(
    lake: Lake, rows: int, nights: int = 56, end: date = NIGHT, skip: tuple[date, ...] = (), codes: int = 0
) -> None:
    """Committed nights before `end`, one after another, each with so many new records."""
    for back in range(1, nights + 1):
        night = end - timedelta(days=back)
        if night in skip:
            continue
        manifest = Manifest.model_validate(
            {
                **batch(rows, night), "accepted_path": "", "quarantine_path": "", "rows_accepted": rows,
                "rows_quarantined": 0, "rules": [rule("status_known", codes)], "committed_at": datetime.now(UTC),
            }
        )  # fmt: skip
        lake.write_record(manifest_path(DOSSIERS, "p01", night), manifest)


def judged(rows: int, bad: int = 0, rules: list[RuleResult] | None = None, **changes: Any) -> Judged:
    refused = pa.Table.from_pylist([{"entry_id": str(n)} for n in range(bad)], QUARANTINE_SCHEMA)
    accepted = pa.table({"source_record_id": [str(n) for n in range(rows - bad)]})
    return Judged(LandedBatch.model_validate(batch(rows, **changes)), accepted, refused, rules or [])


def watch(lake: Lake, folder: Path = ROOT / "expectations", asked: bool = False) -> Watch:
    return Watch(lake, load_guards(folder), days(), asked)


def days() -> WorkingDays:
    return WorkingDays(Settings(wards_dir=ROOT / "dags" / "wards"))


def broken(lake: Lake, one: Judged, **options: Any) -> set[str]:
    return {finding.guard.guard for finding in watch(lake, **options).findings(one)}


def test_a_night_like_the_others_is_let_through(lake: Lake) -> None:
    history(lake, 100)
    for rows in (40, 100, 400):
        assert broken(lake, judged(rows)) == set()


def test_too_few_and_too_many_are_held_back(lake: Lake) -> None:
    history(lake, 100)
    assert broken(lake, judged(9)) == {"too_few"}
    assert broken(lake, judged(10)) == set()
    assert broken(lake, judged(2000)) == set()
    assert broken(lake, judged(2001)) == {"too_many"}
    message = watch(lake).rule_on(judged(9)).held
    assert message is not None
    assert "p01 dossiers night 2024-03-06: held back. too_few" in message
    assert "found 9, expected about 100" in message
    assert "ward-warehouse release" in message


def test_unchanged_records_are_not_new_ones(lake: Lake) -> None:
    history(lake, 100)
    assert broken(lake, judged(109, rows_unchanged=100)) == {"too_few"}


def test_a_small_ward_has_quiet_days(lake: Lake) -> None:
    history(lake, 19)
    assert broken(lake, judged(0)) == set()


@pytest.mark.parametrize("nights", [0, 1, 21])
def test_a_short_history_holds_no_quiet_night(lake: Lake, nights: int) -> None:
    history(lake, 100, nights)
    assert broken(lake, judged(1)) == set()


@pytest.mark.parametrize(("nights", "bound"), [(2, 8000), (3, 4000), (8, 2000), (21, 2000)])
def test_a_new_ward_is_guarded_by_its_first_days_the_wider_the_fewer_they_are(
    lake: Lake, nights: int, bound: int
) -> None:
    history(lake, 100, nights)
    assert broken(lake, judged(bound)) == set()
    assert broken(lake, judged(bound + 1)) == {"too_many"}


@pytest.mark.parametrize("nights", [0, 1])
def test_a_first_load_and_the_night_after_it_have_nothing_to_be_compared_with(lake: Lake, nights: int) -> None:
    history(lake, 100, nights)
    assert broken(lake, judged(90_000)) == set()


def test_a_holiday_brings_no_more_than_a_working_day(lake: Lake) -> None:
    history(lake, 100, end=HOLIDAY)
    assert broken(lake, judged(2000, night=HOLIDAY)) == set()
    assert broken(lake, judged(2001, night=HOLIDAY)) == {"too_many"}


def landed(lake: Lake, night: date, ids: range) -> Judged:
    """A batch that is landed, and what judging gives of it: all of it accepted."""
    records = pa.table({name: [f"{n}" for n in ids] for name in ("source_record_id", "content_hash")})
    path = f"landing/dossiers/{night}.parquet"
    lake.write_table(path, records)
    one = LandedBatch.model_validate(batch(len(ids), night, path=path))
    lake.write_record(landed_path(DOSSIERS, "p01", night), one)
    return Judged(one, records, QUARANTINE_SCHEMA.empty_table(), [])


def test_what_was_held_stays_held_on_any_later_night_until_somebody_releases_it(lake: Lake) -> None:
    history(lake, 100, end=HOLIDAY - timedelta(days=3))
    for back in (3, 2, 1):
        ruling = watch(lake).rule_on(landed(lake, HOLIDAY - timedelta(days=back), range(30_000)))
        assert ruling.held is not None
    # The ward's guard is switched off, or has nothing to compare with: what it held is remembered all the same.
    today = landed(lake, HOLIDAY, range(30_100))
    ruling = Watch(lake, load_guards(ROOT / "expectations").model_copy(update={"guards": ()}), days()).rule_on(today)
    assert ruling.held is not None
    assert "30,000 of the 30,000 records again that are held back since night 2024-04-17" in ruling.held
    release(lake, today.batch, "an", "the counter was moved")
    ruling = watch(lake).rule_on(today)
    assert ruling.held is None
    assert any("held_before" in line for line in ruling.warnings)


def test_a_night_without_what_was_held_is_let_through(lake: Lake) -> None:
    history(lake, 100, end=NIGHT - timedelta(days=1))
    assert watch(lake).rule_on(landed(lake, NIGHT - timedelta(days=1), range(30_000))).held is not None
    assert watch(lake).rule_on(landed(lake, NIGHT, range(40_000, 40_200))).held is None


def test_records_of_a_night_that_had_too_few_may_come_with_the_rest(lake: Lake) -> None:
    history(lake, 100, end=NIGHT - timedelta(days=1))
    assert watch(lake).rule_on(landed(lake, NIGHT - timedelta(days=1), range(5))).held is not None
    assert watch(lake).rule_on(landed(lake, NIGHT, range(200))).held is None


def test_a_ward_that_catches_up_may_bring_all_its_nights_at_once(lake: Lake) -> None:
    down = tuple(NIGHT - timedelta(days=n) for n in range(1, 8))
    history(lake, 100, 63, skip=down)
    assert broken(lake, judged(16_000)) == set()
    assert broken(lake, judged(16_001)) == {"too_many"}
    assert broken(lake, judged(5)) == {"too_few"}


def test_a_holiday_is_not_compared_with_working_days(lake: Lake) -> None:
    history(lake, 100, end=HOLIDAY)
    assert broken(lake, judged(0, night=HOLIDAY)) == set()
    day_after_week = HOLIDAY + timedelta(days=7)
    history(lake, 100, end=day_after_week)
    assert broken(lake, judged(0, night=day_after_week)) == {"too_few"}


def test_who_asks_for_a_part_or_for_everything_is_not_held_back(lake: Lake) -> None:
    history(lake, 100)
    assert broken(lake, judged(1, full=True)) == set()
    assert broken(lake, judged(1), asked=True) == set()


def test_nothing_for_three_working_nights_is_told(lake: Lake) -> None:
    history(lake, 10, 20)
    quiet = judged(0)
    assert broken(lake, quiet) == set()
    history(lake, 0, 1)
    assert broken(lake, quiet) == set()
    history(lake, 0, 2)
    assert broken(lake, quiet) == {"nothing"}
    assert broken(lake, judged(1)) == set()
    ruling = watch(lake).rule_on(quiet)
    assert ruling.held is None
    assert "for 3 working nights" in ruling.warnings[0]


def test_a_ward_that_never_brought_anything_is_not_told_every_night(lake: Lake) -> None:
    history(lake, 0, 20)
    assert broken(lake, judged(0)) == set()


def test_a_stale_export_is_told(lake: Lake) -> None:
    history(lake, 10, 3)
    old = datetime(2024, 2, 28, 9, tzinfo=UTC)
    assert broken(lake, judged(10, cursor_to=old)) == set()
    assert broken(lake, judged(10, cursor_to=old - timedelta(days=1))) == {"stale"}
    assert broken(lake, judged(0, cursor_to=old - timedelta(days=1))) == set()


def test_the_share_of_bad_records_is_told_or_holds_back(lake: Lake) -> None:
    history(lake, 10, 1)
    assert broken(lake, judged(50, bad=10)) == set()
    assert broken(lake, judged(50, bad=11)) == {"bad_share"}
    assert broken(lake, judged(49, bad=49)) == set()
    assert broken(lake, judged(200, bad=160)) == {"bad_share"}
    assert broken(lake, judged(200, bad=161)) == {"bad_share", "mostly_bad"}


def test_codes_that_never_came_before_are_told_once_there_is_a_history(lake: Lake) -> None:
    one = judged(10, rules=[rule("status_known", 2), rule("received_at_present", 5)])
    history(lake, 10, 3)
    assert broken(lake, one) == set()
    history(lake, 10, 4)
    assert broken(lake, one) == {"new_codes"}
    history(lake, 10, 4, codes=1)
    assert broken(lake, one) == set()


def test_a_first_night_is_judged_by_its_own_share_of_bad_records(lake: Lake) -> None:
    assert broken(lake, judged(199, bad=199)) == {"bad_share"}, "too few to say that the software is another"
    assert broken(lake, judged(500, bad=500)) == {"bad_share", "mostly_bad"}
    assert broken(lake, judged(90_000, cursor_to=datetime(2020, 1, 1, tzinfo=UTC))) == set()


def test_a_ward_may_have_a_threshold_of_its_own(lake: Lake, tmp_path: Path) -> None:
    history(lake, 100)
    data = yaml.safe_load((ROOT / "expectations" / "batch_guards.yml").read_text(encoding="utf-8"))
    for own, found in (
        ({"threshold": 0.5, "reason": "steady"}, {"too_few"}),
        ({"off": True, "reason": "closed this week"}, set()),
    ):
        data["wards"] = {"p01": {"too_few": own}}
        (tmp_path / "batch_guards.yml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        assert broken(lake, judged(49 if found else 1), folder=tmp_path) == found


@pytest.mark.parametrize(
    "change",
    [
        {"wards": {"p01": {"too_few": {"threshold": 0.5}}}},
        {"wards": {"p01": {"too_fw": {"reason": "x"}}}},
        {"guards": 3},
    ],
    ids=["no reason", "unknown guard", "no list"],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, change: dict[str, Any]) -> None:
    data = yaml.safe_load((ROOT / "expectations" / "batch_guards.yml").read_text(encoding="utf-8"))
    (tmp_path / "batch_guards.yml").write_text(yaml.safe_dump({**data, **change}), encoding="utf-8")
    with pytest.raises(ValidationError, match=r"batch_guards.yml: ") as caught:
        load_guards(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_held_batch_waits_others_go_on_and_a_person_releases_it(district: District) -> None:
    lake = district.night().lake
    for key in ("a_sql", "c_files"):
        district[key].send([dossier(str(n)) for n in range(2)])
    for back in range(1, 57):
        night = NIGHT - timedelta(days=back)
        manifest = Manifest.model_validate(
            {
                **batch(100, night, ward="c_files", district="mini"), "accepted_path": "", "quarantine_path": "",
                "rows_accepted": 100, "rows_quarantined": 0, "rules": [], "committed_at": datetime.now(UTC),
                "cursor_to": at(NIGHT - timedelta(days=9), 9).replace(tzinfo=UTC),
            }
        )  # fmt: skip
        lake.write_record(manifest_path(DOSSIERS, "c_files", night), manifest)
    played = district.play(wards=["a_sql", "c_files"], record_kinds=["dossiers"])
    assert (played.state("a_sql").state, played.state("c_files").state) == ("loaded", "held")
    assert district.manifest("c_files") is None
    assert "too_few" in played.verdict.message
    run = district.night()
    (row,) = [r for r in run.status() if (r["ward"], r["record_kind"]) == ("c_files", "dossiers")]
    assert (row["waiting"], row["adds_up"]) == (NIGHT, True)
    assert [o.status for o in run.validate(played.plan)] == ["held"], "asking again does not let it in"

    with pytest.raises(WardWarehouseError, match="--reason: found nothing, expected why"):
        run.release("c_files", DOSSIERS, NIGHT, "an", " ")
    released, found = run.release("c_files", DOSSIERS, NIGHT, "an", "the office was flooded")
    assert (released.step, released.warnings) == ("release", ("released by an: the office was flooded",))
    assert (found.status, found.rows_accepted) == ("succeeded", 2)
    assert {r["source_record_id"] for r in district.accepted("c_files")} == {"0", "1"}
    with pytest.raises(WardWarehouseError, match="no batch of that night is held back"):
        run.release("c_files", DOSSIERS, NIGHT, "binh", "again")
