"""Which columns of a contract an indicator is made of, so that what nobody recorded is not shown as zero.

They follow from the columns that a definition counts by. What a mart's own column is made of stands in
`record_kinds.yml` under `said_by`; any other column says itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from ward_warehouse.core.contracts import CONTRACTS, Column, RecordKind
from ward_warehouse.registry.expressions import columns_of
from ward_warehouse.registry.indicators import PERIOD_END, Catalogue, CountedKind, Indicator, Part

OR = "|"
"""Between columns of which one is enough."""


def needs_of(indicator: Indicator, catalogue: Catalogue) -> list[str]:
    """What a ward's systems must record for an indicator.

    Returns:
        Each need once, in order: a column as `record_kind.column`, or several of which one is enough, joined by `|`.
    """
    found: dict[str, None] = {}
    for _, part in indicator.parts:
        kind = catalogue.record_kinds[part.record_kind]
        for column in counted_by(indicator, part, kind):
            found |= dict.fromkeys(_full(need, part.record_kind) for need in _said_by(column, part.record_kind, kind))
        found |= dict.fromkeys(_full(need, part.record_kind) for need in indicator.needs)
    return sorted(found)


def counted_by(indicator: Indicator, part: Part, kind: CountedKind) -> list[str]:
    """The columns of the mart by which a part is counted, each once."""
    dates = [part.opened or kind.opened, part.closed or kind.closed] if part.is_state else [part.date]
    texts = [part.where, part.sum_of, getattr(indicator, "value_of", None), *dates]
    # What is assumed of a record that does not say it holds without the column.
    for column, value in kind.assumed.items():
        texts = [text and text.replace(f"{column} = '{value}'", "true") for text in texts]
    named = (name for text in texts if text for name in columns_of(text.replace(PERIOD_END, "null")))
    return list(dict.fromkeys(named))


def unsaid(indicator: Indicator, part: Part, kind: CountedKind) -> Iterator[str]:
    """Columns that are neither the contract's nor said to be made of its columns."""
    if part.record_kind in CONTRACTS:
        known = {name for column in CONTRACTS[RecordKind(part.record_kind)].stored for name in _names(column)}
        yield from (
            name for name in counted_by(indicator, part, kind) if name not in known and name not in kind.said_by
        )


def _names(column: Column) -> tuple[str, ...]:
    return (column.name, column.date_name) if column.is_day else (column.name,)


def _said_by(name: str, record_kind: str, kind: CountedKind) -> tuple[str, ...]:
    if name in kind.said_by:
        return kind.said_by[name]
    if record_kind not in CONTRACTS:
        return ()
    columns = (column for column in CONTRACTS[RecordKind(record_kind)].stored if name in _names(column))
    # What a contract requires is always recorded.
    return tuple(column.name for column in columns if not column.required)


def _full(need: str, record_kind: str) -> str:
    return OR.join(name if "." in name else f"{record_kind}.{name}" for name in need.split(OR))
