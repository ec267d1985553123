"""Names of the published warehouse while a question is typed: on the shell's command line, and at a prompt."""

from __future__ import annotations

import re
import readline
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.warehouse.published import open_published

ENDS_A_NAME = " \t\n(),;=<>+-*/|'\""
PROMPT, MORE = "query> ", "  ...> "

_WORD = re.compile(rf"[^{re.escape(ENDS_A_NAME)}]*$")
_NAMES = """
SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database()
UNION SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE database_name = current_database()
    AND NOT internal
UNION SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal
ORDER BY 1"""


def known_names(published: Path) -> list[str]:
    """Every table and view with its schema, and every column; none while nothing can be read."""
    try:
        with open_published(published) as db:
            return [str(name) for (name,) in db.execute(_NAMES).fetchall()]
    except WardWarehouseError:
        return []


def complete_statement(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What the shell may put in the place of a statement whose last word is not typed to its end."""
    found = _WORD.search(incomplete)
    word = found[0] if found else ""
    before = incomplete[: len(incomplete) - len(word)]
    names = known_names(load_settings().published_file)
    return [CompletionItem(before + name) for name in names if name.startswith(word)]


def typed_statements(published: Path, read: Callable[[str], str] = input) -> Iterator[str]:
    """Statements as a person types them, each up to its semicolon, until the input ends; Tab completes names.

    Args:
        published: the published file.
        read: reads a line after a prompt.
    """
    readline.set_completer_delims(ENDS_A_NAME)
    readline.set_completer(partial(_nth, known_names(published)))
    readline.parse_and_bind("tab: complete")
    lines: list[str] = []
    while True:
        try:
            lines.append(read(MORE if lines else PROMPT))
        except (EOFError, KeyboardInterrupt):
            return
        if lines[-1].rstrip().endswith(";") and (statement := "\n".join(lines).strip(" ;\n")):
            yield statement
        if lines[-1].rstrip().endswith(";") or not lines[-1].strip():
            lines = []


def _nth(names: list[str], word: str, number: int) -> str | None:
    found = [name for name in names if name.startswith(word)]
    return found[number] if number < len(found) else None
