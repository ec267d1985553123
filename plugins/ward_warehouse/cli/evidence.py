"""The command that writes the evidence packs of a district's wards."""

from __future__ import annotations

import click

from ward_warehouse.cli.output import console
from ward_warehouse.core.settings import load_settings


@click.command()
@click.argument("district")
@click.option("--year", type=click.IntRange(1900, 2999), required=True, help="Year of the scores.")
def evidence(district: str, year: int) -> None:
    """Write each ward's evidence of its year-end scores: criteria, rules, law and records, as XLSX and CSV."""
    from ward_warehouse.reports.evidence.pack import write_evidence

    with console.status("writing the evidence"):
        written = write_evidence(load_settings(), district, year)
    console.print(
        f"written: {len(written)} workbooks, with CSV files beside them, in {written[0].parent}", soft_wrap=True
    )
