"""The weekly comparison as its DAG runs it: the wards that can be compared, one job each."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import MakeDistrict
from tests.support import http_service as http
from tests.support.district import DOSSIERS, District
from tests.support.records import NIGHT, dossier, survey
from ward_warehouse.core.errors import LASTING, SourceError
from ward_warehouse.lake.deletions import reconciliations
from ward_warehouse.night import reading

AFTERNOON = datetime(2024, 3, 10, 6, tzinfo=UTC)


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> District:
    made = make_district(tmp_path, {"w_sql": "sql", "w_http": "http", "w_files": "files"})
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    for ward in made.wards.values():
        ward.send([dossier(str(number)) for number in range(6)], [survey("1")])
    return made


def test_nothing_is_compared_that_was_never_loaded(district: District) -> None:
    assert reading.plan_comparison(AFTERNOON, district.resolve) == []


def test_wards_that_can_be_compared_are_and_what_vanished_is_marked(
    district: District, caplog: pytest.LogCaptureFixture
) -> None:
    district.play()
    caplog.set_level("INFO", "ward_warehouse")
    jobs = reading.plan_comparison(AFTERNOON, district.resolve)
    assert [(job["name"], job["wards"]) for job in jobs] == [
        ("w_sql", {"w_sql": ["dossiers", "survey_responses"]}),
        ("w_http", {"w_http": ["dossiers", "survey_responses"]}),
    ]
    ward = district["w_sql"]
    ward.sent = {kind: [] for kind in ward.sent}
    ward.send([dossier(str(number)) for number in range(5)], [survey("1")])
    for job in jobs:
        reading.compare(job, district.resolve)
    assert "w_sql dossiers: 1 vanished, 0 came back" in caplog.text
    assert "w_http dossiers: 0 vanished, 0 came back" in caplog.text
    marked = list(reconciliations(district.night().lake, DOSSIERS, "w_sql"))
    assert sum(one.rows_deleted for one in marked) == 1


def test_a_ward_that_refuses_is_told_with_what_to_do_and_not_asked_again(district: District) -> None:
    district.play()
    district["w_http"].http.always = http.status(403)
    (job,) = [job for job in reading.plan_comparison(AFTERNOON, district.resolve) if job["name"] == "w_http"]
    with pytest.raises(SourceError) as told:
        reading.compare(job, district.resolve)
    assert str(told.value).startswith("Ward w_http (w_http), comparison of w_http: its system refused the login; renew")
    assert told.value.cause in LASTING
    assert district.manifest("w_http", NIGHT) is not None
