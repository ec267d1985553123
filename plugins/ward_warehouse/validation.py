"""Great Expectations judges landed records by the suites in `expectations/`; each record goes one of two ways.

Only the index labels of failing rows are taken from Great Expectations, never values: values can be personal data.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml

from ward_warehouse.contracts import RecordKind
from ward_warehouse.errors import ValidationError

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

Severity = Literal["error", "warning"]
SEVERITIES: dict[str, Severity] = {"critical": "error", "warning": "warning"}
"""Great Expectations' severities by consequence: an error quarantines the record, a warning is counted."""

REPEATED = "repeated"


@dataclass(frozen=True)
class Rule:
    """What a suite says about one rule besides the expectation itself.

    Attributes:
        unless: another rule that explains this one; a record that broke it is not blamed twice.
        vi, en: the sentence for the officer.
    """

    rule: str
    severity: Severity
    column: str
    reason: str
    vi: str
    en: str
    unless: str | None = None


@dataclass(frozen=True)
class Suite:
    """The rules of one record kind, and their expectations in the same order."""

    kind: RecordKind
    rules: tuple[Rule, ...]
    configurations: tuple[dict[str, Any], ...]

    @property
    def columns(self) -> list[str]:
        """The columns that the expectations look at."""
        return list(dict.fromkeys(name for one in self.configurations for name in _columns_of(one)))


def _columns_of(configuration: dict[str, Any]) -> list[str]:
    kwargs = configuration["kwargs"]
    return [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]


def load_suite(folder: Path, kind: RecordKind) -> Suite:
    """The suite `<folder>/<kind>.yml`.

    Raises:
        ValidationError: the file cannot be read, or a rule lacks a part.
    """
    path = folder / f"{kind}.yml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = data["expectations"]
    except Exception as error:
        raise ValidationError(f"{path}: cannot be read as a suite ({' '.join(str(error).split())})") from None
    rules = [_rule(path, entry) for entry in entries]
    names = [rule.rule for rule in rules]
    for rule in rules:
        if names.count(rule.rule) > 1:
            raise ValidationError(f"{path}: rule {rule.rule} stands twice; give each rule its own name")
        if rule.unless is not None and rule.unless not in names:
            raise ValidationError(f"{path}: rule {rule.rule}: unless names {rule.unless}, which is not in the suite")
    return Suite(kind, tuple(rules), tuple(entries))


def _rule(path: Path, entry: dict[str, Any]) -> Rule:
    meta = entry.get("meta") or {}
    name = meta.get("rule", "?")
    missing = [key for key in ("rule", "reason", "vi", "en") if not meta.get(key)]
    if missing:
        raise ValidationError(f"{path}: rule {name}: meta has no {', '.join(missing)}; add it")
    if entry.get("severity") not in SEVERITIES:
        raise ValidationError(
            f"{path}: rule {name}: severity is {entry.get('severity')!r}, expected one of {', '.join(SEVERITIES)}"
        )
    kwargs = entry.get("kwargs") or {}
    column = meta.get("column") or kwargs.get("column") or kwargs.get("column_A")
    return Rule(
        name, SEVERITIES[entry["severity"]], str(column), meta["reason"], meta["vi"], meta["en"], meta.get("unless")
    )


class Judge:
    """Judges frames of one record kind; importing Great Expectations is paid once, on the first frame."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._gx_suite, self._batches = _prepare(suite)

    def broken_rows(self, records: pa.Table) -> dict[str, np.ndarray]:
        """For each rule the positions (from 0) of the records that broke it, in the suite's order.

        Args:
            records: mapped records of one or more wards with the columns that the suite looks at.

        Raises:
            ValidationError: a rule could not be judged. Nothing passes unjudged.
        """
        self._require_columns(records.column_names)
        frame = _frame(records.select(self.suite.columns))
        batch = self._batches.get_batch({"dataframe": frame})
        outcome = batch.validate(self._gx_suite, result_format={"result_format": "COMPLETE"})
        found: dict[str, np.ndarray] = {}
        for result in outcome.results:
            name = result.expectation_config.meta["rule"]
            indexes = result.result.get("unexpected_index_list")
            if indexes is None:
                raise ValidationError(
                    f"expectations/{self.suite.kind}.yml: rule {name} could not be judged: {_why(result)}; correct the "
                    "rule"
                )
            found[name] = np.asarray(indexes, dtype=np.int64)
        return {rule.rule: self._without_explained(rule, found) for rule in self.suite.rules}

    def _require_columns(self, present: list[str]) -> None:
        for rule, configuration in zip(self.suite.rules, self.suite.configurations, strict=True):
            for name in _columns_of(configuration):
                if name not in present:
                    raise ValidationError(
                        f"expectations/{self.suite.kind}.yml: rule {rule.rule}: {name} is no column of the record; "
                        "correct its kwargs"
                    )

    @staticmethod
    def _without_explained(rule: Rule, found: dict[str, np.ndarray]) -> np.ndarray:
        broken = found[rule.rule]
        return broken if rule.unless is None else np.setdiff1d(broken, found[rule.unless])


def great_expectations() -> ModuleType:
    """The library, whose import takes seconds; told first to report nothing over the network and to log less."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return import_module("great_expectations")


def _prepare(suite: Suite) -> tuple[ExpectationSuite, Any]:
    gx = great_expectations()
    from great_expectations.core import ExpectationSuite
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    expectations = [_expectation(suite.kind, *pair) for pair in zip(suite.rules, suite.configurations, strict=True)]
    gx_suite = context.suites.add(ExpectationSuite(name=str(suite.kind), expectations=expectations))
    asset = context.data_sources.add_pandas("landing").add_dataframe_asset(str(suite.kind))
    return gx_suite, asset.add_batch_definition_whole_dataframe("night")


def _expectation(kind: RecordKind, rule: Rule, configuration: dict[str, Any]) -> Any:
    """The expectation of a rule; built one by one, because a suite only logs what it cannot build and goes on."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    kwargs = {key: _typed(value) for key, value in configuration["kwargs"].items()}
    try:
        return ExpectationConfiguration(**{**configuration, "kwargs": kwargs}).to_domain_obj()
    except Exception as error:
        raise ValidationError(
            f"expectations/{kind}.yml: rule {rule.rule}: Great Expectations cannot build it: "
            f"{' '.join(str(error).split())[:200]}; correct the rule"
        ) from None


def _typed(value: Any) -> Any:
    """A YAML date as the type of the frame's date columns; pandas refuses to compare the two otherwise."""
    return pd.Timestamp(value) if isinstance(value, date) else value


def _frame(records: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = records.to_pandas(date_as_object=False)
    for name, dtype in frame.dtypes.items():
        # An all-null text column arrives as objects of None, which the regular expressions of GX expect as they are.
        if str(dtype) == "str":
            frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return frame


def _why(result: Any) -> str:
    messages = [
        str(info.get("exception_message"))
        for info in result.exception_info.values()
        if isinstance(info, dict) and info.get("raised_exception")
    ]
    return (messages or ["no result"])[0].splitlines()[0][:200]
