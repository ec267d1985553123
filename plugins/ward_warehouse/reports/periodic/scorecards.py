"""The scorecards of Decision 766 and Circular 01/2018 as a report shows them: lines, points, and what is not known."""

from __future__ import annotations

from typing import Any

import duckdb

from ward_warehouse.reports.periodic.model import Points, Scorecard
from ward_warehouse.reports.vietnamese import decimal_text

BLOCKS = {
    "publication": "Công khai, minh bạch",
    "progress": "Tiến độ giải quyết",
    "online_services": "Dịch vụ công trực tuyến",
    "online_payment": "Thanh toán trực tuyến",
    "digitisation": "Số hóa hồ sơ",
    "satisfaction": "Mức độ hài lòng",
}
CLASSES = {
    "excellent": "Xuất sắc",
    "good": "Tốt",
    "fair": "Khá",
    "average": "Trung bình",
    "weak": "Yếu",
    "incomplete": "Chưa xếp loại: chưa đủ tiêu chí",
}


def read_scorecards(db: duckdb.DuckDBPyConnection, wanted: dict[str, Any], ward: str | None) -> list[Scorecard]:
    """The scorecards of a unit and period; Circular 01/2018 knows quarters and years only."""
    unit = {name: wanted[name] for name in ("district", "start", "end")} | {"ward": ward}
    return [
        card
        for card in (_decision_766(db, unit | {"grain": wanted["grain"]}), _circular_01_2018(db, unit))
        if card.lines
    ]


def _decision_766(db: duckdb.DuckDBPyConnection, unit: dict[str, Any]) -> Scorecard:
    found = db.execute(
        """
        SELECT block, points, ceiling, points_possible, notes.text_vi, level = 'total'
        FROM marts.decision_766_scorecard AS card LEFT JOIN marts.dim_value_note AS notes USING (value_note)
        WHERE level IN ('block', 'total') AND district_code = $district AND ward_key IS NOT DISTINCT FROM $ward
          AND period_grain = $grain AND period_start = $start AND period_end = $end
        ORDER BY level = 'total'""",
        unit,
    ).fetchall()
    order = list(BLOCKS)
    lines = [
        Points("Tổng điểm" if total else BLOCKS.get(block, block), points, ceiling, note, total)
        for block, points, ceiling, _, note, total in sorted(
            found, key=lambda row: (row[5], order.index(row[0]) if row[0] in order else len(order))
        )
    ]
    known = next((row[3] for row in found if row[5]), None)
    remark = f"Tính được trên {decimal_text(known)} điểm của 100." if known is not None else ""
    return Scorecard("Bộ chỉ số theo Quyết định 766/QĐ-TTg", lines, remark)


def _circular_01_2018(db: duckdb.DuckDBPyConnection, unit: dict[str, Any]) -> Scorecard:
    found = db.execute(
        """
        SELECT name_vi, points, ceiling, notes.text_vi, level = 'total', classification
        FROM marts.circular_01_2018_form AS form LEFT JOIN marts.dim_value_note AS notes USING (value_note)
        WHERE district_code = $district AND ward_key IS NOT DISTINCT FROM $ward AND period_start = $start
          AND period_end = $end ORDER BY level = 'total', criterion""",
        unit,
    ).fetchall()
    lines = [Points(name, points, possible, note, total) for name, points, possible, note, total, _ in found]
    # A form of which a criterion is unknown has no class.
    given = next((row[5] for row in found if row[4] and row[5]), "")
    return Scorecard("Đánh giá theo Thông tư 01/2018/TT-VPCP", lines, CLASSES.get(given, given))
