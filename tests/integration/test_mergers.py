"""Wards that were merged on 1 July 2025: former and later wards show the same dossiers, and each counts once.

The figures are compared with a list of dossiers that knows nothing of records: where and when each was received and
ended. What is open counts in the ward of the day, and what a day's end left open is what the next day starts with.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from docx import Document
from python_calamine import load_workbook

from tests.support.district import District
from tests.support.records import PROCEDURES, Record, at, dossier
from tests.support.report_cells import (
    document_rows,
    lines,
    page_cells,
    pdf_text,
    plain,
    warehouse_figures,
    warehouse_texts,
    workbook_figures,
)
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.dashboard.reading import read_year
from ward_warehouse.reports.periodic.files import write_report
from ward_warehouse.reports.periodic.model import PeriodicReport
from ward_warehouse.reports.periodic.reading import read_report

MERGER = date(2025, 7, 1)
LAST_NIGHT = date(2025, 8, 31)
MONTHS = [date(2024, 12, 1), *(date(2025, month, 1) for month in range(1, 9))]

WARDS = {  # the wards' codes, and when the registry has them in force
    "merged_truc_bach": ("00004", date(2024, 1, 1), date(2025, 6, 30)),
    "merged_quan_thanh": ("00013", date(2024, 1, 1), date(2025, 6, 30)),
    "merged_doi_can": ("00022", date(2024, 1, 1), date(2025, 6, 30)),
    "merged_ba_dinh": ("00004", MERGER, None),
    "merged_bach_mai_1": ("00292", date(2024, 1, 1), date(2024, 12, 31)),
    "merged_bach_mai_2": ("00292", date(2025, 1, 1), date(2025, 6, 30)),
    "merged_bach_mai_3": ("00292", MERGER, None),
    "merged_kim_lien": ("00229", date(2024, 1, 1), None),
}
TRUC_BACH, QUAN_THANH, DOI_CAN, BA_DINH, BACH_MAI_1, BACH_MAI_2, BACH_MAI_3, KIM_LIEN = WARDS
LATER = {
    TRUC_BACH: BA_DINH,
    QUAN_THANH: BA_DINH,
    DOI_CAN: BA_DINH,
    BACH_MAI_1: BACH_MAI_2,
    BACH_MAI_2: BACH_MAI_3,
}


@dataclass(frozen=True)
class Dossier:
    """A dossier as it was: where and when it was received, what the ward that ended it had promised, its end."""

    code: str
    ward: str
    received: date
    ended: date | None = None
    taken_over: bool = True
    promised: date | None = None

    @property
    def due(self) -> date:
        return self.promised or self.received + timedelta(days=30)

    def ward_on(self, day: date) -> str:
        """The ward in force on a day after the reception; one that nobody took over stays where it was."""
        ward = self.ward
        while self.taken_over and ward in LATER and day > (WARDS[ward][2] or date.max):
            ward = LATER[ward]
        return ward


TRUTH = [
    Dossier("returned-later", TRUC_BACH, date(2025, 6, 16), date(2025, 7, 8)),
    Dossier("open-for-ever", TRUC_BACH, date(2025, 6, 20)),
    Dossier("first-day-ended", TRUC_BACH, date(2025, 6, 30), MERGER),
    Dossier("ended-before", TRUC_BACH, date(2025, 6, 3), date(2025, 6, 5), taken_over=False),
    Dossier("closed-to-hand-on", QUAN_THANH, date(2025, 5, 12), date(2025, 7, 2)),
    Dossier("ended-and-copied", QUAN_THANH, date(2025, 6, 10), date(2025, 6, 18)),
    Dossier("last-day-ended", QUAN_THANH, date(2025, 6, 12), date(2025, 6, 30)),
    Dossier("registered-anew", QUAN_THANH, date(2025, 6, 9), date(2025, 7, 15), promised=date(2025, 7, 31)),
    Dossier("from-a-part", DOI_CAN, date(2025, 4, 14), date(2025, 7, 3)),
    Dossier("through-three", BACH_MAI_1, date(2024, 12, 16), date(2025, 7, 9)),
    Dossier("through-two", BACH_MAI_1, date(2024, 12, 17), date(2025, 1, 6)),
    Dossier("own", BA_DINH, date(2025, 7, 21), date(2025, 7, 23)),
    Dossier("own-open", BA_DINH, date(2025, 8, 4)),
    # Its ward has nothing to do with the merged ones: one code, two dossiers.
    Dossier("returned-later", KIM_LIEN, date(2025, 6, 16), date(2025, 6, 19), taken_over=False),
]


def record(code: str, received: date, ended: date | None = None, **changes: Any) -> Record:
    end = {"resolved_at": ended and at(ended, 9), "returned_at": ended and at(ended, 10)}
    status = "returned" if ended else "in_process"
    dates = {"received_at": at(received, 8, 30), "due_at": at(received + timedelta(days=30), 17), **end}
    return dossier(code, **{"dossier_code": code, "status": status, "source_changed_at": None, **dates, **changes})


SHOWN = {  # what each ward's system shows after the merger; a former one was not told how its dossiers went on
    TRUC_BACH: [
        record("returned-later", date(2025, 6, 16)),
        record("open-for-ever", date(2025, 6, 20)),
        record("first-day-ended", date(2025, 6, 30)),
        record("ended-before", date(2025, 6, 3), date(2025, 6, 5)),
    ],
    QUAN_THANH: [
        record("closed-to-hand-on", date(2025, 5, 12), status="stopped", stopped_at=at(date(2025, 6, 30), 16)),
        record("ended-and-copied", date(2025, 6, 10), date(2025, 6, 18)),
        record("last-day-ended", date(2025, 6, 12), date(2025, 6, 30)),
        record("registered-anew", date(2025, 6, 9)),
    ],
    DOI_CAN: [record("from-a-part", date(2025, 4, 14))],
    BA_DINH: [
        record("returned-later", date(2025, 6, 16), date(2025, 7, 8)),
        record("open-for-ever", date(2025, 6, 20)),
        record("first-day-ended", date(2025, 6, 30), MERGER),
        record("closed-to-hand-on", date(2025, 5, 12), date(2025, 7, 2)),
        record("ended-and-copied", date(2025, 6, 10), date(2025, 6, 18)),
        record("last-day-ended", date(2025, 6, 12), date(2025, 6, 30)),
        record("registered-anew", MERGER, date(2025, 7, 15), due_at=at(date(2025, 7, 31), 17)),
        record("from-a-part", date(2025, 4, 14), date(2025, 7, 3)),
        record("own", date(2025, 7, 21), date(2025, 7, 23)),
        record("own-open", date(2025, 8, 4)),
    ],
    BACH_MAI_1: [record("through-three", date(2024, 12, 16)), record("through-two", date(2024, 12, 17))],
    BACH_MAI_2: [
        record("through-three", date(2024, 12, 16)),
        record("through-two", date(2024, 12, 17), date(2025, 1, 6)),
    ],
    BACH_MAI_3: [record("through-three", date(2024, 12, 16), date(2025, 7, 9))],
    KIM_LIEN: [record("returned-later", date(2025, 6, 16), date(2025, 6, 19), procedure_code=PROCEDURES[1])],
}


@pytest.fixture(scope="module")
def published(make_district: Callable[..., District], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse after the last night of the former wards and a night of the later ones."""
    district = make_district(tmp_path_factory.mktemp("mergers"), dict.fromkeys(WARDS, "sql"))
    register(district)
    for ward, records in SHOWN.items():
        district[ward].send([{**shown, "source_changed_at": changed(ward)} for shown in records])
    district.play(MERGER - timedelta(days=1), [ward for ward, (_, _, to) in WARDS.items() if to])
    district.night().build()
    district.play(LAST_NIGHT)
    run = district.night()
    assert not run.build().whole
    run.publish()
    return district.settings.published_file


def register(district: District) -> None:
    file = district.wards_dir / "mini.yml"
    registry = yaml.safe_load(file.read_text("utf-8"))
    for entry in registry["wards"]:
        code, first, last = WARDS[entry["ward"]]
        entry |= {"code": code, "in_force": {"from": first} | ({"to": last} if last else {})}
    file.write_text(yaml.safe_dump(registry, allow_unicode=True, sort_keys=False), encoding="utf-8")


def changed(ward: str) -> Any:
    return at(min(WARDS[ward][2] or LAST_NIGHT, LAST_NIGHT), 17)


def query(published: Path, statement: str) -> list[Any]:
    with duckdb.connect(str(published), read_only=True) as db:
        return db.execute(statement).fetchall()


def month_end(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def true_figures(first: date, last: date) -> dict[tuple[str, str], int]:
    """Indicator and ward -> figure of a period, from the dossiers as they were; without those that are zero."""
    found: dict[tuple[str, str], int] = {}

    def count(indicator: str, ward: str) -> None:
        found[indicator, ward] = found.get((indicator, ward), 0) + 1

    for known in TRUTH:
        if first <= known.received <= last:
            count("dossiers_received", known.ward)
        if known.ended and first <= known.ended <= last:
            count("dossiers_resolved", known.ward_on(known.ended))
        if known.received <= last and (known.ended is None or known.ended > last):
            count("dossiers_open", known.ward_on(last))
        if known.received < first and (known.ended is None or known.ended >= first):
            count("carried_over", known.ward_on(first))
    return found


COUNTS = "('dossiers_received', 'dossiers_resolved', 'dossiers_open', 'carried_over')"


def figures(published: Path, unit: str, grain: str, first: date) -> dict[tuple[str, str], int]:
    rows = query(
        published,
        f"SELECT indicator_code, coalesce(ward_key, 'district'), numerator FROM marts.reform_indicators "  # noqa: S608
        f"WHERE indicator_code IN {COUNTS} AND period_grain = '{grain}' AND period_start = '{first}' "
        f"AND (ward_key IS NULL) = {unit == 'district'} AND numerator > 0",
    )
    return {(indicator, unit): int(value) for indicator, unit, value in rows}


def test_every_record_is_there(published: Path) -> None:
    shown = sum(len(records) for records in SHOWN.values())
    assert query(published, "SELECT count(*) FROM marts.fct_dossiers") == [(shown,)]


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_each_ward_has_what_happened_in_its_time(published: Path, month: date) -> None:
    assert figures(published, "ward", "month", month) == true_figures(month, month_end(month))


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_a_district_counts_each_dossier_once(published: Path, month: date) -> None:
    assert figures(published, "district", "month", month) == in_one_unit(true_figures(month, month_end(month)))


def test_a_year_in_which_wards_were_merged(published: Path) -> None:
    """The year's figures of former and later wards stand side by side."""
    first, last = date(2025, 1, 1), date(2025, 12, 31)
    assert figures(published, "ward", "year", first) == true_figures(first, last)
    assert figures(published, "district", "year", first) == in_one_unit(true_figures(first, last))


SPANS = {
    TRUC_BACH: f"Phường {TRUC_BACH} (đến 30/06/2025)",
    QUAN_THANH: f"Phường {QUAN_THANH} (đến 30/06/2025)",
    DOI_CAN: f"Phường {DOI_CAN} (đến 30/06/2025)",
    BACH_MAI_2: f"Phường {BACH_MAI_2} (đến 30/06/2025)",
    BA_DINH: f"Phường {BA_DINH} (từ 01/07/2025)",
    BACH_MAI_3: f"Phường {BACH_MAI_3} (từ 01/07/2025)",
    KIM_LIEN: f"Phường {KIM_LIEN}",
}
"""The wards of 2025 as a document names them: which part of the year each was there."""

CHANGED = (
    "Đơn vị hành chính thay đổi trong kỳ: "
    f"{SPANS[BACH_MAI_2]}, sau đó thuộc Phường {BACH_MAI_3}; "
    # Of its parts one went to a ward that the registry does not have.
    f"{SPANS[DOI_CAN]}, sau đó thuộc Phường Ngọc Hà và Phường {BA_DINH}; "
    f"{SPANS[QUAN_THANH]}, sau đó thuộc Phường {BA_DINH}; {SPANS[TRUC_BACH]}, sau đó thuộc Phường {BA_DINH}; "
    f"{SPANS[BA_DINH]}; {SPANS[BACH_MAI_3]}. Mỗi hồ sơ được tính một lần: tiếp nhận ở đơn vị đã nhận, kết thúc và tồn "
    "ở đơn vị có hiệu lực vào ngày tính."
)


def report_of(published: Path, period: str) -> PeriodicReport:
    return read_report(published, "mini", None, parse_period(period), "Phòng Nội vụ")


def test_a_report_across_the_merger_says_which_ward_carries_what(published: Path) -> None:
    """Former and later wards side by side, each with its own part and its days, and their sum is the district's."""
    year = true_figures(date(2025, 1, 1), date(2025, 12, 31))
    report = report_of(published, "2025")
    assert {row.key: row.name for row in report.wards} == SPANS
    for code in ("dossiers_received", "dossiers_resolved", "dossiers_open"):
        wanted = {ward: count for (indicator, ward), count in year.items() if indicator == code}
        assert {row.key: row.figures[code].value for row in report.wards if row.figures[code].value} == wanted
        assert report.district.figures[code].value == sum(wanted.values())
    assert report.changes == CHANGED
    assert report.missing_wards == [], "a ward that has ended owes nothing"


@pytest.mark.parametrize("period", ["2025-Q2", "2025-07", "2024-12"])
def test_a_report_of_either_side_says_nothing_of_the_merger(published: Path, period: str) -> None:
    report = report_of(published, period)
    assert report.changes == ""
    assert not any("(" in row.name for row in report.rows)


@pytest.fixture(scope="module")
def documents(published: Path) -> dict[str, Path]:
    settings = Settings(home=published.parents[1])
    return {file.suffix: file for file in write_report(settings, report_of(published, "2025"))}


def test_every_document_across_the_merger_shows_the_warehouse_s_figures(
    published: Path, documents: dict[str, Path]
) -> None:
    report = report_of(published, "2025")
    expected = warehouse_texts(published, report)
    assert page_cells(documents[".html"]) == expected
    assert document_rows(documents[".docx"]) == lines(report, expected)
    written, warehouse = workbook_figures(documents[".xlsx"]), warehouse_figures(published, report)
    assert {place: pytest.approx(warehouse[place], rel=1e-14, nan_ok=True) for place in written} == written
    printed = pdf_text(documents[".pdf"])
    for name, *cells in lines(report, expected):
        # A long name takes two lines, and the interval's picture stands between on time and the last two.
        assert f"{' '.join(cells[:5])}" in printed.split(name, 1)[1]


def test_every_document_across_the_merger_names_the_change(documents: dict[str, Path]) -> None:
    page = plain(re.sub(r"<[^>]+>", " ", unescape(documents[".html"].read_text("utf-8"))))
    letter = [plain(one.text) for one in Document(str(documents[".docx"])).paragraphs]
    sheet = load_workbook(str(documents[".xlsx"])).get_sheet_by_name("Tổng hợp").to_python()
    assert CHANGED in page
    assert CHANGED in letter
    assert CHANGED in {row[0] for row in sheet}
    assert CHANGED in pdf_text(documents[".pdf"])
    assert [row[0] for row in sheet[5:]] == [*(SPANS[key] for key in keys_in_order(documents)), "Toàn quận"]


def keys_in_order(documents: dict[str, Path]) -> list[str]:
    return [key for key in dict.fromkeys(unit for unit, _ in page_cells(documents[".html"])) if key != "mini"]


def test_a_dashboard_across_the_merger_tells_former_and_later_wards_apart(published: Path) -> None:
    year = true_figures(date(2025, 1, 1), date(2025, 12, 31))
    found = read_year(published, "mini", 2025, {})
    assert {unit.key: unit.name.vi for unit in found.units if not unit.is_district} == SPANS
    for code in ("dossiers_received", "dossiers_resolved"):
        wanted = {ward: count for (indicator, ward), count in year.items() if indicator == code}
        shown = {unit.key: found.figures[code, unit.key, "2025"].value for unit in found.units_of(code)}
        assert shown.pop("mini") == sum(wanted.values())
        assert {ward: value for ward, value in shown.items() if value} == wanted


def in_one_unit(found: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for (indicator, _), value in found.items():
        sums[indicator, "district"] = sums.get((indicator, "district"), 0) + value
    return sums


NOW = {
    TRUC_BACH: "00004:2025-07-01",
    QUAN_THANH: "00004:2025-07-01",
    DOI_CAN: "unassigned",  # its parts have no stated share
    BA_DINH: "00004:2025-07-01",
    BACH_MAI_1: "00292:2025-07-01",
    BACH_MAI_2: "00292:2025-07-01",
    BACH_MAI_3: "00292:2025-07-01",
    KIM_LIEN: "00229:2025-07-01",
}


@pytest.mark.parametrize(
    ("grain", "first", "last"),
    [*(("month", month, month_end(month)) for month in MONTHS), ("year", date(2025, 1, 1), date(2025, 12, 31))],
    ids=str,
)
def test_todays_units_count_each_dossier_once(published: Path, grain: str, first: date, last: date) -> None:
    expected: dict[tuple[str, str], int] = {}
    for (indicator, ward), value in true_figures(first, last).items():
        expected[indicator, NOW[ward]] = expected.get((indicator, NOW[ward]), 0) + value
    rows = query(
        published,
        "SELECT indicator_code, unit_now, numerator FROM marts.indicator_rollup_now "  # noqa: S608
        f"WHERE indicator_code IN {COUNTS} AND period_grain = '{grain}' AND period_start = '{first}' AND numerator > 0",
    )
    assert {(indicator, unit): int(value) for indicator, unit, value in rows} == expected


def test_the_former_ward_is_not_late_with_what_the_later_one_returned_in_time(published: Path) -> None:
    """Rules that start from the reception ask how the dossier ended, which the ward that received it was not told."""
    received = [known for known in TRUTH if known.ward == QUAN_THANH]
    in_time = [known for known in received if known.ended and known.ended <= known.due]
    assert len(in_time) < len(received)
    assert query(
        published,
        "SELECT indicator_code, numerator, denominator FROM marts.reform_indicators "  # noqa: S608
        f"WHERE ward_key = '{QUAN_THANH}' AND period_grain = 'year' AND period_start = '2025-01-01' "
        "AND indicator_code IN ('on_time_of_received', 'on_time_decision_766') ORDER BY 1",
    ) == [
        ("on_time_decision_766", len(in_time), len(received)),
        ("on_time_of_received", len(in_time), len(received)),
    ]


def test_the_evidence_of_a_year_names_each_dossier_once(published: Path) -> None:
    rows = query(
        published,
        "SELECT dossier_code, ward_key FROM marts.indicator_evidence WHERE indicator_code = 'dossiers_resolved' "
        "AND period_grain = 'year' AND period_start = '2025-01-01' AND in_numerator ORDER BY 1, 2",
    )
    ended = [known for known in TRUTH if known.ended and known.ended.year == 2025]
    assert rows == sorted((known.code, known.ward_on(known.ended)) for known in ended if known.ended)
