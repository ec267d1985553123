"""Records that no rule is expected to refuse are landed as they will be accepted; what is judged stays the same."""

import errno
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.counter import GOOD, NIGHT, SYSTEM, mapped
from tests.support.district import DOSSIERS, ROOT
from tests.support.feeds import feed
from ward_warehouse.core.errors import LakeError
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest
from ward_warehouse.night import landing
from ward_warehouse.night.landing import LandingFiles, Suspects, suspects_by
from ward_warehouse.validation.commit import judge_batches
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.suites import load_suite

EXPECTATIONS = ROOT / "expectations"
BY_THE_SUITE = suspects_by(EXPECTATIONS, DOSSIERS)

Row = dict[str, Any]
SOUND = [{**GOOD, "ID": f"BN-{number}", "CODE": f"H29-{number}"} for number in range(6)]
REFUSED: list[Row] = [
    {**GOOD, "ID": "dateless", "CODE": "H29-21", "RECEIVED": ""},
    {**GOOD, "ID": "unknown", "CODE": "H29-22", "STATUS": "Chuyển liên thông"},
    {**GOOD, "ID": "torn", "CODE": "H29-23", "RECEIVED": "hôm qua"},
]
WARNED: list[Row] = [{**GOOD, "ID": "early", "CODE": "H29-31", "DUE": "25/12/2018"}]
REPEATED: list[Row] = [{**GOOD, "ID": "BN-1", "CODE": "H29-1", "CHANNEL": "Bưu chính"}]
"""Another record of an id; which of the two is true nobody knows, and neither is suspect by itself."""


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_suite(EXPECTATIONS, DOSSIERS))


def land(lake: Lake, batches: list[list[Row]], suspects: Suspects | None) -> LandedBatch:
    """A landed batch of records that came in several batches."""
    place = feed(SYSTEM, ward="p01", procedures=["1.000656"])
    with ExitStack() as stack:
        written = LandingFiles(lake, "landing/p01.parquet", DOSSIERS, stack, suspects)
        for rows in batches:
            written.write(mapped(rows, place))
    return LandedBatch(
        record_kind=DOSSIERS, ward="p01", district="quan", night=NIGHT, batch_id="b1", path=written.path,
        cleared_path=written.cleared_path, beside_path=written.beside_path, rows_read=sum(map(len, batches)),
        rows_unchanged=0,
    )  # fmt: skip


def commit(lake: Lake, judge: Judge, batch: LandedBatch) -> Manifest:
    (verdict,) = judge_batches(lake, judge, [batch])
    assert verdict.manifest is not None
    return verdict.manifest


def sorted_rows(lake: Lake, path: str) -> list[Row]:
    rows = lake.read_table(path).to_pylist() if path else []
    for row in rows:
        row.pop("quarantined_at", None)
    return sorted(rows, key=lambda row: (str(row["source_record_id"]), str(row["content_hash"])))


def outcome(manifest: Manifest) -> dict[str, Any]:
    told = manifest.model_dump(exclude={"path", "cleared_path", "beside_path", "committed_at"})
    return {**told, "accepted_path": bool(told["accepted_path"]), "quarantine_path": bool(told["quarantine_path"])}


@pytest.fixture(autouse=True)
def _every_batch_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "MANY_ROWS", 1)


@pytest.mark.parametrize("few", [0, 200])
@pytest.mark.parametrize(
    "batches",
    [
        [SOUND],
        [[*SOUND[:2], *REFUSED, *SOUND[2:]]],
        [SOUND, REFUSED],
        [REFUSED],
        [[*SOUND[:2], *WARNED, *SOUND[2:]], REFUSED],
        [SOUND, REPEATED],
        [SOUND, REFUSED, SOUND[:2]],
    ],
    ids=["sound", "some refused", "a batch refused", "all refused", "warned", "repeated", "sent twice"],
)
def test_two_files_are_judged_as_one_is(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch, batches: list[list[Row]], few: int
) -> None:
    monkeypatch.setattr(landing, "FEW_SUSPECTS", few)
    one, two = Lake(str(tmp_path / "one")), Lake(str(tmp_path / "two"))
    expected = commit(one, judge, land(one, batches, None))
    landed = land(two, batches, BY_THE_SUITE)
    found = commit(two, judge, landed)
    assert outcome(found) == outcome(expected)
    for name in ("accepted_path", "quarantine_path"):
        assert sorted_rows(two, getattr(found, name)) == sorted_rows(one, getattr(expected, name)), name
    assert not [path for path in landed.landed_paths if two.exists(path)], "landed files are removed"


def test_sound_records_are_written_once(tmp_path: Path, judge: Judge) -> None:
    lake = Lake(str(tmp_path))
    landed = land(lake, [[*SOUND, *REFUSED]], BY_THE_SUITE)
    written = os.stat(lake.path(landed.cleared_path)).st_ino
    found = commit(lake, judge, landed)
    assert os.stat(lake.path(found.accepted_path)).st_ino == written
    assert (found.rows_accepted, found.rows_quarantined) == (len(SOUND), len(REFUSED))


@pytest.mark.parametrize("suspect", [False, True])
def test_a_wrong_guess_changes_no_judgement(tmp_path: Path, judge: Judge, suspect: bool) -> None:
    """As when a rule was changed between the reading of a ward and the judging."""
    right, wrong = Lake(str(tmp_path / "right")), Lake(str(tmp_path / "wrong"))
    expected = commit(right, judge, land(right, [[*SOUND, *REFUSED]], BY_THE_SUITE))
    landed = land(wrong, [[*SOUND, *REFUSED]], lambda table: np.full(table.num_rows, suspect))
    found = commit(wrong, judge, landed)
    assert outcome(found) == outcome(expected)
    for name in ("accepted_path", "quarantine_path"):
        assert sorted_rows(wrong, getattr(found, name)) == sorted_rows(right, getattr(expected, name))


def test_a_suite_that_cannot_be_read_clears_nothing(tmp_path: Path) -> None:
    landed = land(Lake(str(tmp_path)), [SOUND], suspects_by(tmp_path / "nowhere", DOSSIERS))
    assert landed.path
    assert not landed.cleared_path


def test_a_small_batch_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "MANY_ROWS", len(SOUND) + 1)
    landed = land(Lake(str(tmp_path)), [SOUND], BY_THE_SUITE)
    assert landed.landed_paths == [landed.path]


def test_a_file_system_without_second_names_gets_a_copy(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    lake = Lake(str(tmp_path))
    landed = land(lake, [SOUND], BY_THE_SUITE)
    expected = lake.read_table(landed.cleared_path)
    assert lake.read_table(commit(lake, judge, landed).accepted_path).equals(expected)


def test_a_landed_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"accepted/x\.parquet"):
        Lake(str(tmp_path)).give_name("landing/x.parquet", "accepted/x.parquet")


def test_every_column_of_a_landed_batch_can_be_read(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    landed = land(lake, [[*SOUND, *REFUSED]], BY_THE_SUITE)
    ids = lake.read_landed(landed, ["source_record_id"])["source_record_id"].to_pylist()
    assert sorted(ids) == sorted(row["ID"] for row in [*SOUND, *REFUSED])
