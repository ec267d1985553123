"""The morning page of a night of two hundred wards: from outcomes, manifests and quarantine to the files."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa

from bench.memory import peak_mib
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.outcomes import Outcome, append
from ward_warehouse.lake.quarantine_log import QUARANTINE_SCHEMA
from ward_warehouse.lake.store import Lake, Manifest, manifest_path
from ward_warehouse.warehouse.outcomes import SCHEMA, load_outcomes

WARDS, NIGHTS, REFUSED = 200, 14, 20
LAST = date(2018, 12, 28)
NUMBERS = count()
KINDS = (RecordKind.DOSSIERS, RecordKind.SURVEY_RESPONSES)
RULES = (
    '[{"rule": "received_at_readable", "severity": "error", "column": "received_at", "vi": "Ngày tiếp nhận không đọc '
    'được.", "en": "The reception date cannot be read."}]'
)


def measure(folder: Path) -> dict[str, float]:
    """Seconds and MiB beyond the process for the page of the last of fourteen nights, two wards in ten with a fault.

    Args:
        folder: an empty folder.
    """
    home = folder / "morning"
    prepare(home)
    command = [sys.executable, "-m", "bench.morning", str(home)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(finished.stderr[-2000:])
    seconds, memory = map(float, finished.stdout.split())
    return {"morning_s": round(seconds, 2), "morning_beyond_mib": round(memory)}


def settings_of(home: Path) -> Settings:
    return Settings(home=home, wards_dir=home / "wards")


def prepare(home: Path) -> None:
    """A registry of two hundred wards, and what fourteen nights left; the last one is not published."""
    (home / "wards").mkdir(parents=True)
    head = (
        "district: quan\nname: {vi: Quận, en: District}\n"
        "defaults: {in_force: {from: 2018-01-01, to: 2018-12-31}}\nwards:\n"
    )
    entries = "".join(
        f'  - {{ward: w_{n:03}, code: "{n:05}", name: {{vi: Phường {n}, en: Ward {n}}}, system: mot_cua_csv, '
        f'aliases: ["{n}.H29"]}}\n'
        for n in range(WARDS)
    )
    (home / "wards" / "quan.yml").write_text(head + entries, "utf-8")
    lake = Lake(settings_of(home).lake)
    for back in reversed(range(NIGHTS)):
        if back == 0:
            publish(settings_of(home), lake)
        for number in range(WARDS):
            for record_kind in KINDS:
                note(lake, LAST - timedelta(days=back), f"w_{number:03}", record_kind, number)


def publish(settings: Settings, lake: Lake) -> None:
    """What the build before the last night knew of outcomes."""
    settings.published_file.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.published_file)) as db:
        db.execute("CREATE SCHEMA raw; CREATE SCHEMA audit")
        db.register("shape", SCHEMA.empty_table())
        db.execute("CREATE TABLE raw.load_outcomes AS FROM shape")
        load_outcomes(db, lake)
        db.execute("CREATE TABLE audit.load_outcomes AS FROM raw.load_outcomes")


def note(lake: Lake, night: date, ward: str, record_kind: RecordKind, number: int) -> None:
    place = {"night": night, "ward": ward, "district": "quan", "record_kind": record_kind}
    refused = REFUSED if number % 10 == 1 and record_kind is RecordKind.DOSSIERS else 0
    counts = {"rows_read": 100, "rows_accepted": 100 - refused, "rows_quarantined": refused, "rows_unchanged": 0}
    now = datetime.now(UTC)
    times = {"started_at": now, "finished_at": now, "run_id": "bench"}
    if number % 10 == 0:
        error = f"{ward} {record_kind}: the server answered 503; ask the ward whether its system is up"
        append(lake, Outcome(outcome_id=id_of(night), step="extract", status="failed", error=error, **place, **times))
        return
    for step in ("extract", "validate"):
        append(
            lake,
            Outcome.model_validate(
                {"outcome_id": id_of(night), "step": step, "status": "succeeded", **place, **times, **counts}
            ),
        )
    path = lake.data_path("quarantine", Manifest.model_construct(**place), "b") if refused else ""
    if refused and night == LAST:
        lake.write_table(path, entries(night, ward, record_kind))
    manifest = {
        "batch_id": "b", "path": "", "accepted_path": "", "quarantine_path": path, "rules": [], "committed_at": now,
        **place, **counts,
    }  # fmt: skip
    lake.write_record(manifest_path(record_kind, ward, night), Manifest.model_validate(manifest))


def id_of(night: date) -> str:
    """An identifier of an outcome that was written half an hour after the night."""
    return f"{night + timedelta(days=1):%Y%m%d}T003000{next(NUMBERS):06}-{uuid4().hex[:8]}"


def entries(night: date, ward: str, record_kind: RecordKind) -> pa.Table:
    rows = [
        {
            "entry_id": f"{ward}-{n}", "record_kind": str(record_kind), "ward_key": ward, "district_code": "quan",
            "night": night, "source_record_id": f"BN{n}", "source_position": f"ho_so.csv row {n}", "received": "{}",
            "rules": RULES, "rule_codes": "received_at_readable", "content_hash": "0", "quarantined_at": None,
        }
        for n in range(REFUSED)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, QUARANTINE_SCHEMA)


def write(home: Path) -> None:
    """Prints the seconds and the MiB that the page took beyond a process that has the library imported."""
    from ward_warehouse.registry import load_registry
    from ward_warehouse.reports.morning.site import write_mornings

    settings = settings_of(home)
    registry, lake = load_registry(settings), Lake(settings.lake)
    before, begun = peak_mib(), time.perf_counter()
    ((found, _),) = write_mornings(settings, lake, registry, LAST)
    seconds = time.perf_counter() - begun
    if (found.expected, len(found.missing), found.refused_records) != (WARDS, WARDS // 10, REFUSED * WARDS // 10):
        raise RuntimeError(f"{found.expected} expected, {len(found.missing)} missing, {found.refused_records} refused")
    print(seconds, peak_mib() - before)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            print(measure(Path(scratch)))
