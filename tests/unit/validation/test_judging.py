"""Each rule of the project's suites, by a record that breaks it; and suites that are wrong themselves."""

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from tests.support.district import DOSSIERS, ROOT, SURVEYS, alias, source_columns, text_batch
from tests.support.feeds import feed
from tests.support.records import NIGHT, PROCEDURES, at, dossier, survey, written
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.repeats import with_repeats
from ward_warehouse.validation.suites import Suite, load_suite

EXPECTATIONS = ROOT / "expectations"
LATER = NIGHT + timedelta(days=1)
EARLIER = NIGHT - timedelta(days=30)
FAR = date(2062, 3, 6)
Changes = dict[str, Any]

# For each rule the changes to a good record that break it and nothing else. A key that is no column of the contract is
# a column of the CSV software; `copies` sends the record that often.
DOSSIER_RULES: dict[str, list[Changes]] = {
    "record_whole": [{"__fault": "found 3 fields, expected 33 as in the header"}],
    "record_id_present": [{"source_record_id": None}, {"source_record_id": "   "}],
    "record_id_readable": [{"source_record_id": "Đặng Thị Kiểm"}, {"source_record_id": "a;b"}],
    "record_id_once": [{"copies": 2}],
    "change_time_readable": [
        {"source_changed_at": text} for text in ("13/03/2024 9:00:00 SA", "2024-03-06T09:00:00", "06/03/0000 09:00:00")
    ],
    "change_time_not_in_future": [{"source_changed_at": moment} for moment in (at(LATER, 0, 0, 1), at(FAR, 9))],
    "ward_present": [{"source_ward": None}, {"source_ward": " "}],
    "ward_is_its_own": [{"source_ward": "Phường 99"}],
    "dossier_code_present": [{"dossier_code": None}],
    "dossier_code_readable": [{"dossier_code": "Hồ sơ của bà Kiểm"}],
    "procedure_present": [{"procedure_code": None}],
    "procedure_readable": [{"procedure_code": "=1+1"}, {"procedure_code": "?"}],
    "procedure_known": [{"procedure_code": "9.999001"}, {"procedure_code": "KHONG-RO"}],
    "status_known": [{"status": "99"}, {"status": "Chuyển liên thông"}],
    "status_present": [{"status": None}],
    "channel_known": [{"channel": "Zalo"}],
    "applicant_type_known": [{"Đối tượng": "Hộ gia đình"}],
    "received_at_present": [{"received_at": None}],
    "received_at_readable": [
        {"received_at": text}
        for text in (
            "31/02/2018 08:30",
            "2018/12/27 09:40",
            "12-27-2018 14:05",
            "Dec 27, 2018",
            "12/05/0018 08:00",
            "06/03/2567 08:00",
        )
    ],
    "due_at_readable": [{"due_at": "30/02/2024"}, {"due_at": "sớm"}, {"due_at": "08/03/2567"}],
    "resolved_at_readable": [{"resolved_at": "2024-03-06T09:00"}],
    "returned_at_readable": [{"returned_at": "31/11/2023"}],
    "stopped_at_readable": [{"stopped_at": "32/01/2024"}],
    "other_dates_readable": [
        {column: "31/02/2024"}
        for column in (
            "Ngày nộp",
            "Ngày hẹn trả mới",
            "Ngày yêu cầu bổ sung",
            "Ngày nhận bổ sung",
            "Ngày xin lỗi",
            "Ngày giải trình",
            "Ngày báo",
        )
    ],
    "details_readable": [
        {"Số lần bổ sung": "ba"},
        {"Mã đơn vị giải quyết": "Phòng Tư pháp"},
        {"Mã đơn vị tiếp nhận": "Bộ phận một cửa"},
    ],
    "received_at_plausible": [{"received_at": "12/05/1918 08:00"}, {"received_at": "31/12/1989 23:59"}],
    "received_at_not_in_future": [
        {
            "received_at": at(LATER, 0),
            "due_at": at(LATER, 17),
            "resolved_at": None,
            "returned_at": None,
            "status": "received",
        }
    ],
    "resolved_after_received": [{"resolved_at": at(EARLIER, 9)}],
    "returned_after_received": [{"returned_at": at(EARLIER, 9)}],
    "stopped_after_received": [{"stopped_at": at(EARLIER, 9), "status": "stopped"}],
    "due_after_received": [{"due_at": at(EARLIER, 9)}],
    "in_process_without_result": [
        {"status": "in_process"},
        {"status": "received", "returned_at": None},
        {"status": "in_process", "resolved_at": None},
    ],
    "result_has_its_date": [
        {"status": status, "resolved_at": None, "returned_at": None} for status in ("resolved", "returned")
    ],
    "stop_has_its_date": [{"status": "stopped"}, {"status": "stopped", "resolved_at": None, "returned_at": None}],
    "result_not_in_future": [
        {"resolved_at": at(LATER, 9)},
        {"returned_at": at(FAR, 9)},
        {"status": "stopped", "resolved_at": None, "returned_at": None, "stopped_at": at(LATER, 9)},
    ],
    "dossier_code_once": [{"dossier_code": "HS-SHARED"}, {"dossier_code": "HS-SHARED", "channel": "postal"}],
}
SURVEY_RULES: dict[str, list[Changes]] = {
    "record_whole": [{"__fault": "found 3 fields, expected 16 as in the header"}],
    "record_id_present": [{"source_record_id": None}],
    "record_id_readable": [{"source_record_id": "Đặng Thị Kiểm"}],
    "record_id_once": [{"copies": 2}],
    "change_time_readable": [
        {"source_changed_at": text} for text in ("13/03/2024 9:00:00 SA", "2024-03-06T09:00:00", "06/03/0000 09:00:00")
    ],
    "change_time_not_in_future": [{"source_changed_at": moment} for moment in (at(LATER, 0, 0, 1), at(FAR, 9))],
    "ward_present": [{"source_ward": None}],
    "ward_is_its_own": [{"source_ward": "Phường 99"}],
    "answered_at_present": [{"answered_at": None}],
    "answered_at_readable": [
        {"answered_at": text} for text in ("31/02/2024 08:00", "2024-03-06 08:00", "12/05/0018 08:00")
    ],
    "answered_at_plausible": [{"answered_at": "12/05/1918 08:00"}],
    "answered_at_not_in_future": [{"answered_at": at(LATER, 0)}],
    "rating_known": [{"rating_overall": "7"}, {"Thủ tục": "10"}, {"Tiếp nhận phản ánh": "tốt"}],
    "rating_present": [{"rating_overall": None}],
    "mode_known": [{"mode": "Fax"}],
    "mode_present": [{"mode": None}],
    "details_readable": [{"dossier_code": "không nhớ"}, {"Thiết bị": "máy số một"}],
    "domain_known": [{"Khảo sát về": "Thư viện"}],
    "scale_known": [{"Thang đo": "mười sao"}],
}
CASES: dict[RecordKind, dict[str, list[Changes]]] = {DOSSIERS: DOSSIER_RULES, SURVEYS: SURVEY_RULES}
GOOD: dict[RecordKind, list[Changes]] = {
    DOSSIERS: [
        {},
        {"channel": None},
        {"due_at": None, "resolved_at": None, "returned_at": None, "status": "in_process"},
        {
            "received_at": at(NIGHT, 23, 59),
            "resolved_at": at(NIGHT, 23, 59),
            "returned_at": None,
            "due_at": at(NIGHT, 23, 59),
        },
        {"received_at": at(NIGHT, 9), "resolved_at": at(NIGHT, 9)},
        {"received_at": "01/01/1990 00:00"},
        {"status": "stopped", "resolved_at": None, "returned_at": None, "stopped_at": at(NIGHT, 9)},
        {"returned_at": None},
        {"source_changed_at": None},
        {"source_changed_at": at(NIGHT, 23, 59, 59)},
    ],
    SURVEYS: [{}, {"dossier_code": None}, {"answered_at": at(NIGHT, 23, 59)}, {"rating_overall": "9"}],
}
FLAT = [
    (record_kind, rule, number)
    for record_kind in CASES
    for rule, cases in CASES[record_kind].items()
    for number in range(len(cases))
]


@pytest.fixture(scope="module")
def suites() -> dict[RecordKind, Suite]:
    return {record_kind: load_suite(EXPECTATIONS, record_kind) for record_kind in CASES}


@pytest.fixture(scope="module")
def judged(suites: dict[RecordKind, Suite]) -> dict[RecordKind, dict[str, set[str]]]:
    """For each record kind the rules that each record broke, by the record's position."""
    return {record_kind: _judge(record_kind, suites[record_kind]) for record_kind in CASES}


def _judge(record_kind: RecordKind, suite: Suite) -> dict[str, set[str]]:
    cases = [(f"good {number}", changes) for number, changes in enumerate(GOOD[record_kind])]
    cases += [(f"{rule} {n}", changes) for rule, found in CASES[record_kind].items() for n, changes in enumerate(found)]
    rows, names = [], []
    for number, (name, changes) in enumerate(cases):
        for copy in range(changes.get("copies", 1)):
            rows.append(_row(record_kind, f"BN{number}", {k: v for k, v in changes.items() if k != "copies"}))
            names.append(name if copy == 0 else f"{name} again")
    table = _mapped(record_kind, rows)
    found = Judge(suite).broken_rows(with_repeats(table))
    broken: dict[str, set[str]] = {name: set() for name in names}
    for rule, positions in found.items():
        for position in positions.tolist():
            broken[names[position]].add(rule)
    return broken


def _row(record_kind: RecordKind, record_id: str, changes: Changes) -> dict[str, str | None]:
    build = dossier if record_kind is DOSSIERS else survey
    known = build(record_id)
    record = {
        **known,
        "source_ward": alias("p01"),
        **{k: v for k, v in changes.items() if k in _contract_names(record_kind)},
    }
    columns = {k: v for k, v in changes.items() if k not in _contract_names(record_kind)}
    return {**dict.fromkeys(source_columns("files", record_kind)), **written("files", record), **columns}


def _contract_names(record_kind: RecordKind) -> set[str]:
    return {*(dossier("1") if record_kind is DOSSIERS else survey("1")), "source_ward", "stopped_at"}


def _mapped(record_kind: RecordKind, rows: list[dict[str, str | None]]) -> pa.Table:
    system = yaml.safe_load((ROOT / "dags" / "systems" / "mot_cua_csv.yml").read_text(encoding="utf-8"))
    # What this software does not have, others do.
    system["record_kinds"]["survey_responses"]["columns"] |= {
        "rating_scale": {"from": "Thang đo", "codes": "scale"},
        "domain": {"from": "Khảo sát về", "codes": "domain"},
    }
    system["record_kinds"]["dossiers"]["columns"]["notified_at"] = {"from": "Ngày báo", "formats": ["%d/%m/%Y"]}
    system["codes"] |= {"scale": {"năm sao": "one_to_five"}, "domain": {"Trường học": "education"}}
    ward = feed(system, record_kind, aliases=[alias("p01")], procedures=PROCEDURES)
    with closing(Mapper(ward, NIGHT, b"a pseudonym key of the tests")) as mapper:
        return mapper.map(text_batch(rows), [])


@pytest.mark.parametrize("record_kind", CASES)
def test_every_rule_of_the_suite_has_a_case(record_kind: RecordKind, suites: dict[RecordKind, Suite]) -> None:
    assert sorted(rule.rule for rule in suites[record_kind].rules) == sorted(CASES[record_kind])


@pytest.mark.parametrize(("record_kind", "rule", "number"), FLAT)
def test_a_record_that_breaks_a_rule_is_blamed_for_it_alone(
    record_kind: RecordKind, rule: str, number: int, judged: dict[RecordKind, dict[str, set[str]]]
) -> None:
    name = f"{rule} {number}" + (" again" if rule == "record_id_once" else "")
    assert judged[record_kind][name] == {rule}


@pytest.mark.parametrize(
    ("record_kind", "number"),
    [(record_kind, number) for record_kind in GOOD for number in range(len(GOOD[record_kind]))],
)
def test_a_good_record_breaks_nothing(
    record_kind: RecordKind, number: int, judged: dict[RecordKind, dict[str, set[str]]]
) -> None:
    assert judged[record_kind][f"good {number}"] == set()


WARNINGS = {
    DOSSIERS: {
        "applicant_type_known",
        "details_readable",
        "due_after_received",
        "change_time_not_in_future",
        "in_process_without_result",
        "result_has_its_date",
        "stop_has_its_date",
        "result_not_in_future",
        "dossier_code_once",
    },
    SURVEYS: {"details_readable", "scale_known", "change_time_not_in_future"},
}


@pytest.mark.parametrize("record_kind", CASES)
def test_only_what_no_indicator_depends_on_is_a_warning(
    record_kind: RecordKind, suites: dict[RecordKind, Suite]
) -> None:
    assert {rule.rule for rule in suites[record_kind].rules if rule.severity == "warning"} == WARNINGS[record_kind]


@pytest.mark.parametrize("record_kind", CASES)
def test_a_rule_speaks_both_languages_and_says_why(record_kind: RecordKind, suites: dict[RecordKind, Suite]) -> None:
    for rule in suites[record_kind].rules:
        assert rule.vi.endswith(".")
        assert rule.en.endswith(".")
        assert rule.reason
        assert rule.column != "None"


def test_a_rule_that_is_explained_by_another_does_not_blame_twice(suites: dict[RecordKind, Suite]) -> None:
    unless = {rule.rule: rule.unless for rule in suites[DOSSIERS].rules if rule.unless}
    assert unless == {
        "record_id_present": "record_id_readable",
        "dossier_code_present": "dossier_code_readable",
        "procedure_present": "procedure_readable",
        "status_present": "status_known",
        "received_at_present": "received_at_readable",
    }


# Suites that are wrong


@pytest.fixture
def suite_with(tmp_path: Path) -> Any:
    """A suite of one rule, with other parts."""

    def write(text: str | None = None, **parts: Any) -> Suite:
        entry: dict[str, Any] = {
            "type": "expect_column_values_to_not_be_null",
            "severity": "error",
            "kwargs": {"column": "status"},
            "meta": {"rule": "status_there", "reason": "r", "reason_vi": "l", "vi": "v", "en": "e"},
        }
        entry.update({key: value for key, value in parts.items() if key != "meta"})
        entry["meta"].update(parts.get("meta", {}))
        content = yaml.safe_dump({"expectations": [entry]}) if text is None else text
        (tmp_path / "dossiers.yml").write_text(content, encoding="utf-8")
        return load_suite(tmp_path, DOSSIERS)

    return write


def test_a_suite_of_one_rule_is_judged(suite_with: Any) -> None:
    table = with_repeats(_mapped(DOSSIERS, [_row(DOSSIERS, "1", {}), _row(DOSSIERS, "2", {"status": None})]))
    assert {rule: rows.tolist() for rule, rows in Judge(suite_with()).broken_rows(table).items()} == {
        "status_there": [1]
    }


@pytest.mark.parametrize(
    ("values", "absent"),
    [
        (["b", None, "", None, "a", "b"], [1, 3]),
        ([None, None], [0, 1]),
        (["a"], []),
        ([1.5, float("nan"), None, 0.0], [1, 2]),
        ([NIGHT, None], [1]),
    ],
)
def test_whether_a_value_is_there_is_judged_record_by_record(
    suite_with: Any, values: list[Any], absent: list[int]
) -> None:
    records = pa.table({"status": values})
    present = [row for row in range(len(values)) if row not in absent]
    for record_kind, broken in (("not_be_null", absent), ("be_null", present)):
        judge = Judge(suite_with(type=f"expect_column_values_to_{record_kind}"))
        assert judge.broken_rows(records)["status_there"].tolist() == broken


@pytest.mark.parametrize("text", ["expectations: [", "expectations: 1", "expectations: [1]", "rules: []", "- a", ""])
def test_a_file_that_is_no_suite_is_one_line(suite_with: Any, text: str) -> None:
    with pytest.raises(ValidationError, match=r"dossiers.yml: cannot be read as a suite") as caught:
        suite_with(text)
    assert "\n" not in str(caught.value)


def test_an_absent_suite_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"dossiers.yml"):
        load_suite(tmp_path, DOSSIERS)


@pytest.mark.parametrize("part", ["rule", "reason", "reason_vi", "vi", "en"])
def test_a_rule_without_a_part_is_named(suite_with: Any, part: str) -> None:
    with pytest.raises(ValidationError, match=rf"dossiers.yml: rule .*meta has no {part}"):
        suite_with(meta={part: None})


@pytest.mark.parametrize("severity", [None, "critical", "info"])
def test_a_severity_that_has_no_consequence_is_named(suite_with: Any, severity: str | None) -> None:
    with pytest.raises(ValidationError, match=r"status_there: severity is .*error, warning"):
        suite_with(severity=severity)


def test_a_rule_that_stands_twice_is_named(suite_with: Any) -> None:
    entry = yaml.safe_dump([_ENTRY, _ENTRY])
    with pytest.raises(ValidationError, match="status_there stands twice"):
        suite_with(f"expectations:\n{entry}")


_ENTRY = {
    "type": "expect_column_values_to_not_be_null",
    "severity": "error",
    "kwargs": {"column": "status"},
    "meta": {"rule": "status_there", "reason": "r", "reason_vi": "l", "vi": "v", "en": "e"},
}


def test_unless_must_name_a_rule_of_the_suite(suite_with: Any) -> None:
    with pytest.raises(ValidationError, match=r"status_there: unless names nobody"):
        suite_with(meta={"unless": "nobody"})


@pytest.mark.parametrize(
    "parts",
    [
        {"type": "expect_column_values_to_not_match_regex", "kwargs": {"column": "status", "regex": "("}},
        {"kwargs": {"column": "statos"}},
        {"type": "expect_the_best"},
        {"kwargs": {"column": "status", "colour": "blue"}},
        {"kwargs": {}},
    ],
    ids=["broken regular expression", "unknown column", "unknown expectation", "unknown argument", "no column"],
)
def test_a_rule_that_cannot_be_judged_lets_nothing_pass(suite_with: Any, parts: dict[str, Any]) -> None:
    table = with_repeats(_mapped(DOSSIERS, [_row(DOSSIERS, "1", {})]))
    with pytest.raises(ValidationError, match="status_there") as caught:
        Judge(suite_with(**parts)).broken_rows(table)
    assert "dossiers" in str(caught.value)
    assert "\n" not in str(caught.value)
