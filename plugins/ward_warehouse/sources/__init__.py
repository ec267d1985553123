"""Reading ward systems: databases, JSON endpoints, dropped files, under one contract and one limit of readers per host.

It hands over what a ward says, as it says it: it may open connections and files of wards, and writes nothing of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from ward_warehouse.core.connections import Connection
from ward_warehouse.registry import Feed
from ward_warehouse.sources.base import BATCH_ROWS, FAULT, POSITION, ReadReport, Source, Window

__all__ = ["FAULT", "POSITION", "ReadReport", "Source", "Window", "open_source"]


def open_source(
    feed: Feed, connection: Connection, loaded: Mapping[str, str], *, sample: bool = False, was_silent: bool = False
) -> Source:
    """The source of a feed.

    Args:
        feed: a ward's feed.
        connection: where its system is.
        loaded: fingerprints of the files that earlier nights took.
        sample: a few records will do: pages are given as they come, and no receipt is written.
        was_silent: the ward's system has just left another of its feeds without an answer: it is not waited for again.
    """
    # Each task reads one ward: it does not pay for the libraries of the other two transports.
    match feed.system.transport:
        case "sql":
            from ward_warehouse.sources.sql import SqlSource

            return SqlSource(feed, connection, sample=sample)
        case "http":
            from ward_warehouse.sources.http import HttpSource

            return HttpSource(feed, connection, batch_rows=1 if sample else BATCH_ROWS, was_silent=was_silent)
        case "files":
            from ward_warehouse.sources.files import FilesSource

            return FilesSource(feed, connection, loaded, receipts=not sample)
