"""The real input: requests of a city, whose own verdicts the warehouse has to meet. Runs when the files are there."""

import csv
import gzip
import io
from collections import Counter
from datetime import datetime

import duckdb
import pytest

from examples.boston311.compare import Comparison, compare
from tests.support import real_input
from tests.support.background import Background
from tests.support.real_input import Played

FIRST_HALF_OF_2015 = 58_119
FILES = real_input.files()
pytestmark = pytest.mark.skipif(
    not FILES,
    reason=f"the real input is missing: no ward_*.csv or ward_*.csv.gz in {real_input.FOLDER}; BOSTON311_DIR names "
    "another folder",
)


@pytest.fixture(scope="module")
def played(background: Background) -> Played:
    found: Played = background.result("real input")
    return found


@pytest.fixture(scope="module")
def comparison(played: Played) -> Comparison:
    return compare(FILES, played.published)


@pytest.fixture(scope="module")
def requests() -> dict[str, list[dict[str, str]]]:
    """The rows of every file, by ward, read with nothing of the library."""
    found = {}
    for path in FILES:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found[path.name.split(".")[0]] = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return found


def moment(text: str) -> datetime | None:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p") if text else None  # noqa: DTZ007 - local, as in the file


def closed_before_opened(row: dict[str, str]) -> bool:
    closed, opened = moment(row["CLOSED_DT"]), moment(row["OPEN_DT"])
    return closed is not None and opened is not None and closed < opened


def test_the_comparison_holds(played: Played, comparison: Comparison) -> None:
    assert played.code == 0, played.said[-2000:]
    assert comparison.problems == []
    assert comparison.agreement >= 0.998


def test_no_request_is_unaccounted_for(comparison: Comparison, requests: dict[str, list[dict[str, str]]]) -> None:
    assert comparison.unaccounted == 0
    found = {ward.ward: (ward.records, ward.accepted + ward.quarantined) for ward in comparison.wards}
    assert found == {ward: (len(rows), len(rows)) for ward, rows in requests.items()}


def test_what_closes_before_it_opens_is_in_quarantine_for_that(
    played: Played, comparison: Comparison, requests: dict[str, list[dict[str, str]]]
) -> None:
    wanted = {row["CASE_ENQUIRY_ID"] for rows in requests.values() for row in rows if closed_before_opened(row)}
    with duckdb.connect(str(played.published), read_only=True) as db:
        found = db.execute("SELECT source_record_id, rules FROM audit.quarantine").fetchall()
    assert {record for record, rules in found if "resolved_after_received" in rules.split(",")} == wanted
    assert comparison.closed_before_opened == comparison.quarantined_for_it == len(wanted)


def test_on_time_and_late_are_those_of_the_citys_flags(
    played: Played, comparison: Comparison, requests: dict[str, list[dict[str, str]]]
) -> None:
    """Of the requests that the city gave a flag, every single verdict is the same."""
    with duckdb.connect(str(played.published), read_only=True) as db:
        verdicts = dict(db.execute("SELECT source_record_id, timeliness FROM marts.fct_dossiers").fetchall())
    words = {"early": "ONTIME", "on_time": "ONTIME", "late": "OVERDUE"}
    counted: Counter[tuple[str, str]] = Counter()
    for rows in requests.values():
        for row in rows:
            judged = verdicts.get(row["CASE_ENQUIRY_ID"])
            if judged is not None and row["CLOSED_DT"] and row["TARGET_DT"]:
                counted[(row["OnTime_Status"] or "no flag", words[judged])] += 1
    assert {pair for pair in counted if pair[0] not in ("no flag", pair[1])} == set()
    listed = sum(difference.requests for difference in comparison.differences)
    assert listed == sum(count for (city, _), count in counted.items() if city == "no flag")
    assert {difference.city for difference in comparison.differences} <= {"no flag"}


def test_what_is_printed_is_the_comparison(played: Played, comparison: Comparison) -> None:
    assert all(f" {ward.ward} " in played.said for ward in comparison.wards)
    assert f"Agreement: {comparison.agreement:.2%}" in played.said


def test_the_facts_of_the_first_half_of_2015(comparison: Comparison) -> None:
    total = sum(ward.records for ward in comparison.wards)
    if total != FIRST_HALF_OF_2015:
        pytest.skip(f"the facts are of January to June 2015, 58,119 requests; {real_input.FOLDER} holds {total:,}")
    assert len(comparison.wards) == 23
    assert comparison.closed_before_opened == 84
    assert sum(ward.quarantined for ward in comparison.wards) == 84
    assert sum(ward.compared - ward.agreed for ward in comparison.wards) == 63
    assert f"{comparison.agreement:.2%}" == "99.83%"


@pytest.mark.parametrize("indicator", ["first_time_right", "rejection_rate", "apology_coverage", "supplement_rate"])
def test_what_the_city_has_no_column_for_is_not_recorded(played: Played, indicator: str) -> None:
    with duckdb.connect(str(played.published), read_only=True) as db:
        found = db.execute(
            "SELECT DISTINCT numerator, denominator, value, value_note, wards_reporting FROM marts.reform_indicators "
            "WHERE indicator_code = $code",
            {"code": indicator},
        ).fetchall()
    assert found == [(None, None, None, "not_recorded", 0)]
