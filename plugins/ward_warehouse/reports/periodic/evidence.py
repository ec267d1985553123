"""The records behind the figures of a report, as the warehouse holds them: codes and dates, no person's data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from ward_warehouse.reports.periodic.model import PeriodicReport

EVIDENCE_COLUMNS = (
    "Đơn vị", "Mã bản ghi", "Mã hồ sơ", "Trong tử số", "Trong mẫu số", "Ngày tính", "Ngày tiếp nhận", "Ngày hẹn trả",
    "Ngày kết thúc",
)  # fmt: skip

_RECORDS = """
SELECT indicator_code, record_ward_name_vi, source_record_id, dossier_code,
       CASE WHEN in_numerator THEN 'có' ELSE '' END, CASE WHEN in_denominator THEN 'có' ELSE '' END,
       counted_date, received_date, due_date, end_date
FROM analyst.evidence_named
WHERE list_contains($codes, indicator_code) AND unit_key = $unit AND district_code = $district AND period_grain = $grain
  AND period_start = $start AND period_end = $end
ORDER BY list_position($codes, indicator_code), record_ward_name_vi, record_key"""

BLOCK = 10_000


def read_evidence(
    db: duckdb.DuckDBPyConnection, report: PeriodicReport, codes: Sequence[str]
) -> Iterator[tuple[str, Sequence[Any]]]:
    """The records of some indicators of the report, in their order: code, and values as of `EVIDENCE_COLUMNS`.

    None of a figure that is hidden: what is not shown as a number is not shown record by record.
    """
    figures = report.subject.figures
    shown = [code for code in codes if code in figures and figures[code].value is not None]
    period = report.period
    found = db.execute(
        _RECORDS,
        {
            "codes": shown,
            "unit": report.unit_key,
            "district": report.district_code,
            "grain": period.grain,
            "start": period.start,
            "end": period.end,
        },
    )
    while block := found.fetchmany(BLOCK):
        yield from ((str(code), record) for code, *record in block)
