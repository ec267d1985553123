from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ward_warehouse.contracts import RecordKind
from ward_warehouse.errors import RegistryError
from ward_warehouse.registry import Registry, load_registry
from ward_warehouse.registry.procedures import COLUMNS
from ward_warehouse.settings import Settings

SYSTEM = """\
system: counter
name: {vi: Phần mềm, en: Software}
transport: sql
time_zone: Asia/Ho_Chi_Minh
datasets:
  dossiers:
    read: {table: HO_SO}
    key: [ID]
    cursor: {column: CHANGED, format: "%Y-%m-%d"}
    columns:
      dossier_code: CODE
      procedure_code: PROCEDURE
      channel: {from: CHANNEL, codes: channel}
      status: {from: STATUS, codes: status}
      received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}
      paid_online: {from: PAID, codes: flag}
      source_ward: UNIT
codes:
  channel: {1: in_person, 2: online}
  status: {9: resolved}
  flag: {yes: true, no: false}
"""
SURVEYS = """\
system: tablets
name: {vi: Máy tính bảng, en: Tablets}
transport: http
time_zone: Asia/Ho_Chi_Minh
datasets:
  survey_responses:
    read:
      path: /votes
      records: items
      pagination: {page_param: page, size_param: size, size: 100}
      since_param: since
      until_param: until
      time_format: "%Y%m%d"
    key: [ID]
    columns:
      answered_at: {from: AT, formats: ["%Y%m%d"]}
      mode: {constant: tablet}
      rating_overall: {from: RATING, codes: rating}
codes:
  rating: {1: satisfied}
"""
DISTRICT = """\
district: quan
name: {vi: Quận, en: District}
procedure_catalogue: quan.procedures.csv
defaults:
  in_force: {from: 2018-01-01, to: 2018-12-31}
wards:
  - ward: p01
    code: "00001"
    name: {vi: Phường 1, en: Ward 1}
    system: counter
    aliases: [P01]
  - ward: p02
    code: "00002"
    name: {vi: Phường 2, en: Ward 2}
    system: counter
    aliases: [P02]
    datasets: {survey_responses: {system: tablets, connection: votes}}
  - ward: p03
    code: "00003"
    name: {vi: Phường 3, en: Ward 3}
    system: tablets
"""
CATALOGUE = (
    ",".join(COLUMNS) + "\n1.000656,Khai tử,Death,Hộ tịch,ward,3,1,working_days,true,true,true,true,2016-01-01,\n"
)
FILES = {"counter.yml": SYSTEM, "tablets.yml": SURVEYS, "quan.yml": DISTRICT, "quan.procedures.csv": CATALOGUE}


def write(folder: Path, **changed: str) -> Registry:
    """The registry above, with the text of some files changed (`quan_yml` stands for quan.yml)."""
    for name, text in FILES.items():
        place = folder / ("systems" if name in ("counter.yml", "tablets.yml") else "wards")
        place.mkdir(exist_ok=True)
        (place / name).write_text(changed.get(name.replace(".", "_"), text), encoding="utf-8")
    return load_registry(Settings(wards_dir=folder / "wards", systems_dir=folder / "systems"))


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
        (ward, str(d.kind)): (d.system.system, d.connection_id)
        for ward in registry.wards
        for d in registry.datasets(ward)
    }
    assert found == {
        ("p01", "dossiers"): ("counter", "p01"),
        ("p02", "dossiers"): ("counter", "p02"),
        ("p02", "survey_responses"): ("tablets", "votes"),
        ("p03", "survey_responses"): ("tablets", "p03"),
    }
    assert [d.kind for d in registry.datasets("p02", [RecordKind.SURVEY_RESPONSES])] == ["survey_responses"]


def test_an_unknown_ward_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"p99.*known wards: p01, p02, p03"):
        write(tmp_path).datasets("p99")


def test_wards_in_force_are_those_whose_dates_hold_the_night(tmp_path: Path) -> None:
    text = DISTRICT.replace("    aliases: [P01]", "    aliases: [P01]\n    in_force: {from: 2018-06-01}")
    registry = write(tmp_path, quan_yml=text)
    assert registry.wards_in_force(date(2018, 5, 31)) == ["p02", "p03"]
    assert registry.wards_in_force(date(2018, 6, 1)) == ["p01", "p02", "p03"]
    assert registry.wards_in_force(date(2018, 12, 31)) == ["p01", "p02", "p03"]
    assert registry.wards_in_force(date(2019, 1, 1)) == ["p01"]


@dataclass(frozen=True)
class Bad:
    """A fault put into one file: `old` becomes `new`; the problem must name the line of `at` and hold `parts`."""

    file: str
    old: str
    new: str
    at: str
    parts: tuple[str, ...]
    lost: str | None = None


BAD = {
    "unknown key of a ward": Bad(
        "quan.yml",
        "    aliases: [P01]",
        "    aliases: [P01]\n    conection: x",
        "conection",
        ("ward p01", "conection"),
        "p01",
    ),
    "unknown system": Bad(
        "quan.yml",
        "    system: counter\n    aliases: [P01]",
        "    system: countr\n    aliases: [P01]",
        "countr",
        ("ward p01", "'countr'", "known: counter, tablets"),
        "p01",
    ),
    "unknown system of one dataset": Bad(
        "quan.yml",
        "{system: tablets, connection: votes}",
        "{system: tablet}",
        "{system: tablet}",
        ("ward p02", "'tablet'", "survey_responses"),
        "p02",
    ),
    "system without the dataset": Bad(
        "quan.yml",
        "{system: tablets, connection: votes}",
        "{system: counter}",
        "{system: counter}",
        ("ward p02", "counter", "survey_responses"),
        "p02",
    ),
    "unknown record kind": Bad(
        "quan.yml", "{survey_responses: {system", "{surveys: {system", "surveys", ("ward p02", "surveys"), "p02"
    ),
    "missing code": Bad("quan.yml", '    code: "00001"\n', "", "ward: p01", ("ward p01", "code", "missing"), "p01"),
    "code as a number": Bad("quan.yml", '"00001"', "1", "code: 1", ("ward p01", "code", "found 1"), "p01"),
    "bad ward key": Bad(
        "quan.yml", "ward: p01", "ward: Phường 1", "ward: Phường 1", ("ward Phường 1", "pattern"), "p01"
    ),
    "ward key twice": Bad("quan.yml", "ward: p02", "ward: p01", "ward: p01", ("ward p01", "twice"), "p02"),
    "no aliases though records name their ward": Bad(
        "quan.yml", "    aliases: [P01]\n", "", "ward: p01", ("ward p01", "aliases", "counter"), "p01"
    ),
    "connection that is no name of a variable": Bad(
        "quan.yml",
        "connection: votes",
        "connection: votes-of-p2",
        "connection: votes-of-p2",
        ("ward p02", "'votes-of-p2'"),
        "p02",
    ),
    "wrong kind of unit": Bad(
        "quan.yml",
        "    aliases: [P01]",
        "    aliases: [P01]\n    unit: commune",
        "commune",
        ("ward p01", "unit", "'commune'"),
        "p01",
    ),
    "wrong cadence": Bad(
        "quan.yml",
        "    aliases: [P01]",
        "    aliases: [P01]\n    cadence: hourly",
        "hourly",
        ("ward p01", "cadence", "'hourly'"),
        "p01",
    ),
    "ends before it starts": Bad(
        "quan.yml",
        "    aliases: [P01]",
        "    aliases: [P01]\n    in_force: {from: 2018-05-01, to: 2018-04-01}",
        "in_force: {from: 2018-05-01",
        ("ward p01", "in_force", "2018-04-01"),
        "p01",
    ),
    "ward that is no mapping": Bad("quan.yml", "  - ward: p03", "  - p04\n  - ward: p03", "- p04", ("'p04'",)),
    "no wards": Bad("quan.yml", DISTRICT[DISTRICT.index("wards:") :], "", "district: quan", ("quan", "wards")),
    "bad time zone of a district": Bad(
        "quan.yml",
        "procedure_catalogue",
        "time_zone: Asia/Saigon_\nprocedure_catalogue",
        "Asia/Saigon_",
        ("district quan", "time_zone", "Asia/Saigon_"),
    ),
    "unknown key of a district": Bad(
        "quan.yml", "procedure_catalogue", "procedures", "procedures: quan", ("district quan", "procedures")
    ),
    "catalogue outside the folder": Bad(
        "quan.yml", "quan.procedures.csv", "../secret.csv", "../secret.csv", ("../secret.csv", "beside")
    ),
    "key twice in YAML": Bad(
        "quan.yml",
        "    system: counter\n    aliases: [P01]",
        "    system: counter\n    system: again",
        "system: again",
        ("'system'", "twice"),
    ),
    "no YAML": Bad("quan.yml", "wards:", "wards: [", "- ward: p01", ("not valid YAML",)),
    "an impossible date": Bad("quan.yml", "from: 2018-01-01", "from: 2018-02-31", "2018-02-31", ("2018-02-31",)),
    "defaults that are no mapping": Bad(
        "quan.yml",
        "defaults:\n  in_force: {from: 2018-01-01, to: 2018-12-31}",
        "defaults: nightly",
        "defaults: nightly",
        ("defaults", "'nightly'"),
    ),
    "no file of keys": Bad("quan.yml", DISTRICT, "- a\n- b\n", "- a", ("mapping",)),
    "code table value not in the contract": Bad(
        "counter.yml", "9: resolved", "9: finished", "status: {from", ("system counter", "status", "'9'", "'finished'")
    ),
    "truth value not in the contract": Bad(
        "counter.yml", "yes: true", "yes: maybe", "paid_online", ("system counter", "paid_online", "'maybe'")
    ),
    "code table that is not there": Bad(
        "counter.yml",
        "codes: status}",
        "codes: state}",
        "codes: state}",
        ("system counter", "status", "'state'", "known"),
    ),
    "code without a table": Bad(
        "counter.yml",
        "status: {from: STATUS, codes: status}",
        "status: STATUS",
        "status: STATUS",
        ("system counter", "status", "codes"),
    ),
    "constant not in the contract": Bad(
        "tablets.yml", "constant: tablet", "constant: tv", "constant: tv", ("system tablets", "mode", "'tv'", "tablet")
    ),
    "missing required column": Bad(
        "counter.yml",
        '      received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}\n',
        "",
        "columns:",
        ("system counter", "received_at", "dossiers"),
    ),
    "column that the contract does not have": Bad(
        "counter.yml", "dossier_code: CODE", "dossier_code: CODE\n      fee: FEE", "fee: FEE", ("system counter", "fee")
    ),
    "column that the pipeline fills": Bad(
        "counter.yml",
        "dossier_code: CODE",
        "dossier_code: CODE\n      source_record_id: ID",
        "source_record_id: ID",
        ("system counter", "source_record_id"),
    ),
    "time without formats": Bad(
        "counter.yml",
        '{from: RECEIVED, formats: ["%Y-%m-%d"]}',
        "RECEIVED",
        "received_at: RECEIVED",
        ("system counter", "received_at", "formats"),
    ),
    "format without a year": Bad(
        "counter.yml",
        'formats: ["%Y-%m-%d"]}',
        'formats: ["%d/%m"]}',
        "%d/%m",
        ("system counter", "received_at", "'%d/%m'"),
    ),
    "two origins of one column": Bad(
        "counter.yml",
        "dossier_code: CODE",
        "dossier_code: {from: CODE, constant: x}",
        "dossier_code",
        ("system counter", "dossier_code", "exactly one"),
    ),
    "bad time zone of a system": Bad(
        "counter.yml", "Asia/Ho_Chi_Minh", "Hanoi", "time_zone", ("system counter", "time_zone", "'Hanoi'")
    ),
    "unknown transport": Bad(
        "counter.yml", "transport: sql", "transport: fax", "transport", ("system counter", "'fax'")
    ),
    "read that does not fit the transport": Bad(
        "counter.yml", "{table: HO_SO}", "{path: /x}", "{path: /x}", ("system counter", "path", "not a known key")
    ),
    "page size without an end": Bad(
        "tablets.yml", "size: 100}", "size: 100000}", "size: 100000}", ("system tablets", "pagination", "100000")
    ),
    "no key": Bad("counter.yml", "key: [ID]", "key: []", "key: []", ("system counter", "key")),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_entry_is_named_with_file_line_and_key(tmp_path: Path, bad: Bad) -> None:
    assert FILES[bad.file].count(bad.old) == 1
    text = FILES[bad.file].replace(bad.old, bad.new)
    registry = write(tmp_path, **{bad.file.replace(".", "_"): text})
    line = max(number for number, row in enumerate(text.splitlines(), start=1) if bad.at in row)
    named = [problem for problem in registry.problems if all(part in problem for part in bad.parts)]
    assert named, registry.problems
    folder = "systems" if bad.file in ("counter.yml", "tablets.yml") else "wards"
    where, number, _ = named[0].removeprefix(str(tmp_path / folder) + "/").split(":", 2)
    assert where == bad.file
    assert int(number) == line, named[0]
    assert all("\n" not in problem for problem in registry.problems)
    if bad.lost is not None:
        assert len(registry.problems) == 1
        assert set(registry.wards) == {"p01", "p02", "p03"} - {bad.lost}
    with pytest.raises(RegistryError):
        registry.require_clean()


def test_one_wrong_ward_hides_no_other(tmp_path: Path) -> None:
    text = DISTRICT.replace("aliases: [P01]", "alias: P01").replace("system: tablets\n", "system: papers\n")
    registry = write(tmp_path, quan_yml=text)
    assert list(registry.wards) == ["p02"]
    named = "\n".join(registry.problems)
    assert "ward p01" in named
    assert "ward p03" in named
    assert "ward p02" not in named


def test_a_wrong_system_names_itself_and_the_wards_that_run_it(tmp_path: Path) -> None:
    registry = write(tmp_path, tablets_yml=SURVEYS.replace("1: satisfied", "1: happy"))
    assert list(registry.wards) == ["p01"]
    assert any("system tablets" in problem and "'happy'" in problem for problem in registry.problems)
    assert sum("has no valid description" in problem for problem in registry.problems) == 2


def test_a_wrong_district_file_leaves_the_other_districts(tmp_path: Path) -> None:
    (tmp_path / "wards").mkdir()
    (tmp_path / "wards" / "broken.yml").write_text("district: [\n", encoding="utf-8")
    (tmp_path / "wards" / "latin.yml").write_bytes("district: Phú\n".encode("latin-1"))
    registry = write(tmp_path)
    assert list(registry.wards) == ["p01", "p02", "p03"]
    assert len(registry.problems) == 2
    assert any("broken.yml:" in problem for problem in registry.problems)
    assert any("latin.yml:" in problem and "UTF-8" in problem for problem in registry.problems)


def test_a_ward_key_is_unique_over_all_districts(tmp_path: Path) -> None:
    (tmp_path / "wards").mkdir()
    other = DISTRICT.replace("district: quan", "district: an_other").replace("ward: p03", "ward: p04")
    (tmp_path / "wards" / "an_other.yml").write_text(other, encoding="utf-8")
    registry = write(tmp_path)
    assert len([problem for problem in registry.problems if "stands twice" in problem]) == 2
    assert registry.wards["p04"].district == "an_other"
    assert registry.wards["p03"].district == "quan"


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
    example = Path(__file__).resolve().parents[2] / "examples" / "boston311"
    registry = load_registry(Settings(wards_dir=example / "wards", systems_dir=example / "systems"))
    assert registry.problems == []
    assert len(registry.wards) == 23


REPORT = """\
system: report
name: {vi: Báo cáo, en: Report}
transport: files
time_zone: Asia/Ho_Chi_Minh
numbers: {decimal: comma, thousands: dot}
datasets:
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
