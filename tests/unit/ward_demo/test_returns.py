"""What the offices of the demonstration report and list, and how the files of it look."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

from python_calamine import CalamineWorkbook

from ward_demo import bao_cao
from ward_demo.offered import Listed
from ward_demo.procedures import PROCEDURES
from ward_demo.returns import OFFICES, QUAN_11_OFFICE, THANH_XUAN_OFFICE, Figure, Office, each_unit
from ward_demo.workbook import workbook

MARCH = ("Tháng", date(2018, 3, 1), date(2018, 3, 31))


def levels(office: Office) -> Counter[int]:
    return Counter(entry.level for entry in office.procedures)


def test_quan_11_lists_178_of_level_1_and_2_33_of_level_3_and_5_of_level_4() -> None:
    found = levels(QUAN_11_OFFICE)
    assert (found[1] + found[2], found[3], found[4]) == (178, 33, 5)


def test_thanh_xuan_lists_241_of_the_district() -> None:
    assert levels(THANH_XUAN_OFFICE) == {2: 106, 3: 115, 4: 20}
    assert {entry.authority for entry in THANH_XUAN_OFFICE.procedures} == {"district"}


def test_codes_and_names_of_a_list_are_its_own() -> None:
    for office in (QUAN_11_OFFICE, THANH_XUAN_OFFICE):
        codes = [entry.code for entry in office.procedures]
        assert len(set(codes)) == len(codes)
        assert len({entry.name_vi for entry in office.procedures}) == len(codes)


def test_a_list_says_of_a_counters_procedures_what_its_registry_says() -> None:
    known = {p.code: (p.limit, p.unit, p.level(2018)) for p in PROCEDURES}
    own = {e.code: (e.limit, e.unit, e.level) for e in QUAN_11_OFFICE.procedures if e.code in known}
    assert own == known


def test_no_report_is_sent_before_its_period_begins() -> None:
    for offices in OFFICES.values():
        for office in offices:
            assert all(figure.start <= figure.sent for figure in office.figures)


def test_one_line_a_unit_adds_up() -> None:
    found = each_unit("x", "X", "phòng", MARCH, MARCH[2], ("A", "B", "C"), 2)
    assert [(f.unit, f.done, f.planned) for f in found] == [("A", "1", "1"), ("B", "1", "1"), ("C", "0", "1")]


def office(*sent: date) -> Office:
    figures = tuple(Figure(f"i{n}", "Nội dung", "phòng", *MARCH, day, "1", "2") for n, day in enumerate(sent))
    listed = Listed(
        "1.1", 'Cấp "giấy", bản sao', "Đất đai", "ward", 3, 5, "working_days", True, False, date(2018, 1, 2)
    )
    return Office("w", "Phường W", figures, (listed,))


def test_a_report_holds_what_was_sent_since_the_night_before(tmp_path: Path) -> None:
    unit = office(date(2018, 4, 2), date(2018, 4, 3), date(2018, 4, 9))
    bao_cao.write(tmp_path, unit, date(2018, 4, 2), None)
    bao_cao.write(tmp_path, unit, date(2018, 4, 3), date(2018, 4, 2))
    bao_cao.write(tmp_path, unit, date(2018, 4, 4), date(2018, 4, 3))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bao_cao_20180402.xlsx", "bao_cao_20180403.xlsx", "danh_muc_thu_tuc.csv",
    ]  # fmt: skip
    rows = CalamineWorkbook.from_path(tmp_path / "bao_cao_20180403.xlsx").get_sheet_by_index(0).to_python()
    assert [row[3] for row in rows if row[3]] == ["Mã chỉ tiêu", "i1"]


def test_the_list_of_procedures_survives_quotes_and_commas(tmp_path: Path) -> None:
    bao_cao.write(tmp_path, office(), date(2018, 4, 2), None)
    with (tmp_path / "danh_muc_thu_tuc.csv").open(encoding="utf-8", newline="") as handle:
        (row,) = csv.DictReader(handle)
    assert row["Tên thủ tục"] == 'Cấp "giấy", bản sao'
    assert (row["Cấp thực hiện"], row["Quy trình ISO"], row["Hiệu lực từ"]) == ("Phường", "Không", "02/01/2018")
    assert list(tmp_path.glob("bao_cao_*")) == []


def test_a_workbook_keeps_its_cells_and_its_bytes(tmp_path: Path) -> None:
    rows = [["a < b & c", "", "Đơn vị"], [], ["1"]]
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook(rows))
    found = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert found[0] == ["a < b & c", "", "Đơn vị"]
    assert found[2][0] == "1"
    assert workbook(rows) == workbook(rows)
