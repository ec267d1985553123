"""Checks of the suites against the contracts; Great Expectations itself judges a rule when a sample is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ward_warehouse.core.contracts import CONTRACTS, SOURCE_WARD, RecordKind
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.findings import Finding

GUARDS = "batch_guards"
"""The file of the rules about whole batches, which stands beside the suites."""


def suite_findings(settings: Settings) -> Iterator[Finding]:
    """Findings about the suite of each record kind, and about suites of none."""
    folder = settings.expectations_dir
    for path in sorted(folder.glob("*.yml")):
        if path.stem not in {*RecordKind, GUARDS}:
            yield Finding("suite-orphan", path, 1, f"no record kind is called {path.stem}")
    for record_kind in RecordKind:
        yield from _suite(folder, record_kind)


def _suite(folder: Path, record_kind: RecordKind) -> Iterator[Finding]:
    # Importing it costs a second, which a check of the registry alone should not pay before it has printed anything.
    from ward_warehouse.mapping.statement import MARKERS
    from ward_warehouse.validation.suites import CODE_REPEATED, REPEATED, load_suite

    path = folder / f"{record_kind}.yml"
    try:
        suite = load_suite(folder, record_kind)
    except ValidationError as error:
        text = str(error).removeprefix(f"{path}: ")
        yield Finding("suite-unreadable", path, _line(path, text), text)
        return
    contract = CONTRACTS[record_kind]
    known = {*contract.schema().names, *MARKERS, REPEATED, CODE_REPEATED, SOURCE_WARD}
    for rule, configuration in zip(suite.rules, suite.configurations, strict=True):
        kwargs = configuration["kwargs"]
        named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
        for name in named:
            if name not in known:
                text = f"rule {rule.rule}: {name} is no column of {record_kind}"
                yield Finding("rule-column-unknown", path, _line(path, f"rule {rule.rule}:"), text)
    judged = {
        configuration["kwargs"].get("column")
        for rule, configuration in zip(suite.rules, suite.configurations, strict=True)
        if rule.severity == "error" and configuration["type"] == "expect_column_values_to_not_be_null"
    }
    for column in contract.columns:
        if column.required and column.name not in judged:
            yield Finding("required-unjudged", path, 1, f"{column.name} is required, and no critical rule asks for it")


def _line(path: Path, text: str) -> int:
    """The line of the rule that the text names; 1 when it names none."""
    named = re.match(r"rule (\S+?):", text)
    if named is None or not path.is_file():
        return 1
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    pattern = re.compile(rf"\s*rule: {re.escape(named[1])}\s*$")
    return max((number for number, line in enumerate(lines, 1) if pattern.match(line)), default=1)
