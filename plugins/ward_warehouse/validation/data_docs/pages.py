"""The pages of the Data Docs: what stands on each, handed to its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from great_expectations import __version__
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ward_warehouse.validation.data_docs.findings import Finding, JudgedNight
from ward_warehouse.validation.data_docs.wording import Part
from ward_warehouse.validation.judging import Rule, Suite

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

Sentences = dict[str, list[Part]]
"""What each rule of a suite asks, by the rule's name."""


@dataclass(frozen=True)
class JudgedRule:
    """A rule and what it found in a night: over all wards, and in those whose records broke it."""

    rule: Rule
    judged: int
    broken: int
    wards: Sequence[Finding]

    @property
    def share(self) -> float | None:
        """The broken part of the judged records, in percent; None where none was judged."""
        return 100 * self.broken / self.judged if self.judged else None


@dataclass(frozen=True)
class JudgedWard:
    """A ward's records in a night, the rules that they broke, and how often over all rules."""

    ward: str
    judged: int
    rules: int
    broken: int


def suite_path(record_kind: str) -> str:
    """Where the page of a suite is below the site's folder."""
    return f"expectations/{record_kind}.html"


def night_path(judged: JudgedNight) -> str:
    """Where the page of a night's results is below the site's folder."""
    return f"validations/{judged.record_kind}/{judged.night}.html"


def suite_page(suite: Suite, sentences: Sentences) -> str:
    """The page of a suite: of each rule its severity, sentences, reason, and what it expects."""
    return _html("suite.html", root="../", title=f"{suite.record_kind}", suite=suite, sentences=sentences)


def night_page(suite: Suite, sentences: Sentences, judged: JudgedNight, published: datetime) -> str:
    """The page of what a suite's rules found in a night, in counts of records.

    Args:
        suite: the rules as they are now.
        sentences: what they expect.
        judged: the night's findings about the suite's record kind.
        published: when the warehouse was published that the counts are from, in UTC.
    """
    rules = judged_rules(suite, judged)
    return _html(
        "night.html",
        root="../../",
        title=f"{judged.record_kind} · {judged.night}",
        judged=judged,
        published=published,
        sentences=sentences,
        suite_path=suite_path(judged.record_kind),
        broken=sorted((one for one in rules if one.broken), key=lambda one: -one.broken),
        held=[one for one in rules if not one.broken],
        wards=list(_wards(judged)),
        # A rule that was taken out of its suite since judged that night all the same.
        gone=sorted({found.rule for found in judged.findings} - {rule.rule for rule in suite.rules}),
    )


def index_page(suites: Sequence[Suite], nights: Sequence[JudgedNight]) -> str:
    """The page that leads to the others: a line for each night's results, and one for each suite."""
    by_kind = {str(suite.record_kind): suite for suite in suites}
    return _html(
        "index.html",
        root="",
        title="",
        nights=[(judged, night_path(judged), judged_rules(by_kind[judged.record_kind], judged)) for judged in nights],
        suites=[(suite, suite_path(suite.record_kind)) for suite in suites],
    )


def judged_rules(suite: Suite, judged: JudgedNight) -> list[JudgedRule]:
    """What each rule of the suite found, in the suite's order; a rule that judged nothing that night is left out."""
    return [
        JudgedRule(rule, sum(one.judged for one in found), sum(one.broken for one in found), _breakers(found))
        for rule in suite.rules
        if (found := judged.of_rule(rule.rule))
    ]


def _breakers(found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.broken]


def _wards(judged: JudgedNight) -> list[JudgedWard]:
    found = []
    for ward, count in judged.wards.items():
        broken = [one.broken for one in judged.findings if one.ward == ward and one.broken]
        found.append(JudgedWard(ward, count, len(broken), sum(broken)))
    return found


def _html(template: str, *, root: str, **shown: object) -> str:
    # `root` leads from the page's folder to the site's: empty, or with a slash at its end.
    return _TEMPLATES.get_template(template).render(root=root, great_expectations=__version__, **shown)
