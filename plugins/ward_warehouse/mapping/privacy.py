"""Personal data is treated here, in memory, between the source and the first byte on disk (Law 91/2025/QH15).

The functions give DuckDB expressions, so that a million values are treated where they lie, without a Python loop.
The keyed hash is HMAC-SHA256 (RFC 2104) written as its two SHA-256 passes; its two padded keys are bound parameters
and never part of the SQL text. Each column has a key of its own, made from the pseudonym key and the column's name:
an officer who is an applicant as well has two pseudonyms, which join by accident nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

from ward_warehouse.core.names import is_ordinary, masked, reads_like_a_code
from ward_warehouse.core.personal import DIGITS_ANYHOW
from ward_warehouse.core.quoting import literal

HASH_BLOCK_BYTES = 64
KEY_ID = "key_id"
FIRST_KEY_ID = "k1"
SCHEME = ".2"
"""Behind the key id: the key of a hash is that of its column. Hashes of the first scheme, one key for all columns,
have no such mark; they stay what they are until their record is read again."""

PSEUDONYM = r"(?:[a-z0-9_]{1,16}(?:\.2)?:)?[0-9a-f]{64}"
"""`<key id>.2:<hash>`. Values of two keys or schemes never join: only what is read again joins with what is new."""

CODE_COLUMN, EXTRA_COLUMN = "code", "extra"
"""The columns of a masked code, and (before a colon and its name) of a column that nobody mapped."""

TEXT_GIVEN = "[text]"
"""Stands for a free text that is not kept: that something was written is all that any indicator asks."""

_FAMILY_NAMES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mai Đào Lương Trương Tô Hà "
    "Cao Lâm Tạ Chu Châu Thái Phùng Quách Tăng Vương Lưu Triệu Kiều Nghiêm Khổng Nguyen Tran Pham Hoang Huynh Dang Do "
    "Ngo Duong Dinh Doan Trinh Dao Luong Truong Bui Vo Vu Ly Le Ho"
).split()
_TITLES = "ông bà anh chị cô chú bác em Ông Bà Anh Chị Cô Chú Bác Em ÔNG BÀ ANH CHỊ".split()

_WORD = r"\p{Lu}\p{L}*"
_NAMES = "|".join([*_FAMILY_NAMES, *(name.upper() for name in _FAMILY_NAMES)])

EMAIL = r"[\pL\pN._%+\-]+@[\pL\pN\-]+(\.[\pL\pN\-]+)+"
LONG_NUMBER = r"\+?" + DIGITS_ANYHOW
"""Eight digits and more, however they are written: phones have ten, identity numbers nine or twelve."""
# Not \b: the regular expressions' word border knows ASCII letters alone, and Đặng begins with none.
_BORDER = r"(^|[^\pL\pN])"
FULL_NAME = rf"{_BORDER}(?:{_NAMES})(?:\s+{_WORD}){{1,4}}"
ADDRESSED = rf"{_BORDER}(?:{'|'.join(_TITLES)})\s+{_WORD}(?:\s+{_WORD}){{0,3}}"

SCRUBBED: tuple[tuple[str, str], ...] = (
    (EMAIL, "[email]"),
    (LONG_NUMBER, "[number]"),
    (FULL_NAME, r"\1[name]"),
    (ADDRESSED, r"\1[name]"),
)

TELLING = r"[\pN@]|\s\p{Lu}|" + DIGITS_ANYHOW
"""What every pattern above needs somewhere: a text without it, as most are, is not searched four times."""

LEAST_DIGITS = 8
LONGEST_SHAPE = 60
PLAIN_WORD = re.compile(r"[0-9A-Za-z_.\-/]{1,24}")
_PART = r"(?:[0-2]?\d|3[01])"
_YEAR = r"(?:(?:19|20)\d{2}|000[01])"
DATE_LIKE = re.compile(
    rf"(?:{_PART}[/.\-]{_PART}[/.\-](?:{_YEAR}|\d{{2}})|{_YEAR}[/\-]{_PART}[/\-]{_PART})"
    r"([ T][0-2]?\d:[0-5]\d(:[0-6]\d(\.\d{1,6})?)?)?( ?[AaPp][Mm])?"
    r"|(?:19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])([0-2]\d[0-5]\d[0-6]\d)?",
    re.ASCII,
)
"""No part of a date is above 31: so much of a calendar tells it from a phone, and still shows a 31 February."""
SERIAL_LIKE = re.compile(r"([1-6]\d{4})(\.\d{1,10})", re.ASCII)


def key_parameters(key: bytes, key_id: str, columns: Iterable[str]) -> dict[str, bytes | str]:
    """The bound parameters of a statement that holds `keyed_hash` of these columns."""
    parameters: dict[str, bytes | str] = {KEY_ID: key_id + SCHEME}
    for column in columns:
        block = _column_key(key, column).ljust(HASH_BLOCK_BYTES, b"\0")
        inner, outer = _pads(column)
        parameters[inner] = bytes(byte ^ 0x36 for byte in block)
        parameters[outer] = bytes(byte ^ 0x5C for byte in block)
    return parameters


def keyed_hash(text: str, column: str) -> str:
    """Pseudonym of a text expression in a column: key id, scheme and HMAC-SHA256 as 64 hex digits; null stays null."""
    inner, outer = _pads(column)
    return f"${KEY_ID} || ':' || sha256(${outer}::BLOB || unhex(sha256(${inner}::BLOB || encode({text}))))"


def pseudonym(text: str, key: bytes, key_id: str, column: str | None = None) -> str:
    """The same of one text, for looking up what is known of it; without a column, the hash of the first scheme."""
    if column is None:
        return f"{key_id}:{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
    return f"{key_id}{SCHEME}:{hmac.new(_column_key(key, column), text.encode(), hashlib.sha256).hexdigest()}"


def _column_key(key: bytes, column: str) -> bytes:
    return hmac.new(key, b"ward warehouse column " + column.encode(), hashlib.sha256).digest()


def _pads(column: str) -> tuple[str, str]:
    """Names of a column's two parameters; a column of a ward may be called anything."""
    name = hashlib.sha256(column.encode()).hexdigest()[:16]
    return f"key_inner_{name}", f"key_outer_{name}"


def free_text(text: str, *, kept: bool) -> str:
    """What stays of free text: scrubbed where a system's file keeps it, else only that there was some."""
    return scrub(text) if kept else f"CASE WHEN {text} <> '' THEN {literal(TEXT_GIVEN)} END"


def scrub(text: str) -> str:
    """Free text without e-mails, long numbers, and names where a rule can find them."""
    scrubbed = text
    for pattern, replacement in SCRUBBED:
        scrubbed = f"regexp_replace({scrubbed}, {literal(pattern)}, {literal(replacement)}, 'g')"
    return f"CASE WHEN regexp_matches({text}, {literal(TELLING)}) THEN {scrubbed} ELSE {text} END"


def shape(value: str) -> str:
    """What an unreadable value looked like, without what it said: letters become x, digits 9.

    Ordinary words and a short other one, with few digits, and a date-like number are shown as they are: they are what
    an engineer needs to mend a mapping, and no full name or telephone number has their form. Of a spreadsheet's day
    number the day is shown.
    """
    few_digits = sum(character.isdigit() for character in value) < LEAST_DIGITS
    if (few_digits and PLAIN_WORD.fullmatch(value) and is_ordinary(value)) or DATE_LIKE.fullmatch(value):
        return value
    if serial := SERIAL_LIKE.fullmatch(value):
        # Ten digits of a fraction may be a phone.
        return serial[1] + masked(serial[2])
    return masked(value[:LONGEST_SHAPE])


def code_shape(value: str) -> str:
    """The same of a code: what a table lacks is shown to whoever must extend it, a name that was typed there is not."""
    return value if reads_like_a_code(value) else shape(value)
