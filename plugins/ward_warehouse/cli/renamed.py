"""Flags of older versions: refused with the name that they have now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ward_warehouse.core.errors import WardWarehouseError


def renamed(old: str, new: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A hidden option `old` that ends the command with one line, which names `new`."""

    def refuse(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        if value:
            raise WardWarehouseError(f"{old}: is called {new} now; nothing was done")

    return click.option(old, hidden=True, multiple=True, expose_value=False, callback=refuse)
