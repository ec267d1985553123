"""The TCVN3 (ABC) encoding of the .Vn fonts, as a Python codec.

Source: TCVN 5712:1993, character set VN2, which holds all of VN3 ("TCVN3") and the capitals that the fonts added to it;
the table equals glibc's charmap TCVN5712-1 from 0xA0 up. 0x80 to 0x9F have no letters in it and are refused: Windows
programs put quotation marks there and VN1 puts capitals, so that any reading would be a guess; so are the control
characters, where VN1 puts more capitals. Capitals with a tone
that were typed with an all-capital font (.VnTimeH) are small letters in the file, and stay so.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

HIGH = (
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ"  # 0xA0
    "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"  # 0xB0, the combining tones first
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"  # 0xC0
    "éẹềểễếệìỉỄẾỒĩíịò"  # 0xD0
    "Ổỏõóọồổỗốộờởỡớợù"  # 0xE0
    "ỖủũúụừửữứựỳỷỹýỵỐ"  # 0xF0
)
UNDEFINED = "\ufffe"
LOW = "".join(chr(code) if code >= 0x20 or chr(code) in "\t\n\r" else UNDEFINED for code in range(0x80))
DECODING = LOW + UNDEFINED * 0x20 + HIGH
IN_UNICODE = {0xA0 + index: letter for index, letter in enumerate(HIGH)}
"""For `str.translate`: workbooks keep the letters of .Vn fonts as the Latin-1 characters of the same numbers."""


class _IncrementalDecoder(codecs.IncrementalDecoder):
    def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]
        return codecs.charmap_decode(input, self.errors, DECODING)[0]  # type: ignore[arg-type]


def _decode(data: ReadableBuffer, /, errors: str = "strict") -> tuple[str, int]:
    return codecs.charmap_decode(data, errors, DECODING)  # type: ignore[arg-type]


def _encode(text: str, /, errors: str = "strict") -> tuple[bytes, int]:
    return codecs.charmap_encode(text, errors, codecs.charmap_build(DECODING))


class _IncrementalEncoder(codecs.IncrementalEncoder):
    def encode(self, input: str, final: bool = False) -> bytes:
        return _encode(input, self.errors)[0]


def register() -> None:
    """Makes `tcvn3` a codec of this process."""
    codecs.register(_search)


def _search(name: str) -> codecs.CodecInfo | None:
    if name != "tcvn3":
        return None
    return codecs.CodecInfo(
        _encode, _decode, incrementalencoder=_IncrementalEncoder, incrementaldecoder=_IncrementalDecoder, name=name
    )
