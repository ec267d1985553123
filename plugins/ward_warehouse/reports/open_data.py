"""What may leave the district: its figures after suppression, as open data. No record, no evidence, no day.

Decision 15 (docs/decisions) says what is hidden from whom. Who collects every night's figures of a period that is not
over sees what one day added to it; so only closed periods leave, or on demand those that are over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import Period
from ward_warehouse.reports.as_closed import CLOSINGS, shown
from ward_warehouse.reports.cells import rows_of, write_csv
from ward_warehouse.reports.folder import replacing
from ward_warehouse.warehouse.data_package import Package, fields_of, resource, write_package
from ward_warehouse.warehouse.published import open_published

INTERNAL = ("officers_at_work", "officer_load_top_share")
"""Indicators that tell of single officers."""
INTERNAL_THEMES = ("integrity",)
"""Themes that tell of suspicions: they are looked into before anybody is told."""


@dataclass(frozen=True)
class Table:
    """A table of the export: its rows as SQL, and the relations whose comments say what its columns mean.

    In the SQL `{leaving}` keeps those `rows` whose district and period leave.
    """

    name: str
    title_vi: str
    title_en: str
    sources: tuple[str, ...]
    sql: str


_LEAVES = (
    "district_code = $district AND period_grain <> 'day' AND period_start >= $start AND period_end <= $end "
    "AND (period_state = 'closed' OR ($provisional AND is_complete))"
)
_PARTS = ("numerator", "denominator", "value", "value_note")
_AS_CLOSED = ", ".join(f"{shown(name)} AS {name}" for name in _PARTS)
_SAME = " AND ".join(
    f"{{0}}.{name} = named.{name}" for name in ("district_code", "period_grain", "period_start", "period_end")
)
_LEAVING = f"SEMI JOIN figures AS named ON {_SAME.format('rows')}"

FIGURES = f"""
SELECT named.district_code, named.district_name_vi, named.district_name_en, named.ward_key, named.unit_kind,
    named.unit_name_vi, named.unit_name_en, named.indicator_code, named.indicator_version, named.name_vi, named.name_en,
    named.unit, named.period_grain, named.period_label_vi, named.period_label_en, named.period_start, named.period_end,
    {_AS_CLOSED}, named.wards_reporting, named.wards_expected, named.period_state
FROM (FROM analyst.indicators_named WHERE {_LEAVES}) AS named
LEFT JOIN ({CLOSINGS}) AS closed
    ON {_SAME.format("closed")} AND closed.indicator_code = named.indicator_code
        AND closed.ward_key IS NOT DISTINCT FROM named.ward_key
WHERE NOT list_contains($internal, named.indicator_code) AND NOT list_contains($themes, named.theme)"""  # noqa: S608 - our words

TABLES = (
    Table(
        "indicators", "Số liệu của từng chỉ số, đơn vị và kỳ", "Figures by indicator, unit and period",
        ("analyst.indicators_named",),
        "FROM figures ORDER BY indicator_code, ward_key NULLS FIRST, period_start, period_end",
    ),
    Table(
        "breakdowns", "Số liệu chia theo kênh, lĩnh vực, thủ tục, cấp, cách khảo sát",
        "Figures by channel, field, procedure, authority, mode of survey", ("marts.indicator_breakdowns",),
        "SELECT rows.* FROM marts.indicator_breakdowns AS rows {leaving} "
        "AND rows.indicator_code = named.indicator_code ORDER BY ALL",
    ),
    Table(
        "survey_statistics", "Kết quả khảo sát theo câu hỏi và cách hỏi", "Survey results by question and mode",
        ("marts.survey_statistics",),
        "SELECT rows.* FROM marts.survey_statistics AS rows {leaving} ORDER BY ALL",
    ),
    Table(
        "scorecards", "Bảng điểm Quyết định 766 và Thông tư 01/2018", "Scorecards of Decision 766 and Circular 01/2018",
        ("analyst.scorecard_vi",),
        "SELECT rows.* FROM analyst.scorecard_vi AS rows {leaving} "
        "ORDER BY scorecard, unit_key, period_start, period_end, display_order",
    ),
    Table(
        "definitions", "Định nghĩa và căn cứ của chỉ số", "What each indicator means, and its source",
        ("marts.dim_indicator",),
        "SELECT indicator_code, indicator_version, valid_from, valid_to, theme, name_vi, name_en, description_vi, "
        "description_en, indicator_kind, unit, direction, small_number_threshold, source_vi, source_en "
        "FROM marts.dim_indicator SEMI JOIN figures USING (indicator_code) ORDER BY display_order, indicator_version",
    ),
    Table(
        "notes", "Mã lý do trống", "Codes of why a value is empty", ("marts.dim_value_note",),
        "FROM marts.dim_value_note ORDER BY value_note",
    ),
)  # fmt: skip


def open_data_folder(settings: Settings, district: str, period: Period) -> Path:
    """Where the export of a district and period is."""
    return settings.home.resolve() / "reports" / "open-data" / f"{district}_{period.name}"


def export_open_data(settings: Settings, district: str, period: Period, *, provisional: bool = False) -> Path:
    """Writes the export, each table as CSV and Parquet, with a data package and a README; gives its folder.

    One that stands there is replaced when the new one is whole.

    Args:
        settings: where the published warehouse is.
        district: a district code.
        period: all periods within it leave, by month and longer.
        provisional: also those that are over and not closed yet.

    Raises:
        WardWarehouseError: no figure of the district and period may leave, one that is hidden is not empty, the disk
            refuses, or another run exports.
    """
    place = open_data_folder(settings, district, period)
    with open_published(settings.published_file) as db, replacing(place, "export") as fresh:
        _write(db, fresh, district, period, provisional)
    return place


def _write(db: duckdb.DuckDBPyConnection, folder: Path, district: str, period: Period, provisional: bool) -> None:
    wanted = {
        "district": district, "start": period.start, "end": period.end, "provisional": provisional,
        "internal": list(INTERNAL), "themes": list(INTERNAL_THEMES),
    }  # fmt: skip
    db.execute("SET TimeZone = 'UTC'")
    db.execute(f"CREATE TEMP TABLE figures AS {FIGURES}", wanted)
    if not db.execute("SELECT 1 FROM figures LIMIT 1").fetchall():
        raise WardWarehouseError(_why_nothing(db, district, period, provisional))
    described = [(table, _table(db, folder, table)) for table in TABLES]
    built = db.execute("SELECT max(built_at) FROM audit.build_results").fetchall()[0][0] or datetime.now(UTC)
    (folder / "README.md").write_text(_readme(district, period, built, described), encoding="utf-8")
    write_package(
        folder, f"{district}-{period.name}".lower(), f"{_TITLE[0]} / {_TITLE[1]}: {district}, {period.name}",
        built.astimezone(UTC),
        [
            resource(f"{table.name}{tail}", folder, f"{table.name}.{suffix}", fields,
                     title=f"{table.title_vi} / {table.title_en}")
            for table, fields in described
            for suffix, tail in (("csv", ""), ("parquet", "-parquet"))
        ],
    )  # fmt: skip


def _table(db: duckdb.DuckDBPyConnection, folder: Path, table: Table) -> list[Package]:
    """Writes both files of a table; gives its columns with what they mean."""
    db.execute(f"CREATE TEMP TABLE leaving_{table.name} AS {table.sql.format(leaving=_LEAVING)}")
    fields = fields_of(db, "temp", f"leaving_{table.name}")
    _require_hidden(db, table, [field["name"] for field in fields])
    rows = db.execute(f"FROM leaving_{table.name}").to_arrow_table()
    write_csv(folder / f"{table.name}.csv", rows.column_names, rows_of(rows))
    pq.write_table(rows, folder / f"{table.name}.parquet", compression="zstd")
    comments: dict[str, str | None] = {}
    for source in table.sources:
        comments |= {field["name"]: field.get("description") for field in fields_of(db, *source.split("."))}
    return [{**field, "description": comments.get(field["name"]) or field["name"]} for field in fields]


def _require_hidden(db: duckdb.DuckDBPyConnection, table: Table, names: list[str]) -> None:
    """Stops an export in which a figure that is hidden still has a number."""
    numbers = [name for name in (*_PARTS[:3], "rate", "points", "answers", "valid_answers", "satisfied_answers",
                                 "satisfied_share", "mean_score") if name in names]  # fmt: skip
    if "value_note" not in names or not numbers:
        return
    found = db.execute(
        f"SELECT count(*) FROM leaving_{table.name} SEMI JOIN (FROM marts.dim_value_note WHERE is_suppressed) "  # noqa: S608
        f"USING (value_note) WHERE coalesce({', '.join(f'CAST({name} AS DOUBLE)' for name in numbers)}) IS NOT NULL"
    ).fetchall()[0][0]
    if found:
        raise WardWarehouseError(
            f"open data: {table.name}: {found} figures that are hidden have a number; nothing was written: build and "
            "publish the warehouse again, and report it if it comes back"
        )


def _why_nothing(db: duckdb.DuckDBPyConnection, district: str, period: Period, provisional: bool) -> str:
    known = [row[0] for row in db.execute("SELECT DISTINCT district_code FROM marts.reform_indicators").fetchall()]
    if district not in known:
        return f"open data: found district {district!r}, expected one of {', '.join(sorted(known))}"
    if provisional:
        return f"open data: {district} has no figures of a period within {period.name} that is over"
    return (
        f"open data: {district} has no closed period within {period.name}; close one (`ward-warehouse periods`), or "
        "take with --provisional those that are over"
    )


_TITLE = ("Số liệu mở về cải cách hành chính", "Open data on administrative reform")
_HEAD = """\
# {0} / {1}: {district}, {period}

Lập từ kho dữ liệu ngày {built:%d/%m/%Y}. Chỉ có số liệu tổng hợp, không có hồ sơ hay phiếu nào. Số nhỏ bị ẩn
(`value_note`, xem tệp `notes`), kèm các số mà từ đó tính ngược ra được. Số liệu của kỳ đã khóa là số lúc khóa; các tệp
chia nhỏ theo số liệu hiện tại. Mỗi bảng có tệp CSV (UTF-8) và tệp Parquet; `datapackage.json` mô tả cho máy.

Made from the warehouse of {built:%Y-%m-%d}. Figures only, no record of a dossier or an answer. Small numbers are hidden
(`value_note`, see `notes`), and so are those that would give them back. Figures of a closed period are as it was
closed; the tables that divide them further are as of now. Each table is a CSV file (UTF-8) and a Parquet file;
`datapackage.json` describes them to programs.
"""


def _readme(district: str, period: Period, built: datetime, described: list[tuple[Table, list[Package]]]) -> str:
    lines = [_HEAD.format(*_TITLE, district=district, period=period.name, built=built)]
    for table, fields in described:
        lines += [
            f"## {table.name}: {table.title_vi} / {table.title_en}", "",
            "| cột / column | kiểu / type | ý nghĩa / meaning |", "|---|---|---|",
        ]  # fmt: skip
        lines += [f"| `{field['name']}` | {field['type']} | {field['description']} |" for field in fields]
        lines.append("")
    return "\n".join(lines)
