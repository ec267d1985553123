"""Checks of the procedure catalogues beyond what the load refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ward_warehouse.registry import Registry
from ward_warehouse.registry.findings import Finding
from ward_warehouse.registry.procedures import COLUMNS, Catalogue

NATIONAL_CODE = re.compile(r"\d\.\d{6}")
AUTHORITIES = ("", "ward", "district")
NO_END = "9999-12-31"


def catalogue_findings(registry: Registry) -> Iterator[Finding]:
    """Findings about the catalogues that could be loaded."""
    for catalogue in registry.catalogues.values():
        unknown = [name for name in catalogue.rows[0] if name not in COLUMNS] if catalogue.rows else []
        if unknown:
            text = f"found {', '.join(map(str, unknown))}, expected the columns {', '.join(COLUMNS)}"
            yield Finding("catalogue-column-unknown", catalogue.path, 1, text)
        for line, row in enumerate(catalogue.rows, start=2):
            yield from (Finding(code, catalogue.path, line, text) for code, text in _row(row))
        yield from _overlaps(catalogue)


def _row(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    code, start, end = row["procedure_code"], row["valid_from"], row["valid_to"]
    if not NATIONAL_CODE.fullmatch(code):
        yield "procedure-code-form", f"procedure_code: found {code!r}, expected a code such as 1.000656"
    if start and end and end < start:
        yield "valid-to-before-from", f"valid_to: found {end}, before valid_from {start}"
    if row["statutory_time"] and not row["statutory_unit"]:
        yield "statutory-unit-missing", f"statutory_time is {row['statutory_time']}, and statutory_unit is empty"
    if row["authority"] not in AUTHORITIES:
        yield "authority-unknown", f"authority: found {row['authority']!r}, expected ward or district"


def _overlaps(catalogue: Catalogue) -> Iterator[Finding]:
    ends: dict[str, str] = {}
    lines = {id(row): line for line, row in enumerate(catalogue.rows, start=2)}
    for row in sorted(catalogue.rows, key=lambda row: (row["procedure_code"], row["valid_from"])):
        code = row["procedure_code"]
        # ISO dates sort as text.
        if code in ends and row["valid_from"] <= ends[code]:
            text = f"procedure_code {code} from {row['valid_from']} overlaps the row before it"
            yield Finding("procedure-periods-overlap", catalogue.path, lines[id(row)], text)
        ends[code] = row["valid_to"] or NO_END
