"""Each rule about ward returns and procedures, by a record of the example system that breaks it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
import yaml

from tests.support.district import ROOT, text_batch
from tests.support.feeds import feed
from tests.support.records import NIGHT
from tests.support.returns import GOOD_PROCEDURE, GOOD_RETURN
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.repeats import with_repeats
from ward_warehouse.validation.suites import Suite, load_suite

RETURNS, PROCEDURES = RecordKind.WARD_RETURNS, RecordKind.PROCEDURES
Changes = dict[str, Any]
START, END = "Kỳ báo cáo / Từ ngày", "Kỳ báo cáo / Đến ngày"
DONE, PLANNED, RESULT = "Số liệu / Đã thực hiện", "Số liệu / Kế hoạch", "Số liệu / Kết quả"
DUTIES = {
    "Hạn công bố": "announcement_due",
    "Ngày công bố": "announced_on",
    "Hạn cập nhật": "update_due",
    "Ngày cập nhật": "updated_on",
}
"""Columns that lists of procedures may have, and that the example system's have not."""

CASES: dict[RecordKind, dict[str, list[Changes]]] = {
    RETURNS: {
        "record_whole": [{"__fault": "found 3 fields, expected 13 as in the header"}],
        "record_id_readable": [{START: "01/01/2024", END: "31/03/2024", "id": "Đặng Thị Kiểm"}],
        "record_id_present": [{"id": ""}],
        "record_id_once": [{"copies": 2}],
        "change_time_readable": [{"changed": "13/03/2024 9:00:00 SA"}],
        "change_time_not_in_future": [{"changed": "2062-03-06 09:00:00"}],
        "ward_present": [{"Đơn vị": ""}],
        "ward_is_its_own": [{"Đơn vị": "Phường P02"}],
        "unit_readable": [{"Mã đơn vị": "Phòng Tư pháp"}],
        "item_present": [{"Mã chỉ tiêu": ""}],
        "item_readable": [{"Mã chỉ tiêu": "Chỉ tiêu một"}],
        "grain_known": [{"Kỳ báo cáo / Loại kỳ": "Nhiệm kỳ"}],
        "grain_present": [{"Kỳ báo cáo / Loại kỳ": ""}],
        "period_readable": [{START: "01/01/0018"}, {END: "31/03/2567"}, {START: "31/02/2024"}, {START: "quý I"}],
        "period_start_present": [{START: ""}],
        "period_end_present": [{END: ""}],
        "period_plausible": [{START: "01/01/1918"}],
        "period_in_order": [{END: "31/12/2023"}],
        "period_has_begun": [{START: "07/03/2024"}],
        "figures_readable": [
            {DONE: "15.98.3"},
            {DONE: "hơn 10"},
            {PLANNED: "1.5983e4"},
            {RESULT: "nhiều"},
            {RESULT: "10/12"},
            {RESULT: "có lẽ 10", "bound": None},
        ],
        "bound_known": [{RESULT: "10", "bound": "lạ 10"}],
        "figure_present": [{DONE: "", RESULT: ""}],
        "numerator_not_negative": [{DONE: "-1"}],
        "denominator_not_negative": [{PLANNED: "-1", DONE: ""}],
        "numerator_within_denominator": [{DONE: "31", PLANNED: "30"}],
        "measure_known": [{"Đơn vị tính": "tá"}],
        "evidence_readable": [{"Số văn bản": "Báo cáo của bà Kiểm"}],
        "submitted_at_readable": [{"Ngày gửi": "hôm qua"}, {"Ngày gửi": "05/03/2567"}],
        "submitted_at_not_in_future": [{"Ngày gửi": "07/03/2024"}],
    },
    PROCEDURES: {
        "record_whole": [{"__fault": "found 3 fields, expected 13 as in the header"}],
        "record_id_present": [{"id": ""}],
        "record_id_readable": [{"id": "Đặng Thị Kiểm"}],
        "record_id_once": [{"copies": 2}],
        "change_time_readable": [{"changed": "13/03/2024 9:00:00 SA"}],
        "change_time_not_in_future": [{"changed": "2062-03-06 09:00:00"}],
        "ward_present": [{"Đơn vị": ""}],
        "ward_is_its_own": [{"Đơn vị": "Phường P02"}],
        "procedure_present": [{"Mã thủ tục": ""}],
        "procedure_readable": [{"Mã thủ tục": "Khai tử"}],
        "name_present": [{"Tên thủ tục": ""}],
        "titles_readable": [{"Tên thủ tục": "liên hệ 0903123456"}, {"Lĩnh vực": "=1+1"}, {"Tên thủ tục": "x" * 501}],
        "authority_known": [{"Cấp thực hiện": "Trung ương"}],
        "authority_present": [{"Cấp thực hiện": ""}],
        "level_known": [{"Mức độ": "5"}],
        "statutory_time_readable": [{"Thời hạn": "1,5"}, {"Thời hạn": "không quá 3"}],
        "statutory_time_not_negative": [{"Thời hạn": "-1"}],
        "statutory_unit_known": [{"Đơn vị thời hạn": "tuần"}],
        "statutory_unit_present": [{"Đơn vị thời hạn": ""}],
        "flags_readable": [{"Quy trình ISO": "đang làm"}],
        "publication_dates_readable": [{column: "31/02/2024"} for column in DUTIES],
        "validity_readable": [{"Hiệu lực từ": "01/01/2567"}, {"Hiệu lực đến": "31/12/9999"}],
        "validity_in_order": [{"Hiệu lực đến": "31/12/2022"}],
    },
}
GOOD: dict[RecordKind, list[Changes]] = {
    RETURNS: [
        {},
        {DONE: "", PLANNED: "", RESULT: "hơn 4.000"},
        {DONE: "", PLANNED: "", RESULT: "khoảng 28%"},
        {DONE: "30", PLANNED: "31", RESULT: ""},
        {START: "45292", END: "2024-03-31 00:00:00", "Ngày gửi": "45357.6875"},
        {"Mã đơn vị": "", "Số văn bản": "", "Ngày gửi": "", "Đơn vị tính": ""},
        {START: "06/03/2024", END: "31/12/2024"},
        {DONE: "0", PLANNED: "0", RESULT: ""},
    ],
    PROCEDURES: [
        {},
        {"Mức độ": "Toàn trình"},
        {"Mức độ": "", "Thời hạn": "", "Đơn vị thời hạn": "", "Lĩnh vực": "", "Hiệu lực từ": ""},
        {"Tên thủ tục": "Cấp Giấy chứng nhận “đủ điều kiện” – theo khoản 1, Điều 2/2013; cấp lại 50%"},
    ],
}
FLAT = [
    (record_kind, rule, number)
    for record_kind in CASES
    for rule, cases in CASES[record_kind].items()
    for number in range(len(cases))
]
WARNINGS = {
    RETURNS: {"numerator_within_denominator", "evidence_readable", "change_time_not_in_future"},
    PROCEDURES: {"flags_readable", "change_time_not_in_future"},
}


@pytest.fixture(scope="module")
def suites() -> dict[RecordKind, Suite]:
    return {record_kind: load_suite(ROOT / "expectations", record_kind) for record_kind in CASES}


@pytest.fixture(scope="module")
def judged(suites: dict[RecordKind, Suite]) -> dict[RecordKind, dict[str, set[str]]]:
    """For each record kind the rules that each record broke, by the record's name."""
    return {record_kind: _judge(record_kind, suites[record_kind]) for record_kind in CASES}


def _judge(record_kind: RecordKind, suite: Suite) -> dict[str, set[str]]:
    cases = [(f"good {number}", changes) for number, changes in enumerate(GOOD[record_kind])]
    cases += [(f"{rule} {n}", changes) for rule, found in CASES[record_kind].items() for n, changes in enumerate(found)]
    rows, names = [], []
    for number, (name, changes) in enumerate(cases):
        for copy in range(changes.get("copies", 1)):
            parts = {key: value for key, value in changes.items() if key != "copies"}
            good = {"id": f"BC{number}", "bound": parts.get(RESULT, "99,9"), **_good(record_kind)}
            rows.append({**good, **parts})
            names.append(name if copy == 0 else f"{name} again")
    with closing(Mapper(_feed(record_kind), NIGHT, b"a pseudonym key of the tests")) as mapper:
        found = Judge(suite).broken_rows(with_repeats(mapper.map(text_batch(rows), [])))
    broken: dict[str, set[str]] = {name: set() for name in names}
    for rule, positions in found.items():
        for position in positions.tolist():
            broken[names[position]].add(rule)
    return broken


def _good(record_kind: RecordKind) -> Changes:
    return (
        dict(GOOD_RETURN)
        if record_kind is RETURNS
        else {**GOOD_PROCEDURE, **dict.fromkeys(DUTIES, "20/02/2024"), "Đơn vị": "Phường P01"}
    )


def _feed(record_kind: RecordKind) -> Any:
    """The example system with a plain key, and with the bound in a column of its own so that each rule stands alone."""
    system = yaml.safe_load((ROOT / "dags" / "systems" / "bao_cao_xlsx.yml").read_text(encoding="utf-8"))
    part = system["record_kinds"][record_kind]
    part["key"] = ["id"]
    part["cursor"] = {"column": "changed", "format": "%Y-%m-%d %H:%M:%S"}
    part["columns"]["source_ward"] = "Đơn vị"
    if record_kind is RETURNS:
        part["columns"]["bound"] = {"from": "bound", "bounds": "bound"}
    else:
        part["columns"] |= {field: {"from": column, "formats": ["%d/%m/%Y"]} for column, field in DUTIES.items()}
    return feed(system, record_kind, aliases=["Phường P01"])


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


@pytest.mark.parametrize("record_kind", CASES)
def test_only_what_changes_no_figure_is_a_warning(record_kind: RecordKind, suites: dict[RecordKind, Suite]) -> None:
    assert {rule.rule for rule in suites[record_kind].rules if rule.severity == "warning"} == WARNINGS[record_kind]


@pytest.mark.parametrize("record_kind", CASES)
def test_a_rule_speaks_both_languages_and_says_why(record_kind: RecordKind, suites: dict[RecordKind, Suite]) -> None:
    for rule in suites[record_kind].rules:
        assert rule.vi.endswith(".")
        assert rule.en.endswith(".")
        assert rule.reason
