from datetime import date
from pathlib import Path

import pytest

from ward_warehouse.core.offered import last_night, offered_wards

TODAY = date(2026, 1, 1)
DISTRICT = """
district: q
name: {vi: Quận, en: District}
defaults: {in_force: {from: 2018-01-01, to: 2018-12-28}}
wards:
  - ward: q_p1
    name: {vi: Phường 1, en: Ward 1}
  - ward: q_p2
    in_force: {from: 2018-01-01, to: 2018-06-30}
"""


def write(folder: Path, text: str, name: str = "q.yml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_wards_are_offered_under_the_names_that_people_know(tmp_path: Path) -> None:
    assert offered_wards(write(tmp_path, DISTRICT)) == {
        "q_p1": "Phường 1 / Ward 1, Quận / District",
        "q_p2": "Quận / District",
    }


@pytest.mark.parametrize("text", ["wards: [", "- 1", "wards: 3", "wards: [1, {ward: 2}]", "\x00", "name: x"])
def test_a_broken_file_offers_nothing_and_breaks_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, text, "a.yml")
    assert list(offered_wards(write(tmp_path, DISTRICT))) == ["q_p1", "q_p2"]


def test_the_last_night_of_a_registry_that_has_ended(tmp_path: Path) -> None:
    assert last_night(write(tmp_path, DISTRICT), TODAY) == date(2018, 12, 28)


@pytest.mark.parametrize("end", ["null", "2026-01-01"])
def test_a_registry_with_a_ward_in_force_has_no_last_night(tmp_path: Path, end: str) -> None:
    text = f"{DISTRICT}  - ward: q_p3\n    in_force: {{from: 2018-01-01, to: {end}}}\n"
    assert last_night(write(tmp_path, text), TODAY) is None


def test_no_wards_no_last_night(tmp_path: Path) -> None:
    assert last_night(tmp_path, TODAY) is None
