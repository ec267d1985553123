"""The dbt docs as one page: every model and column with its lineage, and the types of what is published."""

from __future__ import annotations

from pathlib import Path

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.dbt_command import run_dbt


def dbt_docs(settings: Settings, scratch: Path) -> bytes:
    """The page.

    Args:
        settings: of the warehouse, which was published; a build that runs meanwhile is not kept from its file.
        scratch: a folder for what dbt writes beside it.

    Raises:
        BuildError: nothing is published, or dbt refuses.
    """
    if not settings.published_file.is_file():
        raise BuildError(f"dictionary: {settings.published_file} is not there; run `ward-warehouse publish` first")
    finished = run_dbt(settings, ["docs", "generate", "--static"], scratch, published=True)
    page = scratch / "static_index.html"
    if not finished.success or not page.is_file():
        raise BuildError(f"dictionary: dbt docs: {finished.exception or 'no page was written'}")
    return page.read_bytes()
