"""Words of the dashboard in both languages."""

from __future__ import annotations

from ward_warehouse.reports.morning.model import Said

HEADLINES: tuple[tuple[str, Said], ...] = (
    ("dossiers_received", Said("Tiếp nhận", "Received")),
    ("dossiers_resolved", Said("Giải quyết", "Resolved")),
    ("on_time_of_resolved", Said("Đúng hạn", "On time")),
    ("dossiers_overdue", Said("Quá hạn", "Overdue")),
    ("online_filing_rate", Said("Qua mạng", "Filed online")),
    ("satisfaction_rate", Said("Hài lòng", "Satisfied")),
)
"""Columns of the table of a district's units."""

DIMENSIONS: dict[str, Said] = {
    "channel": Said("Kênh nộp", "Channel"),
    "field": Said("Lĩnh vực", "Field"),
    "authority": Said("Cấp giải quyết", "Authority"),
    "procedure": Said("Thủ tục", "Procedure"),
    "mode": Said("Cách khảo sát", "Survey mode"),
}

MEMBERS: dict[tuple[str, str], Said] = {
    ("channel", "in_person"): Said("Trực tiếp", "In person"),
    ("channel", "online"): Said("Qua mạng", "Online"),
    ("channel", "postal"): Said("Bưu chính công ích", "Postal"),
    ("channel", "unknown"): Said("Không rõ", "Unknown"),
    ("authority", "ward"): Said("Cấp phường", "Ward"),
    ("authority", "district"): Said("Cấp quận", "District"),
    ("mode", "paper"): Said("Phiếu giấy", "Paper"),
    ("mode", "web"): Said("Trang web", "Web"),
    ("mode", "phone"): Said("Điện thoại", "Telephone"),
    ("mode", "tablet"): Said("Máy tính bảng", "Tablet"),
}
"""Members of a dimension that are codes; others are names already."""
