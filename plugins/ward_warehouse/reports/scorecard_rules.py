"""The printed rules of scorecards: what each index gives, and where its share comes from."""

from __future__ import annotations

from collections.abc import Iterator

from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.registry.scorecards import Figure, Index, Rules, Scorecard

EMPTY = {"no_value": "no value", "zero": "0", "full": "all points", None: "-"}
HEAD = """\
# Scorecards

Generated from `dbt_project/indicators/scorecards/` by `ward-warehouse indicators scorecards`; a test compares the two.
After a change there run `ward-warehouse indicators generate`.

An index has `points x share / full marks from`, and never more than its points. A period has the rules that are in
force on its last day; a period before the first version has that one's, for comparison (`is_in_force` is false). Points
under two versions are never one series.

Of 0/0 `marts.decision_766_scorecard` has two readings: `points` without any value for it, and `portal_points` as the
table says. Both count what is known alone: `points_possible` and `portal_points_possible` say of how many points that
is, beside `ceiling`.

An item is reported in the return of a ward or an office, numerator and denominator; its classes are items of their own,
`<item>.<class>`. It counts in each period that holds the period of the return. What is more than its base, a bound, or
lacks its base is `not_usable`.

Of the figures that an index names ("else") the first known one of a unit counts. A district of which some wards record
what others return adds up what each has; what its counter returns for all is not added to what they record. Of an index
with neither the note says why: `not_recorded`, `not_reported`. Procedures are those of a unit that delivers its list;
the catalogue beside the registry says nothing of when they were announced or updated, nor of fees and payments.
"""


def scorecard_rules(cards: list[Scorecard], catalogue: Catalogue) -> str:
    """Every scorecard in all its versions as Markdown, the names in Vietnamese and English."""
    lines = [HEAD.rstrip()]
    for card in cards:
        lines += ["", f"## {card.title.vi} / {card.title.en} (`{card.scorecard}`)"]
        for rules in card.versions:
            lines += ["", *_version(rules, catalogue)]
    return "\n".join(lines) + "\n"


def _version(rules: Rules, catalogue: Catalogue) -> Iterator[str]:
    source = catalogue.sources[rules.source]
    until = f" to {rules.valid_to}" if rules.valid_to else ""
    yield f"### Version {rules.version}, from {rules.valid_from}{until}"
    yield ""
    yield f"{source.vi} / {source.en}. {sum(block.points for block in rules.blocks):g} points."
    yield ""
    yield "| no. | index | points | full marks from | 0/0 | share |"
    yield "|---|---|---|---|---|---|"
    for block in rules.blocks:
        yield f"| | **{block.name.vi} / {block.name.en}** (`{block.block}`) | **{block.points:g}** | | | |"
        for index in block.indices:
            yield _line(index)
    if rules.classes:
        yield ""
        yield "Classes: " + ", ".join(f"{one.class_} from {one.from_:g}" for one in rules.classes) + "."


def _line(index: Index) -> str:
    points = "information" if index.points is None else f"{index.points:g}"
    if index.basis == "block":
        points += " (the block's: its split is not public)"
    share = "; else ".join(map(_figure, index.figures))
    full_from = "-" if index.points is None else f"{index.full_from:g}"
    name = f"{index.name.vi} / {index.name.en} (`{index.index}`)"
    return f"| {index.number or ''} | {name} | {points} | {full_from} | {EMPTY[index.empty]} | {share} |"


def _figure(figure: Figure) -> str:
    if figure.weights:
        return ", ".join(f"{points:g} for each of `{code}`" for code, points in figure.weights.items())
    if figure.item:
        return f"item `{figure.item}`"
    less = f" less item `{figure.less_item}`" if figure.less_item else ""
    return f"indicator `{figure.indicator}`{less}"
