"""What is told of the alarms about votes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from ward_warehouse.core.errors import BuildError
from ward_warehouse.warehouse.vote_alarms import alarm_lines, read_vote_alarms

FIRST = date(2018, 2, 5)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A published warehouse with an alarm a day for seven days, the last two of one day."""
    file = tmp_path / "district.duckdb"
    rows = [("ward_a", "votes_at_night", None, FIRST + timedelta(days=day), 10 + day) for day in range(6)]
    rows.append(("ward_b", "votes_for_one_dossier", "H29.18-180205-0001", rows[-1][3], 10))
    with duckdb.connect(str(file)) as db:
        db.execute(
            "CREATE SCHEMA marts; CREATE TABLE marts.vote_alarms "
            "(ward_key VARCHAR, alarm VARCHAR, dossier_code VARCHAR, answered_date DATE, votes BIGINT)"
        )
        db.executemany("INSERT INTO marts.vote_alarms VALUES (?, ?, ?, ?, ?)", rows)
    return file


def test_the_newest_alarms_are_told_one_by_one(published: Path) -> None:
    assert alarm_lines(published) == [
        "look at ward_a: 15 votes in one night, on 2018-02-10; `marts.fct_survey_responses` has them",
        "look at ward_b: 10 votes for the one dossier H29.18-180205-0001, the newest on 2018-02-10; "
        "`marts.fct_survey_responses` has them",
        "look at ward_a: 14 votes in one night, on 2018-02-09; `marts.fct_survey_responses` has them",
        "look at ward_a: 13 votes in one night, on 2018-02-08; `marts.fct_survey_responses` has them",
        "look at ward_a: 12 votes in one night, on 2018-02-07; `marts.fct_survey_responses` has them",
        "2 older alarms about votes stand in `marts.vote_alarms`",
    ]


def test_nothing_is_told_where_nothing_is_published_or_had_alarms_yet(tmp_path: Path) -> None:
    assert read_vote_alarms(tmp_path / "district.duckdb") == []
    duckdb.connect(str(tmp_path / "district.duckdb")).close()
    assert alarm_lines(tmp_path / "district.duckdb") == []


def test_a_damaged_warehouse_is_named(tmp_path: Path) -> None:
    (tmp_path / "district.duckdb").write_bytes(b"no warehouse" * 1000)
    with pytest.raises(BuildError, match=r"district\.duckdb"):
        read_vote_alarms(tmp_path / "district.duckdb")
