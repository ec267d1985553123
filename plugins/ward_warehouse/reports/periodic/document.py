"""A periodic report as a document on the office's letterhead: a template that the office may replace."""

from __future__ import annotations

import io
from datetime import UTC
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateError

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.reports.periodic.content import COLUMNS
from ward_warehouse.reports.periodic.model import PeriodicReport
from ward_warehouse.reports.periodic.page import details, mixes
from ward_warehouse.reports.vietnamese import day_text, decimal_text

LETTERHEAD = Path(__file__).resolve().parent / "templates" / "letterhead.docx"
"""The template that the project brings, made by scripts/make_letterhead.py."""

LONGEST_PROPERTY = 255
"""Characters that a property of a document holds."""

REQUIRED = ("office", "title", "state", "as_of", "findings", "units", "details")
"""Fields without which a template is no report: whoever signs must see what it is about and whether it is final."""


def report_document(report: PeriodicReport, template: Path = LETTERHEAD) -> bytes:
    """The document.

    Args:
        report: the report.
        template: a DOCX with the fields of `document_fields`, in Jinja's marks.

    Raises:
        WardWarehouseError: the template cannot be read, lacks a required field, or has one that no report has.
    """
    fields = document_fields(report)
    document = _open(template, set(fields))
    try:
        # Autoescape: a ward's name with a mark of XML in it is text.
        document.render(fields, jinja_env=Environment(autoescape=True), autoescape=True)
    except TemplateError as error:
        raise WardWarehouseError(f"report: template {template}: {error}") from None
    _describe(document, report)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _describe(document: DocxTemplate, report: PeriodicReport) -> None:
    """What a reader's machine is told of the document; its times are the build's, so that it can be made again."""
    said = document.docx.core_properties
    said.title, said.language, said.comments = report.full_title[:LONGEST_PROPERTY], "vi-VN", ""
    said.author = said.last_modified_by = f"Ủy ban nhân dân {report.district_name}"[:LONGEST_PROPERTY]
    said.created = said.modified = report.built_at.astimezone(UTC)


def _open(template: Path, known: set[str]) -> DocxTemplate:
    try:
        document = DocxTemplate(template)
        found = set(document.get_undeclared_template_variables())
    except (OSError, ValueError, KeyError, BadZipFile, OpcError, TemplateError) as error:
        raise WardWarehouseError(
            f"report: template {template}: {' '.join(str(error).split())[:200]}; expected a DOCX file; "
            "check WARD_WAREHOUSE_LETTERHEAD, or leave it empty for the project's own"
        ) from None
    absent = [name for name in REQUIRED if name not in found]
    if absent:
        raise WardWarehouseError(
            f"report: template {template} lacks the field {', '.join(absent)}; write {{{{ {absent[0]} }}}} where it "
            "shall stand"
        )
    unknown = sorted(found - known)
    if unknown:
        raise WardWarehouseError(
            f"report: template {template} has the field {', '.join(unknown)}, expected some of "
            f"{', '.join(sorted(known))}"
        )
    return document


def document_fields(report: PeriodicReport) -> dict[str, Any]:
    """What a template may show, by name: texts, and lists of lines for its tables."""
    return {
        "district": report.district_name,
        "unit": report.unit_name,
        "office": report.office,
        "title": report.title,
        "period": report.period_label,
        "state": report.state,
        "as_of": day_text(report.as_of) if report.as_of else "",
        "findings": " ".join(report.findings),
        "reporting": report.reporting,
        "missing": report.missing,
        "changes": report.changes,
        "units_heading": report.heading_of_units,
        "headings": [name for _, name in COLUMNS],
        "units": [
            {
                "name": "Toàn quận" if unit.is_district else unit.name,
                "cells": [unit.figures[code].short_text if code in unit.figures else "–" for code, _ in COLUMNS],
            }
            for unit in report.rows
        ],
        "mixes": [
            {
                "heading": heading,
                "lines": [{"name": name, "count": count, "share": share} for name, count, share in parts],
            }
            for heading, parts in mixes(report)
        ],
        "details": [
            {
                "heading": heading,
                "lines": [
                    {"name": name, "value": value, "parts": parts, "change": change, "year": year}
                    for name, value, parts, change, year in lines
                ],
            }
            for heading, lines in details(report)
            if lines
        ],
        "scorecards": [
            {
                "name": card.name,
                "remark": card.remark,
                "lines": [
                    {
                        "name": line.name,
                        "points": "–" if line.points is None else decimal_text(line.points, 2),
                        "possible": decimal_text(line.possible),
                        "note": line.note_text or "",
                    }
                    for line in card.lines
                ],
            }
            for card in report.scorecards
        ],
        "gaps": [{"reason": gap.reason, "names": "; ".join(gap.names)} for gap in report.gaps],
        "definitions": [
            {"name": one.name, "code": one.code, "version": one.version, "text": one.description, "source": one.source}
            for one in report.definitions.values()
        ],
    }
