"""The definitions of indicators: what an indicator counts, what it means and where it comes from.

`dbt_project/indicators/` has one file for each theme, and beside them the record kinds that can be counted and the
sources. Everything that is built or printed of an indicator comes from these files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from ward_warehouse.registry.strict import Strict

Role = Literal["numerator", "denominator"]
Text = Annotated[str, Field(min_length=1)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Unit = Literal[
    "dossiers", "responses", "share", "working_days", "days", "nights", "units", "devices", "officers", "records",
    "initiatives", "posts", "people", "turns", "opinions", "documents", "items", "multiple",
]  # fmt: skip
EmptyNote = Literal[
    "no_dossiers", "no_responses", "no_procedures", "no_saturdays", "no_nights_expected", "no_rows_read",
    "not_recorded", "not_reported",
]  # fmt: skip

STATE_DATES = ("at_period_end", "at_period_start")
"""Dates that are no column of a record: what is open when a period ends, or was when it began."""

PERIOD_END = "{period_end}"
"""Stands in a predicate for the last day of the period that is known."""


ALWAYS = date(1900, 1, 1)
"""The first day of a definition that says none."""


class Bilingual(Strict):
    """A text for people."""

    vi: Text = Field(description="Vietnamese, as an officer says it")
    en: Text = Field(description="English")


class Part(Strict):
    """The numerator or the denominator: which records count in a period."""

    record_kind: str = Field(description="A key of record_kinds.yml")
    date: str = Field(
        description="The column that places a record in a period; at_period_end or at_period_start counts those that "
        "are open then"
    )
    where: Text | None = Field(
        default=None,
        description="SQL over the columns of the record kind's mart; {period_end} is the last day of the period that "
        "is known. Without it every record counts",
    )
    sum_of: Text | None = Field(
        default=None, description="A column, or SQL over columns, to add up instead of counting one a record"
    )
    opened: Text | None = Field(default=None, description="From which date on a record is open; else the record kind's")
    closed: Text | None = Field(default=None, description="From which date on it no longer is; else the record kind's")

    @property
    def is_state(self) -> bool:
        """Whether it counts what is open on a day."""
        return self.date in STATE_DATES

    @property
    def looks_at_period_end(self) -> bool:
        """Whether a record counts by what is known at the end of the period."""
        return PERIOD_END in (self.where or "")

    def spelt_out(self, assumed: dict[str, str]) -> Part:
        """The part with what its record kind assumes (`CountedKind.assumed`) of a part that does not name it."""
        where = self.where or ""
        unsaid = [
            f"{column} = '{value}'" for column, value in assumed.items() if not re.search(rf"\b{column}\b", where)
        ]
        if where and unsaid and re.search(r"\bor\b", where):
            where = f"({where})"
        return self.model_copy(update={"where": " and ".join([*unsaid, *([where] if where else [])]) or None})


class Target(Strict):
    """One step of a series of targets. Where several were set for a ward, the narrowest counts, of those the newest."""

    for_: Annotated[str, Field(pattern=r"^(country|province \d{2}|district [a-z][a-z0-9_]{0,62})$")] = Field(
        alias="for",
        description="For whom it was set: country, province and its code (province 01), or district and its key",
    )
    from_: date = Field(alias="from", description="Periods that start from this day on")
    to: date | None = Field(default=None, description="The last such day; without it, until the next step")
    value: float
    comparison: Literal["at_least", "above", "at_most", "below"]
    source: str = Field(description="A key of sources.yml")

    @model_validator(mode="before")
    @classmethod
    def _require_scope(cls, data: Any) -> Any:
        if isinstance(data, dict) and not {"for", "for_"} & data.keys():
            raise ValueError(
                "does not say for whom it was set; add for: country, for: province and its code (province 01), "
                "or for: district and its key (district quan_11)"
            )
        return data

    @property
    def scope(self) -> tuple[str, str | None]:
        """The kind of scope, and its code; a country has none."""
        kind, _, code = self.for_.partition(" ")
        return kind, code or None


Grain = Literal["month", "quarter", "half_year", "year", "year_to_date"]
"""The grains that a definition can choose from; a day of one ward is too small to be published by choice."""


class Definition(Strict):
    """What all indicators have. A change of meaning is a new entry with the next version."""

    code: Code
    version: int = Field(ge=1)
    valid_from: date | None = Field(
        default=None,
        description="Periods that start from this day on belong to this version; without it, since there are records. "
        "A version that follows another has it",
    )
    valid_to: date | None = Field(default=None, description="The last such day; without it, no end")
    name: Bilingual
    description: Bilingual = Field(description="What is counted, in one sentence")
    unit: Unit
    direction: Literal["higher_is_better", "lower_is_better", "neutral"]
    source: str = Field(description="A key of sources.yml: the law or the document")
    targets: tuple[Target, ...] = ()
    breakdowns: tuple[str, ...] = Field(
        default=(), description="Dimensions of its record kind by which marts.indicator_breakdowns has it too"
    )
    small_number_threshold: int | None = Field(
        default=None, ge=2, description="A denominator below it is suppressed in published marts"
    )
    hidden_with: Code | None = Field(
        default=None,
        description="The indicator whose figures this one's would give back, beside counts that are no secret: where "
        "one of the two is suppressed, so is the other",
    )
    grains: tuple[Grain, ...] | None = Field(
        default=None,
        min_length=1,
        description="The grains that it is published in, fewer where small numbers would hide most of the others; "
        "without them all, and the day only on a scorecard and without a small-number threshold",
    )
    needs: tuple[str, ...] = Field(
        default=(),
        description="What a ward's system must record beside the columns that it counts by: a column of the contract, "
        "or several of which one is enough, joined by |; status=stopped is a word that its status can be",
    )
    scorecard: bool = Field(default=False, description="A column on the scorecards, and values by day")

    @field_validator("description")
    @classmethod
    def _require_two_languages(cls, text: Bilingual) -> Bilingual:
        if text.vi == text.en:
            raise ValueError("found the same text twice, expected Vietnamese under vi and English under en")
        return text

    @property
    def parts(self) -> list[tuple[Role, Part]]:
        """The numerator and the denominator, those that it has."""
        found = ((role, getattr(self, role, None)) for role in get_args(Role))
        return [(role, part) for role, part in found if part is not None]

    @property
    def name_in_sql(self) -> str:
        """A name that no other definition has."""
        return f"{self.code}_v{self.version}"


class Count(Definition):
    """Records, or a quantity of theirs, added up over the days of a period."""

    kind: Literal["count"]
    numerator: Part


class Stock(Definition):
    """Records in a state at the end or the start of a period."""

    kind: Literal["stock"]
    numerator: Part


class Ratio(Definition):
    """A sum over another one; periods and districts add up each and divide once."""

    kind: Literal["ratio"]
    numerator: Part
    denominator: Part
    empty_note: EmptyNote = Field(description="The value_note when the denominator is 0")


class Median(Definition):
    """The middle value of the records."""

    kind: Literal["median"]
    denominator: Part
    value_of: Text = Field(description="The column whose median is taken")
    empty_note: EmptyNote = Field(description="The value_note when there is no record")


class Distinct(Definition):
    """How many different values the records have."""

    kind: Literal["distinct"]
    numerator: Part
    value_of: Text = Field(description="SQL over the record kind's columns whose different values count")


class Concentration(Definition):
    """The share of the largest group of records."""

    kind: Literal["concentration"]
    denominator: Part
    value_of: Text = Field(description="The column by which records are one group")
    empty_note: EmptyNote = Field(description="The value_note when there is no record")


Indicator = Count | Stock | Ratio | Median | Distinct | Concentration
KINDS: dict[str, type[Indicator]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(Indicator)
}
"""How an indicator is counted, by the word in its `kind`."""


class ThemeHead(Strict):
    """What a file says of its theme."""

    theme: Code = Field(description="The name of the file")
    position: int = Field(ge=1, description="Its place among the themes, as people read them")
    title: Bilingual


class Theme(ThemeHead):
    """One file of definitions, in the order in which people read them."""

    indicators: tuple[Annotated[Indicator, Field(discriminator="kind")], ...] = Field(min_length=1)


class Evidence(Strict):
    """Which columns of a record its evidence shows."""

    source_record_id: str | None = None
    dossier_code: str | None = None
    received_date: str | None = None
    due_date: str | None = None
    end_date: str | None = None


class CountedKind(Strict):
    """Records that indicators count."""

    mart: str = Field(
        default="", description="The published relation that has them; of a fact dbt_project.yml lists it, and its key"
    )
    schema_: Literal["marts", "audit"] = Field(default="marts", alias="schema", description="The relation's schema")
    key: str = Field(default="", description="The column that names a record")
    touched: str | None = Field(
        default=None,
        description="Where a night finds the records of the months that a change touches; sums of the others are kept",
    )
    opened: str | None = Field(default=None, description="The date from which on a record is open")
    closed: str | None = Field(default=None, description="The date from which on it no longer is")
    counted_within: tuple[str, str] | None = Field(
        default=None,
        description="The first and the last day on which a record counts, null without a limit, where records of "
        "several wards may be one",
    )
    within: str | None = Field(
        default=None, description="For records (r) that stand for a whole period: within which periods (p) they count"
    )
    absent_is_unknown: bool = Field(
        default=False, description="Without a record a figure is not reported, and never zero"
    )
    covered_by: str | None = Field(
        default=None, description="The record kind whose coverage is its own, where it is made from other records"
    )
    assumed: dict[str, str] = Field(
        default={},
        description="Column: the value of the records that count in a part whose `where` does not name the column",
    )
    said_by: dict[str, tuple[str, ...]] = Field(
        default={},
        description="Of the mart's own columns: which columns of the contract say them, each in an entry; of several "
        "joined by | one is enough. A column that is not named here says itself",
    )
    dimensions: dict[str, str] = Field(default={}, description="Dimension of a breakdown: its column")
    evidence: Evidence = Evidence()

    @model_validator(mode="after")
    def _require_kept_sums(self) -> CountedKind:
        if self.dimensions and not self.touched:
            raise ValueError("has dimensions and no `touched`; breakdowns are made of sums that are kept")
        return self


class RecordKinds(Strict):
    """The file `record_kinds.yml`."""

    record_kinds: dict[str, CountedKind]


class Sources(Strict):
    """The file `sources.yml`."""

    sources: dict[str, Bilingual]


class Catalogue(Strict):
    """All definitions in the order in which people read them, and what they refer to."""

    themes: tuple[Theme, ...]
    record_kinds: dict[str, CountedKind]
    sources: dict[str, Bilingual]

    def definitions(self) -> Iterator[tuple[ThemeHead, Indicator]]:
        """Each definition with its theme."""
        for theme in self.themes:
            for indicator in theme.indicators:
                yield theme, indicator

    def versions(self, code: str) -> list[Indicator]:
        """The versions of an indicator, the newest last; none when no definition has the code."""
        found = (indicator for _, indicator in self.definitions() if indicator.code == code)
        return sorted(found, key=lambda indicator: indicator.version)
