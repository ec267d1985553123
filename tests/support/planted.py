"""Passwords that drivers and servers print in all kinds of ways, and a look for them in whatever was printed."""

from __future__ import annotations

import base64
import codecs
import html
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

PASSWORDS = {
    "blank": "mot hai ba  bon",
    "single quote": "it's o'clock''",
    "double quote": 'nói "to" lên',
    "percent": "100%25 dung%",
    "at": "p@ss:w/rd@host#1?x=&y",
    "non-Latin": "Mật khẩu của phường Ẩn 密码",
    "backslash": "a\\b\\n\\'c",
    "all": "Đ ỗ'\"%@\\ <&>+=;:/?#[]{}$",
}


def decoded(text: str) -> Iterator[str]:
    """The text as it is, and with each kind of escape taken back."""
    once = [text, unquote(text), unquote_plus(text), html.unescape(text)]
    once += [text.replace("''", "'"), text.replace('""', '"')]
    once += [text.replace("%%", "%"), text.replace("\\\\", "\\"), text.replace("\\'", "'").replace("\\\\", "\\")]
    for one in once:
        yield one
        yield unquote(one)
        with_escapes = codecs.decode(one.encode("ascii", "backslashreplace"), "unicode_escape")
        yield with_escapes
        yield with_escapes.encode("latin-1", "replace").decode("utf-8", "replace")


def shows(text: str, password: str) -> bool:
    in_base64 = base64.b64encode(password.encode()).decode().rstrip("=")
    return in_base64 in text or any(password in found for found in decoded(text))
