"""Findings that say the same of several wards, together: one line to read, and the places to mend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ward_warehouse.registry.findings import Finding

_ENTRY = re.compile(r"^(?:wards\.\d+: )?ward (?P<ward>[^\s:]+):")


@dataclass(frozen=True)
class Alike:
    """Findings of one check that say the same; `text` is the first one's, with WARD for the ward where there are more.

    Attributes:
        findings: in the order in which they were found.
        wards: whom they are about; empty when they are about no ward.
    """

    text: str
    findings: tuple[Finding, ...]
    wards: tuple[str, ...]

    @property
    def code(self) -> str:
        """Of the check."""
        return self.findings[0].code

    @property
    def places(self) -> str:
        """File and lines, each file once."""
        lines: dict[str, list[str]] = {}
        for one in self.findings:
            lines.setdefault(one.path.name, []).extend([str(one.line)] if one.line else [])
        return "; ".join(f"{name}:{', '.join(found)}" if found else name for name, found in lines.items())


def grouped(findings: Sequence[Finding]) -> list[Alike]:
    """The findings by what they say, in the order in which each was said first."""
    groups: dict[tuple[str, str], list[tuple[Finding, str]]] = {}
    for one in findings:
        found = _ENTRY.match(one.text)
        ward = found["ward"] if found else ""
        groups.setdefault((one.code, _of_no_ward(one.text, ward)), []).append((one, ward))
    return [
        Alike(
            text if len(members) > 1 else members[0][0].text,
            tuple(one for one, _ in members),
            tuple(dict.fromkeys(ward for _, ward in members if ward)),
        )
        for (_, text), members in groups.items()
    ]


def _of_no_ward(text: str, ward: str) -> str:
    if not ward:
        return text
    said = re.sub(r"^wards\.\d+: ", "", text)
    return re.sub(rf"(?<![a-z0-9]){re.escape(ward)}(?![a-z0-9])", "WARD", said, flags=re.IGNORECASE)
