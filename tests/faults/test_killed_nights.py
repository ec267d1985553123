"""A night that is killed at any moment: one plain re-run, and the warehouse is that of a night that was not."""

import random
from dataclasses import dataclass

import pytest

from tests.conftest import MakeDistrict
from tests.faults.amount import LONG, amount
from tests.faults.nights import ALL, STATES, keep_middles, struck
from tests.faults.rows import Rows, differences, rows_of
from tests.faults.workshop import Struck, Workshop


@dataclass(frozen=True)
class CommitPoint:
    """A moment that decides whether something has happened: an operation on a path."""

    step: str
    operation: str
    path: str


COMMIT_POINTS: dict[str, CommitPoint] = {
    "landing file": CommitPoint("extract", "replace", "lake/landing/dossiers/ward="),
    "landed record": CommitPoint("extract", "replace", "lake/landing/dossiers/kill"),
    "landed record on disk": CommitPoint("extract", "fsync", "lake/landing/dossiers/kill"),
    "outcome of extract": CommitPoint("extract", "replace", "lake/outcomes"),
    "accepted file": CommitPoint("validate", "replace", "lake/accepted/dossiers"),
    "quarantine file": CommitPoint("validate", "replace", "lake/quarantine/dossiers"),
    "manifest": CommitPoint("validate", "replace", "lake/manifests/dossiers"),
    "manifest on disk": CommitPoint("validate", "fsync", "lake/manifests/dossiers"),
    "landing file removed": CommitPoint("validate", "remove", "lake/landing/dossiers/ward="),
    "audited marker removed": CommitPoint("build", "unlink", "district.audited"),
    "load and its ledger": CommitPoint("build", "sql", "COMMIT"),
    "calendar": CommitPoint("build", "sql", "CREATE OR REPLACE TABLE raw.calendar"),
    "dbt build": CommitPoint("build", "dbt", "build"),
    "build results": CommitPoint("build", "sql", "INSERT INTO raw.build_results"),
    "audited marker": CommitPoint("build", "replace", "district.audited"),
    "publish rename": CommitPoint("publish", "replace", "district.duckdb"),
    "publish on disk": CommitPoint("publish", "fsync", "home/warehouse"),
    "publish folder removed": CommitPoint("publish", "rmdir", ".district-"),
}


ALL_SCHEMAS = ("raw", "marts", "audit")
RERUNS = {
    "extract": ["extract", "validate", "load"],
    "validate": ["extract", "validate", "load"],
    "build": ["build", "publish"],
    "publish": ["publish"],
}
"""The plain re-run after a kill in a step: the whole night in the long part; in the short one it ends, or begins, where
a build or a landed night says as much.
"""


@pytest.fixture(scope="module")
def night(workshop: Workshop, make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Struck:
    """Two wards; beside the states before and after the night, those of its middle."""
    made = struck(
        workshop, make_district, tmp_path_factory.mktemp("killed"), {"kill_sql": "sql", "kill_files": "files"},
        None if LONG else ["dossiers"],
    )  # fmt: skip
    keep_middles(made)
    return made


@pytest.fixture(scope="module")
def unkilled(night: Struck) -> Rows:
    """All that the build file holds after a night that was never killed."""
    return rows_of(night.home.with_name("built") / "warehouse" / "build" / "district.duckdb", ALL_SCHEMAS)


def rerun(night: Struck, unkilled: Rows, steps: list[str]) -> None:
    """One plain re-run, and the comparison of all that it made."""
    assert night.torn() == []
    night.clean(steps)
    schemas = ALL_SCHEMAS if "build" in steps else ("raw",)
    expected = {name: rows for name, rows in unkilled.items() if name.split(".")[0] in schemas}
    assert differences(rows_of(night.settings.build_file, schemas), expected) == []
    if "publish" in steps:
        assert differences(rows_of(night.settings.published_file), night.expected) == []
        assert [path.name for path in night.settings.warehouse_dir.glob(".*")] == [], "copies of killed runs are gone"


def test_the_comparison_can_fail(night: Struck, unkilled: Rows) -> None:
    """Yesterday's file is not today's, and a second run of today is."""
    assert differences(night.published, night.expected) != []
    night.restore("second")
    rerun(night, unkilled, ALL)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", COMMIT_POINTS)
def test_killed_at_a_commit_point(night: Struck, unkilled: Rows, name: str, after: bool) -> None:
    point = COMMIT_POINTS[name]
    night.restore(STATES[point.step])
    fault = {"action": "kill", "operation": point.operation, "path": point.path, "after": after}
    assert night.play([point.step], fault=fault).killed, "the night has no such moment"
    rerun(night, unkilled, ALL if LONG else RERUNS[point.step])


def test_killed_at_random_moments(night: Struck, unkilled: Rows, chance: random.Random) -> None:
    killed = 0
    for number in range(amount(20, 200)):
        step = ALL[number % len(ALL)]
        night.restore(STATES[step])
        killed += night.play([step], kill_after=chance.uniform(0, night.seconds[step])).killed
        rerun(night, unkilled, ALL if LONG else RERUNS[step])
    assert killed > amount(20, 200) * 0.7, "most of them struck before the step ended"
