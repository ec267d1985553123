"""A ward's periodic reports and the list of procedures, as the office writes them; their columns stand here by hand."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.dropped_files import Raw, row, xlsx

Cell = str | float | Raw | None
Row = dict[str, Cell]

RETURN_HEAD = {
    "Đơn vị": "",
    "Mã đơn vị": "",
    "Mã chỉ tiêu": "",
    "Nội dung": "",
    "Đơn vị tính": "",
    "Kỳ báo cáo": "Loại kỳ",
    " ": "Từ ngày",
    "  ": "Đến ngày",
    "Số liệu": "Đã thực hiện",
    "   ": "Kế hoạch",
    "    ": "Kết quả",
    "Số văn bản": "",
    "Ngày gửi": "",
}
"""Upper cells and the cells below them; a merged cell has its text in its first column and none in the others."""
RETURN_COLUMNS = (
    "Đơn vị",
    "Mã đơn vị",
    "Mã chỉ tiêu",
    "Nội dung",
    "Đơn vị tính",
    "Kỳ báo cáo / Loại kỳ",
    "Kỳ báo cáo / Từ ngày",
    "Kỳ báo cáo / Đến ngày",
    "Số liệu / Đã thực hiện",
    "Số liệu / Kế hoạch",
    "Số liệu / Kết quả",
    "Số văn bản",
    "Ngày gửi",
)
GOOD_RETURN: Row = {
    "Đơn vị": "Phường P01",
    "Mã đơn vị": "P01",
    "Mã chỉ tiêu": "CCHC.02",
    "Nội dung": "Hồ sơ giải quyết ngày thứ bảy",
    "Đơn vị tính": "hồ sơ",
    "Kỳ báo cáo / Loại kỳ": "Quý",
    "Kỳ báo cáo / Từ ngày": "01/01/2024",
    "Kỳ báo cáo / Đến ngày": "31/03/2024",
    "Số liệu / Đã thực hiện": "15.983",
    "Số liệu / Kế hoạch": "16.000",
    "Số liệu / Kết quả": "99,9",
    "Số văn bản": "953/BC-UBND",
    "Ngày gửi": "05/03/2024 16:30",
}
PROCEDURE_COLUMNS = (
    "Mã thủ tục",
    "Tên thủ tục",
    "Lĩnh vực",
    "Cấp thực hiện",
    "Mức độ",
    "Thời hạn",
    "Đơn vị thời hạn",
    "Công khai trên trang điện tử",
    "Niêm yết tại bộ phận một cửa",
    "Quy trình ISO",
    "Một cửa",
    "Hiệu lực từ",
    "Hiệu lực đến",
)
GOOD_PROCEDURE: Row = {
    "Mã thủ tục": "1.000656",
    "Tên thủ tục": "Đăng ký khai tử (thủ tục thông thường)",
    "Lĩnh vực": "Hộ tịch",
    "Cấp thực hiện": "Phường",
    "Mức độ": "3",
    "Thời hạn": "1",
    "Đơn vị thời hạn": "ngày làm việc",
    "Công khai trên trang điện tử": "Có",
    "Niêm yết tại bộ phận một cửa": "Có",
    "Quy trình ISO": "Không",
    "Một cửa": "x",
    "Hiệu lực từ": "01/01/2023",
    "Hiệu lực đến": "",
}


def report(*rows: Row, sheets: Sequence[str] = ("Báo cáo",), besides: Sequence[str] = ()) -> bytes:
    """A workbook with a title, a header of two rows with merged cells, the figures, and a line of signatures.

    They stand in each of the `sheets`; those `besides` hold nothing but a word.
    """
    upper = [text.strip() or None for text in RETURN_HEAD]
    lower = [text or None for text in RETURN_HEAD.values()]
    sheet = row(1, "BÁO CÁO KẾT QUẢ CẢI CÁCH HÀNH CHÍNH") + row(2, "Quý I năm 2024") + row(4, *upper) + row(5, *lower)
    for number, values in enumerate(rows, 6):
        sheet += row(number, *({**GOOD_RETURN, **values}[name] for name in RETURN_COLUMNS))
    whole = dict.fromkeys(sheets, sheet + row(len(rows) + 7, "Người lập biểu"))
    return xlsx(**whole, **dict.fromkeys(besides, row(1, "Bìa")))


def catalogue(*rows: Row) -> str:
    """The list of procedures as CSV."""
    lines = [",".join(PROCEDURE_COLUMNS)]
    for values in rows:
        cells = {**GOOD_PROCEDURE, **values}
        lines.append(",".join(f'"{cells[name]}"' for name in PROCEDURE_COLUMNS))
    return "\n".join(lines) + "\n"
