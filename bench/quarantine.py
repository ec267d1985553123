"""Judging and splitting a million dossiers, and listing a hundred thousand quarantined ones.

`measure()` gives the keys `validate_1m_s`, `validate_1m_peak_mib`, `validate_half_bad_s`, its ratio to the first, and
`quarantine_list_s`.
The records are mapped beforehand and lie in a lake as an extraction leaves them; what is measured is what a night does
with them: read, judge by all rules, split, write both sides, commit. Each run has a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import psutil
import pyarrow as pa
import yaml

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.quarantine_log import QUARANTINE_SCHEMA
from ward_warehouse.lake.store import Lake, LandedBatch, Partition
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.registry import District, Feed, System, Ward
from ward_warehouse.registry.procedures import Catalogue

ROOT = Path(__file__).resolve().parents[1]
NIGHT = date(2018, 12, 27)
WARDS = 16
ROWS = 1_000_000
ENTRIES = 100_000
PROCEDURES = ("1.000656", "1.000894", "2.000815")
BREAKS = {"Trạng thái": "99", "Ngày tiếp nhận": "31/02/2018 08:30", "Mã thủ tục": "9.999001", "Hình thức nộp": "Zalo"}


def measure() -> dict[str, float]:
    """Seconds, MiB and the ratio, as the keys above."""
    with tempfile.TemporaryDirectory() as folder:
        good = _in_a_process("judge", folder, "0")
        bad = _in_a_process("judge", folder, "0.5")
        listed = _in_a_process("list", folder)
    return {
        "validate_1m_s": round(good["seconds"], 2),
        "validate_1m_peak_mib": round(good["peak_mib"]),
        "validate_half_bad_s": round(bad["seconds"], 2),
        "validate_half_bad_ratio": round(bad["seconds"] / good["seconds"], 2),
        "quarantine_list_s": round(listed["seconds"], 3),
    }


def _in_a_process(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.quarantine", *arguments]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return found


def judge(folder: Path, bad_share: float) -> dict[str, float]:
    """Judges the records of all wards; the imports and the records themselves are not in the figure."""
    from ward_warehouse.validation.commit import judge_batches
    from ward_warehouse.validation.judging import Judge
    from ward_warehouse.validation.suites import load_suite

    lake = Lake(str(folder / f"lake-{bad_share}"))
    # Made in a process of its own: what making them takes must not count as the memory of judging them.
    _in_a_process("make", str(folder), str(bad_share))
    batches = [_batch(ward) for ward in range(WARDS)]
    one = Judge(load_suite(ROOT / "expectations", RecordKind.DOSSIERS))
    with Peak() as peak:
        started = time.perf_counter()
        verdicts = judge_batches(lake, one, batches)
        seconds = time.perf_counter() - started
    quarantined = sum(verdict.manifest.rows_quarantined for verdict in verdicts if verdict.manifest)
    if quarantined != round(ROWS * bad_share):
        raise RuntimeError(f"found {quarantined} quarantined, expected {ROWS * bad_share}")
    return {"seconds": seconds, "peak_mib": peak.mib}


def make(folder: Path, bad_share: float) -> dict[str, float]:
    """Lands the records of all wards, every second one broken when `bad_share` is a half."""
    lake = Lake(str(folder / f"lake-{bad_share}"))
    for ward in range(WARDS):
        rows = ROWS // WARDS
        with closing(Mapper(_feed(f"w{ward:02d}"), NIGHT, b"a pseudonym key of the bench")) as mapper:
            lake.write_table(_batch(ward).path, mapper.map(_source_rows(rows, bad_share), []))
    return {}


def list_entries(folder: Path) -> dict[str, float]:
    """The list of a published warehouse with many open entries."""
    from ward_warehouse.reports.quarantined import Wanted, find_cases

    settings = Settings(home=folder / "listed")
    settings.published_file.parent.mkdir(parents=True, exist_ok=True)
    rows = _entries()
    with duckdb.connect(str(settings.published_file)) as db:
        db.register("entries", rows)
        db.execute("CREATE SCHEMA audit")
        db.execute("CREATE TABLE audit.build_results AS SELECT now() AS built_at")
        db.execute(
            """
            CREATE TABLE audit.quarantine AS
            SELECT ward_key || ':' || record_kind || ':' || source_record_id || ':' || rule_codes AS quarantine_key,
                   record_kind, ward_key, district_code, source_record_id, rule_codes AS rules, rules AS rule_details,
                   'x' AS sentences_vi, 'x' AS sentences_en, received, source_position, night AS first_seen,
                   night AS last_seen, 1 AS times_seen, NULL::DATE AS closed_on, 'open' AS state,
                   NULL::VARCHAR AS decided_by, NULL::VARCHAR AS decision_reason, NULL::TIMESTAMPTZ AS decided_at
            FROM entries"""
        )
    started = time.perf_counter()
    found = find_cases(settings, Wanted(ward="w03", rule="status_known"))
    seconds = time.perf_counter() - started
    if len(found) != 50:
        raise RuntimeError(f"found {len(found)} entries, expected 50")
    return {"seconds": seconds}


class Peak:
    """The most memory the process held while the block ran, in MiB, looked at a hundred times a second."""

    def __enter__(self) -> Peak:
        self.mib = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._done.wait(0.01):
            self.mib = max(self.mib, process.memory_info().rss / 2**20)


def _batch(ward: int) -> LandedBatch:
    fields = {"record_kind": RecordKind.DOSSIERS, "ward": f"w{ward:02d}", "district": "quan", "night": NIGHT}
    path = f"landing/{Partition.model_validate(fields).record_kind}/ward=w{ward:02d}/night={NIGHT}/b.parquet"
    counts = {"batch_id": "b", "path": path, "rows_read": ROWS // WARDS, "rows_unchanged": 0}
    return LandedBatch.model_validate({**fields, **counts})


def _feed(ward: str) -> Feed:
    data = yaml.safe_load((ROOT / "dags" / "systems" / "mot_cua_csv.yml").read_text(encoding="utf-8"))
    entry = {
        "ward": ward, "code": "1", "name": {"vi": "Phường", "en": "Ward"}, "system": data["system"],
        "aliases": ("P01",), "in_force": {"from": "2018-01-01"}, "district": "quan",
    }  # fmt: skip
    return Feed(
        ward=Ward.model_validate(entry),
        district=District.model_validate({"district": "quan", "name": {"vi": "Quận", "en": "District"}}),
        record_kind=RecordKind.DOSSIERS,
        system=System.model_validate(data),
        connection_id=ward,
        catalogue=Catalogue(Path("p.csv"), tuple({"procedure_code": code} for code in PROCEDURES)),
    )


def _source_rows(rows: int, bad_share: float) -> pa.Table:
    """Rows of the CSV software as its files give them, all text."""
    system = yaml.safe_load((ROOT / "dags" / "systems" / "mot_cua_csv.yml").read_text(encoding="utf-8"))
    mapping = system["record_kinds"]["dossiers"]
    names = [*mapping["key"], mapping["cursor"]["column"]]
    names += [c if isinstance(c, str) else c.get("from", "") for c in mapping["columns"].values()]
    numbers = np.arange(rows)
    days = [f"{NIGHT - timedelta(days=int(d)):%d/%m/%Y}" for d in range(1, 28)]
    values = {
        "Số biên nhận": [f"BN{n}" for n in numbers],
        "Mã hồ sơ": [f"000.00.18.H29-181227-{n:04d}" for n in numbers],
        "Mã thủ tục": [PROCEDURES[n % 3] for n in numbers],
        "Hình thức nộp": [("Trực tiếp", "Trực tuyến")[n % 2] for n in numbers],
        "Trạng thái": ["Đã trả kết quả"] * rows,
        "Ngày tiếp nhận": [f"{days[n % 27]} 08:30" for n in numbers],
        "Ngày hẹn trả": [f"{NIGHT:%d/%m/%Y} 17:00"] * rows,
        "Ngày giải quyết xong": [f"{NIGHT:%d/%m/%Y} 09:00"] * rows,
        "Ngày trả kết quả": [f"{NIGHT:%d/%m/%Y} 10:00"] * rows,
        "Đơn vị": ["P01"] * rows,
        "Cán bộ": [f"Cán bộ {n % 40}" for n in numbers],
        "Số giấy tờ": [f"{79_000_000_000 + n}" for n in numbers],
        "Trích yếu": ["Sao y bản chính"] * rows,
        "Ngày cập nhật": [f"{NIGHT:%d/%m/%Y} 10:00:00"] * rows,
    }
    if bad_share:
        columns = list(BREAKS)
        for n in range(0, rows, round(1 / bad_share)):
            column = columns[n // 2 % len(columns)]
            values[column][n] = BREAKS[column]
    arrays = {name: pa.array(values.get(name) or [None] * rows, pa.string()) for name in dict.fromkeys(names) if name}
    table = pa.table(arrays)
    table = table.append_column("__position", pa.array([f"ho_so.csv row {n + 2}" for n in numbers], pa.string()))
    return table.append_column("__fault", pa.nulls(rows, pa.string()))


def _entries() -> pa.Table:
    numbers = range(ENTRIES)
    values = {
        "entry_id": [f"{n:024d}" for n in numbers],
        "record_kind": ["dossiers"] * ENTRIES,
        "ward_key": [f"w{n % WARDS:02d}" for n in numbers],
        "district_code": ["quan"] * ENTRIES,
        "night": [NIGHT - timedelta(days=n % 300) for n in numbers],
        "source_record_id": [f"BN{n}" for n in numbers],
        "source_position": [f"ho_so.csv row {n}" for n in numbers],
        "received": [json.dumps({"Mã hồ sơ": f"H{n}", "Trạng thái": "99", "Ngày": "27/12/2018"}) for n in numbers],
        "rules": ['[{"rule": "status_known", "severity": "error", "vi": "x", "en": "x"}]'] * ENTRIES,
        "rule_codes": [("status_known", "received_at_present,status_known")[n % 2] for n in numbers],
        "content_hash": [f"{n:032d}" for n in numbers],
        "quarantined_at": [datetime(2018, 12, 28, tzinfo=UTC)] * ENTRIES,
    }
    return pa.table(values, schema=QUARANTINE_SCHEMA)


if __name__ == "__main__":
    step, *rest = sys.argv[1:]
    steps = {"judge": judge, "make": make, "list": list_entries}
    if step == "all":
        print(json.dumps(measure()))
    else:
        place, *share = rest
        print(json.dumps(steps[step](Path(place), *map(float, share))))
