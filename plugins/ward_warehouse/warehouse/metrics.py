"""The indicators as metrics of MetricFlow, dbt's semantic layer, written from their definitions alone.

A metric counts the records of the published warehouse by any of their dates and columns that a question names, also by
those for which the warehouse keeps no figure. Only what adds up over days can be a metric: a state at a period's end, a
predicate that looks at it, a median and an office's own return of a period are figures of `marts.reform_indicators`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from ward_warehouse.registry.indicators import Catalogue, Count, CountedKind, Indicator, Part, Ratio
from ward_warehouse.warehouse.indicator_generation import summed

HEAD = """\
# Made by `ward-warehouse indicators metrics` from dbt_project/indicators/: change it there.
"""
WARDS = {
    "name": "wards",
    "model": "ref('dim_ward')",
    "description": "Wards, and the counters of districts / Phường và bộ phận một cửa của quận",
    "entities": [{"name": "ward", "type": "primary", "expr": "ward_key"}],
    "dimensions": [
        {"name": name, "type": "categorical"}
        for name in ("district_code", "district_name_vi", "ward_name_vi", "ward_name_en", "unit_kind")
    ],
}
"""The names that every figure can be grouped by."""

ROLES = {"numerator": "tử số", "denominator": "mẫu số"}


def adds_up(indicator: Indicator, catalogue: Catalogue) -> bool:
    """Whether its figure of a period is the sum over the period's days, or the quotient of two such sums."""
    return isinstance(indicator, Count | Ratio) and all(
        summed(part, catalogue.record_kinds[part.record_kind]) == "by_date" for _, part in indicator.parts
    )


def semantic_layer(catalogue: Catalogue) -> str:
    """The semantic models and metrics of every indicator that adds up, as YAML for dbt.

    Args:
        catalogue: the definitions.

    Returns:
        A semantic model for each record kind that is counted and one of the wards; for each indicator a metric of its
        code and, of a ratio, one for each of its parts. An older version of a definition has its version in the name.
    """
    chosen = [indicator for _, indicator in catalogue.definitions() if adds_up(indicator, catalogue)]
    kinds = dict.fromkeys(part.record_kind for indicator in chosen for _, part in indicator.parts)
    layer = {
        "semantic_models": [*(_semantic_model(name, chosen, catalogue) for name in kinds), WARDS],
        "metrics": [metric for indicator in chosen for metric in _metrics(indicator, catalogue)],
    }
    return HEAD + yaml.safe_dump(layer, allow_unicode=True, sort_keys=False, width=120)


def metric_name(indicator: Indicator, catalogue: Catalogue) -> str:
    """The code of the indicator; with the version, when it is not the newest."""
    newest = catalogue.versions(indicator.code)[-1]
    return indicator.code if indicator.version == newest.version else indicator.name_in_sql


def _semantic_model(record_kind: str, chosen: list[Indicator], catalogue: Catalogue) -> dict[str, Any]:
    kind = catalogue.record_kinds[record_kind]
    counted = [
        (f"{metric_name(indicator, catalogue)}_{role}", part)
        for indicator in chosen
        for role, part in indicator.parts
        if part.record_kind == record_kind
    ]
    dates = dict.fromkeys(part.date for _, part in counted)
    return {
        "name": record_kind,
        "model": f"ref('{kind.mart}')",
        "description": f"{kind.schema_}.{kind.mart}, a row for each record",
        "defaults": {"agg_time_dimension": next(iter(dates))},
        "entities": [
            {"name": _name_entity(kind, catalogue), "type": "primary", "expr": kind.key},
            {"name": "ward", "type": "foreign", "expr": "ward_key"},
        ],
        "dimensions": [
            *({"name": date, "type": "time", "type_params": {"time_granularity": "day"}} for date in dates),
            *({"name": name, "type": "categorical", "expr": column} for name, column in kind.dimensions.items()),
        ],
        "measures": [
            {"name": name, "agg": "sum", "agg_time_dimension": part.date, "expr": _amount(part, kind)}
            for name, part in counted
        ],
    }


def _name_entity(kind: CountedKind, catalogue: Catalogue) -> str:
    """MetricFlow refuses an entity with the name of a dimension: a procedure is what dossiers are broken down by."""
    dimensions = {name for one in catalogue.record_kinds.values() for name in one.dimensions}
    short = kind.key.removesuffix("_key")
    return kind.key if short in dimensions else short


def _amount(part: Part, kind: CountedKind) -> str:
    conditions = [" ".join(part.where.split())] if part.where else []
    if kind.counted_within:
        first, last = kind.counted_within
        conditions.append(f"{part.date} between coalesce({first}, {part.date}) and coalesce({last}, {part.date})")
    amount = part.sum_of or "1"
    if not conditions:
        return amount
    return f"case when {' and '.join(f'({condition})' for condition in conditions)} then {amount} else 0 end"


def _metrics(indicator: Indicator, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    name = metric_name(indicator, catalogue)
    said = {
        "label": f"{indicator.name.vi} / {indicator.name.en}",
        "description": f"{' '.join(indicator.description.vi.split())} / {' '.join(indicator.description.en.split())}",
    }
    if isinstance(indicator, Count):
        yield {"name": name, **said, "type": "simple", "type_params": {"measure": f"{name}_numerator"}}
        return
    yield {
        "name": name,
        **said,
        "type": "ratio",
        "type_params": {role: f"{name}_{role}" for role, _ in indicator.parts},
    }
    for role, _ in indicator.parts:
        yield {
            "name": f"{name}_{role}",
            "label": f"{indicator.name.vi} ({ROLES[role]}) / {indicator.name.en} ({role})",
            "description": f"{ROLES[role].capitalize()} của {name} / The {role} of {name}",
            "type": "simple",
            # Nothing to count is zero records, where the other part has some.
            "type_params": {"measure": {"name": f"{name}_{role}", "fill_nulls_with": 0}},
        }
