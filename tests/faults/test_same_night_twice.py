"""Nights, and the same night, started twice at the same moment: one result, and nobody gets a traceback."""

from datetime import timedelta
from typing import Any

import duckdb
import pytest

from tests.conftest import MakeDistrict
from tests.faults.amount import amount
from tests.faults.nights import NEXT, struck
from tests.faults.rows import differences, rows_of
from tests.faults.workshop import Struck, Workshop
from tests.support.district import DOSSIERS
from tests.support.records import at, dossier

WARD = "twice_sql"


@pytest.fixture(scope="module")
def night(workshop: Workshop, make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Struck:
    return struck(workshop, make_district, tmp_path_factory.mktemp("twice"), {WARD: "sql"}, ["dossiers"])


def test_the_same_night_twice_at_once_is_one_night(night: Struck) -> None:
    night.restore("second")
    expected = rows_of(night.settings.build_file, ("raw",))
    for _ in range(amount(10, 50)):
        night.restore("first")
        both = night.play_at_once(2, ["extract", "validate"])
        assert [played.unexpected for played in both] == [None, None]
        assert all("\n" not in line for played in both for line in played.errors)
        assert [] in [played.errors for played in both], "one of them did it"
        assert night.torn() == []
        night.clean(["load"])
        found = rows_of(night.settings.build_file, ("raw",))
        # Which of the two wrote its outcomes last is chance; what they are about is not.
        assert differences({**found, "raw.load_outcomes": []}, {**expected, "raw.load_outcomes": []}) == []


def test_two_nights_at_once_are_two_nights(night: Struck) -> None:
    """The later one does not know yet what the earlier one commits: it may read that again, and loses nothing."""
    later = NEXT + timedelta(days=1)
    ward = night.district[WARD]
    before = list(ward.sent[DOSSIERS])
    ward.send([dossier("2", channel="postal", source_changed_at=at(later, 9)), dossier("third", later)])
    try:
        night.restore("second")
        night.clean(["extract", "validate", "load"], later)
        expected = newest(night)
        for _ in range(amount(3, 30)):
            night.restore("first")
            both = night.play_nights_at_once(["extract", "validate"], [NEXT, later])
            assert [(played.unexpected, played.errors) for played in both] == [(None, [])] * 2
            assert night.torn() == []
            night.clean(["load"])
            assert newest(night) == expected
    finally:
        ward.sent[DOSSIERS] = before
        ward.send()


def newest(night: Struck) -> list[Any]:
    """The newest version of each record, and each refused record."""
    with duckdb.connect(str(night.settings.build_file), read_only=True) as db:
        return db.execute(
            """
            SELECT * EXCLUDE (night, source_position) FROM raw.dossiers QUALIFY row_number() OVER (
                PARTITION BY source_record_id ORDER BY source_changed_at DESC, night DESC) = 1
            ORDER BY source_record_id"""
        ).fetchall()


def test_two_builds_at_once_are_one_build(night: Struck) -> None:
    night.restore("second")
    for _ in range(amount(1, 10)):
        both = night.play_at_once(2, ["build", "publish"])
        assert [played.unexpected for played in both] == [None, None]
        assert [] in [played.errors for played in both], "one of them did it"
        assert all("\n" not in line for played in both for line in played.errors)
        assert night.torn() == []
