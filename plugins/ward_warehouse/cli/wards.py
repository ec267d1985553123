"""Commands of the registry: check it, look at a sample, add a ward."""

from __future__ import annotations

import json

import click
from rich.table import Table
from rich.text import Text

from ward_warehouse.cli.add_ward import add
from ward_warehouse.cli.output import as_json, console, fail
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.key_marks import known_keys
from ward_warehouse.registry import Registry
from ward_warehouse.registry.check_table import CHECKS
from ward_warehouse.registry.findings import Finding, Severity
from ward_warehouse.registry.json_schema import SCHEMAS
from ward_warehouse.reports.reference import checks_page

COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "hint": "cyan"}


@click.group()
def wards() -> None:
    """The registry of wards and systems."""


wards.add_command(add)


@wards.command()
@click.option("--list", "list_", is_flag=True, help="List the checks instead of running them.")
@click.option(
    "--sample", type=click.IntRange(1, 10_000), help="Also read, map and judge so many records; write nothing."
)
@click.option("--ward", "chosen", multiple=True, help="Sample only this ward; may be given several times.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="With --list: print docs/checks.md.")
def check(list_: bool, sample: int | None, chosen: tuple[str, ...], json_: bool, markdown: bool) -> None:
    """Check registry, systems, catalogues, connections and suites: each finding with file, line, reason and remedy."""
    if list_:
        _list(json_, markdown)
        return
    from ward_warehouse.onboarding.checks import Report, check_all
    from ward_warehouse.onboarding.checks.run import in_order

    settings = load_settings()
    report = check_all(settings, from_environment)
    sampled: list[dict[str, object]] = []
    if sample is not None:
        found, sampled = _sample(settings, report.registry, list(chosen), sample, quiet=json_)
        report = Report(report.registry, in_order([*report.findings, *found]))
    if json_:
        as_json(
            {
                "wards": list(report.registry.wards),
                "systems": list(report.registry.systems),
                "problems": report.of("error"),
                "findings": [finding.as_data(CHECKS[finding.code]) for finding in report.findings],
                "sample": sampled,
            }
        )
    else:
        _show(report.findings)
    errors = report.of("error")
    if errors:
        fail("\n".join(errors))
    if not json_:
        registry = report.registry
        console.print(
            f"{len(registry.districts)} districts, {len(registry.wards)} wards, {len(registry.systems)} systems: no "
            f"error, {_counted(len(report.of('warning')), 'warning')}, {_counted(len(report.of('hint')), 'hint')}"
        )


@wards.command()
@click.argument("file", type=click.Choice(list(SCHEMAS)))
def schema(file: str) -> None:
    """Print the JSON schema of a registry file, for editors: schemas/<FILE>.schema.json."""
    click.echo(json.dumps(SCHEMAS[file](), ensure_ascii=False, indent=2))


def _list(json_: bool, markdown: bool) -> None:
    if markdown:
        click.echo(checks_page(), nl=False)
        return
    if json_:
        as_json([vars(one) for one in CHECKS.values()])
        return
    table = Table(title=f"{len(CHECKS)} checks", header_style="bold")
    for name in ("check", "severity", "why it matters", "what to do"):
        table.add_column(name, overflow="fold")
    for one in CHECKS.values():
        table.add_row(one.code, one.severity, one.reason, one.do, style=COLOURS[one.severity])
    console.print(table)


def _show(findings: list[Finding]) -> None:
    from ward_warehouse.onboarding.checks.alike import grouped

    if not findings:
        return
    table = Table(header_style="bold", show_lines=True)
    for name in ("severity", "check", "file and line", "found", "why it matters", "what to do"):
        table.add_column(name, overflow="fold")
    for alike in grouped(findings):
        one = CHECKS[alike.code]
        whom = f"\n{len(alike.wards)} wards: {', '.join(alike.wards)}" if len(alike.wards) > 1 else ""
        table.add_row(
            Text(one.severity, COLOURS[one.severity]), one.code, alike.places, alike.text + whom, one.reason, one.do
        )
    console.print(table)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _sample(
    settings: Settings, registry: Registry, chosen: list[str], limit: int, *, quiet: bool
) -> tuple[list[Finding], list[dict[str, object]]]:
    """Looks at the chosen wards, or all; gives the findings and the counts."""
    from ward_warehouse.onboarding.checks.sample import Sampler, sample_findings

    known_keys(settings, open_lake(settings))
    feeds = [feed for ward in chosen or registry.wards for feed in registry.feeds(ward)]
    sampler = Sampler(settings, from_environment, limit)
    table = Table(title=f"samples of up to {limit} records; nothing was written", header_style="bold")
    for name in ("ward", "record kind", "records", "would be refused", "rules broken", "new columns"):
        table.add_column(name, overflow="fold")
    findings: list[Finding] = []
    counts: list[dict[str, object]] = []
    for feed in feeds:
        with console.status(f"reading {feed}"):
            sample = sampler.look(feed)
        findings += sample_findings(sample, registry.places[f"ward {feed.ward.ward}"])
        rules = {rule.rule: rule.rows for rule in sample.rules}
        broken = "; ".join(f"{rows} {rule}" for rule, rows in rules.items())
        table.add_row(
            feed.ward.ward, str(feed.record_kind), str(sample.rows), str(sample.refused), broken,
            ", ".join(sample.new_columns),
        )  # fmt: skip
        counts.append(
            {
                "ward": feed.ward.ward,
                "record_kind": str(feed.record_kind),
                "rows": sample.rows,
                "refused": sample.refused,
                "rules": rules,
                "new_columns": list(sample.new_columns),
                "error": sample.error,
            }
        )
    if not quiet:
        console.print(table)
    return findings, counts
