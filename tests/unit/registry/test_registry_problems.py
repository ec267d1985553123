from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.registry_files import DISTRICT, FILES, SURVEYS, SYSTEM, write
from ward_warehouse.core.errors import RegistryError


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
    "columns that differ in case alone": Bad(
        "counter.yml",
        "paid_online: {from: PAID, codes: flag}",
        "paid_online: {from: unit, codes: flag}",
        "dossiers:",
        ("columns unit and UNIT", "differ in case alone"),
    ),
    "unknown key of a ward": Bad(
        "quan.yml",
        "    aliases: [P01]",
        "    aliases: [P01]\n    conection: x",
        "conection",
        ("ward p01", "conection"),
        "p01",
    ),
    "older name of a key": Bad(
        "quan.yml",
        "    record_kinds: {survey_responses: {system: tablets, connection: votes}}",
        "    datasets: {survey_responses: {system: tablets, connection: votes}}",
        "    datasets",
        ("ward p02", "datasets", "is called record_kinds now"),
        "p02",
    ),
    "unknown system": Bad(
        "quan.yml",
        "    system: counter\n    aliases: [P01]",
        "    system: countr\n    aliases: [P01]",
        "countr",
        ("ward p01", "'countr'", "known: counter, tablets"),
        "p01",
    ),
    "unknown system of one record kind": Bad(
        "quan.yml",
        "{system: tablets, connection: votes}",
        "{system: tablet}",
        "{system: tablet}",
        ("ward p02", "'tablet'", "survey_responses"),
        "p02",
    ),
    "system without the records": Bad(
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


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("{pattern: '*.json', fill_down: [ID]}", "format json does not use fill_down; remove it"),
        ("{pattern: '*', format: json, footer: Cộng, sheet: A}", "format json does not use sheet, footer; remove it"),
        ("{pattern: 'x_*.JSONL.gz', records: data}", "format json_lines does not use records; remove it"),
        ("{pattern: '*.csv', records: data}", "format delimited does not use records; remove it"),
        ("{pattern: '*.csv', fill_down: [ID, Id]}", "fill_down: Id is mapped nowhere; write it as the columns do"),
    ],
)
def test_a_key_that_would_be_passed_over_is_refused(tmp_path: Path, read: str, said: str) -> None:
    text = SYSTEM.replace("transport: sql", "transport: files").replace("{table: HO_SO}", read)
    registry = write(tmp_path, counter_yml=text)
    assert [problem for problem in registry.problems if said in problem], registry.problems
    assert "counter" not in registry.systems


@pytest.mark.parametrize(
    "read", ["{pattern: '*.jsonl', null_values: ['NULL']}", "{pattern: '*', fill_down: [ID]}", "{pattern: '*.json.gz'}"]
)
def test_a_key_that_is_used_is_not(tmp_path: Path, read: str) -> None:
    text = SYSTEM.replace("transport: sql", "transport: files").replace("{table: HO_SO}", read)
    assert write(tmp_path, counter_yml=text).problems == []


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
