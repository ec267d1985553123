"""What a check says of one line of the registry, a catalogue, a connection or a suite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning", "hint"]
"""error: the entry is left out of the night, or the night would go wrong. warning: it runs, and something is probably
not meant so. hint: worth a look, a guess above all."""


@dataclass(frozen=True)
class Check:
    """One check: why it matters and what to do when it finds something."""

    code: str
    severity: Severity
    reason: str
    do: str


class Finding(str):
    """One line for a person (file, line, who, what was found and expected), which knows its parts.

    Attributes:
        code: of the check in `check_table.CHECKS`.
        path, line: where; line 0 stands for something outside any file (a connection).
    """

    code: str
    path: Path
    line: int
    text: str

    def __new__(cls, code: str, path: Path, line: int, text: str) -> Finding:
        """The finding as `path:line: text`."""
        self = super().__new__(cls, f"{path}:{line}: {text}")
        self.code, self.path, self.line, self.text = code, path, line, text
        return self

    def as_data(self, check: Check) -> dict[str, Any]:
        """The parts for a script."""
        return {
            "code": self.code,
            "severity": check.severity,
            "file": str(self.path),
            "line": self.line,
            "found": self.text,
            "reason": check.reason,
            "do": check.do,
        }
