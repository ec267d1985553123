"""Makes the letterhead that the periodic report is written on; an office replaces it by a document of its own.

    python scripts/make_letterhead.py

The layout is that of Decree 30/2020/ND-CP on clerical work: issuing body left, national motto right, Times New Roman.
"""

from __future__ import annotations

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

from ward_warehouse.reports.periodic.content import COLUMNS
from ward_warehouse.reports.periodic.document import LETTERHEAD

TEXT_WIDTH = 210 - 30 - 15
"""Millimetres between the margins of the page."""

SMALL = Pt(10)
"""Type of tables."""


def main() -> None:
    document = Document()
    _set_page(document)
    _write_head(document)
    document.add_heading("{{ units_heading }}", level=2)
    _add_table(
        document,
        ["Đơn vị", *(name for _, name in COLUMNS)],
        "unit in units",
        ["{{ unit.name }}", *(f"{{{{ unit.cells[{place}] }}}}" for place in range(len(COLUMNS)))],
        first=46,
    )
    document.add_paragraph("{%p if changes %}")
    document.add_paragraph("{{ changes }}")
    document.add_paragraph("{%p endif %}")
    _write_mixes(document)
    _write_details(document)
    _write_scorecards(document)
    _write_gaps(document)
    signatures = document.add_table(rows=1, cols=3)
    for place, name in enumerate(["Người lập biểu", "Trưởng phòng", "TM. Ủy ban nhân dân"]):
        _put(signatures, 0, place, name, WD_ALIGN_PARAGRAPH.CENTER)
        _bold(signatures.cell(0, place).paragraphs[0])
    document.add_page_break()
    document.add_heading("Phụ lục: định nghĩa chỉ số", level=2)
    document.add_paragraph("{%p for one in definitions %}")
    document.add_paragraph(
        "{{ one.name }} ({{ one.code }}, phiên bản {{ one.version }}): {{ one.text }} Căn cứ: {{ one.source }}"
    )
    document.add_paragraph("{%p endfor %}")
    said = document.core_properties
    said.author, said.comments, said.title, said.language = "", "", "", "vi-VN"
    document.save(str(LETTERHEAD))


def _set_page(document: DocumentType) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(4)
    for name in ("Heading 1", "Heading 2"):
        heading = document.styles[name]
        heading.font.name, heading.font.size, heading.font.color.rgb = "Times New Roman", Pt(13), RGBColor(0, 0, 0)
        # The theme's own font would win over the name.
        heading.element.rPr.rFonts.attrib.pop(qn("w:asciiTheme"), None)
        heading.element.rPr.rFonts.attrib.pop(qn("w:hAnsiTheme"), None)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "vi-VN")


def _write_head(document: DocumentType) -> None:
    head = document.add_table(rows=1, cols=2)
    _set_widths(head, [68, TEXT_WIDTH - 68])
    for place, text in enumerate(
        (
            "ỦY BAN NHÂN DÂN {{ district | upper }}\n{{ office | upper }}",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc",
        )
    ):
        _put(head, 0, place, text, WD_ALIGN_PARAGRAPH.CENTER, Pt(11))
        _bold(head.cell(0, place).paragraphs[0])
    title = document.add_paragraph("BÁO CÁO")
    title.paragraph_format.space_before = Pt(18)
    _bold(title)
    heading = document.add_heading("{{ title }}{% if unit != district %}: {{ unit }}{% endif %}", level=1)
    heading.paragraph_format.space_before = Pt(0)
    _bold(heading)
    document.add_paragraph(
        "{{ state }}. {% if as_of %}Số liệu đến {{ as_of }}; {% endif %}{{ reporting }}."
        "{% if missing %} Còn thiếu: {{ missing }}.{% endif %}"
    ).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("{{ findings }}")


def _write_mixes(document: DocumentType) -> None:
    document.add_paragraph("{%p for mix in mixes %}")
    document.add_heading("{{ mix.heading }}", level=2)
    _add_table(
        document,
        ["", "Số lượng", "Tỷ lệ"],
        "line in mix.lines",
        [f"{{{{ line.{name} }}}}" for name in ("name", "count", "share")],
        first=105,
    )
    document.add_paragraph("{%p endfor %}")


def _write_details(document: DocumentType) -> None:
    document.add_paragraph("{%p for table in details %}")
    document.add_heading("{{ table.heading }}", level=2)
    _add_table(
        document,
        ["Chỉ số", "Giá trị", "Tử số/mẫu số", "So kỳ trước", "So cùng kỳ năm trước"],
        "line in table.lines",
        [f"{{{{ line.{name} }}}}" for name in ("name", "value", "parts", "change", "year")],
        first=62,
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
        first=72,
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


def _add_table(document: DocumentType, headings: list[str], loop: str, cells: list[str], first: float) -> None:
    """A heading on each page, and three rows that become one for each turn of a loop.

    `first` is the width of the column of names in millimetres; numbers stand to the right, in columns of one width.
    """
    table = document.add_table(rows=4, cols=len(headings), style="Table Grid")
    rest = (TEXT_WIDTH - first) / (len(headings) - 1)
    _set_widths(table, [first, *[rest] * (len(headings) - 1)])
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for place, name in enumerate(headings):
        _put(table, 0, place, name, WD_ALIGN_PARAGRAPH.CENTER, SMALL)
        _bold(table.cell(0, place).paragraphs[0])
    table.cell(1, 0).text = f"{{%tr for {loop} %}}"
    for place, text in enumerate(cells):
        _put(table, 2, place, text, WD_ALIGN_PARAGRAPH.RIGHT if place else WD_ALIGN_PARAGRAPH.LEFT, SMALL)
    table.cell(3, 0).text = "{%tr endfor %}"


def _set_widths(table: Table, widths: list[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _put(
    table: Table, row: int, column: int, text: str, alignment: WD_ALIGN_PARAGRAPH, size: Length | None = None
) -> None:
    cell = table.cell(row, column)
    cell.text = text
    paragraph = cell.paragraphs[0]
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    for run in paragraph.runs:
        run.font.size = size


def _bold(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for run in paragraph.runs:
        run.bold = True


if __name__ == "__main__":
    main()
