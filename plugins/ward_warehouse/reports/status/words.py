"""Words of the status pages, Vietnamese and English."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from ward_warehouse.core.record_kinds import NAMES
from ward_warehouse.night.advice import spoken
from ward_warehouse.night.verdict import WardState
from ward_warehouse.reports.status.asked import Language
from ward_warehouse.reports.status.grid import Mark

MARKS: dict[Mark, tuple[str, str, str]] = {
    "loaded": ("✓", "đã nhận", "arrived"),
    "refused": ("!", "đã nhận, có bản ghi bị cách ly", "arrived, records refused"),
    "partly": ("◐", "đã nhận một phần", "arrived in part"),
    "late": ("↺", "thiếu, đã bù đêm sau", "missing, caught up later"),
    "held": ("‖", "bị giữ lại, chờ người quyết định", "held, waits for a person"),
    "postponed": ("◷", "hoãn vì đang trong giờ không được đọc", "put off for quiet hours"),
    "missing": ("✕", "thiếu", "missing"),
}
"""A sign for each mark, so that no meaning hangs on a colour alone, and its name."""

CLASSES: dict[Mark, str] = {
    "loaded": "l", "refused": "r", "partly": "a", "late": "t", "held": "h", "postponed": "p", "missing": "m",
}  # fmt: skip
"""Of a mark's cell, as short as twelve thousand of them on a page ask for."""

STATES: dict[str, tuple[str, str]] = {
    "loaded": ("đã nhận", "arrived"),
    "partly": ("đã nhận một phần", "arrived in part"),
    "held": ("bị giữ lại", "held"),
    "postponed": ("hoãn", "put off"),
    "failed": ("thiếu", "missing"),
    "missing": ("thiếu", "missing"),
    "provisional": ("tạm tính", "provisional"),
    "reviewed": ("đã rà soát", "reviewed"),
    "closed": ("đã chốt", "closed"),
}

KINDS = NAMES

SHELVES: dict[str, tuple[str, str]] = {
    "morning": ("Trang buổi sáng", "Morning pages"),
    "validation": ("Quy tắc và bản ghi sai (Data Docs)", "Rules and what they found (Data Docs)"),
    "periodic": ("Báo cáo định kỳ", "Periodic reports"),
    "dashboard": ("Bảng theo dõi", "Dashboard"),
    "dictionary": ("Từ điển chỉ tiêu và kho dữ liệu", "Dictionary of indicators and of the warehouse"),
}

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Tình trạng kho dữ liệu", "Status of the warehouse"),
    "nights": ("Các đêm", "Nights"),
    "quarantine": ("Bản ghi bị cách ly", "Refused records"),
    "periods": ("Rà soát và chốt kỳ", "Review and close"),
    "pages": ("Các trang khác", "Other pages"),
    "other_language": ("English", "Tiếng Việt"),
    "skip": ("Đến nội dung", "Skip to the content"),
    "menu": ("Mục chính", "Main menu"),
    "airflow": ("Airflow", "Airflow"),
    "unit": ("Đơn vị", "Unit"),
    "district": ("Quận", "District"),
    "ward": ("Phường", "Ward"),
    "night": ("Đêm", "Night"),
    "record_kind": ("Loại bản ghi", "Record kind"),
    "state": ("Trạng thái", "State"),
    "read": ("Đọc", "Read"),
    "accepted": ("Nhận", "Accepted"),
    "quarantined": ("Cách ly", "Refused"),
    "unchanged": ("Không đổi", "Unchanged"),
    "said": ("Chuyện gì, làm gì", "What, and what to do"),
    "detail": ("Chi tiết cho kỹ sư (tiếng Anh)", "Detail for the engineer"),
    "at": ("Lúc", "At"),
    "task": ("Tác vụ và nhật ký", "Task and log"),
    "open_task": ("Mở trong Airflow", "Open in Airflow"),
    "message": ("Thư gửi phường", "Message for the ward"),
    "rule": ("Quy tắc", "Rule"),
    "still_open": ("Còn mở", "Still open"),
    "entries": ("Tất cả", "All"),
    "wards": ("Đơn vị", "Units"),
    "last_seen": ("Lần cuối", "Last seen"),
    "places": ("Ví dụ: tệp và dòng", "For example: file and row"),
    "as_published": ("Số liệu đến lần công bố gần nhất", "As of the last publishing"),
    "nothing_refused": ("Không có bản ghi nào bị cách ly.", "No record was refused."),
    "no_nights": ("Chưa có đêm nào được công bố.", "No night was published yet."),
    "no_pages": ("Chưa có trang nào.", "There is no page yet."),
    "scroll": ("cuộn ngang để xem các đêm cũ hơn", "scroll sideways for older nights"),
    "wards_by_nights": ("đơn vị và đêm", "units by nights"),
    "key": ("Chú giải", "Key"),
    "period": ("Kỳ", "Period"),
    "period_help": (
        "tháng 2018-06, quý 2018-Q2, 2018-H1, năm 2018, 2018-9M",
        "a month 2018-06, a quarter 2018-Q2, 2018-H1, a year 2018, 2018-9M",
    ),
    "show": ("Xem số liệu", "Show the figures"),
    "changed": ("Thay đổi", "Changed"),
    "first_look": ("xem lần đầu", "first look"),
    "not_reported": ("Chưa báo cáo", "Not reported"),
    "decided": ("Quyết định gần nhất", "Last decision"),
    "whole_district": ("Toàn quận", "The district"),
    "changes": ("Khác với lần xem trước", "Changed since the last look"),
    "none": ("không", "none"),
    "reason": ("Ghi chú", "Remark"),
    "review": ("Tôi đã xem và thấy đúng: rà soát", "I looked and they are right: review"),
    "close": ("Chốt kỳ", "Close the period"),
    "nothing_waits": ("Không còn gì phải làm ở kỳ này.", "Nothing is left to do in this period."),
    "may_not": ("Tài khoản của bạn không có quyền rà soát hay chốt kỳ.", "Your account may neither review nor close."),
    "in_the_name": ("Quyết định được ghi với tên", "Decisions are kept in the name of"),
    "done": ("Đã ghi", "Done"),
    "refused": ("Bị từ chối", "Refused"),
    "received": ("Tiếp nhận", "Received"),
    "error_404": ("Không có trang này.", "There is no such page."),
    "error_403": ("Tài khoản của bạn không có quyền xem hoặc làm việc này.", "Your account may not see or do this."),
    "error_400": ("Không thực hiện được.", "This cannot be done."),
    "error_503": ("Chưa đọc được kho dữ liệu.", "The warehouse cannot be read now."),
    "back": ("Về trang các đêm", "Back to the nights"),
    "of": ("trên", "of"),
    "arrived_of": ("đơn vị đã gửi", "units arrived"),
    "all_figures": ("Mọi chỉ tiêu", "All figures"),
    "indicator": ("Chỉ tiêu", "Indicator"),
    "value": ("Giá trị", "Value"),
    "numerator": ("Tử số", "Numerator"),
    "denominator": ("Mẫu số", "Denominator"),
    "software": ("Phần mềm", "Software"),
}

COLUMNS: dict[str, tuple[str, str]] = {
    "dossiers_received": ("Tiếp nhận", "Received"),
    "dossiers_resolved": ("Giải quyết", "Resolved"),
    "on_time_of_resolved": ("Đúng hạn / giải quyết", "On time, of resolved"),
    "on_time_of_received": ("Đúng hạn / tiếp nhận", "On time, of received"),
    "dossiers_open": ("Đang giải quyết", "Open"),
    "dossiers_overdue": ("Quá hạn", "Overdue"),
    "saturday_dossiers": ("Thứ Bảy", "Saturday"),
    "online_filing_rate": ("Nộp trực tuyến", "Filed online"),
    "satisfaction_rate": ("Hài lòng", "Satisfied"),
}
"""Headings of the main indicators."""


def said(words: tuple[str, str], language: Language) -> str:
    """The word of a language."""
    return words[0] if language == "vi" else words[1]


def advice(state: WardState, language: Language) -> tuple[str, str]:
    """What is wrong with a record kind of a ward, and what to do; empty where nothing is."""
    if state.cause is None:
        return "", ""
    found = spoken(state.cause)
    return getattr(found.what, language), getattr(found.do, language)


def count(value: int | None, language: Language) -> str:
    """A count as it is written: 1.234 in Vietnamese, 1,234 in English; a dash for none."""
    if value is None:
        return "–"
    return f"{value:,}".replace(",", ".") if language == "vi" else f"{value:,}"


def day(value: date) -> str:
    """A day as forms write it."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime | None, time_zone: str) -> str:
    """An instant on the district's clock."""
    return f"{value.astimezone(ZoneInfo(time_zone)):%H:%M %d/%m/%Y}" if value else "–"
