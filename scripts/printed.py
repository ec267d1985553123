"""Files of the tree that a command prints: writes them anew, or with --check names those that are not as printed.

python scripts/printed.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from click.testing import CliRunner

from ward_warehouse.cli import main

ROOT = Path(__file__).resolve().parents[1]
PRINTED = {
    "docs/settings.md": "settings",
    "docs/checks.md": "wards check --list --markdown",
    "docs/indicators.md": "indicators",
    "docs/scorecards.md": "indicators scorecards",
    "semantic_layer/models/indicators.yml": "indicators metrics",
    "schemas/system.schema.json": "wards schema system",
    "schemas/district.schema.json": "wards schema district",
}


def stale(root: Path, *, write: bool) -> list[str]:
    """The files that differ from what their command prints; if so asked they are written anew."""
    found = []
    for name, words in PRINTED.items():
        text = CliRunner().invoke(main, words.split(), catch_exceptions=False).stdout
        file = root / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            found.append(f"{name}: is not what `ward-warehouse {words}` prints; run `make printed`")
            if write:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    return found


if __name__ == "__main__":
    check = "--check" in sys.argv
    found = stale(ROOT, write=not check)
    print("\n".join(found))
    sys.exit(bool(found and check))
