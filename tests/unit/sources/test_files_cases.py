"""Files as offices made them: each once lost records or took wrong values without a word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.dropped_files import FIXTURES, ROOT
from tests.support.feeds import feed
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.mapping import mapper as mapping
from ward_warehouse.mapping import shortcuts
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.sources import ReadReport, Window
from ward_warehouse.sources.files import FilesSource

CASES = FIXTURES / "cases"
KEY = b"a key of the tests, 32 bytes long"
TIMES = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y"]
DOSSIERS: dict[str, Any] = {
    "system": "so_cua_phuong",
    "name": {"vi": "Sổ", "en": "Register"},
    "transport": "files",
    "time_zone": "Asia/Ho_Chi_Minh",
    "record_kinds": {
        "dossiers": {
            "read": {"pattern": "ho_so_*", "encoding": "utf-8-sig"},
            "key": ["Số biên nhận"],
            "columns": {
                "dossier_code": "Mã hồ sơ",
                "procedure_code": "Mã thủ tục",
                "received_at": {"from": "Ngày tiếp nhận", "formats": TIMES},
                "due_at": {"from": "Ngày hẹn trả", "formats": TIMES},
                "resolved_at": {"from": "Ngày giải quyết xong", "formats": TIMES},
                "applicant_key": {"from": "Số giấy tờ", "optional": True},
                "source_ward": "Đơn vị",
            },
            "ignore": ["Hình thức nộp", "Trạng thái", "Trích yếu", "Ngày cập nhật"],
        }
    },
}


class Ward:
    """A ward of the cases' registry, whose folder holds one of their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.report = ReadReport()

    def takes(
        self, case: str, name: str, record_kind: RecordKind = RecordKind.DOSSIERS, system: Any = None
    ) -> list[dict[str, Any]]:
        (self.folder / name).write_bytes((CASES / case).read_bytes())
        described = feed(system or DOSSIERS, record_kind, aliases=["Phường 1"])
        source = FilesSource(described, Connection("p01", "fs", extra={"path": str(self.folder)}), {})
        self.report = source.report
        return [row for table in self._mapped(source, described) for row in table]

    def _mapped(self, source: FilesSource, described: Any) -> Iterator[list[dict[str, Any]]]:
        with closing(Mapper(described, date(2024, 3, 18), KEY)) as mapper:
            for batch in source.read(Window()):
                mapped = mapper.map(batch, source.report.new_columns)
                with pytest.MonkeyPatch.context() as patched:
                    patched.setattr(shortcuts, "LEAST_ROWS", 0)
                    patched.setattr(mapping, "ROWS_WORTH_A_PLAN", 0)
                    assert mapper.map(batch, source.report.new_columns).equals(mapped)
                yield mapped.to_pylist()


@pytest.fixture
def ward(tmp_path: Path) -> Ward:
    return Ward(tmp_path)


def ids(rows: list[dict[str, Any]]) -> list[str | None]:
    return [row["source_record_id"] for row in rows]


def test_two_stray_quotes_refuse_the_file_and_name_the_row_of_the_first(ward: Ward) -> None:
    assert ward.takes("stray_quote_pair.csv", "ho_so_1.csv") == []
    assert "ho_so_1.csv row 4: found a quoted field that holds 4 lines" in ward.report.refused[0]


def test_a_number_shown_in_percent_is_what_it_shows(ward: Ward) -> None:
    system = yaml.safe_load((ROOT / "dags" / "systems" / "bao_cao_xlsx.yml").read_text(encoding="utf-8"))
    rows = ward.takes("percent_cell.xlsx", "bao_cao_1.xlsx", RecordKind.WARD_RETURNS, system)
    assert [(row["item_code"], row["value"]) for row in rows] == [("ct.01", 96.8), ("ct.02", 96.8)]


@pytest.mark.parametrize("case", ["error_cells.xls", "error_cells_without_r.xlsx"])
def test_a_cell_with_an_error_is_unreadable(ward: Ward, case: str) -> None:
    rows = ward.takes(case, f"ho_so_{case}")
    assert {row["source_record_id"]: row["unreadable"] for row in rows} == {
        "BN-1": "|resolved_at|",
        "BN-2": "|due_at|",
        "BN-3": None,
    }


def test_a_workbook_on_which_the_reader_panics_is_refused(ward: Ward) -> None:
    assert ward.takes("damaged_inside.xls", "ho_so_1.xls") == []
    assert "the workbook is cut or damaged" in ward.report.refused[0]


def test_all_sheets_of_one_shape_are_read(ward: Ward) -> None:
    assert ids(ward.takes("two_visible_sheets.xlsx", "ho_so_1.xlsx")) == [f"BN-{number}" for number in range(1, 9)]
    assert (ward.report.refused, ward.report.warnings) == ([], [])


def test_a_number_of_sixteen_digits_is_no_id(ward: Ward) -> None:
    rows = ward.takes("id_of_16_digits_as_number.xlsx", "ho_so_1.xlsx")
    assert [(row["source_record_id"], row["unreadable"]) for row in rows] == [
        (None, "|source_record_id|"),
        ("123456789012345", None),
        (None, "|source_record_id|"),
    ]


@pytest.mark.parametrize("read", [{}, {"footer": "^Tổng"}])
def test_a_second_export_below_a_footer_is_read(ward: Ward, read: dict[str, str]) -> None:
    system = yaml.safe_load(yaml.safe_dump(DOSSIERS))
    system["record_kinds"]["dossiers"]["read"] |= read
    rows = ward.takes("footer_then_second_export.csv", "ho_so_1.csv", system=system)
    wanted = [f"{letters}-{number}" for letters in ("BN", "BM") for number in range(1, 10)]
    assert [found for found in ids(rows) if found] == wanted
    assert len(rows) == len(wanted) + (not read)


def test_a_page_under_the_name_of_a_workbook_is_read(ward: Ward) -> None:
    rows = ward.takes("html.xls", "ho_so_1.xls")
    assert ids(rows) == ["BN-1", "BN-2", "BN-3"]
    assert {row["unreadable"] for row in rows} == {None}


def test_two_people_never_share_a_hash(ward: Ward) -> None:
    rows = ward.takes("identity_numbers.csv", "ho_so_1.csv")
    lost = [row["source_record_id"] for row in rows if row["unreadable"] == "|applicant_key|"]
    assert lost == ["BN-3", "BN-4", "BN-5"]
    hashes = {row["source_record_id"]: row["applicant_key"] for row in rows}
    assert {hashes[number] for number in lost} == {None}
    # One number, guarded against spreadsheet programs in three ways, is one person.
    assert len({hashes[number] for number in ("BN-1", "BN-6", "BN-7", "BN-8")}) == 1
    assert len({hashes[number] for number in ("BN-1", "BN-2", "BN-9")}) == 3


def test_markup_in_a_header_is_a_name(ward: Ward) -> None:
    rows = ward.takes("markup_in_a_header.csv", "ho_so_1.csv")
    assert ward.report.new_columns == ["Ghi chú [/khác]"]
    assert [row["unreadable"] for row in rows] == [None, None]
