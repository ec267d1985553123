"""A night computes what changed: whatever the nights brought, the warehouse is that of a build from the lake alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bench import build as bench_build
from tests.conftest import MakeDistrict
from tests.faults.amount import amount
from tests.faults.rows import Rows, differences, rows_of
from tests.support.district import DOSSIERS, SURVEYS, District, MiniWard
from tests.support.records import NIGHT, PROCEDURES, at, dossier, survey
from ward_warehouse.core.errors import BuildError, WardWarehouseError
from ward_warehouse.decisions.period_desk import PeriodDesk
from ward_warehouse.decisions.quarantine_desk import Desk, Selection, case_keys, open_entries, quarantined_partitions
from ward_warehouse.lake.period_log import Unit, parse_period
from ward_warehouse.lake.quarantine_log import read_log
from ward_warehouse.night.steps import Night
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.suites import load_suite

WARDS = ("inc_sql", "inc_http", "inc_files")
RECONCILED = WARDS[:2]
KEPT = (
    "days__dossiers", "days__survey_responses", "as_of_end__dossiers", "level_changes__dossiers", "item_counts",
    "member_counts", "breakdown_values", "distributions", "sums__dossiers", "sums__survey_responses",
)  # fmt: skip
SINCE = date(2022, 1, 1)
"""The wards' first day, two years before the nights: a year begins with what stood open when the last one ended."""
FIRST = [dossier(str(n), night=NIGHT - timedelta(days=66 * n)) for n in range(12)]
UNKNOWN = "Qua mạng xã hội"
REFUSED = [dossier("unread", channel=UNKNOWN), dossier("unlisted", procedure_code="9.999001")]
ANSWERS = [survey(str(n), night=NIGHT - timedelta(days=66 * n), dossier_code=f"HS-{n}") for n in range(6)]

Values = dict[str, Any]
CORRECTIONS: dict[str, Callable[[date, int], Values]] = {
    "ended": lambda day, _: {"resolved_at": at(day, 9), "returned_at": at(day, 10)},
    "reopened": lambda *_: {"status": "in_process", "resolved_at": None, "returned_at": None},
    "moved": lambda day, _: {"received_at": at(day, 8), "due_at": at(day + timedelta(days=3), 17)},
    "recoded": lambda _, which: {"dossier_code": f"HS-{(which + 1) % 12}"},
    "other procedure": lambda *_: {"procedure_code": PROCEDURES[1], "channel": "in_person"},
    "broken": lambda *_: {"received_at": None},
    "unread": lambda *_: {"channel": UNKNOWN},
}
"""What may become of a dossier that is known."""

DECISIONS = ("replayed", "accepted", "rejected")
"""What becomes of a ward's quarantined dossiers."""

VOTES = ("votes", "night votes", "votes of another")
"""What may be voted: within a minute of a morning, before a day breaks, and what was said of another dossier."""

Change = tuple[str, str, int, int]
CHANGES: st.SearchStrategy[Change] = st.tuples(
    st.sampled_from([*CORRECTIONS, *VOTES, "new", "answer moved", "vanished", "restored", "closed", *DECISIONS]),
    st.sampled_from(WARDS),
    st.integers(0, 11),
    # Earlier than `SINCE` the calendar would be another one, and a night a build of everything.
    st.one_of(st.integers(0, 63), st.integers(0, 730)),
)
"""What happens, in which ward, to which of its records, and a number of days for it."""


@pytest.fixture(scope="module")
def built(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    """Three wards with two years of records, and their warehouse."""
    kinds = dict(zip(WARDS, ("sql", "http", "files"), strict=True))
    district = make_district(tmp_path_factory.mktemp("incremental"), kinds, since=SINCE)
    for ward in district.wards.values():
        ward.send([*FIRST, *REFUSED], ANSWERS)
    district.play(full=True)
    assert district.night().build().whole
    district.night().publish()
    return district


def rows(district: District) -> Rows:
    """All that analysts see, and the sums that one night hands to the next."""
    found = rows_of(district.settings.build_file, ("marts", "audit", "intermediate"))
    kept = {f"intermediate.int_indicator_{name}" for name in KEPT} | {"intermediate.int_survey_ratings"}
    return {name: rows for name, rows in found.items() if not name.startswith("intermediate.") or name in kept}


def happen(ward: MiniWard, change: Change, night: date, number: int) -> None:
    """One change in the ward's system, stamped with the night."""
    what, _, which, days = change
    stamp = {"source_changed_at": at(night, 12)}
    day = night - timedelta(days=days)
    dossiers, answers = [], []
    if what in CORRECTIONS:
        known = next((r for r in ward.sent[DOSSIERS] if r["source_record_id"] == str(which)), FIRST[which])
        dossiers = [{**known, **CORRECTIONS[what](day, which), **stamp}]
    elif what == "restored":
        # From a backup, with the change time of then; the night reads the ward with `full`.
        dossiers = [FIRST[which]]
    elif what == "new":
        dossiers = [dossier(f"n{night:%d}-{number}", night=day, **stamp)]
    elif what == "votes":
        device = {"device_code": "T1", "dossier_code": f"HS-{which}", **stamp}
        moments = [at(day, 9, 0, 10 * vote) for vote in range(6)]
        answers = [survey(f"v{night:%d}-{number}-{n}", answered_at=m, **device) for n, m in enumerate(moments)]
    elif what == "night votes":
        cast = {"device_code": "T2", "dossier_code": f"HS-{which}", **stamp}
        answers = [survey(f"w{night:%d}-{number}-{n}", answered_at=at(day, 2, n), **cast) for n in range(12)]
    elif what == "votes of another":
        cast_at_night = [vote for vote in ward.sent[SURVEYS] if vote.get("device_code") == "T2"]
        answers = [{**vote, "dossier_code": "HS-none", **stamp} for vote in cast_at_night]
    elif what == "answer moved":
        answers = [{**ANSWERS[which % len(ANSWERS)], "answered_at": at(day, 11), "device_code": "T1", **stamp}]
    elif ward.key in RECONCILED:
        del ward.sent[DOSSIERS][which % len(ward.sent[DOSSIERS])]
    ward.send(dossiers, answers, night)


def with_the_code(district: District) -> Night:
    """The night of who corrected the code tables: the channel that nobody could read is one of them now."""
    systems = district.folder / "corrected"
    if not systems.is_dir():
        shutil.copytree(district.systems_dir, systems)
        for path in systems.glob("*.yml"):
            system = yaml.safe_load(path.read_text(encoding="utf-8"))
            if "channel" in system.get("codes", {}):
                system["codes"]["channel"][UNKNOWN] = "online"
                path.write_text(yaml.safe_dump(system, allow_unicode=True), encoding="utf-8")
    return Night(district.settings.model_copy(update={"systems_dir": systems}))


def decide(district: District, ward: str, what: str) -> None:
    """One decision about all quarantined dossiers of a ward; what cannot be let in stays where it is."""
    run = with_the_code(district)
    (feed,) = run.registry.feeds(ward, [DOSSIERS])
    desk = Desk(run.lake, feed, run.settings.pseudonym_keys(), "lan", "seen on paper")
    if what == "replayed":
        judge = Judge(load_suite(run.settings.expectations_dir, DOSSIERS))
        assert not desk.replay(judge, Selection()).still["channel_known"]
        return
    for manifest in list(quarantined_partitions(run.lake, DOSSIERS, ward)):
        entries = open_entries(run.lake, manifest, read_log(run.lake, DOSSIERS, ward))
        for key in dict.fromkeys(case_keys(entries).to_pylist()):
            with suppress(WardWarehouseError):
                desk.resolve("accepted" if what == "accepted" else "rejected", Selection(manifest.night, key=key))


def close_month(district: District, ward: str, day: date) -> None:
    """A ward's month is reviewed and closed as published; one that is not over, or has no figures, stays open."""
    run = district.night()
    desk = PeriodDesk(run.settings, run.registry, run.lake, "lan", "seen on paper")
    unit, month = Unit("mini", ward), parse_period(f"{day:%Y-%m}")
    with suppress(WardWarehouseError):
        desk.review(unit, month)
        desk.close(unit, month)


def compared(built: District, nights: list[list[Change]], folder: Path) -> District:
    """Plays the nights in a copy of the district; what they leave is what a build of everything gives."""
    district = built.copied_to(folder / "nights")
    for count, changes in enumerate(nights, 1):
        night = NIGHT + timedelta(days=count)
        for number, change in enumerate(changes):
            if change[0] == "closed":
                close_month(district, change[1], night - timedelta(days=change[3]))
            elif change[0] in DECISIONS:
                decide(district, change[1], change[0])
            else:
                happen(district[change[1]], change, night, number)
        district.play(night, full=any(change[0] == "restored" for change in changes))
        for ward in RECONCILED:
            district.night().reconcile_ward(ward, [DOSSIERS, SURVEYS], f"r{count}", district.resolve)
        assert not district.night().build().whole
        require_computed_rows_beside(district)
        district.night().publish()
    require_equal_to_everything(district, folder)
    return district


def require_computed_rows_beside(district: District) -> None:
    """What the night's tests look at is what it computed, as it stands in the facts."""
    with duckdb.connect(district.settings.build_file, read_only=True) as db:
        for fact, key, changed in (
            ("fct_dossiers", "dossier_key", "int_dossiers__changed"),
            ("fct_survey_responses", "response_key", "int_survey_responses__changed"),
        ):
            stands = f"SELECT * FROM marts.{fact} SEMI JOIN intermediate.{changed} USING ({key})"  # noqa: S608 - our own
            for one, other in ((stands, f"FROM computed.{fact}"), (f"FROM computed.{fact}", stands)):
                assert db.execute(f"({one}) EXCEPT ALL ({other})").fetchall() == []


def require_equal_to_everything(district: District, folder: Path) -> None:
    """What the nights left is what a build of everything gives, in the build file and where analysts see it."""
    everything = district.copied_to(folder / "everything")
    assert everything.night().build(full_refresh=True).whole
    require_equal(district, everything)


def require_equal(district: District, everything: District) -> None:
    everything.night().publish()
    assert differences(rows(district), rows(everything)) == []
    published, expected = (rows_of(each.settings.published_file) for each in (district, everything))
    assert differences(published, expected) == []
    for file in ("build_file", "published_file"):
        assert shapes(getattr(district.settings, file)) == shapes(getattr(everything.settings, file))
    left, made = views_left_alone(district), view_texts(everything)
    assert {name: left[name] for name in left if left[name] != made[name]} == {}
    assert {"stg_dossiers", "indicator_evidence", "indicators_named"} <= set(left)


def shapes(file: Path) -> set[tuple[str, ...]]:
    """The columns of every table of dbt's with types, constraints and comments, and the comments on the tables."""
    with duckdb.connect(file, read_only=True) as db:
        found = db.execute(
            "SELECT schema_name, table_name, column_name, data_type, is_nullable::VARCHAR, comment "
            "FROM duckdb_columns() WHERE schema_name IN ('intermediate', 'marts', 'audit', 'analyst') UNION ALL "
            "SELECT schema_name, table_name, '', '', '', comment FROM duckdb_tables()"
        ).fetchall()
    assert any(comment for *_, comment in found)
    return set(found)


def view_texts(district: District) -> dict[str, str]:
    with duckdb.connect(district.settings.build_file, read_only=True) as db:
        return dict(db.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal").fetchall())


def views_left_alone(district: District) -> dict[str, str]:
    """The views that the last build took over from the one before, with their texts."""
    with duckdb.connect(district.settings.build_file, read_only=True) as db:
        made = db.execute(
            "SELECT node FROM raw.build_results WHERE build_id = (SELECT max(build_id) FROM raw.build_results)"
        ).fetchall()
    return {name: text for name, text in view_texts(district).items() if (name,) not in made}


# Without shrinking, of which every step would be four builds.
@settings(
    max_examples=amount(2, 25), phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(nights=st.lists(st.lists(CHANGES, min_size=1, max_size=8), min_size=2, max_size=3))
def test_nights_give_what_a_build_of_everything_gives(built: District, nights: list[list[Change]]) -> None:
    with TemporaryDirectory() as folder:
        compared(built, nights, Path(folder))


def test_a_night_computes_what_was_decided(built: District, tmp_path: Path) -> None:
    district = compared(built, [[(what, ward, 0, 0) for what, ward in zip(DECISIONS, WARDS, strict=True)]], tmp_path)
    with duckdb.connect(district.settings.published_file, read_only=True) as db:
        found = db.sql("SELECT ward_key, source_record_id FROM marts.fct_dossiers").fetchall()
    replayed, accepted, rejected = WARDS
    assert {(replayed, "unread"), (accepted, "unlisted")} <= set(found)
    assert not {(rejected, "unread"), (rejected, "unlisted")} & set(found)


def test_nights_that_a_ward_missed_and_one_that_was_made_up_for_later(built: District, tmp_path: Path) -> None:
    """A partition without a record changes how far a ward is known and how many nights it reported, months back."""
    district = built.copied_to(tmp_path / "nights")
    silent, last = WARDS[2], NIGHT + timedelta(days=75)
    nights: list[tuple[date, list[str]]] = [
        (NIGHT + timedelta(days=40), [*WARDS[:2]]),
        (last, [*WARDS[:2]]),
        (last + timedelta(days=1), [*WARDS]),
        (NIGHT + timedelta(days=40), [silent]),
    ]
    for night, wards in nights:
        district.play(night, wards)
        assert not district.night().build().whole
        require_computed_rows_beside(district)
        district.night().publish()
    require_equal_to_everything(district, tmp_path)


def test_alarms_follow_the_votes(built: District, tmp_path: Path) -> None:
    sql, http, _ = WARDS
    nights: list[list[Change]] = [
        [("night votes", ward, 1, 40) for ward in (sql, http)],
        [("votes of another", http, 0, 0), ("new", sql, 0, 0)],
    ]
    district = compared(built, nights, tmp_path)
    with duckdb.connect(district.settings.published_file, read_only=True) as db:
        found = db.sql("SELECT ward_key, alarm, dossier_code, votes FROM marts.vote_alarms").fetchall()
    at_night = {(ward, "votes_at_night", None, 12) for ward in (sql, http)}
    assert set(found) == at_night | {
        (sql, "votes_for_one_dossier", "HS-1", 13), (http, "votes_for_one_dossier", "HS-none", 12),
    }  # fmt: skip


def test_a_night_restates_what_was_closed(built: District, tmp_path: Path) -> None:
    """The last month of a year is closed, and a dossier that it counted as ended is open again."""
    sql, *_ = WARDS
    nights: list[list[Change]] = [[("closed", sql, 1, 68)], [("reopened", sql, 1, 0)]]
    district = compared(built, nights, tmp_path)
    with duckdb.connect(district.settings.published_file, read_only=True) as db:
        found = db.sql(
            "SELECT DISTINCT ward_key, period_start FROM audit.restatements "
            "WHERE indicator_code = 'on_time_of_resolved'"
        ).fetchall()
    assert found == [(sql, date(2023, 12, 1))]


def test_scorecards_follow_what_an_office_returns(built: District, tmp_path: Path) -> None:
    """Also of an item that no indicator counts, so that no sum is another."""
    district = built.copied_to(tmp_path / "nights")
    for day, petitions in enumerate((8, 9)):
        with duckdb.connect(district.settings.build_file) as db:
            return_petitions(db, NIGHT + timedelta(days=day - 1), petitions)
        assert not district.night().build().whole
        district.night().publish()
    everything = district.copied_to(tmp_path / "everything")
    with duckdb.connect(everything.settings.build_file) as db:
        # The lake, from which a full refresh would load all, has no such return.
        db.execute("DELETE FROM raw.build_basis")
    assert everything.night().build().whole
    require_equal(district, everything)
    with duckdb.connect(district.settings.published_file, read_only=True) as db:
        found = db.sql(
            "SELECT numerator FROM marts.decision_766_scorecard WHERE index_code = 'petitions' UNION "
            "SELECT numerator FROM analyst.scorecard_vi WHERE criterion_code = 'petitions'"
        ).fetchall()
    assert set(found) == {(None,), (9,)}


def return_petitions(db: duckdb.DuckDBPyConnection, night: date, petitions: int) -> None:
    """The return of a ward for a month before, as a load enters it."""
    db.execute(
        "INSERT INTO raw.ward_returns BY NAME SELECT 'petitions' AS source_record_id, 'month' AS period_grain, "
        "date_trunc('month', $day)::DATE AS period_start, last_day($day) AS period_end, "
        "'decision_766_petitions' AS item_code, $petitions AS numerator, 10 AS denominator, 'exact' AS bound, "
        "'petitions' AS unit_of_measure, $night::TIMESTAMPTZ AS submitted_at, $night AS submitted_date, "
        "ward_key, district_code, $night AS night, 'paper' AS system, md5($petitions::VARCHAR) AS content_hash "
        "FROM raw.wards WHERE ward_key = $ward",
        {"night": night, "day": night - timedelta(days=40), "petitions": petitions, "ward": WARDS[0]},
    )
    db.execute(
        "INSERT INTO raw.partitions BY NAME SELECT * REPLACE ('ward_returns' AS record_kind, $night AS night, "
        "1 AS rows_read, 1 AS rows_accepted, 0 AS rows_quarantined, 0 AS rows_unchanged) "
        "FROM raw.partitions WHERE ward_key = $ward LIMIT 1",
        {"night": night, "ward": WARDS[0]},
    )
    db.execute("INSERT INTO raw.changed_records VALUES ('ward_returns', $1, 'petitions')", [WARDS[0]])


RECORDS_THAT_DIFFER = {
    "one more in a night": "INSERT INTO raw.dossiers BY NAME "
    "SELECT * REPLACE ('forgotten' AS source_record_id) FROM raw.dossiers LIMIT 1",
    "one more in a night of its own": "INSERT INTO raw.dossiers BY NAME "
    "SELECT * REPLACE ('forgotten' AS source_record_id, DATE '2001-01-01' AS night) FROM raw.dossiers LIMIT 1",
    "one less in its fact": "DELETE FROM marts.fct_dossiers WHERE rowid = 0",
    "one twice in its fact": "INSERT INTO marts.fct_dossiers FROM marts.fct_dossiers LIMIT 1",
}


@pytest.mark.parametrize("statement", RECORDS_THAT_DIFFER.values(), ids=RECORDS_THAT_DIFFER)
def test_a_night_finds_a_record_that_it_was_not_told_of(built: District, tmp_path: Path, statement: str) -> None:
    """Nothing notes it as changed, so the night computes nothing of it; the audit looks at all records."""
    district = built.copied_to(tmp_path)
    with duckdb.connect(district.settings.build_file) as db:
        db.execute(statement)
    with pytest.raises(BuildError, match=r"assert_no_record_is_lost: Got 1 result.*left as it was"):
        district.night().build()


def test_the_bench_builds_everything_of_a_state_that_nights_have_left(
    built: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_BUILD_ROWS", "1000")
    found = bench_build.measure(built.settings.home, tmp_path)
    assert found.keys() == {
        "build_1000_s", "build_1000_peak_mib", "indicator_query_1000_ms", "evidence_query_1000_ms",
    }  # fmt: skip
