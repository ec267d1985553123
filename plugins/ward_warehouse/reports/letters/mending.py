"""How a clerk mends a record, in Vietnamese: by what the rule that it broke is called."""

from __future__ import annotations

import re

from ward_warehouse.registry import Feed
from ward_warehouse.registry.systems import ColumnMap

CODES_SHOWN = 12

_BY_NAME = (
    (r"record_whole", "Xuất lại bản ghi này: dòng bị cắt hoặc lệch cột."),
    (r"record_id_once", "Mỗi bản ghi một mã: xóa bản trùng, giữ lại bản đúng."),
    (r"record_id_\w+", "Ghi lại mã bản ghi của phần mềm, không để trống, không ghi chữ khác vào cột này."),
    (r"dossier_code_once", "Kiểm tra mã hồ sơ: nhiều bản ghi đang dùng chung một mã."),
    (r"dossier_code_\w+", "Ghi đúng mã hồ sơ như trên giấy biên nhận."),
    (r"ward_is_its_own", "Bản ghi thuộc phường khác: sửa tên đơn vị, hoặc chuyển cho đúng phường."),
    (r"ward_present", "Ghi tên đơn vị tiếp nhận."),
    (r"\w+_known", "Chọn một giá trị có trong danh mục của phần mềm."),
    (r"(?:result|stop)_has_its_date", "Ghi ngày có kết quả, ngày dừng hoặc ngày rút hồ sơ."),
    (r"in_process_without_result", "Chuyển trạng thái cho đúng với ngày kết quả, hoặc xóa ngày kết quả."),
    (r"\w+_(?:plausible|not_in_future)|period_has_begun", "Kiểm tra lại năm, tháng, ngày: ngày này không thể đúng."),
    (r"\w+_after_received", "Kiểm tra hai ngày: ngày này phải từ ngày tiếp nhận trở về sau."),
    (r"(?:period|validity)_in_order", "Kiểm tra hai ngày: ngày cuối phải sau ngày đầu."),
    (r"(?:answered|received|due|resolved|returned|stopped|submitted)_at_readable|other_dates_readable"
     r"|change_time_readable|period_readable|validity_readable",
     "Ghi ngày có thật, theo dạng ngày/tháng/năm, ví dụ 27/12/2018."),
    (r"figures_readable|statutory_time_readable", "Ghi số, không kèm chữ, ví dụ 12,5."),
    (r"\w+_not_negative|numerator_within_denominator", "Kiểm tra lại con số: số âm, hoặc tử số lớn hơn mẫu số."),
    (r"figure_present", "Điền số liệu."),
    (r"\w+_present", "Điền giá trị còn thiếu vào cột này."),
    (r"\w+_readable", "Ghi lại giá trị đúng dạng của cột, không ghi chú thêm."),
)  # fmt: skip
_OTHER = "Kiểm tra lại giá trị này trong phần mềm."


def how_to_mend(rule: str, feed: Feed | None = None, column: str = "") -> str:
    """What a clerk does about a record that broke a rule.

    Args:
        rule: the rule's name.
        feed: where the record came from; its code table says which values there are.
        column: the contract's column that the rule is about.
    """
    said = next((text for pattern, text in _BY_NAME if re.fullmatch(pattern, rule)), _OTHER)
    codes = _codes(feed, column) if feed is not None and rule.endswith("_known") else []
    if not codes:
        return said
    more = ", ..." if len(codes) > CODES_SHOWN else ""
    return f"{said} Các giá trị: {', '.join(codes[:CODES_SHOWN])}{more}"


def source_columns(feed: Feed, column: str) -> list[str]:
    """The columns of the ward's own software that a contract column comes from."""
    mapping = feed.mapping
    if column == "source_record_id":
        return list(mapping.key)
    if column == "source_changed_at":
        return [mapping.cursor.column] if mapping.cursor else []
    found: ColumnMap | None = mapping.columns.get(column)
    if found is None:
        return []
    return [found.from_] if found.from_ else list(found.uses)


def _codes(feed: Feed, column: str) -> list[str]:
    found = feed.mapping.columns.get(column)
    table = feed.system.codes.get(found.codes, {}) if found is not None and found.codes else {}
    return list(table)
