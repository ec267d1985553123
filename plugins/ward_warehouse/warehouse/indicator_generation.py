"""What dbt and editors read of the definitions of indicators: files made from `dbt_project/indicators/`.

dbt needs the definitions while it compiles, to write the SQL that counts (a macro that gives them as data), and as rows
of the warehouse (two seeds); the rules of scorecards are rows alone (three seeds). They are committed, and a test says
whether they are what the definitions give.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ward_warehouse.registry.indicator_needs import OR, needs_of
from ward_warehouse.registry.indicator_reader import SCHEMAS, read_indicators
from ward_warehouse.registry.indicators import ALWAYS, Catalogue, CountedKind, Indicator, Part, Role
from ward_warehouse.registry.scorecard_reader import FOLDER as SCORECARDS
from ward_warehouse.registry.scorecard_reader import read_scorecards
from ward_warehouse.registry.scorecards import Scorecard
from ward_warehouse.warehouse.scorecard_generation import (
    CLASSES_SEED,
    FIGURES_SEED,
    INDICES_SEED,
    class_rows,
    figure_rows,
    index_rows,
)

DEFINITIONS = "indicators"
"""The folder of the definitions in the dbt project."""
MACROS = "macros/indicators/generated.sql"
SEED = "seeds/indicator_definitions.csv"
TARGETS_SEED = "seeds/indicator_target_steps.csv"
NEEDS_SEED = "seeds/indicator_needs.csv"
COMMAND = "ward-warehouse indicators generate"


def generated_files(project: Path) -> dict[Path, str]:
    """The text of each generated file, by its path.

    Args:
        project: the folder of the dbt project.

    Raises:
        RegistryError: the definitions are wrong; one line for each fault.
    """
    catalogue = read_indicators(project / DEFINITIONS)
    cards = read_scorecards(project / DEFINITIONS / SCORECARDS, catalogue)
    texts = {
        MACROS: _macros(catalogue),
        SEED: _csv(_definition_rows(catalogue)),
        TARGETS_SEED: _csv(_target_rows(catalogue)),
        INDICES_SEED: _csv(index_rows(cards, catalogue.sources)),
        FIGURES_SEED: _csv(figure_rows(cards)),
        CLASSES_SEED: _csv(class_rows(cards)),
        NEEDS_SEED: _csv(_need_rows(catalogue)),
    }
    schemas: dict[str, type[BaseModel]] = {**SCHEMAS, "schemas/scorecard.json": Scorecard}
    for name, model in schemas.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        texts[f"{DEFINITIONS}/{name}"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return {project / name: text for name, text in texts.items()}


def write_generated(project: Path) -> list[Path]:
    """Writes the generated files that are not what the definitions give; gives their paths.

    Raises:
        RegistryError: as for `generated_files`.
    """
    changed = []
    for path, text in generated_files(project).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _macros(catalogue: Catalogue) -> str:
    definitions = [_compiled(theme.theme, indicator, catalogue) for theme, indicator in catalogue.definitions()]
    kinds = {
        name: kind.model_dump(exclude_none=True, exclude_defaults=True, exclude={"schema_", "assumed", "said_by"})
        for name, kind in catalogue.record_kinds.items()
    }
    return (
        f"{{# Made by `{COMMAND}` from {DEFINITIONS}/: change it there. #}}\n"
        + _macro("indicator_definitions", "[", map(_definition_text, definitions), "]")
        + _macro("indicator_record_kinds", "{", (f"{_literal(k)}: {_literal(v)}" for k, v in kinds.items()), "}")
    )


def _macro(name: str, begin: str, entries: Iterable[str], end: str) -> str:
    body = ",\n".join(f"    {entry}" for entry in entries)
    return f"\n{{% macro {name}() %}}\n{{{{ return({begin}\n{body}\n{end}) }}}}\n{{% endmacro %}}\n"


def _definition_text(definition: dict[str, Any]) -> str:
    """One line for the definition and one for each of its parts."""
    parts = ",\n".join(f"        {_literal(part)}" for part in definition["parts"])
    head = _literal({key: value for key, value in definition.items() if key != "parts"})
    return f'{head[:-1]}, "parts": [\n{parts}\n    ]}}'


def _literal(value: Any) -> str:
    # JSON without nulls is a literal of Jinja too.
    return json.dumps(value, ensure_ascii=False)


def _compiled(theme: str, indicator: Indicator, catalogue: Catalogue) -> dict[str, Any]:
    """What SQL is written from; keys without a value are left out."""
    found = {
        "code": indicator.code,
        "version": indicator.version,
        "theme": theme,
        "kind": indicator.kind,
        "value_of": getattr(indicator, "value_of", None),
        "breakdowns": list(indicator.breakdowns),
        "on_scorecard": indicator.scorecard,
        "parts": [
            _compiled_part(indicator, role, part, catalogue.record_kinds[part.record_kind])
            for role, part in indicator.parts
        ],
    }
    return {key: value for key, value in found.items() if value is not None}


def _compiled_part(indicator: Indicator, role: Role, part: Part, kind: CountedKind) -> dict[str, Any]:
    found = {
        "role": role,
        "measure": f"{indicator.name_in_sql}_{role}",
        "summed": summed(part, kind),
        **part.model_dump(exclude_none=True),
    }
    if part.is_state:
        found |= {"opened": part.opened or kind.opened, "closed": part.closed or kind.closed}
    return found


def summed(part: Part, kind: CountedKind) -> str:
    """How a part is added up.

    Returns:
        `by_date`: sums per ward and day, which periods add up. `as_of_end`: each period from its records, because a
        predicate looks at the period's end or a record stands for a period of its own. `by_state`: what is open on a
        day, from what opens and closes each day.
    """
    if part.is_state:
        return "by_state"
    return "as_of_end" if kind.within or part.looks_at_period_end else "by_date"


def _definition_rows(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for order, (theme, indicator) in enumerate(catalogue.definitions(), start=1):
        source = catalogue.sources[indicator.source]
        parts: dict[str, Part] = {role: part for role, part in indicator.parts}
        numerator, denominator = parts.get("numerator"), parts.get("denominator")
        yield {
            "indicator_code": indicator.code,
            "indicator_version": indicator.version,
            "display_order": order,
            "valid_from": indicator.valid_from or ALWAYS,
            "valid_to": indicator.valid_to or "9999-12-31",
            "theme": theme.theme,
            "name_vi": indicator.name.vi,
            "name_en": indicator.name.en,
            "description_vi": indicator.description.vi,
            "description_en": indicator.description.en,
            "indicator_kind": indicator.kind,
            "unit": indicator.unit,
            "direction": indicator.direction,
            **_part_columns("numerator", numerator, catalogue),
            "state_from": numerator and numerator.opened,
            "state_to": numerator and numerator.closed,
            **_part_columns("denominator", denominator, catalogue),
            "value_of": getattr(indicator, "value_of", None),
            "breakdowns": ", ".join(indicator.breakdowns) or None,
            "empty_note": getattr(indicator, "empty_note", None),
            "is_on_scorecard": str(indicator.scorecard).lower(),
            "small_number_threshold": indicator.small_number_threshold,
            "hidden_with": indicator.hidden_with,
            "grains": ", ".join(indicator.grains) if indicator.grains else None,
            "source_vi": source.vi,
            "source_en": source.en,
        }


def _part_columns(role: Role, part: Part | None, catalogue: Catalogue) -> dict[str, str | None]:
    found: dict[str, str | None] = dict.fromkeys(("record_kind", "covered_by", "date", "predicate", "sum_of"))
    if part:
        found = {
            "record_kind": part.record_kind,
            # Whose coverage says how far the part is known.
            "covered_by": catalogue.record_kinds[part.record_kind].covered_by or part.record_kind,
            "date": part.date,
            "predicate": part.where,
            "sum_of": part.sum_of,
        }
    return {f"{role}_{name}": value for name, value in found.items()}


def _target_rows(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for _, indicator in catalogue.definitions():
        for target in indicator.targets:
            source = catalogue.sources[target.source]
            scope_kind, scope_code = target.scope
            yield {
                "indicator_code": indicator.code,
                "indicator_version": indicator.version,
                "scope_kind": scope_kind,
                "scope_code": scope_code,
                "applies_from": target.from_,
                "applies_to": target.to,
                "target": target.value,
                "comparison": target.comparison,
                "source_vi": source.vi,
                "source_en": source.en,
            }


def _need_rows(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """A row for each column that fulfils a need; of those of one need one is enough."""
    for _, indicator in catalogue.definitions():
        for need in needs_of(indicator, catalogue):
            for name in need.split(OR):
                record_kind, _, column = name.partition(".")
                yield {
                    "indicator_code": indicator.code,
                    "indicator_version": indicator.version,
                    "need": need,
                    "record_kind": record_kind,
                    "column_name": column,
                }


def _csv(rows: Iterable[dict[str, Any]]) -> str:
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()
