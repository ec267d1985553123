"""Makes the letterhead that the periodic report is written on; an office replaces it by a document of its own.

    python scripts/make_letterhead.py

The layout is that of Decree 30/2020/ND-CP on clerical work: issuing body left, national motto right, Times New Roman.
"""

from __future__ import annotations

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from ward_warehouse.reports.periodic.content import COLUMNS
from ward_warehouse.reports.periodic.document import LETTERHEAD


def main() -> None:
    document = Document()
    _set_page(document)
    _write_head(document)
    document.add_heading("Theo đơn vị", level=2)
    _add_table(
        document,
        ["Đơn vị", *(name for _, name in COLUMNS)],
        "unit in units",
        ["{{ unit.name }}", *(f"{{{{ unit.cells[{place}] }}}}" for place in range(len(COLUMNS)))],
    )
    document.add_paragraph("{%p if changes %}")
    document.add_paragraph("{{ changes }}")
    document.add_paragraph("{%p endif %}")
    _write_details(document)
    _write_scorecards(document)
    _write_gaps(document)
    signatures = document.add_table(rows=1, cols=3)
    for place, name in enumerate(["Người lập biểu", "Trưởng phòng", "TM. Ủy ban nhân dân"]):
        _put(signatures, 0, place, name)
    document.add_page_break()
    document.add_heading("Phụ lục: định nghĩa chỉ số", level=2)
    document.add_paragraph("{%p for one in definitions %}")
    document.add_paragraph(
        "{{ one.name }} ({{ one.code }}, phiên bản {{ one.version }}): {{ one.text }} Căn cứ: {{ one.source }}"
    )
    document.add_paragraph("{%p endfor %}")
    document.core_properties.author = ""
    document.save(str(LETTERHEAD))


def _set_page(document: DocumentType) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)


def _write_head(document: DocumentType) -> None:
    head = document.add_table(rows=1, cols=2)
    _put(head, 0, 0, "ỦY BAN NHÂN DÂN {{ district | upper }}\n{{ office | upper }}")
    _put(head, 0, 1, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc")
    _bold(document.add_paragraph("BÁO CÁO"))
    _bold(document.add_paragraph("{{ title }}{% if unit != district %}: {{ unit }}{% endif %}"))
    document.add_paragraph(
        "{{ state }}. {% if as_of %}Số liệu đến {{ as_of }}; {% endif %}{{ reporting }}."
        "{% if missing %} Còn thiếu: {{ missing }}.{% endif %}"
    ).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("{{ findings }}")


def _write_details(document: DocumentType) -> None:
    document.add_paragraph("{%p for table in details %}")
    document.add_heading("{{ table.heading }}", level=2)
    _add_table(
        document,
        ["Chỉ số", "Giá trị", "Tử số/mẫu số", "So kỳ trước", "So cùng kỳ năm trước"],
        "line in table.lines",
        [f"{{{{ line.{name} }}}}" for name in ("name", "value", "parts", "change", "year")],
    )
    document.add_paragraph("{%p endfor %}")


def _write_scorecards(document: DocumentType) -> None:
    document.add_paragraph("{%p for card in scorecards %}")
    document.add_heading("{{ card.name }}", level=2)
    _add_table(
        document,
        ["Nội dung", "Điểm", "Điểm tối đa", "Ghi chú"],
        "line in card.lines",
        [f"{{{{ line.{name} }}}}" for name in ("name", "points", "possible", "note")],
    )
    document.add_paragraph("{{ card.remark }}")
    document.add_paragraph("{%p endfor %}")


def _write_gaps(document: DocumentType) -> None:
    document.add_paragraph("{%p if gaps %}")
    document.add_heading("Số liệu không có, và vì sao", level=2)
    document.add_paragraph("{%p for gap in gaps %}")
    document.add_paragraph("{{ gap.reason }}: {{ gap.names }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endif %}")


def _add_table(document: DocumentType, headings: list[str], loop: str, cells: list[str]) -> None:
    """A heading, and three rows that become one for each turn of a loop."""
    table = document.add_table(rows=4, cols=len(headings), style="Table Grid")
    for place, name in enumerate(headings):
        _put(table, 0, place, name)
    table.cell(1, 0).text = f"{{%tr for {loop} %}}"
    for place, text in enumerate(cells):
        _put(table, 2, place, text)
    table.cell(3, 0).text = "{%tr endfor %}"


def _put(table: Table, row: int, column: int, text: str) -> None:
    cell = table.cell(row, column)
    cell.text = text
    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER if row == 0 else WD_ALIGN_PARAGRAPH.LEFT


def _bold(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for run in paragraph.runs:
        run.bold = True


if __name__ == "__main__":
    main()
