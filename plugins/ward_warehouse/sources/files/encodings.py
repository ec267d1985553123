"""The Vietnamese encodings of before Unicode that Python does not know, as codecs: TCVN3, VISCII and VNI.

TCVN3 (ABC), of the .Vn fonts. Source: TCVN 5712:1993, character set VN2, which holds all of VN3 ("TCVN3") and the
capitals that the fonts added to it; the table equals glibc's charmap TCVN5712-1 from 0xA0 up. 0x80 to 0x9F have no
letters in it and are refused: Windows programs put quotation marks there and VN1 puts capitals, so that any reading
would be a guess; so are the control characters, where VN1 puts more capitals. Capitals with a tone that were typed with
an all-capital font (.VnTimeH) are small letters in the file, and stay so.

VISCII: RFC 1456; six capitals stand among the control characters.

VNI, of the VNI- fonts on Windows: a vowel, and behind it a letter of Windows-1252 whose picture in the font is its
mark; nine letters have a place of their own. Marks become combining ones, which composing the text (NFC) joins.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PLAIN = {code: chr(code) for code in range(0x80) if code >= 0x20 or chr(code) in "\t\n\r"}

TCVN3_HIGH = (
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ"  # 0xA0
    "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"  # 0xB0, the combining tones first
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"  # 0xC0
    "éẹềểễếệìỉỄẾỒĩíịò"  # 0xD0
    "Ổỏõóọồổỗốộờởỡớợù"  # 0xE0
    "ỖủũúụừửữứựỳỷỹýỵỐ"  # 0xF0
)
VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"  # 0x80
    "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"  # 0x90
    "Õắằặấầẩậẽẹếềểễệố"  # 0xA0
    "ồổỗỠƠộờởịỰỨỪỬơớƯ"  # 0xB0
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"  # 0xC0
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"  # 0xD0
    "àáâãảăữẫèéêẻìíĩỉ"  # 0xE0
    "đựòóôõỏọụùúũủýợỮ"  # 0xF0
)
VISCII_LOW = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}

ACUTE, GRAVE, HOOK, TILDE, DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
CIRCUMFLEX, BREVE = "\u0302", "\u0306"
VNI_MARKS = {
    "ù": ACUTE, "ø": GRAVE, "û": HOOK, "õ": TILDE, "ï": DOT,
    "â": CIRCUMFLEX, "á": CIRCUMFLEX + ACUTE, "à": CIRCUMFLEX + GRAVE, "å": CIRCUMFLEX + HOOK,
    "ã": CIRCUMFLEX + TILDE, "ä": CIRCUMFLEX + DOT,
    "ê": BREVE, "é": BREVE + ACUTE, "è": BREVE + GRAVE, "ú": BREVE + HOOK, "ü": BREVE + TILDE, "ë": BREVE + DOT,
}  # fmt: skip
VNI_LETTERS = {"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ", "ô": "ơ", "ö": "ư"}


def _vni() -> dict[int, str]:
    signs = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xC0)}
    letters = {}
    for letter, read in {**VNI_MARKS, **VNI_LETTERS}.items():
        # Behind a capital vowel stands the capital of the mark's letter, with the same mark in its picture.
        letters[ord(letter)] = read
        letters[ord(letter.upper())] = read.upper() if letter in VNI_LETTERS else read
    return {**PLAIN, **{code: sign for code, sign in signs.items() if sign}, **letters}


TABLES: dict[str, dict[int, str]] = {
    "tcvn3": {**PLAIN, **{0xA0 + at: letter for at, letter in enumerate(TCVN3_HIGH)}},
    "viscii": {**PLAIN, **VISCII_LOW, **{0x80 + at: letter for at, letter in enumerate(VISCII_HIGH)}},
    "vni": _vni(),
}
"""What each byte of an encoding says; a byte that is not there is no text of it."""


def _letter_of_windows(code: int) -> int:
    return ord(bytes([code]).decode("cp1252", "ignore") or chr(code))


LETTERS_OF_FONTS: dict[str, dict[int, str]] = {
    name: {_letter_of_windows(code): text for code, text in table.items() if code >= 0x80}
    for name, table in TABLES.items()
}
"""For `str.translate`: workbooks keep the letters of an old font as the Windows-1252 characters of the same numbers."""


def register() -> None:
    """Makes the encodings codecs of this process."""
    codecs.register(_search)


def _search(name: str) -> codecs.CodecInfo | None:
    table = TABLES.get(name)
    return None if table is None else _codec(name, table)


def _codec(name: str, table: Mapping[int, str]) -> codecs.CodecInfo:
    class IncrementalDecoder(codecs.IncrementalDecoder):
        def decode(self, input: bytes, final: bool = False) -> str:  # type: ignore[override]
            return codecs.charmap_decode(input, self.errors, table)[0]  # type: ignore[arg-type]

    def decode(data: ReadableBuffer, /, errors: str = "strict") -> tuple[str, int]:
        return codecs.charmap_decode(data, errors, table)  # type: ignore[arg-type]

    return codecs.CodecInfo(_no_encoder, decode, incrementaldecoder=IncrementalDecoder, name=name)


def _no_encoder(text: str, /, errors: str = "strict") -> tuple[bytes, int]:
    raise UnicodeError("these encodings are read, never written")
