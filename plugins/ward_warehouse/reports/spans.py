"""Units that were there for a part of a period only, because wards were merged: told apart in every document.

Two of them may have one name: a ward, and the one that a merger made of it and others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from ward_warehouse.reports.morning.model import Said
from ward_warehouse.reports.vietnamese import day_text, listed

_SPANS = """
WITH district AS (
    SELECT greatest(in_force_from, $start::DATE) AS first_day,
        least(coalesce(in_force_to, $end::DATE), $end::DATE) AS last_day
    FROM marts.dim_ward WHERE unit_kind = 'district' AND district_code = $district
), units AS (
    SELECT wards.*, coalesce(in_force_to, DATE '9999-12-31') AS ended
    FROM marts.dim_ward AS wards WHERE unit_kind <> 'district' AND district_code = $district
)
SELECT units.ward_key, units.ward_name_vi,
    CASE WHEN units.in_force_from > district.first_day THEN units.in_force_from END AS first_day,
    CASE WHEN units.ended < district.last_day THEN units.ended END AS last_day,
    -- By the registry's name where the later ward is in it, else by the national catalogue's.
    list_sort(array_agg(DISTINCT coalesce(later.ward_name_vi, catalogue.name_vi)) FILTER (
        WHERE catalogue.name_vi IS NOT NULL AND units.ended < district.last_day
    )) AS followers
FROM units
CROSS JOIN district
LEFT JOIN marts.dim_ward_history AS own
    ON own.ward_code = units.ward_code AND units.ended BETWEEN own.valid_from AND own.valid_to
LEFT JOIN marts.dim_ward_succession AS successions ON successions.from_history_key = own.ward_history_key
LEFT JOIN marts.dim_ward_history AS catalogue ON catalogue.ward_history_key = successions.to_history_key
LEFT JOIN units AS later
    ON later.ward_code = catalogue.ward_code AND later.in_force_from <= catalogue.valid_to
        AND later.ended >= catalogue.valid_from AND later.in_force_from > units.ended
WHERE units.in_force_from <= district.last_day AND units.ended >= district.first_day
    AND (units.in_force_from > district.first_day OR units.ended < district.last_day)
GROUP BY ALL
ORDER BY last_day NULLS LAST, units.ward_name_vi, units.ward_key"""

ONCE = "Mỗi hồ sơ được tính một lần: tiếp nhận ở đơn vị đã nhận, kết thúc và tồn ở đơn vị có hiệu lực vào ngày tính."


@dataclass(frozen=True)
class Span:
    """The part of a period in which a unit was there.

    `first` and `last` are None where it was there from the beginning or to the end; `followers` are the names of the
    wards that its area belongs to afterwards.
    """

    name: str
    first: date | None
    last: date | None
    followers: Sequence[str] = ()

    @property
    def said(self) -> Said:
        """What stands behind its name."""
        if self.first and self.last:
            days = f" ({day_text(self.first)} – {day_text(self.last)})"
            return Said(days, days)
        if self.first:
            return Said(f" (từ {day_text(self.first)})", f" (from {day_text(self.first)})")
        if self.last:
            return Said(f" (đến {day_text(self.last)})", f" (to {day_text(self.last)})")
        return Said("", "")


def read_spans(db: duckdb.DuckDBPyConnection, district: str, start: date, end: date) -> dict[str, Span]:
    """The units that were there for a part of the period only, by key: those that ended first come first.

    A part is less than what the district itself was there for.
    """
    found = db.execute(_SPANS, {"district": district, "start": start, "end": end}).fetchall()
    return {str(key): Span(name, first, last, tuple(others or ())) for key, name, first, last, others in found}


def say_changes(spans: Mapping[str, Span]) -> str:
    """Which units came and went in the period, who follows whom, and where a dossier counts; nothing without any."""
    if not spans:
        return ""
    said = [
        f"{one.name}{one.said.vi}" + (f", sau đó thuộc {listed(list(one.followers))}" if one.followers else "")
        for one in spans.values()
    ]
    return f"Đơn vị hành chính thay đổi trong kỳ: {'; '.join(said)}. {ONCE}"
