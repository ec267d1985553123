"""How numbers of persons are written: the patterns that look for phones and identity numbers.

Phones have ten digits (0 and a network's 3, 5, 7, 8 or 9), identity numbers twelve (a province's 001 to 096, a digit
for century and sex, two of the year of birth; Circular 59/2021/TT-BCA), older ones nine. They are typed in groups with
any sign between them, in full-width digits and in words.
"""

from __future__ import annotations

from itertools import takewhile

DIGIT_WORDS = (
    "không khong một mot mốt hai ba bốn bon tư tu năm nam lăm lam sáu sau bảy bay bẩy tám tam chín chin lẻ linh "
    "mươi muoi"
).split()

_DIGIT = rf"(?:\pN|(?i:{'|'.join(sorted(DIGIT_WORDS, key=len, reverse=True))}))"
DIGITS_ANYHOW = rf"{_DIGIT}(?:[^\pL\pN]{{0,3}}{_DIGIT}){{7,}}"
"""Eight digits and more: as digits of any script, with up to three signs between them, or as words."""

_PHONES = [
    "ddd ddd ddd", "dd ddd dddd", "dd dddd ddd", "ddd dd dd dd", "dddd ddddd", "d dd dd dd dd", "ddd dddddd",
    "md ddddddd", " d d d d d d d d d",
    "2c lddddddd", "2c lddd dddd",
    "2dd ldddddd", "2dd ldd dddd", "2dd lddd ddd",
]  # fmt: skip
_IDENTITIES = [
    "dd ddd ddd ddd", "ddd dddd dddd", "ddddd dddddd", "ddd ddd ddddd", "dd ddd dddddd", "ddd dddddddd",
    "dd ddddddddd", "d dd dd dd dd dd", "dd d dd dddddd", " d d d d d d d d d d d",
]  # fmt: skip
"""How people group the digits behind the first 0 of a phone and of an identity number.

A space is a sign, `d` any digit, `m` that of a mobile network, `2` and `c` begin a city's code, `l` a landline there.
"""
_DIGITS = {"d": r"\d", "m": "[35789]", "2": "2", "c": "[48]", "l": "[3-7]"}

_WHOLE = (
    r"(?:0|(?:00 ?)?84) ?(?:[35789](?: ?\d){2}|2 ?(?:[48] ?[3-7] ?\d|\d ?\d ?[3-7]))(?: ?\d){6}",
    r"0 ?(?:0 ?[1-9]|[1-8] ?\d|9 ?[0-6]) ?[0-3](?: ?\d){8}",
)


def _grouped(sign: str) -> str:
    """A phone or an identity number in groups, this one sign between all of them."""
    return f"(?:0|(?:00{sign}?)?84{sign}?){_tree(_PHONES, sign)}|0{_tree(_IDENTITIES, sign)}"


def _tree(groupings: list[str], sign: str) -> str:
    """Any of the groupings; what several begin or end with stands once: every small statement compiles it anew."""
    ends = zip(*map(reversed, groupings), strict=False)
    tail = [end[0] for end in takewhile(lambda end: len(set(end)) == 1, ends)][::-1]
    heads = [grouping[: len(grouping) - len(tail)] for grouping in groupings]
    rests: dict[str, list[str]] = {}
    for head in filter(None, heads):
        rests.setdefault(head[0], []).append(head[1:])
    found = "|".join(_DIGITS.get(first, sign) + _tree(rest, sign) for first, rest in rests.items())
    if len(rests) > 1 or (rests and "" in heads):
        found = f"(?:{found})" + "?" * ("" in heads)
    return found + "".join(_DIGITS.get(one, sign) for one in tail)


_NUMBERS = "|".join([*_WHOLE, *(_grouped(sign) for sign in (r"\.", "-", "_", "/", r"\|", ":"))])
PERSONAL_NUMBER = rf"(?:^|\D)(?:{_NUMBERS})(?:$|\D)|^0\d{{8}}$"
"""A phone or an identity number in a code or a record's number, where longer numbers may be no person's."""

PERSONAL_KEY = rf"{PERSONAL_NUMBER}|^\d{{9}}$"
"""The same in a key: nine digits may be an old identity number, or no more than a long count."""

FAMILY_NAMES = (
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh doan trinh mai dao luong truong to ha "
    "cao lam ta chu chau thai phung quach tang vuong luu trieu kieu nghiem khong"
).split()
"""The common ones, as they are typed without accents."""

_FAMILY = "|".join(sorted(FAMILY_NAMES)).replace("d", "[dđ]")
_LETTER = "[A-Za-zĐđ]"
WORDS_ALONE = (
    rf"{_LETTER}{{2,}} +{_LETTER}{{2,}} +{_LETTER}{{2,}}"
    rf"|^(?i:{_FAMILY})(?: +{_LETTER}{{2,}}|(?: +{_LETTER}+\.?){{2,4}}"
    rf"|[._\-/|:]+{_LETTER}+(?:[._\-/|:]+{_LETTER}{{2,}}){{1,3}})$"
)
"""A name without accents in a field of codes: three words in a row, or words behind a family name and no code."""

PERSONAL_TITLE = rf"{_DIGIT}(?:[^\pL\pN]{{0,3}}{_DIGIT}){{8,}}"
"""What no title may hold: a digit more than the date that stands in many."""

PERSONAL_CODE = f"{PERSONAL_NUMBER}|{WORDS_ALONE}"
"""What no field of codes and record numbers may hold."""
