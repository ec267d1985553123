"""Sets up the ward systems of the demonstration: prepares what they hold, starts and stops the JSON service.

Everything lies under `<home>/demo/`: `igate/<ward>.db`, `http/<ward>.db`, `files/<ward>/*.csv`,
`files/<ward>_bao_cao/` with the offices' reports, `files/<ward>_khao_sat/` with a survey vendor's slips, the tokens and
`env`, which holds the wards' connections as `AIRFLOW_CONN_<WARD>` lines, and `activate`, which brings them into a shell
(`. <home>/demo/activate`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ward_demo import bao_cao, dong_bo_ho_so, igate, khao_sat, mariadb, mot_cua_csv
from ward_demo.districts import DISTRICTS, District, Site
from ward_demo.generate import Records
from ward_demo.golden_districts import ALL_DISTRICTS, GOLDEN_OFFICES
from ward_demo.returns import OFFICES
from ward_demo.service_process import activate_file, serve, start, stop
from ward_demo.story import DOWN, BrokenRow, broken_rows, records_as_of, story_records
from ward_warehouse.core.errors import WardWarehouseError

__all__ = ["NIGHTS", "DemoNight", "activate_file", "prepare", "serve", "start", "stop"]


@dataclass(frozen=True)
class DemoNight:
    """One night of the demonstration, and what happens in it, in one Vietnamese and one English sentence."""

    district: str
    night: date
    vi: str
    en: str


NIGHTS: tuple[DemoNight, ...] = (
    DemoNight(
        "thanh_xuan",
        date(2016, 6, 30),
        "Nạp toàn bộ sáu tháng đầu năm 2016 của quận Thanh Xuân: 11 phường và bộ phận một cửa quận.",
        "Loads the first half of 2016 of Thanh Xuân district: 11 wards and the district's own counter.",
    ),
    DemoNight(
        "quan_11",
        date(2018, 12, 26),
        "Nạp toàn bộ năm 2018 của 16 phường Quận 11, đến hết ngày 26/12.",
        "Loads 2018 of the 16 wards of District 11, up to 26 December.",
    ),
    DemoNight(
        "quan_11",
        date(2018, 12, 27),
        "Hệ thống của Phường 7 không trả lời, Phường 14 gửi lẫn hồ sơ sai.",
        "The system of Ward 7 does not answer, and Ward 14 sends broken records among the good ones.",
    ),
    DemoNight(
        "quan_11",
        date(2018, 12, 28),
        "Phường 7 trở lại, kèm các chỉnh sửa muộn của hồ sơ cũ; Phường 14 gửi lại đúng các hồ sơ đã sai.",
        "Ward 7 is back with late corrections to old dossiers, and Ward 14 sends its broken records again, correctly.",
    ),
)
"""The nights of the demonstration in the order in which they are played."""


def prepare(home: Path, night: date, districts: Sequence[str] = tuple(DISTRICTS)) -> None:
    """Puts the systems of the districts' wards into their state at the end of `night`.

    The first call writes everything up to `night`, a later one only what changed since the night before it; a call
    for an earlier night starts again. Nothing is done for a district whose period has not begun.

    Args:
        home: the state folder; the systems lie in `<home>/demo`.
        night: any date.
        districts: keys of districts made of records; those of the demonstration without it.

    Raises:
        WardWarehouseError: a key is no such district's.
    """
    unknown = sorted(set(districts) - set(ALL_DISTRICTS))
    if unknown:
        raise WardWarehouseError(
            f"demonstration: found district {', '.join(unknown)}, expected one of {', '.join(ALL_DISTRICTS)}"
        )
    folder = home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    state_file = folder / "prepared.json"
    state = _read_state(state_file)
    for key in districts:
        district = ALL_DISTRICTS[key]
        if night < district.start:
            continue
        last = state.get(key)
        if last is None or night < last:
            # Until everything is written again, the folder is in no known state.
            state.pop(key, None)
            _save_state(state_file, state)
            _write(folder, district, night, since=None)
        elif last < night and last < district.end:
            _write(folder, district, night, since=last)
        state[key] = night
        _save_state(state_file, state)


def _write(folder: Path, district: District, night: date, since: date | None) -> None:
    """Writes what was entered after the night `since`, or everything up to `night`."""
    _write_reports(folder, district, night, since)
    if not district.groups:
        return
    seen = records_as_of(story_records(district.key), night)
    broken = broken_rows(seen, night)
    dossiers, responses = seen.dossiers, seen.survey_responses
    if since is not None:
        dossiers, responses = _changed_after(dossiers, since), _changed_after(responses, since)
    by_ward = {ward: rows for ward, rows in dossiers.groupby("ward_key", sort=False)}
    votes_by_ward = {ward: rows for ward, rows in responses.groupby("ward_key", sort=False)}
    for _, site in district.sites():
        records = Records(
            district, by_ward.get(site.ward_key, dossiers[:0]), votes_by_ward.get(site.ward_key, responses[:0])
        )
        own = [row for row in broken if row.record["ward_key"] == site.ward_key]
        _write_site(folder, site, records, night, afresh=since is None, broken=own)


def _write_reports(folder: Path, district: District, night: date, since: date | None) -> None:
    for office in {**OFFICES, **GOLDEN_OFFICES}.get(district.key, ()):
        target = folder / "files" / office.connection
        if since is None:
            shutil.rmtree(target, ignore_errors=True)
        bao_cao.write(target, office, night, since)


def _write_site(
    folder: Path,
    site: Site,
    records: Records,
    night: date,
    *,
    afresh: bool,
    broken: list[BrokenRow],
) -> None:
    ward, dossiers, responses = site.ward_key, records.dossiers, records.survey_responses
    if site.surveys:
        _write_slips(folder / "files" / site.survey_connection, site, responses, night, afresh=afresh)
        responses = responses[:0]
    if site.software == "igate":
        database = folder / "igate" / f"{ward}.db"
        igate.write(database, dossiers, responses, afresh=afresh)
        if ward == mariadb.WARD and mariadb.is_there():
            mariadb.copy(database)
    elif site.software == "dong_bo_ho_so":
        dong_bo_ho_so.write(
            folder / "http" / f"{ward}.db",
            dossiers,
            responses,
            province=records.district.province,
            afresh=afresh,
            down=ward in DOWN.get(night, frozenset()),
        )
    else:
        if afresh:
            shutil.rmtree(folder / "files" / ward, ignore_errors=True)
        mot_cua_csv.write(
            folder / "files" / ward, dossiers, responses, unit_name=site.name_vi, night=night, broken=broken
        )


def _write_slips(folder: Path, site: Site, slips: pd.DataFrame, night: date, *, afresh: bool) -> None:
    if afresh:
        shutil.rmtree(folder, ignore_errors=True)
    khao_sat.write(folder, slips, unit_name=site.name_vi, night=night)


def _changed_after(frame: pd.DataFrame, night: date) -> pd.DataFrame:
    changed: pd.DataFrame = frame[frame["changed_at"].to_numpy() >= np.datetime64(night, "s") + np.timedelta64(1, "D")]
    return changed


def _read_state(path: Path) -> dict[str, date]:
    """The night each district was last prepared for; nothing when other code than this made it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["made_by"] != _fingerprint():
            return {}
        return {key: date.fromisoformat(text) for key, text in found["nights"].items()}
    except (OSError, ValueError, KeyError):
        return {}


def _save_state(path: Path, state: dict[str, date]) -> None:
    nights = {key: night.isoformat() for key, night in state.items()}
    path.write_text(json.dumps({"made_by": _fingerprint(), "nights": nights}, indent=1), encoding="utf-8")


def _fingerprint() -> str:
    """Of the demonstration's own code: other code makes other records, which must not be mixed."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
