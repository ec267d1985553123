"""The folder of a ward: what is taken and when, archives, receipts, and what leads out of the folder."""

import gzip
import io
import os
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import fsspec
import pytest
from pydantic import ValidationError

from tests.support.dropped_files import COLUMNS, Folder, system, zipped
from tests.support.feeds import feed
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.registry import FilesRead
from ward_warehouse.sources import Window
from ward_warehouse.sources.files import FilesSource
from ward_warehouse.sources.files import folder as folder_module
from ward_warehouse.sources.files import source as source_module
from ward_warehouse.sources.files.unpacking import escapes

HEADER = ",".join(COLUMNS)
GOOD = f"{HEADER}\nHS-1,1,x\n"
BAD = "Số,Kết quả\nHS-1,bí mật\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def keys(folder: Folder, pattern: str = "*") -> list[str]:
    return [row["Số"] for row in folder.night(pattern=pattern)]


def test_a_file_is_taken_once_by_content_and_again_when_it_is_corrected(folder: Folder) -> None:
    folder.put("a.csv", GOOD)
    folder.put("copy.csv", GOOD)
    assert keys(folder) == ["HS-1"]
    assert keys(folder) == []
    folder.put("a.csv", GOOD.replace("HS-1", "HS-2"))
    assert keys(folder) == ["HS-2"]


def test_a_corrected_file_is_loaded_and_its_receipt_goes(folder: Folder) -> None:
    folder.put("a.csv", BAD)
    folder.put("b.csv", GOOD)
    assert keys(folder) == ["HS-1"]
    assert len(folder.refused) == 1
    first = folder.receipt("a.csv")
    assert first is not None
    assert keys(folder) == []
    assert folder.receipt("a.csv") == first
    folder.put("a.csv", GOOD.replace("HS-1", "HS-2"))
    assert keys(folder) == ["HS-2"]
    assert folder.receipt("a.csv") is None
    assert sorted(path.name for path in folder.path.iterdir()) == ["a.csv", "b.csv"]


def test_the_receipt_says_what_to_correct_in_both_languages_and_holds_no_value(folder: Folder) -> None:
    folder.put("a.csv", BAD)
    folder.night()
    assert (
        folder.receipt("a.csv")
        == """TỆP BỊ TỪ CHỐI: không dòng nào của tệp được nạp.

Tệp: a.csv
Dòng: 1
Cột: Ngày nhận
Tìm thấy: 2 trong 3 cột cần có
Cần có: đủ các cột với đúng tên
Cách sửa: thêm hoặc đổi lại tên cột rồi gửi lại

FILE REFUSED: none of its rows was loaded.

File: a.csv
Row: 1
Column: Ngày nhận
Found: 2 of the 3 columns needed
Expected: all of them, by name
To do: restore its name, send it again
"""
    )


def test_a_receipt_is_never_taken_for_a_file(folder: Folder) -> None:
    folder.put("a.txt", BAD)
    for _ in range(3):
        assert keys(folder, "*.txt") == []
        assert len(folder.refused) == 1
    assert sorted(path.name for path in folder.path.iterdir()) == ["a.txt", "a.txt.receipt.txt"]


def test_an_unchanged_receipt_is_not_written_again(folder: Folder) -> None:
    folder.put("a.csv", BAD)
    folder.night()
    before = (folder.path / "a.csv.receipt.txt").stat()
    folder.night()
    after = (folder.path / "a.csv.receipt.txt").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_place_that_cannot_be_written_only_gets_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "share.zip").write_bytes(zipped({"a.csv": BAD.encode(), "b.csv": GOOD.encode()}))
    connection = Connection("p01", "fs", extra={"path": f"zip://::{tmp_path / 'share.zip'}"})
    source = FilesSource(feed(system()), connection, {})
    rows = [row["Số"] for table in source.read(Window()) for row in table.to_pylist()]
    assert rows == ["HS-1"]
    assert len(source.report.refused) == 1


def test_a_check_that_may_not_write_leaves_no_receipt_and_removes_none(folder: Folder) -> None:
    folder.put("a.csv", BAD)
    folder.put("b.csv", GOOD)
    folder.put("b.csv.receipt.txt", "old")
    connection = Connection("p01", "fs", extra={"path": str(folder.path)})
    source = FilesSource(feed(system()), connection, {}, receipts=False)
    assert sum(table.num_rows for table in source.read(Window())) == 1
    assert folder.receipt("a.csv") is None
    assert folder.receipt("b.csv") == "old"


def test_a_memory_file_system_gets_receipts_too() -> None:
    fs = fsspec.filesystem("memory")
    fs.pipe_file("/files-of-test/a.csv", BAD.encode())
    source = FilesSource(feed(system()), Connection("p01", "fs", extra={"path": "memory://files-of-test"}), {})
    assert list(source.read(Window())) == []
    assert fs.ls("/files-of-test", detail=False) == ["/files-of-test/a.csv", "/files-of-test/a.csv.receipt.txt"]


def test_each_member_of_a_zip_is_a_file(folder: Folder) -> None:
    members = {
        "2024/a.csv": GOOD.encode(),
        "2024/b.csv": BAD.encode(),
        "__MACOSX/a.csv": b"x",
        "b.json": '[{"Số": "HS-2", "Ngày nhận": "1", "Kết quả": "x"}]'.encode(),
    }
    folder.put("a.zip", zipped(members))
    rows = folder.night()
    assert [(row["Số"], row["__position"]) for row in rows] == [
        ("HS-1", "a.zip/2024/a.csv row 2"),
        ("HS-2", "a.zip/b.json item 1"),
    ]
    assert set(folder.loaded) == {"a.zip/2024/a.csv", "a.zip/b.json"}
    receipt = str(folder.receipt("a.zip"))
    assert "Tệp: a.zip/2024/b.csv\n" in receipt
    folder.put("a.zip", zipped({**members, "2024/b.csv": GOOD.replace("HS-1", "HS-3").encode()}))
    assert keys(folder) == ["HS-3"]
    assert folder.receipt("a.zip") is None
    assert keys(folder) == []


@pytest.mark.parametrize(
    "name", ["../a.csv", "x/../../a.csv", "/etc/a.csv", "C:\\a.csv", "C:a.csv", "..\\a.csv", "x/..", "a\x00b.csv"]
)
def test_names_that_lead_out_of_their_folder_are_known(name: str) -> None:
    assert escapes(name)


@pytest.mark.parametrize("name", ["a.csv", "x/a.csv", "x..y/a..csv", "Hồ sơ tháng 3.csv"])
def test_plain_names_stay_inside(name: str) -> None:
    assert not escapes(name)


def encrypted() -> bytes:
    """An archive whose one member carries the flag of encryption, in both of its headers."""
    content = bytearray(zipped({"a.csv": GOOD.encode()}))
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def twice() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", GOOD)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.csv", BAD)
    return target.getvalue()


def broken_member() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", GOOD)
    return target.getvalue().replace(b"HS-1", b"HS-9")


METHODS = (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def damaged_member(method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a.csv", GOOD * 10)
    content = bytearray(target.getvalue())
    start = content.index(b"a.csv") + len("a.csv")
    for at in range(start + 10, start + 40):
        content[at] ^= 0x5A
    return bytes(content)


def without_names() -> bytes:
    """An archive whose directory says that the name of its one member has no letters, and that its comment has five."""
    content = zipped({"a.csv": GOOD.encode()})
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 28] + bytes([0, 0]) + content[at + 30 : at + 32] + bytes([5, 0]) + content[at + 34 :]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (zipped({"ok.csv": GOOD.encode(), "../a.csv": GOOD.encode()}), "member 2, whose name leads out of its folder"),
        (zipped({"/a.csv": GOOD.encode()}), "member 1, whose name leads out of its folder"),
        (zipped({"a.csv": b"0" * 60_000_000}), "unpacks to more than 200 times its size"),
        (zipped({"a.csv": GOOD.encode(), "letter.pdf": b"x"}), "member 2, which is no table of records"),
        (zipped({}), "found 0 files"),
        (zipped({f"{n}.csv": b"" for n in range(1001)}), "found 1001 files"),
        (zipped({"a.csv": GOOD.encode()})[:-30], "archive is cut or damaged"),
        (encrypted(), "found a password"),
        (twice(), "two members of one name"),
        (broken_member(), "archive is cut or damaged"),
        *((damaged_member(method), "archive is cut or damaged") for method in METHODS),
        (without_names(), "archive is cut or damaged"),
    ],
)
def test_an_archive_that_cannot_be_trusted_is_refused(folder: Folder, content: bytes, expected: str) -> None:
    folder.put("a.zip", content)
    rows = folder.night()
    # A member of another kind is a file of its own: it does not hold the others back.
    assert [row["Số"] for row in rows] == (["HS-1"] if "no table" in expected else [])
    assert expected in folder.refused[0]
    assert "a.zip" in str(folder.receipt("a.zip"))


def test_what_a_gzip_holds_is_told_by_the_name_within(folder: Folder) -> None:
    folder.put("a.tsv.gz", gzip.compress(GOOD.replace(",", "\t").encode()))
    folder.put("b.json.gz", gzip.compress('[{"Số": "HS-2", "Ngày nhận": "1", "Kết quả": "x"}]'.encode()))
    assert keys(folder) == ["HS-1", "HS-2"]


def test_a_file_above_the_cap_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "MAX_FILE_BYTES", 20)
    folder.put("a.csv", GOOD)
    assert keys(folder) == []
    assert "found more than 20 bytes, expected at most 20 bytes" in folder.refused[0]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "secret.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "drop" / "a.csv").symlink_to(tmp_path / "secret.csv")
    folder = Folder(tmp_path / "drop")
    assert keys(folder) == []
    assert "a link that leads out of the folder" in folder.refused[0]


def test_a_pipe_in_the_folder_does_not_stop_the_night(folder: Folder) -> None:
    os.mkfifo(folder.path / "a.csv")
    folder.put("b.csv", GOOD)
    assert keys(folder) == ["HS-1"]


def test_sub_folders_hidden_files_and_other_names_are_left_alone(folder: Folder) -> None:
    (folder.path / "b.csv").mkdir()
    for name in ("a.csv", ".a.csv", "A.CSV", "a.csv.part"):
        folder.put(name, GOOD.replace("HS-1", name))
    assert keys(folder, "*.csv") == ["a.csv"]


def test_names_decomposed_by_the_sender_match(folder: Folder) -> None:
    folder.put(unicodedata.normalize("NFD", "hồ_sơ.csv"), GOOD)
    assert keys(folder, "hồ_*.csv") == ["HS-1"]


def test_a_folder_that_is_gone_or_empty_is_an_error_of_the_night(folder: Folder) -> None:
    with pytest.raises(SourceError, match="found no file that matches"):
        folder.night()
    folder.path.rmdir()
    with pytest.raises(SourceError, match="cannot be listed"):
        folder.night()


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ({"pattern": "../*.csv"}, "expected a pattern of file names"),
        ({"pattern": "/etc/*.csv"}, "expected a pattern of file names"),
        ({"pattern": "x\\*.csv"}, "expected a pattern of file names"),
        ({"pattern": "{night}_*.csv"}, "no braces but those of {ward}"),
        ({"pattern": "{ward.__class__}.csv"}, "no braces but those of {ward}"),
        ({"pattern": "{ward"}, "no braces but those of {ward}"),
        ({"pattern": "*", "encoding": "utf8mb4"}, "expected one of utf-8"),
        ({"pattern": "*", "footer": "("}, "expected a regular expression"),
        ({"pattern": "*", "header_row": 0}, "greater than or equal to 1"),
        ({"pattern": "*", "delimiter": ";;"}, "at most 1 character"),
    ],
)
def test_a_description_that_cannot_work_is_refused_when_it_is_read(read: dict[str, object], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        FilesRead.model_validate(read)


@pytest.mark.parametrize("error", [LookupError, MemoryError, RecursionError, AssertionError])
@pytest.mark.parametrize("where", ["content_of", "unpack"])
def test_what_nobody_foresaw_in_a_file_refuses_it_alone_and_quotes_nothing(
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: str,
    error: type[Exception],
) -> None:
    done = getattr(source_module, where)

    def fails_on_the_first(*args: Any) -> Any:
        monkeypatch.setattr(source_module, where, done)
        raise error("Nguyễn Văn Thử, bí mật")

    monkeypatch.setattr(source_module, where, fails_on_the_first)
    folder.put("a.csv", GOOD.replace("HS-1", "HS-0"))
    folder.put("b.csv", GOOD)
    assert keys(folder) == ["HS-1"]
    assert len(folder.refused) == 1
    assert f"file a.csv: found that it cannot be read ({error.__name__}), expected a file as" in folder.refused[0]
    receipt = str(folder.receipt("a.csv"))
    assert f"Tìm thấy: tệp không đọc được ({error.__name__})" in receipt
    assert f"file a.csv: unexpected {error.__name__} at source.py:" in caplog.text
    assert "bí mật" not in receipt + caplog.text
    assert folder.loaded.keys() == {"b.csv"}
    # The next night reads it, should the fault have been of the machine.
    assert keys(folder) == ["HS-0"]
    assert folder.receipt("a.csv") is None


def test_a_path_that_nothing_opens_is_named_by_its_connection() -> None:
    place = Connection("w", "fs", extra={"path": "foo://nope"})
    source = FilesSource(feed(system()), place, {})
    with pytest.raises(SourceError, match="connection w: path: found the protocol 'foo', expected a folder") as raised:
        list(source.read(Window()))
    assert raised.value.cause == "not_configured"
