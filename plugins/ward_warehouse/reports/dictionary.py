"""The printed dictionary of indicators, from `marts.dim_indicator`: what each figure means, counts and comes from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from ward_warehouse.warehouse.published import open_published

THEMES = {
    "volume": "Số lượng / Volume",
    "timeliness": "Tiến độ / Timeliness",
    "progress": "Tình hình giải quyết / Progress",
    "quality": "Chất lượng / Quality",
    "service": "Phục vụ / Service",
    "digital": "Chuyển đổi số / Digital",
    "survey": "Khảo sát / Survey",
    "elements": "Năm yếu tố / Five elements",
    "integrity": "Độ tin cậy của khảo sát / Integrity of answers",
    "procedures": "Danh mục thủ tục / Procedures",
    "organisation": "Tổ chức bộ máy và cán bộ / Organisation and staff",
    "oversight": "Chỉ đạo, kiểm tra và phản hồi / Oversight and answers",
    "reporting": "Báo cáo / Reporting",
}
KINDS = {
    "count": "số đếm / count",
    "stock": "trạng thái / state",
    "ratio": "tỷ lệ / ratio",
    "median": "trung vị / median",
    "distinct": "số giá trị khác nhau / distinct count",
    "concentration": "tỷ trọng nhóm lớn nhất / share of the largest group",
}


def dictionary(db: duckdb.DuckDBPyConnection) -> str:
    """Every definition as Markdown, in order of display, in Vietnamese and English.

    Args:
        db: a warehouse that has been built; records are not needed.
    """
    rows = _rows(db, "SELECT * FROM marts.dim_indicator ORDER BY display_order")
    targets = _rows(db, "SELECT * FROM marts.indicator_targets ORDER BY indicator_code, applies_from")
    lines = [
        "# Indicators",
        "",
        "Generated from the definitions in `dbt_project/macros/indicators/definitions/` by "
        "`ward-warehouse indicators`; a test compares the two. How to add one: `how-to/add-an-indicator.md`.",
        "",
        f"{len(rows)} definitions. `marts.dim_indicator` says the same in the warehouse.",
        "",
        "Hồ sơ mà phường kế tục tiếp nhận được tính một lần: mỗi ngày của hồ sơ tính cho phường có hiệu lực ngày đó. / "
        "A dossier that a later ward took over counts once: each of its dates in the ward in force on that date "
        '(`operations.md`, "When wards are merged").',
    ]
    for theme, group in groupby(rows, key=lambda row: row["theme"]):
        lines += ["", f"## {THEMES.get(theme, theme)}"]
        for row in group:
            mine = [t for t in targets if t["indicator_code"] == row["indicator_code"]]
            lines += ["", *_entry(row, mine)]
    return "\n".join(lines) + "\n"


def read_dictionary(published: Path) -> str:
    """The dictionary of the published warehouse.

    Raises:
        BuildError: there is no published warehouse, or it cannot be opened.
    """
    with open_published(published) as db:
        return dictionary(db)


def _rows(db: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found = db.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _entry(row: dict[str, Any], targets: list[dict[str, Any]]) -> Iterator[str]:
    until = "" if row["valid_to"].year == 9999 else f" to {row['valid_to']}"
    yield f"### `{row['indicator_code']}` version {row['indicator_version']}"
    yield ""
    yield f"**{row['name_vi']}** / **{row['name_en']}**"
    yield ""
    yield f"- {row['description_vi'].strip()}"
    yield f"- {row['description_en'].strip()}"
    meaning = f"{KINDS[row['indicator_kind']]}, unit {row['unit']}, {row['direction']}"
    yield f"- {meaning}, valid from {row['valid_from']}{until}"
    for part in ("numerator", "denominator"):
        if row[f"{part}_record_kind"]:
            yield f"- {part}: {_part(row, part)}"
    if row["state_from"] or row["state_to"]:
        bounds = (row["state_from"], row["state_to"])
        yield f"- state: from {' to '.join(f'`{bound}`' if bound else 'the usual date' for bound in bounds)}"
    if row["value_of"]:
        yield f"- of: `{row['value_of']}`"
    if row["breakdowns"]:
        yield f"- by {row['breakdowns']} in `marts.indicator_breakdowns`"
    if row["empty_note"]:
        yield f"- empty denominator: null, `{row['empty_note']}`"
    if row["small_number_threshold"]:
        yield f"- suppressed below {row['small_number_threshold']}"
    for target in targets:
        comparison = target["comparison"].replace("_", " ")
        yield f"- target from {target['applies_from']}: {comparison} {target['target']:g} ({target['source_en']})"
    yield f"- {row['source_vi']} / {row['source_en']}"


def _part(row: dict[str, Any], part: str) -> str:
    text = f"{row[f'{part}_record_kind']} by `{row[f'{part}_date']}`"
    if row[f"{part}_sum_of"]:
        text = f"sum of `{row[f'{part}_sum_of']}` over {text}"
    if row[f"{part}_predicate"]:
        text += f" where `{' '.join(row[f'{part}_predicate'].split())}`"
    return text
