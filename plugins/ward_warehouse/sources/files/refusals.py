"""Why a file is refused: one table of reasons, in the words of its sender, in Vietnamese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["vi", "en"]


@dataclass(frozen=True)
class Words:
    """One language of a reason: what was found, what was expected, what to do; `{...}` takes the refusal's values."""

    found: str
    expected: str
    do: str


@dataclass(frozen=True)
class Reason:
    """A reason in both languages."""

    vi: Words
    en: Words

    def words(self, language: Language) -> Words:
        """The words of one language."""
        return self.vi if language == "vi" else self.en


_AGAIN_VI, _AGAIN_EN = "kết xuất lại rồi gửi lại cả tệp", "export it and send it again, whole"
_SPLIT_VI, _SPLIT_EN = "chia thành nhiều tệp nhỏ hơn rồi gửi lại", "split it into smaller files and send them again"

REASONS: dict[str, Reason] = {
    "empty": Reason(
        Words("tệp không có dữ liệu", "một dòng tiêu đề", _AGAIN_VI),
        Words("no rows", "a header row", _AGAIN_EN),
    ),
    "not_text": Reason(
        Words("byte {byte} không thuộc bảng mã {encoding}", "văn bản {encoding}", "lưu tệp theo {encoding}, gửi lại"),
        Words("byte {byte}, which is not {encoding} text", "{encoding} text", "save it as {encoding}, send it again"),
    ),
    "not_delimited": Reason(
        Words("dấu ngoặc kép hoặc dấu phân cách sai chỗ", "tệp phân cách đúng quy cách", _AGAIN_VI),
        Words("a quote or a separator out of place", "a well-formed delimited file", _AGAIN_EN),
    ),
    "swallowed": Reason(
        Words(
            "một ô trong ngoặc kép chứa {lines} dòng trông như hồ sơ khác",
            "mỗi hồ sơ một dòng",
            "xóa dấu ngoặc kép thừa ở dòng này rồi gửi lại cả tệp",
        ),
        Words(
            "a quoted field that holds {lines} lines which look like other records",
            "each record in its own row",
            "remove the stray quote of this row and send the file again, whole",
        ),
    ),
    "second_header": Reason(
        Words("một dòng tiêu đề thứ hai với các cột khác", "một bảng trong một tệp", "tách thành hai tệp rồi gửi lại"),
        Words("a second header with other columns", "one table in a file", "make two files of it and send them again"),
    ),
    "is_document": Reason(
        Words(
            "{name}, không phải bảng dữ liệu", "bảng tính hoặc văn bản phân cách", "xuất ra XLSX hoặc CSV rồi gửi lại"
        ),
        Words("{name}, whatever its name says", "a workbook or delimited text", "export XLSX or CSV and send it again"),
    ),
    "page_cut": Reason(
        Words("trang HTML bị cắt ngang", "một trang trọn vẹn, hoặc tệp XLSX", _AGAIN_VI),
        Words("an HTML page that is cut inside a table", "a whole page, or an XLSX file", _AGAIN_EN),
    ),
    "cut": Reason(
        Words("dòng cuối có {fields} ô, tệp bị cắt ngang", "{expected} ô như dòng tiêu đề", _AGAIN_VI),
        Words("{fields} fields in the last row: the file is cut", "{expected} fields as in the header", _AGAIN_EN),
    ),
    "long_record": Reason(
        Words("một dòng dài hơn {limit} ký tự", "nhiều nhất {limit} ký tự một dòng", _AGAIN_VI),
        Words("a record of more than {limit} characters", "at most {limit} characters in a record", _AGAIN_EN),
    ),
    "column_missing": Reason(
        Words("{known} trong {needed} cột cần có", "đủ các cột với đúng tên", "thêm hoặc đổi lại tên cột rồi gửi lại"),
        Words("{known} of the {needed} columns needed", "all of them, by name", "restore its name, send it again"),
    ),
    "column_twice": Reason(
        Words("cột có mặt hai lần trong tiêu đề", "mỗi cột một lần", "xóa hoặc đổi tên một cột rồi gửi lại"),
        Words("a column that stands twice in the header", "each column once", "rename one of them and send it again"),
    ),
    "archive_damaged": Reason(
        Words("tệp nén bị cắt hoặc hỏng", "tệp nén nguyên vẹn", "nén lại rồi gửi lại"),
        Words("that the archive is cut or damaged", "a whole archive", "pack it and send it again"),
    ),
    "archive_locked": Reason(
        Words("tệp có mật khẩu", "tệp không đặt mật khẩu", "bỏ mật khẩu rồi gửi lại"),
        Words("a password", "a file without a password", "remove the password and send it again"),
    ),
    "archive_ratio": Reason(
        Words("tệp nén bung ra hơn {limit} lần", "nhiều nhất {limit} lần", "gửi lại tệp không nén"),
        Words("an archive that unpacks to more than {limit} times its size", "at most that", "send it unpacked"),
    ),
    "archive_members": Reason(
        Words("{count} tệp trong tệp nén", "từ 1 đến {limit} tệp", _SPLIT_VI),
        Words("{count} files in the archive", "1 to {limit}", _SPLIT_EN),
    ),
    "member_escapes": Reason(
        Words("tệp thứ {number} trong tệp nén có đường dẫn ra ngoài thư mục", "tên tệp đơn thuần", "nén lại, gửi lại"),
        Words("member {number}, whose name leads out of its folder", "plain file names", "pack it and send it again"),
    ),
    "member_twice": Reason(
        Words("hai tệp cùng tên trong tệp nén", "mỗi tên một lần", "đổi tên một tệp, nén lại rồi gửi lại"),
        Words("two members of one name", "each name once", "rename one, pack it and send it again"),
    ),
    "member_kind": Reason(
        Words("tệp thứ {number} trong tệp nén không phải bảng dữ liệu", "chỉ các tệp {kinds}", "bỏ tệp đó rồi gửi lại"),
        Words("member {number}, which is no table of records", "only {kinds} files", "take it out and send it again"),
    ),
    "link_escapes": Reason(
        Words("liên kết ra ngoài thư mục", "một tệp trong thư mục", "chép chính tệp đó vào thư mục"),
        Words("a link that leads out of the folder", "a file in the folder", "copy the file itself into the folder"),
    ),
    "too_large": Reason(
        Words("hơn {limit} byte", "nhiều nhất {limit} byte", _SPLIT_VI),
        Words("more than {limit} bytes", "at most {limit} bytes", _SPLIT_EN),
    ),
    "workbook_damaged": Reason(
        Words("bảng tính bị cắt hoặc hỏng", "tệp XLSX, XLS hoặc ODS", "lưu lại bằng phần mềm bảng tính rồi gửi lại"),
        Words("that the workbook is cut or damaged", "an XLSX, XLS or ODS file", "save it anew and send it again"),
    ),
    "workbook_declares": Reason(
        Words(
            "khai báo DTD trong tệp bảng tính",
            "bảng tính không có khai báo",
            "lưu lại bằng phần mềm bảng tính rồi gửi lại",
        ),
        Words("a document type declaration in its XML", "a workbook without one", "save it anew and send it again"),
    ),
    "sheet_missing": Reason(
        Words("không có trang tính cần có", "một trang tính tên là {name}", "đặt lại tên trang tính rồi gửi lại"),
        Words("no such sheet", "a sheet named {name}", "restore the sheet's name and send it again"),
    ),
    "sheet_extent": Reason(
        Words("vùng có dữ liệu rộng hơn {limit} ô", "nhiều nhất {limit} ô", "xóa các ô lạc ở xa bảng rồi gửi lại"),
        Words("filled cells that span more than {limit} cells", "at most that", "clear cells far from the table"),
    ),
    "not_json": Reason(
        Words("văn bản không phải JSON", "JSON đúng quy cách", _AGAIN_VI),
        Words("text that is not JSON", "well-formed JSON", _AGAIN_EN),
    ),
    "name_twice": Reason(
        Words("một tên có mặt hai lần trong một đối tượng", "mỗi tên một lần", _AGAIN_VI),
        Words("a name that stands twice in one object", "each name once", _AGAIN_EN),
    ),
    "no_records": Reason(
        Words("không có danh sách bản ghi tại {path}", "một danh sách tại {path}", _AGAIN_VI),
        Words("no list of records at {path}", "a list at {path}", _AGAIN_EN),
    ),
    "unforeseen": Reason(
        Words(
            "tệp không đọc được ({error})",
            "tệp đúng như phần mềm kết xuất",
            f"{_AGAIN_VI}; nếu vẫn bị từ chối, báo cho quận",
        ),
        Words(
            "that it cannot be read ({error})",
            "a file as the ward's software exports it",
            f"{_AGAIN_EN}; if it is refused again, report it",
        ),
    ),
}


class RefusedError(Exception):
    """A file that cannot be loaded. It holds positions, column names and shapes, never a value of a record.

    Args:
        reason: a key of `REASONS`.
        row: number of the row in the file or sheet, from 1.
        column: name of the column.
        sheet: name of the sheet.
        values: what the reason's words take, and what the readers ask of a refusal.
    """

    def __init__(
        self, reason: str, *, row: int | None = None, column: str = "", sheet: str = "", **values: object
    ) -> None:
        self.reason = REASONS[reason]
        self.row, self.column, self.sheet = row, column, sheet
        self.values = values
        super().__init__(reason)

    def words(self, language: Language) -> Words:
        """What was found, what was expected and what to do, in full."""
        words = self.reason.words(language)
        found, expected, do = (text.format_map(self.values) for text in (words.found, words.expected, words.do))
        return Words(found, expected, do)

    def line(self, who: str) -> str:
        """One English line for the district's operator; `who` names the feed and the file."""
        sheet = f" sheet {self.sheet}" if self.sheet else ""
        row = f" row {self.row}" if self.row is not None else ""
        column = f" column {self.column}" if self.column else ""
        words = self.words("en")
        return f"{who}{sheet}{row}{column}: found {words.found}, expected {words.expected}; left out: {words.do}"
