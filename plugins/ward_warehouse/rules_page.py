"""The rules and what each found, as a page for people: each rule with its reason and sentence, each ward's counts.

Not Great Expectations' own Data Docs: the judge shows it every distinct value once, for all wards together, so its
counts are of values and not of records, and its pages hold the values themselves. Here are counts of records, and no
value.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from ward_warehouse.contracts import RecordKind
from ward_warehouse.errors import BuildError
from ward_warehouse.settings import Settings
from ward_warehouse.validation import Rule, load_suite

TEMPLATE = "rules_page.html"
NIGHTS_SHOWN = 14


def page_file(settings: Settings) -> Path:
    """Where the page is."""
    return settings.home.resolve() / "reports" / "validation" / "index.html"


def write_rules_page(settings: Settings) -> Path:
    """Writes the page of the published warehouse; readers see the old one or the new one.

    Raises:
        BuildError: the page cannot be written.
        ValidationError: a suite is wrong.
    """
    loader = PackageLoader("ward_warehouse", "templates")
    template = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(TEMPLATE)
    results = _results(settings.published_file)
    suites = {}
    for kind in RecordKind:
        if (settings.expectations_dir / f"{kind}.yml").is_file():
            found = results.get(str(kind), {})
            rules = load_suite(settings.expectations_dir, kind).rules
            suites[str(kind)] = [_shown(rule, found.get(rule.rule, [])) for rule in rules]
    target = page_file(settings)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".tmp")
        temporary.write_text(template.render(suites=suites, nights=NIGHTS_SHOWN), encoding="utf-8")
        os.replace(temporary, target)
    except OSError as error:
        raise BuildError(f"{target}: cannot be written ({error.strerror or error}); check space and rights") from None
    return target


def _shown(rule: Rule, found: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "rule": rule,
        "judged": sum(row["rows_judged"] for row in found),
        "broken": sum(row["rows_broken"] for row in found),
        "wards": [row for row in found if row["rows_broken"]],
    }


def _results(published: Path) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Per record kind and rule what each ward's records of the last nights broke."""
    with duckdb.connect(str(published), read_only=True) as db:
        found = db.execute(
            """
            SELECT record_kind, rule, ward_key, sum(rows_judged)::BIGINT AS rows_judged,
                   sum(rows_broken)::BIGINT AS rows_broken, max(night) FILTER (WHERE rows_broken > 0) AS last_night
            FROM audit.validation_results
            WHERE night > (SELECT max(night) FROM audit.validation_results) - $nights::INTEGER
            GROUP BY ALL ORDER BY rows_broken DESC, ward_key""",
            {"nights": NIGHTS_SHOWN},
        )
        names = [column[0] for column in found.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    results: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        results[row["record_kind"]][row["rule"]].append(row)
    return results
