"""The suites of `expectations/`: what each rule asks, what follows from it, and the sentence for the officer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import ValidationError

Severity = Literal["error", "warning"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning")
"""By consequence: an error quarantines the record, a warning is counted."""

REPEATED = "repeated"
CODE_REPEATED = "code_repeated"
"""Columns that a batch gets before it is judged, because no record by itself shows them: see `repeats`."""


@dataclass(frozen=True)
class Rule:
    """What a suite says about one rule besides the expectation itself.

    Attributes:
        unless: another rule that explains this one; a record that broke it is not blamed twice.
        reason, reason_vi: what would go wrong without the rule, in English and Vietnamese.
        vi, en: the sentence for the officer.
    """

    rule: str
    severity: Severity
    column: str
    reason: str
    reason_vi: str
    vi: str
    en: str
    unless: str | None = None


@dataclass(frozen=True)
class Suite:
    """The rules of one record kind, and their expectations in the same order."""

    record_kind: RecordKind
    rules: tuple[Rule, ...]
    configurations: tuple[dict[str, Any], ...]

    @property
    def columns(self) -> list[str]:
        """The columns that the expectations look at."""
        return list(dict.fromkeys(name for one in self.configurations for name in columns_of(one)))


def columns_of(configuration: dict[str, Any]) -> list[str]:
    """The columns that an expectation looks at."""
    kwargs = configuration["kwargs"]
    named = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    condition = kwargs.get("row_condition")
    return [*named, condition["column"]["name"]] if condition else named


def load_suite(folder: Path, record_kind: RecordKind) -> Suite:
    """The suite `<folder>/<record kind>.yml`.

    Raises:
        ValidationError: the file cannot be read, or a rule lacks a part.
    """
    path = folder / f"{record_kind}.yml"
    try:
        data = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        entries = [dict(entry) for entry in data["expectations"]]
    except Exception as error:
        raise ValidationError(f"{path}: cannot be read as a suite ({' '.join(str(error).split())})") from None
    rules = [_rule(path, entry) for entry in entries]
    names = [rule.rule for rule in rules]
    for rule in rules:
        if names.count(rule.rule) > 1:
            raise ValidationError(f"{path}: rule {rule.rule} stands twice; give each rule its own name")
        if rule.unless is not None and rule.unless not in names:
            raise ValidationError(f"{path}: rule {rule.rule}: unless names {rule.unless}, which is not in the suite")
    return Suite(record_kind, tuple(rules), tuple(entries))


def _rule(path: Path, entry: dict[str, Any]) -> Rule:
    meta = entry.get("meta") or {}
    name = meta.get("rule", "?")
    missing = [key for key in ("rule", "reason", "reason_vi", "vi", "en") if not meta.get(key)]
    if missing:
        raise ValidationError(f"{path}: rule {name}: meta has no {', '.join(missing)}; add it")
    if entry.get("severity") not in SEVERITIES:
        raise ValidationError(
            f"{path}: rule {name}: severity is {entry.get('severity')!r}, expected one of {', '.join(SEVERITIES)}"
        )
    kwargs = entry.get("kwargs") or {}
    column = meta.get("column") or kwargs.get("column") or kwargs.get("column_A")
    said = (meta["reason"], meta["reason_vi"], meta["vi"], meta["en"])
    return Rule(name, entry["severity"], str(column), *said, meta.get("unless"))
