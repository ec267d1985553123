"""Ward systems of any size: SQLite files with one table of dossiers, 20 columns, seeded."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[1]
WARDS = [f"bench_{number:02d}" for number in range(1, 17)]
FIRST_DAY = datetime(2018, 1, 2, 7, 30)  # noqa: DTZ001 - the wards' databases hold local times
DAYS = 350
COLUMNS = (
    "ID_HO_SO integer primary key, SO_HO_SO text, MA_THU_TUC text, KENH_NOP integer, TRANG_THAI integer, "
    "LOAI_DOI_TUONG integer, NGAY_NOP text, NGAY_TIEP_NHAN text, NGAY_HEN_TRA text, NGAY_KET_THUC text, "
    "NGAY_TRA_KET_QUA text, NGAY_YEU_CAU_BO_SUNG text, NGAY_NHAN_BO_SUNG text, SO_LAN_BO_SUNG integer, "
    "DON_VI_TIEP_NHAN text, DON_VI_XU_LY text, CAN_BO_XU_LY text, SO_GIAY_TO text, TRICH_YEU text, NGAY_CAP_NHAT text"
)
SUMMARIES = (
    "Đăng ký khai sinh cho con",
    "Xác nhận tình trạng hôn nhân để kết hôn",
    "Chứng thực bản sao từ bản chính",
    "Đề nghị cấp giấy phép xây dựng nhà ở riêng lẻ, liên hệ 0903 123 456",
    "Đăng ký lại khai tử theo đề nghị của ông Nguyễn Văn An",
)


def rows(ward: int, count: int) -> Iterator[tuple[Any, ...]]:
    """Dossiers of one ward in the order of their entry: one in ten thousand is broken, as real ones are.

    No two have the same summary, as people write them: what is done once for each different text must not look cheap.
    """
    random = np.random.default_rng(ward)
    minutes = np.sort(random.integers(0, DAYS * 24 * 60, count))
    hours = random.integers(2, 200, count)
    codes = random.integers(0, 1_000_000, (count, 4))
    for number in range(count):
        received = FIRST_DAY + timedelta(minutes=int(minutes[number]))
        done = received + timedelta(hours=int(hours[number]))
        asked = received + timedelta(hours=1) if codes[number, 3] % 20 == 0 else None
        yield (
            number + 1,
            f"000.{ward:02d}.18.H29-{received:%y%m%d}-{number:06d}",
            f"1.{codes[number, 0] % 60 + 100:06d}",
            int(codes[number, 0] % 3),
            (2, 4, 9, 10)[codes[number, 1] % 4] if number % 10_000 else 77,
            int(codes[number, 1] % 3) + 1,
            _text(received),
            _text(received),
            _text(received + timedelta(days=5)),
            _text(done),
            _text(done + timedelta(hours=1)),
            _text(asked),
            _text(asked and asked + timedelta(hours=20)),
            1 if asked else 0,
            f"000.{ward:02d}.18.H29",
            f"000.{ward:02d}.18.H29",
            f"CB{ward:02d}{codes[number, 2] % 12:02d}",
            f"{codes[number, 2]:06d}{codes[number, 3]:06d}",
            f"{SUMMARIES[codes[number, 0] % len(SUMMARIES)]}, thửa {codes[number, 1]} tờ bản đồ {number}",
            _text(done),
        )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(" ", "seconds")


def names(count: int) -> list[str]:
    """Keys of so many wards."""
    return [f"bench_{number:02d}" for number in range(1, count + 1)]


def write(folder: Path, total: int, wards: Sequence[str] = WARDS) -> dict[str, Path]:
    """One SQLite file for each ward, `total` dossiers in all; files of an earlier run are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for number, ward in enumerate(wards, 1):
        path = paths[ward] = folder / f"{ward}.db"
        if path.exists():
            continue
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with sqlite3.connect(unfinished) as db:
            db.execute("pragma synchronous = off")
            db.execute(f"create table HO_SO ({COLUMNS})")
            marks = ", ".join("?" * 20)
            db.executemany(f"insert into HO_SO values ({marks})", rows(number, total // len(wards)))  # noqa: S608 - marks
            db.execute("create index IX_CAP_NHAT on HO_SO (NGAY_CAP_NHAT)")
        db.close()
        unfinished.rename(path)
    return paths


def settings(home: Path, connections: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The environment of a warehouse over the wards; writes their registry into the state folder."""
    folder = home / "wards"
    folder.mkdir(parents=True, exist_ok=True)
    wards = [
        {"ward": ward, "code": str(number), "name": {"vi": ward, "en": ward}, "system": "bench",
         "aliases": [f"000.{number:02d}.18.H29"]}
        for number, ward in enumerate(connections, 1)
    ]  # fmt: skip
    registry = {
        "district": "bench",
        "name": {"vi": "Quận đo tốc độ", "en": "District of the benchmark"},
        "time_zone": "Asia/Ho_Chi_Minh",
        "defaults": {"cadence": "nightly", "in_force": {"from": "2018-01-01", "to": None}},
        "wards": wards,
    }
    (folder / "bench.yml").write_text(yaml.safe_dump(registry, allow_unicode=True), encoding="utf-8")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_CONN_")},
        "WARD_WAREHOUSE_HOME": str(home),
        "WARD_WAREHOUSE_WARDS_DIR": str(folder),
        "WARD_WAREHOUSE_SYSTEMS_DIR": str(ROOT / "bench" / "systems"),
        "WARD_WAREHOUSE_EXPECTATIONS_DIR": str(ROOT / "expectations"),
        "WARD_WAREHOUSE_PSEUDONYM_KEY": "a key of the benchmark and of nothing else",
        **{f"AIRFLOW_CONN_{ward.upper()}": json.dumps(connection) for ward, connection in connections.items()},
    }
