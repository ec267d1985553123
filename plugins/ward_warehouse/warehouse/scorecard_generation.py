"""The rules of scorecards as seeds of the warehouse: rows that the scorecards' models join, one table for each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ward_warehouse.registry.indicators import Bilingual
from ward_warehouse.registry.scorecards import Figure, Rules, Scorecard

INDICES_SEED = "seeds/scorecard_indices.csv"
FIGURES_SEED = "seeds/scorecard_figures.csv"
CLASSES_SEED = "seeds/scorecard_classes.csv"
BEFORE_ALL = "1900-01-01"
FOR_EVER = "9999-12-31"

Row = dict[str, Any]


def index_rows(cards: list[Scorecard], sources: Mapping[str, Bilingual]) -> Iterator[Row]:
    """One row for each index of each version, with the days on which the version applies.

    The first version applies to periods before it as well, for comparison: `valid_from` says from when it holds.
    """
    for card, rules in _versions(cards):
        for order, (block, index) in enumerate(rules.indices(), start=1):
            yield {
                "scorecard": card.scorecard,
                "scorecard_version": rules.version,
                "applies_from": BEFORE_ALL if rules == card.versions[0] else rules.valid_from,
                "valid_from": rules.valid_from,
                "valid_to": rules.valid_to or FOR_EVER,
                "block": block.block,
                "block_name_vi": block.name.vi,
                "block_name_en": block.name.en,
                "block_points": block.points,
                "index_order": order,
                "index_code": index.index,
                "index_number": index.number,
                "name_vi": index.name.vi,
                "name_en": index.name.en,
                "points": index.points or 0.0,
                "points_basis": index.basis,
                "full_from": index.full_from,
                "empty_gives": index.empty,
                "source_vi": sources[rules.source].vi,
                "source_en": sources[rules.source].en,
            }


def figure_rows(cards: list[Scorecard]) -> Iterator[Row]:
    """One row for each figure that an index may come from, and one for each indicator of a weighted one."""
    for card, rules in _versions(cards):
        for _, index in rules.indices():
            for preference, figure in enumerate(index.figures, start=1):
                for code, weight in _indicators(figure):
                    yield {
                        "scorecard": card.scorecard,
                        "scorecard_version": rules.version,
                        "index_code": index.index,
                        "preference": preference,
                        "item_code": figure.item,
                        "indicator_code": code,
                        "weight": weight,
                        "less_item_code": figure.less_item,
                    }


def class_rows(cards: list[Scorecard]) -> Iterator[Row]:
    """One row for each class of a total, with the points from which on it is reached and those of the next one."""
    for card, rules in _versions(cards):
        higher = [None, *(one.from_ for one in rules.classes)]
        for score_class, below in zip(rules.classes, higher, strict=False):
            yield {
                "scorecard": card.scorecard,
                "scorecard_version": rules.version,
                "class_code": score_class.class_,
                "from_points": score_class.from_,
                "below_points": below,
            }


def _versions(cards: list[Scorecard]) -> Iterator[tuple[Scorecard, Rules]]:
    for card in cards:
        for rules in card.versions:
            yield card, rules


def _indicators(figure: Figure) -> list[tuple[str | None, float | None]]:
    return [*figure.weights.items()] or [(figure.indicator, None)]
