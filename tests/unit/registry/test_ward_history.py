"""The reviewed tables of wards: whole, without overlap, and as the districts' own counts of wards have it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[3] / "dbt_project" / "seeds"


def rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


UNITS = rows("ward_units")
SUCCESSIONS = rows("ward_successions")


@pytest.mark.parametrize(
    ("district", "before_2025", "half_year"),
    [("772", 16, 10), ("001", 14, 13), ("009", 11, 9), ("760", 10, 10)],
    ids=["Quận 11", "Ba Đình", "Thanh Xuân", "Quận 1"],
)
def test_districts_had_as_many_wards_as_is_known(district: str, before_2025: int, half_year: int) -> None:
    on_day = Counter(
        day
        for unit in UNITS
        for day in ("2018-06-30", "2025-03-31", "2025-08-31")
        if unit["district_code"] == district and unit["valid_from"] <= day <= (unit["valid_to"] or "9999-12-31")
    )
    assert on_day == {"2018-06-30": before_2025, "2025-03-31": half_year}


def test_a_code_names_one_unit_at_a_time() -> None:
    by_code = defaultdict(list)
    for unit in UNITS:
        by_code[unit["ward_code"]].append((unit["valid_from"], unit["valid_to"] or "9999-12-31"))
    for code, periods in by_code.items():
        for (_, end), (start, _) in pairwise(sorted(periods)):
            assert end < start, code


def test_the_code_of_truc_bach_became_that_of_ba_dinh() -> None:
    named = {unit["valid_from"]: unit["name_vi"] for unit in UNITS if unit["ward_code"] == "00004"}
    assert named == {"1900-01-01": "Phường Trúc Bạch", "2025-07-01": "Phường Ba Đình"}


def test_successions_join_units_that_follow_each_other() -> None:
    ends = {(unit["ward_code"], unit["valid_from"]): unit["valid_to"] for unit in UNITS}
    for row in SUCCESSIONS:
        # A ward that took others in and kept its name and code is the unit that it was.
        assert ends[row["from_code"], row["from_valid_from"]] < row["succession_date"]
        assert row["to_valid_from"] <= row["succession_date"] <= ends[row["to_code"], row["to_valid_from"]] or (
            ends[row["to_code"], row["to_valid_from"]] == ""
        )
        assert row["share"] == ("1" if row["kind"] == "whole" else "")


def test_every_ward_of_june_2025_has_a_successor_and_a_whole_one_only_one() -> None:
    followers = defaultdict(list)
    for row in SUCCESSIONS:
        if row["succession_date"] == "2025-07-01":
            followers[row["from_code"]].append(row["kind"])
    assert set(followers) == {unit["ward_code"] for unit in UNITS if unit["valid_to"] == "2025-06-30"}
    for code, kinds in followers.items():
        assert kinds == ["whole"] or (len(kinds) > 1 and set(kinds) == {"part"}), code


def test_every_ward_that_ended_with_2024_has_a_successor_and_a_whole_one_only_one() -> None:
    followers = defaultdict(list)
    for row in SUCCESSIONS:
        if row["succession_date"] == "2025-01-01":
            followers[row["from_code"]].append(row["kind"])
    ended = {unit["ward_code"] for unit in UNITS if unit["valid_to"] == "2024-12-31"}
    assert (len(ended), ended - set(followers)) == (150, set())
    for code, kinds in followers.items():
        assert kinds == ["whole"] or (len(kinds) > 1 and set(kinds) == {"part"}), code


def test_a_successor_of_january_2025_is_of_the_same_district() -> None:
    districts = {(unit["ward_code"], unit["valid_from"]): unit["district_code"] for unit in UNITS}
    for row in SUCCESSIONS:
        if row["succession_date"] == "2025-01-01":
            before, after = ((row[f"{end}_code"], row[f"{end}_valid_from"]) for end in ("from", "to"))
            assert districts[before] == districts[after], row


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("27217", {"27226"}),  # Phường 11 of Quận 11, with Phường 13, whose code goes on
        ("27226", {"27226"}),
        ("27235", {"27229"}),  # Phường 12 into Phường 8, which changed neither name nor code
        ("26932", {"26923", "26926"}),  # Phường 6 of Bình Thạnh, in parts
        ("00010", {"00004"}),
        ("09631", {"09646"}),  # Tản Hồng of Ba Vì, with Châu Sơn and Phú Phương: Phú Hồng
        ("09637", {"09646"}),
        ("00574", {"00583"}),  # Đông Dư into Bát Tràng, which changed neither name nor code
    ],
)  # fmt: skip
def test_mergers_of_january_2025(old: str, new: set[str]) -> None:
    found = {row["to_code"] for row in SUCCESSIONS if (row["from_code"], row["succession_date"]) == (old, "2025-01-01")}
    assert found == new
