"""Reading ward systems: databases, JSON endpoints, dropped files."""

from __future__ import annotations

from collections.abc import Mapping

from ward_warehouse.connections import Connection
from ward_warehouse.registry import Dataset
from ward_warehouse.sources.base import FAULT, POSITION, ReadReport, Source, Window

__all__ = ["FAULT", "POSITION", "ReadReport", "Source", "Window", "open_source"]


def open_source(dataset: Dataset, connection: Connection, loaded: Mapping[str, str]) -> Source:
    """The source of a dataset; `loaded` holds the fingerprints of the files that earlier nights took."""
    # Each task reads one ward: it does not pay for the libraries of the other two transports.
    match dataset.system.transport:
        case "sql":
            from ward_warehouse.sources.sql import SqlSource

            return SqlSource(dataset, connection)
        case "http":
            from ward_warehouse.sources.http import HttpSource

            return HttpSource(dataset, connection)
        case "files":
            from ward_warehouse.sources.files import FilesSource

            return FilesSource(dataset, connection, loaded)
