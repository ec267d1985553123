"""Workbooks: XLSX, XLS and ODS give the same records; what would fill the memory is refused before it is opened."""

import io
import subprocess
import sys
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import pytest

from tests.support.dropped_files import (
    COLUMNS,
    ERROR,
    FIXTURES,
    NAME,
    ROOT,
    Folder,
    date_cell,
    formula,
    row,
    system,
    xlsx,
    zipped,
)
from ward_warehouse.sources.files.encodings import LETTERS_OF_FONTS
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.workbook_marks import marks_of


def old_font(text: str, encoding: str = "tcvn3") -> str:
    """What a workbook holds of a text that was typed in a font of before Unicode."""
    letters = {text: chr(code) for code, text in LETTERS_OF_FONTS[encoding].items()}
    return "".join(letters.get(letter, letter) for letter in text)


ROWS = row(1, "SỔ THEO DÕI HỒ SƠ") + row(3, *COLUMNS)
TABLE = ROWS + row(4, "HS-1", date_cell(45357.4375), 15.983) + row(5, "HS-2", "07/03/2024", "=1+1")
MIB = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_workbook_below_a_title_gives_its_cells_as_text(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(**{"Hồ sơ": TABLE}))
    rows = folder.night()
    assert [[row[name] for name in (*COLUMNS, "__position")] for row in rows] == [
        ["HS-1", "2024-03-06 10:30:00", "15.9830", "a.xlsx sheet Hồ sơ row 4"],
        ["HS-2", "07/03/2024", "=1+1", "a.xlsx sheet Hồ sơ row 5"],
    ]


@pytest.mark.parametrize(("name", "second"), [("so_ho_so.xls", "=1+1"), ("so_ho_so.ods", "31.9660")])
def test_the_older_formats_give_the_same(folder: Folder, name: str, second: str) -> None:
    folder.put(name, (FIXTURES / name).read_bytes())
    rows = folder.night()
    assert [[row[column] for column in (*COLUMNS, "__position")] for row in rows] == [
        ["HS-1", "2024-03-06 10:30:00", "15.9830", f"{name} sheet Hồ sơ row 4"],
        ["HS-2", "07/03/2024", second, f"{name} sheet Hồ sơ row 5"],
    ]


def test_formulas_arrive_as_values_and_failed_ones_as_errors(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(S=row(1, *COLUMNS) + row(2, "HS-1", formula("B1*2", "96.8"), ERROR)))
    assert folder.values() == [("HS-1", "96.8", "#ERROR")]


def test_an_error_on_another_sheet_is_not_taken_for_one_here(folder: Folder) -> None:
    wrong = row(1, *COLUMNS) + row(2, "HS-0", "1", ERROR)
    folder.put("a.xlsx", xlsx(Khác=wrong, S=row(1, *COLUMNS) + row(2, "HS-1", "1", "x")))
    assert folder.values(sheet="S") == [("HS-1", "1", "x")]


def test_whole_numbers_have_no_point_and_inexact_ones_are_not_made_whole(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(S=row(1, *COLUMNS) + row(2, 12.0, 0.5, 12345678901234567890)))
    assert folder.values() == [("12", "0.5", "1.23456789012346e+19")]


def test_a_table_away_from_the_corner_keeps_the_positions_its_sender_sees(folder: Folder) -> None:
    rows = row(4, None, None, *COLUMNS) + row(6, None, None, "HS-1", "1", "x")
    folder.put("a.xlsx", xlsx(S=rows))
    found = folder.night()
    assert [(r[NAME], r["__position"]) for r in found] == [("HS-1", "a.xlsx sheet S row 6")]
    assert set(found[0]) == {*COLUMNS, "__position", "__fault"}


def test_merged_headers_over_two_rows_and_a_signature_below(folder: Folder) -> None:
    # A merged cell keeps its text in its first cell.
    rows = row(1, "Số", "Xử lý", None) + row(2, None, "Ngày\nnhận", "Kết quả") + row(3, "HS-1", "1", "x")
    folder.put("a.xlsx", xlsx(S=rows + row(5, "Người lập biểu") + row(9, "Họ và tên")))
    columns = ("Số", "Xử lý / Ngày nhận", "Xử lý / Kết quả")
    found = folder.night(system(columns=columns, header_rows=2))
    assert [tuple(r[name] for name in columns) for r in found] == [("HS-1", "1", "x")]


def test_cells_typed_in_an_old_font_are_read_as_such(folder: Folder) -> None:
    typed = old_font("Đã giải quyết")
    head = [old_font(name) for name in COLUMNS]
    folder.put("a.xlsx", xlsx(S=row(1, *head) + row(2, "HS-1", "1", typed)))
    assert folder.values(encoding="tcvn3") == [("HS-1", "1", "Đã giải quyết")]


def test_decomposed_text_is_composed(folder: Folder) -> None:
    rows = row(1, *COLUMNS) + row(2, "HS-1", "1", "Đã giải quyết")
    folder.put("a.xlsx", xlsx(S=unicodedata.normalize("NFD", rows)))
    assert folder.values() == [("HS-1", "1", "Đã giải quyết")]


def test_the_sheet_is_chosen_by_name(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(Bìa=row(1, "BÁO CÁO"), **{"Hồ sơ": TABLE}))
    assert folder.night(sheet="Bìa") == []
    assert "sheet Bìa row 1 column Số, Ngày nhận, Kết quả: found 0 of the 3" in folder.refused[0]
    assert "Trang tính: Bìa\n" in str(folder.receipt("a.xlsx"))
    assert len(folder.values(sheet="Hồ sơ")) == 2
    assert folder.receipt("a.xlsx") is None
    assert folder.warnings == []


def sheet_of(*numbers: int) -> str:
    return row(1, *COLUMNS) + "".join(row(at, f"HS-{n}", "1", "x") for at, n in enumerate(numbers, 2))


def test_all_visible_sheets_of_records_are_read_and_others_named(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(Bìa=row(1, "BÁO CÁO"), Trống="", **{"Tháng 2": sheet_of(1, 2), "Tháng 3": sheet_of(3)}))
    assert [value[0] for value in folder.values()] == ["HS-1", "HS-2", "HS-3"]
    assert [line.split(";")[0] for line in folder.warnings] == [
        "file a.xlsx sheet Bìa is not read, it has none of the columns needed"
    ]


def test_sheets_are_chosen_by_a_pattern(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(Mẫu=sheet_of(9), **{"Tháng 2": sheet_of(1), "Tháng 3": sheet_of(2)}))
    assert [value[0] for value in folder.values(sheets="Tháng *")] == ["HS-1", "HS-2"]
    assert folder.warnings == []
    folder.loaded = {}
    assert folder.values(sheets="Quý *") == []
    assert "found no such sheet, expected a sheet named Quý *" in folder.refused[0]


def test_a_sheet_with_some_of_the_columns_is_refused_with_its_file(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(A=sheet_of(1), B=row(1, *COLUMNS[:2], "Kết quả xử lý") + row(2, "HS-2", "1", "x")))
    assert folder.night() == []
    assert "sheet B row 1 column Kết quả: found 2 of the 3" in folder.refused[0]


def ods(rows: str) -> bytes:
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    content = f'<r xmlns:table="{table}" xmlns:text="{text}"><table:table>{rows}</table:table></r>'
    return zipped({"content.xml": content.encode()})


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


FAR = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'
WIDE_CELL = '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
DRAWN_CELL = WIDE_CELL.replace("<text:p>", "<draw><text:p>").replace("</text:p>", "</text:p></draw>")
WIDE_ROW = f'<table:table-row table:number-rows-repeated="1000">{WIDE_CELL}</table:table-row>'


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xlsx", xlsx(S=row(1, *COLUMNS) + FAR), "span more than 10000000 cells"),
        ("a.ods", ods(WIDE_ROW), "span more than 10000000 cells"),
        ("a.ods", ods(WIDE_ROW.replace(WIDE_CELL, DRAWN_CELL)), "span more than 10000000 cells"),
        ("a.xlsx", zipped({"xl/workbook.xml": b"0" * 40 * MIB}), "unpacks to more than 200 times"),
        ("a.xlsx", zipped({f"{n}.xml": b"" for n in range(1001)}), "found 1001 files"),
        ("a.xlsx", zipped({"letter.xml": b"<a/>"}), "cut or damaged"),
        ("a.xlsx", xlsx(S=TABLE)[:-200], "cut or damaged"),
        ("a.xlsx", b"no workbook", "cut or damaged"),
        ("a.xls", (FIXTURES / "so_ho_so.xls").read_bytes()[:700], "cut or damaged"),
        ("a.xlsx", xlsx(S=""), "found no rows"),
        ("a.xlsx", b"PK\x03\x04" + b"0" * (64 * MIB), "found more than 67108864 bytes"),
    ],
)
def test_a_workbook_that_cannot_be_loaded_is_refused_with_a_receipt(
    folder: Folder, name: str, content: bytes, expected: str
) -> None:
    folder.put(name, content)
    assert folder.night() == []
    assert f"file {name}" in folder.refused[0]
    assert expected in folder.refused[0]
    assert f"Tệp: {name}\n" in str(folder.receipt(name))


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "content.xml"])
@pytest.mark.parametrize("encoding", ["x-foo", "hex", "undefined"])
def test_a_workbook_in_an_encoding_that_nobody_knows_is_damaged(folder: Folder, member: str, encoding: str) -> None:
    content = ods("<table:table-row/>") if member == "content.xml" else xlsx(S=TABLE)
    members = members_of(content)
    head = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    folder.put("a.xlsx", zipped(members | {member: head + members[member].split(b"?>")[-1]}))
    assert folder.night() == []
    assert "the workbook is cut or damaged" in folder.refused[0]


def test_cells_that_are_only_formatted_far_away_do_no_harm(folder: Folder) -> None:
    folder.put("a.xlsx", xlsx(S=TABLE + '<row r="1048576"><c r="XFD1048576" s="0"/></row>'))
    assert len(folder.night()) == 2


def far_error(reference: str) -> bytes:
    return xlsx(S=TABLE + f'<row r="9"><c r="{reference}" t="e"><v>#N/A</v></c></row>')


def gap_before_error(repeated: str) -> bytes:
    error = '<table:table-cell table:formula="of:=NA()"><text:p>#N/A</text:p></table:table-cell>'
    gap = f'<table:table-cell table:number-columns-repeated="{repeated}"/>'
    return ods(f"<table:table-row>{gap}{error}</table:table-row>")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (far_error("ZZZZZZZZZZZZZZZZ2"), "sheet_extent"),
        (far_error("Z" * 100_000 + "2"), "sheet_extent"),
        (far_error("ZZZZZZ0"), "workbook_damaged"),
        (far_error("ZZZZZZ-2"), "workbook_damaged"),
        (gap_before_error("1000000000000"), "sheet_extent"),
        (gap_before_error("1" + "0" * 40), "sheet_extent"),
        (gap_before_error("-1"), "workbook_damaged"),
    ],
)
def test_an_error_in_a_column_beyond_all_is_refused_before_it_is_marked(content: bytes, expected: str) -> None:
    tracemalloc.start()
    with pytest.raises(RefusedError, match=expected):
        marks_of(content)("S")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 16 * MIB


def test_an_unguarded_reader_would_end_the_process(tmp_path: Path) -> None:
    """Shows why the guard stands before the reader; should this fail, the reader has learnt to refuse by itself."""
    (tmp_path / "far.xlsx").write_bytes(xlsx(S=row(1, "x") + FAR))
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30));"
        "from python_calamine import load_workbook; load_workbook(sys.argv[1]).get_sheet_by_index(0)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "far.xlsx")]
    found = subprocess.run(command, capture_output=True, check=False)
    assert found.returncode < 0


IN_3_GIB = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
path = Path(sys.argv[1])
"""
NIGHT = """
from tests.support.dropped_files import Folder
folder = Folder(path.parent)
assert folder.night() == []
print(*folder.refused)
"""
DRAFT = """
from ward_warehouse.core.errors import SourceError
from ward_warehouse.onboarding.draft.discover import relation_of_file
try:
    relation_of_file(path)
except SourceError as error:
    print(error)
"""
CIRCLE = pytest.param(4644, 9, id="the directory's sector is followed by itself")
EXTENT = pytest.param(1743, 0xFFFFFFFF, id="the sheet says it has four thousand million rows")


def read_damaged(program: str, path: Path, at: int, number: int) -> str:
    """What a process with little memory prints that reads a workbook of the old format with four other bytes."""
    content = bytearray((FIXTURES / "so_ho_so.xls").read_bytes())
    content[at : at + 4] = number.to_bytes(4, "little")
    path.write_bytes(content)
    command = [sys.executable, "-c", IN_3_GIB + program, str(path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.parametrize(("at", "number"), [CIRCLE, EXTENT])
def test_damage_in_the_old_format_is_refused_and_ends_no_night(tmp_path: Path, at: int, number: int) -> None:
    found = read_damaged(NIGHT, tmp_path / "a.xls", at, number)
    assert "file a.xls" in found
    assert "cut or damaged" in found
    assert (tmp_path / "a.xls.receipt.txt").exists()


@pytest.mark.parametrize(("at", "number"), [CIRCLE, EXTENT])
def test_damage_in_a_sample_of_the_old_format_is_told_to_who_drafts(tmp_path: Path, at: int, number: int) -> None:
    found = read_damaged(DRAFT, tmp_path / "a.xls", at, number)
    assert found.startswith("a.xls: found that the workbook is cut or damaged")


def test_a_far_cell_on_the_edge_of_two_chunks_is_seen() -> None:
    for shift in range(0, 400, 25):
        padding = "<!--" + "y" * (MIB - 450 + shift) + "-->"
        with pytest.raises(RefusedError, match="sheet_extent"):
            marks_of(xlsx(S=row(1, "x") + padding + FAR))("S")
