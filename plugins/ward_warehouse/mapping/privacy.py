"""Personal data is treated here, in memory, between the source and the first byte on disk (Law 91/2025/QH15).

The functions give DuckDB expressions, so that a million values are treated where they lie, without a Python loop.
The keyed hash is HMAC-SHA256 (RFC 2104) written as its two SHA-256 passes; its two padded keys are bound parameters
and never part of the SQL text.
"""

from __future__ import annotations

import hashlib
import hmac
import re

HASH_BLOCK_BYTES = 64
INNER_KEY = "key_inner"
OUTER_KEY = "key_outer"
KEY_ID = "key_id"
FIRST_KEY_ID = "k1"

PSEUDONYM = r"(?:[a-z0-9_]{1,16}:)?[0-9a-f]{64}"
"""`<key id>:<hash>`. Values of two keys never join: after a rotation only what is read again joins with what is new."""

_FAMILY_NAMES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mai Đào Lương Trương Tô Hà "
    "Cao Lâm Tạ Chu Châu Thái Phùng Quách Tăng Vương Lưu Triệu Kiều Nghiêm Khổng Nguyen Tran Pham Hoang Huynh Dang Do "
    "Ngo Duong Dinh Doan Trinh Dao Luong Truong Bui Vo Vu Ly Le Ho"
).split()
_TITLES = "ông bà anh chị cô chú bác em Ông Bà Anh Chị Cô Chú Bác Em ÔNG BÀ ANH CHỊ".split()

_WORD = r"\p{Lu}\p{L}*"
_NAMES = "|".join([*_FAMILY_NAMES, *(name.upper() for name in _FAMILY_NAMES)])

EMAIL = r"[\pL\pN._%+\-]+@[\pL\pN\-]+(\.[\pL\pN\-]+)+"
LONG_NUMBER = r"\+?\d([\s.\-]?\d){7,}"
"""Eight digits and more, spaced or not: phones have ten, identity numbers nine or twelve."""
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

TELLING = r"[0-9@]|\s\p{Lu}"
"""What every pattern above needs somewhere: a text without it, as most are, is not searched four times."""

LEAST_DIGITS = 8
LONGEST_SHAPE = 60
PLAIN_WORD = re.compile(r"[0-9A-Za-z_.\-/]{1,24}")
DATE_LIKE = re.compile(
    r"(\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|[012]\d{3}[/\-]\d{1,2}[/\-]\d{1,2})"
    r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?( ?[AaPp][Mm])?"
    r"|(19|20)\d{6}(\d{6})?|[1-6]\d{4}(\.\d{1,10})?",
    re.ASCII,
)


def key_parameters(key: bytes, key_id: str = FIRST_KEY_ID) -> dict[str, bytes | str]:
    """The bound parameters of every statement that holds `keyed_hash`."""
    block = (hashlib.sha256(key).digest() if len(key) > HASH_BLOCK_BYTES else key).ljust(HASH_BLOCK_BYTES, b"\0")
    inner, outer = bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
    return {KEY_ID: key_id, INNER_KEY: inner, OUTER_KEY: outer}


def keyed_hash(text: str) -> str:
    """Pseudonym of a text expression: the key's id and HMAC-SHA256 as 64 hex digits; null stays null."""
    return f"${KEY_ID} || ':' || sha256(${OUTER_KEY}::BLOB || unhex(sha256(${INNER_KEY}::BLOB || encode({text}))))"


def pseudonym(text: str, key: bytes, key_id: str) -> str:
    """The same of one text, for looking up what is known of it."""
    return f"{key_id}:{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"


def scrub(text: str) -> str:
    """Free text without e-mails, long numbers, and names where a rule can find them."""
    scrubbed = text
    for pattern, replacement in SCRUBBED:
        scrubbed = f"regexp_replace({scrubbed}, {_literal(pattern)}, {_literal(replacement)}, 'g')"
    return f"CASE WHEN regexp_matches({text}, {_literal(TELLING)}) THEN {scrubbed} ELSE {text} END"


def shape(value: str) -> str:
    """What an unreadable value looked like, without what it said: letters become x, digits 9.

    A plain word of few digits and a date-like number are shown as they are: they are what an engineer needs to mend a
    mapping, and no full name or telephone number has their form.
    """
    few_digits = sum(character.isdigit() for character in value) < LEAST_DIGITS
    if (few_digits and PLAIN_WORD.fullmatch(value)) or DATE_LIKE.fullmatch(value):
        return value
    return "".join(_masked(character) for character in value[:LONGEST_SHAPE])


def _masked(character: str) -> str:
    if character.isalpha():
        return "x"
    return "9" if character.isnumeric() else character


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
