"""How numbers of persons are written: the patterns that look for phones and identity numbers.

Phones have ten digits (0 and a network's 3, 5, 7, 8 or 9), identity numbers twelve (a province's 001 to 096, a digit
for century and sex, two of the year of birth; Circular 59/2021/TT-BCA), older ones nine. They are typed in groups with
any sign between them, in full-width digits and in words.
"""

from __future__ import annotations

DIGIT_WORDS = (
    "không khong một mot mốt hai ba bốn bon tư tu năm nam lăm lam sáu sau bảy bay bẩy tám tam chín chin lẻ linh "
    "mươi muoi"
).split()

_DIGIT = rf"(?:\pN|(?i:{'|'.join(sorted(DIGIT_WORDS, key=len, reverse=True))}))"
DIGITS_ANYHOW = rf"{_DIGIT}(?:[^\pL\pN]{{0,3}}{_DIGIT}){{7,}}"
"""Eight digits and more: as digits of any script, with up to three signs between them, or as words."""

GROUPS = (
    ("4 3 3", "3 3 4", "3 4 3", "4 2 2 2", "5 5", "2 2 2 2 2", "4 6", "1 1 1 1 1 1 1 1 1 1"),
    ("3 3 3 3", "4 4 4", "6 6", "4 3 5", "3 3 6", "4 8", "3 9", "2 2 2 2 2 2", "3 1 2 6", "1 1 1 1 1 1 1 1 1 1 1 1"),
)
"""How people group the digits of a phone and of an identity number, where a sign stands between the groups."""

_WHOLE = (
    r"0 ?[35789](?: ?\d){8}",
    r"\+?84 ?[35789](?: ?\d){8}",
    r"0 ?(?:0 ?[1-9]|[1-8] ?\d|9 ?[0-6]) ?[0-3](?: ?\d){8}",
)


def _grouped() -> list[str]:
    """A number that begins with 0 in groups, one sign between all of them."""
    found = []
    for groupings in GROUPS:
        for sign in (r"\.", "-", "_", "/", r"\|", ":"):
            for grouping in groupings:
                sizes = [int(size) for size in grouping.split()]
                first = "0" + (rf"\d{{{sizes[0] - 1}}}" if sizes[0] > 1 else "")
                found.append(sign.join([first, *(rf"\d{{{size}}}" for size in sizes[1:])]))
    return found


PERSONAL_NUMBER = rf"(?:^|\D)(?:{'|'.join([*_WHOLE, *_grouped()])})(?:$|\D)|^0\d{{8}}$"
"""A phone or an identity number in a code or a record's number, where longer numbers may be no person's."""

PERSONAL_KEY = rf"{PERSONAL_NUMBER}|^\d{{9}}$"
"""The same in a key: nine digits may be an old identity number, or no more than a long count."""

FAMILY_NAMES = (
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh doan trinh mai dao luong truong to ha "
    "cao lam ta chu chau thai phung quach tang vuong luu trieu kieu nghiem khong"
).split()
"""The common ones, as they are typed without accents."""

_FAMILY = "|".join(FAMILY_NAMES)
WORDS_ALONE = (
    r"[A-Za-zĐđ]{2,} +[A-Za-zĐđ]{2,} +[A-Za-zĐđ]{2,}"
    rf"|^(?i:{_FAMILY}) +[A-Za-zĐđ]{{2,}}$|^(?i:{_FAMILY})(?:[._\-]+[A-Za-zĐđ]{{2,}}){{2,4}}$"
)
"""A name without accents in a field of codes: three words in a row, or words behind a family name and no code."""

PERSONAL_TITLE = rf"{_DIGIT}(?:[^\pL\pN]{{0,3}}{_DIGIT}){{8,}}"
"""What no title may hold: a digit more than the date that stands in many."""

PERSONAL_CODE = f"{PERSONAL_NUMBER}|{WORDS_ALONE}"
"""What no field of codes and record numbers may hold."""
