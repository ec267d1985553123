"""The verdict, the morning page and the status pages say the same of a night, whatever its runs were."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import NamedTuple

import duckdb
import pytest

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.outcomes import Outcome, Status, Step, append
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.counting import State
from ward_warehouse.night.standing import verdict_on
from ward_warehouse.registry import load_registry
from ward_warehouse.reports.morning import gather
from ward_warehouse.reports.status import grid
from ward_warehouse.warehouse.outcomes import SCHEMA, load_outcomes

NIGHT = date(2018, 12, 27)
DOSSIERS = RecordKind.DOSSIERS
AT = datetime(2018, 12, 28, 18, tzinfo=UTC)


class Did(NamedTuple):
    """One step of one run: what it came to, of which batch, and what its error says."""

    step: Step
    status: Status = "succeeded"
    batch: str = "a"
    error: str | None = None


READ, JUDGED = Did("extract"), Did("validate")
DOWN, BUSY = Did("extract", "failed", error="no answer"), Did("extract", "postponed", error="quiet hours")
IN_PART = Did("extract", error="file b.csv is cut")
HELD = Did("validate", "held", error="too many")
TAKEN_BACK = Did("take_back")

CASES: dict[str, tuple[list[Did], State]] = {
    "arrived": ([READ, JUDGED], "loaded"),
    "a file was left out": ([IN_PART, JUDGED], "partly"),
    "not a step of it ran": ([], "missing"),
    "down": ([DOWN], "failed"),
    "in its quiet hours": ([BUSY], "postponed"),
    "held for its columns": ([Did("extract", "held", error="column missing")], "held"),
    "held by a guard": ([READ, HELD], "held"),
    "read and not judged": ([READ], "failed"),
    "judging failed": ([READ, Did("validate", "failed", error="rule x")], "failed"),
    "a retry healed it": ([DOWN, READ, JUDGED], "loaded"),
    "read after its quiet hours": ([BUSY, READ, JUDGED], "loaded"),
    "released": ([READ, HELD, Did("release"), JUDGED], "loaded"),
    "a later attempt failed": ([READ, JUDGED, DOWN], "loaded"),
    "a later attempt was put off": ([IN_PART, JUDGED, BUSY], "partly"),
    "a later attempt was held": ([READ, JUDGED, Did("extract", batch="b"), Did("validate", "held", "b")], "loaded"),
    "a later reading left a file out and was not judged": (
        [READ, JUDGED, Did("extract", batch="b", error="file b.csv is cut"), Did("validate", "failed", "b")],
        "loaded",
    ),
    "a later reading brought the file": ([IN_PART, JUDGED, Did("extract", batch="b"), Did("validate", batch="b")],
                                         "loaded"),
    "taken back": ([READ, JUDGED, TAKEN_BACK], "missing"),
    "taken back, then down": ([READ, JUDGED, TAKEN_BACK, DOWN], "failed"),
    "taken back, then read anew": ([READ, JUDGED, TAKEN_BACK, READ, JUDGED], "loaded"),
}  # fmt: skip
WARDS = {f"w_{number:02}": name for number, name in enumerate(CASES)}


class Told(NamedTuple):
    settings: Settings
    lake: Lake
    due: list[str]
    """The wards that the status pages know as due: of a night that no build knows, those with a step."""


@pytest.fixture(scope="module", params=["published", "fresh"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A ward for each case, known to the published warehouse, or to the lake alone."""
    settings = Settings(home=(home := tmp_path_factory.mktemp("home")), wards_dir=home / "wards")
    settings.wards_dir.mkdir()
    entries = "".join(
        f'  - {{ward: {key}, code: "{number:05}", name: {{vi: Phường {number}, en: Ward {number}}}, '
        f'system: mot_cua_csv, aliases: ["{number}.H29"]}}\n'
        for number, key in enumerate(WARDS)
    )
    (settings.wards_dir / "quan.yml").write_text(
        "district: quan\nname: {vi: Quận, en: District}\n"
        f"defaults: {{in_force: {{from: 2018-01-01, to: 2018-12-31}}}}\nwards:\n{entries}",
        "utf-8",
    )
    lake = Lake(settings.lake)
    if request.param == "fresh":
        publish(settings, lake)
    numbers = count()
    for key, name in WARDS.items():
        for feed in load_registry(settings).feeds(key):
            for did in CASES[name][0] if feed.record_kind is DOSSIERS else (READ, JUDGED):
                note(lake, next(numbers), key, feed.record_kind, did)
    if request.param == "published":
        publish(settings, lake)
    return Told(
        settings, lake, [ward for ward, name in WARDS.items() if request.param == "published" or CASES[name][0]]
    )


def note(lake: Lake, number: int, ward: str, record_kind: RecordKind, did: Did) -> None:
    append(
        lake,
        Outcome(
            outcome_id=f"20181228T003000{number:06}-0", run_id="r", night=NIGHT, step=did.step, status=did.status,
            started_at=AT, finished_at=AT, ward=ward, district="quan", record_kind=record_kind, rows_read=1,
            rows_accepted=1, rows_quarantined=0, rows_unchanged=0, error=did.error, fingerprint=did.batch,
        ),
    )  # fmt: skip


def publish(settings: Settings, lake: Lake) -> None:
    settings.published_file.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.published_file)) as db:
        db.execute("CREATE SCHEMA raw; CREATE SCHEMA audit; CREATE SCHEMA marts")
        db.register("shape", SCHEMA.empty_table())
        db.execute("CREATE TABLE raw.load_outcomes AS FROM shape")
        load_outcomes(db, lake)
        db.execute("CREATE TABLE audit.load_outcomes AS FROM raw.load_outcomes")
        # As dbt makes it: reported is what has a partition.
        db.execute(
            """CREATE TABLE marts.reporting_completeness AS
            SELECT district_code, ward_key, record_kind, night,
                arg_max(step = 'validate', outcome_id) FILTER (status = 'succeeded' AND step <> 'extract')
                    IS NOT DISTINCT FROM true AS is_reported
            FROM audit.load_outcomes GROUP BY ALL"""
        )
        db.executemany(
            "INSERT INTO marts.reporting_completeness SELECT 'quan', $1, 'dossiers', $2, false "
            "FROM audit.load_outcomes HAVING count(*) > 0",
            [(ward, NIGHT) for ward, name in WARDS.items() if not CASES[name][0]],
        )


def test_all_three_say_the_same_of_each_ward(told: Told) -> None:
    registry = load_registry(told.settings)
    verdict = verdict_on(told.settings, told.lake, registry, NIGHT, AT)
    gatherer = gather.Gatherer(told.settings, told.lake, registry, AT)
    strips = {strip.unit.key: strip.marks[-1] for strip in gatherer.morning("quan", NIGHT).strips}
    with duckdb.connect(str(told.settings.published_file), read_only=True) as db:
        fresh = grid.fresh_outcomes(db, told.lake)
        (status,) = grid.read_grid(db, fresh, 60)
        night = grid.read_night(db, told.lake, fresh, NIGHT)
    states = {state.ward: state for state in verdict.states if state.record_kind is DOSSIERS}
    for ward, name in WARDS.items():
        expected = CASES[name][1]
        assert states[ward].state == expected, name
        told_in_the_morning = gatherer.state("quan", NIGHT, ward, "dossiers")
        assert told_in_the_morning is not None
        assert told_in_the_morning.state == expected, name
        assert strips[ward] == gather.MARK_OF[expected], name
        if ward in told.due:
            assert status.marks[ward][NIGHT] == grid.MARK_OF[expected], name
        shown = {feed.state.record_kind: feed.state.state for feed in night[ward]}
        assert shown.get(DOSSIERS, "missing") == expected, name


def test_all_three_miss_the_same_wards(told: Told) -> None:
    registry = load_registry(told.settings)
    verdict = verdict_on(told.settings, told.lake, registry, NIGHT, AT)
    morning = gather.Gatherer(told.settings, told.lake, registry, AT).morning("quan", NIGHT)
    with duckdb.connect(str(told.settings.published_file), read_only=True) as db:
        (status,) = grid.read_grid(db, grid.fresh_outcomes(db, told.lake), 60)
    missing = {ward for ward, name in WARDS.items() if CASES[name][1] not in ("loaded", "partly")}
    assert set(verdict.missing_wards) == missing
    assert {unit.key for unit in morning.missing} == missing
    came = ("loaded", "refused", "partly")
    shown = {ward for ward, marks in status.marks.items() if marks[NIGHT] not in came}
    assert shown == missing & set(told.due)
    assert verdict.standing == morning.standing == "incomplete"
    assert morning.arrived == len(verdict.expected) - len(verdict.missing_wards)
