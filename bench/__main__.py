"""`make bench`: measures, prints a table and writes `bench/results.json`; name parts to run only those.

A part measures what belongs together side by side, in one run: `land`, `extract`, `build`, `changes`, `night`,
`history`, `quarantine`, `status`, `morning`, `cookbook`. Figures of parts that are not run are kept. Run it on a
machine that does nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import build, changes, cookbook, extract, land, morning, night, quarantine, status
from ward_warehouse.core.private import keep_state_private

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.json"


def main(chosen: list[str]) -> int:
    keep_state_private()
    home = Path(os.environ.get("WARD_WAREHOUSE_HOME", ROOT / ".local")).resolve()
    parts: dict[str, Callable[[Path], dict[str, float]]] = {
        "land": land.measure,
        "build": lambda folder: build.measure(home, folder),
        "changes": lambda folder: changes.measure(home, folder),
        "night": lambda _: night.measure(home),
        "history": night.measure_history,
        "extract": extract.measure,
        "quarantine": lambda _: quarantine.measure(),
        "status": lambda _: status.measure(),
        "morning": morning.measure,
        "cookbook": lambda folder: cookbook.measure(home, folder),
    }
    unknown = sorted(set(chosen) - set(parts))
    if unknown:
        print(f"bench: found {', '.join(unknown)}, expected some of {', '.join(parts)}", file=sys.stderr)
        return 2
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    console = Console()
    with tempfile.TemporaryDirectory(prefix="ward-warehouse-bench-") as folder:
        for name in chosen or parts:
            try:
                with console.status(name):
                    found = parts[name](Path(folder))
            except RuntimeError as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 1
            results |= found
            # After each part: an hour's figures must not be lost with the part that comes last.
            RESULTS.write_text(json.dumps(dict(sorted(results.items())), indent=2) + "\n", "utf-8")
            table = Table("figure", "value", title=name)
            for key, value in found.items():
                table.add_row(key, f"{value:,}")
            console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
