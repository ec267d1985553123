"""The rules of scorecards: what the portal and the circular say, and that a fault is named by its file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ward_warehouse.core.errors import RegistryError
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.scorecard_reader import FOLDER, read_scorecards
from ward_warehouse.registry.scorecards import Scorecard
from ward_warehouse.warehouse.scorecard_generation import class_rows, figure_rows, index_rows

DEFINITIONS = Path(__file__).parents[3] / "dbt_project" / "indicators"
CATALOGUE = read_indicators(DEFINITIONS)
CARDS = {card.scorecard: card for card in read_scorecards(DEFINITIONS / FOLDER, CATALOGUE)}

PORTAL = {
    "1.1": (6, 1, "no_value"), "1.2": (4, 1, "no_value"), "1.3": (2, 1, "no_value"), "1.4": (6, 1, "no_value"),
    "2.1": (20, 1, "zero"), "2.2": (None, 1, None),
    "3": (12, 0.8, "zero"), "3.1": (None, 1, None), "3.2": (None, 1, None), "3.3": (None, 1, None),
    "3.5-3.6 A": (6, 1, "zero"), "3.5-3.6 B": (2, 0.8, "zero"), "3.5-3.6 C": (2, 0.8, "zero"),
    "4": (2, 1, "no_value"), "4.1": (6, 1, "no_value"), "4.2": (4, 1, "no_value"), "4.3": (2, 0.8, "no_value"),
    "4.4": (4, 1, "no_value"), "4.5 a": (2, 1, "no_value"), "4.5 b": (2, 1, "no_value"),
    "5.1": (None, 1, None), "5.2": (6, 1, "full"), "5.3": (6, 1, "full"), "5.4": (6, 0.9, "zero"),
}  # fmt: skip
"""Index of the national portal -> its points, the share with all of them, and what 0/0 gives."""

CARD = """\
scorecard: card
title: {vi: Bảng điểm, en: Card}
versions:
- version: 1
  valid_from: 2020-01-01
  valid_to: 2020-12-31
  source: decision_766
  blocks:
  - block: one
    name: {vi: Nhóm, en: Block}
    points: 5
    indices:
    - index: first
      name: {vi: Một, en: First}
      points: 5
      full_from: 0.8
      empty: full
      figures: [{item: some_item}, {indicator: online_payment_rate, less_item: another}]
    - index: shown
      name: {vi: Hai, en: Second}
      figures: [{weights: {resolved_early: 2, resolved_late: 0}}]
  classes: [{from: 3, class: good}, {from: 0, class: weak}]
- version: 2
  valid_from: 2021-01-01
  source: decision_766
  blocks:
  - {block: one, name: {vi: Nhóm, en: Block}, points: 1, indices: [
      {index: first, name: {vi: Một, en: First}, points: 1, empty: zero, figures: [{item: some_item}]}]}
"""
Read = Callable[..., Scorecard]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the scorecard, after a text in it was replaced by another."""

    def after(old: str = "", new: str = "") -> Scorecard:
        assert CARD.count(old) >= 1
        (tmp_path / "card.yml").write_text(CARD.replace(old, new, 1) if old else CARD, "utf-8")
        (card,) = read_scorecards(tmp_path, CATALOGUE)
        return card

    return after


def test_decision_766_is_what_the_portal_computes() -> None:
    rules = CARDS["decision_766"].versions[-1]
    assert {i.number: (i.points, i.full_from, i.empty) for _, i in rules.indices()} == PORTAL
    assert {block.block: block.points for block in rules.blocks} == {
        "publication": 18, "progress": 20, "online_services": 12, "online_payment": 10, "digitisation": 22,
        "satisfaction": 18,
    }  # fmt: skip
    assert [i.number for _, i in rules.indices() if i.basis == "block"] == ["3"], "its split is not public"


def test_circular_01_2018_has_nine_criteria_of_two_points() -> None:
    rules = CARDS["circular_01_2018"].versions[-1]
    assert [(i.points, i.full_from) for _, i in rules.indices()] == [(2, 2)] * 9
    assert [(c.from_, c.class_) for c in rules.classes] == [
        (15, "excellent"), (12, "good"), (9, "fair"), (6, "average"), (0, "weak"),
    ]  # fmt: skip


def test_versions_become_rows_with_the_days_on_which_they_apply(read: Read) -> None:
    rows = list(index_rows([read()], CATALOGUE.sources))
    days = [(r["index_code"], r["scorecard_version"], str(r["applies_from"]), str(r["valid_to"])) for r in rows]
    assert days == [
        ("first", 1, "1900-01-01", "2020-12-31"),
        ("shown", 1, "1900-01-01", "2020-12-31"),
        ("first", 2, "2021-01-01", "9999-12-31"),
    ]
    assert [(row["points"], row["full_from"], row["empty_gives"]) for row in rows] == [
        (5, 0.8, "full"), (0, 1, None), (1, 1, "zero"),
    ]  # fmt: skip


def test_figures_become_rows_in_order_of_preference(read: Read) -> None:
    of_first_version = [row for row in figure_rows([read()]) if row["scorecard_version"] == 1]
    assert [tuple(row.values())[2:] for row in of_first_version] == [
        ("first", 1, "some_item", None, None, None),
        ("first", 2, None, "online_payment_rate", None, "another"),
        ("shown", 1, None, "resolved_early", 2.0, None),
        ("shown", 1, None, "resolved_late", 0.0, None),
    ]


def test_a_class_ends_where_the_better_one_begins(read: Read) -> None:
    assert [tuple(row.values())[2:] for row in class_rows([read()])] == [("good", 3, None), ("weak", 0, 3)]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("scorecard: card", "scorecard: other", 1, ["'other'", "'card'"]),
        ("source: decision_766", "source: no_law", 7, ["'no_law'", "sources.yml"]),
        ("valid_to: 2020-12-31", "valid_to: 2021-01-01", 6, ["2021-01-01", "version 2 begins"]),
        ("  valid_to: 2020-12-31\n", "", 4, ["None", "before 2021-01-01"]),
        ("- version: 2", "- version: 3", 23, ["found 3", "expected 2"]),
        ("    points: 5\n", "    points: 6\n", 11, ["block one", "found 6", "expected 5"]),
        ("- index: shown", "- index: first", 8, ["first", "twice"]),
        ("indicator: online_payment_rate", "indicator: no_rate", 18, ["first", "'no_rate'"]),
        ("resolved_early: 2", "no_rate: 2", 21, ["shown", "'no_rate'"]),
        ("{item: some_item}", "{}", 18, ["one of item, indicator and weights"]),
        ("{item: some_item}", "{item: some_item, less_item: another}", 18, ["indicator beside it"]),
        ("      empty: full\n", "", 13, ["points and empty both"]),
        ("full_from: 0.8", "full_form: 0.8", 16, ["full_form", "not a known key"]),
        ("{from: 0, class: weak}", "{from: 4, class: weak}", 22, ["found 4 after 3", "best class first"]),
        ("{from: 0, class: weak}", "{from: 1, class: weak}", 22, ["found 1", "expected 0"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_file_and_line(read: Read, old: str, new: str, line: int, words: list[str]) -> None:
    with pytest.raises(RegistryError) as caught:
        read(old, new)
    of_line = [problem for problem in caught.value.problems if f"card.yml:{line}: " in problem]
    assert [word for word in words if not any(word in problem for problem in of_line)] == [], caught.value.problems


@pytest.mark.parametrize("text", ["scorecard: [", "- a list"])
def test_a_file_that_is_no_mapping_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "card.yml").write_text(text, "utf-8")
    with pytest.raises(RegistryError, match=r"card\.yml:\d"):
        read_scorecards(tmp_path, CATALOGUE)
