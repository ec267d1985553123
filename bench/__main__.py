"""`make bench`: measures, prints a table and writes `bench/results.json`; name parts to run only those.

A part measures what belongs together side by side, in one run: `land`, `extract`, `build`, `changes`, `night`,
`history`, `wards`, `compose` (with a Docker engine), `parse`, `demo`, `quarantine`, `status`, `morning`, `reports`,
`cookbook`, `postgres`, `store`. Figures of parts that are not run are kept. Run it on a machine that does nothing else:
the load before each part is kept with its figures, and above 1.5 nothing is compared.
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

from bench import (
    build,
    changes,
    compose,
    cookbook,
    demo,
    extract,
    land,
    morning,
    night,
    parse,
    postgres,
    quarantine,
    reports,
    status,
    store,
)
from ward_warehouse.core.private import keep_state_private

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.json"
QUIET = 1.5
"""Load of the machine up to which figures of different times may be compared."""


def main(chosen: list[str]) -> int:
    keep_state_private()
    home = Path(os.environ.get("WARD_WAREHOUSE_HOME", ROOT / ".local")).resolve()
    parts: dict[str, Callable[[Path], dict[str, float]]] = {
        "land": land.measure,
        "build": lambda folder: build.measure(home, folder),
        "changes": lambda folder: changes.measure(home, folder),
        "night": lambda _: night.measure(home),
        "history": night.measure_history,
        "wards": night.measure_wards,
        "compose": lambda _: compose.measure(),
        "extract": extract.measure,
        "parse": parse.measure,
        "demo": demo.measure,
        "quarantine": lambda _: quarantine.measure(),
        "status": lambda _: status.measure(),
        "morning": morning.measure,
        "postgres": lambda folder: postgres.measure(home, folder),
        "store": store.measure,
        "reports": lambda folder: reports.measure(home, folder),
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
            # Before the part, which makes a load of its own.
            load = round(os.getloadavg()[0], 2)
            try:
                with console.status(name):
                    found = parts[name](Path(folder))
            except RuntimeError as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 1
            console.print(table(name, found, load, results))
            results |= {**found, f"load_{name}": load}
            # After each part: an hour's figures must not be lost with the part that comes last.
            RESULTS.write_text(json.dumps(dict(sorted(results.items())), indent=2) + "\n", "utf-8")
    return 0


def table(name: str, found: dict[str, float], load: float, earlier: dict[str, float]) -> Table:
    """The figures of a part beside the earlier ones; of a busy machine they are shown, and said to be no comparison.

    Args:
        name: of the part.
        found: its figures.
        load: of the machine when it began, the mean of a minute.
        earlier: what was measured before, with `load_<part>`.
    """
    loads = {"now": load, "before": earlier.get(f"load_{name}")}
    busy = [f"{when}: {value}" for when, value in loads.items() if value is not None and value > QUIET]
    unknown = any(key in earlier for key in found) and loads["before"] is None
    known = None if busy or unknown else earlier
    shown = Table("figure", "value", *(["before", "change"] if known else []), title=name)
    for key, value in found.items():
        shown.add_row(key, f"{value:,}", *(_beside(value, known.get(key)) if known else []))
    if busy or unknown:
        too_busy = f"the load was above {QUIET} ({', '.join(busy)})"
        why = too_busy if busy else "the load of the earlier figures is not known"
        shown.add_section()
        shown.add_row("not compared with the earlier figures", why)
    return shown


def _beside(value: float, before: float | None) -> list[str]:
    if before is None:
        return ["", ""]
    return [f"{before:,}", f"{(value - before) / before:+.0%}" if before else ""]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
