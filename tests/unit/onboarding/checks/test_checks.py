"""Each check sees its own fault, in the right file and line, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.unit.onboarding.checks.good_registry import COUNTER, EXPORTS, QUAN, GoodRegistry
from ward_warehouse.core.connections import Connection, from_environment
from ward_warehouse.onboarding.checks.run import as_finding
from ward_warehouse.registry.check_table import CHECKS

BY_HAND = {
    "value-wrong",
    "sample-failed",
    "sample-refused",
    "sample-drift",
    "sample-odd",
    "sample-future",
    "sample-no-period",
    "ward-lost",
    "sample-key-personal",
    "sample-column-unreadable",
}
"""The fallback, tested below, and the checks that need a real ward system or a lake, tested in test_sample.py."""


KEPT = "{}: {{from: {}, keep: scrubbed, decided_by: Phòng Nội vụ, reason: asked for by the auditors}}"


@pytest.fixture
def good(tmp_path: Path) -> GoodRegistry:
    return GoodRegistry(tmp_path)


@dataclass(frozen=True)
class Fault:
    """`old` becomes `new` in a file; the check must name the line that holds `at`, the last one of several.

    `also` are checks that see the same fault from another side: a ward whose system is refused has no system.
    """

    file: str
    old: str
    new: str
    at: str
    also: tuple[str, ...] = ()


def counter(old: str, new: str, at: str = "", also: tuple[str, ...] = ()) -> Fault:
    return Fault("counter.yml", old, new, at or new.splitlines()[-1], also)


def refused(old: str, new: str, at: str = "") -> Fault:
    """A fault that costs the whole system, and with it its wards."""
    return counter(old, new, at, ("system-unknown",))


def quan(old: str, new: str, at: str = "", also: tuple[str, ...] = ()) -> Fault:
    return Fault("quan.yml", old, new, at or new.splitlines()[-1], also)


def tablets(old: str, new: str, at: str = "") -> Fault:
    return Fault("tablets.yml", old, new, at or new.splitlines()[-1], ("system-unknown",))


def exports(old: str, new: str, at: str = "", also: tuple[str, ...] = ("system-unknown",)) -> Fault:
    return Fault("exports.yml", old, new, at or new.splitlines()[-1], also)


def catalogue(old: str, new: str, at: str = "") -> Fault:
    return Fault("quan.procedures.csv", old, new, at or new)


def suite(old: str, new: str, at: str) -> Fault:
    return Fault("dossiers.yml", old, new, at)


FIRST_ROW = "1.000656,Khai tử,Death,Hộ tịch,ward,3,1,working_days,true,true,true,true,2016-01-01,2017-12-31"
RULE = "rule: record_whole"

VOTES = "{survey_responses: {system: tablets, connection: votes}}"
FAULTS = {
    "yaml-invalid": quan("wards:\n", "wards: [\n", "- ward: p01"),
    "yaml-key-twice": quan("    aliases: [P01]", "    aliases: [P01]\n    aliases: [P1]"),
    "yaml-no-mapping": Fault("quan.yml", QUAN, "- a\n- b\n", "- a"),
    "key-missing": quan('    code: "00001"\n', "", "ward: p01"),
    "key-unknown": quan("    aliases: [P01]", "    aliases: [P01]\n    conection: x"),
    "value-choice": quan("    aliases: [P01]", "    aliases: [P01]\n    unit: commune"),
    "value-form": quan("- ward: p01", "- ward: Phường-1"),
    "value-range": tablets("size: 100}", "size: 100000}", "size: 100000}"),
    "value-type": quan('code: "00001"', "code: 1"),
    "date-impossible": quan("from: 2018-01-01", "from: 2018-02-31"),
    "time-zone-unknown": refused("Asia/Ho_Chi_Minh", "Hanoi"),
    "read-keys": refused("{table: HO_SO}", "{table: HO_SO, query: SELECT 1}", "query: SELECT 1"),
    "pagination-keys": tablets("{page_param: page, ", "{", "pagination"),
    "auth-keys": tablets("auth: basic", "auth: {type: basic, scope: all}"),
    "file-pattern": exports('"{ward}_ho_so*.csv"', '"in/{ward}.csv"', "in/{ward}.csv"),
    "encoding-unknown": exports("encoding: utf-8", "encoding: latin", "latin"),
    "fill-down-unknown": exports("encoding: utf-8", "fill_down: [Ten]", "fill_down"),
    "regex-invalid": counter('pattern: "[A-Z]+"', 'pattern: "[A-Z"', "resolving_unit"),
    "query-not-select": counter("{table: HO_SO}", "{query: DELETE FROM HO_SO}", "DELETE"),
    "key-personal": counter("key: [ID]", "key: [PAPER]"),
    "key-repeated": counter("key: [ID]", "key: [ID, ID]"),
    "cursor-not-sortable": counter('format: "%Y-%m-%d %H:%M:%S"', 'format: "%d/%m/%Y %H:%M"', "cursor"),
    "cursor-format": counter('format: "%Y-%m-%d %H:%M:%S"', 'format: "%m-%d %H:%M:%S"', "cursor"),
    "column-unknown": refused("dossier_code: CODE", "dossier_code: CODE\n      fee: FEE"),
    "column-by-pipeline": refused("dossier_code: CODE", "dossier_code: CODE\n      source_record_id: ID"),
    "column-required": refused('      received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}\n', "", "    columns:"),
    "column-origin": refused("dossier_code: CODE", "dossier_code: {from: CODE, constant: x}"),
    "column-personal-kept": counter("dossier_code: CODE", "dossier_code: PERSON"),
    "formats-missing": refused('received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}', "received_at: RECEIVED"),
    "format-no-year": refused(
        'received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}', 'received_at: {from: RECEIVED, formats: ["%d/%m"]}'
    ),
    "format-invalid": counter(
        'received_at: {from: RECEIVED, formats: ["%Y-%m-%d"]}', 'received_at: {from: RECEIVED, formats: ["%Y-%Q"]}'
    ),
    "codes-missing": refused("status: {from: STATUS, codes: status}", "status: STATUS", "status: STATUS"),
    "code-table-unknown": refused("{from: STATUS, codes: status}", "{from: STATUS, codes: state}", "codes: state"),
    "code-value-unknown": refused("{9: resolved}", "{9: finished}", "status: {from"),
    "code-ambiguous": counter("{9: resolved}", "{x: resolved, X: returned}"),
    "numbers-misplaced": refused("dossier_code: CODE", "dossier_code: {from: CODE, numbers: [{decimal: comma}]}"),
    "bounds-unusable": refused("dossier_code: CODE", "dossier_code: {from: CODE, bounds: words}"),
    "constant-unknown": tablets("constant: tablet", "constant: tv"),
    "expression-invalid": refused("FILES <> ''", "FILES <> (", "result_electronic"),
    "keep-misplaced": refused("dossier_code: CODE", KEPT.format("dossier_code", "CODE")),
    "text-kept": counter("applicant_key: PAPER", "applicant_key: PAPER\n      " + KEPT.format("summary", "TEXT")),
    "expression-unsafe": refused("FILES <> ''", "FILES <> (SELECT 1)", "result_electronic"),
    "expression-uses": counter("FILES <> ''", "PAPERS <> ''", "result_electronic"),
    "wards-missing": Fault("quan.yml", QUAN[QUAN.index("wards:") :], "", "district: quan"),
    "defaults-wrong": quan(
        "defaults:\n  in_force: {from: 2018-01-01, to: 2018-12-31}", "defaults: nightly", also=("system-unused",)
    ),
    "ward-wrong": quan("wards:\n", "wards:\n  - p04\n", "- p04"),
    "ward-twice": quan("- ward: p02", "- ward: p01"),
    "system-unknown": quan("    system: exports", "    system: export"),
    "record-kind-missing": quan("{system: tablets, connection: votes}", "{system: counter}"),
    "aliases-missing": quan("    aliases: [P01]\n", "", "ward: p01"),
    "connection-name": quan("connection: votes", "connection: votes-of-p2"),
    "in-force-order": quan("    aliases: [P01]", "    aliases: [P1]\n    in_force: {from: 2018-05-01, to: 2018-01-01}"),
    "succeeds-wrong": quan("    aliases: [P01]", "    aliases: [P01]\n    succeeds: [p99]"),
    "quiet-hours": quan('{from: "04:00", to: "05:00", days: [sat]}', '{from: "04:00", to: "04:00"}'),
    "catalogue-outside": quan("procedure_catalogue: quan.procedures.csv", "procedure_catalogue: ../secret.csv"),
    "catalogue-unreadable": quan("procedure_catalogue: quan.procedures.csv", "procedure_catalogue: no.csv", "no file"),
    "catalogue-column-missing": catalogue("statutory_unit,", "", "procedure_code,"),
    "procedure-code-empty": catalogue(FIRST_ROW, FIRST_ROW.replace("1.000656", "")),
    "procedure-twice": catalogue(FIRST_ROW, FIRST_ROW.replace("2016-01-01", "2018-01-01"), "2018-01-01,\n"),
    "statutory-unit": catalogue(FIRST_ROW, FIRST_ROW.replace("working_days", "weeks")),
    "statutory-time": catalogue(FIRST_ROW, FIRST_ROW.replace("3,1,", "3,one,")),
    "catalogue-flag": catalogue(FIRST_ROW, FIRST_ROW.replace("working_days,true", "working_days,yes")),
    "catalogue-date": catalogue(FIRST_ROW, FIRST_ROW.replace("2016-01-01", "01/01/2016")),
    "valid-to-before-from": catalogue(FIRST_ROW, FIRST_ROW.replace("2017-12-31", "2015-12-31")),
    "rule-column-unknown": suite(
        "kwargs: {column: unreadable, regex: '\\|record\\|'}", "kwargs: {column: unreadble, regex: x}", RULE
    ),
    "suite-unreadable": suite("      rule: record_whole\n", "      rule: record_whole\n      unless: nobody\n", RULE),
    "district-file-name": quan("district: quan", "district: quan_12"),
    "system-file-name": Fault("counter.yml", "system: counter", "system: counters", "system: counters",
        ("system-unknown",)),
    "pattern-matches-all": exports('"{ward}_ho_so*.csv"', '"{ward}*"', '"{ward}*"', ()),
    "patterns-equal": exports('"{ward}_phieu*.csv"', '"{ward}_ho_so*.csv"', "", ()),
    "cursor-day-only": Fault(
        "counter.yml",
        'format: "%Y-%m-%d %H:%M:%S"}\n    overlap_hours: 48',
        'format: "%Y-%m-%d"}\n    overlap_hours: 23',
        "overlap_hours",
    ),
    "cursor-is-received": counter("cursor: {column: CHANGED, ", "cursor: {column: RECEIVED, ", "cursor"),
    "overlap-none": counter("overlap_hours: 48", "overlap_hours: 0"),
    "overlap-long": counter("overlap_hours: 48", "overlap_hours: 1000"),
    "formats-ambiguous": counter('["%d/%m/%Y", "%d/%m/%Y %H:%M"]', '["%d/%m/%Y", "%m/%d/%Y"]', "      due_at"),
    "format-repeated": counter('["%d/%m/%Y", "%d/%m/%Y %H:%M"]', '["%d/%m/%Y", "%d/%m/%Y"]', "      due_at"),
    "formats-unused": counter("dossier_code: CODE", 'dossier_code: {from: CODE, formats: ["%Y"]}'),
    "code-table-unused": counter("codes:\n", "codes:\n  spare: {1: a}\n", "spare"),
    "status-never-ends": counter("{9: resolved}", "{9: received}"),
    "column-mapped-and-ignored": counter("ignore: [FAX]", "ignore: [FAX, CODE]"),
    "column-required-optional": counter("dossier_code: CODE", "dossier_code: {from: CODE, optional: true}"),
    "rating-scale-missing": Fault(
        "tablets.yml", "      rating_scale: {constant: five_buttons}\n", "", "    columns:"
    ),
    "window-not-asked": Fault("tablets.yml", '      since_param: since\n', "", "    read:"),
    "path-form": counter('path: "$.due"', "path: due", "repromised"),
    "ward-code-twice": quan('"00002"', '"00001"', 'code: "00001"'),
    "alias-of-two-wards": quan("aliases: [P02]", "aliases: [P02, p01]"),
    "ward-name-twice": quan("{vi: Phường 2, en: Ward 2}", "{vi: Phường 1, en: Ward 2}", "Ward 2"),
    "quiet-hours-at-night": quan('{from: "04:00", to: "05:00", days: [sat]}', '{from: "23:00", to: "02:00"}'),
    "quiet-hours-long": quan('{from: "04:00", to: "05:00", days: [sat]}', '{from: "05:00", to: "20:00"}'),
    "time-zone-differs": Fault("tablets.yml", "Asia/Ho_Chi_Minh", "Asia/Tokyo", "no line"),
    "procedure-code-form": catalogue(FIRST_ROW, FIRST_ROW.replace("1.000656", "TTHC-7")),
    "procedure-periods-overlap": catalogue(FIRST_ROW, FIRST_ROW.replace("2017-12-31", "2018-06-30"), "2018-01-01,"),
    "statutory-unit-missing": catalogue(FIRST_ROW, FIRST_ROW.replace("working_days", "")),
    "authority-unknown": catalogue(FIRST_ROW, FIRST_ROW.replace(",ward,", ",phường,")),
    "catalogue-column-unknown": catalogue("valid_from,valid_to\n", "valid_from,valid_to,note\n", "procedure_code,"),
    "required-unjudged": suite("    kwargs: {column: dossier_code}", "    kwargs: {column: summary}", "no line"),
    "guess": quan("aliases: [P01]", "aliases: [P01]  # guess: as its records spell it"),
    "system-unused": quan(f"    record_kinds: {VOTES}\n", "", "no line"),
    "cursor-missing": Fault(
        "tablets.yml", '    cursor: {column: AT, format: "%Y%m%d"}\n', "", "  survey_responses:"
    ),
    "format-two-digit-year": counter('["%d/%m/%Y", "%d/%m/%Y %H:%M"]', '["%d/%m/%y"]', "      due_at"),
    "ward-not-stated": Fault("tablets.yml", "      source_ward: UNIT\n", "", "    columns:"),
    "alias-repeated": quan("aliases: [P01]", "aliases: [P01, p01]"),
    "ignore-repeated": counter("ignore: [FAX]", "ignore: [FAX, FAX]"),
    "catalogue-absent": quan("procedure_catalogue: quan.procedures.csv\n", "", "district: quan"),
}  # fmt: skip

ELSEWHERE = {
    "time-zone-differs": ("quan.yml", "record_kinds: {survey"),
    "system-unused": ("tablets.yml", "system: tablets"),
    "required-unjudged": ("dossiers.yml", "# The rules about a dossier"),
    "catalogue-unreadable": ("no.csv", ""),
}
"""Faults that show in another file than the one they were put into: the file, and a text of the line."""


def test_a_good_registry_is_silent(good: GoodRegistry) -> None:
    assert good.check().findings == []


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_seen_by_its_check_alone(good: GoodRegistry, code: str) -> None:
    fault = FAULTS[code]
    text = good.change(fault.file, fault.old, fault.new)
    report = good.check()
    found = [finding for finding in report.findings if finding.code == code]
    assert found, [str(finding) for finding in report.findings]
    assert {finding.code for finding in report.findings} <= {code, *fault.also}, report.findings
    name, at = ELSEWHERE.get(code, (fault.file, fault.at))
    assert found[0].path.name == name
    if at:
        lines = good.place(name).read_text(encoding="utf-8") if name != fault.file else text
        expected = max(number for number, line in enumerate(lines.splitlines(), 1) if at.strip("\n") in line)
        assert found[0].line == expected, found[0]


def file_not_text(good: GoodRegistry) -> tuple[str, int]:
    (good.folder / "wards" / "latin.yml").write_bytes("district: Phú\n".encode("latin-1"))
    return "latin.yml", 1


def no_files(good: GoodRegistry) -> tuple[str, int]:
    for path in (good.folder / "wards").glob("*.yml"):
        path.unlink()
    return "wards", 0


def system_again(good: GoodRegistry) -> tuple[str, int]:
    (good.folder / "systems" / "more.yml").write_text(EXPORTS, encoding="utf-8")
    return "more.yml", 1


def district_again(good: GoodRegistry) -> tuple[str, int]:
    (good.folder / "wards" / "quan_again.yml").write_text(QUAN, encoding="utf-8")
    return "quan_again.yml", 1


def shared_table(good: GoodRegistry) -> tuple[str, int]:
    good.change("counter.yml", "      source_ward: UNIT\n", "")
    text = good.change("quan.yml", "    aliases: [P02]\n", "    aliases: [P02]\n    connection: p01\n")
    return "quan.yml", text.splitlines().index("  - ward: p02") + 1


def orphan_suite(good: GoodRegistry) -> tuple[str, int]:
    (good.folder / "expectations" / "complaints.yml").write_text("expectations: []\n", encoding="utf-8")
    return "complaints.yml", 1


def successor_unknown(good: GoodRegistry) -> tuple[str, int]:
    """The national catalogue knows a successor of every unit that ended, so one is taken out of it."""
    seeds = good.folder / "dbt_project" / "seeds"
    shutil.copytree(good.dbt_project_dir / "seeds", seeds)
    table = seeds / "ward_successions.csv"
    rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(row for row in rows if not row.startswith("00538,")), encoding="utf-8")
    good.dbt_project_dir = seeds.parent
    text = good.change("quan.yml", 'code: "00002"', 'code: "00538"\n    in_force: {from: 2018-01-01}')
    return "quan.yml", next(line for line, found in enumerate(text.splitlines(), 1) if "00538" in found)


def connection(key: str, **parts: object) -> Callable[[GoodRegistry], tuple[str, int]]:
    """A fault of a connection, which is told at the line of the ward that uses it."""

    def spoil(good: GoodRegistry) -> tuple[str, int]:
        good.connections[key] = replace(good.connections[key], **parts)  # type: ignore[arg-type]
        ward = {"votes": "p02", "share": "p03"}.get(key, key)
        return "quan.yml", QUAN.splitlines().index(f"  - ward: {ward}") + 1

    return spoil


def oauth_without_its_place(good: GoodRegistry) -> tuple[str, int]:
    good.change("tablets.yml", "auth: basic", "auth: oauth2")
    return "quan.yml", QUAN.splitlines().index("  - ward: p02") + 1


OTHER_FAULTS: dict[str, tuple[Callable[[GoodRegistry], tuple[str, int]], tuple[str, ...]]] = {
    "file-unreadable": (file_not_text, ()),
    "folder-empty": (no_files, ()),
    "system-twice": (system_again, ("system-file-name",)),
    "district-twice": (district_again, ("district-file-name",)),
    "records-shared": (shared_table, ("ward-not-stated",)),
    "suite-orphan": (orphan_suite, ()),
    "ward-without-successor": (successor_unknown, ()),
    "connection-type": (connection("p01", conn_type="fax"), ()),
    "connection-no-place": (connection("share", extra={}), ()),
    "connection-no-secret": (connection("votes", password=""), ()),
    "connection-plain-http": (connection("votes", schema="http"), ()),
    "connection-extra-unknown": (connection("votes", extra={"ca_flie": "ward.pem"}), ()),
    "connection-no-token-url": (oauth_without_its_place, ()),
}


@pytest.mark.parametrize("code", OTHER_FAULTS)
def test_a_fault_outside_a_text_is_seen_by_its_check_alone(good: GoodRegistry, code: str) -> None:
    spoil, also = OTHER_FAULTS[code]
    name, line = spoil(good)
    report = good.check()
    found = [finding for finding in report.findings if finding.code == code]
    assert found, report.findings
    assert {finding.code for finding in report.findings} <= {code, *also}, report.findings
    assert (found[0].path.name, found[0].line) == (name, line)


@pytest.mark.parametrize(("value", "code"), [(None, "connection-not-set"), ("no uri", "connection-unreadable")])
def test_a_connection_of_the_environment(
    good: GoodRegistry, monkeypatch: pytest.MonkeyPatch, value: str | None, code: str
) -> None:
    if value is not None:
        monkeypatch.setenv("AIRFLOW_CONN_P01", value)

    def resolve(key: str) -> Connection:
        return from_environment(key) if key == "p01" else good.connections[key]

    good.resolve = resolve
    (finding,) = good.check().findings
    assert (finding.code, finding.path.name) == (code, "quan.yml")
    assert finding.line == QUAN.splitlines().index("  - ward: p01") + 1


def test_every_check_of_the_table_is_tested() -> None:
    tested = {*FAULTS, *OTHER_FAULTS, "connection-not-set", "connection-unreadable", *BY_HAND}
    assert tested == set(CHECKS)
    assert len(CHECKS) >= 60


def test_the_table_says_of_each_check_why_it_matters_and_what_to_do() -> None:
    for check in CHECKS.values():
        assert check.reason.endswith("."), check.code
        assert check.do.endswith("."), check.code


def test_no_secret_is_in_a_finding(good: GoodRegistry) -> None:
    good.connections["votes"] = replace(good.connections["votes"], schema="http")
    good.connections["p01"] = replace(good.connections["p01"], conn_type="fax")
    assert "of the ward" not in str(good.check().findings)


def test_one_fault_hides_no_other(good: GoodRegistry) -> None:
    good.write("counter.yml", COUNTER.replace("key: [ID]", "key: [PAPER]").replace("48", "0"))
    good.change("quan.yml", "aliases: [P03]", "aliases: [P03, p03]")
    assert [finding.code for finding in good.check().findings] == ["key-personal", "overlap-none", "alias-repeated"]


def test_a_problem_that_names_no_check_is_told_all_the_same(good: GoodRegistry) -> None:
    finding = as_finding("somewhere: something", good.settings)
    assert finding.code == "value-wrong"
    assert "somewhere: something" in finding
    assert CHECKS[finding.code].severity == "error"


@pytest.mark.parametrize("schedule", ["", "@daily"])
def test_quiet_hours_are_checked_also_where_no_hour_of_the_night_is_set(
    good: GoodRegistry, monkeypatch: pytest.MonkeyPatch, schedule: str
) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_SCHEDULE", schedule)
    assert good.check().findings == []
