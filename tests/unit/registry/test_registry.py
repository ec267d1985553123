from datetime import date
from pathlib import Path

import pytest

from tests.support.registry_files import CATALOGUE, DISTRICT, write
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import RegistryError
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry import load_registry


def test_a_good_registry_has_no_problem(tmp_path: Path) -> None:
    registry = write(tmp_path)
    assert registry.problems == []
    assert registry.require_clean() is registry
    assert list(registry.wards) == ["p01", "p02", "p03"]
    assert registry.wards["p01"].in_force.to == date(2018, 12, 31)
    assert registry.catalogues["quan"].codes == {"1.000656"}
    assert registry.systems["counter"].codes["flag"] == {"true": "true", "false": "false"}
    assert registry.systems["counter"].codes["channel"] == {"1": "in_person", "2": "online"}


def test_the_datasets_of_a_ward_come_from_its_systems(tmp_path: Path) -> None:
    registry = write(tmp_path)
    found = {
        (ward, str(d.record_kind)): (d.system.system, d.connection_id)
        for ward in registry.wards
        for d in registry.feeds(ward)
    }
    assert found == {
        ("p01", "dossiers"): ("counter", "p01"),
        ("p02", "dossiers"): ("counter", "p02"),
        ("p02", "survey_responses"): ("tablets", "votes"),
        ("p03", "survey_responses"): ("tablets", "p03"),
    }
    assert [d.record_kind for d in registry.feeds("p02", [RecordKind.SURVEY_RESPONSES])] == ["survey_responses"]


def test_an_unknown_ward_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"p99.*known wards: p01, p02, p03"):
        write(tmp_path).feeds("p99")


def test_wards_in_force_are_those_whose_dates_hold_the_night(tmp_path: Path) -> None:
    text = DISTRICT.replace("    aliases: [P01]", "    aliases: [P01]\n    in_force: {from: 2018-06-01}")
    registry = write(tmp_path, quan_yml=text)
    assert registry.wards_in_force(date(2018, 5, 31)) == ["p02", "p03"]
    assert registry.wards_in_force(date(2018, 6, 1)) == ["p01", "p02", "p03"]
    assert registry.wards_in_force(date(2018, 12, 31)) == ["p01", "p02", "p03"]
    assert registry.wards_in_force(date(2019, 1, 1)) == ["p01"]


def test_an_empty_folder_is_a_problem_and_not_an_empty_district(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    registry = load_registry(Settings(wards_dir=tmp_path / "empty", systems_dir=tmp_path / "nowhere"))
    assert len(registry.problems) == 2
    assert all("no .yml file" in problem for problem in registry.problems)


@pytest.mark.parametrize(
    ("old", "new", "line", "parts"),
    [
        ("statutory_unit,", "unit,", 1, ("statutory_unit", "missing")),
        ("working_days", "weeks", 2, ("statutory_unit", "'weeks'")),
        (",1,working_days", ",one,working_days", 2, ("statutory_time", "'one'")),
        ("\n1.000656,", "\n,", 2, ("procedure_code", "empty")),
    ],
)
def test_a_bad_catalogue_row_is_named(tmp_path: Path, old: str, new: str, line: int, parts: tuple[str, ...]) -> None:
    registry = write(tmp_path, quan_procedures_csv=CATALOGUE.replace(old, new))
    (problem,) = registry.problems
    assert f"quan.procedures.csv:{line}:" in problem
    assert all(part in problem for part in parts)


def test_a_procedure_may_come_again_from_another_day_but_not_from_the_same(tmp_path: Path) -> None:
    row = CATALOGUE.splitlines()[1]
    again = CATALOGUE + row.replace("2016-01-01", "2018-01-01") + "\n"
    assert write(tmp_path, quan_procedures_csv=again).problems == []
    (problem,) = write(tmp_path, quan_procedures_csv=again + row + "\n").problems
    assert "quan.procedures.csv:4:" in problem
    assert "1.000656" in problem


def test_the_projects_own_registry_and_example_are_clean() -> None:
    settings = Settings()
    assert load_registry(settings).problems == []
    example = Path(__file__).resolve().parents[3] / "examples" / "boston311"
    registry = load_registry(Settings(wards_dir=example / "wards", systems_dir=example / "systems"))
    assert registry.problems == []
    assert len(registry.wards) == 23


REPORT = """\
system: report
name: {vi: Báo cáo, en: Report}
transport: files
time_zone: Asia/Ho_Chi_Minh
numbers: {decimal: comma, thousands: dot}
record_kinds:
  ward_returns:
    read: {pattern: "*.xlsx"}
    key: [ITEM]
    columns:
      item_code: ITEM
      period_grain: {constant: month}
      period_start: {from: FROM, formats: [excel_serial]}
      period_end: {from: TO, formats: ["%d/%m/%Y", excel_serial]}
      value: {from: RESULT, bounds: words}
      bound: {from: RESULT, bounds: words}
codes:
  words: {hơn: at_least}
"""


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("thousands: dot", "thousands: comma", "found comma for decimal and for thousands"),
        ("decimal: comma", "decimal: point", "numbers"),
        ("[excel_serial]", "[excel_serials]", "format 'excel_serials' has no year"),
        ("{from: FROM, formats: [excel_serial]}", "FROM", "formats are missing"),
        ("item_code: ITEM", "item_code: {from: ITEM, numbers: {decimal: dot}}", "numbers is for columns of numbers"),
        ("item_code: ITEM", "item_code: {from: ITEM, bounds: words}", "bounds is for a number and for its bound"),
        ("words: {hơn: at_least}", "words: {hơn: more}", "bounds: 'hơn' gives 'more', expected one of exact"),
        ("words: {hơn: at_least}", "others: {hơn: at_least}", "bounds: table 'words' is not in codes"),
        ("words: {hơn: at_least}", "words: {}", "bounds: table 'words' is not in codes, or has no word"),
        ("      bound: {from: RESULT, bounds: words}\n", "", "map the column of the bound from the same source"),
        ("bound: {from: RESULT", "bound: {from: OTHER", "map the column of the bound from the same source"),
        ("value: {from: RESULT", "value: {expression: RESULT", "bounds goes with from"),
    ],
)
def test_what_a_system_says_about_numbers_is_checked(tmp_path: Path, old: str, new: str, part: str) -> None:
    write(tmp_path)
    assert old in REPORT
    (tmp_path / "systems" / "report.yml").write_text(REPORT.replace(old, new), encoding="utf-8")
    registry = load_registry(Settings(wards_dir=tmp_path / "wards", systems_dir=tmp_path / "systems"))
    found = [str(problem) for problem in registry.problems if "report.yml:" in str(problem)]
    assert found
    assert any(part in line for line in found)


def test_one_number_format_or_several_in_order(tmp_path: Path) -> None:
    several = REPORT.replace("numbers: {decimal: comma, thousands: dot}", "numbers: [{decimal: comma}, {decimal: dot}]")
    one = write(tmp_path, tablets_yml=REPORT, quan_yml=DISTRICT).systems["report"]
    assert [(n.decimal, n.thousands) for n in one.numbers] == [("comma", "dot")]
    many = write(tmp_path, tablets_yml=several, quan_yml=DISTRICT).systems["report"]
    assert [n.decimal for n in many.numbers] == ["comma", "dot"]
