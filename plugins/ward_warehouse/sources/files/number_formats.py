"""What a number format of a workbook adds to a number: the sign of percent, or zeros and text in front."""

from __future__ import annotations

import re
from typing import NamedTuple

PERCENT_FORMATS = frozenset({"9", "10"})
"""The built-in number formats 0% and 0.00% (ECMA-376 part 1, 18.8.30)."""
NO_SIGN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""What stands in a number format without being a sign of its own: quoted text, single characters, conditions."""
IN_FRONT = re.compile(r'((?:"[^"]*"|\\.)*)(0{2,})(?:;.*)?', re.DOTALL)
"""A format of zeros alone behind text, as codes have; whatever stands behind digits is a unit."""
SHOWN = re.compile(r"(\D*)(0\d+)")


class Front(NamedTuple):
    """What stands in front of a whole number: text, and zeros until it has so many digits."""

    text: str
    digits: int

    def shown(self, number: str) -> str:
        """The number as it is shown; one that is not whole, or negative, as it is."""
        return self.text + number.zfill(self.digits) if number.isdecimal() else number


def is_percent(number_format: str) -> bool:
    """Whether a number format shows a number in percent."""
    return "%" in NO_SIGN.sub("", number_format)


def front_of(number_format: str) -> Front | None:
    """What a number format puts in front of a number, if it is the format of a code."""
    found = IN_FRONT.fullmatch(number_format)
    if found is None:
        return None
    return Front(re.sub(r'"([^"]*)"|\\(.)', r"\1\2", found[1]), len(found[2]))


def front_shown(text: str, number: str) -> Front | None:
    """What stands in front of a number in its text, if it begins with a zero as a code does."""
    found = SHOWN.fullmatch(text)
    if found is None or float(found[2]) != float(number):
        return None
    return Front(found[1], len(found[2]))
