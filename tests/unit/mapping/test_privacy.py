import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.counter import KEY, NIGHT, SYSTEM, mapped, one, system
from tests.support.district import ROOT, text_batch
from tests.support.feeds import feed
from tests.support.returns import GOOD_PROCEDURE
from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.core.personal import PERSONAL_CODE, PERSONAL_TITLE
from ward_warehouse.mapping import privacy
from ward_warehouse.mapping.mapper import Mapper

SURNAMES = (
    "Nguyễn Trần Lê Phạm Huỳnh Hoàng Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Lưu Trịnh Đinh Lâm Mai Châu Quách Tạ Đoàn "
    "Đào Lương Trương Tô Hà Cao Phùng Tăng Vương"
).split()
"""The most common surnames of the country."""
MIDDLE = "Văn Thị Hữu Đức Ánh Ngọc Ý".split()
GIVEN = "An Ân Đạt Giang Hương Khoa Lan Ngân Oanh Phúc Thảo Uyên Yến".split()

names = st.builds(
    lambda parts, upper: " ".join(parts).upper() if upper else " ".join(parts),
    st.tuples(st.sampled_from(SURNAMES), st.sampled_from(MIDDLE), st.sampled_from(GIVEN)),
    st.booleans(),
)
phones = st.from_regex(r"(0|\+84)[35789][0-9]{8}", fullmatch=True)
identities = st.from_regex(r"0[0-9]{8}|0[0-9]{11}", fullmatch=True)
digit_runs = st.one_of(phones, identities)
spaced = st.builds(
    lambda digits, sign: sign.join((digits[:4], digits[4:7], digits[7:])), digit_runs, st.sampled_from([" ", ".", "-"])
)
emails = st.from_regex(r"[a-z]{2,8}(\.[a-z]{1,5})?[0-9]{0,3}@[a-z]{2,8}\.(vn|com|gov\.vn)", fullmatch=True)
around = st.sampled_from(["{}", "Sao y, liên hệ {}", "gọi ({}) gấp", "Hộ tịch: {}, sáng thứ bảy", "{}/2 bản"])
relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        yield connection


def full_width(digits: str) -> str:
    return digits.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


def hashed(text: str, column: str = "officer_key", key: bytes = KEY) -> str:
    own = hmac.new(key, f"ward warehouse column {column}".encode(), hashlib.sha256).digest()
    return "k1.2:" + hmac.new(own, text.encode(), hashlib.sha256).hexdigest()


def scrubbed(db: duckdb.DuckDBPyConnection, text: str) -> str:
    found = db.execute(f"SELECT {privacy.scrub('t')} FROM (SELECT $t AS t)", {"t": text}).fetchone()  # noqa: S608
    assert found is not None
    return str(found[0])


@relaxed
@given(key=st.binary(min_size=16, max_size=200), text=st.text(max_size=80))
@example(key=b"x" * 64, text="a key as long as a block of the hash")
@example(key=b"x" * 65, text="a key that is longer by a byte")
def test_the_keyed_hash_is_hmac_sha256(db: duckdb.DuckDBPyConnection, key: bytes, text: str) -> None:
    text = text.replace("\x00", "")
    found = db.execute(
        f"SELECT {privacy.keyed_hash('t', 'column')} FROM (SELECT $t AS t)",  # noqa: S608 - the expression under test
        {"t": text, **privacy.key_parameters(key, "k1", ["column"])},
    ).fetchone()
    assert found == (hashed(text, "column", key),)
    assert found == (privacy.pseudonym(text, key, "k1", "column"),)


def test_a_hash_of_the_first_scheme_can_still_be_looked_up() -> None:
    found = privacy.pseudonym("x", KEY, "k1")
    assert found == "k1:" + hmac.new(KEY, b"x", hashlib.sha256).hexdigest()
    assert re.fullmatch(privacy.PSEUDONYM, found)


def test_an_officer_who_is_an_applicant_joins_nowhere() -> None:
    asked = feed(system(applicant_key="PAPER"))
    record = one(asked, OFFICER="Đỗ Một", PAPER="Đỗ Một")
    assert record["officer_key"] == hashed("Đỗ Một", "officer_key")
    assert record["applicant_key"] == hashed("Đỗ Một", "applicant_key")
    assert record["officer_key"] != record["applicant_key"]


def test_a_hash_names_its_key(db: duckdb.DuckDBPyConnection) -> None:
    statement = f"SELECT {privacy.keyed_hash('t', 'c')} FROM (SELECT 'x' AS t)"  # noqa: S608
    old, new = (db.execute(statement, privacy.key_parameters(KEY, one, ["c"])).fetchone() for one in ("k1", "k2"))
    assert old is not None
    assert new is not None
    assert (old[0][:3], new[0][:3]) == ("k1.", "k2.")
    assert re.fullmatch(privacy.PSEUDONYM, new[0])


def test_the_keyed_hash_of_nothing_is_nothing(db: duckdb.DuckDBPyConnection) -> None:
    statement = f"SELECT {privacy.keyed_hash('t', 'c')} FROM (SELECT NULL::VARCHAR AS t)"  # noqa: S608
    assert db.execute(statement, privacy.key_parameters(KEY, "k1", ["c"])).fetchone() == (None,)


def test_no_key_stands_in_the_statement() -> None:
    assert privacy.keyed_hash("t", "c") == privacy.keyed_hash("t", "c")
    assert privacy.keyed_hash("t", "c") != privacy.keyed_hash("t", "d")
    assert "$" in privacy.keyed_hash("t", "c")
    assert "hostile" not in privacy.keyed_hash("t", "hostile'; --"), "a column of a ward may be called anything"


@relaxed
@given(name=names, text=around)
def test_scrub_takes_names_out(db: duckdb.DuckDBPyConnection, name: str, text: str) -> None:
    result = scrubbed(db, text.format(name))
    assert name not in result
    assert name.split()[-1] not in result.replace("[name]", "").split()


@pytest.mark.parametrize("surname", SURNAMES)
def test_scrub_knows_the_common_surnames(db: duckdb.DuckDBPyConnection, surname: str) -> None:
    for text in (f"liên hệ {surname} Văn Kiểm", f"{surname} Thị Thử nộp", f"({surname.upper()} VĂN KIỂM)"):
        result = scrubbed(db, text)
        assert surname.lower() not in result.lower()
        assert "[name]" in result


@pytest.mark.parametrize("title", ["ông", "bà", "anh", "chị", "cô", "chú", "Ông", "Bà", "ÔNG", "em"])
def test_scrub_takes_out_who_is_addressed(db: duckdb.DuckDBPyConnection, title: str) -> None:
    assert "Kiểm" not in scrubbed(db, f"hồ sơ của {title} Kiểm nộp thay")
    assert "Kiểm" not in scrubbed(db, f"{title} Kiểm")


@relaxed
@given(number=st.one_of(digit_runs, spaced), text=around)
def test_scrub_takes_numbers_out(db: duckdb.DuckDBPyConnection, number: str, text: str) -> None:
    result = scrubbed(db, text.format(number))
    assert number not in result
    assert sum(character.isdigit() for character in result.replace("/2 bản", "")) == 0


@relaxed
@given(address=emails, text=around)
def test_scrub_takes_addresses_out(db: duckdb.DuckDBPyConnection, address: str, text: str) -> None:
    assert scrubbed(db, text.format(address)) == text.format("[email]")


FRAGMENTS = st.sampled_from(
    ["Nguyễn", "ông", "Ông", "Văn", "ĐẶNG", "an", "@", "a@b.vn", "9", "09031234", " ", "\t", ".", "ệ"]
)


@relaxed
@given(parts=st.lists(FRAGMENTS, max_size=8))
def test_a_text_that_is_not_searched_has_nothing_to_find(db: duckdb.DuckDBPyConnection, parts: list[str]) -> None:
    text = "".join(parts)
    searched = "$t"
    for pattern, replacement in privacy.SCRUBBED:
        searched = f"regexp_replace({searched}, '{pattern}', '{replacement}', 'g')"
    assert (scrubbed(db, text),) == db.execute(f"SELECT {searched}", {"t": text}).fetchone()


@pytest.mark.parametrize(
    "text",
    [
        "Sao y bản chính (3 bản)",
        "Đăng ký khai tử",
        "Cấp bản sao trích lục hộ tịch số 12/2018",
        "Thủ tục số 1.000656, phí 8.000 đồng",
        "Nhân viên không thân thiện; chờ quá lâu",
    ],
)
def test_scrub_leaves_the_matter_itself(db: duckdb.DuckDBPyConnection, text: str) -> None:
    assert scrubbed(db, text) == text


@relaxed
@given(number=st.one_of(digit_runs, spaced))
def test_shape_shows_no_number_of_a_person(number: str) -> None:
    assert number not in privacy.shape(number)


@pytest.mark.parametrize(
    "text",
    [
        "0901234567",
        "+84901234567",
        "079012345678",
        "025123456",
        "0901.23.4567",
        "0901 234 567",
        "09012.34567",
        "38212345",
        "19001234567890",
        "20123456",
        "20241304996070",
        "38.12.3456",
        "12/34/5678",
        "0790-00-00",
        "2024-79-00",
        "12/12/24 91:23:45",
    ],
)
def test_shape_shows_no_number_however_it_is_written(text: str) -> None:
    shown = privacy.shape(text)
    assert set(shown) <= set("9+. -/:")


@pytest.mark.parametrize("fraction", ["0912345678", "912345678", "3541666667", "354166"])
def test_shape_shows_the_day_of_a_serial_number_and_no_digit_of_its_fraction(fraction: str) -> None:
    assert privacy.shape(f"45363.{fraction}") == f"45363.{'9' * len(fraction)}"


@relaxed
@given(name=names)
def test_shape_shows_no_name(name: str) -> None:
    shown = privacy.shape(name)
    assert not any(part in shown for part in name.split())
    assert shown == "".join(" " if letter == " " else "x" for letter in name)


@relaxed
@given(text=st.text(min_size=8, max_size=40))
def test_shape_never_shows_more_than_seven_digits_outside_a_date(text: str) -> None:
    shown = privacy.shape(text)
    assert shown == text or not any(c.isalpha() and c != "x" for c in shown)
    if sum(c.isdigit() for c in text) >= 8 and shown == text:
        assert set(text) <= set("0123456789/.-: TAPMapm")


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2018",
        "31/02/2018 08:30",
        "2018-02-31",
        "2018/12/27 09:40",
        "20180231",
        "20180231083000",
        "20181227240000",
        "0000-00-00 00:00:00",
        "01/01/0001",
        "45363.5",
        "12-27-2018 14:05",
        "9.999001",
        "KHONG-RO",
        "99",
        "Zalo",
        "1/2/18",
    ],
)
def test_shape_shows_what_an_engineer_needs(text: str) -> None:
    assert privacy.shape(text) == text


def test_shape_is_bounded() -> None:
    assert len(privacy.shape("một câu dài " * 100)) <= 60


KEPT = {"from": "SUMMARY", "keep": "scrubbed", "decided_by": "Phòng Nội vụ", "reason": "for the test of scrubbing"}


@pytest.mark.parametrize(
    "text", ["đỗ thị kiểm thử", "chín bảy không", full_width("123"), "12 ngõ chợ", "Sao y", "[text]"]
)
def test_of_a_free_text_only_stays_that_there_was_one(text: str) -> None:
    record = one(SUMMARY=text)
    assert record["summary"] == record["received"]["SUMMARY"] == "[text]"
    assert one(SUMMARY=None)["summary"] is None
    assert one(SUMMARY="  ")["summary"] is None


@pytest.mark.parametrize(
    "number",
    [
        "0790/8800/0001",
        "0790 _ 8800 _ 0001",
        "0*7*9*0*8*8*0*0*0*0*0*1",
        full_width("079088000012"),
        "٠٧٩٠٨٨٠٠٠٠١٢",
        "không chín bảy một không không bảy chín một chín",
        "KHÔNG CHÍN BẢY MỘT KHÔNG KHÔNG BẢY CHÍN MỘT CHÍN",
        "khong chin bay mot khong khong bay chin mot chin",
        "không 9 bảy 1 không 0 bảy 9 một 9",
        "(+84) 97-100.79-19",
    ],
)
def test_scrub_folds_separators_widths_and_words(db: duckdb.DuckDBPyConnection, number: str) -> None:
    assert re.fullmatch(r"gọi \W*\[number\] nhé", scrubbed(db, f"gọi {number} nhé"))


PERSONAL = (
    "0790 8800 0001 2",
    "079088000012",
    "0790-8800-0012",
    "079.088.000.012",
    "HS-079088000012",
    "HS079088000012",
    "0971007919",
    "0971.007.919",
    "+84971007919",
    "0 9 7 1 0 0 7 9 1 9",
    "012345678",
    "nguyen van khuech",
    "NGUYEN VAN KHUECH",
    "HS 12 nguyen van khuech",
)


@pytest.mark.parametrize("column", ["ID", "CODE", "PROCEDURE"])
@pytest.mark.parametrize("value", PERSONAL)
def test_no_field_of_codes_holds_a_number_or_a_name_of_a_person(column: str, value: str) -> None:
    record = one(**{column: value})
    contract = {"ID": "source_record_id", "CODE": "dossier_code", "PROCEDURE": "procedure_code"}[column]
    assert record[contract] is None
    assert f"|{contract}|" in record["unreadable"]
    assert value not in str(record)


@pytest.mark.parametrize(
    "code", ["000.00.12.H29-181227-0001", "H29.12-18-000123", "101002456789", "123456789", "BN-1", "03-181227-01",
             "201812270001", "000123456789", "HS 12", "UBND-P07"],
)  # fmt: skip
def test_what_offices_number_their_records_with_stays(code: str) -> None:
    assert one(ID=code)["source_record_id"] == code


def test_a_key_of_identity_numbers_is_hashed_where_the_system_says_so() -> None:
    described = feed(system(key={"hashed": ["PAPER"]}))
    record = one(described, PAPER="079088000012")
    assert record["source_record_id"] == hashed("079088000012", "source_record_id")
    assert record["received"]["PAPER"] == record["source_record_id"]
    assert one(described, PAPER="079088000013")["source_record_id"] != record["source_record_id"]
    assert "0790" not in str(record)


def test_personal_columns_of_a_record_are_treated() -> None:
    summary = "Sao y, liên hệ Đỗ Thị Kiểm 0901234567, kiem@example.com"
    record = one(feed(system(summary=KEPT)), OFFICER="Cán bộ Một", SUMMARY=summary, NAME="Người Nộp")
    assert record["officer_key"] == hashed("Cán bộ Một")
    assert record["summary"] == "Sao y, liên hệ [name] [number], [email]"
    assert "applicant_name" not in record
    assert "NAME" not in record["received"]
    assert record["received"]["OFFICER"] == record["officer_key"]
    assert record["received"]["SUMMARY"] == record["summary"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Đăng ký khai tử (thủ tục thông thường)", "Đăng ký khai tử (thủ tục thông thường)"),
        ("Cấp lại sổ cho ông Đỗ Thị Kiểm", "Cấp lại sổ cho ông [name]"),
        ("Chứng thực chữ ký 0901234567", None),
        ("Hỏi kiem@example.com", None),
    ],
)
def test_the_title_of_a_procedure_is_kept_by_decision_and_without_people(typed: str, kept: str | None) -> None:
    described = yaml.safe_load((ROOT / "dags" / "systems" / "bao_cao_xlsx.yml").read_text(encoding="utf-8"))
    record = of_list(described, typed)
    assert record["name"] == kept
    assert ("|name|" in str(record["unreadable"])) is (kept is None)
    assert [word for word in ("Kiểm", "0901234567", "kiem@") if word in str(record)] == []
    described["record_kinds"]["procedures"]["columns"]["name"] = "Tên thủ tục"
    record = of_list(described, typed)
    assert record["name"] == (kept and privacy.TEXT_GIVEN), "nobody decided that this system's are kept"


def of_list(described: dict[str, Any], title: str) -> dict[str, Any]:
    """The record of a list of procedures with this title, as mapped."""
    cells = {**GOOD_PROCEDURE, "Tên thủ tục": title}
    with closing(Mapper(feed(described, RecordKind.PROCEDURES), NIGHT, KEY)) as mapper:
        (record,) = mapper.map(text_batch([cells]), []).to_pylist()
    return dict(record)


def test_decomposed_text_is_treated_like_composed() -> None:
    composed = "Đỗ Thị Kiểm 0901234567"
    kept = feed(system(summary=KEPT))
    record = one(kept, OFFICER=unicodedata.normalize("NFD", "Đỗ Một"), SUMMARY=unicodedata.normalize("NFD", composed))
    assert record["officer_key"] == hashed("Đỗ Một")
    assert record["summary"] == "[name] [number]"


CANARIES = ("Đỗ Thị Kiểm Thử", "kiem.thu@example.com", "0901234567", "079012345678")
CODES = ("ID", "CODE")
COLUMNS = (*CODES, "PROCEDURE", "CHANNEL", "STATUS", "RECEIVED", "DUE", "UNIT", "PAID", "CHANGED", "SUPPLEMENTS")


# A long number is a possible code of a record, so in those columns only words and addresses can be told.
@pytest.mark.parametrize(
    ("column", "canary"), [(c, v) for c in COLUMNS for v in CANARIES if not (c in CODES and v.isdigit())]
)
def test_personal_data_in_a_wrong_column_is_not_kept(column: str, canary: str) -> None:
    """A shifted row puts names and numbers under codes and dates."""
    value = f'[{{"asked": "{canary}"}}]' if column == "SUPPLEMENTS" else canary
    record = one(feed(SYSTEM, procedures=["1.000656"]), **{column: value})
    if column == "PROCEDURE":
        # Procedures are named freely; it is the catalogue that tells a name from one, and refuses the record.
        record = record["received"]
    assert canary not in str(record)


def test_an_input_that_feeds_a_treated_and_a_plain_column_is_shown_treated() -> None:
    ward = feed(system(dossier_code="OFFICER"))
    received = one(ward, OFFICER="H29-1")["received"]
    assert received["OFFICER"] == hashed("H29-1")


def test_nothing_of_a_dropped_column_is_in_the_landed_table() -> None:
    table = mapped([{**{"NAME": f"Người Nộp {i}"}, "ID": f"BN{i}", "RECEIVED": "x"} for i in range(20)])
    assert "Người Nộp" not in str(table.to_pylist())


def test_no_pattern_of_what_is_refused_is_found_in_nothing() -> None:
    """What is refused is known by what of it is found: nothing that is found would let it pass."""
    patterns = {column.refused for contract in CONTRACTS.values() for column in contract.columns}
    for pattern in (*patterns, PERSONAL_CODE, PERSONAL_TITLE):
        found = duckdb.execute("SELECT regexp_matches('', $1)", [pattern]).fetchone()
        assert found == (False,), pattern
