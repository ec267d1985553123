"""The guesses that `wards add` left in the registry: each is a hint until somebody confirms it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.findings import Finding

GUESS = re.compile(r"#\s*guess:\s*(.*)$")
"""The comment that marks a line as a guess; taking it away confirms the line."""


def guess_findings(settings: Settings) -> Iterator[Finding]:
    """One hint for each line that is marked as a guess."""
    for folder in (settings.systems_dir, settings.wards_dir):
        for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
            text = path.read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                found = GUESS.search(line)
                if found:
                    what = line.split("#", 1)[0].strip().split(":")[0].lstrip("- ")
                    yield Finding("guess", path, number, f"{what}: {found[1]}")
