"""Commands about the definitions of indicators and the rules of scorecards: print them, generate what they make."""

from __future__ import annotations

import click

from ward_warehouse.cli.output import as_text, console
from ward_warehouse.core.settings import load_settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.registry.scorecard_reader import FOLDER as SCORECARDS
from ward_warehouse.registry.scorecard_reader import read_scorecards
from ward_warehouse.reports.dictionary import describe, dictionary, find_definition
from ward_warehouse.reports.scorecard_rules import scorecard_rules
from ward_warehouse.warehouse.indicator_generation import DEFINITIONS, write_generated
from ward_warehouse.warehouse.indicator_sql import standalone_sql
from ward_warehouse.warehouse.metrics import semantic_layer


@click.group(invoke_without_command=True)
@click.pass_context
def indicators(context: click.Context) -> None:
    """Print what every indicator means, counts and comes from, as Markdown."""
    if context.invoked_subcommand is None:
        as_text(dictionary(_catalogue()))


@indicators.command()
@click.argument("code")
@click.option("--version", type=int, help="Of the definition. Default: the newest.")
@click.option("--sql", "only_sql", is_flag=True, help="Print the statement alone, for a client of DuckDB.")
def show(code: str, version: int | None, only_sql: bool) -> None:
    """Print one indicator: its meaning, its law, and its SQL by ward and month over the published warehouse."""
    catalogue = _catalogue()
    if only_sql:
        as_text(standalone_sql(find_definition(catalogue, code, version), catalogue))
    else:
        as_text(describe(catalogue, code, version))


@indicators.command()
def scorecards() -> None:
    """Print the rules of the scorecards: the points of each index, and where its share comes from."""
    catalogue = _catalogue()
    cards = read_scorecards(load_settings().dbt_project_dir / DEFINITIONS / SCORECARDS, catalogue)
    as_text(scorecard_rules(cards, catalogue))


@indicators.command()
def metrics() -> None:
    """Print the indicators that add up over days as semantic models and metrics of dbt, for MetricFlow."""
    as_text(semantic_layer(_catalogue()))


@indicators.command()
@click.option("--without-docs", is_flag=True, help="Leave out the dbt docs, which take half a minute.")
def book(without_docs: bool) -> None:
    """Write the dictionary to be printed, with an example of each indicator worked out by hand, and the dbt docs."""
    from ward_warehouse.reports.book.site import write_dictionary

    with console.status("writing the dictionary"):
        files = write_dictionary(load_settings(), with_docs=not without_docs)
    for file in files:
        console.print(f"written: {file}", soft_wrap=True)


@indicators.command()
def generate() -> None:
    """Check the definitions and write the files that dbt and editors read of them; needed after each change."""
    changed = write_generated(load_settings().dbt_project_dir)
    for path in changed:
        click.echo(f"wrote {path}")
    if not changed:
        click.echo("every generated file is current")


def _catalogue() -> Catalogue:
    return read_indicators(load_settings().dbt_project_dir / DEFINITIONS)
