"""Records of the small test district, in the words of the contract, and how each kind of software writes them.

The tables below are written out by hand, not derived from `dags/systems`: a mapping that reads the wrong column must
not find itself confirmed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

Kind = Literal["sql", "http", "files"]
Record = dict[str, Any]

NIGHT = date(2024, 3, 6)
PROCEDURES = ("1.000656", "1.000894", "2.000815")


@dataclass(frozen=True)
class Software:
    """How a kind of ward software names and writes the values of a record."""

    system: str
    moment: str
    stamp: str
    dossier: dict[str, str]
    survey: dict[str, str]
    codes: dict[str, dict[str, str]]


SOFTWARE: dict[Kind, Software] = {
    "sql": Software(
        system="igate",
        moment="%Y-%m-%d %H:%M:%S",
        stamp="%Y-%m-%d %H:%M:%S",
        dossier={
            "source_record_id": "ID_HO_SO",
            "dossier_code": "SO_HO_SO",
            "procedure_code": "MA_THU_TUC",
            "channel": "KENH_NOP",
            "status": "TRANG_THAI",
            "received_at": "NGAY_TIEP_NHAN",
            "due_at": "NGAY_HEN_TRA",
            "resolved_at": "NGAY_KET_THUC",
            "returned_at": "NGAY_TRA_KET_QUA",
            "stopped_at": "NGAY_DUNG_XU_LY",
            "source_ward": "DON_VI_TIEP_NHAN",
            "officer_key": "CAN_BO_XU_LY",
            "applicant_key": "SO_GIAY_TO",
            "applicant_name": "TEN_NGUOI_NOP",
            "applicant_phone": "DIEN_THOAI",
            "applicant_email": "THU_DIEN_TU",
            "applicant_address": "DIA_CHI",
            "summary": "TRICH_YEU",
            "source_changed_at": "NGAY_CAP_NHAT",
        },
        survey={
            "source_record_id": "ID_KHAO_SAT",
            "dossier_code": "SO_HO_SO",
            "answered_at": "THOI_DIEM",
            "device_code": "MA_THIET_BI",
            "mode": "HINH_THUC",
            "rating_overall": "MUC_HAI_LONG",
            "source_ward": "DON_VI",
            "comment": "GOP_Y",
            "source_changed_at": "NGAY_CAP_NHAT",
        },
        codes={
            "channel": {"in_person": "0", "online": "1", "postal": "2"},
            "status": {"received": "2", "in_process": "4", "stopped": "8", "resolved": "9", "returned": "10"},
            "mode": {"tablet": "1", "paper": "2"},
            "rating_overall": {"satisfied": "1", "dissatisfied": "3"},
        },
    ),
    "http": Software(
        system="dong_bo_ho_so",
        moment="%Y%m%d%H%M%S",
        stamp="%Y%m%d%H%M%S",
        # The code of a dossier is its id in this software.
        dossier={
            "source_record_id": "MaHoSo",
            "procedure_code": "MaTTHC",
            "channel": "KenhThucHien",
            "status": "TrangThaiHoSo",
            "received_at": "NgayTiepNhan",
            "due_at": "NgayHenTra",
            "resolved_at": "NgayKetThucXuLy",
            "returned_at": "NgayTra",
            "stopped_at": "NgayTuChoi",
            "source_ward": "MaDonViTiepNhan",
            "officer_key": "CanBoXuLy",
            "applicant_key": "SoGiayToChuHoSo",
            "applicant_name": "ChuHoSo",
            "applicant_phone": "SoDienThoai",
            "applicant_email": "Email",
            "applicant_address": "DiaChi",
            "summary": "TrichYeuHoSo",
            "source_changed_at": "NgayCapNhat",
        },
        survey={
            "source_record_id": "MaKhaoSat",
            "dossier_code": "MaHoSo",
            "answered_at": "ThoiDiem",
            "device_code": "MaThietBi",
            "mode": "HinhThuc",
            "rating_overall": "MucDoHaiLong",
            "source_ward": "MaDonVi",
            "comment": "GopY",
            "source_changed_at": "NgayCapNhat",
        },
        codes={
            "channel": {"in_person": "1", "online": "2", "postal": "3"},
            "status": {"received": "2", "in_process": "4", "stopped": "8", "resolved": "9", "returned": "10"},
            "mode": {"tablet": "MTB", "paper": "PHIEU"},
            "rating_overall": {"satisfied": "4", "dissatisfied": "2"},
        },
    ),
    "files": Software(
        system="mot_cua_csv",
        moment="%d/%m/%Y %H:%M",
        stamp="%d/%m/%Y %H:%M:%S",
        dossier={
            "source_record_id": "Số biên nhận",
            "dossier_code": "Mã hồ sơ",
            "procedure_code": "Mã thủ tục",
            "channel": "Hình thức nộp",
            "status": "Trạng thái",
            "received_at": "Ngày tiếp nhận",
            "due_at": "Ngày hẹn trả",
            "resolved_at": "Ngày giải quyết xong",
            "returned_at": "Ngày trả kết quả",
            "stopped_at": "Ngày dừng",
            "source_ward": "Đơn vị",
            "officer_key": "Cán bộ",
            "applicant_key": "Số giấy tờ",
            "applicant_name": "Họ tên",
            "applicant_phone": "Điện thoại",
            "applicant_email": "Thư điện tử",
            "applicant_address": "Địa chỉ",
            "summary": "Trích yếu",
            "source_changed_at": "Ngày cập nhật",
        },
        survey={
            "source_record_id": "Số phiếu",
            "dossier_code": "Mã hồ sơ",
            "answered_at": "Thời điểm",
            "device_code": "Thiết bị",
            "mode": "Hình thức",
            "rating_overall": "Mức hài lòng",
            "source_ward": "Đơn vị",
            "comment": "Góp ý",
            "source_changed_at": "Ngày cập nhật",
        },
        codes={
            "channel": {"in_person": "Trực tiếp", "online": "Trực tuyến", "postal": "Bưu chính công ích"},
            "status": {
                "received": "Đã tiếp nhận",
                "in_process": "Đang xử lý",
                "stopped": "Dừng xử lý",
                "resolved": "Đã giải quyết",
                "returned": "Đã trả kết quả",
            },
            "mode": {"tablet": "Máy tính bảng", "paper": "Phiếu giấy"},
            "rating_overall": {"satisfied": "4", "dissatisfied": "2"},
        },
    ),
}

APPLICANT = {
    "applicant_name": "Đặng Thị Kiểm Thử",
    "applicant_phone": "0900000001",
    "applicant_email": "kiem.thu@example.com",
    "applicant_address": "1/2 Đường Không Có",
    "applicant_key": "079000000001",
    "officer_key": "Lưu Văn Thử Nghiệm",
}


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A local wall-clock time; what each kind of software writes has no zone."""
    return datetime.combine(day, time(hour, minute, second))


def dossier(record_id: str | None, night: date = NIGHT, **changes: Any) -> Record:
    """A dossier taken in two days before `night` and returned on it, on time, unless `changes` say otherwise."""
    return {
        "source_record_id": record_id,
        "dossier_code": record_id and f"HS-{record_id}",
        "procedure_code": PROCEDURES[0],
        "channel": "online",
        "status": "returned",
        "received_at": at(night - timedelta(days=2), 8, 30),
        "due_at": at(night, 17),
        "resolved_at": at(night, 9),
        "returned_at": at(night, 10),
        "source_changed_at": at(night, 10),
        **APPLICANT,
        **changes,
    }


def survey(record_id: str | None, night: date = NIGHT, **changes: Any) -> Record:
    """A satisfied answer on a tablet on `night`."""
    return {
        "source_record_id": record_id,
        "dossier_code": "HS-1",
        "answered_at": at(night, 11),
        "mode": "tablet",
        "rating_overall": "satisfied",
        "source_changed_at": at(night, 11),
        **changes,
    }


def written(transport: Kind, record: Record) -> dict[str, str | None]:
    """The record in the columns and spelling of a kind of software; text that is no word of a code list stays as is."""
    software = SOFTWARE[transport]
    columns = software.survey if "rating_overall" in record else software.dossier
    row: dict[str, str | None] = {}
    for name, column in columns.items():
        value = record.get(name)
        if isinstance(value, datetime):
            value = value.strftime(software.stamp if name == "source_changed_at" else software.moment)
        elif value is not None:
            value = software.codes.get(name, {}).get(value, value)
        if transport == "http" and name == "procedure_code" and value in PROCEDURES:
            value = f"{value}.000.00.00.H29"
        row[column] = value
    return row
