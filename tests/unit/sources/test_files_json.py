"""JSON files that mean two things, or nothing: names twice, halves of letters, no numbers, and what is nested deep."""

import re
import unicodedata
from pathlib import Path

import pytest

from tests.support.dropped_files import Folder
from ward_warehouse.core.contracts import CODE_PATTERN
from ward_warehouse.sources import FAULT

RECORD = '"Số": "1", "Ngày nhận": "1", "Kết quả": "x"'


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('"Kết quả": "y"', "column Kết quả: found twice in one record, expected once"),
        ('"079000000001": 1, "079000000001": 2', "column 999999999999: found twice in one record, expected once"),
        (f'"{unicodedata.normalize("NFD", "Kết quả")}": "y"', "column Kết quả: found twice in one record"),
        ('"x": [{"y": 1, "y": 2}]', "column x: found a name that stands twice in a nested object, expected each once"),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_name_that_stands_twice_is_a_fault_of_its_record(folder: Folder, name: str, more: str, fault: str) -> None:
    lines = [f"{{{RECORD}, {more}}}", f"{{{RECORD}}}"]
    folder.put(name, f"[{','.join(lines)}]" if name == "a.json" else "\n".join(lines))
    one, two = folder.night()
    assert fault in one[FAULT]
    assert (one["Số"], two["Kết quả"], two[FAULT]) == ("1", "x", None)


def test_a_name_that_stands_twice_beside_the_records_refuses_the_file(folder: Folder) -> None:
    folder.put("a.json", f'{{"data": [], "data": [{{{RECORD}}}]}}')
    assert folder.night(records="data") == []
    assert "found a name that stands twice in one object, expected each name once" in folder.refused[0]


def test_a_decomposed_name_is_the_column(folder: Folder) -> None:
    folder.put("a.json", unicodedata.normalize("NFD", f"[{{{RECORD}}}]").encode())
    assert [(row["Số"], row["Kết quả"]) for row in folder.night()] == [("1", "x")]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_half_a_surrogate_pair_is_a_replacement_sign(folder: Folder, name: str) -> None:
    line = f'{{{RECORD}, "\\ud83d": "\\ud83d\\ude00 \\\\ud800 \\ud800", "b": ["\\uDC00"]}}'
    folder.put(name, f"[{line}]" if name == "a.json" else line)
    found = folder.night()[0]
    assert (found["\ufffd"], found["b"]) == ("😀 \\ud800 \ufffd", '["\ufffd"]')


@pytest.mark.parametrize("depth", [300, 940, 960, 980, 990])
def test_a_value_nested_deep_never_ends_in_a_crash(folder: Folder, depth: int) -> None:
    folder.put("a.json", f'[{{{RECORD}, "x": {"[" * depth}{"]" * depth}}}, {{{RECORD}}}]')
    found = folder.night()
    assert [(row["x"] is None) == bool(row[FAULT]) for row in found[:1]] == [True] or "not JSON" in folder.refused[0]
    assert not found or found[1][FAULT] is None


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_fits_no_id(folder: Folder, constant: str) -> None:
    folder.put("a.json", f'[{{"Số": {constant}, "Ngày nhận": "1", "Kết quả": "x"}}]')
    found = folder.night()[0]["Số"]
    assert (found, re.fullmatch(CODE_PATTERN, found)) == (f"#{constant}", None)
