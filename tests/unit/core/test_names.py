"""What is ordinary in a name of a file, sheet or column is shown; of whoever is named in it, only the shape."""

import pytest

from tests.faults.canaries import Person, people
from ward_warehouse.core.names import names_shown, reads_like_a_code, shown_name

FULL_WIDTH = "0971007919".translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


@pytest.mark.parametrize(
    "name",
    ["Ghi chú [/khác]", "Ghi chú mới", "GHI_CHU_MOI", "NgayCapNhat", "Số hồ sơ", "SO_HO_SO", "Trạng thái xử lý",
     "LY LỊCH", "Lý do", "Lệ phí", "Ngày 27/12/2018", "ho_so_20181227.csv", "ho_so_20181227_0930.csv",
     "quy_1_2018.xlsx", "Trang 2", "created_at", "note 2"],
)  # fmt: skip
def test_what_is_ordinary_is_shown(name: str) -> None:
    assert shown_name(name, ["ho_so_*"]) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn Khuếch", "xxxxxx xxx xxxxxx"),
        ("nguyễn văn khuếch", "xxxxxx xxx xxxxxx"),
        ("nguyen van khuech", "xxxxxx xxx xxxxxx"),
        ("NguyenVanKhuech", "xxxxxxxxxxxxxxx"),
        ("Lê Lợi", "xx xxx"),
        ("Lý Mai", "xx xxx"),
        (FULL_WIDTH, "9999999999"),
        ("0971007919", "9999999999"),
        ("Ghi chú 0971 007 919", "Ghi chú 9999 999 999"),
        ("079-088-000-012", "999-999-999-999"),
        ("khuech.1x@hop.example", "xxxxxx.1x@xxx.xxxxxxx"),
        ("ho_so_nguyen_van_khuech_20181227.csv", "ho_so_xxxxxx_xxx_xxxxxx_20181227.csv"),
        ("12 ngõ Hàng Bún", "12 xxx xxxx xxx"),
        ("a\x1b[31m", "a\\x1b[31m"),
    ],
)
def test_of_the_rest_only_the_shape(name: str, shown: str) -> None:
    assert shown_name(name, ["ho_so_*"]) == shown


def test_what_the_systems_own_file_says_is_shown() -> None:
    assert shown_name("Xyzzy_2018.csv", ["xyzzy_*.csv"]) == "Xyzzy_2018.csv"
    assert shown_name("Xyzzy_2018.csv") == "xxxxx_2018.csv"


def test_names_that_look_alike_are_told_apart() -> None:
    assert names_shown(["Lê An", "Lê Ân", "Ghi chú"]) == {"Lê An": "xx xx", "Lê Ân": "xx xx (2)", "Ghi chú": "Ghi chú"}


def test_a_name_is_bounded_and_on_one_line() -> None:
    assert len(shown_name("Ghi chú " * 100)) <= 80
    assert shown_name("Ghi chú\nmới") == "Ghi chú\\nmới"


@pytest.mark.parametrize(
    "code",
    ["Qua mạng xã hội", "Chờ bổ sung hồ sơ", "Đã chuyển phòng", "ĐÃ TRẢ KẾT QUẢ", "Trực tuyến một phần", "Mới tạo"],
)
def test_a_code_that_no_table_has_reads_like_one(code: str) -> None:
    assert reads_like_a_code(code)


@pytest.mark.parametrize("person", people()[::7], ids=lambda person: person.phone)
def test_nobody_reads_like_a_code(person: Person) -> None:
    for text in (*person.values, *person.spellings, f"gửi {person.name}", f"Hồ sơ của {person.name.split()[-1]}"):
        assert not reads_like_a_code(text), text
