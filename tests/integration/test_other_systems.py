"""Wards whose surveys, returns and procedures come from other systems than their dossiers, through whole nights.

`both` keeps its dossiers in a SQLite database; a survey vendor drops its answers as CSV, the office its returns as a
workbook and the district's list of procedures as CSV, each in a folder of its own. `plain` has one system and nothing
else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.conftest import MakeDistrict
from tests.support.district import SURVEYS, District, MiniWard, Played, alias, csv_bytes, rules_of
from tests.support.dropped_files import date_cell
from tests.support.records import NIGHT, dossier, survey
from tests.support.returns import catalogue, report
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind

RETURNS, PROCEDURES = RecordKind.WARD_RETURNS, RecordKind.PROCEDURES
NEXT = NIGHT + timedelta(days=1)
OTHER = {
    SURVEYS: ("khao_sat_csv", "both_votes"),
    RETURNS: ("bao_cao_xlsx", "both_returns"),
    PROCEDURES: ("bao_cao_xlsx", "both_procedures"),
}
VOTE = {
    "Mã lượt": "1",
    "Số hồ sơ": "",
    "Thời điểm": "06/03/2024 09:00:00",
    "Mã máy": "MTB-01",
    "Thang": "3 nút",
    "Chung": "1",
    "Tiếp cận": "",
    "Thủ tục": "",
    "Công chức": "",
    "Kết quả": "",
    "Phản ánh": "",
    "Góp ý": "",
    "Điểm đặt": alias("both"),
}
SIPAS = ("Tiếp cận", "Thủ tục", "Công chức", "Kết quả", "Phản ánh")


def votes(*changed: dict[str, str]) -> bytes:
    rows = [{**VOTE, "Mã lượt": str(number), **changes} for number, changes in enumerate(changed, 1)]
    return csv_bytes(list(VOTE), rows).decode().replace(",", ";").encode()


@dataclass
class Nights:
    """The district after two nights, with what was published after them."""

    district: District
    first: Played
    second: Played

    def accepted(self, record_kind: RecordKind, night: date = NIGHT) -> dict[str, dict[str, Any]]:
        return {row["source_record_id"]: row for row in self.district.accepted("both", night, record_kind)}

    def rules(self, record_kind: RecordKind, night: date = NIGHT) -> dict[str, set[str]]:
        found = self.district.quarantined("both", night, record_kind)
        return {entry["source_position"]: rules_of(entry) for entry in found}

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.district.settings.published_file), read_only=True) as db:
            return db.execute(statement).fetchall()


@pytest.fixture(scope="module")
def nights(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    district = make_district(tmp_path_factory.mktemp("other"), {"both": "sql", "plain": "files"})
    folders = _connect(district)
    for ward in district.wards.values():
        if ward.key in ("both", "plain"):
            ward.send([dossier("1", procedure_code="1.000656"), dossier("2")])
    district["plain"].send(surveys=[survey("1")])
    (folders[SURVEYS] / "danh_gia_20240306.csv").write_bytes(_votes())
    (folders[RETURNS] / "bao_cao_quy_1.xlsx").write_bytes(_returns())
    (folders[PROCEDURES] / "danh_muc_2024.csv").write_text(_procedures(), encoding="utf-8")
    first = district.play(NIGHT)
    (folders[RETURNS] / "bao_cao_quy_1_sua.xlsx").write_bytes(_corrections())
    second = district.play(NEXT)
    district.night().build()
    district.night().publish()
    return Nights(district, first, second)


def _connect(district: District) -> dict[RecordKind, Path]:
    """Names the other systems in the registry, each with a connection of its own; gives their folders."""
    file = district.wards_dir / "mini.yml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    entry = next(ward for ward in data["wards"] if ward["ward"] == "both")
    entry["record_kinds"] = {str(k): {"system": system, "connection": c} for k, (system, c) in OTHER.items()}
    entry["aliases"].append("Phường P01")
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    folders = {}
    for record_kind, (_, connection) in OTHER.items():
        folders[record_kind] = district.folder / "systems" / connection
        folders[record_kind].mkdir()
        ward = MiniWard(connection, "files", folders[record_kind], district["both"].service)
        ward.elsewhere = Connection(connection, "fs", extra={"path": str(folders[record_kind])})
        district.wards[connection] = ward
    return folders


def _votes() -> bytes:
    return votes(
        {"Chung": "1", "Số hồ sơ": "D-1"},
        {"Chung": "3"},
        {"Thang": "5 nút", "Chung": "1"},
        {"Thang": "5 nút", "Chung": "3"},
        {"Thang": "Phiếu", "Mã máy": "", "Chung": "4", **dict(zip(SIPAS, "54321", strict=True))},
        {"Thang": "Phiếu", "Mã máy": "", "Chung": "9", **dict.fromkeys(SIPAS, "9")},
        {"Chung": "4"},
        {"Thang": "", "Chung": "1"},
        {"Thang": "Phiếu", "Chung": "5", "Phản ánh": "6"},
    )


def _returns() -> bytes:
    return report(
        {},
        {
            "Mã chỉ tiêu": "CCHC.05", "Số liệu / Đã thực hiện": 30.0, "Số liệu / Kế hoạch": 31.0,
            "Số liệu / Kết quả": 96.774,
        },
        {"Mã chỉ tiêu": "CCHC.06", **_only("hơn 4.000"), "Đơn vị tính": "ý kiến"},
        {"Mã chỉ tiêu": "CCHC.07", **_only("khoảng 28%"), "Đơn vị tính": "%"},
        {
            "Mã chỉ tiêu": "CCHC.08", **_only("93"), "Đơn vị tính": "khác", "Ngày gửi": date_cell(45356.5),
            "Kỳ báo cáo / Từ ngày": date_cell(45292.0), "Kỳ báo cáo / Đến ngày": 45382.0,
        },
        {"Mã chỉ tiêu": "CCHC.09", **_only("rất nhiều")},
        {"Mã chỉ tiêu": "CCHC.10", "Kỳ báo cáo / Từ ngày": "01/01/2567"},
    )  # fmt: skip


def _only(value: str) -> dict[str, str]:
    return {"Số liệu / Đã thực hiện": "", "Số liệu / Kế hoạch": "", "Số liệu / Kết quả": value}


def _corrections() -> bytes:
    return report(
        {"Số liệu / Đã thực hiện": "15.984", "Ngày gửi": "07/03/2024 08:00"},
        {"Mã chỉ tiêu": "CCHC.08", **_only("94"), "Đơn vị tính": "khác", "Ngày gửi": "07/03/2024 08:00"},
    )


def _procedures() -> str:
    return catalogue(
        {"Tên thủ tục": "Thủ tục đăng ký khai tử", "Thời hạn": "2"},
        {"Mã thủ tục": "2.000815", "Mức độ": "Toàn trình", "Thời hạn": "4", "Đơn vị thời hạn": "giờ"},
        {"Mã thủ tục": "1.000894", "Mức độ": "5"},
    )


def test_each_record_kind_comes_from_its_own_system(nights: Nights) -> None:
    states = {(s.ward, str(s.record_kind)): s.state for s in nights.first.verdict.states}
    assert states == {
        ("both", "dossiers"): "loaded",
        ("both", "survey_responses"): "loaded",
        ("both", "ward_returns"): "loaded",
        ("both", "procedures"): "loaded",
        ("plain", "dossiers"): "loaded",
        ("plain", "survey_responses"): "loaded",
    }
    assert set(nights.query("SELECT DISTINCT ward_key, record_kind, system FROM marts.reporting_completeness r "
                            "JOIN (SELECT DISTINCT ward_key, 'ward_returns' AS record_kind, system "
                            "FROM marts.fct_ward_returns) USING (ward_key, record_kind)")) == {
        ("both", "ward_returns", "bao_cao_xlsx")
    }  # fmt: skip


def test_a_ward_is_not_missing_what_its_system_does_not_have(nights: Nights) -> None:
    assert nights.first.verdict.missing_wards == nights.second.verdict.missing_wards == []
    expected = nights.query("SELECT DISTINCT ward_key, record_kind FROM marts.reporting_completeness ORDER BY ALL")
    assert [record_kind for ward, record_kind in expected if ward == "plain"] == ["dossiers", "survey_responses"]
    assert nights.query("SELECT count(*) FROM marts.reporting_completeness WHERE NOT is_covered") == [(0,)]


def test_a_button_means_what_its_scale_says(nights: Nights) -> None:
    found = {number: (row["rating_scale"], row["rating_overall"]) for number, row in nights.accepted(SURVEYS).items()}
    assert found == {
        "1": ("three_buttons", "satisfied"),
        "2": ("three_buttons", "dissatisfied"),
        "3": ("five_buttons", "very_satisfied"),
        "4": ("five_buttons", "neutral"),
        "5": ("one_to_five", "satisfied"),
        "6": ("one_to_five", "dont_know"),
    }


def test_an_export_that_names_no_domain_asks_about_the_counter(nights: Nights) -> None:
    assert {row["domain"] for row in nights.accepted(SURVEYS).values()} == {"counter"}


def test_the_five_elements_of_a_paper_slip(nights: Nights) -> None:
    names = [f"rating_{part}" for part in ("access", "procedure", "staff", "result", "feedback")]
    slips = nights.accepted(SURVEYS)
    assert [slips["5"][name] for name in names] == [
        "very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied",
    ]  # fmt: skip
    assert {slips["6"][name] for name in names} == {"dont_know"}
    assert {slips["1"][name] for name in names} == {None}
    assert (slips["5"]["mode"], slips["1"]["mode"]) == ("paper", "tablet")


def test_an_answer_off_its_scale_is_an_error_and_dont_know_is_none(nights: Nights) -> None:
    """A fourth of three buttons, a scale that is not said, a sixth mark of five."""
    assert {int(position.split()[-1]): rules for position, rules in nights.rules(SURVEYS).items()} == {
        8: {"rating_known"},
        9: {"rating_known", "mode_present"},
        10: {"rating_known"},
    }


def test_satisfaction_counts_votes_of_the_other_vendor(nights: Nights) -> None:
    assert nights.query(
        "SELECT count(*) FILTER (rating_overall IN ('satisfied', 'very_satisfied')), count(*) "
        "FROM marts.fct_survey_responses WHERE ward_key = 'both' AND rating_overall <> 'dont_know'"
    ) == [(3, 5)]
    # As the only ward with answers it would show the rate of the other one, which has too few.
    assert nights.query(
        "SELECT DISTINCT value_note, numerator FROM marts.reform_indicators "
        "WHERE indicator_code = 'satisfaction_rate' AND ward_key = 'both' AND period_grain = 'year'"
    ) == [("suppressed_secondary", None)]


def test_figures_of_a_workbook_with_title_and_merged_header(nights: Nights) -> None:
    found = {row["item_code"]: row for row in nights.accepted(RETURNS).values()}
    assert set(found) == {"CCHC.02", "CCHC.05", "CCHC.06", "CCHC.07", "CCHC.08"}
    assert (found["CCHC.02"]["numerator"], found["CCHC.02"]["value"]) == (15983, 99.9)
    # A cell of numbers: 96.774 is no 96,774 though a dot groups thousands in this system.
    assert (found["CCHC.05"]["numerator"], found["CCHC.05"]["denominator"]) == (30, 31)
    assert found["CCHC.05"]["value"] == 96.774
    assert (found["CCHC.08"]["period_start"], found["CCHC.08"]["period_end"]) == (date(2024, 1, 1), date(2024, 3, 31))


def test_what_is_no_figure_and_no_period_is_quarantined(nights: Nights) -> None:
    assert sorted(map(sorted, nights.rules(RETURNS).values())) == [
        ["figures_readable"],
        ["period_readable"],
    ]


def test_a_bound_is_never_among_the_values(nights: Nights) -> None:
    found = nights.query(
        "SELECT item_code, value, bound, bound_value FROM marts.fct_ward_returns "
        "WHERE item_code IN ('CCHC.02', 'CCHC.06', 'CCHC.07') ORDER BY 1"
    )
    assert found == [
        ("CCHC.02", 99.9, "exact", None),
        ("CCHC.06", None, "at_least", 4000),
        ("CCHC.07", None, "about", 28),
    ]


def test_a_correction_takes_the_place_of_the_figure(nights: Nights) -> None:
    """Also where the period was a date cell first and was typed in the correction."""
    found = nights.query(
        "SELECT item_code, numerator, value, night FROM marts.fct_ward_returns "
        "WHERE item_code IN ('CCHC.02', 'CCHC.08') ORDER BY 1"
    )
    assert found == [("CCHC.02", 15984, 99.9, NEXT), ("CCHC.08", None, 94, NEXT)]
    assert nights.second.state("both", RETURNS).rows_read == 2


def test_delivered_procedures_are_the_catalogue(nights: Nights) -> None:
    found = nights.query(
        "SELECT procedure_code, name_vi, online_level, statutory_time, statutory_unit, valid_from "
        "FROM marts.dim_procedure WHERE name_vi IS NOT NULL ORDER BY 1"
    )
    assert found == [
        ("1.000656", "Thủ tục đăng ký khai tử", "3", 2, "working_days", date(2023, 1, 1)),
        ("2.000815", "Đăng ký khai tử (thủ tục thông thường)", "full", 4, "hours", date(2023, 1, 1)),
    ]
    assert list(nights.rules(PROCEDURES).values()) == [{"level_known"}]


def test_nothing_is_lost(nights: Nights) -> None:
    for played, night in ((nights.first, NIGHT), (nights.second, NEXT)):
        for state in played.verdict.states:
            manifest = nights.district.manifest(state.ward, night, state.record_kind)
            assert manifest is not None
            assert manifest.rows_read == manifest.rows_accepted + manifest.rows_quarantined + manifest.rows_unchanged
    assert nights.query("SELECT record_kind, count(*) FROM audit.quarantine GROUP BY 1 ORDER BY 1") == [
        ("procedures", 1),
        ("survey_responses", 3),
        ("ward_returns", 2),
    ]
