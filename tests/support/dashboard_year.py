"""A district's year made by hand: a name with markup in it, a ward of three dossiers, a ward that is silent."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ward_warehouse.reports.dashboard.model import Breakdown, DistrictYear, Indicator, Part, Period, Unit
from ward_warehouse.reports.morning.model import Said
from ward_warehouse.reports.periodic.model import Figure

HOSTILE = '=cmd|A1 <script>alert(1)</script>&"Phường Nguyễn Thị Minh Khai rất dài rất dài"'
ON_TIME, RECEIVED = "on_time_of_resolved", "dossiers_received"
PERIODS = [
    Period("2018", "year", Said("Năm 2018", "2018"), False, False),
    *(
        Period(f"2018-{month:02}", "month", Said(f"Tháng {month:02}/2018", f"2018-{month:02}"), month < 4, month == 1)
        for month in range(1, 5)
    ),
]
INDICATORS = {
    RECEIVED: Indicator(
        RECEIVED, 1, Said("Hồ sơ tiếp nhận", "Dossiers received"), Said("Mô tả.", "Text."), Said("Luật", "Law"),
        "dossiers", "volume",
    ),
    ON_TIME: Indicator(
        ON_TIME, 1, Said("Tỷ lệ đúng hạn", "On time"), Said(HOSTILE, HOSTILE), Said("Luật", "Law"), "share",
        "timeliness",
    ),
    "satisfaction_rate": Indicator(
        "satisfaction_rate", 1, Said("Hài lòng", "Satisfied"), Said("Mô tả.", "Text."), Said("Luật", "Law"), "share",
        "survey",
    ),
}  # fmt: skip
UNITS = [
    Unit("p1", Said(HOSTILE, "Ward one"), False),
    Unit("p2", Said("Phường 2", "Ward 2"), False),
    Unit("p3", Said("Phường 3", "Ward 3"), False),
    Unit("quan", Said("Quận Mini", "Mini District"), True),
]


def share(unit: str, numerator: int, denominator: int, **more: object) -> Figure:
    """A share; a small one is hidden."""
    if denominator < 5:
        return Figure(ON_TIME, 1, unit, "share", None, note="suppressed_small_number")
    value = numerator / denominator
    return Figure(ON_TIME, 1, unit, "share", value, numerator, denominator, low=value - 0.1, high=value, **more)  # type: ignore[arg-type]


def a_year() -> DistrictYear:
    """The year; the ward p2 has three dossiers a month, p3 none, and nobody was asked whether they are satisfied."""
    figures = {}
    for place, period in enumerate(PERIODS):
        for unit, count in (("p1", 1_000 + place), ("p2", 3), ("quan", 1_003 + place)):
            figures[RECEIVED, unit, period.name] = Figure(RECEIVED, 1, unit, "dossiers", count, count)
        figures[ON_TIME, "p1", period.name] = share("p1", 900 + place, 1_000, differs=place == 2)
        figures[ON_TIME, "p2", period.name] = share("p2", 2, 3)
        figures[ON_TIME, "quan", period.name] = share("quan", 990, 1_003, target=0.98, target_met=True)
        for unit in ("p1", "p2", "p3", "quan"):
            figures["satisfaction_rate", unit, period.name] = Figure(
                "satisfaction_rate", 1, unit, "share", None, note="no_responses"
            )
    parts = [
        Part(Said(HOSTILE, HOSTILE), share(RECEIVED, 700, 1_000)),
        Part(Said("Lĩnh vực nhỏ", "Small"), share(RECEIVED, 1, 2)),
    ]
    return DistrictYear(
        district="quan", name=UNITS[-1].name, year=2018, as_of=date(2018, 4, 20),
        built_at=datetime(2018, 4, 21, tzinfo=UTC), periods=PERIODS, units=UNITS, indicators=INDICATORS,
        themes={
            "volume": Said("Số lượng", "Volume"), "timeliness": Said("Tiến độ", "Timeliness"),
            "survey": Said("Khảo sát", "Survey"),
        },
        figures=figures, breakdowns={ON_TIME: [Breakdown("field", parts)]},
        notes={
            "suppressed_small_number": Said("Ẩn vì số nhỏ", "Suppressed: a small number"),
            "no_responses": Said("Không có phiếu khảo sát", "No survey answers"),
            "not_reported": Said("Chưa báo cáo", "Not reported"),
        },
    )  # fmt: skip
