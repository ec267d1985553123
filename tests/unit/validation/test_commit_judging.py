"""Landed batches of several wards, judged together by rules of the project's own suite and told apart again."""

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml

from tests.support.counter import GOOD, NIGHT, SYSTEM, mapped
from tests.support.district import DOSSIERS, ROOT
from tests.support.feeds import feed
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.lake.quarantine_log import QUARANTINE_SCHEMA
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest
from ward_warehouse.validation import commit
from ward_warehouse.validation.commit import Ruling
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.suites import Suite, load_suite

EXPECTATIONS = ROOT / "expectations"
FEW = ("status_known", "received_at_present", "received_at_readable", "due_after_received")
"""Enough rules for most of what is tested here; judging by all of them takes seconds."""
NO_DATE = {"RECEIVED": "", "ID": "dateless"}
UNKNOWN = {"STATUS": "Chuyển liên thông", "ID": "unknown"}
TOO_EARLY = {"DUE": "25/12/2018", "ID": "early"}
"""A promise that ends before the record came in: a warning."""


class CountingJudge(Judge):
    """The judge, and how many records it was given each time."""

    def broken_rows(self, records: pa.Table) -> dict[str, np.ndarray]:
        self.given.append(records.num_rows)
        return super().broken_rows(records)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    folder = tmp_path_factory.mktemp("suite")
    whole = yaml.safe_load((EXPECTATIONS / "dossiers.yml").read_text(encoding="utf-8"))
    few = [entry for entry in whole["expectations"] if entry["meta"]["rule"] in FEW]
    (folder / "dossiers.yml").write_text(yaml.safe_dump({"expectations": few}, allow_unicode=True), encoding="utf-8")
    return load_suite(folder, DOSSIERS)


@pytest.fixture(scope="module")
def one_judge(suite: Suite) -> CountingJudge:
    return CountingJudge(suite)


@pytest.fixture
def judge(one_judge: CountingJudge) -> CountingJudge:
    one_judge.given = []
    return one_judge


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path))


def landed(lake: Lake, ward: str, *rows: dict[str, str], unchanged: int = 0) -> LandedBatch:
    """A batch as an extraction leaves one; without rows it has no file."""
    path = f"landing/{ward}.parquet" if rows else ""
    if rows:
        place = feed(SYSTEM, ward=ward, procedures=["1.000656"])
        lake.write_table(path, mapped([{**GOOD, **row} for row in rows], place))
    return LandedBatch(
        record_kind=DOSSIERS, ward=ward, district="quan", night=NIGHT, batch_id="b1", path=path,
        rows_read=len(rows) + unchanged, rows_unchanged=unchanged,
    )  # fmt: skip


def committed(lake: Lake, judge: Judge, batches: list[LandedBatch]) -> list[Manifest]:
    """The partitions of batches of which none is held back."""
    return [verdict.manifest for verdict in commit.judge_batches(lake, judge, batches) if verdict.manifest]


def entries(lake: Lake, manifest: Manifest) -> list[dict[str, Any]]:
    return lake.read_table(manifest.quarantine_path).to_pylist() if manifest.quarantine_path else []


def ids(lake: Lake, path: str) -> list[str]:
    return lake.read_table(path)["source_record_id"].to_pylist() if path else []


def good(number: int) -> dict[str, str]:
    return {"ID": f"good {number}".replace(" ", "-")}


def test_the_records_of_several_wards_go_back_to_their_own(lake: Lake, judge: CountingJudge) -> None:
    batches = [
        landed(lake, "p01", good(1), NO_DATE),
        landed(lake, "p02", unchanged=7),
        landed(lake, "p03", UNKNOWN, good(2), NO_DATE),
        landed(lake, "p04", good(3)),
    ]
    manifests = committed(lake, judge, batches)
    assert judge.given == [6], "one frame for all"
    assert [manifest.ward for manifest in manifests] == ["p01", "p02", "p03", "p04"]
    assert [ids(lake, manifest.accepted_path) for manifest in manifests] == [["good-1"], [], ["good-2"], ["good-3"]]
    refused = [[(entry["source_record_id"], entry["rule_codes"]) for entry in entries(lake, m)] for m in manifests]
    dateless = ("dateless", "received_at_present")
    assert [sorted(found) for found in refused] == [[dateless], [], [dateless, ("unknown", "status_known")], []]
    assert [(m.rows_accepted, m.rows_quarantined, m.rows_unchanged) for m in manifests] == [
        (1, 1, 0), (0, 0, 7), (1, 2, 0), (1, 0, 0),
    ]  # fmt: skip


def test_each_manifest_counts_every_rule_over_its_own_records(lake: Lake, judge: CountingJudge, suite: Suite) -> None:
    batches = [landed(lake, "p01", good(1), NO_DATE), landed(lake, "p02"), landed(lake, "p03", UNKNOWN)]
    manifests = committed(lake, judge, batches)
    for manifest, rows in zip(manifests, (2, 0, 1), strict=True):
        assert [(r.rule, r.severity, r.column, r.vi, r.en) for r in manifest.rules] == [
            (r.rule, r.severity, r.column, r.vi, r.en) for r in suite.rules
        ]
        assert {result.rows_judged for result in manifest.rules} == {rows}
    broken = [{r.rule: r.rows_broken for r in manifest.rules if r.rows_broken} for manifest in manifests]
    assert broken == [{"received_at_present": 1}, {}, {"status_known": 1}]


def test_a_warning_is_counted_and_keeps_no_record_back(lake: Lake, judge: CountingJudge) -> None:
    (manifest,) = committed(lake, judge, [landed(lake, "p01", TOO_EARLY, {**TOO_EARLY, **NO_DATE})])
    assert ids(lake, manifest.accepted_path) == ["early"]
    assert {r.rule: r.rows_broken for r in manifest.rules if r.rows_broken} == {
        "due_after_received": 1, "received_at_present": 1,
    }  # fmt: skip


def test_a_refused_record_is_told_all_it_broke_its_warnings_too(lake: Lake) -> None:
    suite = load_suite(EXPECTATIONS, DOSSIERS)
    rows = [NO_DATE, {**TOO_EARLY, "STATUS": "?"}, good(1), {**NO_DATE, "ID": "dateless-too"}]
    batch = landed(lake, "p01", *({**row, "CODE": f"H29-18-{n:04d}"} for n, row in enumerate(rows)))
    (manifest,) = committed(lake, Judge(suite), [batch])
    entry, *dateless = sorted(entries(lake, manifest), key=lambda entry: entry["source_position"] != "row 2")
    assert [one["rule_codes"] for one in dateless] == ["received_at_present"] * 2
    assert entry["rule_codes"] == "status_known,due_after_received"
    by_name = {rule.rule: rule for rule in suite.rules}
    assert json.loads(entry["rules"]) == [
        {"rule": name, **{part: getattr(by_name[name], part) for part in ("severity", "column", "vi", "en")}}
        for name in ("status_known", "due_after_received")
    ]
    assert by_name["status_known"].vi in entry["rules"], "in letters that a person can read"


@pytest.fixture
def clock_of_the_ward(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own time is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Ho_Chi_Minh")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("clock_of_the_ward")
def test_an_entry_holds_the_record_and_its_place(lake: Lake, judge: CountingJudge) -> None:
    batch = landed(lake, "p01", good(1), {**NO_DATE, "ID": ""}, UNKNOWN)
    rows = lake.read_table(batch.path).to_pylist()
    started = datetime.now(UTC)
    (manifest,) = committed(lake, judge, [batch])
    found = lake.read_table(manifest.quarantine_path)
    assert found.schema == QUARANTINE_SCHEMA
    nameless, unknown = sorted(found.to_pylist(), key=lambda entry: entry["source_position"])
    for entry, row in ((nameless, rows[1]), (unknown, rows[2])):
        for name in ("source_record_id", "source_position", "content_hash", "ward_key", "district_code", "night"):
            assert entry[name] == row[name]
        assert entry["record_kind"] == "dossiers"
        assert started <= entry["quarantined_at"] <= datetime.now(UTC) + timedelta(seconds=1)
        identity = row["source_record_id"] or row["source_position"]
        parts = ("dossiers", "p01", str(NIGHT), identity, row["source_position"], row["content_hash"])
        assert entry["entry_id"] == hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def test_rows_that_nothing_tells_apart_are_entries_of_their_own(lake: Lake, judge: CountingJudge) -> None:
    """Of a table whose key is empty in them: the place is the same, and what stands there."""
    batch = landed(lake, "p01", {**NO_DATE, "ID": ""}, {**NO_DATE, "ID": ""}, {**NO_DATE, "ID": ""})
    table = lake.read_table(batch.path)
    number = table.schema.get_field_index("source_position")
    place = pa.array(["table HO_SO, no key"] * 3, table.schema.field(number).type)
    lake.write_table(batch.path, table.set_column(number, table.schema.field(number), place))
    (manifest,) = committed(lake, judge, [batch])
    found = {entry["entry_id"] for entry in entries(lake, manifest)}
    assert len(found) == 3
    parts = ("dossiers", "p01", str(NIGHT), *["table HO_SO, no key"] * 2, table["content_hash"][0].as_py())
    assert hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24] in found, "the first as if it were alone"


def test_what_was_received_has_a_note_only_where_there_is_one_to_keep(lake: Lake, judge: CountingJudge) -> None:
    (manifest,) = committed(lake, judge, [landed(lake, "p01", UNKNOWN, NO_DATE)])
    dateless, unknown = (
        json.loads(entry["received"])
        for entry in sorted(entries(lake, manifest), key=lambda entry: entry["source_record_id"])
    )
    assert unknown["#STATUS"].startswith("k1.2:")
    assert [name for name in unknown if name.startswith("#")] == ["#STATUS"]
    assert [name for name in dateless if name.startswith("#")] == []
    assert dateless["STATUS"] == GOOD["STATUS"]
    assert dateless["__fault"] is None, "a value that no record of the batch has is shown as missing"
    assert "NAME" not in dateless


def test_a_batch_that_is_held_back_stays_landed(lake: Lake, judge: CountingJudge) -> None:
    batches = [landed(lake, "p01", good(1)), landed(lake, "p02", NO_DATE)]
    seen = []

    def rule_on(judged: commit.Judged) -> Ruling:
        seen.append((judged.batch.ward, judged.accepted.num_rows, judged.quarantined.num_rows))
        return Ruling(held="too few" if judged.batch.ward == "p01" else None)

    verdicts = commit.judge_batches(lake, judge, batches, rule_on)
    assert seen == [("p01", 1, 0), ("p02", 0, 1)]
    assert [(v.batch.ward, v.ruling.held, v.manifest is None) for v in verdicts] == [
        ("p01", "too few", True),
        ("p02", None, False),
    ]
    assert lake.names("landing", ".parquet") == ["landing/p01.parquet"]
    assert lake.names("manifests/dossiers/p01") == []


def test_a_large_night_is_judged_in_several_frames(
    lake: Lake, judge: CountingJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "CHUNK_ROWS", 2)
    batches = [
        landed(lake, "p01", good(1), unchanged=5),
        landed(lake, "p02", NO_DATE),
        landed(lake, "p03", good(2), good(3), UNKNOWN),
        landed(lake, "p04", unchanged=2),
        landed(lake, "p05", NO_DATE, good(4)),
    ]
    manifests = committed(lake, judge, batches)
    assert judge.given == [2, 3, 2]
    assert [(m.ward, m.rows_accepted, m.rows_quarantined) for m in manifests] == [
        ("p01", 1, 0), ("p02", 0, 1), ("p03", 2, 1), ("p04", 0, 0), ("p05", 1, 1),
    ]  # fmt: skip


def test_a_night_of_nothing_is_a_partition_and_needs_no_judge(lake: Lake, judge: CountingJudge) -> None:
    (manifest,) = committed(lake, judge, [landed(lake, "p01", unchanged=3)])
    assert judge.given == []
    assert (manifest.accepted_path, manifest.quarantine_path, manifest.rows_read) == ("", "", 3)


def test_accepted_records_have_the_contracts_columns_and_no_other(lake: Lake, judge: CountingJudge) -> None:
    (manifest,) = committed(lake, judge, [landed(lake, "p01", good(1))])
    assert lake.read_table(manifest.accepted_path).schema.names == CONTRACTS[DOSSIERS].schema().names
