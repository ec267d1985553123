from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ward_warehouse.reports.vietnamese import (
    change_text,
    count_text,
    day_text,
    decimal_text,
    listed,
    name_order,
    share_text,
    value_text,
)


def test_figures_as_vietnamese_offices_write_them() -> None:
    assert count_text(15983) == "15.983"
    assert share_text(0.968) == "96,8\xa0%"
    assert decimal_text(-2.5) == "\u22122,5"
    assert day_text(date(2018, 11, 30)) == "30/11/2018"
    assert value_text(2.5, "working_days") == "2,5"
    assert value_text(49106, "dossiers") == "49.106"


@pytest.mark.parametrize(
    ("change", "unit", "text"),
    [
        (0.0031, "share", "+0,3\xa0điểm"),
        (-0.0204, "share", "\u22122,0\xa0điểm"),
        (0.0004, "share", "không đổi"),
        (-0.0004, "share", "không đổi"),
        (0, "dossiers", "không đổi"),
        (-1200, "dossiers", "\u22121.200"),
        (0.5, "working_days", "+0,5"),
    ],
)
def test_a_change_has_its_sign_and_nothing_is_called_nothing(change: float, unit: str, text: str) -> None:
    assert change_text(change, unit) == text


@given(st.integers(min_value=0, max_value=10**12))
def test_a_count_is_read_back(number: int) -> None:
    assert int(count_text(number).replace(".", "")) == number


def test_names_in_a_sentence() -> None:
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B và C"


def test_names_stand_where_a_reader_looks_for_them() -> None:
    names = ["Phường 10", "Phường Đa Kao", "Phường 2", "Phường Dương Nội", "Phường Ô Chợ Dừa", "Phường Hạ Đình"]
    assert sorted(names, key=name_order) == [
        "Phường 2", "Phường 10", "Phường Dương Nội", "Phường Đa Kao", "Phường Hạ Đình", "Phường Ô Chợ Dừa",
    ]  # fmt: skip
