"""`make real`: the pipeline over the 311 requests of the folder `BOSTON311_DIR`, compared with the city's own flags."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from compare import Comparison, compare
from rich.console import Console
from rich.table import Table

from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.private import keep_state_private
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.extract import Request
from ward_warehouse.night.steps import Night

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = Path(__file__).resolve().parent
DEFAULT_FOLDER = ROOT.parent / "shared" / "real" / "boston311"


def main() -> int:
    keep_state_private()
    console = Console(width=None if sys.stdout.isatty() else 140)
    folder = Path(os.environ.get("BOSTON311_DIR", DEFAULT_FOLDER)).resolve()
    files = sorted(folder.glob("ward_*.csv")) + sorted(folder.glob("ward_*.csv.gz"))
    if not files:
        console.print(
            f"real: found no ward_*.csv or ward_*.csv.gz in {folder}; name the folder with BOSTON311_DIR", style="red"
        )
        return 2
    home = Path(os.environ.get("WARD_WAREHOUSE_HOME", ROOT / ".local")).resolve() / "boston311"
    prepare_environment(home, folder)
    try:
        published = load(console)
    except WardWarehouseError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    return show(compare(files, published), console)


def prepare_environment(home: Path, folder: Path) -> None:
    """A state folder of its own, emptied; the example's registry; the folder of files as a connection."""
    shutil.rmtree(home, ignore_errors=True)
    os.environ.update(
        {
            "WARD_WAREHOUSE_HOME": str(home),
            "WARD_WAREHOUSE_WARDS_DIR": str(EXAMPLE / "wards"),
            "WARD_WAREHOUSE_SYSTEMS_DIR": str(EXAMPLE / "systems"),
            "WARD_WAREHOUSE_TIME_ZONE": "America/New_York",
            "WARD_WAREHOUSE_HOLIDAYS_COUNTRY": "US",
            "AIRFLOW_CONN_BOSTON311": json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}}),
        }
    )
    os.environ.setdefault("WARD_WAREHOUSE_PSEUDONYM_KEY", secrets.token_urlsafe(32))


def load(console: Console) -> Path:
    """One night over all files, and the published warehouse."""
    run = Night(load_settings())
    run.registry.require_clean()
    # The files are an export of some later day: the night only has to lie after it, and to be over.
    yesterday = datetime.now(ZoneInfo(run.settings.time_zone)).date() - timedelta(days=1)
    plan = run.plan(Request(night=yesterday))
    with console.status("reading, judging, building"):
        for state in run.run(plan, from_environment).states:
            if state.error:
                console.print(state.error, style="yellow", markup=False)
        run.build()
        run.publish()
    return run.settings.published_file


def show(comparison: Comparison, console: Console) -> int:
    table = Table(
        header_style="bold", title="Closed requests with a target: the warehouse and the city", title_justify="left"
    )
    columns = ("ward", "requests", "accepted", "quarantined", "on time", "late", "city: on time", "city: late", "agree")
    for name in columns:
        table.add_column(name, justify="left" if name == "ward" else "right")
    for ward in comparison.wards:
        counts = (
            ward.records,
            ward.accepted,
            ward.quarantined,
            ward.on_time,
            ward.late,
            ward.city_on_time,
            ward.city_late,
        )
        share = f"{ward.agreed / ward.compared:.2%}" if ward.compared else "-"
        table.add_row(ward.ward, *(f"{count:,}" for count in counts), share)
    console.print(table)
    for difference in comparison.differences:
        console.print(
            f"{difference.ward}: {difference.requests} x the city says {difference.city}, the warehouse "
            f"{difference.warehouse} (such as {difference.example})",
            highlight=False,
        )
    flagless = sum(d.requests for d in comparison.differences if d.city == "no flag")
    records = sum(ward.records for ward in comparison.wards)
    console.print(
        f"{flagless} of the {sum(d.requests for d in comparison.differences)} differences are requests that the city "
        f"gave no flag at all.\n{records:,} requests: {records - comparison.unaccounted:,} accounted for; "
        f"{comparison.closed_before_opened} close before they open, {comparison.quarantined_for_it} of them in "
        f"quarantine for that reason.\nAgreement: {comparison.agreement:.2%}",
        highlight=False,
    )
    for problem in comparison.problems:
        console.print(problem, style="red")
    return 1 if comparison.problems else 0


if __name__ == "__main__":
    sys.exit(main())
