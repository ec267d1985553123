"""Ward systems behind a paged JSON endpoint: `source` reads records, `paging` walks, `client` asks, `auth` signs."""

from ward_warehouse.sources.http.client import Limits
from ward_warehouse.sources.http.source import HttpSource

__all__ = ["HttpSource", "Limits"]
