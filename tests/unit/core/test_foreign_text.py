"""A system's own words inside a line for people: short, harmless, and without personal data."""

import pytest

from ward_warehouse.core.foreign_text import LONGEST, quoted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Phiên làm việc đã hết hạn", '"Phiên làm việc đã hết hạn"'),
        ("Internal Server Error", '"Internal Server Error"'),
        ("công dân Đặng Thị Kiểm Thử, CCCD 079 000 000 001", '"công dân [name] [number]"'),
        ("gửi kiem.thu@phuong1.gov.vn", '"gửi [email]"'),
        ('nói "sai"\n\tlần 2', "\"nói 'sai' lần 2\""),
        ("\x1b[2J\u202eabc", '"\\x1b[2J\\u202eabc"'),
        ("", '""'),
    ],
)
def test_words_are_quoted(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_long_words_are_cut() -> None:
    assert quoted("x" * 10_000) == f'"{"x" * LONGEST}…"'
