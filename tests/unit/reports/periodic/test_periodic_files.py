"""A report whose names are hostile, whose template is wrong, whose disk is full: in every format."""

from __future__ import annotations

import fcntl
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from docx import Document
from pypdf import PdfReader
from python_calamine import load_workbook

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.periodic import files
from ward_warehouse.reports.periodic.content import ON_TIME, RECEIVED, RESOLVED, SATISFIED
from ward_warehouse.reports.periodic.document import LETTERHEAD, report_document
from ward_warehouse.reports.periodic.files import remove_old, reports_folder, write_report
from ward_warehouse.reports.periodic.findings import find
from ward_warehouse.reports.periodic.model import Definition, Figure, Gap, PeriodicReport, UnitRow
from ward_warehouse.reports.periodic.page import report_page
from ward_warehouse.reports.periodic.pdf import report_pdf

HOSTILE = '=cmd|A1 <b>&"Phường Nguyễn Thị Minh Khai rất dài" #panic() {{ 7 * 7 }}'
NAMES = {RECEIVED: "Hồ sơ tiếp nhận", RESOLVED: "Hồ sơ đã giải quyết", ON_TIME: "Đúng hạn", SATISFIED: "Hài lòng"}


def figure(code: str, unit: str, value: float | None, **more: object) -> Figure:
    kind = "share" if code in (ON_TIME, SATISFIED) else "dossiers"
    note = {"note": "no_dossiers", "note_text": "Không có hồ sơ nào để tính"} if value is None else {}
    return Figure(code, 1, unit, kind, value, wards_reporting=1, wards_expected=2, **note, **more)  # type: ignore[arg-type]


def row(key: str, name: str, received: float | None, on_time: float | None, **more: object) -> UnitRow:
    figures = [figure(RECEIVED, key, received), figure(RESOLVED, key, received), figure(ON_TIME, key, on_time, **more)]
    return UnitRow(key, name, key == "quan", {one.indicator_code: one for one in figures})


@pytest.fixture
def report() -> PeriodicReport:
    rows = [
        row("p1", HOSTILE, 3, 1 / 3, low=0.06, high=0.79, differs=True, before=0.9),
        row("p2", "Phường 2", 0, None),
        row("quan", "Quận Mini", 15983, 0.968, low=0.965, high=0.971, before=0.9679),
    ]
    definitions = {code: Definition(code, 1, name, "Định nghĩa.", "Căn cứ.", "share", "ratio")
                   for code, name in NAMES.items()}  # fmt: skip
    return find(
        PeriodicReport(
            "quan", "Quận Mini", "quan", "Quận Mini", "Phòng Nội vụ", parse_period("2018-11"), "Tháng 11/2018",
            "Tháng 10/2018", False, None, date(2018, 11, 30), datetime(2018, 12, 1, tzinfo=UTC), rows, definitions,
            gaps=[Gap("Không có hồ sơ nào để tính", ["Đúng hạn (1)"])],
        )
    )  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a warehouse that has no records: the workbook's sheets of evidence are empty."""
    found = Settings(home=tmp_path)
    found.published_file.parent.mkdir(parents=True)
    with duckdb.connect(str(found.published_file)) as db:
        db.execute("CREATE SCHEMA analyst")
        db.execute(
            "CREATE TABLE analyst.evidence_named (record_ward_name_vi VARCHAR, source_record_id VARCHAR, "
            "dossier_code VARCHAR, in_numerator BOOLEAN, in_denominator BOOLEAN, counted_date DATE, "
            "received_date DATE, due_date DATE, end_date DATE, record_key VARCHAR, indicator_code VARCHAR, "
            "unit_key VARCHAR, district_code VARCHAR, period_grain VARCHAR, period_start DATE, period_end DATE)"
        )
        db.execute(
            "INSERT INTO analyst.evidence_named VALUES ($name, '=1+1', 'HS-1', true, true, DATE '2018-11-05', NULL, "
            "NULL, NULL, 'k', 'on_time_of_resolved', 'quan', 'quan', 'month', DATE '2018-11-01', DATE '2018-11-30')",
            {"name": HOSTILE},
        )
    return found


def test_what_the_figures_show_in_words(report: PeriodicReport) -> None:
    text = " ".join(report.findings).replace("\xa0", " ")
    assert "Quận Mini tiếp nhận 15.983 hồ sơ" in text
    assert "Đúng hạn 96,8 %, không đổi so với tháng 10/2018." in text
    assert f"Thấp hơn mức chung của quận một cách rõ rệt về đúng hạn: {HOSTILE}." in text
    assert "Phường 2" not in text, "nothing is said of what was not counted"


def test_how_many_units_report_is_said_of_those_that_owe_dossiers(report: PeriodicReport, settings: Settings) -> None:
    """An office returns the procedures of all: its figure, which may come first, is of one unit."""
    of_the_office = Figure("procedures_published", 1, "quan", "procedures", 9, wards_reporting=1, wards_expected=1)
    figures = {"procedures_published": of_the_office, **report.district.figures}
    meaning = Definition(
        "procedures_published", 1, "Thủ tục công khai", "Định nghĩa.", "Căn cứ.", "procedures", "count"
    )
    rows = [*report.rows[:2], replace(report.district, figures=figures)]
    found = replace(report, rows=rows, definitions={**report.definitions, "procedures_published": meaning})
    files_of = {file.suffix: file for file in write_report(settings, found)}
    assert found.reporting == "1 trên 2 đơn vị có số liệu"
    assert found.reporting in files_of[".html"].read_text("utf-8")
    assert found.reporting in " ".join(PdfReader(files_of[".pdf"]).pages[0].extract_text().split())
    assert any(found.reporting in one.text for one in Document(str(files_of[".docx"])).paragraphs)
    assert found.reporting in str(load_workbook(str(files_of[".xlsx"])).get_sheet_by_name("Tổng hợp").to_python()[1][0])


def test_a_change_within_its_interval_is_no_finding(report: PeriodicReport) -> None:
    rows = [*report.rows[:2], row("quan", "Quận Mini", 100, 0.968, low=0.91, high=0.99, before=0.93)]
    text = " ".join(find(replace(report, rows=rows)).findings)
    assert "chênh lệch trong khoảng sai số" in text
    assert "điểm so với" not in text


def test_text_of_wards_is_text_on_the_page(report: PeriodicReport) -> None:
    page = report_page(report)
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page
    assert "49" not in re.findall(r"\{\{[^}]*\}\}|7 \* 7", page)


def test_a_page_says_where_its_records_are(report: PeriodicReport) -> None:
    assert "tệp Excel đi kèm" in report_page(report, ["quan_2018-11.xlsx"])
    assert "ward-warehouse report quan --period 2018-11 --format xlsx" in report_page(report)


def test_text_of_wards_is_text_in_the_pdf(report: PeriodicReport, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(report_pdf(report))
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages)
    assert "#panic()" in text.replace("\n", "")


def test_text_of_wards_is_text_in_the_document(report: PeriodicReport, tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(report_document(report))
    table = next(table for table in Document(str(tmp_path / "report.docx")).tables if table.cell(0, 0).text == "Đơn vị")
    assert table.cell(1, 0).text == HOSTILE


def test_text_of_wards_is_text_in_the_workbook(report: PeriodicReport, settings: Settings) -> None:
    [file] = write_report(settings, report, ["xlsx"])
    book = load_workbook(str(file))
    assert book.get_sheet_by_name("Tổng hợp").to_python()[5][0] == HOSTILE
    assert book.get_sheet_by_name("on_time_of_resolved").to_python()[1][:3] == [HOSTILE, "=1+1", "HS-1"]
    assert b"<f>" not in file.read_bytes()


def test_a_hidden_figure_has_no_records_in_the_workbook(report: PeriodicReport, settings: Settings) -> None:
    rows = [*report.rows[:2], row("quan", "Quận Mini", 100, None)]
    [file] = write_report(settings, replace(report, rows=rows), ["xlsx"])
    assert len(load_workbook(str(file)).get_sheet_by_name("on_time_of_resolved").to_python()) == 1


def template(tmp_path: Path, text: str) -> Path:
    document = Document()
    document.add_paragraph(text)
    document.save(str(tmp_path / "letterhead.docx"))
    return tmp_path / "letterhead.docx"


ALL = "{{ office }} {{ title }} {{ state }} {{ as_of }} {{ findings }} {{ units }} {{ details }}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ALL.replace("{{ state }}", ""), "lacks the field state"),
        (ALL + " {{ signature }}", "has the field signature, expected some of"),
        (ALL + " {% if %}", "expected a DOCX file"),
    ],
)
def test_a_letterhead_that_is_no_template_of_a_report_is_refused(
    report: PeriodicReport, tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(WardWarehouseError, match=re.escape(words)):
        report_document(report, template(tmp_path, text))


def test_a_letterhead_that_is_no_document_is_refused(report: PeriodicReport, tmp_path: Path) -> None:
    (tmp_path / "letterhead.docx").write_bytes(b"%PDF-1.7")
    with pytest.raises(WardWarehouseError, match="expected a DOCX file; check WARD_WAREHOUSE_LETTERHEAD"):
        report_document(report, tmp_path / "letterhead.docx")


def test_an_office_s_own_letterhead_is_used(report: PeriodicReport, settings: Settings, tmp_path: Path) -> None:
    own = settings.model_copy(update={"letterhead": template(tmp_path, ALL + " Số: 12/BC-UBND")})
    [file] = write_report(own, report, ["docx"])
    assert "Số: 12/BC-UBND" in Document(str(file)).paragraphs[0].text
    assert LETTERHEAD.is_file()


def test_yesterday_s_reports_stay_when_today_s_cannot_be_written(
    report: PeriodicReport, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    [page] = write_report(settings, report, ["html"])
    before = page.read_bytes()

    def refuse(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "report_pdf", refuse)
    later = replace(report, findings=["Mới."])
    with pytest.raises(WardWarehouseError, match="No space left on device; check the folder's space"):
        write_report(settings, later, ["html", "pdf"])
    assert page.read_bytes() == before
    assert [file for file in reports_folder(settings).rglob("*") if file.suffix == ".pdf"] == []
    assert [folder for folder in reports_folder(settings).glob(".*") if folder.is_dir()] == []


def test_two_runs_never_write_at_once(report: PeriodicReport, settings: Settings) -> None:
    folder = reports_folder(settings)
    folder.mkdir(parents=True)
    with (folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(WardWarehouseError, match="another run writes into"):
            write_report(settings, report, ["html"])


def test_the_index_lists_what_stands_there_and_old_provisional_reports_go(
    report: PeriodicReport, settings: Settings
) -> None:
    closed = replace(report, period=parse_period("2018-10"), period_label="Tháng 10/2018", is_closed=True)
    for one in (report, closed):
        write_report(settings, one, ["html", "docx"])
    index = reports_folder(settings) / "index.html"
    links = re.findall(r'href="([^"]+)"', index.read_text("utf-8"))
    assert links == [
        "quan/quan_2018-11.html", "quan/quan_2018-11.docx", "quan/quan_2018-10.html", "quan/quan_2018-10.docx",
    ]  # fmt: skip
    assert all((index.parent / link).is_file() for link in links)
    assert remove_old(settings, 30) == 0
    assert remove_old(settings, 30, datetime.now(UTC) + timedelta(days=31)) == 2
    links = re.findall(r'href="([^"]+)"', index.read_text("utf-8"))
    assert links == ["quan/quan_2018-10.html", "quan/quan_2018-10.docx"]


def test_files_are_readable_by_their_owner_alone(report: PeriodicReport, settings: Settings) -> None:
    from ward_warehouse.core.private import keep_state_private

    keep_state_private()
    for file in write_report(settings, report):
        assert file.stat().st_mode & 0o077 == 0


def test_an_unknown_format_is_refused_by_name(report: PeriodicReport, settings: Settings) -> None:
    with pytest.raises(WardWarehouseError, match="found format odt, expected some of html, pdf, docx, xlsx"):
        write_report(settings, report, ["html", "odt"])


def test_the_time_of_the_build_is_that_of_the_site_s_clock(report: PeriodicReport, settings: Settings) -> None:
    page, pdf = write_report(settings, report, ["html", "pdf"])
    for text in (page.read_text("utf-8"), PdfReader(pdf).pages[0].extract_text()):
        assert "07:00 ngày 01/12/2018" in text
        assert "UTC" not in text


def test_a_ward_s_report_is_worded_as_a_ward_s(report: PeriodicReport, settings: Settings) -> None:
    own = replace(report, unit_key="p2", unit_name="Phường 2", rows=report.rows[1:], missing_wards=["Phường 2"])
    page, pdf, document = write_report(settings, own, ["html", "pdf", "docx"])
    for text in (
        page.read_text("utf-8"),
        " ".join("".join(sheet.extract_text() for sheet in PdfReader(pdf).pages).split()),
        "\n".join(one.text for one in Document(str(document)).paragraphs),
    ):
        assert "đơn vị còn thiếu số liệu." in text
        assert "So với toàn quận" in text
        assert not any(words in text for words in ("trên 2 đơn vị", "Theo đơn vị", "còn thiếu:", "Còn thiếu:"))
    assert "kể cả toàn quận" not in page.read_text("utf-8")
    assert replace(own, missing_wards=[]).reporting == "đơn vị đã gửi đủ số liệu"


def test_the_document_says_that_it_is_vietnamese_what_it_is_about_and_of_when(
    report: PeriodicReport, settings: Settings
) -> None:
    [file] = write_report(settings, report, ["docx"])
    document = Document(str(file))
    said = document.core_properties
    assert (said.title, said.language, said.comments) == (report.title, "vi-VN", "")
    assert said.author == said.last_modified_by == "Ủy ban nhân dân Quận Mini"
    assert said.created == said.modified == report.built_at, "not when the letterhead was made"
    assert re.findall(r'<w:lang [^>]*w:val="([^"]+)"', document.styles.element.xml) == ["vi-VN"]
    headings = [one.style.name for one in document.paragraphs if one.style and one.style.name.startswith("Heading")]
    assert headings[:2] == ["Heading 1", "Heading 2"]
