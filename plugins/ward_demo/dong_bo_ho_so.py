"""What a ward's JSON service holds: documents in the shape of the national message `DongBoHoSoMC`.

The documents of a ward lie in a small SQLite file, which `server` reads at every request: what is put there is served
at once. Times are yyyyMMddHHmmss, local. Beside the message's own fields a document has what this software adds:
MaDonViTiepNhan, CanBoXuLy, PhieuXinLoi, NgayGiaiTrinh, NgayThongBao and NgayCapNhat.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from ward_demo.people import ascii_text
from ward_demo.texts import coded, flags, times, values

STATUS = {
    "registered": "1",
    "received": "2",
    "not_accepted": "3",
    "in_process": "4",
    "supplement_requested": "5",
    "supplemented": "4",  # the national table has no word for it: back in process
    "waiting_fee": "6",
    "withdrawn": "7",
    "stopped": "8",
    "resolved": "9",
    "returned": "10",
}
CHANNEL = {"in_person": "1", "online": "2", "postal": "3"}
APPLICANT_TYPE = {"citizen": "CN", "business": "DN", "other": "TC"}
MODE = {"tablet": "MTB", "paper": "PHIEU", "web": "WEB", "phone": "DT"}
RATING = {
    "very_satisfied": "5",
    "satisfied": "4",
    "neutral": "3",
    "dissatisfied": "2",
    "very_dissatisfied": "1",
    "dont_know": "0",
}

_SCHEMA = """
create table if not exists documents (
    kind text, id text, changed text not null, document text not null, primary key (kind, id));
create index if not exists documents_by_change on documents (kind, changed, id);
create table if not exists service (only integer primary key check (only = 1), down integer not null);
insert or ignore into service values (1, 0);
"""
_PUT = "insert or replace into documents values (?, ?, ?, ?)"
_LAYOUT = "yyyymmddhhmmss"
_WITHOUT_CHANNEL = 97  # one in so many counter dossiers comes without a channel, which means: in person


def write(
    path: Path, dossiers: pd.DataFrame, responses: pd.DataFrame, *, province: str, afresh: bool, down: bool
) -> None:
    """Puts a ward's records into what its service serves.

    Args:
        path: the SQLite file of the ward's documents.
        dossiers: records as of a night (see `story.records_as_of`), all of one ward.
        responses: survey responses of the ward.
        province: agency code of the province, the end of each procedure code.
        afresh: replace the file; otherwise documents are added or take the place of their older selves.
        down: the service answers 503 until the next call.
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
            connection.executemany(_PUT, _stored("dossiers", "MaHoSo", _dossiers(dossiers, province)))
            connection.executemany(_PUT, _stored("survey_responses", "MaKhaoSat", _responses(responses)))
            connection.execute("update service set down = ?", (int(down),))
    finally:
        connection.close()
    if afresh:
        os.replace(target, path)


def _stored(record_kind: str, key: str, documents: Iterator[dict[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for document in documents:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        yield record_kind, document[key], document["NgayCapNhat"], text


def _dossiers(frame: pd.DataFrame, province: str) -> Iterator[dict[str, Any]]:
    columns = {
        "MaHoSo": values(frame["dossier_code"]),
        "MaTTHC": [f"{code}.000.00.00.{province}" for code in frame["procedure_code"]],
        "TenTTHC": values(frame["procedure_name"]),
        "MaLinhVuc": ["".join(word[0] for word in ascii_text(name).upper().split()) for name in frame["field"]],
        "TenLinhVuc": values(frame["field"]),
        "KenhThucHien": _channels(frame),
        "ChuHoSo": values(frame["applicant_name"]),
        "SoGiayToChuHoSo": values(frame["identity_number"]),
        "LoaiDoiTuong": coded(frame["applicant_type"], APPLICANT_TYPE),
        "Email": values(frame["email"]),
        "Fax": [None] * len(frame),
        "SoDienThoai": values(frame["phone"]),
        "DiaChi": values(frame["address"]),
        "TrichYeuHoSo": values(frame["summary"]),
        "NgayNopHoSo": times(frame["submitted_at"], _LAYOUT),
        "NgayTiepNhan": times(frame["received_at"], _LAYOUT),
        "NgayHenTra": times(frame["due_at"], _LAYOUT),
        "TrangThaiHoSo": coded(frame["status"], STATUS),
        "NgayKetThucXuLy": times(frame["resolved_at"], _LAYOUT),
        "NgayTra": times(frame["returned_at"], _LAYOUT),
        "NgayTuChoi": times(frame["stopped_at"], _LAYOUT),
        "NgayGiaiTrinh": times(frame["explanation_at"], _LAYOUT),
        "NgayThongBao": times(frame["notified_at"], _LAYOUT),
        "MaDonViTiepNhan": values(frame["receiving_unit"]),
        "DonViXuLy": values(frame["resolving_unit"]),
        "CanBoXuLy": values(frame["officer_name"]),
        "NoiNopHoSo": ["1" if channel == "online" else "2" for channel in frame["channel"]],
        "HoSoCoThanhPhanSoHoa": [str(flag) for flag in flags(frame["digitised"])],
        "TaiKhoanDuocXacThucVoiVNeID": ["0"] * len(frame),  # VNeID came in 2022
        "DuocThanhToanTrucTuyen": [str(flag) for flag in flags(frame["paid_online"])],
        "NgayCapNhat": times(frame["changed_at"], _LAYOUT),
    }
    nested = zip(
        values(frame["fee"]),
        flags(frame["reused"]),
        flags(frame["digitised"]),
        flags(frame["result_electronic"]),
        values(frame["supplement_count"]),
        times(frame["supplement_requested_at"], _LAYOUT),
        times(frame["supplement_received_at"], _LAYOUT),
        times(frame["apology_at"], _LAYOUT),
        times(frame["repromised_due_at"], _LAYOUT),
        strict=True,
    )
    names = list(columns)
    for row, (fee, reused, digitised, electronic, asked, asked_at, given_at, apology_at, promise) in zip(
        zip(*columns.values(), strict=True), nested, strict=True
    ):
        document = dict(zip(names, row, strict=True))
        document["DinhDanhCHS"] = {"LoaiDinhDanh": "1", "SoDinhDanh": document["SoGiayToChuHoSo"]}
        document["TaiLieuNop"] = [
            {"TenTepDinhKem": "to_khai.pdf", "DuocSoHoa": str(digitised), "DuocTaiSuDung": str(reused)}
        ]
        document["DanhSachLePhi"] = (
            [{"MaPhiLePhi": "LP01", "HinhThucThu": "1", "Gia": str(fee), "LoaiPhiLePhi": "1"}] if fee else []
        )
        # Of a second request the software keeps that there was one, not when.
        document["DanhSachHoSoBoSung"] = [_supplement(document, asked_at, given_at) for _ in range(asked)]
        done = document["NgayKetThucXuLy"] is not None
        document["DanhSachGiayToKetQua"] = [{"TenGiayTo": "ket_qua.pdf"}] if electronic and done else []
        document["PhieuXinLoi"] = {"NgayLap": apology_at, "NgayHenTraMoi": promise} if apology_at else None
        yield document


def _channels(frame: pd.DataFrame) -> list[str | None]:
    codes: list[str] = coded(frame["channel"], CHANNEL)
    absent = (frame["record_id"] % _WITHOUT_CHANNEL == 0) & (frame["channel"] == "in_person")
    return [None if missing else code for code, missing in zip(codes, absent, strict=True)]


def _supplement(document: dict[str, Any], asked_at: str | None, given_at: str | None) -> dict[str, Any]:
    return {
        "NgayBoSung": asked_at,
        "NgayTiepNhanBoSung": given_at,
        "TrangThaiBoSung": "1" if given_at else "0",
        "NgayHenTraTruoc": document["NgayHenTra"],
        "NgayHenTraMoi": document["NgayHenTra"],
    }


def _responses(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    columns = {
        "MaKhaoSat": [f"KS{number:06d}" for number in frame["record_id"]],
        "MaHoSo": values(frame["dossier_code"]),
        "ThoiDiem": times(frame["answered_at"], _LAYOUT),
        "HinhThuc": coded(frame["mode"], MODE),
        "MaThietBi": values(frame["device_code"]),
        "CanBo": values(frame["officer_name"]),
        "MaDonVi": values(frame["unit"]),
        "MucDoHaiLong": coded(frame["rating_overall"], RATING),
        "TiepCan": coded(frame["rating_access"], RATING),
        "ThuTuc": coded(frame["rating_procedure"], RATING),
        "CanBoPhucVu": coded(frame["rating_staff"], RATING),
        "KetQua": coded(frame["rating_result"], RATING),
        "TiepNhanPhanAnh": coded(frame["rating_feedback"], RATING),
        "LyDo": values(frame["reasons"]),
        "GopY": values(frame["comment"]),
        "NgayCapNhat": times(frame["changed_at"], _LAYOUT),
    }
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))
