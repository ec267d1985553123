"""What vanishes at a source, and what comes back: in the lake and in the warehouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from tests.support import http_service as http
from tests.support.district import DOSSIERS, SURVEYS, District
from tests.support.records import APPLICANT, NIGHT, at, dossier, survey
from ward_warehouse.core.errors import SourceError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.deletions import Reconciliation, events, reconciliations
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.night import reading
from ward_warehouse.night.extract import Request

SQL, HTTP, FILES = "a_sql", "b_http", "c_files"
IDS = [str(n) for n in range(10)]


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


def compare(district: District, ward: str) -> tuple[Outcome, Reconciliation | None]:
    (result,) = district.night().reconcile_ward(ward, [DOSSIERS], "run", district.resolve)
    return result


def counts(district: District, ward: str) -> tuple[int, int, int]:
    outcome, found = compare(district, ward)
    assert found is not None, outcome.error
    return found.rows_deleted, found.rows_returned, found.rows_unknown


def keep(district: District, ward: str, ids: list[str]) -> None:
    """The ward removes all its dossiers but these, without a trace."""
    records = district[ward].sent[DOSSIERS]
    records[:] = [record for record in records if record["source_record_id"] in ids]
    district[ward].send()


@pytest.fixture(params=[SQL, HTTP])
def ward(request: pytest.FixtureRequest, district: District) -> str:
    district[request.param].send([dossier(record_id) for record_id in IDS])
    district.play(wards=[request.param])
    return str(request.param)


def test_nothing_vanished(district: District, ward: str) -> None:
    outcome, found = compare(district, ward)
    assert outcome.status == "succeeded"
    assert found is not None
    assert (found.keys_in_source, found.keys_in_lake, found.rows_deleted, found.path) == (10, 10, 0, "")
    assert found.night == NIGHT


def test_a_record_that_vanished_is_marked_once(district: District, ward: str) -> None:
    keep(district, ward, IDS[2:])
    assert counts(district, ward) == (2, 0, 0)
    assert counts(district, ward) == (0, 0, 0), "it is known"
    marked = events(district.night().lake, DOSSIERS, ward).to_pylist()
    assert {(row["source_record_id"], row["night"], row["is_deleted"]) for row in marked} == {
        ("0", NIGHT, True),
        ("1", NIGHT, True),
    }
    assert [value for value in APPLICANT.values() if value in str(marked)] == []


def test_a_record_that_comes_back_is_found_again(district: District, ward: str) -> None:
    keep(district, ward, IDS[1:])
    assert counts(district, ward) == (1, 0, 0)
    district[ward].send([dossier("0")])
    assert counts(district, ward) == (0, 1, 0)
    keep(district, ward, IDS[1:])
    assert counts(district, ward) == (1, 0, 0)


def test_a_record_that_comes_back_unchanged_is_read_by_the_next_night(district: District, ward: str) -> None:
    keep(district, ward, IDS[1:])
    compare(district, ward)
    district[ward].send([dossier("0")])
    district.play(after(1), wards=[ward])
    assert [row["source_record_id"] for row in district.accepted(ward, after(1))] == ["0"]
    assert counts(district, ward) == (0, 0, 0), "the later night outweighs the mark"


def test_a_source_that_shows_too_little_is_not_believed(district: District, ward: str) -> None:
    keep(district, ward, IDS[3:])
    outcome, found = compare(district, ward)
    assert (outcome.status, found) == ("held", None)
    assert "shows 7 of the 10 records" in (outcome.error or "")
    assert "80%" in (outcome.error or "")
    assert list(reconciliations(district.night().lake, DOSSIERS, ward)) == []
    keep(district, ward, IDS[3:])
    district[ward].send([dossier("2")])
    assert counts(district, ward) == (2, 0, 0), "eight of ten are believed"


def test_the_share_is_a_setting(district: District, ward: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lower = district.settings.model_copy(update={"reconcile_least_share": 0.5})
    monkeypatch.setattr(District, "settings", lower)
    keep(district, ward, IDS[5:])
    assert counts(district, ward) == (5, 0, 0)


def test_an_empty_source_deletes_nothing(district: District, ward: str) -> None:
    keep(district, ward, [])
    assert compare(district, ward)[0].status == "held"


def test_a_quarantined_record_is_not_unknown(district: District) -> None:
    district[SQL].send([dossier("1"), dossier("2", received_at=None)])
    district.play(wards=[SQL])
    assert counts(district, SQL) == (0, 0, 0)


def test_records_that_no_night_brought_are_told(district: District, ward: str) -> None:
    district[ward].send([dossier("x", source_changed_at=at(date(2020, 1, 1), 8))])
    outcome, found = compare(district, ward)
    assert found is not None
    assert found.rows_unknown == 1
    assert "never loaded" in outcome.warnings[0]


def test_only_what_would_help_is_advised(district: District, ward: str) -> None:
    """A full read brings what lies before the night's end; what changed since, the next night brings by itself."""
    district[ward].send([dossier("since", source_changed_at=at(after(1), 8))])
    assert compare(district, ward)[0].warnings == ()
    district[ward].send([dossier("x", source_changed_at=at(date(2020, 1, 1), 8))])
    outcome, _ = compare(district, ward)
    assert outcome.warnings[0].startswith("1 records")
    assert outcome.warnings[0].endswith("read the ward with `full`")
    district.play(wards=[ward], full=True)
    assert compare(district, ward)[0].warnings == ()
    assert "x" in {row["source_record_id"] for row in district.accepted(ward)}


def test_a_change_time_to_come_is_brought_over_or_not_said_to_be(district: District, ward: str) -> None:
    district[ward].send([dossier("2062", source_changed_at=at(date(2062, 1, 1), 8))])
    (note,) = compare(district, ward)[0].warnings
    if ward == HTTP:
        assert note.startswith("1 records")
        assert note.endswith("ask the ward to correct the time")
        return
    assert note.endswith("read the ward with `full`")
    district.play(wards=[ward], full=True)
    assert compare(district, ward)[0].warnings == ()


def test_what_waits_for_its_judgement_is_not_unknown(district: District, ward: str) -> None:
    district[ward].send([dossier("new", after(1))])
    run = district.night()
    run.extract_ward(run.plan(Request(night=after(1)), [ward]), ward, district.resolve)
    assert counts(district, ward) == (0, 0, 0)


def test_only_the_key_is_asked_of_a_database(district: District) -> None:
    """A comparison must not carry citizens' data through the network once more."""
    from ward_warehouse.night.reconcile import keys_only
    from ward_warehouse.sources import Window, open_source

    district[SQL].send([dossier("1")])
    (feed,) = district.night().registry.feeds(SQL, [DOSSIERS])
    source = open_source(keys_only(feed), district.resolve(SQL), {})
    (batch,) = source.read(Window())
    assert {name for name in batch.column_names if not name.startswith("__")} == {"ID_HO_SO", "NGAY_CAP_NHAT"}


def test_a_folder_of_files_is_not_compared(district: District) -> None:
    district[FILES].send([dossier("1")])
    district.play(wards=[FILES])
    outcome, found = compare(district, FILES)
    assert (outcome.status, found) == ("held", None)
    assert "not compared" in (outcome.error or "")


def test_a_ward_that_was_never_loaded_is_not_compared(district: District) -> None:
    district[SQL].send([dossier("1")])
    assert "nothing to compare" in (compare(district, SQL)[0].error or "")


def test_a_source_that_breaks_off_marks_nothing(district: District) -> None:
    district[HTTP].send([dossier(str(n)) for n in range(700)])
    district.play(wards=[HTTP])
    whole = {"data": {"items": district[HTTP].http.records["dossiers"][:500]}}
    district[HTTP].http.once.extend([http.body(whole), http.status(403)])
    outcome, found = compare(district, HTTP)
    assert (outcome.status, found) == ("failed", None)
    assert list(reconciliations(district.night().lake, DOSSIERS, HTTP)) == []


def test_the_task_reconciles_after_it_has_extracted(
    district: District, ward: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    keep(district, ward, IDS[1:])
    job = district.night().plan(Request(night=after(1)), [ward], ["dossiers"]).model_dump(mode="json")
    reading.extract(job, district.resolve, reconcile=True)
    (found,) = reconciliations(district.night().lake, DOSSIERS, ward)
    assert found.rows_deleted == 1
    keep(district, ward, IDS[5:])
    with pytest.raises(SourceError, match="shows 5 of the 9 records"):
        reading.extract(job, district.resolve, reconcile=True)


Query = Callable[[str], list[Any]]


def published(settings: Settings) -> Query:
    def query(statement: str) -> list[Any]:
        with duckdb.connect(str(settings.published_file), read_only=True) as db:
            return db.execute(statement).fetchall()

    return query


def test_the_warehouse_leaves_deleted_records_out_and_shows_them(district: District) -> None:
    district[SQL].send([dossier(record_id) for record_id in IDS], [survey(record_id) for record_id in IDS])
    district.play(wards=[SQL])
    keep(district, SQL, IDS[2:])
    district.night().reconcile_ward(SQL, [DOSSIERS, SURVEYS], "run", district.resolve)
    build(district)
    query = published(district.settings)
    assert query("SELECT count(*) FROM marts.fct_dossiers") == [(8,)]
    assert query("SELECT count(*) FROM marts.fct_survey_responses") == [(10,)]
    assert query("SELECT ward_key, source_record_id, state FROM audit.deleted_records ORDER BY ALL") == [
        (SQL, "0", "deleted"),
        (SQL, "1", "deleted"),
    ]
    assert query("SELECT DISTINCT step, status FROM audit.load_outcomes WHERE step = 'reconcile'") == [
        ("reconcile", "succeeded")
    ]
    # One is entered again, and the next night reads it.
    district[SQL].send([dossier("0")])
    district.play(after(1), wards=[SQL])
    build(district)
    night_by_night = query("SELECT source_record_id FROM marts.fct_dossiers ORDER BY 1")
    assert [row[0] for row in night_by_night] == ["0", *IDS[2:]]
    states = "SELECT source_record_id, state FROM audit.deleted_records ORDER BY 1"
    assert query(states) == [("0", "returned"), ("1", "deleted")]
    build(district, full_refresh=True)
    assert query("SELECT source_record_id FROM marts.fct_dossiers ORDER BY 1") == night_by_night
    assert query(states) == [("0", "returned"), ("1", "deleted")]


def build(district: District, *, full_refresh: bool = False) -> None:
    run = district.night()
    run.build(full_refresh=full_refresh)
    run.publish()
