"""Reading ward systems: databases, JSON endpoints, dropped files, under one contract and one limit of readers per host.

It hands over what a ward says, as it says it: it may open connections and files of wards, and writes nothing of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from ward_warehouse.core.connections import Connection
from ward_warehouse.registry import Dataset
from ward_warehouse.sources.base import BATCH_ROWS, FAULT, POSITION, ReadReport, Source, Window

__all__ = ["FAULT", "POSITION", "ReadReport", "Source", "Window", "open_source"]


def open_source(dataset: Dataset, connection: Connection, loaded: Mapping[str, str], *, sample: bool = False) -> Source:
    """The source of a dataset.

    Args:
        dataset: a ward's dataset.
        connection: where its system is.
        loaded: fingerprints of the files that earlier nights took.
        sample: a few records will do: pages are given as they come, and no receipt is written.
    """
    # Each task reads one ward: it does not pay for the libraries of the other two transports.
    match dataset.system.transport:
        case "sql":
            from ward_warehouse.sources.sql import SqlSource

            return SqlSource(dataset, connection, sample=sample)
        case "http":
            from ward_warehouse.sources.http import HttpSource

            return HttpSource(dataset, connection, batch_rows=1 if sample else BATCH_ROWS)
        case "files":
            from ward_warehouse.sources.files import FilesSource

            return FilesSource(dataset, connection, loaded, receipts=not sample)
