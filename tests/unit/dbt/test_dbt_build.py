"""dbt's own unit tests, and a build of a warehouse that has no record yet."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from tests.faults.workshop import SMALL_PROJECT
from tests.support.model_texts import FOLDERS, column_texts, described_models
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.load import load_registry
from ward_warehouse.warehouse.dbt_command import run_dbt as run_dbt_here
from ward_warehouse.warehouse.duckdb import load
from ward_warehouse.warehouse.unchanged import unchanged_nodes

PROJECT = Path(__file__).parents[3] / "dbt_project"
CATALOGUE = read_indicators(PROJECT / "indicators")
MEASURES = {f"{one.name_in_sql}_{role}" for _, one in CATALOGUE.definitions() for role, _ in one.parts}
PASSED = {"success", "pass"}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="module")
def results(settings: Settings) -> dict[str, str]:
    """Status of every node of a whole `dbt build` on empty raw tables, by its id without the project."""
    load(settings, Lake(settings.lake), load_registry(settings))
    return run_dbt(settings, settings.build_file, "build", "--exclude-resource-type", "exposure")


def run_dbt(settings: Settings, build_file: Path, *arguments: str, **environment: str) -> dict[str, str]:
    """Status of every node of a command of dbt, by its id without the project."""
    target = settings.home / "target"
    command = [sys.executable, "-m", "dbt.cli.main", "--no-version-check", "--no-use-colors", *arguments]
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(target)]
    environment = {
        **os.environ,
        "WARD_WAREHOUSE_BUILD_DB": str(build_file),
        "DBT_LOG_PATH": str(settings.home / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **environment,
    }
    (target / "run_results.json").unlink(missing_ok=True)
    finished = subprocess.run([*command, *folders], env=environment, capture_output=True, text=True, check=False)
    written = target / "run_results.json"
    assert written.is_file(), finished.stdout
    nodes = json.loads(written.read_text("utf-8"))["results"]
    return {node["unique_id"].replace(".ward_warehouse.", "."): node["status"] for node in nodes}


def test_every_unit_test_ran_and_passed(results: dict[str, str]) -> None:
    declared = set()
    for path in (PROJECT / "models").rglob("_*__unit_tests.yml"):
        declared |= set(re.findall(r"^  - name: (\w+)$", path.read_text("utf-8"), re.MULTILINE))
    passed = {
        node.split(".")[-1] for node, status in results.items() if node.startswith("unit_test.") and status in PASSED
    }
    assert passed == declared


def test_a_warehouse_without_records_builds_and_passes_its_audit(results: dict[str, str]) -> None:
    assert {node: status for node, status in results.items() if status not in PASSED} == {}
    assert {"model.reform_indicators", "model.indicator_evidence", "model.quarantine"} <= set(results)
    assert sum(node.startswith("test.assert_") for node in results) == len(
        list((PROJECT / "tests").glob("assert_*.sql"))
    )


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_column_has_a_text_and_every_text_its_column(settings: Settings, folder: str) -> None:
    with duckdb.connect(str(settings.build_file), read_only=True) as db:
        built = db.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = $folder",
            {"folder": folder},
        ).fetchall()
    texts = column_texts(folder)
    # The kept sums have a column for each measure: its text is the definition's.
    assert {(model, column) for model, column, _ in built if column not in MEASURES} == set(texts)
    instants = {(model, column) for model, column, sql_type in built if sql_type == "TIMESTAMP WITH TIME ZONE"}
    assert {place for place in instants if texts[place].count("(UTC)") != 2} == set(), "an instant says its time zone"


@pytest.mark.usefixtures("results")
def test_no_compiled_model_is_longer_than_a_person_reads(settings: Settings) -> None:
    folder = settings.home / "target" / "compiled" / "ward_warehouse" / "models"
    # A unit test is compiled beside the models, into a folder named after its file.
    compiled = [path for path in folder.rglob("*.sql") if not any(part.endswith(".yml") for part in path.parts)]
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in compiled}
    assert len(lines) > 100
    assert {name: count for name, count in lines.items() if count > 850} == {}, "about 800 lines"


@pytest.mark.usefixtures("results")
def test_the_warehouse_says_what_the_definitions_say(settings: Settings) -> None:
    with duckdb.connect(str(settings.build_file), read_only=True) as db:
        rows = db.execute(
            "SELECT indicator_code, indicator_version, theme, name_vi, description_en, indicator_kind, "
            "coalesce(numerator_predicate, ''), is_on_scorecard, source_en "
            "FROM marts.dim_indicator ORDER BY display_order"
        ).fetchall()
        targets = db.execute("SELECT indicator_code, applies_from, target FROM marts.indicator_targets").fetchall()
    assert rows == [
        (
            one.code, one.version, theme.theme, one.name.vi, one.description.en, one.kind,
            "".join(part.where or "" for role, part in one.parts if role == "numerator"), one.scorecard,
            CATALOGUE.sources[one.source].en,
        )
        for theme, one in CATALOGUE.definitions()
    ]  # fmt: skip
    assert sorted(targets) == sorted(
        (one.code, step.from_, step.value) for _, one in CATALOGUE.definitions() for step in one.targets
    )


@pytest.mark.usefixtures("results")
def test_a_night_leaves_out_what_is_made_of_seeds_and_the_registry(settings: Settings) -> None:
    parsed = run_dbt_here(settings, ["--no-write-json", "parse"], settings.home / "night", whole=False)
    assert isinstance(parsed.result, Manifest)
    left = {node.name for node in unchanged_nodes(parsed.result)}
    assert {path.stem for path in (PROJECT / "seeds").rglob("*.csv")} <= left
    # A table of the registry with its test, and a view over records, of which the text is all that there is.
    assert {
        "dim_ward_history", "unique_dim_ward_history_ward_history_key", "indicators_named",
        "unique_combination_of_columns_dim_ward_succession_from_history_key__to_history_key",
    } <= left  # fmt: skip
    # A table of records with its tests, a view that reads what changed alone, and what looks at both sides of a join.
    assert not {
        "fct_dossiers", "dim_ward", "int_dossiers__current", "assert_evidence_equals_indicators__answers",
        "relationships_reform_indicators_ward_key__ward_key__ref_dim_ward_",
        "unique_in_computed_rows_fct_dossiers_dossier_key",
    } & left  # fmt: skip


def test_what_dbt_keeps_of_the_project_serves_every_build(settings: Settings) -> None:
    """It reads the models anew where a variable is another one that it has asked for while it read them."""
    parsed = run_dbt_here(settings, ["--no-write-json", "parse"], settings.home / "kept", whole=False)
    assert isinstance(parsed.result, Manifest)
    assert not {"DBT_BUILD_OF", "DBT_BUILT_AT"} & parsed.result.env_vars.keys()


@pytest.mark.usefixtures("results")
def test_a_night_makes_what_reads_tables_by_their_own_names(settings: Settings) -> None:
    """A project of somebody's own may name no source: what dbt does not see may have changed."""
    small = settings.model_copy(update={"dbt_project_dir": SMALL_PROJECT})
    parsed = run_dbt_here(small, ["--no-write-json", "parse"], settings.home / "small", whole=False)
    assert isinstance(parsed.result, Manifest)
    assert unchanged_nodes(parsed.result) == []


def test_dbts_own_words_keep_their_meaning(settings: Settings, results: dict[str, str]) -> None:
    """A materialization, a test or a macro of dbt is never another one here; what is special has a name of its own."""
    assert results["model.fct_dossiers"] in PASSED
    macros = json.loads((settings.home / "target" / "manifest.json").read_text("utf-8"))["macros"].values()
    words = {word(macro["name"]) for macro in macros if macro["package_name"] != "ward_warehouse"}
    ours = {word(macro["name"]) for macro in macros if macro["package_name"] == "ward_warehouse"}
    assert ours & words == {"generate_schema_name"}, "which dbt asks a project to write"


def word(macro: str) -> str:
    """What a macro means, whichever adapter it is for."""
    return re.sub(r"^(default|duckdb)__|_(default|duckdb)$", "", macro)


@pytest.mark.usefixtures("results")
def test_tables_in_place_hold_the_constraints_of_their_contracts(settings: Settings) -> None:
    declared = {
        (model["name"], column["name"])
        for folder in ("marts", "audit")
        for model in described_models(folder)
        for column in model["columns"]
        if {"type": "not_null"} in column.get("constraints", [])
    }
    with duckdb.connect(str(settings.build_file), read_only=True) as db:
        held = db.execute(
            "SELECT table_name, unnest(constraint_column_names) FROM duckdb_constraints() "
            "WHERE constraint_type = 'NOT NULL' AND schema_name IN ('marts', 'audit')"
        ).fetchall()
    assert set(held) == declared


@pytest.mark.usefixtures("results")
def test_no_table_keeps_a_sum_in_128_bits(settings: Settings) -> None:
    """As `sum` gives it; DuckDB unpacks 64 bits twenty times faster: bench key `night_10m_s`."""
    with duckdb.connect(str(settings.build_file), read_only=True) as db:
        found = db.execute(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
            "SEMI JOIN duckdb_tables() USING (schema_name, table_name) WHERE data_type = 'HUGEINT'"
        ).fetchall()
    assert found == []


def copy_build_file(settings: Settings) -> Path:
    """A copy to alter, in the place of the one before: of a file elsewhere dbt would read the project anew."""
    folder = settings.home / "altered"
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(settings.build_file, folder / "district.duckdb"))


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize(("build_of", "computed", "status"), [
    ("changes", "w:other", "pass"),
    ("changes", "w:twice", "fail"),
    ("all", "w:other", "fail"),
])  # fmt: skip
def test_a_fact_is_tested_by_the_rows_that_the_build_computed(
    settings: Settings, build_of: str, computed: str, status: str
) -> None:
    build_file = copy_build_file(settings)
    with duckdb.connect(str(build_file)) as db:
        db.execute("CREATE OR REPLACE TABLE marts.fct_dossiers AS SELECT 'w:twice' AS dossier_key FROM range(2)")
        db.execute(
            "CREATE OR REPLACE TABLE computed.fct_dossiers AS FROM marts.fct_dossiers WHERE dossier_key = $key",
            {"key": computed},
        )
    test = "unique_in_computed_rows_fct_dossiers_dossier_key"
    ran = run_dbt(settings, build_file, "test", "--select", test, DBT_BUILD_OF=build_of)
    assert list(ran.values()) == [status]


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize(("build_of", "built_at", "computed", "status"), [
    ("changes", "2018-12-29", 2018, "pass"),
    ("changes", "2018-12-29", 2017, "fail"),
    ("changes", "2018-12-30", 2018, "fail"),
    ("all", "2018-12-29", 2018, "fail"),
])  # fmt: skip
def test_figures_are_tested_by_the_periods_that_the_build_computed_and_on_sundays_all(
    settings: Settings, build_of: str, built_at: str, computed: int, status: str
) -> None:
    build_file = copy_build_file(settings)
    period = "'year' AS period_grain, make_date({0}, 1, 1) AS period_start, make_date({0}, 12, 31) AS period_end"
    with duckdb.connect(str(build_file)) as db:
        db.execute(
            "CREATE OR REPLACE TABLE marts.reform_indicators AS SELECT 'twice' AS indicator_code, "  # noqa: S608 - our own
            f"'d' AS district_code, 'w' AS ward_key, {period.format(2017)} FROM range(2)"
        )
        db.execute(f"CREATE OR REPLACE TABLE intermediate.int_noted_periods AS SELECT {period.format(computed)}")
    test = "reform_indicators,test_name:unique_combination_of_columns"
    moment = {"DBT_BUILD_OF": build_of, "DBT_BUILT_AT": f"{built_at} 18:00:00+00:00"}
    assert list(run_dbt(settings, build_file, "test", "--select", test, **moment).values()) == [status]
