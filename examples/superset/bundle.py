"""A dashboard of a district for Apache Superset, as the folder that Superset imports.

python examples/superset/bundle.py FOLDER

The dashboard is the tables below; what a column is called and means comes from the comments of the published file of
WARD_WAREHOUSE_HOME. docs/how-to/connect-a-program.md says how to import it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from ward_warehouse.core.settings import load_settings
from ward_warehouse.warehouse.published import open_published

DATABASE = "ward_warehouse"
DATES = {"DATE", "TIMESTAMP"}
SHARE = ".1%"
SHARES = ("value", "value_low", "value_high", "district_value")

DATASETS: dict[str, str | None] = {  # views of the schema `analyst`: the column that Superset takes for the time
    "latest": None,
    "indicators_month": "period_start",
    "indicators_interval": "period_start",
}
ON_TIME = ("indicator_code", "==", "on_time_of_resolved")
MONTH = ("period_grain", "==", "month")
COMPLETE = ("is_complete", "IS TRUE", None)

CHARTS: dict[str, dict[str, Any]] = {
    "Hồ sơ tiếp nhận, tháng mới nhất": {
        "dataset": "latest",
        "viz_type": "big_number_total",
        "metric": "sum",
        "where": [("indicator_code", "==", "dossiers_received"), MONTH, ("unit_kind", "==", "district")],
        "y_axis_format": ",d",
    },
    "Tỷ lệ đúng hạn theo tháng": {
        "dataset": "indicators_month",
        "viz_type": "echarts_timeseries_line",
        "x_axis": "period_start",
        "time_grain_sqla": "P1M",
        "metrics": ["value"],
        "groupby": ["unit_name_vi"],
        "where": [ON_TIME, COMPLETE, ("unit_kind", "==", "district")],
        "y_axis_format": SHARE,
        "truncateYAxis": True,
        "y_axis_bounds": [None, None],
    },
    "Tỷ lệ đúng hạn theo phường, tháng mới nhất": {
        "dataset": "latest",
        "viz_type": "echarts_timeseries_bar",
        "x_axis": "unit_name_vi",
        "metrics": ["value"],
        "where": [ON_TIME, MONTH, ("unit_kind", "==", "ward")],
        "y_axis_format": SHARE,
        "orientation": "horizontal",
        "x_axis_sort": "value",
        "truncateYAxis": True,
        "y_axis_bounds": [0.9, 1],
    },
    "Phường khác với quận, mới nhất trước": {
        "dataset": "indicators_interval",
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": [
            "period_label_vi", "unit_name_vi", "name_vi", "denominator", *SHARES,
        ],
        "where": [MONTH, COMPLETE, ("differs_from_district", "IS TRUE", None)],
        "column_config": {name: {"d3NumberFormat": SHARE} for name in SHARES},
        "order_by_cols": ['["period_start", false]'],
        "row_limit": 200,
    },
}  # fmt: skip


def bundle(published: Path) -> dict[str, str]:
    """The files of the folder, by their path in it.

    Args:
        published: the published file, whose comments name the columns and whose path Superset opens.
    """
    files: dict[str, dict[str, Any]] = {
        "metadata.yaml": {"version": "1.0.0", "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"},
        f"databases/{DATABASE}.yaml": _database(published),
        "dashboards/district.yaml": _dashboard(),
    }
    for view, time_column in DATASETS.items():
        files[f"datasets/{DATABASE}/{view}.yaml"] = _dataset(published, view, time_column)
    for number, (title, chart) in enumerate(CHARTS.items()):
        files[f"charts/chart_{number}.yaml"] = _chart(title, chart)
    return {name: yaml.safe_dump(text, allow_unicode=True) for name, text in files.items()}


def write(published: Path, folder: Path) -> None:
    for name, text in bundle(published).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _id(kind: str, name: str) -> str:
    """The same at every run: an import replaces what an earlier one made."""
    return str(uuid5(NAMESPACE_URL, f"ward-warehouse/superset/{kind}/{name}"))


def _database(published: Path) -> dict[str, Any]:
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": f"duckdb:///{published.resolve()}?access_mode=read_only",
        "expose_in_sqllab": True,
        "allow_dml": False,
        "extra": {},
        "uuid": _id("database", DATABASE),
        "version": "1.0.0",
    }


def _dataset(published: Path, view: str, time_column: str | None) -> dict[str, Any]:
    with open_published(published) as db:
        (comment,) = db.execute(
            "SELECT comment FROM duckdb_views() WHERE schema_name = 'analyst' AND view_name = $view", {"view": view}
        ).fetchone() or (None,)
        columns = db.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() "
            "WHERE schema_name = 'analyst' AND table_name = $view ORDER BY column_index",
            {"view": view},
        ).fetchall()
    return {
        "table_name": view,
        "schema": "analyst",
        "description": comment,
        "main_dttm_col": time_column,
        "columns": [_column(*column) for column in columns],
        "metrics": [
            {"metric_name": "value", "verbose_name": "Giá trị", "expression": "max(value)", "d3format": SHARE},
            {"metric_name": "sum", "verbose_name": "Tổng", "expression": "sum(numerator)"},
        ],
        "uuid": _id("dataset", view),
        "database_uuid": _id("database", DATABASE),
        "version": "1.0.0",
    }


def _column(name: str, data_type: str, comment: str | None) -> dict[str, Any]:
    label, _, _ = (comment or name).partition(" / ")
    return {
        "column_name": name,
        # The comment's first words name the column; what stands behind them explains it.
        "verbose_name": re.split("[:;,]", label)[0],
        "description": comment,
        "type": data_type,
        "is_dttm": data_type in DATES,
        "groupby": True,
        "filterable": True,
    }


def _chart(title: str, chart: dict[str, Any]) -> dict[str, Any]:
    params = {key: value for key, value in chart.items() if key not in ("dataset", "where")}
    params["adhoc_filters"] = [
        {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": column,
            "operator": operator,
            "operatorId": {"==": "EQUALS", "IS TRUE": "IS_TRUE"}[operator],
            "comparator": value,
        }
        for column, operator, value in chart["where"]
    ]
    return {
        "slice_name": title,
        "viz_type": chart["viz_type"],
        "params": params,
        "uuid": _id("chart", title),
        "dataset_uuid": _id("dataset", chart["dataset"]),
        "version": "1.0.0",
    }


def _dashboard() -> dict[str, Any]:
    """Two charts a row, and a filter by district."""
    titles = list(CHARTS)
    rows = [titles[start : start + 2] for start in range(0, len(titles), 2)]
    grid = [f"ROW-{number}" for number in range(len(rows))]
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": grid, "parents": ["ROOT_ID"]},
    }
    for row, placed in zip(grid, rows, strict=True):
        inside = [f"CHART-{_id('chart', title)[:8]}" for title in placed]
        above = ["ROOT_ID", "GRID_ID"]
        meta = {"background": "BACKGROUND_TRANSPARENT"}
        position[row] = {"type": "ROW", "id": row, "children": inside, "parents": above, "meta": meta}
        for key, title in zip(inside, placed, strict=True):
            position[key] = {
                "type": "CHART",
                "id": key,
                "children": [],
                "parents": [*above, row],
                # Superset gives the chart a number of its own at the import, and finds it by its uuid.
                "meta": {"chartId": titles.index(title) + 1, "uuid": _id("chart", title), "width": 6, "height": 50},
            }
    return {
        "dashboard_title": "Cải cách hành chính của quận",
        "slug": "ward-warehouse",
        "uuid": _id("dashboard", "district"),
        "position": position,
        "metadata": {"native_filter_configuration": [_district_filter()]},
        "version": "1.0.0",
    }


def _district_filter() -> dict[str, Any]:
    return {
        "id": "NATIVE_FILTER-district",
        "name": "Quận",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "targets": [{"column": {"name": "district_code"}, "datasetUuid": _id("dataset", "latest")}],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        # One district is chosen before anything is drawn: figures of two are not added up.
        "controlValues": {"multiSelect": False, "enableEmptyFilter": True, "defaultToFirstItem": True},
        "requiredFirst": True,
        "defaultDataMask": {},
        "cascadeParentIds": [],
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python examples/superset/bundle.py FOLDER")
    write(load_settings().published_file, Path(sys.argv[1]))
    print(f"written: {sys.argv[1]}")
