"""The definitions of indicators are checked as a whole, and a fault is named by file, line and indicator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ward_warehouse.core.errors import RegistryError
from ward_warehouse.registry.indicator_needs import needs_of
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Catalogue

KINDS = """\
record_kinds:
  dossiers:
    touched: int_dossiers__touched
    opened: received_date
    closed: end_date
    said_by: {end_date: ["resolved_at|returned_at"], in_time: [due_at]}
    dimensions: {channel: channel}
  votes: {mart: fct_votes, key: vote_key}
  returns: {mart: fct_returns, key: return_key, within: r.period_start >= p.period_start}
"""
FACTS = "vars: {facts: {fct_dossiers: {record_kind: dossiers, key: dossier_key}}}"
SOURCES = """\
sources:
  a_law: {vi: Nghị định, en: Decree}
"""
THEME = """\
theme: volume
position: 1
title: {vi: Số lượng, en: Volume}
indicators:
- code: received
  version: 1
  valid_from: 2011-01-01
  name: {vi: Tiếp nhận, en: Received}
  description: {vi: Số hồ sơ., en: Dossiers received.}
  kind: count
  unit: dossiers
  direction: neutral
  numerator: {record_kind: dossiers, date: received_date}
  breakdowns: [channel]
  source: a_law
- code: on_time
  version: 1
  valid_from: 2011-01-01
  name: {vi: Đúng hạn, en: On time}
  description: {vi: Đúng hạn trên tổng số., en: On time over all.}
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: in_time}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  targets:
  - {for: province 01, from: 2018-01-01, value: 0.9, comparison: at_least, source: a_law}
  - {for: province 01, from: 2020-01-01, value: 1, comparison: at_least, source: a_law}
  source: a_law
"""
Read = Callable[..., Catalogue]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the two definitions, after a text in them was replaced by another."""

    def after(old: str = "", new: str = "", kinds: str = KINDS) -> Catalogue:
        assert old in THEME
        folder = tmp_path / "indicators"
        folder.mkdir(exist_ok=True)
        (tmp_path / "dbt_project.yml").write_text(FACTS, "utf-8")
        (folder / "record_kinds.yml").write_text(kinds, "utf-8")
        (folder / "sources.yml").write_text(SOURCES, "utf-8")
        (folder / "volume.yml").write_text(THEME.replace(old, new, 1) if old else THEME, "utf-8")
        return read_indicators(folder)

    return after


def test_definitions_are_read_in_order(read: Read) -> None:
    catalogue = read()
    assert [(theme.theme, one.code, one.kind) for theme, one in catalogue.definitions()] == [
        ("volume", "received", "count"),
        ("volume", "on_time", "ratio"),
    ]
    assert [one.version for one in catalogue.versions("on_time")] == [1]


def test_the_mart_of_a_fact_is_listed_once(read: Read) -> None:
    kinds = read().record_kinds
    assert [(kind.mart, kind.key) for kind in kinds.values()] == [
        ("fct_dossiers", "dossier_key"), ("fct_votes", "vote_key"), ("fct_returns", "return_key"),
    ]  # fmt: skip
    twice = KINDS.replace("    touched:", "    key: dossier_key\n    touched:")
    with pytest.raises(
        RegistryError, match=r"record_kinds\.dossiers: found mart or key, expected neither: vars\.facts"
    ):
        read(kinds=twice)
    with pytest.raises(RegistryError, match=r"record_kinds\.votes: found no mart or no key"):
        read(kinds=KINDS.replace("mart: fct_votes, ", ""))


@pytest.mark.parametrize(
    ("where", "spelt_out"),
    [
        ("", "kind = 'counter'"),
        (", where: is_happy", "kind = 'counter' and is_happy"),
        (", where: is_happy or is_silent", "kind = 'counter' and (is_happy or is_silent)"),
        (", where: kind = 'school' and is_happy", "kind = 'school' and is_happy"),
        (", where: is_kind_known", "kind = 'counter' and is_kind_known"),
    ],
)
def test_a_part_that_does_not_name_a_column_has_what_is_assumed_of_it(read: Read, where: str, spelt_out: str) -> None:
    kinds = KINDS.replace("key: vote_key}", "key: vote_key, assumed: {kind: counter}}")
    (on_time,) = read("dossiers, date: end_date, where: in_time", f"votes, date: day{where}", kinds).versions("on_time")
    numerator, denominator = (part for _, part in on_time.parts)
    assert numerator.where == spelt_out
    assert denominator.where is None, "of another record kind nothing is assumed"


SECOND_VERSION = THEME[THEME.index("- code: received") : THEME.index("- code: on_time")]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("  empty_note: no_dossiers\n", "", 16, ["on_time", "empty_note", "is missing"]),
        ("where: in_time", "wheer: in_time", 24, ["numerator.wheer", "not a known key"]),
        ("where: in_time", "where: in_due_time", 24, ["in_due_time", "no column of the contract", "said_by"]),
        ("kind: ratio", "kind: rate", 21, ["on_time", "'rate'", "count, stock, ratio"]),
        ("unit: share", "unit: percent", 22, ["'percent'", "'share'"]),
        ("2011-01-01", "2011-02-30", 7, ["received", "2011-02-30"]),
        ("en: Dossiers received.", "en: Số hồ sơ.", 9, ["the same text twice"]),
        ("theme: volume", "theme: sizes", 1, ["'sizes'", "'volume'"]),
        ("numerator: {record_kind: dossiers, date: r", "numerator: {record_kind: letters, date: r", 13, ["'letters'"]),
        ("  source: a_law\n- code", "  source: no_law\n- code", 15, ["'no_law'", "sources.yml"]),
        ("from: 2020-01-01", "from: 2017-01-01", 29, ["2017-01-01", "in order"]),
        ("from: 2020-01-01", "from: 2020-01-01, to: 2019-12-31", 29, ["targets.1.to", "2019-12-31", "2020-01-01"]),
        ("{for: province 01, from: 2020", "{from: 2020", 29, ["does not say for whom", "province 01", "district"]),
        ("{for: province 01, from: 2020", "{for: Hanoi, from: 2020", 29, ["targets.1.for", "'Hanoi'"]),
        ("[channel]", "[colour]", 14, ["'colour'", "channel"]),
        ("date: received_date}", "date: at_period_end}", 14, ["breakdown", "state"]),
        ("- code: on_time", "- code: received", 17, ["defined twice", "volume.yml:5"]),
        ("where: in_time", "where: '{period_end} > end_date', opened: a", 24, ["opened", "belongs to a state"]),
        ("date: end_date, where: in_time", "date: at_period_end, where: 'a > {period_end}'", 24, ["{period_end}"]),
        ("dossiers, date: end_date, where: in_time", "votes, date: at_period_end", 24, ["votes", "opened"]),
        ("dossiers, date: end_date, where: in_time", "returns, date: at_period_end", 24, ["whole period"]),
        ("empty_note: no_dossiers", "empty_note: no_dossiers\n  hidden_with: received", 27, ["received", "threshold"]),
        ("empty_note: no_dossiers", "empty_note: no_dossiers\n  grains: [day]", 27, ["grains", "day"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_file_and_line(read: Read, old: str, new: str, line: int, words: list[str]) -> None:
    with pytest.raises(RegistryError) as caught:
        read(old, new)
    of_line = [problem for problem in caught.value.problems if f"volume.yml:{line}: " in problem]
    assert [word for word in words if not any(word in problem for problem in of_line)] == []


def test_what_an_indicator_is_made_of(read: Read) -> None:
    catalogue = read("  empty_note: no_dossiers", "  empty_note: no_dossiers\n  needs: [status=stopped|stopped_at]")
    received, on_time = (one for _, one in catalogue.definitions())
    assert needs_of(received, catalogue) == []
    assert needs_of(on_time, catalogue) == [
        "dossiers.due_at", "dossiers.resolved_at|dossiers.returned_at", "dossiers.status=stopped|dossiers.stopped_at",
    ]  # fmt: skip


def test_steps_for_others_have_an_order_of_their_own(read: Read) -> None:
    of_a_district = "{for: district quan_11, from: 2017-01-01"
    targets = read("{for: province 01, from: 2020-01-01", of_a_district).versions("on_time")[0].targets
    assert [target.scope for target in targets] == [("province", "01"), ("district", "quan_11")]


def test_versions_of_a_code_follow_each_other(read: Read) -> None:
    later = SECOND_VERSION.replace("version: 1", "version: 2").replace("2011-01-01", "2020-01-01")
    with pytest.raises(RegistryError, match=r"volume\.yml:5: .*valid_to.*found None, expected a day before 2020-01-01"):
        read("- code: on_time", later + "- code: on_time")
    undated = later.replace("  valid_from: 2020-01-01\n", "")
    with pytest.raises(RegistryError, match=r"valid_from.*is missing; version 1 stands before it"):
        read("- code: on_time", undated + "- code: on_time")
    ended = "  valid_from: 2011-01-01\n  valid_to: 2019-12-31\n"
    changed = SECOND_VERSION.replace("  valid_from: 2011-01-01\n", ended) + later
    assert [one.version for one in read(SECOND_VERSION, changed).versions("received")] == [1, 2]


def test_a_threshold_hides_something_that_no_other_definition_shows(read: Read) -> None:
    threshold = "empty_note: no_dossiers\n  small_number_threshold: 5"
    assert [one.small_number_threshold for one in read("empty_note: no_dossiers", threshold).versions("on_time")] == [5]
    shown = THEME.replace("empty_note: no_dossiers", threshold).replace(
        "date: end_date, where: in_time", "date: received_date"
    )
    shown = shown.replace(
        "denominator: {record_kind: dossiers, date: end_date}",
        "denominator: {record_kind: dossiers, date: received_date}",
    )
    with pytest.raises(RegistryError, match=r"volume\.yml:27: .*on_time: hides nothing: received and received"):
        read(THEME, shown)


def test_every_fault_is_named_at_once(read: Read) -> None:
    with pytest.raises(RegistryError) as caught:
        read("source: a_law\n- code: on_time", "source: no_law\n- code: On time")
    assert len(caught.value.problems) == 2


def test_breakdowns_need_sums_that_are_kept(read: Read) -> None:
    with pytest.raises(RegistryError, match=r"record_kinds\.yml:2: .*dimensions"):
        read(kinds=KINDS.replace("    touched: int_dossiers__touched\n", ""))
