"""What the systems of a ward record: the columns of the contracts that its registry entry leads to."""

from __future__ import annotations

from collections.abc import Iterator

from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.registry.load import Feed, Registry

ENDS_WITHOUT_RESULT = frozenset(("not_accepted", "withdrawn", "stopped"))
NEVER_STOPPED = "never_stopped"
"""Of a system whose dossiers end with a result, all of them: it has no stop to record."""
STATUTORY_TIME = "statutory_time"
"""Of a ward in whose district procedures have a time limit, from which a deadline follows."""


def recorded_columns(registry: Registry) -> Iterator[tuple[str, RecordKind, str]]:
    """Ward, record kind and column, each once.

    Beside the columns stands which words a status can be (`status=stopped`), and what else decides whether a figure can
    be known: `never_stopped`, `statutory_time`.
    """
    limited = set(_districts_with_time_limits(registry))
    for ward in registry.wards.values():
        for feed in registry.feeds(ward.ward):
            contract = {column.name for column in CONTRACTS[feed.record_kind].stored}
            for name in sorted(contract & feed.mapping.columns.keys()):
                yield ward.ward, feed.record_kind, name
            if feed.record_kind is RecordKind.DOSSIERS:
                yield from ((ward.ward, feed.record_kind, name) for name in _of_dossiers(feed))
                if ward.district in limited:
                    yield ward.ward, feed.record_kind, STATUTORY_TIME


def _of_dossiers(feed: Feed) -> Iterator[str]:
    status = feed.mapping.columns.get("status")
    table = feed.system.codes.get(status.codes) if status is not None and status.codes else None
    constant = {str(status.constant)} if status is not None and status.constant is not None else None
    values = set(table.values()) if table is not None else constant or set(_any_status(feed))
    yield from (f"status={value}" for value in sorted(values))
    if not values & ENDS_WITHOUT_RESULT:
        yield NEVER_STOPPED


def _any_status(feed: Feed) -> tuple[str, ...]:
    return next(column.values for column in CONTRACTS[feed.record_kind].stored if column.name == "status")


def _districts_with_time_limits(registry: Registry) -> Iterator[str]:
    for district, catalogue in registry.catalogues.items():
        if any(row[STATUTORY_TIME] for row in catalogue.rows):
            yield district
    for ward in registry.wards.values():
        for feed in registry.feeds(ward.ward, [RecordKind.PROCEDURES]):
            if STATUTORY_TIME in feed.mapping.columns:
                yield ward.district
