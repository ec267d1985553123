"""Delimited text and JSON from real files: encodings, headers, footers, and what is refused."""

import csv
import gzip
import json
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.support.dropped_files import COLUMNS, FIXTURES, ROOT, Folder, row, system, xlsx
from ward_warehouse.sources.files.limits import MAX_FIELD_CHARS, MAX_FILE_BYTES, MIB

HEADER = ",".join(COLUMNS)
RESULT = "Đã giải quyết, chờ ký ở Phường Ẩn Ỷ Ỗ"
TEXT = f'{HEADER}\nHS-1,06/03/2024,"{RESULT}"\n'
NFD = unicodedata.normalize("NFD", RESULT)
RECORD = ("HS-1", "06/03/2024", RESULT)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def windows_1258(text: str) -> bytes:
    """As Windows writes Vietnamese: base letters with their shape, tones as combining marks after them."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = [mark for mark in parts if mark in tones]
        base = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones))
        out += base + "".join(tone)
    return out.encode("cp1258")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (unicodedata.normalize("NFD", TEXT).encode(), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16"), "utf-8"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-8"),
        (windows_1258(TEXT), "windows-1258"),
    ],
)
def test_text_of_every_encoding_arrives_composed(folder: Folder, content: bytes, encoding: str) -> None:
    folder.put("a.csv", content)
    assert folder.values(encoding=encoding) == [RECORD]


def test_tcvn3_text_written_by_another_converter_arrives_as_unicode(folder: Folder) -> None:
    folder.put("a.csv", (FIXTURES / "so_ho_so_tcvn3.csv").read_bytes())
    columns = ("Số biên nhận", "Họ tên", "Kết quả")
    rows = folder.night(system(columns=columns, encoding="tcvn3"))
    assert [tuple(row[name] for name in columns) for row in rows] == [
        ("HS-1", "Đặng Thị Kiểm Thử", "Đã giải quyết xong"),
        ("HS-2", "Lưu Ngọc Nghĩa Phường Đỗ Y", "ẵ ậ ợ ữ ỹ Đường Ơn Ưu Âu Êm Ôm Ăn"),
    ]


@pytest.mark.parametrize("byte", [b"\x93", b"\x16", b"\x80"])
def test_a_byte_without_a_meaning_in_tcvn3_is_refused(folder: Folder, byte: bytes) -> None:
    columns = ("So", "Ngay", "Ket qua")
    folder.put("a.csv", b"So,Ngay,Ket qua\n1,2," + byte + b"\n")
    assert folder.night(system(columns=columns, encoding="tcvn3")) == []
    assert f"row 2: found byte {byte[0]:#04x}, which is not tcvn3 text" in folder.refused[0]


@pytest.mark.parametrize("filler", [0, 70_000])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_that_is_not_text_is_named_with_its_row(folder: Folder, filler: int, mark: bytes) -> None:
    lines = [HEADER, f"HS-1,1,{'ế' * filler}"[:100_000], "HS-2,2,"]
    folder.put("a.csv", mark + "\n".join(lines).encode() + b"\xff\n")
    assert folder.night() == []
    assert "file a.csv row 3: found byte 0xff, which is not utf-8 text" in folder.refused[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_text_cut_inside_a_character_is_refused_with_the_encoding_in_use(folder: Folder, encoding: str) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,1,x".encode("utf-16")[:-1])
    assert folder.night(encoding=encoding) == []
    assert "row 2: found byte 0x78, which is not utf-16 text, expected utf-16 text" in folder.refused[0]


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.xls"])
def test_utf_16_without_its_mark_is_refused(folder: Folder, name: str) -> None:
    folder.put(name, ("<table>" if name == "a.xls" else "") + f"{HEADER}\nHS-1,1,x\n")
    assert folder.night(encoding="utf-16") == []
    assert f"file {name} row 1: found byte 0x" in folder.refused[0]
    assert "which is not utf-16 text" in folder.refused[0]


def test_tabs_separate_in_tsv_and_the_system_file_names_other_signs(folder: Folder) -> None:
    folder.put("a.tsv", TEXT.replace(f'"{RESULT}"', "xong").replace(",", "\t"))
    folder.put("b.csv", f"{';'.join(COLUMNS)}\nHS-2;x;15.983\n")
    assert folder.values(pattern="*.tsv") == [("HS-1", "06/03/2024", "xong")]
    assert folder.values(pattern="*.csv", delimiter=";") == [("HS-2", "x", "15.983")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_titles_above_and_footers_below_are_no_records(folder: Folder, end: str) -> None:
    lines = ["ỦY BAN NHÂN DÂN", "", "SỔ THEO DÕI,,", HEADER, "HS-1,1,xong", "HS-2,2,", "Người lập biểu,,", "Ký tên,,"]
    folder.put("a.csv", end.join(lines) + end)
    rows = folder.night()
    assert [(row["Số"], row["__position"], row["__fault"]) for row in rows] == [
        ("HS-1", "a.csv row 5", None),
        ("HS-2", "a.csv row 6", None),
    ]


def test_a_footer_with_figures_ends_the_table_where_its_pattern_matches(folder: Folder) -> None:
    lines = [HEADER, "HS-1,1,x", "Tổng cộng,2,96", "Người lập biểu,,Chủ tịch", "Ký tên,,", "Tổng cộng năm,5,90"]
    folder.put("a.csv", "\n".join(lines) + "\n")
    assert [value[0] for value in folder.values(footer="^Tổng cộng")] == ["HS-1"]


@pytest.mark.parametrize("between", ["", f"{HEADER}\n", f"\ufeff{HEADER}\n", "Ký tên,,\n"])
def test_records_below_a_footer_are_read(folder: Folder, between: str) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,1,x\nTổng cộng,2,96\n{between}HS-3,1,x\nHS-4,,\n")
    assert [value[0] for value in folder.values(footer="^Tổng cộng")] == ["HS-1", "HS-3", "HS-4"]
    folder.loaded = {}
    assert {"HS-1", "HS-3", "HS-4"} <= {value[0] for value in folder.values()}


def test_a_last_record_with_only_its_key_is_no_footer(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,1,x\nHS-2,,\nTổng số: 2,,\n")
    assert [value[0] for value in folder.values()] == ["HS-1", "HS-2"]


@pytest.mark.parametrize("key", ["HS/A/77", "77", "BN 3", "ĐK-1.2"])
def test_a_last_record_with_only_a_key_of_a_new_form_is_no_footer(folder: Folder, key: str) -> None:
    folder.put("a.csv", f"{HEADER}\nBN-1,1,x\nBN-2,1,x\n{key},,\nNgười lập biểu,,\n")
    assert folder.values() == [("BN-1", "1", "x"), ("BN-2", "1", "x"), (key, "", "")]
    assert folder.warnings == []


@pytest.mark.parametrize(
    "footer",
    ["Tổng cộng: 12", "TONG CONG 12", "Cong 2 ho so", "Total 2", "Trang 1/3", "Page 1", "Ngày 6 tháng 3", "NGAY 6/3"],
)
def test_a_total_a_page_and_a_day_below_a_table_are_no_records(folder: Folder, footer: str) -> None:
    folder.put("a.csv", f"{HEADER}\nBN-1,1,x\n{footer},,\nKý tên,,\n")
    assert [value[0] for value in folder.values()] == ["BN-1"]
    assert folder.warnings == []


def test_last_rows_that_may_be_records_are_passed_over_with_a_word(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nBN-1,1,x\nKý tên,,\nHồ sơ 77,,\n(78),,\n")
    assert [value[0] for value in folder.values()] == ["BN-1"]
    (line,) = folder.warnings
    assert "file a.csv has 2 last rows with one filled cell" in line
    assert "(row 4, 5)" in line
    assert "77" not in line


def test_rows_passed_over_are_named_with_their_sheet_or_table(folder: Folder) -> None:
    lines = [list(COLUMNS), ["BN-1", "1", "x"], ["Hồ sơ 77", "", ""]]
    folder.put("a.xlsx", xlsx(Sheet2="".join(row(number, *cells) for number, cells in enumerate(lines, 1))))
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in lines)
    folder.put("b.html", f"<table><tr><td>1</td></tr></table><table>{rows}</table>")
    assert [value[0] for value in folder.values(pattern="*.html")] == ["BN-1"]
    assert len([line for line in folder.warnings if "file b.html table 2 has 1 last rows" in line]) == 1
    assert [value[0] for value in folder.values(pattern="*.xlsx")] == ["BN-1"]
    assert len([line for line in folder.warnings if "file a.xlsx sheet Sheet2 has 1 last rows" in line]) == 1


def test_a_second_header_of_another_order_refuses_the_file(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,1,x\nKết quả,Số,Ngày nhận\nx,HS-2,1\n")
    assert folder.values() == []
    assert "row 3: found a second header with other columns" in folder.refused[0]


def test_a_record_with_only_its_key_stays_when_others_follow(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,,\nHS-2,1,x\n")
    assert [value[0] for value in folder.values()] == ["HS-1", "HS-2"]


def test_a_narrow_table_has_no_footer_of_one_cell(folder: Folder) -> None:
    folder.put("a.csv", "Số,Ghi chú\nHS-1,\nHS-2,\n")
    assert [row["Số"] for row in folder.night(system(columns=("Số", "Ghi chú")))] == ["HS-1", "HS-2"]


def test_header_row_and_skip_rows_choose_among_several_headers(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,1,x\n{HEADER}\nHS-2,2,y\n")
    assert [v[0] for v in folder.values()] == ["HS-1", "HS-2"]
    folder.loaded = {}
    assert [v[0] for v in folder.values(header_row=3)] == ["HS-2"]
    folder.loaded = {}
    assert [v[0] for v in folder.values(skip_rows=1)] == ["HS-2"]


def test_columns_below_a_merged_header_are_named_with_their_group(folder: Folder) -> None:
    folder.put("a.csv", "BÁO CÁO,,,\nSố,Xử lý,,Ghi chú\n,Ngày nhận,Kết  quả,\n1,2,3,4\n")
    columns = ("Số", "Xử lý / Ngày nhận", "Xử lý / Kết quả", "Ghi chú")
    rows = folder.night(system(columns=columns, header_rows=2))
    assert [tuple(row[name] for name in columns) for row in rows] == [("1", "2", "3", "4")]
    assert folder.new_columns == []


def test_a_column_without_a_name_is_kept_only_when_it_holds_something(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER},,\nHS-1,1,x,,riêng\n")
    rows = folder.night()
    assert rows[0]["column E"] == "riêng"
    assert folder.new_columns == ["column E"]


def test_a_text_that_looks_like_a_formula_is_just_text(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,=1+1,@SUM(A1)\n")
    assert folder.values() == [("HS-1", "=1+1", "@SUM(A1)")]


def test_a_row_of_another_width_is_a_fault_of_the_record(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\nHS-1,1\nHS-2,1,x\n")
    assert [row["__fault"] for row in folder.night()] == ["found 2 fields, expected 3 as in the header", None]


@pytest.mark.parametrize(
    ("name", "content", "read", "expected"),
    [
        ("a.csv", b"", {}, ("found no rows", "Tìm thấy: tệp không có dữ liệu")),
        ("a.csv", f"{HEADER}\nHS-1,1,x\nHS-2,1".encode(), {}, ("row 3", "the file is cut", "tệp bị cắt ngang")),
        ("a.csv", f'{HEADER}\nHS-1,"1,x\n'.encode(), {}, ("row 2", "a quote or a separator out of place")),
        ("a.csv", b"S\xe1,b\n1,2\n", {}, ("row 1", "byte 0xe1", "utf-8")),
        ("a.csv", "Số,Kết quả\n1,2\n".encode(), {}, ("row 1 column Ngày nhận", "found 2 of the 3", "Cột: Ngày nhận")),
        ("a.csv", f"{HEADER},Số\n1,2,3,4\n".encode(), {}, ("row 1 column Số", "stands twice", "hai lần")),
        ("a.csv", f"{HEADER}\n1,2,{'x' * 140_000}\n".encode(), {}, ("row 2", "more than 131072 characters")),
        (
            "a.csv.gz",
            gzip.compress(TEXT.encode() * 50, mtime=0)[:-20],
            {},
            ("archive is cut or damaged", "cắt hoặc hỏng"),
        ),
        ("a.csv.gz", b"no archive", {}, ("archive is cut or damaged",)),
        (
            "a.csv.gz",
            gzip.compress(f"{HEADER}\n".encode() + (b"1,2," + b"x" * 99_999 + b"\n") * 300, mtime=0),
            {},
            ("more than 200 times", "hơn 200 lần"),
        ),
        ("a.json", b'{"a": 1', {}, ("row 1", "text that is not JSON", "không phải JSON")),
        ("a.json", b"[" * 200_000, {}, ("text that is not JSON",)),
        ("a.json", b'{"data": {}}', {"records": "data.items"}, ("no list of records at data.items",)),
        ("a.jsonl", b'{"S": 1}\n{"S"\n', {}, ("row 2", "text that is not JSON")),
        ("a.json", b'[{"x": 1}]', {}, ("column Số, Ngày nhận, Kết quả", "found 0 of the 3")),
    ],
)
def test_a_file_that_cannot_be_loaded_is_refused_with_a_receipt(
    folder: Folder, name: str, content: bytes, read: dict[str, Any], expected: tuple[str, ...]
) -> None:
    folder.put(name, content)
    assert folder.night(**read) == []
    receipt = folder.receipt(name)
    assert receipt is not None
    assert f"Tệp: {name}\n" in receipt
    assert f"File: {name}\n" in receipt
    both = f"{folder.refused[0]}\n{receipt}"
    assert [part for part in expected if part not in both] == []
    assert folder.loaded == {}


@pytest.mark.parametrize("limit", [2, sys.maxsize])
def test_a_field_may_be_as_long_whatever_limit_another_library_set(folder: Folder, limit: int) -> None:
    before = csv.field_size_limit(limit)
    try:
        folder.put("long.csv", f"{HEADER}\n1,2,{'x' * (MAX_FIELD_CHARS + 1)}\n")
        folder.put("short.csv", f"{HEADER}\n1,2,{'x' * MAX_FIELD_CHARS}\n")
        assert folder.values() == [("1", "2", "x" * MAX_FIELD_CHARS)]
        assert "more than 131072 characters" in folder.refused[0]
    finally:
        csv.field_size_limit(before)


def test_a_single_line_of_200_mb_is_refused_by_its_first_part(folder: Folder) -> None:
    with (folder.path / "a.csv").open("wb") as handle:
        for _ in range(200):
            handle.write(b"x," * 500_000)
    read = (
        "import sys; from pathlib import Path; from tests.support.dropped_files import Folder; "
        "folder = Folder(Path(sys.argv[1])); assert folder.night() == []; print(folder.refused[0]); "
        # The kernel's other figure, ru_maxrss, is at least that of the process which started this one.
        "print(next(int(l.split()[1]) // 1024 for l in open('/proc/self/status') if l.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", read, folder.path], capture_output=True, text=True, check=True, cwd=ROOT
    )
    refused, peak = done.stdout.splitlines()
    assert "found a record of more than 1048576 characters" in refused
    assert "xx" not in refused
    # As much as the largest file that is taken, and the process around it: not a line of it more than once.
    assert int(peak) < MAX_FILE_BYTES // MIB + 256


def test_a_record_over_endless_lines_is_refused(folder: Folder) -> None:
    folder.put("a.csv", f"{HEADER}\n1,2," + '"a\n",' * 300_000)
    assert folder.night() == []
    assert "found a record of more than 1048576 characters" in folder.refused[0]


def test_a_header_that_is_a_person_is_not_repeated(folder: Folder) -> None:
    folder.put("a.csv", "HS-1,Đặng Thị Kiểm Thử,079000000001\n")
    assert folder.night() == []
    assert "Kiểm Thử" not in folder.refused[0] + str(folder.receipt("a.csv"))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.json", lambda records: json.dumps({"data": {"items": records}})),
        ("a.jsonl", lambda records: "\n".join(json.dumps(record) for record in records)),
    ],
)
def test_json_keeps_numbers_as_they_are_written(folder: Folder, name: str, write: Any) -> None:
    folder.put(
        name,
        write([{"Số": "HS-1", "Ngày nhận": 15.980, "Kết quả": True}, {"Số": 12345678901234567890, "Kết quả": NFD}]),
    )
    rows = folder.night(records="data.items")
    assert [[row[column] for column in COLUMNS] for row in rows] == [
        ["HS-1", "15.98", "true"],
        ["12345678901234567890", None, RESULT],
    ]


def test_a_number_of_json_with_three_decimals_is_not_written_as_thousands_are_typed(folder: Folder) -> None:
    values = ["15.983", '"15.983"', "12.0", "1.5e3", "-0.125", "15.98300", "-0.0", "1e-400"]
    folder.put("a.jsonl", "".join(f'{{"Số": {value}, "Ngày nhận": [{value}], "Kết quả": 1}}\n' for value in values))
    rows = folder.night()
    read = ["15.9830", "15.983", "12.0", "1.5e3", "-0.1250", "15.98300", "-0.0", "1e-400"]
    assert [row["Số"] for row in rows] == read
    assert [row["Ngày nhận"] for row in rows] == [f'["{value}"]' for value in read]


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.json", json.dumps), ("a.jsonl", lambda records: "\n".join(json.dumps(record) for record in records))],
)
def test_words_for_nothing_are_nothing_in_json_as_well(folder: Folder, name: str, write: Any) -> None:
    records = [dict(zip(COLUMNS, values, strict=True)) for values in (("1", "NULL", "x - y"), ("2", " - ", None))]
    folder.put(name, write(records))
    assert folder.values(null_values=["NULL", "-"]) == [("1", "", "x - y"), ("2", "", None)]


def test_an_item_that_is_no_object_is_a_fault_and_a_nested_one_stays_json(folder: Folder) -> None:
    folder.put("a.json", '[{"Số": "1", "Ngày nhận": {"ngày": 1}, "Kết quả": null, "mới": 1}, 5]')
    rows = folder.night()
    assert rows[0]["Ngày nhận"] == '{"ngày": "1"}'
    assert [(row["__position"], row["__fault"]) for row in rows] == [
        ("a.json item 1", None),
        ("a.json item 2", "found no JSON object, expected one"),
    ]
    assert folder.new_columns == ["mới"]


FIVE = ("Số", "Ngày nhận", "Tên", "Ghi chú", "Kết quả")


def five(*lines: str) -> str:
    return "\n".join([",".join(FIVE), *lines]) + "\n"


@pytest.mark.parametrize(
    ("lines", "row", "count"),
    [
        (["HS-1,1,a,b,x", 'HS-2,1,a,"b,x', 'HS-3,1,a,b",x'], 3, 1),
        (['HS-1,1,a,"b,x', "HS-2,1,a,b,x", 'HS-3,1,a,b",x'], 2, 2),
        (["HS-1,1,a,b,x", 'HS-2,1,"a,b,x', "HS-3,1,a,b,x", 'HS-4,1,a,b",x'], 3, 2),
        (["HS-1,1,a,b,x", '"HS-2,1,a,b,x', 'HS-3",1,a,b,x', "HS-4,1,a,b,x"], 3, 1),
        (["HS-1,1,a,b,x", 'HS-2,1,a,b,"x', 'HS-3,1,a,b,x"', "HS-4,1,a,b,x"], 3, 1),
    ],
)
def test_stray_quotes_that_swallow_records_refuse_the_file(
    folder: Folder, lines: list[str], row: int, count: int
) -> None:
    folder.put("a.csv", five(*lines))
    assert folder.night(system(columns=FIVE)) == []
    assert f"row {row}: found a quoted field that holds {count} lines" in folder.refused[0]
    assert "Dòng: " in str(folder.receipt("a.csv"))


@pytest.mark.parametrize(
    "text",
    [
        "dòng 1\ndòng 2",
        "tốt, nhanh,\nnhưng, đông, chờ, lâu, quá",
        "1. hẹn, trả\n2. xong, ký, gửi\n3. hết",
        'nói ""có"",\nrồi',
    ],
)
def test_a_text_over_several_lines_is_a_text(folder: Folder, text: str) -> None:
    folder.put("a.csv", five("HS-1,1,a,b,x", f'HS-2,1,a,"{text}",x', "HS-3,1,a,,x"))
    rows = folder.night(system(columns=FIVE))
    assert [row["Số"] for row in rows] == ["HS-1", "HS-2", "HS-3"]
    assert rows[1]["Ghi chú"] == text.replace('""', '"')


def test_a_quote_that_never_ends_is_named_by_its_row(folder: Folder) -> None:
    folder.put("a.csv", five("HS-1,1,a,b,x", 'HS-2,1,a,"b,x', "HS-3,1,a,b,x"))
    assert folder.night(system(columns=FIVE)) == []
    assert "row 3: found a quote or a separator out of place" in folder.refused[0]
