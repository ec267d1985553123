"""The rules of scorecards: which indices give how many points, and from which figures.

`dbt_project/indicators/scorecards/` has one file for each scorecard. Its rules have versions with validity dates: a
period is scored by the version that is in force on its last day, and one before the first version by that one, for
comparison. Points under two versions are never one series.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from ward_warehouse.registry.indicators import Bilingual, Code, Text
from ward_warehouse.registry.strict import Strict

Empty = Literal["no_value", "zero", "full"]
"""What an index has where nothing was to be done, 0/0: no value, no points, or all of them."""


class Figure(Strict):
    """Where the share of an index comes from: an item of returns, an indicator, or indicators with a weight each."""

    item: Code | None = Field(
        default=None,
        description="An item of ward returns, numerator and denominator; what follows a dot is a class of it",
    )
    indicator: Code | None = Field(default=None, description="The code of an indicator")
    less_item: Code | None = Field(
        default=None, description="An item of ward returns whose numerator is taken from the indicator's"
    )
    weights: dict[Code, float] = Field(
        default={}, description="Indicators that count records: the points that one of them is given"
    )

    @model_validator(mode="after")
    def _require_one_origin(self) -> Figure:
        if sum(map(bool, (self.item, self.indicator, self.weights))) != 1:
            raise ValueError("expected one of item, indicator and weights")
        if self.less_item and not self.indicator:
            raise ValueError("less_item is taken from an indicator; expected indicator beside it")
        return self

    @property
    def indicators(self) -> list[str]:
        """The codes of the indicators that it reads."""
        return [self.indicator] if self.indicator else list(self.weights)


class Index(Strict):
    """A line of a scorecard. Points grow with the share up to `full_from`; without points it is information only."""

    index: Code
    number: Text | None = Field(default=None, description="Its number in the law or on the portal")
    name: Bilingual
    points: float | None = Field(default=None, gt=0, description="Its ceiling; without it, information only")
    basis: Literal["decision", "block"] = Field(
        default="decision",
        description="block: the split of the block's points over its indices is not public, and this line has them all",
    )
    full_from: float = Field(default=1, gt=0, description="The share from which on it has all points")
    empty: Empty | None = Field(default=None, description="What 0/0 gives; of an index with points alone")
    figures: tuple[Figure, ...] = Field(min_length=1, description="Where its share comes from; the first known counts")

    @model_validator(mode="after")
    def _require_the_empty_case(self) -> Index:
        if (self.points is None) != (self.empty is None):
            raise ValueError("expected points and empty both, or neither for an index that is information only")
        return self


class Block(Strict):
    """Indices that share the points of one block."""

    block: Code
    name: Bilingual
    points: float = Field(gt=0)
    indices: tuple[Index, ...] = Field(min_length=1)


class ScoreClass(Strict):
    """A class of the total, from its points on."""

    from_: float = Field(alias="from", ge=0)
    class_: Code = Field(alias="class")


class Rules(Strict):
    """The rules of a scorecard in one version."""

    version: int = Field(ge=1)
    valid_from: date = Field(description="Periods that end from this day on are scored by this version")
    valid_to: date | None = Field(default=None, description="The last such day; without it, no end")
    source: str = Field(description="A key of sources.yml: the law or the document")
    blocks: tuple[Block, ...] = Field(min_length=1)
    classes: tuple[ScoreClass, ...] = Field(default=(), description="Of the total, where the law has some")

    def indices(self) -> Iterator[tuple[Block, Index]]:
        """Each index with its block, in the order in which people read them."""
        for block in self.blocks:
            for index in block.indices:
                yield block, index


class Scorecard(Strict):
    """One file: a scorecard in all its versions, the newest last."""

    scorecard: Code = Field(description="The name of the file")
    title: Bilingual
    versions: tuple[Rules, ...] = Field(min_length=1)
