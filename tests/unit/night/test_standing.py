"""What a night is worth as the lake has it, whichever runs made it so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import MakeDistrict
from tests.support import http_service as http
from tests.support.district import DOSSIERS, District
from tests.support.records import NIGHT, dossier, survey
from ward_warehouse.decisions.take_back import take_back
from ward_warehouse.night.standing import deadline
from ward_warehouse.night.verdict import Verdict


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path) -> District:
    made = make_district(tmp_path, {"s_sql": "sql", "s_http": "http"})
    for ward in made.wards.values():
        ward.send([dossier("1"), dossier("2", received_at=None)], [survey("1")])
    return made


def standing(district: District, hours: int = -1) -> Verdict:
    due = deadline(district.settings, NIGHT)
    return district.night().verdict_on(NIGHT, due + timedelta(hours=hours))


def test_a_night_that_nothing_read_was_not_run(district: District) -> None:
    verdict = standing(district)
    assert (verdict.kind, verdict.missing_wards) == ("not_run", ["s_sql", "s_http"])


def test_what_a_second_run_brought_counts_and_what_failed_before_does_not(district: District) -> None:
    district["s_http"].http.always = http.status(403)
    district.play()
    assert (standing(district).kind, standing(district).missing_wards) == ("partial", ["s_http"])
    district["s_http"].http.always = None
    district.play(wards=["s_http"])
    healed = standing(district)
    assert (healed.kind, healed.missing_wards) == ("complete", [])
    assert (healed.count("read"), healed.count("accepted"), healed.count("quarantined")) == (6, 4, 2)
    assert {(one.ward, one.rows) for one in healed.refused} == {("s_sql", 1), ("s_http", 1)}
    # A later attempt that fails takes nothing of it away.
    district["s_http"].http.always = http.status(403)
    district.play(wards=["s_http"], full=True)
    assert standing(district).kind == "complete"


def test_a_night_that_was_taken_back_is_missing_again(district: District) -> None:
    district.play()
    take_back(district.night().lake, [DOSSIERS], "s_sql", NIGHT, "an engineer", "from the wrong database")
    verdict = standing(district)
    assert (verdict.kind, verdict.missing_wards) == ("partial", ["s_sql"])


def test_a_ward_is_missing_for_the_nights_since_its_last(district: District) -> None:
    district.play(night=NIGHT - timedelta(days=3))
    district["s_http"].http.always = http.status(403)
    district.play()
    (missing,) = standing(district).missing
    assert (missing.ward, missing.nights) == ("s_http", 3)


def test_what_is_not_there_by_the_deadline_is_told_as_late_only_that_morning(district: District) -> None:
    assert standing(district, hours=1).is_late
    assert not standing(district, hours=48).is_late, "history that is read again"
