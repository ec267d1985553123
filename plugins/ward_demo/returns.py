"""What the demonstration districts' offices report of a period, and which procedures they list: plain data.

The figures of the reports are those that the districts published; what a document does not say (petitions, evaluations,
conduct items, how far the roadmap and the shared infrastructure are) is made up. The rest of the project finds them in
the records alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ward_demo.offered import Listed, listed_procedures


@dataclass(frozen=True)
class Figure:
    """One line of a report, every cell as the officer types it.

    Attributes:
        unit: the department or ward that the line is about; empty for the office itself.
        document: number of the document behind it.
        sent: the day on which the report went out.
    """

    item: str
    name_vi: str
    measure: str
    grain: str
    start: date
    end: date
    sent: date
    done: str = ""
    planned: str = ""
    result: str = ""
    unit: str = ""
    document: str = ""


@dataclass(frozen=True)
class Office:
    """A unit that reports: one with a counter of its own, or an office that does nothing else (`only_reports`)."""

    ward_key: str
    name_vi: str
    figures: tuple[Figure, ...]
    procedures: tuple[Listed, ...] = ()
    only_reports: bool = False

    @property
    def connection(self) -> str:
        """Connection id of the folder in which it leaves its files."""
        return f"{self.ward_key}_bao_cao"


def each_unit(
    item: str, name_vi: str, measure: str, period: tuple[str, date, date], sent: date, units: tuple[str, ...], done: int
) -> tuple[Figure, ...]:
    """One line a unit: 1 of 1 for the first `done` of them, 0 of 1 for the others."""
    grain, start, end = period
    return tuple(
        Figure(item, name_vi, measure, grain, start, end, sent, str(int(index < done)), "1", unit=unit)
        for index, unit in enumerate(units)
    )


_YEAR_2018 = ("Năm", date(2018, 1, 1), date(2018, 12, 31))
_QUARTERS_2018 = tuple(
    ("Quý", date(2018, month, 1), date(2018, month + 2, day)) for month, day in ((1, 31), (4, 30), (7, 30), (10, 31))
)
_SENT_2018 = date(2018, 12, 20)
_HALF_2016 = ("6 tháng", date(2016, 1, 1), date(2016, 6, 30))
_YEAR_2016 = ("Năm", date(2016, 1, 1), date(2016, 12, 31))
_DIALOGUE = ("Khác", date(2016, 6, 28), date(2016, 6, 28))
_SENT_2016 = date(2016, 6, 28)

_QUAN_11_DEPARTMENTS = (
    "P-NV", "P-TP", "P-TCKH", "P-KT", "P-QLDT", "P-TNMT", "P-LDTBXH", "P-VHTT", "P-GDDT", "P-YT", "P-TTR", "P-VP",
)  # fmt: skip
_THANH_XUAN_WARDS = (
    "00343", "00346", "00349", "00352", "00355", "00358", "00361", "00364", "00367", "00370", "00373",
)  # fmt: skip
_THANH_XUAN_UNITS = ("009", *_THANH_XUAN_WARDS)

QUAN_11_OFFICE = Office(
    "quan_11_van_phong",
    "Văn phòng UBND Quận 11",
    (
        Figure("task_completion", "Đầu việc hoàn thành", "đầu việc", *_YEAR_2018, _SENT_2018, "30", "31", "96,8 %"),
        Figure("registered_initiatives", "Sáng kiến đăng ký", "khác", *_YEAR_2018, _SENT_2018, "", "", "hơn 93"),
        *each_unit("departments_with_regulation", "Phòng ban hành quy chế mới", "phòng", _YEAR_2018, _SENT_2018,
                   _QUAN_11_DEPARTMENTS, 8),
        Figure("administrative_posts_cut", "Tinh giản biên chế Đội quản lý trật tự đô thị", "người", *_YEAR_2018,
               _SENT_2018, "3"),
        Figure("service_posts_cut", "Giảm biên chế sự nghiệp do giao quyền tự chủ", "người", *_YEAR_2018, _SENT_2018,
               "200"),
        Figure("staff_rotated", "Luân chuyển theo Nghị định 158/2007", "người", *_YEAR_2018, _SENT_2018, "36"),
        Figure("devices_installed", "Thiết bị đánh giá tại phường", "thiết bị", *_YEAR_2018, _SENT_2018, "32"),
        Figure("petitions_on_time", "Phản ánh qua Quận 11 trực tuyến trả lời đúng hạn", "ý kiến", *_YEAR_2018,
               _SENT_2018, "1.204", "1.231"),
        Figure("units_with_portal", "Trang thông tin điện tử", "đơn vị", *_YEAR_2018, _SENT_2018, "17", "17"),
        Figure("conduct_items_posted", "Niêm yết 10 nội dung ứng xử", "đơn vị", *_YEAR_2018, _SENT_2018, "17", "17"),
        *(
            Figure("evaluations_on_schedule", "Đánh giá trưởng phòng và lãnh đạo phường", "lượt", *quarter,
                   min(_SENT_2018, quarter[2]), "28", "28")
            for quarter in _QUARTERS_2018
        ),
    ),
    listed_procedures(2018, {1: 4, 2: 174, 3: 33, 4: 5}, with_wards=True),
    only_reports=True,
)  # fmt: skip

THANH_XUAN_OFFICE = Office(
    "thanh_xuan_counter",
    "Bộ phận một cửa quận",
    (
        Figure("roadmap_level_3", "Thủ tục mức độ 3 trong năm", "thủ tục", *_YEAR_2016, _SENT_2016, "25", "62"),
        Figure("roadmap_level_4", "Thủ tục thí điểm mức độ 4 trong năm", "thủ tục", *_YEAR_2016, _SENT_2016, "0", "2"),
        *each_unit("camera_coverage", "Camera giám sát bộ phận một cửa phường", "phường", _HALF_2016, _SENT_2016,
                   _THANH_XUAN_WARDS, 11),
        *each_unit("units_with_portal", "Cổng thông tin điện tử của quận và phường", "đơn vị", _HALF_2016, _SENT_2016,
                   _THANH_XUAN_UNITS, 12),
        *each_unit("units_on_shared_infrastructure", "Hạ tầng công nghệ thông tin dùng chung", "đơn vị", _HALF_2016,
                   _SENT_2016, _THANH_XUAN_UNITS, 7),
        Figure("dialogue_opinions", "Ý kiến tại đối thoại thủ tục hành chính", "ý kiến", *_DIALOGUE, _SENT_2016, "", "",
               "hơn 10"),
        Figure("dialogue_satisfied", "Ý kiến hài lòng", "ý kiến", *_DIALOGUE, _SENT_2016, "", "", "hơn 10"),
    ),
    listed_procedures(2016, {2: 106, 3: 115, 4: 20}, with_wards=False),
)  # fmt: skip

OFFICES: dict[str, tuple[Office, ...]] = {"thanh_xuan": (THANH_XUAN_OFFICE,), "quan_11": (QUAN_11_OFFICE,)}
"""The offices of each demonstration district."""
