"""Which indicators a periodic report shows, and where: tables of data, so that an office's wish is a line here."""

from __future__ import annotations

ON_TIME, SATISFIED, ONLINE = "on_time_of_resolved", "satisfaction_rate", "online_filing_rate"
OVERDUE, LATE, APOLOGIES = "dossiers_overdue", "resolved_late", "apology_coverage"
RECEIVED, RESOLVED = "dossiers_received", "dossiers_resolved"

TREND = "Tỷ lệ hài lòng"
"""What is drawn month by month."""

TILES: tuple[tuple[str, str], ...] = (
    (ON_TIME, "Đúng hạn"),
    (ONLINE, "Nộp qua mạng"),
    (SATISFIED, "Hài lòng tại quầy"),
    (OVERDUE, "Quá hạn chưa xong"),
)
"""Indicators in large figures on top, and their headings."""

COLUMNS: tuple[tuple[str, str], ...] = (
    (RECEIVED, "Tiếp nhận"),
    (RESOLVED, "Giải quyết"),
    (LATE, "Trễ hạn"),
    (OVERDUE, "Quá hạn"),
    (ON_TIME, "Đúng hạn"),
    (ONLINE, "Qua mạng"),
    (SATISFIED, "Hài lòng"),
)
"""Columns of the table of wards."""

DETAILS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Hồ sơ trễ hạn",
        (LATE, APOLOGIES, "explanation_coverage", "late_outside_share", "repromise_rate", "repromise_kept"),
    ),
    (
        "Hồ sơ quá hạn đang giải quyết, theo số ngày làm việc",
        ("dossiers_open", OVERDUE, "overdue_1_to_3_days", "overdue_4_to_7_days", "overdue_8_days_or_more"),
    ),
    (
        "Thời gian và chất lượng",
        ("median_working_days", "early_return_rate", "supplement_rate", "rejection_rate", "first_time_right"),
    ),
    ("Phục vụ", ("saturday_dossiers", "saturday_share", "saturday_service_held")),
    (
        "Số hóa",
        (ONLINE, "online_payment_rate", "electronic_result_rate", "digitisation_rate", "reuse_rate", "vneid_rate"),
    ),
    ("Khảo sát", ("survey_volume", SATISFIED, "response_rate", "staff_satisfaction", "procedure_satisfaction")),
    ("Công khai", ("procedures_published", "procedures_one_stop", "petitions_on_time")),
    ("Mức độ đầy đủ của báo cáo", ("reporting_completeness", "reporting_units", "quarantined_share")),
)
"""Indicators of the subject in tables below, by heading."""

LEVELS: tuple[str, ...] = ("procedures_level_1_2", "procedures_level_3", "procedures_level_4")
"""The mix of levels of online service: each procedure is in one of them."""

CHANNELS: dict[str, str] = {
    "in_person": "Trực tiếp",
    "online": "Qua mạng",
    "postal": "Bưu chính công ích",
    "unknown": "Không rõ",
}
"""Channels in words."""

CODES: tuple[str, ...] = tuple(
    dict.fromkeys(
        [code for code, _ in (*TILES, *COLUMNS)] + [code for _, codes in DETAILS for code in codes] + list(LEVELS)
    )
)
"""Every indicator of a report, once, in the order of the report."""

EVIDENCE: tuple[str, ...] = (
    RECEIVED, RESOLVED, LATE, OVERDUE, ON_TIME, ONLINE, SATISFIED, APOLOGIES, "saturday_dossiers",
)  # fmt: skip
"""Main indicators: their records stand in the workbook of every period, one sheet each."""


def evidence_codes(grain: str) -> tuple[str, ...]:
    """Indicators whose records stand in a workbook: of a month every one, of longer periods the main ones.

    A year of a district has some two million records behind its figures: no office opens such a workbook.
    """
    return CODES if grain == "month" else EVIDENCE
