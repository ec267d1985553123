"""A night that is killed at any moment: one plain re-run, and the warehouse is that of a night that was not."""

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import MakeDistrict
from tests.faults.amount import LONG, amount
from tests.faults.healing import Healing
from tests.faults.likeness import likeness
from tests.faults.nights import ALL, STATES, keep_middles, struck
from tests.faults.rows import differences, rows_of
from tests.faults.workshop import Struck, Workshop
from ward_warehouse.warehouse.publish import audited_marker
from ward_warehouse.warehouse.seals import log_of


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
def healing(night: Struck) -> Healing:
    return Healing.of(night, "built")


def test_the_comparison_can_fail(night: Struck, healing: Healing) -> None:
    """Yesterday's file is not today's, and a second run of today is."""
    assert differences(night.published, night.expected) != []
    night.restore("second")
    healing.rerun()


def one(night: Struck, pattern: str) -> Path:
    return sorted(night.home.glob(pattern))[-1]


def in_build(night: Struck, statement: str) -> None:
    with duckdb.connect(str(night.settings.build_file)) as db:
        db.execute(statement)


CHANGES: dict[str, Callable[[Struck], object]] = {
    "an outcome less": lambda night: one(night, "lake/outcomes/*/*").unlink(),
    "an outcome before the others": lambda night: (path := one(night, "lake/outcomes/*/*")).rename(
        path.with_name("20000101T000000000000-00000000.json")
    ),
    "a manifest less": lambda night: one(night, "lake/manifests/dossiers/*/*").unlink(),
    "a manifest written anew": lambda night: os.utime(one(night, "lake/manifests/dossiers/*/*")),
    "records that are torn": lambda night: os.truncate(one(night, "lake/accepted/dossiers/*/*/*"), 99),
    "a file that was not renamed": lambda night: (night.home / "lake" / "outcomes" / f"{'a' * 32}.tmp").touch(),
    "a lock that was left": lambda night: (
        (night.home / "lake" / "locks").mkdir(exist_ok=True) or (night.home / "lake" / "locks" / "000001.json").touch()
    ),
    "a lake that cannot be written": lambda night: (night.home / "lake").chmod(0o555),
    "no audit": lambda night: audited_marker(night.settings.build_file).unlink(),
    "the audit of another build": lambda night: audited_marker(night.settings.build_file).write_text(
        one(night, "lake/outcomes/*/*").stem
    ),
    "no basis": lambda night: in_build(night, "DELETE FROM raw.build_basis"),
    "another value": lambda night: in_build(night, "UPDATE raw.dossiers SET channel = 'x' WHERE rowid = 0"),
    "a row twice": lambda night: in_build(night, "INSERT INTO raw.dossiers FROM raw.dossiers LIMIT 1"),
    "another comment": lambda night: in_build(night, "COMMENT ON TABLE raw.dossiers IS 'x'"),
    "a published file that somebody touched": lambda night: os.utime(night.settings.published_file),
    "a log beside what is published": lambda night: log_of(night.settings.published_file).touch(),
    "half of a publish": lambda night: (night.settings.warehouse_dir / f".district-{'a' * 32}").mkdir(),
    "another text of dbt's": lambda night: (night.home / "dbt" / "graph_summary.json").write_text("{}"),
}
"""Whatever a re-run could trip over."""


def test_two_states_are_alike_only_if_they_are(night: Struck) -> None:
    """The same steps make the same, whenever they are played, and the least change makes another."""
    night.restore("first")
    night.clean(ALL)
    same = likeness(night.home.with_name("second"))
    assert likeness(night.home) == same
    found = {same: "none"}
    for name, change in CHANGES.items():
        night.restore("second")
        change(night)
        changed = likeness(night.home)
        assert changed not in found, f"{name} is like {found[changed]}"
        found[changed] = name


def test_midnight_makes_no_other_state(tmp_path: Path) -> None:
    """The outcomes of a night that ends after it lie in the folders of two days, and say when in two ways."""
    today = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=5)
    midnight = today.replace(hour=0)
    spans = {
        "of a day": (today, today + timedelta(seconds=1)),
        "of two": (midnight - timedelta(seconds=1), midnight),
        "the other way": (today + timedelta(seconds=1), today),
    }
    told = {}
    for name, (validated, published) in spans.items():
        for step, at in (("validate", validated), ("publish", published)):
            file = tmp_path / name / f"lake/outcomes/{at:%Y%m%d}/{at:%Y%m%dT%H%M%S%f}-0000000{len(step)}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps({"step": step, "begun": at.isoformat(), "ended": str(at)}))
        told[name] = likeness(tmp_path / name)
    assert told["of a day"] == told["of two"] != told["the other way"]


@pytest.mark.parametrize("schemas", [[], ["marts", "audit", "analyst", "intermediate", "reference", "staging"]])
def test_what_follows_a_load_reads_no_more_than_is_looked_at(night: Struck, schemas: list[str]) -> None:
    """Neither the lake nor dbt's own writing; nor, where no build passed before, what earlier builds made."""
    night.restore("judged")
    night.clean(["build", "publish"], lose=schemas)
    assert differences(rows_of(night.settings.published_file), night.expected) == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", COMMIT_POINTS)
def test_killed_at_a_commit_point(night: Struck, healing: Healing, name: str, after: bool) -> None:
    point = COMMIT_POINTS[name]
    night.restore(STATES[point.step])
    fault = {"action": "kill", "operation": point.operation, "path": point.path, "after": after}
    assert night.play([point.step], fault=fault).killed, "the night has no such moment"
    assert night.torn() == []
    healing.rerun(ALL if LONG else RERUNS[point.step])


@pytest.mark.parametrize("part", range(amount(1, 10)))
def test_killed_at_random_moments(night: Struck, healing: Healing, chance: random.Random, part: int) -> None:
    for step in ALL * 5:
        kill(night, step, chance.uniform(0, night.seconds[step]))
        assert night.torn() == []
        healing.rerun(ALL if LONG else RERUNS[step])


def kill(night: Struck, step: str, after: float) -> None:
    """Kills a step in the middle: one that was over sooner is played again, and struck sooner."""
    night.restore(STATES[step])
    while not night.play([step], kill_after=after).killed:
        night.restore(STATES[step])
        after *= 0.7
