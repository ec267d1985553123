"""Reference pages in Markdown, printed from the code that they describe: every setting, every check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from ward_warehouse.core.settings import PROJECT_ROOT, Settings
from ward_warehouse.registry.check_table import CHECKS

_SETTINGS_HEAD = """\
# Settings

Printed by `ward-warehouse settings`. All of them are environment variables, read once when a command or a task starts.
A wrong value is refused with the variable's name, what was found and what was expected. Passwords of ward systems are
no settings: [connections.md](connections.md).

| variable | what it sets | default |
|---|---|---|
"""
_CHECKS_HEAD = """\
# Checks

What `ward-warehouse wards check` looks at; printed by `ward-warehouse wards check --list --markdown`. error: the entry
is left out of the night, or the night would go wrong. warning: it runs, and something is probably not meant so. hint:
worth a look.

| check | severity | why it matters | what to do |
|---|---|---|---|
"""


def settings_page() -> str:
    """`docs/settings.md`: each variable, what it sets and what holds without it, in the order of the class."""
    lines = [
        f"| `WARD_WAREHOUSE_{name.upper()}` | {_cell(field.description or '')} | {_default(field.default)} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return _SETTINGS_HEAD + "".join(lines)


def checks_page() -> str:
    """`docs/checks.md`: each check, what it is for and what to do when it finds something."""
    lines = [f"| `{one.code}` | {one.severity} | {_cell(one.reason)} | {_cell(one.do)} |\n" for one in CHECKS.values()]
    return _CHECKS_HEAD + "".join(lines)


def _default(value: Any) -> str:
    if value is None or isinstance(value, SecretStr):
        return "none"
    if value == "":
        return "empty"
    if isinstance(value, Path) and value.is_relative_to(PROJECT_ROOT):
        value = value.relative_to(PROJECT_ROOT)
    return f"`{value}`"


def _cell(text: str) -> str:
    """The text as a cell of a table; what looks like a tag stays text."""
    return text.replace("|", r"\|").replace("<", r"\<")
