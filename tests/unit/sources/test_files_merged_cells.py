"""Merged cells: what one covers is not there to be read, and is no absence."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlrd

from tests.support.dropped_files import COLUMNS, FIXTURES, Folder, ods, ods_cell, row, system, with_member, xlsx
from ward_warehouse.sources.files.limits import MAX_CELLS
from ward_warehouse.sources.files.merged_cells import MergedCells
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.workbook_marks import marks_of


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def merged(rows: str, *references: str) -> bytes:
    """A workbook of one sheet whose cells at the references are merged."""
    cells = "".join(f'<mergeCell ref="{reference}"/>' for reference in references)

    def change(sheet: bytes) -> bytes:
        return sheet.replace(b"</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>".encode())

    return with_member(xlsx(S=rows), "xl/worksheets/sheet1.xml", change)


def table_page(*rows: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{cells}</tr>' for cells in rows)}</table>"


OVER_TWO = row(1, *COLUMNS) + row(2, "HS-1", "1", "x") + row(3, "HS-2", "2") + row(4, "HS-3", "3")
SPANNING = 'office:value-type="string" table:number-rows-spanned="2"'
DOWN = {
    "a.xlsx": merged(OVER_TWO, "C2:C3"),
    "a.ods": ods(
        ods_cell("HS-1") + ods_cell("1") + ods_cell("x", SPANNING),
        ods_cell("HS-2") + ods_cell("2") + "<table:covered-table-cell/>",
        ods_cell("HS-3") + ods_cell("3"),
    ),
    "a.xls": table_page(
        "<td>HS-1</td><td>1</td><td rowspan=2>x</td>", "<td>HS-2</td><td>2</td>", "<td>HS-3</td><td>3</td><td></td>"
    ),
}


@pytest.mark.parametrize("name", DOWN)
def test_a_cell_covered_by_one_above_is_unreadable_unless_it_is_filled_down(folder: Folder, name: str) -> None:
    folder.put(name, DOWN[name])
    assert folder.values() == [("HS-1", "1", "x"), ("HS-2", "2", "#ERROR"), ("HS-3", "3", "")]
    folder.loaded = {}
    assert folder.values(fill_down=["Kết quả"])[1] == ("HS-2", "2", "x")


ACROSS = {
    "a.xlsx": merged(row(1, *COLUMNS) + row(2, "HS-1", "x") + row(3, "HS-2", "2"), "B2:C2"),
    "a.ods": ods(
        ods_cell("HS-1")
        + ods_cell("x", 'office:value-type="string" table:number-columns-spanned="2"')
        + "<table:covered-table-cell/>",
        ods_cell("HS-2") + ods_cell("2"),
    ),
    "a.xls": table_page("<td>HS-1</td><td colspan=2>x</td>", "<td>HS-2</td><td>2</td><td></td>"),
}


@pytest.mark.parametrize("name", ACROSS)
def test_a_cell_covered_by_one_of_its_row_is_unreadable(folder: Folder, name: str) -> None:
    folder.put(name, ACROSS[name])
    assert folder.values() == [("HS-1", "x", "#ERROR"), ("HS-2", "2", "")]


def test_the_old_format_tells_its_merged_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    found = property(lambda _: [(3, 5, 1, 3), (0, 1, 0, 16384)], lambda *_: None)
    monkeypatch.setattr(xlrd.sheet.Sheet, "merged_cells", found, raising=False)
    cells = marks_of((FIXTURES / "so_ho_so.xls").read_bytes())("Hồ sơ").merged
    cells.start(4, ["HS-1", "1", "x"])
    assert (cells.below, cells.beside) == ({5: 0b1100}, {4: 0b1000})


def test_merged_titles_captions_headers_and_signatures_are_no_errors(folder: Folder) -> None:
    rows = row(1, "SỔ THEO DÕI") + row(2, "Số", "Xử lý", None, "Ghi chú") + row(3, None, "Ngày nhận", "Kết quả")
    rows += row(4, "HS-1", "1", "x", "y") + row(5, "I. Hộ tịch") + row(6, "Số", "Xử lý", None, "Ghi chú")
    rows += row(7, None, "Ngày nhận", "Kết quả") + row(8, "HS-2", "2", "z", "y") + row(9, "Người lập biểu")
    content = merged(
        rows, "A1:XFD1", "A2:A3", "B2:C2", "D2:D3", "D4:E4", "A5:D5", "A6:A7", "B6:C6", "D6:D7", "D8:E8", "A9:D1048576"
    )
    folder.put("a.xlsx", content)
    columns = ("Số", "Xử lý / Ngày nhận", "Xử lý / Kết quả", "Ghi chú")
    found = folder.night(system(columns=columns, header_rows=2))
    assert [tuple(r[name] for name in columns) for r in found] == [
        ("HS-1", "1", "x", "y"),
        ("I. Hộ tịch", "", "", ""),
        ("HS-2", "2", "z", "y"),
    ]
    assert (folder.refused, folder.new_columns) == ([], [])


def test_what_a_merged_cell_without_a_value_covers_is_empty(folder: Folder) -> None:
    folder.put("a.xlsx", merged(OVER_TWO, "C3:C4", "B2:B3"))
    assert folder.values() == [("HS-1", "1", "x"), ("HS-2", "2", ""), ("HS-3", "3", "")]
    blank = '<table:table-cell table:number-rows-spanned="2"/>'
    rows = (
        ods_cell("HS-1") + ods_cell("1") + blank,
        ods_cell("HS-2") + ods_cell("2") + "<table:covered-table-cell/>",
        ods_cell("HS-3") + ods_cell("3") + ods_cell("x"),
    )
    folder.put("a.ods", ods(*rows))
    assert folder.values() == [("HS-1", "1", ""), ("HS-2", "2", ""), ("HS-3", "3", "x")]


def test_merged_cells_on_one_another_are_damage() -> None:
    cells = MergedCells()
    cells.add(range(1, MAX_CELLS + 1), range(1, 2))
    with pytest.raises(RefusedError, match="workbook_damaged"):
        cells.add(range(1, 2), range(1, 2))


@pytest.mark.parametrize("reference", ["A1:B", "A0:B2", "A1:B2:C3"])
def test_a_merged_cell_at_no_place_is_damage(folder: Folder, reference: str) -> None:
    folder.put("a.xlsx", merged(OVER_TWO, reference))
    assert folder.night() == []
    assert "found that the workbook is cut or damaged" in folder.refused[0]


def test_a_merged_cell_of_rows_without_end_is_refused() -> None:
    spanning = ods_cell("x", 'office:value-type="string" table:number-columns-spanned="2"')
    start = b"<table:table-row><table:table-cell office:value-type="
    endless = start.replace(b"row>", b'row table:number-rows-repeated="1000000000000">')
    far = with_member(ods(spanning), "content.xml", lambda document: endless.join(document.rsplit(start, 1)))
    with pytest.raises(RefusedError, match="sheet_extent"):
        marks_of(far)
