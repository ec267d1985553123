"""What can be wrong with a ward's system, one function each, and what a night must say of it."""

import gzip
import re
import shutil
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from tests.support import http_service as http
from tests.support.district import (
    DOSSIERS,
    MiniWard,
    alias,
    csv_bytes,
    source_columns,
    write_table,
)
from tests.support.records import NIGHT, Kind, dossier, written
from ward_warehouse.core.connections import Connection

EXPIRED = {"error_code": "-1", "message": "Phiên làm việc đã hết hạn", "data": {"items": [], "tong": 0}}
IDS = ("R-1", "R-2", "R-3")
NEXT = NIGHT + timedelta(days=1)
RECORDS = [dossier(record_id) for record_id in IDS]


def rows_of(ward: MiniWard) -> list[dict[str, str | None]]:
    return [written(ward.transport, {"source_ward": alias(ward.key), **record}) for record in RECORDS]


def export(ward: MiniWard) -> Path:
    return ward.folder / f"ho_so_{NIGHT:%Y%m%d}.csv"


def rewrite(ward: MiniWard, change: Callable[[str], str], encoding: str = "utf-8") -> None:
    export(ward).write_bytes(change(export(ward).read_bytes().decode()).encode(encoding))


def execute(ward: MiniWard, statement: str) -> None:
    with closing(sqlite3.connect(ward.database)) as connection, connection:
        connection.execute(statement)


# SQL


def sql_gone(ward: MiniWard) -> None:
    ward.database.unlink()


def sql_no_database(ward: MiniWard) -> None:
    ward.database.write_bytes(b"this was a database once" * 100)


def sql_cut(ward: MiniWard) -> None:
    ward.database.write_bytes(ward.database.read_bytes()[:6000])


def sql_no_table(ward: MiniWard) -> None:
    execute(ward, "alter table HO_SO rename to HO_SO_CU")


def sql_column_missing(ward: MiniWard) -> None:
    execute(ward, "alter table HO_SO drop column NGAY_TIEP_NHAN")


def sql_column_renamed(ward: MiniWard) -> None:
    execute(ward, "alter table HO_SO rename column NGAY_TIEP_NHAN to NGAY_NHAN")


def sql_column_extra(ward: MiniWard) -> None:
    execute(ward, "alter table HO_SO add column GHI_CHU_MOI text default 'điều riêng'")


def sql_numbers(ward: MiniWard) -> None:
    columns = source_columns("sql", DOSSIERS)
    rows = [{**row, "KENH_NOP": 1, "TRANG_THAI": 10, "THU_DIEN_TU": b"\x00\xff"} for row in rows_of(ward)]
    rows[1]["NGAY_HEN_TRA"] = 20240306
    write_table(ward.database, "HO_SO", columns, rows)


def sql_unknown_driver(ward: MiniWard) -> None:
    ward.elsewhere = Connection(ward.key, "oracle", host="127.0.0.1")


def sql_server_down(ward: MiniWard) -> None:
    ward.elsewhere = Connection(ward.key, "postgres", "127.0.0.1", 1, "igate", "reader", "secret-of-the-ward")


# HTTP


def http_fault(fault: http.Fault, times: int | None = None) -> Callable[[MiniWard], None]:
    def spoil(ward: MiniWard) -> None:
        if times is None:
            ward.http.always = fault
        else:
            ward.http.once.extend([fault] * times)

    return spoil


def http_refused(ward: MiniWard) -> None:
    ward.elsewhere = replace(ward.connection, port=1)


def http_wrong_token(ward: MiniWard) -> None:
    ward.elsewhere = replace(ward.connection, password="an-old-token")


def http_page_repeats(ward: MiniWard) -> None:
    page = [
        {**dict.fromkeys(source_columns("http", DOSSIERS)), **rows_of(ward)[0], "MaHoSo": f"{n}"} for n in range(500)
    ]
    ward.http.always = http.body({"data": {"items": page, "tong": 500}})


def http_second_page_fails(ward: MiniWard) -> None:
    whole = {**dict.fromkeys(source_columns("http", DOSSIERS)), **rows_of(ward)[0]}
    ward.http.records["dossiers"] = [{**whole, "MaHoSo": f"{n}"} for n in range(700)]
    first = {"data": {"items": ward.http.records["dossiers"][:500], "tong": 700}}
    ward.http.once.extend([http.body(first), http.html])


def http_without(column: str) -> Callable[[MiniWard], None]:
    def spoil(ward: MiniWard) -> None:
        for record in ward.http.records["dossiers"]:
            del record[column]

    return spoil


def http_column_extra(ward: MiniWard) -> None:
    ward.http.records["dossiers"][0]["GhiChuMoi"] = {"nested": "điều riêng"}


def http_numbers(ward: MiniWard) -> None:
    for record in ward.http.records["dossiers"]:
        record.update(TrangThaiHoSo=10, KenhThucHien=2, DuocThanhToanTrucTuyen=1)


# Files


def files_none(ward: MiniWard) -> None:
    export(ward).unlink()


def files_no_folder(ward: MiniWard) -> None:
    shutil.rmtree(ward.folder)


def files_empty(ward: MiniWard) -> None:
    export(ward).write_bytes(b"")


def files_header_only(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text.splitlines()[0] + "\n")


def files_cut_in_a_row(ward: MiniWard) -> None:
    content = export(ward).read_bytes()
    export(ward).write_bytes(content[: content.rindex(b"\n", 0, -1) + 30])


def files_cut_in_quotes(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text + '"R-4,')


def files_cut_beside_a_whole_one(ward: MiniWard) -> None:
    content = export(ward).read_bytes()
    (ward.folder / "ho_so_20240305.csv").write_bytes(content[: len(content) - 40])


def files_column_missing(ward: MiniWard) -> None:
    columns = [name for name in source_columns("files", DOSSIERS) if name != "Ngày tiếp nhận"]
    rows = [{name: value for name, value in row.items() if name in columns} for row in rows_of(ward)]
    export(ward).write_bytes(csv_bytes(columns, rows))


def files_column_renamed(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text.replace("Ngày tiếp nhận", "Ngày nhận hồ sơ", 1))


def files_column_extra(ward: MiniWard) -> None:
    def widened(text: str) -> str:
        head, *lines = text.splitlines()
        return "\n".join([f"{head},Ghi chú mới", *(f"{line},điều riêng" for line in lines)]) + "\n"

    rewrite(ward, widened)


def files_column_twice(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text.replace("Ngày nộp", "Ngày tiếp nhận", 1))


def files_decomposed(ward: MiniWard) -> None:
    rewrite(ward, lambda text: unicodedata.normalize("NFD", text))


def files_windows(ward: MiniWard) -> None:
    rewrite(ward, lambda text: "\ufeff" + text.replace("\n", "\r\n"))


def files_blank_lines(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text.replace("\n", "\n\n"))


def files_without_last_line_end(ward: MiniWard) -> None:
    rewrite(ward, str.rstrip)


def files_utf16(ward: MiniWard) -> None:
    rewrite(ward, str, "utf-16")


def files_legacy_encoding(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text.replace("Trực tuyến", "Truc tuyen \xe9"), "utf-8")
    export(ward).write_bytes(export(ward).read_bytes().replace(b"\xc3\xa9", b"\xe9"))


def files_semicolons(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text.replace(",", ";"))


def files_short_row(ward: MiniWard) -> None:
    rewrite(ward, lambda text: re.sub("^R-2,[^,]*,", "R-2,", text, flags=re.MULTILINE))


def files_long_row(ward: MiniWard) -> None:
    rewrite(ward, lambda text: text.replace("R-2,", "R-2,Kiểm thử,", 1))


def gz(ward: MiniWard) -> None:
    content = gzip.compress(export(ward).read_bytes())
    export(ward).with_suffix(".csv.gz").write_bytes(content)
    export(ward).unlink()


def gz_cut(ward: MiniWard) -> None:
    gz(ward)
    archive = export(ward).with_suffix(".csv.gz")
    archive.write_bytes(archive.read_bytes()[:-20])


def gz_damaged(ward: MiniWard) -> None:
    gz(ward)
    archive = export(ward).with_suffix(".csv.gz")
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(bytes(content))


def gz_not(ward: MiniWard) -> None:
    export(ward).rename(export(ward).with_suffix(".csv.gz"))


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a ward's system, and what must come of it.

    `parts` must all be in the error, or in the list of new columns; `ids` are the records that load all the same, and
    `broken` those that end in quarantine, with their rules.
    """

    transport: Kind
    spoil: Callable[[MiniWard], None] | None
    state: str = "failed"
    parts: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    system: str | None = None


HTTP = "/api/ho-so page 1"
CSV = f"ho_so_{NIGHT:%Y%m%d}.csv"
GZ = "mot_cua_gz"
FAULTS: dict[str, Fault] = {
    "sql_good": Fault("sql", None, "loaded", ids=IDS),
    "sql_gone": Fault("sql", sql_gone, parts=("ward.db", "connection sql_gone")),
    "sql_no_database": Fault("sql", sql_no_database, parts=("not a database",)),
    "sql_cut": Fault("sql", sql_cut, parts=("cannot be read",)),
    "sql_no_table": Fault("sql", sql_no_table, parts=("HO_SO",)),
    "sql_column_missing": Fault("sql", sql_column_missing, "held", ("HO_SO", "NGAY_TIEP_NHAN", "igate.yml")),
    "sql_column_renamed": Fault("sql", sql_column_renamed, "held", ("NGAY_TIEP_NHAN", "NGAY_NHAN", "igate.yml")),
    "sql_column_extra": Fault("sql", sql_column_extra, "loaded", ("GHI_CHU_MOI",), IDS),
    "sql_numbers": Fault(
        "sql", sql_numbers, "loaded", ids=("R-1", "R-3"), broken=(("R-2", "due_at_readable"),)
    ),
    "sql_unknown_driver": Fault("sql", sql_unknown_driver, parts=("driver oracledb", "not installed")),
    "sql_server_down": Fault("sql", sql_server_down, parts=("database cannot be read", "connection sql_server_down")),
    "http_good": Fault("http", None, "loaded", ids=IDS),
    "http_500_twice": Fault("http", http_fault(http.status(500), 2), "loaded", ids=IDS),
    "http_429_once": Fault("http", http_fault(http.status(429), 1), "loaded", ids=IDS),
    "http_cut_once": Fault("http", http_fault(http.cut_body, 1), "loaded", ids=IDS),
    "http_503": Fault("http", http_fault(http.status(503)), parts=(HTTP, "503")),
    "http_cut": Fault("http", http_fault(http.cut_body), parts=(HTTP,)),
    "http_refused": Fault("http", http_refused, parts=(HTTP, "ConnectError")),
    "http_401": Fault("http", http_fault(http.status(401)), parts=(HTTP, "token", "401", "connection http_401")),
    "http_wrong_token": Fault("http", http_wrong_token, parts=("token", "401", "connection http_wrong_token")),
    "http_404": Fault("http", http_fault(http.status(404)), parts=(HTTP, "404")),
    "http_redirect": Fault("http", http_fault(http.status(302)), parts=(HTTP, "302")),
    "http_not_json": Fault("http", http_fault(http.html), parts=(HTTP, "text/html", "expected JSON")),
    "http_nothing": Fault("http", http_fault(http.status(200)), parts=(HTTP, "0 bytes", "expected JSON")),
    "http_error_code": Fault("http", http_fault(http.body(EXPIRED)), parts=(HTTP, "error_code", "Phiên làm việc")),
    "http_not_success": Fault(
        "http", http_fault(http.body({"ma": "500", "thongBao": "Lỗi hệ thống"})), parts=(HTTP, "ma", "Lỗi hệ thống")
    ),
    "http_no_list": Fault("http", http_fault(http.body({"ma": "200"})), parts=(HTTP, "data.items")),
    "http_null": Fault("http", http_fault(http.body({"data": None})), parts=(HTTP, "data.items")),
    "http_object": Fault("http", http_fault(http.body({"data": {"items": {"1": {}}}})), parts=(HTTP, "dict", "list")),
    "http_item": Fault("http", http_fault(http.body({"data": {"items": ["R-1"]}})), parts=(HTTP, "item 1", "str")),
    "http_page_repeats": Fault("http", http_page_repeats, parts=("page 2", "repeats")),
    "http_second_page_fails": Fault("http", http_second_page_fails, parts=("page 2", "expected JSON")),
    "http_column_missing": Fault(
        "http", http_without("NgayTiepNhan"), "held", ("NgayTiepNhan", "dong_bo_ho_so.yml")
    ),
    "http_column_extra": Fault("http", http_column_extra, "loaded", ("GhiChuMoi",), IDS),
    "http_numbers": Fault("http", http_numbers, "loaded", ids=IDS),
    "files_good": Fault("files", None, "loaded", ids=IDS),
    "files_none": Fault("files", files_none, parts=("ho_so_*.csv",)),
    "files_no_folder": Fault("files", files_no_folder, parts=("files_no_folder", "cannot be listed")),
    "files_empty": Fault("files", files_empty, parts=(CSV, "no rows", "header")),
    "files_header_only": Fault("files", files_header_only, "loaded"),
    "files_cut_in_a_row": Fault("files", files_cut_in_a_row, parts=(CSV, "row 4", "cut")),
    "files_cut_in_quotes": Fault("files", files_cut_in_quotes, parts=(CSV, "row 5")),
    "files_cut_beside_a_whole_one": Fault(
        "files", files_cut_beside_a_whole_one, "partly", ("ho_so_20240305.csv", "cut"), IDS
    ),
    "files_column_missing": Fault("files", files_column_missing, "held", (CSV, "Ngày tiếp nhận", "mot_cua_csv.yml")),
    "files_column_renamed": Fault("files", files_column_renamed, "held", (CSV, "Ngày tiếp nhận", "mot_cua_csv.yml")),
    "files_column_extra": Fault("files", files_column_extra, "loaded", ("Ghi chú mới",), IDS),
    "files_column_twice": Fault("files", files_column_twice, state="held", parts=(CSV, "row 1", "Ngày nộp")),
    "files_decomposed": Fault("files", files_decomposed, "loaded", ids=IDS),
    "files_windows": Fault("files", files_windows, "loaded", ids=IDS),
    "files_blank_lines": Fault("files", files_blank_lines, "loaded", ids=IDS),
    "files_without_last_line_end": Fault("files", files_without_last_line_end, "loaded", ids=IDS),
    "files_utf16": Fault("files", files_utf16, "loaded", ids=IDS),
    "files_legacy_encoding": Fault("files", files_legacy_encoding, parts=(CSV, "row 2", "0xe9")),
    "files_semicolons": Fault("files", files_semicolons, "held", (CSV, "Ngày tiếp nhận")),
    "files_short_row": Fault(
        "files", files_short_row, "loaded", ids=("R-1", "R-3"), broken=(("R-2", "record_whole"),)
    ),
    "files_long_row": Fault("files", files_long_row, "loaded", ids=("R-1", "R-3"), broken=(("R-2", "record_whole"),)),
    "gz_good": Fault("files", gz, "loaded", ids=IDS, system=GZ),
    "gz_cut": Fault("files", gz_cut, parts=(f"{CSV}.gz", "archive"), system=GZ),
    "gz_damaged": Fault("files", gz_damaged, parts=(f"{CSV}.gz",), system=GZ),
    "gz_not": Fault("files", gz_not, parts=(f"{CSV}.gz", "archive"), system=GZ),
}  # fmt: skip
