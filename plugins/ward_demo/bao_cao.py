"""A unit's periodic reports as workbooks, and its list of procedures as CSV, for `dags/systems/bao_cao_xlsx.yml`."""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from pathlib import Path

from ward_demo.offered import Listed
from ward_demo.returns import Figure, Office
from ward_demo.workbook import workbook

# The header has two rows; a merged cell has its text in its first column.
_UPPER = (
    "TT", "Đơn vị", "Mã đơn vị", "Mã chỉ tiêu", "Nội dung", "Đơn vị tính", "Kỳ báo cáo", "", "", "Số liệu", "", "",
    "Số văn bản", "Ngày gửi",
)  # fmt: skip
_LOWER = ("", "", "", "", "", "", "Loại kỳ", "Từ ngày", "Đến ngày", "Đã thực hiện", "Kế hoạch", "Kết quả", "", "")
_PROCEDURES = (
    "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Cấp thực hiện", "Mức độ", "Thời hạn", "Đơn vị thời hạn",
    "Công khai trên trang điện tử", "Niêm yết tại bộ phận một cửa", "Quy trình ISO", "Một cửa", "Hiệu lực từ",
    "Hiệu lực đến",
)  # fmt: skip
_AUTHORITY = {"district": "Quận", "ward": "Phường"}
_TIME_UNIT = {"days": "ngày", "working_days": "ngày làm việc"}


def write(folder: Path, office: Office, night: date, since: date | None) -> None:
    """Writes what the office sent after the night `since`, or everything up to `night`.

    Args:
        folder: the office's folder.
        office: who reports what.
        night: names the report.
        since: the night of the call before; without it the list of procedures is written too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sent = [figure for figure in office.figures if (since is None or since < figure.sent) and figure.sent <= night]
    if sent:
        _put(folder / f"bao_cao_{night:%Y%m%d}.xlsx", _report(office, sent))
    if since is None and office.procedures:
        _put(folder / "danh_muc_thu_tuc.csv", _catalogue(office.procedures))


def _put(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def _report(office: Office, figures: list[Figure]) -> bytes:
    rows = [
        ["", "BÁO CÁO KẾT QUẢ CẢI CÁCH HÀNH CHÍNH"],
        ["", office.name_vi],
        [],
        list(_UPPER),
        list(_LOWER),
        *(_figure(number, office, figure) for number, figure in enumerate(figures, 1)),
        [],
        ["Người lập biểu"],
    ]
    return workbook(rows)


def _figure(number: int, office: Office, figure: Figure) -> list[str]:
    return [
        str(number),
        office.name_vi,
        figure.unit,
        figure.item,
        figure.name_vi,
        figure.measure,
        figure.grain,
        _day(figure.start),
        _day(figure.end),
        figure.done,
        figure.planned,
        figure.result,
        figure.document,
        _day(figure.sent),
    ]


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _catalogue(procedures: tuple[Listed, ...]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_PROCEDURES)
    for entry in procedures:
        writer.writerow(
            [
                entry.code,
                entry.name_vi,
                entry.field_vi,
                _AUTHORITY[entry.authority],
                str(entry.level),
                str(entry.limit),
                _TIME_UNIT[entry.unit],
                "Có",
                "Có",
                _yes(entry.iso),
                _yes(entry.one_stop),
                _day(entry.valid_from),
                "",
            ]
        )
    return text.getvalue().encode("utf-8")


def _yes(value: bool) -> str:
    return "Có" if value else "Không"
