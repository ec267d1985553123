"""The real input: requests of a city, whose own verdicts the warehouse has to meet. Runs when the files are there."""

import csv
import gzip
import importlib.util
import io
import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
from rich.console import Console

from tests.support.district import ROOT
from ward_warehouse.reports.boston311 import Comparison, compare

FIRST_HALF_OF_2015 = 58_119


def play_real() -> ModuleType:
    """The script behind `make real`."""
    spec = importlib.util.spec_from_file_location("play_real", ROOT / "scripts" / "play_real.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = play_real()
FOLDER = Path(os.environ.get("BOSTON311_DIR", SCRIPT.DEFAULT_FOLDER)).resolve()
FILES = sorted([*FOLDER.glob("ward_*.csv"), *FOLDER.glob("ward_*.csv.gz")])
pytestmark = pytest.mark.skipif(
    not FILES,
    reason=f"the real input is missing: no ward_*.csv or ward_*.csv.gz in {FOLDER}; BOSTON311_DIR names another folder",
)


@dataclass(frozen=True)
class Played:
    published: Path
    comparison: Comparison
    said: str
    code: int


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    console = Console(file=io.StringIO(), width=160)
    before = dict(os.environ)
    try:
        SCRIPT.prepare_environment(tmp_path_factory.mktemp("boston") / "state", FOLDER)
        published = SCRIPT.load(console)
        comparison = compare(FILES, published)
        code = SCRIPT.show(comparison, console)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert isinstance(console.file, io.StringIO)
    return Played(published, comparison, console.file.getvalue(), code)


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


def test_the_comparison_holds(played: Played) -> None:
    assert played.comparison.problems == []
    assert played.code == 0
    assert played.comparison.agreement >= 0.998


def test_no_request_is_unaccounted_for(played: Played, requests: dict[str, list[dict[str, str]]]) -> None:
    assert played.comparison.unaccounted == 0
    found = {ward.ward: (ward.records, ward.accepted + ward.quarantined) for ward in played.comparison.wards}
    assert found == {ward: (len(rows), len(rows)) for ward, rows in requests.items()}


def test_what_closes_before_it_opens_is_in_quarantine_for_that(
    played: Played, requests: dict[str, list[dict[str, str]]]
) -> None:
    wanted = {row["CASE_ENQUIRY_ID"] for rows in requests.values() for row in rows if closed_before_opened(row)}
    with duckdb.connect(str(played.published), read_only=True) as db:
        found = db.execute("SELECT source_record_id, rules FROM audit.quarantine").fetchall()
    assert {record for record, rules in found if "resolved_after_received" in rules.split(",")} == wanted
    assert played.comparison.closed_before_opened == played.comparison.quarantined_for_it == len(wanted)


def test_on_time_and_late_are_those_of_the_citys_flags(
    played: Played, requests: dict[str, list[dict[str, str]]]
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
    listed = sum(difference.requests for difference in played.comparison.differences)
    assert listed == sum(count for (city, _), count in counted.items() if city == "no flag")
    assert {difference.city for difference in played.comparison.differences} <= {"no flag"}


def test_what_is_printed_is_the_comparison(played: Played) -> None:
    assert all(f" {ward.ward} " in played.said for ward in played.comparison.wards)
    assert f"Agreement: {played.comparison.agreement:.2%}" in played.said


def test_the_facts_of_the_first_half_of_2015(played: Played) -> None:
    total = sum(ward.records for ward in played.comparison.wards)
    if total != FIRST_HALF_OF_2015:
        pytest.skip(f"the facts are of the 58,119 requests of January to June 2015; {FOLDER} holds {total:,} requests")
    assert len(played.comparison.wards) == 23
    assert played.comparison.closed_before_opened == 84
    assert sum(ward.quarantined for ward in played.comparison.wards) == 84
    assert sum(ward.compared - ward.agreed for ward in played.comparison.wards) == 63
    assert f"{played.comparison.agreement:.2%}" == "99.83%"
