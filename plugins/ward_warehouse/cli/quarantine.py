"""Commands of the quarantine: what was refused, and why."""

from __future__ import annotations

from typing import Any

import click
import duckdb
from rich.table import Table

from ward_warehouse.cli.output import as_json, console
from ward_warehouse.errors import WardWarehouseError
from ward_warehouse.settings import load_settings


@click.group()
def quarantine() -> None:
    """Records that were refused, with their reasons."""


@quarantine.command("list")
@click.option("--ward", help="Only this ward.")
@click.option("--rule", help="Only records that broke this rule.")
@click.option("--state", default="open", help="open, closed_by_source, or all.", show_default=True)
@click.option("--limit", default=50, show_default=True, help="At most so many lines.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def list_(ward: str | None, rule: str | None, state: str, limit: int, json_: bool) -> None:
    """List quarantined records of the published warehouse."""
    rows = _query(
        """
        SELECT * FROM audit.quarantine
        WHERE ($ward IS NULL OR ward_key = $ward) AND ($state = 'all' OR state = $state)
          AND ($rule IS NULL OR list_contains(string_split(rules, ','), $rule))
        ORDER BY last_seen DESC, ward_key, source_record_id LIMIT $limit""",
        {"ward": ward, "rule": rule, "state": state, "limit": limit},
    )
    if json_:
        as_json(rows)
        return
    table = Table(header_style="bold")
    for name in ("entry", "ward", "record", "position", "last seen", "state", "rules"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            row["quarantine_key"], row["ward_key"], row["source_record_id"] or "-", row["source_position"],
            str(row["last_seen"]), row["state"], row["rules"].replace(",", " "),
        )  # fmt: skip
    console.print(table)


@quarantine.command()
@click.argument("entry")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def show(entry: str, json_: bool) -> None:
    """Show one record: its values as received (personal data treated) and every rule it broke."""
    rows = _query("SELECT * FROM audit.quarantine WHERE quarantine_key = $entry", {"entry": entry})
    if not rows:
        raise WardWarehouseError(
            f"quarantine entry {entry}: not found; `ward-warehouse quarantine list` shows the keys"
        )
    if json_:
        as_json(rows[0])
        return
    for name, value in rows[0].items():
        console.print(f"{name:18} {value}", highlight=False)


def _query(statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    published = load_settings().published_file
    if not published.is_file():
        raise WardWarehouseError("there is no published warehouse yet; run `ward-warehouse build` and `publish` first")
    with duckdb.connect(str(published), read_only=True) as db:
        found = db.execute(statement, parameters)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
