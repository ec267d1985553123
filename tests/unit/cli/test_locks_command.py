"""`ward-warehouse locks`: who is at work on what, what was left behind, and its end."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.records import NIGHT
from ward_warehouse.cli import main
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.lock_holder import this_process
from ward_warehouse.lake.locks import find_locks, partition_lock
from ward_warehouse.lake.store import Lake

KIND = RecordKind.DOSSIERS


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake in which a run that was killed left its lock on p01."""
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(tmp_path))
    made = Lake(str(tmp_path / "lake"))
    left = this_process().model_copy(update={"started": "1"})
    made.write_record(f"locks/{KIND}/p01/{NIGHT}/000001.json", left)
    return made


def shown(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    ran = CliRunner().invoke(main, ["locks", "--json", *arguments])
    assert ran.exit_code == code, ran.output
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def test_locks_are_shown_with_their_holders(lake: Lake) -> None:
    with partition_lock(lake, KIND, "p02", NIGHT):
        found = {row["ward"]: row["state"] for row in shown()}
        assert found == {"p01": "left behind", "p02": "at work"}
        text = CliRunner().invoke(main, ["locks"]).output
    assert all(word in text for word in ("p01", "p02", "left behind", "at work", str(NIGHT)))


def test_those_left_behind_are_ended_and_those_at_work_are_not(lake: Lake) -> None:
    with partition_lock(lake, KIND, "p02", NIGHT):
        assert {row["ward"]: row["state"] for row in shown("--end", code=1)} == {"p01": "ended", "p02": "at work"}
        ran = CliRunner().invoke(main, ["locks", "--end"])
        assert "1 of the locks were left alone: their runs are at work" in ran.stderr
        assert [lock.ward for lock in find_locks(lake)] == ["p02"]
        assert [row["state"] for row in shown("--end", "--even-at-work")] == ["ended"]
        assert find_locks(lake) == []
    assert "no locks" in CliRunner().invoke(main, ["locks"]).output


@pytest.mark.parametrize(
    ("option", "found"),
    [
        (("--ward", "p01"), 1),
        (("--ward", "quan_11_p07"), 0),
        (("--record-kind", "procedures"), 0),
        (("--night", str(NIGHT)), 1),
    ],
)
def test_locks_are_narrowed(lake: Lake, option: tuple[str, str], found: int) -> None:
    assert len(shown(*option, "--end")) == found
    assert len(find_locks(lake)) == 1 - found


@pytest.mark.parametrize(
    ("option", "said"),
    [(("--night", "foo"), "--night: found 'foo', expected a date"), (("--ward", "nope"), "ward nope: no valid entry")],
)
def test_a_mistyped_filter_is_not_the_all_clear(lake: Lake, option: tuple[str, str], said: str) -> None:
    ran = CliRunner().invoke(main, ["locks", *option])
    assert ran.exit_code == 1
    assert said in ran.stderr
    assert "no locks" not in ran.output
