"""Ward systems in a database: `source` reads, `streams` are the drivers' ways, `dialects` what is a database's own."""

from ward_warehouse.sources.sql.source import SqlSource

__all__ = ["SqlSource"]
