"""The cells of workbooks as their program shows them, and of text as it was meant."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from tests.support.dropped_files import (
    COLUMNS,
    FIXTURES,
    Folder,
    Raw,
    date_cell,
    ods,
    ods_cell,
    row,
    system,
    with_member,
    xlsx,
)
from ward_warehouse.sources.files import workbook_marks
from ward_warehouse.sources.files.number_formats import Front

HEADER = ",".join(COLUMNS)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


STYLES = (
    '<numFmts><numFmt numFmtId="170" formatCode="0.0%"/><numFmt numFmtId="171" formatCode="0&quot; %&quot;"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="10"/><xf numFmtId="170"/><xf numFmtId="171"/>'
    "</cellXfs>"
)


@pytest.mark.parametrize(("style", "shown"), [(2, "96.8"), (3, "96.8"), (4, "0.9680"), (0, "0.9680")])
def test_a_percent_cell_is_what_it_shows(folder: Folder, style: int, shown: str) -> None:
    content = xlsx(S=row(1, *COLUMNS) + row(2, "HS-1", "1", Raw(f'<c r="{{at}}" s="{style}"><v>0.968</v></c>')))
    folder.put("a.xlsx", with_styles(content, STYLES))
    assert folder.values() == [("HS-1", "1", shown)]


def with_styles(content: bytes, styles: str) -> bytes:
    def change(document: bytes) -> bytes:
        start, end = document.index(b"<cellXfs"), document.index(b"</styleSheet>")
        return document[:start] + styles.encode() + document[end:]

    return with_member(content, "xl/styles.xml", change)


@pytest.mark.parametrize(
    ("number_format", "number", "shown"),
    [
        ("000000000000", "79000000001", "079000000001"),
        ("0000;-0000", "7", "0007"),
        ("0000", "12345", "12345"),
        ('"HS-"0000', "7", "HS-0007"),
        (r'\H\S"/2024/"00', "7", "HS/2024/07"),
        ("0000", "7.5", "7.5"),
        ("0000", "-7", "-7"),
        ("0", "7", "7"),
        ("00.00", "7", "7"),
        ('0" ngày"', "7", "7"),
        ('00" ngày"', "7", "7"),
        ("#,##0", "7000", "7000"),
        ('"0"General', "7", "7"),
    ],
)
def test_a_number_in_the_format_of_a_code_is_what_it_shows(
    folder: Folder, number_format: str, number: str, shown: str
) -> None:
    cell = Raw(f'<c r="{{at}}" s="1"><v>{number}</v></c>')
    styles = (
        f"<numFmts><numFmt numFmtId='170' formatCode={quoteattr(number_format)}/></numFmts>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='170'/></cellXfs>"
    )
    rows = (
        row(1, *COLUMNS) + row(2, cell, number, "x") + row(3, Raw('<c r="{at}" s="1" t="str"><v>7</v></c>'), "1", "x")
    )
    folder.put("a.xlsx", with_styles(xlsx(S=rows), styles))
    assert folder.values() == [(shown, number, "x"), ("7", "1", "x")]


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("079000000001", "79000000001", "079000000001"),
        ("HS-0007", "7", "HS-0007"),
        ("007", "8", "8"),
        ("0", "0", "0"),
        ("7 ngày", "7", "7"),
        ("0,70", "0.7", "0.7"),
        ("1.000", "1000", "1000"),
    ],
)
def test_a_number_of_ods_shown_as_a_code_is_what_it_shows(folder: Folder, text: str, value: str, shown: str) -> None:
    code = ods_cell(text, f'office:value-type="float" office:value="{value}"')
    rows = (code + ods_cell("1") + ods_cell("x"), ods_cell("HS-2") + code + ods_cell("y"))
    folder.put("a.ods", ods(*rows))
    assert folder.values() == [(shown, "1", "x"), ("HS-2", shown, "y")]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('<c r="{at}" t="e"><v>#REF!</v></c>', "#ERROR"),
        ('<c t="e"><v>#N/A</v></c>', "#ERROR"),
        ('<c r="{at}"><f>A1</f></c>', "#ERROR"),
        ('<c r="{at}"><f>A1</f><v></v></c>', "#ERROR"),
        ('<c r="{at}" t="str"><f>A1</f><v></v></c>', ""),
        ('<c r="{at}" t="str"><f>A1</f><v>x</v></c>', "x"),
        ('<c r="{at}" s="0"/>', ""),
    ],
)
def test_an_error_and_a_formula_without_a_value_are_not_empty(folder: Folder, cell: str, read: str) -> None:
    folder.put("a.xlsx", xlsx(S=row(1, *COLUMNS) + row(2, "HS-1", "1", Raw(cell)) + row(3, "HS-2", "2", "y")))
    assert folder.values() == [("HS-1", "1", read), ("HS-2", "2", "y")]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (ods_cell("#N/A", 'table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"'), "#ERROR"),
        (ods_cell("#REF!", 'table:formula="of:=[.#REF!]" office:value-type="float" office:value="0"'), "#ERROR"),
        (ods_cell("Err:508", 'table:formula="of:=(" office:value-type="float" office:value="0"'), "#ERROR"),
        ('<table:table-cell table:formula="of:=[.A1]"/>', "#ERROR"),
        (ods_cell("96,8 %", 'office:value-type="percentage" office:value="0.968"'), "96.8"),
        (ods_cell("31", 'table:formula="of:=1" office:value-type="float" office:value="31"'), "31"),
        ("<table:table-cell/>", ""),
    ],
)
def test_cells_of_ods_say_errors_and_percents(folder: Folder, cell: str, read: str) -> None:
    two = ods_cell("HS-1") + ods_cell("1")
    folder.put("a.ods", ods(two + cell, ods_cell("HS-2") + ods_cell("2") + ods_cell("y")))
    assert folder.values() == [("HS-1", "1", read), ("HS-2", "2", "y")]


NOTE = "<office:annotation><text:p>gọi lại</text:p></office:annotation>"
DRAWING = "<draw:frame><draw:text-box><text:p>mũi tên</text:p></draw:text-box></draw:frame>"


@pytest.mark.parametrize("beside", [NOTE, DRAWING])
@pytest.mark.parametrize("value", ["", ' calcext:value-type="error"'])
def test_an_error_of_ods_with_a_comment_or_a_drawing_is_one(folder: Folder, value: str, beside: str) -> None:
    wrong = f'<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""{value}>'
    wrong += f"{beside}<text:p><text:span>#N/A</text:span></text:p>{beside}</table:table-cell>"
    without_value = f'<table:table-cell table:formula="of:=[.A1]">{beside}</table:table-cell>'
    noted = f'<table:table-cell office:value-type="string">{NOTE}<text:p>HS-1</text:p></table:table-cell>'
    folder.put("a.ods", ods(noted + wrong + without_value, ods_cell("HS-2") + ods_cell("2") + ods_cell("y")))
    assert folder.values() == [("HS-1", "#ERROR", "#ERROR"), ("HS-2", "2", "y")]


def test_repeated_cells_of_ods_are_marked_as_often(folder: Folder) -> None:
    wrong = '<table:table-cell table:number-columns-repeated="2" table:formula="of:=[.A1]"/>'
    folder.put("a.ods", ods(ods_cell("HS-1") + wrong, ods_cell("HS-2") + ods_cell("2") + ods_cell("y")))
    assert folder.values() == [("HS-1", "#ERROR", "#ERROR"), ("HS-2", "2", "y")]


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (123456789012345, "123456789012345"),
        (1234567890123450, "1.23456789012345e+15"),
        (-1234567890123450, "-1.23456789012345e+15"),
        (1e22, "1.00000000000000e+22"),
    ],
)
def test_a_number_of_more_than_fifteen_digits_has_the_form_of_no_id(folder: Folder, number: float, read: str) -> None:
    folder.put("a.xlsx", xlsx(S=row(1, *COLUMNS) + row(2, number, "1", "x")))
    assert folder.values() == [(read, "1", "x")]


@pytest.mark.parametrize("number", ["1E400", "-1E400", "inf", "NaN"])
def test_a_number_that_is_not_finite_is_unreadable(folder: Folder, number: str) -> None:
    cell = Raw(f'<c r="{{at}}"><v>{number}</v></c>')
    folder.put("a.xlsx", xlsx(S=row(1, *COLUMNS) + row(2, cell, "1", "x") + row(3, "HS-2", cell, "y")))
    assert folder.values() == [("#ERROR", "1", "x"), ("HS-2", "#ERROR", "y")]


def test_the_old_format_tells_what_stands_in_front_of_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front("HS-", 4)
    monkeypatch.setattr(workbook_marks, "front_of", lambda _: front)
    marks = workbook_marks.marks_of((FIXTURES / "so_ho_so.xls").read_bytes())("Hồ sơ")
    assert marks.fronts == {4: {front: 1 << 3}}


def from_1904(content: bytes) -> bytes:
    def change(book: bytes) -> bytes:
        return book.replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')

    return with_member(content, "xl/workbook.xml", change)


def test_a_workbook_that_counts_from_1904(folder: Folder) -> None:
    described = system()
    columns = described["record_kinds"]["dossiers"]["columns"]
    columns.pop("receiving_unit")
    columns["received_at"] = {"from": "Ngày nhận", "formats": ["%Y-%m-%d %H:%M:%S", "excel_serial"]}
    # The same day and hour as a date cell, and as a number that lost its form of a date.
    rows = row(2, "HS-1", date_cell(43895.4375), "x") + row(3, "HS-2", 43895.4375, "x")
    folder.put("a.xlsx", from_1904(xlsx(S=row(1, *COLUMNS) + rows)))
    assert [r["Ngày nhận"] for r in folder.night(described)] == ["2024-03-06 10:30:00", "45357.4375"]


def test_dates_that_a_program_converted_by_half_are_a_warning_of_the_column(folder: Folder) -> None:
    described = system()
    columns = described["record_kinds"]["dossiers"]["columns"]
    columns.pop("receiving_unit")
    columns["received_at"] = {"from": "Ngày nhận", "formats": ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y"]}
    rows = row(2, "HS-1", date_cell(45355), "01/02/2024") + row(3, "HS-2", "18/03/2024", "x")
    folder.put("a.xlsx", xlsx(S=row(1, *COLUMNS) + rows))
    assert len(folder.night(described)) == 2
    assert [line.split(":")[0] for line in folder.warnings] == [
        "file a.xlsx sheet S column Ngày nhận has 1 date cells and 1 dates typed as text"
    ]


ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declaration", [ENTITY, EXTERNAL, "<!DOCTYPE x>"])
@pytest.mark.parametrize(
    "member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
)
def test_a_workbook_that_declares_entities_is_refused(folder: Folder, member: str, declaration: str) -> None:
    def change(document: bytes) -> bytes:
        head, _, rest = document.partition(b"?>")
        return head + b"?>" + declaration.encode() + rest

    content = xlsx(S=row(1, *COLUMNS) + row(2, "HS-1", "1", "x"))
    folder.put("a.xlsx", with_member(content, member, change))
    assert folder.night() == []
    assert "found a document type declaration in its XML" in folder.refused[0]


def test_an_ods_that_declares_entities_is_refused(folder: Folder) -> None:
    def change(document: bytes) -> bytes:
        return ENTITY.encode() + document.replace(b"HS-1", b"&b;")

    folder.put("a.ods", with_member(ods(ods_cell("HS-1")), "content.xml", change))
    assert folder.night() == []
    assert "found a document type declaration in its XML" in folder.refused[0]


@pytest.mark.parametrize("name", ["so_ho_so.xls", "so_ho_so.ods"])
def test_the_old_formats_have_no_false_marks(folder: Folder, name: str) -> None:
    folder.put(name, (FIXTURES / name).read_bytes())
    assert not [cell for r in folder.night() for cell in r.values() if cell == "#ERROR"]


@pytest.mark.parametrize(
    "guarded",
    ['"=""001"""', "'001", '="001"', '" =""001"" "'],
)
def test_guards_around_codes_are_taken_away(folder: Folder, guarded: str) -> None:
    folder.put("a.csv", f"{HEADER}\n{guarded},1,'x' và y\n")
    assert folder.values() == [("001", "1", "'x' và y")]


def test_words_for_nothing_are_nothing(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,NULL,x - y\nHS-2, - ,NULLs\n")
    assert folder.values(null_values=["NULL", "-"]) == [("HS-1", "", "x - y"), ("HS-2", "", "NULLs")]


def test_rows_that_match_a_pattern_are_no_records(folder: Folder) -> None:
    folder.put("a.csv", f"# xuất 06/03,,\n{HEADER}\nI. Hộ tịch,1,\nHS-1,1,x\n,II. Đất đai,\nHS-2,1,y\n")
    assert [v[0] for v in folder.values(skip_rows=r"^(#|[IVX]+\. )")] == ["HS-1", "HS-2"]


def test_merged_cells_are_filled_down_over_all_rows(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ward_warehouse.sources.files.tables.BATCH_ROWS", 2)
    rows = "".join(f"HS-{n},{'sáng' if n == 2 else ''},x\n" for n in range(1, 7))
    folder.put("a.csv", f"{HEADER}\n{rows}")
    found = folder.values(fill_down=["Ngày nhận"])
    assert [value[1] for value in found] == ["", "sáng", "sáng", "sáng", "sáng", "sáng"]


def test_an_escape_sign_keeps_delimiters_quotes_and_line_ends(folder: Folder) -> None:
    folder.put("a.csv", f'{HEADER}\nHS-1,a\\,b,"nói \\"có\\""\nHS-2,\\N,dòng 1\\\ndòng 2\n')
    assert folder.values(escape="\\") == [("HS-1", "a,b", 'nói "có"'), ("HS-2", "", "dòng 1\ndòng 2")]


@pytest.mark.parametrize(
    ("encoding", "content", "read"),
    [
        # As glibc's iconv writes VISCII.
        ("viscii", b"\xd0\xe3 gi\xe4i quy\xaat, \x14 \x19 \x1e \x02 \x05 \x06", "Đã giải quyết, Ỷ Ỹ Ỵ Ẳ Ẵ Ẫ"),
        # As a keyboard program writes with a VNI- font.
        (
            "vni",
            "Ñaõ giaûi quyeát, chôø kyù ôû Phöôøng AÅn YÛ OÃ".encode("cp1252"),
            "Đã giải quyết, chờ ký ở Phường Ẩn Ỷ Ỗ",
        ),
        (
            "vni",
            "Ñaëng Thò Nghæ, ñöùng möõng, ngoàn ngoän, Ñòa chæ: Khuûng Lónh".encode("cp1252"),
            "Đặng Thị Nghỉ, đứng mững, ngồn ngộn, Địa chỉ: Khủng Lĩnh",
        ),
    ],
)
def test_encodings_of_before_unicode(folder: Folder, encoding: str, content: bytes, read: str) -> None:
    folder.put("a.csv", b'So,Ngay,Ket qua\nHS-1,1,"' + content + b'"\n')
    columns = ("So", "Ngay", "Ket qua")
    assert [r["Ket qua"] for r in folder.night(system(columns=columns, encoding=encoding))] == [read]


def test_cells_typed_in_a_vni_font(folder: Folder) -> None:
    head = ("Soá", "Ngaøy nhaän", "Keát quaû")
    folder.put("a.xlsx", xlsx(S=row(1, *head) + row(2, "HS-1", "1", "Ñaõ giaûi quyeát")))
    assert folder.values(encoding="vni") == [("HS-1", "1", "Đã giải quyết")]


def in_stream(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new)


def test_the_old_format_counts_from_1904_too(folder: Folder) -> None:
    book = (FIXTURES / "so_ho_so.xls").read_bytes()
    folder.put("a.xls", in_stream(book, b"\x22\x00\x02\x00\x00\x00", b"\x22\x00\x02\x00\x01\x00"))
    described = system()
    columns = described["record_kinds"]["dossiers"]["columns"]
    columns.pop("resolving_unit")
    columns["received_at"] = {"from": "Kết quả", "formats": ["excel_serial"]}
    rows = folder.night(described)
    assert rows[0]["Ngày nhận"] == "2028-03-07 10:30:00"
    assert rows[0]["Kết quả"] == "1477.9830"


def test_the_old_format_shows_percents_too(folder: Folder) -> None:
    book = (FIXTURES / "so_ho_so.xls").read_bytes()
    # Every cell format of the book becomes 0.00%: record XF, with its font and its number format.
    parts = book.split(b"\xe0\x00\x14\x00")
    folder.put(
        "a.xls", b"\xe0\x00\x14\x00".join([parts[0], *(part[:2] + b"\x0a\x00" + part[4:] for part in parts[1:])])
    )
    assert folder.values()[0][2] == "1598.3"
