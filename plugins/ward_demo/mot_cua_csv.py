"""A ward's nightly export: CSV with Vietnamese headers, dd/mm/yyyy dates, UTF-8 with a byte order mark.

`ho_so_<yyyymmdd>.csv` and `khao_sat_<yyyymmdd>.csv`: the first holds everything, each later one what changed since.
A night without changes writes no file.
"""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ward_demo.story import BrokenRow
from ward_demo.texts import coded, times, values

STATUS = {
    "registered": "Mới đăng ký",
    "received": "Đã tiếp nhận",
    "not_accepted": "Không tiếp nhận",
    "in_process": "Đang xử lý",
    "supplement_requested": "Yêu cầu bổ sung",
    "supplemented": "Đã bổ sung",
    "waiting_fee": "Chờ nộp phí",
    "withdrawn": "Công dân rút hồ sơ",
    "stopped": "Dừng xử lý",
    "resolved": "Đã giải quyết",
    "returned": "Đã trả kết quả",
}
CHANNEL = {"in_person": "Trực tiếp", "online": "Trực tuyến", "postal": "Bưu chính công ích"}
APPLICANT_TYPE = {"citizen": "Công dân", "business": "Doanh nghiệp", "other": "Tổ chức khác"}
MODE = {"tablet": "Máy tính bảng", "paper": "Phiếu giấy", "web": "Trang web", "phone": "Điện thoại"}
RATING = {
    "very_satisfied": "5",
    "satisfied": "4",
    "neutral": "3",
    "dissatisfied": "2",
    "very_dissatisfied": "1",
    "dont_know": "9",
}
_YES_NO = {True: "Có", False: "Không"}

# Header of each column that a fault can change.
_HEADERS = {
    "record_id": "Số biên nhận",
    "dossier_code": "Mã hồ sơ",
    "procedure_code": "Mã thủ tục",
    "channel": "Hình thức nộp",
    "status": "Trạng thái",
    "received_at": "Ngày tiếp nhận",
    "resolved_at": "Ngày giải quyết xong",
    "source_ward": "Đơn vị",
    "summary": "Trích yếu",
    "changed_at": "Ngày cập nhật",
}
_MOMENT, _DAY, _STAMP = "dd/mm/yyyy hh:mm", "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"
_WITHOUT_CHANNEL = 89  # one in so many counter dossiers comes without a channel, which means: in person


def write(
    folder: Path,
    dossiers: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    unit_name: str,
    night: date,
    broken: list[BrokenRow],
) -> None:
    """Writes the export of a night.

    Args:
        folder: the ward's folder.
        dossiers: records as of the night (see `story.records_as_of`) that the export is to hold, all of one ward.
        responses: survey responses of the ward that the export is to hold.
        unit_name: how the software names the ward in each record.
        night: names the files.
        broken: rows that stand in the export in place of the truth or beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{night:%Y%m%d}.csv"
    _write_csv(folder / f"ho_so_{name}", _dossier_rows(dossiers, unit_name, broken))
    _write_csv(folder / f"khao_sat_{name}", _rows(_response_columns(responses, unit_name)))


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    # A reader that comes while the export runs must not see half of it.
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(text.getvalue().encode("utf-8-sig"))
    os.replace(unfinished, path)


def _dossier_rows(dossiers: pd.DataFrame, unit_name: str, broken: list[BrokenRow]) -> list[dict[str, Any]]:
    replaced = {row.record["record_id"] for row in broken if row.real and not row.fault.sent_twice}
    rows = _rows(_dossier_columns(dossiers[~dossiers["record_id"].isin(replaced)], unit_name))
    if broken:
        pretended = _rows(_dossier_columns(pd.DataFrame([row.record for row in broken]), unit_name))
        for row, text in zip(broken, pretended, strict=True):
            rows.append(text | {_HEADERS[column]: value for column, value in row.fault.fields.items()})
    return rows


def _rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _dossier_columns(frame: pd.DataFrame, unit_name: str) -> dict[str, list[Any]]:
    channels = coded(frame["channel"], CHANNEL)
    absent = (frame["record_id"] % _WITHOUT_CHANNEL == 0) & (frame["channel"] == "in_person")
    return {
        "Số biên nhận": [f"BN{number:06d}" for number in frame["record_id"]],
        "Mã hồ sơ": values(frame["dossier_code"]),
        "Mã thủ tục": values(frame["procedure_code"]),
        "Tên thủ tục": values(frame["procedure_name"]),
        "Lĩnh vực": values(frame["field"]),
        "Hình thức nộp": ["" if missing else word for word, missing in zip(channels, absent, strict=True)],
        "Trạng thái": coded(frame["status"], STATUS),
        "Ngày nộp": times(frame["submitted_at"], _MOMENT),
        "Ngày tiếp nhận": times(frame["received_at"], _MOMENT),
        "Ngày hẹn trả": times(frame["due_at"], _DAY),
        "Ngày hẹn trả mới": times(frame["repromised_due_at"], _DAY),
        "Ngày giải quyết xong": times(frame["resolved_at"], _MOMENT),
        "Ngày trả kết quả": times(frame["returned_at"], _MOMENT),
        "Ngày dừng": times(frame["stopped_at"], _MOMENT),
        "Ngày yêu cầu bổ sung": times(frame["supplement_requested_at"], _MOMENT),
        "Ngày nhận bổ sung": times(frame["supplement_received_at"], _MOMENT),
        "Số lần bổ sung": values(frame["supplement_count"]),
        "Ngày xin lỗi": times(frame["apology_at"], _MOMENT),
        "Ngày giải trình": times(frame["explanation_at"], _MOMENT),
        "Mã đơn vị tiếp nhận": values(frame["receiving_unit"]),
        "Mã đơn vị giải quyết": values(frame["resolving_unit"]),
        "Đơn vị": [unit_name] * len(frame),
        "Đối tượng": coded(frame["applicant_type"], APPLICANT_TYPE),
        "Thanh toán trực tuyến": [_YES_NO[bool(flag)] for flag in frame["paid_online"]],
        "Cán bộ": values(frame["officer_name"]),
        "Họ tên": values(frame["applicant_name"]),
        "Số giấy tờ": values(frame["identity_number"]),
        "Điện thoại": values(frame["phone"]),
        "Thư điện tử": values(frame["email"]),
        "Địa chỉ": values(frame["address"]),
        "Trích yếu": values(frame["summary"]),
        "Lệ phí": values(frame["fee"]),
        "Ngày cập nhật": times(frame["changed_at"], _STAMP),
    }


def _response_columns(frame: pd.DataFrame, unit_name: str) -> dict[str, list[Any]]:
    return {
        "Số phiếu": [f"KS{number:06d}" for number in frame["record_id"]],
        "Mã hồ sơ": values(frame["dossier_code"]),
        "Thời điểm": times(frame["answered_at"], _MOMENT),
        "Hình thức": coded(frame["mode"], MODE),
        "Thiết bị": values(frame["device_code"]),
        "Cán bộ": values(frame["officer_name"]),
        "Đơn vị": [unit_name] * len(frame),
        "Mức hài lòng": coded(frame["rating_overall"], RATING),
        "Tiếp cận dịch vụ": coded(frame["rating_access"], RATING),
        "Thủ tục": coded(frame["rating_procedure"], RATING),
        "Thái độ phục vụ": coded(frame["rating_staff"], RATING),
        "Kết quả": coded(frame["rating_result"], RATING),
        "Tiếp nhận phản ánh": coded(frame["rating_feedback"], RATING),
        "Lý do": values(frame["reasons"]),
        "Góp ý": values(frame["comment"]),
        "Ngày cập nhật": times(frame["changed_at"], _STAMP),
    }
