"""Three more districts made of records, for `make golden` and its test: Quận 1 and Ba Đình in 2011, and Long Biên.

Their registry lies in `examples/golden/wards`, so that no other night reads them. The figures that the districts of
2011 published stand here and in their reports; letters, inspections, how far directives are followed and the number of
dossiers are made up. Long Biên is in `long_bien.py`.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from ward_demo.districts import DISTRICTS, District, Group, Site
from ward_demo.long_bien import LONG_BIEN, LONG_BIEN_END, LONG_BIEN_OFFICES
from ward_demo.offered import listed_procedures
from ward_demo.plan import apportion
from ward_demo.returns import Figure, Office, each_unit
from ward_warehouse.core.settings import PROJECT_ROOT

_QUAN_1_WARDS = (
    ("tan_dinh", "Tân Định", 10.4), ("da_kao", "Đa Kao", 9.8), ("ben_nghe", "Bến Nghé", 12.7),
    ("ben_thanh", "Bến Thành", 11.9), ("nguyen_thai_binh", "Nguyễn Thái Bình", 8.1),
    ("pham_ngu_lao", "Phạm Ngũ Lão", 10.2), ("cau_ong_lanh", "Cầu Ông Lãnh", 7.4), ("co_giang", "Cô Giang", 7.9),
    ("nguyen_cu_trinh", "Nguyễn Cư Trinh", 11.5), ("cau_kho", "Cầu Kho", 8.6),
)  # fmt: skip
_QUAN_1_SITES = tuple(
    Site(f"quan_1_{key}", number, f"Phường {name}", "igate", share, late=0.01 + number / 1000, devices=1)
    for number, (key, name, share) in enumerate(_QUAN_1_WARDS, 1)
)
_QUAN_1_COUNTER = Site(
    "quan_1_counter", 0, "Bộ phận một cửa Quận 1", "igate", 1.0, late=0.03, unit="district_counter", devices=1
)  # fmt: skip
_SLIPS_BEFORE = 40

QUAN_1 = District(
    key="quan_1",
    name_vi="Quận 1",
    number="08",
    province="H29",
    start=date(2011, 1, 1),
    end=date(2011, 9, 30),
    seed=1_2011,
    # 4,000 opinions a month over nine months, those that say "don't know" among them.
    groups=(
        Group(
            _QUAN_1_SITES,
            received=31_500,
            online=0,
            saturday=0,
            unfinished=310,
            stopped=240,
            votes=23_800,
            satisfied=21_900,
            dont_know=200,
        ),
        Group(
            (_QUAN_1_COUNTER,),
            received=14_200,
            online=0,
            saturday=0,
            unfinished=420,
            stopped=130,
            votes=11_900,
            satisfied=10_700,
            dont_know=100,
        ),
    ),
    streets=(
        "Lê Lợi", "Nguyễn Huệ", "Đồng Khởi", "Hàm Nghi", "Pasteur", "Trần Hưng Đạo", "Cô Bắc", "Đề Thám",
    ),
    slips_before=_SLIPS_BEFORE,
)  # fmt: skip

BA_DINH = District(
    key="ba_dinh",
    name_vi="Quận Ba Đình",
    number="01",
    province="H26",
    start=date(2011, 10, 1),
    end=date(2011, 12, 31),
    seed=10_2011,
    groups=(),
    streets=(),
)

_SENT_2011 = date(2011, 9, 30)
_NINE_MONTHS = ("9 tháng", QUAN_1.start, _SENT_2011)


def _quan_1_reports() -> tuple[Office, ...]:
    sites = [site for _, site in QUAN_1.sites()]
    shares = apportion(_SLIPS_BEFORE, [site.share for site in _QUAN_1_SITES] + [40.0])
    return tuple(
        Office(
            site.ward_key,
            site.name_vi,
            (
                Figure("devices_installed", "Máy tính bảng khảo sát", "máy", *_NINE_MONTHS, _SENT_2011, "1"),
                *(line for month in range(1, 10) for line in _month_of(month, site.number, slips)),
                *(_OF_THE_DISTRICT if site is _QUAN_1_COUNTER else ()),
            ),
            listed_procedures(2011, {}, with_wards=True) if site is _QUAN_1_COUNTER else (),
        )
        for site, slips in zip(sites, shares, strict=True)
    )


def _month_of(month: int, number: int, slips: int) -> tuple[Figure, ...]:
    """What a unit reports of a month: its letters, and the slips that a month had before there were tablets."""
    start, end = date(2011, month, 1), date(2011, month + 1, 1) - timedelta(days=1)
    period, sent = ("Tháng", start, end), min(end + timedelta(days=5), _SENT_2011)
    letters = str(2 + (3 * number + month) % 7)
    return (
        Figure("letters_on_time", "Đơn thư công dân đúng hạn", "văn bản", *period, sent, letters, letters),
        Figure("paper_slips_before", "Phiếu góp ý mỗi tháng trước đây", "phiếu", *period, sent, str(slips)),
    )


_OF_THE_DISTRICT = (
    Figure("training_turns", "Lượt đào tạo, bồi dưỡng", "lượt người", *_NINE_MONTHS, _SENT_2011, result="hơn 500"),
    Figure("persons_trained", "Tập huấn Quản lý công việc", "người", *_NINE_MONTHS, _SENT_2011, "165"),
    Figure("commendations", "Lượt tuyên dương", "lượt", *_NINE_MONTHS, _SENT_2011, "113"),
)

BA_DINH_WARDS = (
    ("phuc_xa", "Phúc Xá"), ("truc_bach", "Trúc Bạch"), ("vinh_phuc", "Vĩnh Phúc"), ("cong_vi", "Cống Vị"),
    ("lieu_giai", "Liễu Giai"), ("nguyen_trung_truc", "Nguyễn Trung Trực"), ("quan_thanh", "Quán Thánh"),
    ("ngoc_ha", "Ngọc Hà"), ("dien_bien", "Điện Biên"), ("doi_can", "Đội Cấn"), ("ngoc_khanh", "Ngọc Khánh"),
    ("kim_ma", "Kim Mã"), ("giang_vo", "Giảng Võ"), ("thanh_cong", "Thành Công"),
)  # fmt: skip
_BA_DINH_DEPARTMENTS = tuple(f"P{number:02d}" for number in range(1, 15))
_REPORTED_REVIEW = {"thanh_cong", "quan_thanh", "kim_ma"}
_OCTOBER = ("Tháng", date(2011, 10, 1), date(2011, 10, 31))
_MEETING = date(2011, 11, 10)
# The meeting named eight things to be done, and none could be closed on its day.
_BRIEFING = ("Tháng", date(2011, 11, 1), date(2011, 11, 30))
_DIRECTIVES = (
    ("directive/953", "Thực hiện bộ danh mục thủ tục và quy trình", "953/UBND-NV", date(2011, 10, 10), "14", "28"),
    ("directive/420", "Chế độ đối với cán bộ bộ phận một cửa", "420/UBND-NV", date(2011, 10, 4), "28", "28"),
)
_MILESTONES = (
    ("milestone.procedures_posted", "Rà soát và niêm yết xong thủ tục", date(2011, 11, 15)),
    ("milestone.process_built", "Xây dựng xong quy trình", date(2011, 11, 20)),
    ("milestone.changes_reported", "Báo cáo thủ tục cần bổ sung, lược bỏ", date(2011, 11, 30)),
    ("milestone.iso_linked", "Gắn quy trình với ISO", date(2011, 12, 31)),
)


def _ba_dinh_reports() -> tuple[Office, ...]:
    wards = [
        Office(
            f"ba_dinh_{key}",
            f"Phường {name}",
            each_unit("procedure_review.ward.done", "Báo cáo kết quả rà soát", "phường", _OCTOBER, date(2011, 11, 5),
                      ("",), int(key in _REPORTED_REVIEW)),
            only_reports=True,
        )
        for key, name in BA_DINH_WARDS
    ]  # fmt: skip
    review = "procedure_review.department"
    office = Office(
        "ba_dinh_phong_noi_vu",
        "Phòng Nội vụ quận Ba Đình",
        (
            *each_unit(f"{review}.done", "Phòng cơ bản hoàn thành rà soát", "phòng", _OCTOBER, _MEETING,
                       _BA_DINH_DEPARTMENTS, 7),
            # The document says 4/11 where it says 7/14 and 3/14: eleven is what was reported.
            *each_unit(f"{review}.under_way", "Phòng đang rà soát", "phòng", _OCTOBER, _MEETING,
                       _BA_DINH_DEPARTMENTS[3:], 4),
            Figure("inspection_findings_closed", "Tồn tại đã khắc phục sau kiểm tra", "khác", *_OCTOBER, _MEETING, "9",
                   "12"),
            Figure("focus_tasks", "Nhiệm vụ trọng tâm 2 tháng cuối năm", "nhiệm vụ", "Khác", date(2011, 11, 1),
                   date(2011, 12, 31), _MEETING, "0", "8"),
            Figure("briefing_items", "Kết luận giao ban", "nhiệm vụ", *_BRIEFING, _MEETING, "0", "8"),
            *(
                Figure(item, name_vi, "đơn vị", "Ngày", day, day, _MEETING, done, units, document=number)
                for item, name_vi, number, day, done, units in _DIRECTIVES
            ),
            *(
                Figure(item, name_vi, "đơn vị", "Khác", _MEETING, day, _MEETING, "0", "28")
                for item, name_vi, day in _MILESTONES
            ),
        ),
        only_reports=True,
    )  # fmt: skip
    return (*wards, office)


GOLDEN_OFFICES: dict[str, tuple[Office, ...]] = {
    "quan_1": _quan_1_reports(),
    "ba_dinh": _ba_dinh_reports(),
    "long_bien": LONG_BIEN_OFFICES,
}
"""The reporting units of the three districts."""

GOLDEN_DISTRICTS: dict[str, District] = {district.key: district for district in (QUAN_1, BA_DINH, LONG_BIEN)}
"""The three districts by their keys; `DISTRICTS` has those of the demonstration."""

ALL_DISTRICTS: dict[str, District] = {**DISTRICTS, **GOLDEN_DISTRICTS}
"""Every district made of records."""

GOLDEN_NIGHTS: tuple[tuple[str, date], ...] = (
    ("quan_1", _SENT_2011),
    ("ba_dinh", _MEETING),
    ("long_bien", LONG_BIEN_END),
)
"""District and night: each is loaded in one night."""


def gather_registry(target: Path) -> Path:
    """Copies the registries of all five districts into one folder, and returns it."""
    for folder in (PROJECT_ROOT / "dags" / "wards", PROJECT_ROOT / "examples" / "golden" / "wards"):
        shutil.copytree(folder, target, dirs_exist_ok=True)
    return target
