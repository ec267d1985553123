"""The demonstration districts as plain data: their wards, the software each ward runs, and their yearly totals.

The totals are figures that the two districts published (Quận 11 for 2018, Thanh Xuân for the first half of 2016).
They say how many records of each kind are generated; no other part of the project knows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Software = Literal["igate", "dong_bo_ho_so", "mot_cua_csv"]
Unit = Literal["ward", "district_counter"]


Domain = Literal["counter", "education", "health"]


@dataclass(frozen=True)
class ServiceSurvey:
    """Slips of a district's own survey about one domain: so many answers from `start` to `end`."""

    domain: Domain
    start: date
    end: date
    answers: int
    satisfied: int


@dataclass(frozen=True)
class Site:
    """A counter: of a ward, or the district's own.

    Attributes:
        ward_key: key in the registry.
        number: running number inside the district, part of the agency code.
        share: share of the group's dossiers, relative to the other sites; the tilts bend the shares of online
            filing, Saturday work and dissatisfied votes.
        late: share of the resolved dossiers that are resolved after the promised date.
        devices: tablets at the counter.
        surveys: what a survey vendor's system has of it; the group of such a site has no votes.
    """

    ward_key: str
    number: int
    name_vi: str
    software: Software
    share: float
    online_tilt: float = 1.0
    saturday_tilt: float = 1.0
    dissatisfied_tilt: float = 1.0
    late: float = 0.0
    unit: Unit = "ward"
    devices: int = 2
    surveys: tuple[ServiceSurvey, ...] = ()

    @property
    def survey_connection(self) -> str:
        """Connection id of the folder in which the survey vendor leaves its files."""
        return f"{self.ward_key}_khao_sat"

    def agency(self, district: District) -> str:
        """The code of the unit that the site's records carry; each kind of software writes it its own way."""
        if self.software == "igate":
            return f"000.{self.number:02d}.{district.number}.{district.province}"
        if self.software == "dong_bo_ho_so":
            return f"{district.province}.{district.number}.{self.number}"
        return f"{self.number:02d}.{district.number}.{district.province}"


@dataclass(frozen=True)
class Group:
    """Sites whose dossiers and votes add up to stated totals.

    Attributes:
        received: dossiers taken in, of which `online` filed online, `saturday` resolved on a Saturday, `unfinished`
            still open at the end and `stopped` withdrawn or stopped.
        votes: answers that are an opinion, of which `satisfied` satisfied or very satisfied; `dont_know` come on top.
        orderly: nothing that is open is overdue or waits for the applicant, and no supplement is asked for twice.
    """

    sites: tuple[Site, ...]
    received: int
    online: int
    saturday: int
    unfinished: int
    stopped: int
    votes: int
    satisfied: int
    dont_know: int
    orderly: bool = False


@dataclass(frozen=True)
class District:
    """One demonstration district; nothing happens in it before `start` or after `end`.

    Attributes:
        slips_before: paper slips that its counters got in the month before `start`, when there were no devices.
        called: share of the results that are ready before their day and wait at the counter whose citizen is called.
        saturdays_from: first day of Saturday service, where that is later than `start`.
    """

    key: str
    name_vi: str
    number: str
    province: str
    start: date
    end: date
    seed: int
    groups: tuple[Group, ...]
    streets: tuple[str, ...]
    slips_before: int = 0
    called: float = 0.0
    saturdays_from: date | None = None

    def sites(self) -> Iterator[tuple[Group, Site]]:
        """Every site with its group, in registry order."""
        for group in self.groups:
            for site in group.sites:
                yield group, site


_QUAN_11_SITES = (
    # ward_key, number, name, software, share, online, saturday and dissatisfied tilt, late
    Site("quan_11_p01", 1, "Phường 1", "igate", 6.4, 1.08, 0.96, 0.8, 0.012),
    Site("quan_11_p02", 2, "Phường 2", "igate", 5.2, 0.91, 1.07, 1.1, 0.018),
    Site("quan_11_p03", 3, "Phường 3", "igate", 8.1, 1.14, 0.93, 0.7, 0.009),
    Site("quan_11_p04", 4, "Phường 4", "dong_bo_ho_so", 4.9, 0.86, 1.12, 1.2, 0.015),
    Site("quan_11_p05", 5, "Phường 5", "igate", 9.3, 1.17, 0.98, 0.6, 0.007),
    Site("quan_11_p06", 6, "Phường 6", "mot_cua_csv", 4.1, 0.83, 1.05, 1.5, 0.021),
    Site("quan_11_p07", 7, "Phường 7", "dong_bo_ho_so", 5.6, 0.97, 1.09, 1.0, 0.014),
    Site("quan_11_p08", 8, "Phường 8", "igate", 6.7, 1.03, 1.01, 0.9, 0.011),
    Site("quan_11_p09", 9, "Phường 9", "mot_cua_csv", 4.4, 0.79, 0.9, 1.6, 0.026),
    Site("quan_11_p10", 10, "Phường 10", "dong_bo_ho_so", 5.3, 1.01, 1.04, 1.0, 0.013),
    Site("quan_11_p11", 11, "Phường 11", "igate", 6.1, 0.95, 0.97, 1.1, 0.016),
    Site("quan_11_p12", 12, "Phường 12", "dong_bo_ho_so", 6.0, 1.06, 1.02, 0.9, 0.01),
    Site("quan_11_p13", 13, "Phường 13", "mot_cua_csv", 5.0, 0.88, 0.88, 1.3, 0.019),
    Site("quan_11_p14", 14, "Phường 14", "mot_cua_csv", 7.2, 1.1, 1.0, 0.8, 0.012),
    Site("quan_11_p15", 15, "Phường 15", "igate", 8.6, 1.12, 0.99, 0.7, 0.008),
    Site("quan_11_p16", 16, "Phường 16", "dong_bo_ho_so", 7.1, 0.99, 1.03, 0.9, 0.017),
)

_THANH_XUAN_SITES = (
    Site("thanh_xuan_ha_dinh", 1, "Phường Hạ Đình", "dong_bo_ho_so", 7.4),
    Site("thanh_xuan_khuong_dinh", 2, "Phường Khương Đình", "dong_bo_ho_so", 10.6),
    Site("thanh_xuan_khuong_mai", 3, "Phường Khương Mai", "mot_cua_csv", 8.3, 0.9),
    Site("thanh_xuan_khuong_trung", 4, "Phường Khương Trung", "igate", 12.9, 1.1),
    Site("thanh_xuan_kim_giang", 5, "Phường Kim Giang", "mot_cua_csv", 5.7, 0.7),
    Site("thanh_xuan_nhan_chinh", 6, "Phường Nhân Chính", "igate", 16.2, 1.3),
    Site("thanh_xuan_phuong_liet", 7, "Phường Phương Liệt", "igate", 9.4),
    Site("thanh_xuan_thanh_xuan_bac", 8, "Phường Thanh Xuân Bắc", "dong_bo_ho_so", 9.8, 1.2),
    Site("thanh_xuan_thanh_xuan_nam", 9, "Phường Thanh Xuân Nam", "mot_cua_csv", 5.5, 0.8),
    Site("thanh_xuan_thanh_xuan_trung", 10, "Phường Thanh Xuân Trung", "dong_bo_ho_so", 7.1, 1.1),
    Site("thanh_xuan_thuong_dinh", 11, "Phường Thượng Đình", "igate", 11.8),
)

_THANH_XUAN_COUNTER = Site(
    "thanh_xuan_counter", 0, "Bộ phận một cửa quận", "igate", 1.0, unit="district_counter"
)  # fmt: skip

QUAN_11 = District(
    key="quan_11",
    name_vi="Quận 11",
    number="18",
    province="H29",
    start=date(2018, 1, 1),
    # Monday 31 December 2018 was a day off, swapped for Saturday 5 January 2019; there was no service on the 29th.
    end=date(2018, 12, 28),
    seed=11_2018,
    called=0.35,
    groups=(
        Group(
            _QUAN_11_SITES,
            received=60_000,
            online=16_800,
            saturday=15_983,
            unfinished=640,
            stopped=720,
            votes=32_650,
            satisfied=31_997,
            dont_know=350,
        ),
    ),
    streets=(
        "Lạc Long Quân", "Bình Thới", "Ông Ích Khiêm", "Hòa Bình", "Lãnh Binh Thăng", "Minh Phụng", "Lê Đại Hành",
        "Tôn Thất Hiệp", "Lý Nam Đế", "Hàn Hải Nguyên", "Nguyễn Thị Nhỏ", "Tuệ Tĩnh", "Đội Cung", "Xóm Đất",
    ),
)  # fmt: skip

THANH_XUAN = District(
    key="thanh_xuan",
    name_vi="Quận Thanh Xuân",
    number="25",
    province="H26",
    start=date(2016, 1, 1),
    end=date(2016, 6, 30),
    seed=9_2016,
    groups=(
        Group(
            _THANH_XUAN_SITES,
            received=49_106,
            online=1_130,
            saturday=0,
            unfinished=0,
            stopped=0,
            votes=15_480,
            satisfied=15_217,
            dont_know=210,
            orderly=True,
        ),
        Group(
            (_THANH_XUAN_COUNTER,),
            received=3_430,
            online=206,
            saturday=0,
            unfinished=92,
            stopped=0,
            votes=1_180,
            satisfied=1_163,
            dont_know=14,
            orderly=True,
        ),
    ),
    streets=(
        "Nguyễn Trãi", "Khương Trung", "Vương Thừa Vũ", "Hoàng Văn Thái", "Lê Trọng Tấn", "Nguyễn Tuân", "Quan Nhân",
        "Nguyễn Huy Tưởng", "Hạ Đình", "Khương Hạ", "Phương Liệt", "Trường Chinh", "Kim Giang", "Bùi Xương Trạch",
    ),
)  # fmt: skip

DISTRICTS: dict[str, District] = {district.key: district for district in (QUAN_11, THANH_XUAN)}
"""Every demonstration district by its key."""
