"""How the commands speak: tables and progress to the terminal, JSON where a script reads, one line on failure."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.status import Status
from rich.text import Text

from ward_warehouse.core.shown import shown, shown_json

WIDTH_OF_FILES = 160


class Terminal(Console):
    """A console to which every text is data: no markup, no emoji, no escape sequence in it is obeyed.

    What is to be styled is a `Text` or has a `style`; a text in a table's cell is treated like one that is printed.
    """

    def __init__(self, *, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """The text as it is shown, whatever is in it."""
        return super().render_str(shown(text), **{**options, "markup": False, "emoji": False})

    def status(self, status: RenderableType, **options: Any) -> Status:
        """A line beside a spinner while something is done."""
        return super().status(Text(shown(status)) if isinstance(status, str) else status, **options)


# A pipe has no width; rich would fold every table at 80 columns.
console = Terminal(width=None if sys.stdout.isatty() else WIDTH_OF_FILES)
_errors = Terminal(stderr=True)


def progress() -> Progress:
    """A bar that counts and goes away when it is done."""
    description = TextColumn("{task.description}", markup=False)
    columns = (description, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def as_json(value: Any) -> None:
    """Prints a value as JSON; dates and times in ISO form."""
    as_text(shown_json(json.dumps(value, ensure_ascii=False, default=str)) + "\n")


def as_text(text: str) -> None:
    """Prints a text that is laid out already."""
    click.echo(shown(text), nl=False)


def fail(message: str) -> NoReturn:
    """Prints the message to standard error and ends with code 1."""
    _errors.print(message, style="red", soft_wrap=True)
    sys.exit(1)
