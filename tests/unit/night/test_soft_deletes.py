"""Records that a ward's software keeps and marks as deleted: they are deleted here at once, and back when unmarked."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from pydantic import ValidationError

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, ROOT, District
from tests.support.records import NIGHT, at, dossier
from ward_warehouse.lake import deletions
from ward_warehouse.mapping.deleted_rows import divided
from ward_warehouse.registry.systems import DeletedWhen

IDS = [str(number) for number in range(10)]
MARKS: list[tuple[dict[str, Any], str, str]] = [
    ({"column": "DA_XOA", "values": [1, True]}, "0", "1"),
    ({"column": "DA_XOA", "filled": True}, "", "2024-03-07 10:00:00"),
]
"""The key of the system file, the mark of a record that is there, and that of a deleted one."""


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


@pytest.fixture(params=MARKS, ids=["values", "filled"])
def marked(request: pytest.FixtureRequest, make_district: MakeDistrict, tmp_path: Path) -> tuple[District, str, str]:
    """A ward with ten dossiers, in a software that marks what is deleted; the marks."""
    says, there, gone = request.param
    district: District = make_district(tmp_path, {"soft": "sql"})
    district.systems_dir = tmp_path / "software"
    shutil.copytree(ROOT / "dags" / "systems", district.systems_dir)
    file = district.systems_dir / "igate.yml"
    system = yaml.safe_load(file.read_text(encoding="utf-8"))
    system["record_kinds"]["dossiers"]["deleted_when"] = says
    file.write_text(yaml.safe_dump(system, allow_unicode=True), encoding="utf-8")
    district["soft"].send([dossier(record_id) for record_id in IDS])
    execute(district, "alter table HO_SO add column DA_XOA text")
    mark(district, there, *IDS, changed=None)
    return district, there, gone


def execute(district: District, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(district["soft"].database)) as database, database:
        database.execute(statement, values)


def mark(district: District, value: str, *ids: str, changed: date | None) -> None:
    for record_id in ids:
        execute(district, "update HO_SO set DA_XOA = nullif(?, '') where ID_HO_SO = ?", value, record_id)
        if changed is not None:
            moment = at(changed, 10)
            execute(district, "update HO_SO set NGAY_CAP_NHAT = ? where ID_HO_SO = ?", str(moment), record_id)


def deleted(district: District) -> list[str]:
    """The ids that count as deleted after all events."""
    events = deletions.events(district.night().lake, DOSSIERS, "soft")
    newest = {row["source_record_id"]: row["is_deleted"] for row in events.sort_by("reconciled_at").to_pylist()}
    return sorted(record_id for record_id, is_deleted in newest.items() if is_deleted)


def play(district: District, night: date) -> tuple[str, int, int]:
    state = district.play(night, record_kinds=["dossiers"]).state("soft")
    manifest = district.manifest("soft", night)
    assert manifest is not None
    return state.state, manifest.rows_read, manifest.rows_accepted


def test_a_marked_record_is_deleted_at_once_and_back_when_unmarked(marked: tuple[District, str, str]) -> None:
    district, there, gone = marked
    assert play(district, NIGHT)[2] == 10
    mark(district, gone, "3", "4", changed=after(1))
    play(district, after(1))
    assert deleted(district) == ["3", "4"]
    play(district, after(1))
    assert deleted(district) == ["3", "4"], "a night that is played again deletes nothing twice"
    mark(district, there, "4", changed=after(2))
    play(district, after(2))
    assert deleted(district) == ["3"]


def test_a_record_that_was_marked_before_its_first_night_is_none(marked: tuple[District, str, str]) -> None:
    district, _, gone = marked
    mark(district, gone, "0", changed=None)
    assert play(district, NIGHT) == ("loaded", 9, 9)
    assert deleted(district) == []


def test_a_reconciliation_sees_marked_records_as_gone(marked: tuple[District, str, str]) -> None:
    district, _, gone = marked
    play(district, NIGHT)
    mark(district, gone, "7", changed=None)
    district.night().reconcile_ward("soft", [DOSSIERS], "run", district.resolve)
    assert deleted(district) == ["7"]


def test_a_night_that_marks_most_records_is_not_believed(marked: tuple[District, str, str]) -> None:
    district, _, gone = marked
    play(district, NIGHT)
    mark(district, gone, *IDS[:8], changed=after(1))
    found = district.play(after(1), record_kinds=["dossiers"])
    assert "shows 2 of the 10 records" in str(found.found[0].error)
    assert deleted(district) == []


def test_marks_are_compared_as_text_and_an_absent_column_marks_nothing() -> None:
    batch = pa.table({"id": ["a", "b", "c", "d"], "x": pa.array([1, 0, None, 2], pa.int64())})
    there, gone = divided(batch, DeletedWhen.model_validate({"column": "x", "values": [1, 2]}))
    assert (there["id"].to_pylist(), gone["id"].to_pylist()) == (["b", "c"], ["a", "d"])
    there, gone = divided(batch, DeletedWhen(column="y", filled=True))
    assert (there.num_rows, gone.num_rows) == (4, 0)
    flags = pa.table({"x": pa.array([True, False, None], pa.bool_())})
    assert divided(flags, DeletedWhen(column="x", values=("TRUE",)))[1].num_rows == 1


@pytest.mark.parametrize("wrong", [{}, {"values": []}, {"values": [1], "filled": True}])
def test_a_mark_needs_its_values_or_any(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exactly one of values, filled"):
        DeletedWhen.model_validate({"column": "x", **wrong})
