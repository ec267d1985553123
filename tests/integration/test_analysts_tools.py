"""What analysts ask with, on the demonstration's nights: the page, the notebook, the metrics, a dashboard."""

from __future__ import annotations

import csv
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from examples.superset.bundle import bundle
from scripts.cookbook import PAGE, Question, questions, section
from tests.integration.conftest import SECOND, DemoNights
from tests.support.district import ROOT

IN_NO_RECORD = {
    "health_satisfaction", "education_satisfaction", "online_filing_rate_full", "population_data_rate",
    "shared_for_reuse_rate", "procedures_announced_on_time", "procedures_updated_on_time",
}  # fmt: skip
"""Metrics of which the demonstration knows nothing: it asks about counters only, no procedure is wholly online, and its
systems have no column of what is shared, taken from population data, or due for announcement."""

MONTHS = """
SELECT ward_key, period_start::varchar, indicator_code, value FROM marts.reform_indicators
WHERE period_grain = 'month' AND ward_key IS NOT NULL AND value IS NOT NULL
    AND indicator_code IN (SELECT unnest($names))"""


@pytest.fixture(scope="module")
def home(demo: DemoNights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the published file alone."""
    home = tmp_path_factory.mktemp("analysts")
    (home / "warehouse").mkdir()
    (home / "warehouse" / "district.duckdb").hardlink_to(demo.published[SECOND])
    return home


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.name)
def test_the_answer_on_the_page_is_the_warehouse_s(home: Path, question: Question) -> None:
    found = section(question, home / "warehouse" / "district.duckdb")
    assert found in PAGE.read_text("utf-8"), f"the page has another answer; it is now:\n{found}"
    assert not found.rstrip().endswith("--- |"), "a question without an answer teaches nothing"


def test_every_relation_and_column_says_what_it_is(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse" / "district.duckdb"), read_only=True) as db:
        silent = db.execute(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE comment IS NULL "
            "AND schema_name IN ('marts', 'analyst', 'audit') UNION ALL "
            "SELECT schema_name, table_name, '' FROM duckdb_tables() WHERE comment IS NULL "
            "AND schema_name IN ('marts', 'analyst', 'audit') UNION ALL "
            "SELECT schema_name, view_name, '' FROM duckdb_views() WHERE comment IS NULL "
            "AND schema_name IN ('marts', 'analyst', 'audit')"
        ).fetchall()
    assert silent == []


def test_beside_every_instant_for_people_stands_the_time_on_the_wall(home: Path) -> None:
    """Excel knows no zone: a time without one, seven hours on."""
    with duckdb.connect(str(home / "warehouse" / "district.duckdb"), read_only=True) as db:
        types = {
            (view, column): kind
            for view, column, kind in db.execute(
                "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'analyst'"
            ).fetchall()
        }
        instants = [place for place, kind in types.items() if kind == "TIMESTAMP WITH TIME ZONE"]
        assert len(instants) > 5
        for view, instant in instants:
            local = f"{instant.removesuffix('_at')}_local"
            assert types[view, local] == "TIMESTAMP"
            found = db.execute(
                f"SELECT count({instant}), count(*) FILTER ({local} IS DISTINCT FROM "  # noqa: S608 - the file's own names
                f"timezone('Asia/Ho_Chi_Minh', {instant})) FROM analyst.{view}"
            ).fetchone()
            assert found is not None
            assert found[1] == 0


def test_every_question_has_an_answer_where_there_is_no_record(home: Path, tmp_path: Path) -> None:
    """No dossier, no survey, no figure: 0/0 everywhere, and no question ends in an error."""
    copy = shutil.copyfile(home / "warehouse" / "district.duckdb", tmp_path / "empty.duckdb")
    with duckdb.connect(str(copy)) as db:
        facts = db.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' AND (table_name LIKE 'fct_%' "
            "OR table_name IN ('reform_indicators', 'indicator_breakdowns', 'survey_statistics'))"
        ).fetchall()
        for (name,) in facts:
            db.execute(f"DELETE FROM marts.{name}")  # noqa: S608 - the warehouse's own
        for question in questions():
            db.execute(question.sql).fetchall()


def test_the_notebook_runs_on_the_demonstration(home: Path, demo: DemoNights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(home))
    _, shown = _notebook().app.run()
    wards, months = shown["wards"], shown["months"]
    expected = demo.query(
        "select value from analyst.indicators_interval where district_code = 'quan_11' and unit_kind <> 'district' "
        "and indicator_code = 'on_time_of_resolved' and period_grain = 'month' and period_start = date '2018-11-01'"
    )
    assert sorted(wards["value"]) == sorted(value for (value,) in expected)
    assert list(shown["different"]["unit_name_vi"]) == ["Phường 6"]
    assert len(months) == 11
    for chart, rows in ((shown["ward_chart"], wards), (shown["month_chart"], months)):
        drawn = chart.to_dict()
        assert max(len(data) for data in drawn["datasets"].values()) == len(rows)


@pytest.mark.parametrize(
    ("lacking", "has_charts"),
    [
        ("indicator_code = 'on_time_of_resolved'", True),
        ("district_code = 'quan_11' AND indicator_code = 'on_time_of_resolved'", False),
        ("true", False),
        (None, False),
    ],
    ids=["no such indicator", "not in this district", "no figure", "no warehouse"],
)
def test_the_notebook_says_what_is_not_there(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str | None, has_charts: bool
) -> None:
    if lacking:
        (tmp_path / "warehouse").mkdir()
        copy = shutil.copyfile(home / "warehouse" / "district.duckdb", tmp_path / "warehouse" / "district.duckdb")
        with duckdb.connect(str(copy)) as db:
            db.execute(f"DELETE FROM marts.reform_indicators WHERE {lacking}")  # noqa: S608 - the test's own
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(tmp_path))
    outputs, shown = _notebook().app.run()
    assert ("ward_chart" in shown) == has_charts
    said = [one.text for one in outputs if one is not None and "<strong>" in getattr(one, "text", "")]
    assert len(said) == 1, "why there is nothing, or how many wards differ"


def _notebook() -> Any:
    path = ROOT / "notebooks" / "district.py"
    spec = importlib.util.spec_from_file_location("notebook_of_the_test", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_metric_says_what_the_indicator_says(home: Path, demo: DemoNights, tmp_path: Path) -> None:
    project = shutil.copytree(ROOT / "semantic_layer", tmp_path / "semantic_layer", ignore=_made)
    layer = yaml.safe_load((project / "models" / "indicators.yml").read_text("utf-8"))
    names = [one["name"] for one in layer["metrics"] if not one["name"].endswith(("_numerator", "_denominator"))]
    answer = tmp_path / "answer.csv"
    _run(project, home, "dbt", "--quiet", "parse")
    # A promise of the days to come counts in no figure yet.
    asked_for = ["--metrics", ",".join(names), "--group-by", "metric_time__month,ward", "--end-time", str(SECOND)]
    _run(project, home, "mf", "query", "--quiet", *asked_for, "--csv", str(answer))
    with answer.open(encoding="utf-8", newline="") as handle:
        asked = {
            (row["ward"], row["metric_time__month"][:10], name): row[name]
            for row in csv.DictReader(handle)
            for name in names
        }
    published = demo.query(MONTHS, {"names": names})
    assert set(names) - {code for _, _, code, _ in published} == IN_NO_RECORD
    wrong = [
        (*key, value, asked.get(tuple(key)))
        for *key, value in published
        if float(asked.get(tuple(key)) or 0) != pytest.approx(value)
    ]
    assert wrong == []


def test_the_dashboard_for_superset_names_what_there_is(home: Path, demo: DemoNights) -> None:
    files = {name: yaml.safe_load(text) for name, text in bundle(home / "warehouse" / "district.duckdb").items()}
    database = files["databases/ward_warehouse.yaml"]
    assert database["sqlalchemy_uri"].endswith("/warehouse/district.duckdb?access_mode=read_only")
    datasets = {one["uuid"]: one for name, one in files.items() if name.startswith("datasets/")}
    charts = {one["uuid"]: one for name, one in files.items() if name.startswith("charts/")}
    assert {one["database_uuid"] for one in datasets.values()} == {database["uuid"]}
    for chart in charts.values():
        known = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in known["columns"]}
        metrics = {metric["metric_name"] for metric in known["metrics"]}
        asked = chart["params"]
        named = {one["subject"] for one in asked["adhoc_filters"]} | set(asked.get("groupby", []))
        assert named | set(asked.get("all_columns", [])) | {asked.get("x_axis", "value")} <= columns
        assert {*asked.get("metrics", []), *filter(None, [asked.get("metric")])} <= metrics
    position = files["dashboards/district.yaml"]["position"]
    placed = {one["meta"]["uuid"] for one in position.values() if isinstance(one, dict) and one["type"] == "CHART"}
    assert placed == set(charts)
    ((comment,),) = demo.query(
        "SELECT comment FROM duckdb_columns() WHERE schema_name = 'analyst' AND table_name = 'latest' "
        "AND column_name = 'unit_name_vi'"
    )
    (latest,) = (one for one in datasets.values() if one["table_name"] == "latest")
    (label,) = (one for one in latest["columns"] if one["column_name"] == "unit_name_vi")
    assert (label["verbose_name"], label["description"]) == ("Tên đơn vị hoặc quận", comment)


def _made(_: str, names: list[str]) -> set[str]:
    return {"target", "logs"} & set(names)


def _run(project: Path, home: Path, program: str, *arguments: str) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "WARD_WAREHOUSE_HOME": str(home),
        "DO_NOT_TRACK": "1",
        # It asks the package index whether it is the newest; a test asks nobody.
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    finished = subprocess.run(
        [program, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr[-2000:]
