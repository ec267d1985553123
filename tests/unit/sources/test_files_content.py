"""What a file is, whatever its name says; what of a folder is not read is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.dropped_files import COLUMNS, Folder, row, xlsx

HEADER = ",".join(COLUMNS)
BOOK = xlsx(S=row(1, *COLUMNS) + row(2, "HS-1", "1", "x"))
RECORD = [("HS-1", "1", "x")]
CELLS = "".join(f"<td>{name}</td>" for name in COLUMNS)
PAGE = (
    "<!DOCTYPE html><html><body><table><tr><td>SỔ THEO DÕI</td></tr></table>"
    f"<table><tr><th colspan=3>Tháng 3</th></tr><tr>{CELLS}</tr>"
    "<tr><td>HS-1<td>1<td>x &amp;<br>y</tr><tr><td rowspan='2'>HS-2</td><td>2</td><td></td></tr>"
    "<tr><td>3</td><td>z</td></tr></table></body></html>"
)
XML_BOOK = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ID="s1"/></Styles>'
    f"<Worksheet><Table><Row>{CELLS.replace('td>', 'Cell>')}</Row></Table></Worksheet></Workbook>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", BOOK),
        ("a.txt", BOOK),
        ("a.xls", BOOK),
        ("a.xls", "\t".join(COLUMNS) + "\nHS-1\t1\tx\n"),
        ("a.xls", ("\t".join(COLUMNS) + "\nHS-1\t1\tx\n").encode("utf-16")),
        ("a.xlsx", ";".join(COLUMNS) + "\nHS-1;1;x\n"),
        ("a.xls", f"<table><tr>{CELLS}</tr><tr><td>HS-1</td><td>1</td><td>x</td></tr></table>"),
        ("a.csv", f"\ufeff<html><table><tr>{CELLS}</tr><tr><td>HS-1</td><td>1</td><td>x</td></tr></table></html>"),
    ],
)
def test_a_file_is_read_as_what_it_is(folder: Folder, name: str, content: bytes | str) -> None:
    folder.put(name, content)
    assert folder.values() == RECORD
    assert folder.receipt(name) is None


def test_the_tables_of_a_page_are_searched_for_records(folder: Folder) -> None:
    folder.put("a.xls", PAGE)
    rows = folder.night()
    assert [tuple(r[name] for name in COLUMNS) for r in rows] == [
        ("HS-1", "1", "x & y"),
        ("HS-2", "2", ""),
        ("#ERROR", "3", "z"),
    ]
    assert rows[0]["__position"] == "a.xls table 2 row 3"
    assert folder.warnings == []


@pytest.mark.parametrize("span", ["²", "9" * 5000, "0", "00", "-1", "x"])
def test_a_span_that_is_no_number_of_cells_takes_no_page_away(folder: Folder, span: str) -> None:
    rows = f"<tr>{CELLS}</tr><tr><td>HS-1<td>1<td colspan='{span}'>x</tr><tr><td>HS-2<td>2<td rowspan='{span}'>y</tr>"
    folder.put("a.xls", f"<table>{rows}</table>")
    assert folder.values() == [("HS-1", "1", "x"), ("HS-2", "2", "y")]


@pytest.mark.parametrize("text", ["xem <![ghi chú]", "<![]", "<![ x ]]>", "a <![ifs b"])
def test_text_that_begins_like_a_marked_section_is_text(folder: Folder, text: str) -> None:
    folder.put("a.xls", f"<table><tr>{CELLS}</tr><tr><td>HS-1</td><td>1</td><td>{text}</td></tr></table>")
    assert folder.values() == [("HS-1", "1", text)]


def test_marked_sections_are_passed_over(folder: Folder) -> None:
    section = "<![if !supportMisalignedColumns]>"
    folder.put("a.xls", f"<table><tr>{CELLS}</tr>{section}<tr><td>HS-1<td>1<td>x<![endif]><![CDATA[y]]></table>")
    assert folder.values() == [("HS-1", "1", "x")]


def test_a_page_says_its_encoding(folder: Folder) -> None:
    page = f"<html><head><meta charset=windows-1258></head><table><tr>{CELLS}</tr><tr><td>HS-1<td>1<td>x</table>"
    folder.put("a.xls", page.encode("ascii", "xmlcharrefreplace").replace(b"x<", b"\xfd<"))
    assert folder.values() == [("HS-1", "1", "ư")]


@pytest.mark.parametrize(
    "stated",
    ["utf-16", "utf-32", "utf-7", "undefined", "hex", "rot13", "zip", "punycode", "idna", "unicode_escape", "cp037"],
)
def test_an_encoding_that_no_page_can_state_in_ascii_is_not_taken_for_its_own(folder: Folder, stated: str) -> None:
    page = f"<html><head><meta charset={stated}></head><table><tr>{CELLS}</tr><tr><td>HS-1<td>1<td>ư</table>"
    folder.put("a.xls", page)
    folder.put("b.xls", page.replace("HS-1", "HS-2").encode().replace("ư".encode(), b"\xff"))
    assert folder.values(encoding="utf-8") == [("HS-1", "1", "ư")]
    assert "file b.xls row 1: found byte 0xff, which is not utf-8 text" in folder.refused[0]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.xls", PAGE[:-60], "an HTML page that is cut inside a table"),
        (
            "a.xls",
            XML_BOOK,
            "found XML Spreadsheet 2003, whatever its name says, expected a workbook or delimited text",
        ),
        ("a.xml", XML_BOOK.encode("utf-16"), "found XML Spreadsheet 2003"),
        ("a.xls", '<?xml version="1.0"?><ho_so/>', "found XML,"),
        ("a.csv", b"%PDF-1.7\n" + b"x" * 100, "found PDF"),
        ("a.csv", b"\x1f\x8b\x08\x00", "found gzip"),
        ("a.xls", "<html><body>Hết phiên làm việc</body></html>", "found no rows"),
        ("a.xlsx", b"no workbook", "cut or damaged"),
    ],
)
def test_a_file_that_holds_no_table_is_named_for_what_it_is(
    folder: Folder, name: str, content: bytes | str, expected: str
) -> None:
    folder.put(name, content)
    assert folder.night() == []
    assert expected in folder.refused[0]
    assert folder.receipt(name) is not None


def test_content_under_another_name_is_said_once(folder: Folder) -> None:
    folder.put("ho_so_2.csv", f"{HEADER}\nHS-1,1,x\n")
    assert len(folder.night()) == 1
    folder.put("ho_so_3.csv", f"{HEADER}\nHS-1,1,x\n")
    assert folder.night() == []
    assert folder.warnings[0].startswith("file ho_so_3.csv holds what ho_so_2.csv brought")
    assert folder.night() == []
    assert folder.warnings == []


def test_a_new_name_beside_the_expected_ones_is_said(folder: Folder) -> None:
    folder.put("ho_so_1.csv", f"{HEADER}\nHS-1,1,x\n")
    for name in (
        "dossiers_2.csv",
        "hồ sơ 3.xlsx",
        "x.csv.gz",
        "ghi_chú.docx",
        ".hidden.csv",
        "ho_so_1.csv.receipt.txt",
    ):
        folder.put(name, "x")
    assert len(folder.night(pattern="ho_so_*")) == 1
    assert folder.warnings == [
        "3 files of the folder match no pattern and are not read (dossiers_2.csv, hồ sơ 3.xlsx, x.csv.gz); expected "
        "ho_so_*: ask the ward whether its export has a new name, and correct the name or the pattern"
    ]


def test_a_file_cut_inside_its_last_value_is_said(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,06/03/2024,Đã giải quyết\nHS-2,06/03/2024,Đã giải q")
    assert len(folder.night()) == 2
    assert folder.warnings[0].startswith("file a.csv row 3 is the last one and has no line end")
