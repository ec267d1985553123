"""Great Expectations, whose import takes seconds: without what it imports for things that nothing here asks of it."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

WHEN_ASKED = frozenset({"scipy.stats", "altair"})
"""What one of its expectations computes with, and its charts: a third of the import, and 78 MiB. They are imported when
something of them is asked for."""


def great_expectations() -> ModuleType:
    """The library; told first to report nothing over the network and to log less."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    is_new = "great_expectations" not in sys.modules
    with _without_collector(), _lazily():
        library = import_module("great_expectations")
    if is_new:
        # What was imported stays for as long as the process does. To look through it for what could go takes the
        # collector half a second when the process ends.
        gc.freeze()
    return library


class _WhenAsked(MetaPathFinder):
    """Finds the modules of `WHEN_ASKED`, each of which begins to be one when its first attribute is read."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in WHEN_ASKED else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def _lazily() -> Iterator[None]:
    finder = _WhenAsked()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def _without_collector() -> Iterator[None]:
    """A fifth of the import goes to looking through what it makes, of which nothing is to be thrown away."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
