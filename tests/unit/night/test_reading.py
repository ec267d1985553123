"""A task that reads several wards: each stands or falls alone, is read again alone, and is told by its own sentence."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeDistrict
from tests.support import http_service as http
from tests.support.district import District
from tests.support.records import NIGHT, dossier, survey
from ward_warehouse.core.errors import LASTING, SourceError
from ward_warehouse.lake import outcomes
from ward_warehouse.night import reading, tasks

WARDS = ["a_http", "b_http", "c_sql", "d_files"]
DOWN = http.status(403)
"""Refused: what no retry mends."""


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> District:
    made = make_district(tmp_path, {"a_http": "http", "b_http": "http", "c_sql": "sql", "d_files": "files"})
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    # One task for all.
    monkeypatch.setenv("WARD_WAREHOUSE_PARALLEL_WARDS", "1")
    for ward in made.wards.values():
        ward.send([dossier("1")], [survey("1")])
    return made


@pytest.fixture
def job(district: District) -> dict[str, Any]:
    (found,) = tasks.plan({"night": str(NIGHT)}, None, datetime(2024, 3, 7, tzinfo=UTC), district.resolve)
    return found


def extracted(district: District, job: dict[str, Any]) -> list[str]:
    """The wards in the order in which they were read, once for each time."""
    found = [one for one in outcomes.read_run(district.night().lake, job["run_id"]) if one.record_kind == "dossiers"]
    return [one.ward for one in found if one.ward]


def test_a_task_is_named_after_its_wards(job: dict[str, Any]) -> None:
    assert job["wards"] == WARDS
    assert job["name"] == "a_http, b_http, c_sql, d_files"


def test_one_ward_that_fails_leaves_the_others_and_is_told_first(
    district: District, job: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    district["b_http"].http.always = DOWN
    with caplog.at_level(logging.INFO, "ward_warehouse"), pytest.raises(SourceError) as told:
        reading.extract(job, district.resolve)
    lines = str(told.value).splitlines()
    assert lines[0].startswith(f"Ward b_http (b_http), night {NIGHT}: its system refused the login; renew the secret")
    assert [line.split(" (")[0] for line in lines[1:3]] == ["- b_http dossiers", "- b_http survey_responses"]
    assert lines[3:] == ["Arrived in the same task: a_http, c_sql, d_files."]
    assert [record.message for record in caplog.records if "records read" in record.message] == []
    assert extracted(district, job) == WARDS


def test_a_retry_reads_only_what_did_not_arrive(
    district: District, job: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    district["b_http"].http.always = http.status(404)
    with pytest.raises(SourceError) as told:
        reading.extract(job, district.resolve)
    assert told.value.cause not in LASTING
    district["b_http"].http.always = None
    with caplog.at_level(logging.INFO, "ward_warehouse"):
        reading.extract(job, district.resolve, attempt="retry")
    assert extracted(district, job) == [*WARDS, "b_http"]
    assert "b_http dossiers: 1 records read" in caplog.text
    tasks.validate([job])
    assert "4 of 4 wards loaded" in tasks.verdict([job]).text


def test_what_no_retry_mends_is_not_asked_again_beside_what_it_may(district: District, job: dict[str, Any]) -> None:
    district["a_http"].http.always = DOWN
    district["b_http"].http.always = http.status(404)
    with pytest.raises(SourceError) as told:
        reading.extract(job, district.resolve)
    assert told.value.cause not in LASTING, "there is one that a retry may mend"
    district["b_http"].http.always = None
    with pytest.raises(SourceError, match=r"^Ward a_http \(a_http\), night") as told:
        reading.extract(job, district.resolve, attempt="retry")
    assert told.value.cause in LASTING
    assert extracted(district, job) == [*WARDS, "b_http"]
    district["a_http"].http.always = None
    reading.extract(job, district.resolve, attempt="cleared")
    assert extracted(district, job) == [*WARDS, "b_http", "a_http"], "a person has renewed the secret"


def test_a_worker_that_died_is_taken_over_where_it_was(district: District, job: dict[str, Any]) -> None:
    part = {**job, "wards": WARDS[:2]}
    reading.extract(part, district.resolve)
    reading.extract(job, district.resolve, attempt="retry")
    assert extracted(district, job) == WARDS


def test_who_clears_a_task_of_which_all_arrived_wants_it_anew(district: District, job: dict[str, Any]) -> None:
    reading.extract(job, district.resolve)
    reading.extract(job, district.resolve, attempt="retry")
    assert extracted(district, job) == WARDS
    reading.extract(job, district.resolve, attempt="cleared")
    assert extracted(district, job) == [*WARDS, *WARDS]


def test_a_ward_that_left_the_registry_meanwhile_leaves_the_others(district: District, job: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match=r"^ward gone: no valid entry in the registry") as told:
        reading.extract({**job, "wards": ["gone", *WARDS]}, district.resolve)
    assert str(told.value).endswith("Arrived in the same task: a_http, b_http, c_sql, d_files.")


def test_the_note_leads_to_the_task_of_a_ward(
    district: District, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_PARALLEL_WARDS", "2")
    jobs = tasks.plan({"night": str(NIGHT)}, None, datetime(2024, 3, 7, tzinfo=UTC), district.resolve)
    assert [one["wards"] for one in jobs] == [["a_http", "b_http"], ["c_sql", "d_files"]]
    district["b_http"].http.always = DOWN
    with pytest.raises(SourceError):
        reading.extract(jobs[0], district.resolve)
    reading.extract(jobs[1], district.resolve)
    tasks.validate(jobs)
    ended = tasks.verdict(jobs, "http://airflow/runs/r")
    assert "[Ward b\\_http](http://airflow/runs/r/tasks/extract/mapped/0)" in ended.note
    assert "missing: Ward b\\_http" in ended.note
