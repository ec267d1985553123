"""The dbt docs as one page: every model and column of the last build, with its lineage."""

from __future__ import annotations

from pathlib import Path

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.dbt import run_dbt


def dbt_docs(settings: Settings, scratch: Path) -> bytes:
    """The page.

    Args:
        settings: of the warehouse, which was built.
        scratch: a folder for what dbt writes beside it.

    Raises:
        BuildError: there is no build, or dbt refuses.
    """
    if not settings.build_file.is_file():
        raise BuildError(f"dictionary: {settings.build_file} is not there; run `ward-warehouse build` first")
    finished = run_dbt(settings, ["docs", "generate", "--static"], scratch)
    page = scratch / "static_index.html"
    if not finished.success or not page.is_file():
        raise BuildError(f"dictionary: dbt docs: {finished.exception or 'no page was written'}")
    return page.read_bytes()
