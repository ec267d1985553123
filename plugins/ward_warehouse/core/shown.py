"""Text of wards as it is shown: what would steer a terminal, a page or a log is written out, and steers nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode's categories of control, format, surrogate and private signs, and of line and paragraph separators: escape
sequences begin with one, and one turns the direction of what follows."""

_CANDIDATE = re.compile(r"[^\n\t -~\u00a1-\u00ac\u00ae-\u05ff\u1e00-\u1eff]")
"""Signs that may be unseen ones; not those that Vietnamese, English and a table are written with."""


def shown(text: str) -> str:
    """The text with every unseen sign written out as Python escapes it; ends of lines and tabs stay."""
    return _CANDIDATE.sub(lambda match: _written_out(match[0]), text)


def on_one_line(text: str) -> str:
    """The same of a name or a value that stands inside a line: its own ends of lines are written out as well."""
    return shown(text).replace("\n", r"\n").replace("\t", r"\t")


Shown = Annotated[str, AfterValidator(shown)]
"""A text of a record of ours that people are shown."""


def shown_json(text: str) -> str:
    """JSON text of which a terminal obeys nothing; read back, it is what it was."""
    return _CANDIDATE.sub(lambda match: _in_json(match[0]), text)


def _written_out(sign: str) -> str:
    if unicodedata.category(sign) not in UNSEEN:
        return sign
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")


def _in_json(sign: str) -> str:
    if unicodedata.category(sign) not in UNSEEN:
        return sign
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
