"""`make golden`: five districts made of records in one warehouse, and each figure of their documents beside it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ward_demo import systems
from ward_demo.golden_districts import ALL_DISTRICTS, GOLDEN_NIGHTS, gather_registry
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.private import keep_state_private
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.extract import Request
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.golden import compare

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "tests" / "golden_figures.csv"


def main() -> int:
    keep_state_private()
    console = Console(width=None if sys.stdout.isatty() else 140)
    home = Path(os.environ.get("WARD_WAREHOUSE_HOME", ROOT / ".local")).resolve() / "golden"
    shutil.rmtree(home, ignore_errors=True)
    os.environ["WARD_WAREHOUSE_HOME"] = str(home)
    os.environ["WARD_WAREHOUSE_WARDS_DIR"] = str(gather_registry(home / "wards"))
    try:
        play(home, console)
    except WardWarehouseError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    return show(load_settings().published_file, console)


def play(home: Path, console: Console) -> None:
    """All nights of all districts, and one build at the end."""
    nights = [*GOLDEN_NIGHTS, *((entry.district, entry.night) for entry in systems.NIGHTS)]
    nights.sort(key=lambda played: played[1])
    os.environ.update(systems.start(home, tuple(ALL_DISTRICTS)))
    try:
        run = Night(load_settings())
        for district, night in nights:
            systems.prepare(home, night, (district,))
            in_force = run.registry.wards_in_force(night)
            own = [ward for ward in in_force if run.registry.wards[ward].district == district]
            plan = run.plan(Request(night=night), own)
            states = run.run(plan, from_environment).states
            accepted = sum(state.rows_accepted or 0 for state in states)
            console.print(f"night {night} {district}: {accepted:,} records accepted", highlight=False)
        run.build()
        run.publish()
    finally:
        systems.stop(home)


def show(published: Path, console: Console) -> int:
    figures = compare(published, FIGURES)
    table = Table(header_style="bold")
    for name in ("seed", "figure", "indicator", "expected", "actual", ""):
        table.add_column(name, justify="right" if name in ("expected", "actual") else "left")
    for figure in figures:
        verdict = "[green]same[/]" if figure.holds else "[red]DIFFERS[/]"
        table.add_row(
            figure.seed, figure.figure, f"{figure.indicator_code} ({figure.part})", str(figure.expected),
            str(figure.actual), verdict,
        )  # fmt: skip
    console.print(table)
    wrong = sum(not figure.holds for figure in figures)
    console.print(f"{len(figures) - wrong} of {len(figures)} figures are the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
