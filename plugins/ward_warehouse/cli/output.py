"""How the commands speak: tables and progress to the terminal, JSON where a script reads, one line on failure."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

from rich.console import Console

WIDTH_OF_FILES = 160

# A pipe has no width; rich would fold every table at 80 columns.
console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES)
_errors = Console(stderr=True)


def as_json(value: Any) -> None:
    """Prints a value as JSON; dates and times in ISO form."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def fail(message: str) -> NoReturn:
    """Prints the message to standard error and ends with code 1."""
    _errors.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)
