"""Long Biên, Hà Nội, March 2017 to December 2018: what the city announced on 21 March 2017, made of records.

Of the document are the Saturday mornings from 11 March 2017, the target of more than 80 % for 2018 (the counter,
schools, health services), the ten items of conduct and the evaluations of each quarter. How many dossiers, slips, plans
and evaluations there were is made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ward_demo.districts import District, Group, ServiceSurvey, Site
from ward_demo.offered import listed_procedures
from ward_demo.returns import Figure, Office

LONG_BIEN_END = date(2018, 12, 31)
"""The district's last day, and the night in which it is loaded."""
_START = date(2017, 3, 1)

_SITES = (
    Site("long_bien_bo_de", 1, "Phường Bồ Đề", "igate", 6.0, late=0.02, devices=1),
    Site("long_bien_ngoc_lam", 2, "Phường Ngọc Lâm", "mot_cua_csv", 4.0, late=0.03, devices=1),
)
_OF_2017, _OF_2018 = (_START, date(2017, 12, 31)), (date(2018, 1, 1), LONG_BIEN_END)
_COUNTER = Site(
    "long_bien_counter", 0, "Bộ phận một cửa quận Long Biên", "igate", 1.0, late=0.02, unit="district_counter",
    surveys=(
        ServiceSurvey("counter", *_OF_2017, answers=150, satisfied=117),
        ServiceSurvey("counter", *_OF_2018, answers=200, satisfied=171),
        ServiceSurvey("education", *_OF_2017, answers=150, satisfied=115),
        ServiceSurvey("education", *_OF_2018, answers=200, satisfied=168),
        ServiceSurvey("health", *_OF_2017, answers=150, satisfied=109),
        ServiceSurvey("health", *_OF_2018, answers=200, satisfied=163),
    ),
)  # fmt: skip

LONG_BIEN = District(
    key="long_bien",
    name_vi="Quận Long Biên",
    number="28",
    province="H26",
    start=_START,
    end=LONG_BIEN_END,
    seed=3_2017,
    called=0.4,
    saturdays_from=date(2017, 3, 11),
    groups=(
        Group(
            _SITES,
            received=2_600,
            online=60,
            saturday=520,
            unfinished=30,
            stopped=26,
            votes=1_300,
            satisfied=1_120,
            dont_know=20,
        ),
        Group(
            (_COUNTER,),
            received=1_100,
            online=50,
            saturday=230,
            unfinished=24,
            stopped=10,
            votes=0,
            satisfied=0,
            dont_know=0,
        ),
    ),
    streets=("Nguyễn Văn Cừ", "Ngọc Lâm", "Bồ Đề", "Lâm Du", "Hoàng Như Tiếp", "Ái Mộ", "Phú Viên", "Long Biên"),
)
"""Two wards and the district's counter, small."""

CONDUCT_ITEMS = (
    "Khách đến, được chào hỏi", "Khách ở, luôn tươi cười", "Khách hỏi, được tư vấn", "Khách yêu cầu, phải tận tâm",
    "Khách cần, được thông báo", "Khách vội, giải quyết nhanh", "Khách chờ, được xin lỗi",
    "Khách phàn nàn, phải lắng nghe", "Khách nhờ, luôn chu đáo", "Khách về, được hài lòng",
)  # fmt: skip
"""The ten items that every counter posts."""

_OFFICERS = {"long_bien_bo_de": 14, "long_bien_ngoc_lam": 12, "long_bien_counter": 96}
_HEADS_EVALUATED = "18"
_MARCH = ("Tháng", _START, date(2017, 3, 31))


def _reports(site: Site) -> Iterator[Figure]:
    sent = _MARCH[2]
    for number, name_vi in enumerate(CONDUCT_ITEMS, 1):
        yield Figure(f"conduct_item.{number:02d}", name_vi, "đơn vị", *_MARCH, sent, "1", "1")
    yield Figure("conduct_items_posted", "Niêm yết đủ 10 nội dung ứng xử", "đơn vị", *_MARCH, sent, "1", "1")
    for number, (start, end) in enumerate(_months()):
        officers = _OFFICERS[site.ward_key]
        month = ("Tháng", start, end)
        # Now and then one plan in a unit comes late.
        plans = str(officers - int(number % 5 == 2))
        yield Figure("work_plans_submitted", "Kế hoạch công tác tháng", "khác", *month, end, plans, str(officers))
        yield Figure(
            "monthly_evaluations_by_heads", "Thủ trưởng đánh giá hằng tháng", "lượt", *month, end, str(officers),
            str(officers),
        )  # fmt: skip
    if site is _COUNTER:
        for start, end in _quarters():
            yield Figure(
                "evaluations_on_schedule", "Chủ tịch quận đánh giá trưởng phòng và lãnh đạo phường", "lượt", "Quý",
                start, end, end, _HEADS_EVALUATED, _HEADS_EVALUATED,
            )  # fmt: skip


def _months() -> list[tuple[date, date]]:
    starts = [date(year, month, 1) for year in (2017, 2018) for month in range(1, 13)]
    return [(start, _before(start, 1)) for start in starts if start >= _START]


def _quarters() -> list[tuple[date, date]]:
    starts = [date(year, month, 1) for year in (2017, 2018) for month in (1, 4, 7, 10)]
    return [(start, _before(start, 3)) for start in starts if start >= _START]


def _before(start: date, months: int) -> date:
    """The last day of so many months from `start` on."""
    return (start + timedelta(days=31 * months)).replace(day=1) - timedelta(days=1)


LONG_BIEN_OFFICES: tuple[Office, ...] = tuple(
    Office(
        site.ward_key,
        site.name_vi,
        tuple(_reports(site)),
        listed_procedures(2017, {}, with_wards=True) if site is _COUNTER else (),
    )
    for _, site in LONG_BIEN.sites()
)
"""Each unit's own reports; the counter's have the district's besides, and its list of procedures."""
