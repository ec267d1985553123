"""A ward's database in the shape of iGate: SQLite, unaccented upper-case names, local times as text."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd

from ward_demo.texts import coded, flags, times, values

STATUS = {
    "registered": 1,
    "received": 2,
    "not_accepted": 3,
    "in_process": 4,
    "supplement_requested": 5,
    "supplemented": 6,  # not the national 6
    "withdrawn": 7,
    "stopped": 8,
    "resolved": 9,
    "returned": 10,
    "waiting_fee": 11,  # the software's own
}
CHANNEL = {"in_person": 0, "online": 1, "postal": 2}
APPLICANT_TYPE = {"citizen": 1, "business": 2, "other": 3}
MODE = {"tablet": 1, "paper": 2, "web": 3, "phone": 4}
RATING = {"satisfied": 1, "neutral": 2, "dissatisfied": 3, "dont_know": 0}

_SCHEMA = """
create table if not exists HO_SO (
    ID_HO_SO integer primary key, SO_HO_SO text not null, MA_THU_TUC text, TEN_THU_TUC text, LINH_VUC text,
    KENH_NOP integer, TRANG_THAI integer, LOAI_DOI_TUONG integer, NGAY_NOP text, NGAY_TIEP_NHAN text,
    NGAY_BAT_DAU_XU_LY text, NGAY_HEN_TRA text, NGAY_HEN_LAI text, NGAY_KET_THUC text, NGAY_TRA_KET_QUA text,
    NGAY_DUNG_XU_LY text, NGAY_YEU_CAU_BO_SUNG text, NGAY_NHAN_BO_SUNG text, SO_LAN_BO_SUNG integer, NGAY_XIN_LOI text,
    NGAY_GIAI_TRINH text, DON_VI_TIEP_NHAN text, DON_VI_XU_LY text, THANH_TOAN_TRUC_TUYEN integer,
    KET_QUA_DIEN_TU integer, HO_SO_SO_HOA integer, TAI_SU_DUNG_GIAY_TO integer, CAN_BO_XU_LY text, TEN_NGUOI_NOP text,
    SO_GIAY_TO text, DIEN_THOAI text, THU_DIEN_TU text, DIA_CHI text, TRICH_YEU text, LE_PHI integer,
    NGAY_THONG_BAO text, NGAY_CAP_NHAT text not null);
create table if not exists KHAO_SAT (
    ID_KHAO_SAT integer primary key, SO_HO_SO text, THOI_DIEM text, HINH_THUC integer, MA_THIET_BI text, CAN_BO text,
    DON_VI text, MUC_HAI_LONG integer, TIEP_CAN integer, THU_TUC integer, CAN_BO_PHUC_VU integer, KET_QUA integer,
    GIAI_QUYET_PHAN_ANH integer, LY_DO text, GOP_Y text, NGAY_CAP_NHAT text not null);
create index if not exists IX_HO_SO_NGAY_CAP_NHAT on HO_SO (NGAY_CAP_NHAT);
create index if not exists IX_KHAO_SAT_NGAY_CAP_NHAT on KHAO_SAT (NGAY_CAP_NHAT);
"""
_PUT_DOSSIER = """
insert or replace into HO_SO values (
    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_PUT_RESPONSE = "insert or replace into KHAO_SAT values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LAYOUT = "yyyy-mm-dd hh:mm:ss"


def write(path: Path, dossiers: pd.DataFrame, responses: pd.DataFrame, *, afresh: bool) -> None:
    """Puts a ward's records into its database.

    Args:
        path: the SQLite file.
        dossiers: records as of a night (see `story.records_as_of`), all of one ward.
        responses: survey responses of the ward.
        afresh: replace the database; otherwise the records are added to it or take the place of their older selves.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_suffix(".new") if afresh else path
    if afresh:
        target.unlink(missing_ok=True)
    connection = sqlite3.connect(target)
    try:
        if afresh:
            # A half-written file is thrown away, so nothing has to survive a crash.
            connection.executescript("pragma journal_mode = off; pragma synchronous = off;")
        connection.executescript(_SCHEMA)
        with connection:
            connection.executemany(_PUT_DOSSIER, zip(*_dossier_columns(dossiers), strict=True))
            connection.executemany(_PUT_RESPONSE, zip(*_response_columns(responses), strict=True))
    finally:
        connection.close()
    if afresh:
        os.replace(target, path)


def _dossier_columns(frame: pd.DataFrame) -> list[list[Any]]:
    return [
        values(frame["record_id"]),
        values(frame["dossier_code"]),
        values(frame["procedure_code"]),
        values(frame["procedure_name"]),
        values(frame["field"]),
        coded(frame["channel"], CHANNEL),
        coded(frame["status"], STATUS),
        coded(frame["applicant_type"], APPLICANT_TYPE),
        times(frame["submitted_at"], _LAYOUT),
        times(frame["received_at"], _LAYOUT),
        times(frame["processing_at"], _LAYOUT),
        times(frame["due_at"], _LAYOUT),
        times(frame["repromised_due_at"], _LAYOUT),
        times(frame["resolved_at"], _LAYOUT),
        times(frame["returned_at"], _LAYOUT),
        times(frame["stopped_at"], _LAYOUT),
        times(frame["supplement_requested_at"], _LAYOUT),
        times(frame["supplement_received_at"], _LAYOUT),
        values(frame["supplement_count"]),
        times(frame["apology_at"], _LAYOUT),
        times(frame["explanation_at"], _LAYOUT),
        values(frame["receiving_unit"]),
        values(frame["resolving_unit"]),
        flags(frame["paid_online"]),
        flags(frame["result_electronic"]),
        flags(frame["digitised"]),
        flags(frame["reused"]),
        values(frame["officer_name"]),
        values(frame["applicant_name"]),
        values(frame["identity_number"]),
        values(frame["phone"]),
        values(frame["email"]),
        values(frame["address"]),
        values(frame["summary"]),
        values(frame["fee"]),
        times(frame["notified_at"], _LAYOUT),
        times(frame["changed_at"], _LAYOUT),
    ]


def _response_columns(frame: pd.DataFrame) -> list[list[Any]]:
    return [
        values(frame["record_id"]),
        values(frame["dossier_code"]),
        times(frame["answered_at"], _LAYOUT),
        coded(frame["mode"], MODE),
        values(frame["device_code"]),
        values(frame["officer_name"]),
        values(frame["unit"]),
        coded(frame["rating_overall"], RATING),
        coded(frame["rating_access"], RATING),
        coded(frame["rating_procedure"], RATING),
        coded(frame["rating_staff"], RATING),
        coded(frame["rating_result"], RATING),
        coded(frame["rating_feedback"], RATING),
        values(frame["reasons"]),
        values(frame["comment"]),
        times(frame["changed_at"], _LAYOUT),
    ]
