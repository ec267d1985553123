"""Commands of the quarantine: what was refused and why, and what to do about it."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.output import as_json, console, fail
from ward_warehouse.cli.renamed import renamed
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake.key_marks import known_keys
from ward_warehouse.night.steps import Night
from ward_warehouse.registry import load_registry
from ward_warehouse.reports.quarantined import (
    STATES,
    Wanted,
    count_cases,
    export_cases,
    find_cases,
    require_known,
    short_entry,
)

if TYPE_CHECKING:
    from ward_warehouse.decisions.quarantine_desk import Decision, Desk, Selection

Command = Callable[..., None]


def filters(command: Command) -> Command:
    """The options that say which entries are meant."""
    options: list[Callable[[Command], Command]] = [
        click.option("--ward", help="Only this ward."),
        click.option(
            "--record-kind",
            "record_kind",
            type=click.Choice([str(record_kind) for record_kind in RecordKind]),
            help="Only this record kind.",
        ),
        renamed("--dataset", "--record-kind"),
        click.option("--rule", help="Only records that broke this rule, also one that exists no longer."),
        click.option("--night", type=DAY, help="Only records seen on this night."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def quarantine() -> None:
    """Records that were refused, with their reasons."""


@quarantine.command("list")
@filters
@click.option("--state", default="open", type=click.Choice([*STATES, "all"]), show_default=True)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many lines.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def list_(state: str, limit: int, json_: bool, **chosen: Any) -> None:
    """List quarantined records of the published warehouse, with what was decided since."""
    settings, wanted = load_settings(), Wanted(state=state, limit=limit, **chosen)
    require_known(settings, wanted, load_registry(settings).wards)
    rows = find_cases(settings, wanted)
    if json_:
        as_json([{"entry": short_entry(row["quarantine_key"]), **row} for row in rows])
        return
    table = Table(header_style="bold")
    for name in ("entry", "ward", "record", "position", "last seen", "state", "rules"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(
            short_entry(row["quarantine_key"]), row["ward_key"], row["source_record_id"] or "-", row["source_position"],
            str(row["last_seen"]), row["state"], row["rules"].replace(",", " "),
        )  # fmt: skip
    console.print(table)
    counts = count_cases(settings, wanted)
    for name, found in counts.items():
        console.print(f"by {name}: {', '.join(f'{count:,} {one}' for one, count in found.items()) or 'none'}")
    total = sum(counts["state"].values()) if state == "all" else counts["state"].get(state, 0)
    if total > len(rows):
        console.print(f"shown: {len(rows):,} of {total:,}; --limit shows more")


@quarantine.command()
@click.argument("entry")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def show(entry: str, json_: bool) -> None:
    """Show one record: its values as received (personal data treated) and every rule it broke."""
    rows = find_cases(load_settings(), Wanted(state="all", key=entry))
    if len(rows) != 1:
        raise _no_such_entry(entry, rows)
    if json_:
        as_json(rows[0])
        return
    console.print(f"{'entry':18} {short_entry(rows[0]['quarantine_key'])}")
    for name, value in rows[0].items():
        console.print(f"{name:18} {value}")


@quarantine.command()
@filters
@click.option("--state", default="open", type=click.Choice([*STATES, "all"]), show_default=True)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .csv, .json or .parquet file; with --for-ward a .xlsx file, by default in reports/letters.",
)
@click.option(
    "--for-ward", is_flag=True, help="A workbook for the ward's clerk, in Vietnamese: what is wrong, how to mend it."
)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def export(state: str, output: Path | None, for_ward: bool, json_: bool, **chosen: Any) -> None:
    """Write quarantined records to a file, one line each, or the letter to the ward that has to correct them."""
    settings, wanted = load_settings(), Wanted(state=state, limit=None, **chosen)
    registry = load_registry(settings)
    require_known(settings, wanted, registry.wards)
    if for_ward:
        from ward_warehouse.reports.letters.letter import write_letter

        if wanted.ward is None:
            raise WardWarehouseError("quarantine export --for-ward: found no --ward, expected the ward it is for")
        if output is not None and output.suffix != ".xlsx":
            raise WardWarehouseError(f"{output}: found {output.suffix!r}, expected .xlsx with --for-ward")
        letter = write_letter(settings, registry, wanted, output)
        file, count = letter.file, letter.records
    elif output is None:
        raise WardWarehouseError("quarantine export: found no --output, expected a .csv, .json or .parquet file")
    else:
        file, count = output, export_cases(settings, wanted, output)
    if json_:
        as_json({"file": str(file), "entries": count})
    else:
        console.print(f"{count:,} entries written to {file}", soft_wrap=True)


@quarantine.command()
@click.argument("entry", required=False)
@filters
@click.option("--by", default=getpass.getuser, help="Who replays; default: the login name.")
@click.option("--reason", default="replayed after a correction", show_default=True, help="Why.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def replay(entry: str | None, by: str, reason: str, json_: bool, **chosen: Any) -> None:
    """Map and judge records again, by the mapping and the rules as they are now.

    Those that break no rule of severity error any more are let in and count in the night they belong to; the next
    build shows them. It may be stopped at any time and run again.
    """
    from ward_warehouse.decisions.quarantine_desk import Replayed
    from ward_warehouse.validation.judging import Judge
    from ward_warehouse.validation.suites import load_suite

    settings = load_settings()
    total = Replayed()
    judges: dict[RecordKind, Judge] = {}
    for desk, selection in _desks(entry, by, reason, **chosen):
        record_kind = desk.feed.record_kind
        judges[record_kind] = judges.get(record_kind) or Judge(load_suite(settings.expectations_dir, record_kind))
        with console.status(f"{desk.feed}: judging again"):
            total.add(desk.replay(judges[record_kind], selection))
    still = {rule: count for rule, count in total.still.most_common() if count}
    if json_:
        as_json({"judged": total.judged, "let_in": total.let_in, "still_broken": still, "refused": total.refused})
    else:
        console.print(f"{total.judged:,} judged again, {total.let_in:,} let in")
        for rule, count in still.items():
            console.print(f"  {count:>7,} still break {rule}")
    if total.refused:
        fail("\n".join(total.refused))


@quarantine.command()
@click.argument("entry")
@click.option("--accept", is_flag=True, help="Let the record in although it breaks a rule.")
@click.option("--reject", is_flag=True, help="Refuse this version of the record for good.")
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why; kept with the decision.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def resolve(entry: str, accept: bool, reject: bool, by: str, reason: str, json_: bool) -> None:
    """Decide about a record: let it in as it is, or refuse it for good. The first decision stands."""
    if accept == reject:
        raise WardWarehouseError("quarantine resolve: found neither or both, expected one of --accept and --reject")
    decision: Decision = "accepted" if accept else "rejected"
    count = sum(desk.resolve(decision, selection) for desk, selection in _desks(entry, by, reason))
    if json_:
        as_json({"entry": entry, "decision": decision, "records": count})
    else:
        console.print(f"{entry}: {decision} ({count} of {count} records)")


def _desks(
    entry: str | None,
    by: str,
    reason: str,
    ward: str | None = None,
    record_kind: str | None = None,
    rule: str | None = None,
    night: date | None = None,
) -> list[tuple[Desk, Selection]]:
    """The desks of the feeds that are meant: one when an entry is named, else all of the registry."""
    from ward_warehouse.decisions.quarantine_desk import Desk, Selection

    run = Night(load_settings())
    if entry is not None:
        entry = _whole_key(run, entry)
        parts = entry.split(":", 2)
        if len(parts) < 3 or parts[1] not in list(RecordKind):
            raise WardWarehouseError(
                f"quarantine entry {entry}: found no ward and record kind in it; `ward-warehouse quarantine list` "
                "shows the keys"
            )
        ward, record_kind = parts[:2]
    # The desk acts on the lake, which knows of nights and rules that are not published yet.
    require_known(run.settings, Wanted(ward, record_kind), run.registry.wards)
    selection = Selection(night, rule, entry)
    record_kinds = [RecordKind(record_kind)] if record_kind else None
    feeds = [one for key in ([ward] if ward else run.registry.wards) for one in run.registry.feeds(key, record_kinds)]
    keys = known_keys(run.settings, run.lake)
    return [(Desk(run.lake, one, keys, by, reason), selection) for one in feeds]


def _whole_key(run: Night, entry: str) -> str:
    """The key of the case whose short id somebody typed; a key is what it is."""
    if ":" in entry:
        return entry
    rows = find_cases(run.settings, Wanted(state="all", key=entry, limit=None))
    if len(rows) != 1:
        raise _no_such_entry(entry, rows)
    return str(rows[0]["quarantine_key"])


def _no_such_entry(entry: str, rows: list[dict[str, Any]]) -> WardWarehouseError:
    if rows:
        keys = ", ".join(row["quarantine_key"] for row in rows)
        return WardWarehouseError(f"quarantine entry {entry}: stands for {len(rows)} entries, expected one of {keys}")
    return WardWarehouseError(f"quarantine entry {entry}: not found; `ward-warehouse quarantine list` shows them")
