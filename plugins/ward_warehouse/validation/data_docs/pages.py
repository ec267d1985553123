"""The pages of the Data Docs: what stands on each, handed to its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from great_expectations import __version__

from ward_warehouse.core.pages import number, percent, templates_of
from ward_warehouse.core.record_kinds import NAMES
from ward_warehouse.validation.data_docs.findings import Context, Finding, JudgedNight, Open, Reported, Unit
from ward_warehouse.validation.data_docs.wording import Sentence
from ward_warehouse.validation.suites import Rule, Suite

_TEMPLATES = templates_of(Path(__file__).resolve().parent / "templates")


Sentences = dict[str, Sentence]
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


def rule_path(record_kind: str, rule: str) -> str:
    """Where the page of a rule is below the site's folder."""
    return f"rules/{record_kind}/{rule}.html"


def ward_path(ward: str) -> str:
    """Where the page of a ward is below the site's folder."""
    return f"wards/{ward}.html"


Rules = dict[tuple[str, str], Rule]
"""The rules by record kind and name; of an open record's rule that is no more there is none."""

OPEN_PATH = "open.html"
"""Where the page of what is open still is below the site's folder."""


def suite_page(suite: Suite, sentences: Sentences, context: Context) -> str:
    """The page of a suite: of each rule its severity, sentences, reason, what it expects, and what is open still."""
    return _html(
        "suite.html",
        root="../",
        title=f"Bộ quy tắc: {NAMES[str(suite.record_kind)][0]}",
        suite=suite,
        sentences=sentences,
        open={rule.rule: _sum(context.open_of(str(suite.record_kind), rule.rule)) for rule in suite.rules},
    )


def night_page(suite: Suite, sentences: Sentences, judged: JudgedNight, published: datetime, context: Context) -> str:
    """The page of what a suite's rules found in a night, in counts of records.

    Args:
        suite: the rules as they are now.
        sentences: what they expect.
        judged: the night's findings about the suite's record kind.
        published: when the warehouse was published that the counts are from, in the site's time zone.
        context: names, who was missing, what is open still.
    """
    rules = judged_rules(suite, judged)
    return _html(
        "night.html",
        root="../../",
        title=f"{NAMES[judged.record_kind][0]} · {judged.night:%d/%m/%Y}",
        judged=judged,
        published=published,
        sentences=sentences,
        suite_path=suite_path(judged.record_kind),
        broken=sorted((one for one in rules if one.broken), key=lambda one: -one.broken),
        held=[one for one in rules if not one.broken],
        wards=[(one, context.unit(one.ward)) for one in _wards(judged)],
        reported=context.reported.get((judged.record_kind, judged.night), []),
        unit=context.unit,
        # A rule that was taken out of its suite since judged that night all the same.
        gone=sorted({found.rule for found in judged.findings} - {rule.rule for rule in suite.rules}),
    )


def rule_page(suite: Suite, rule: Rule, sentence: Sentence, nights: Sequence[JudgedNight], context: Context) -> str:
    """The page of a rule: what it asks and why, what is open still by ward, and what it found night by night."""
    found = context.open_of(str(suite.record_kind), rule.rule)
    return _html(
        "rule.html",
        root="../../",
        title=rule.vi,
        suite=suite,
        rule=rule,
        sentence=sentence,
        suite_path=suite_path(str(suite.record_kind)),
        open=[(one, context.unit(one.ward)) for one in found],
        total=_sum(found),
        nights=[
            (judged, night_path(judged), JudgedRule(rule, *_counted(judged.of_rule(rule.rule)))) for judged in nights
        ],
    )


def ward_page(unit: Unit, nights: Sequence[JudgedNight], context: Context, rules: Rules) -> str:
    """The page of a ward: what is open of it by rule, and what the rules found of it night by night."""
    lines = []
    for judged in nights:
        own = [one for one in judged.findings if one.ward == unit.ward]
        state = _state(unit, _reported(context, judged))
        if own or state:
            count = max((one.judged for one in own), default=0)
            broken = [one for one in own if one.broken]
            lines.append(
                (judged, night_path(judged), state, JudgedWard(unit.ward, count, len(broken), _broken(broken)))
            )
    found = [(one, rules.get((one.record_kind, one.rule))) for one in context.open_of(ward=unit.ward)]
    total = context.open_records.get(unit.ward, 0)
    return _html("ward.html", root="../", title=unit.vi, unit=unit, lines=lines, open=found, total=total)


def open_page(context: Context, rules: Rules) -> str:
    """The page of the quarantine: what is open still, by ward and rule.

    Args:
        context: what is open, and names.
        rules: of the suites.
    """
    lines = [(one, context.unit(one.ward), rules.get((one.record_kind, one.rule))) for one in context.open]
    return _html("open.html", root="", title="Cách ly còn mở", lines=lines, total=_records(context))


def index_page(suites: Sequence[Suite], nights: Sequence[JudgedNight], context: Context) -> str:
    """The page that leads to the others: a line for each night's results, one for each suite, and the wards."""
    by_kind = {str(suite.record_kind): suite for suite in suites}
    return _html(
        "index.html",
        root="",
        title="",
        nights=[
            (
                judged,
                night_path(judged),
                judged_rules(by_kind[judged.record_kind], judged),
                _reported(context, judged),
            )
            for judged in nights
        ],
        suites=[(suite, suite_path(str(suite.record_kind))) for suite in suites],
        wards=[context.unit(ward) for ward in shown_wards(nights, context)],
        open=_records(context),
    )


def shown_wards(nights: Sequence[JudgedNight], context: Context) -> list[str]:
    """The wards that have a page: those that a shown night judged or that did not come in it, and with open records."""
    judged = {ward for one in nights for ward in one.wards}
    away = {unit.ward for one in nights for found in _reported(context, one) for unit in (*found.missing, *found.late)}
    return sorted(judged | away | {one.ward for one in context.open})


def _state(unit: Unit, reported: Sequence[Reported]) -> str:
    """The class of a night in which a unit did not come: late when a later night made up for it; empty if it came."""
    if any(unit.ward == one.ward for found in reported for one in found.late):
        return "late"
    return "bad" if any(unit.ward == one.ward for found in reported for one in found.missing) else ""


def _reported(context: Context, judged: JudgedNight) -> list[Reported]:
    return context.reported.get((judged.record_kind, judged.night), [])


def _sum(found: Sequence[Open]) -> int:
    return sum(one.count for one in found)


def _records(context: Context) -> int:
    return sum(context.open_records.values())


def _broken(found: Sequence[Finding]) -> int:
    return sum(one.broken for one in found)


def _counted(found: list[Finding]) -> tuple[int, int, list[Finding]]:
    return sum(one.judged for one in found), _broken(found), _breakers(found)


def judged_rules(suite: Suite, judged: JudgedNight) -> list[JudgedRule]:
    """What each rule of the suite found, in the suite's order; a rule that judged nothing that night is left out."""
    return [JudgedRule(rule, *_counted(found)) for rule in suite.rules if (found := judged.of_rule(rule.rule))]


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
    return _TEMPLATES.get_template(template).render(
        root=root,
        great_expectations=__version__,
        number=number,
        percent=percent,
        kinds=NAMES,
        open_path=OPEN_PATH,
        ward_path=ward_path,
        rule_path=rule_path,
        **shown,
    )
