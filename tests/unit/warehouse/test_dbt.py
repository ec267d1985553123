"""What the command tells dbt of a build."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.faults.workshop import SMALL_PROJECT
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake
from ward_warehouse.registry.load import load_registry
from ward_warehouse.warehouse.dbt import dbt_build
from ward_warehouse.warehouse.duckdb import load


def test_a_build_is_of_the_instant_at_which_the_command_began(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(SMALL_PROJECT, project)
    (project / "models" / "marts" / "instant.sql").write_text(
        "select cast('{{ env_var('DBT_BUILT_AT') }}' as timestamp with time zone) as built_at", "utf-8"
    )
    settings = Settings(home=tmp_path / "home", dbt_project_dir=project)
    load(settings, Lake(settings.lake), load_registry(settings))
    for build in ("first", "second"):
        begun = datetime.now(UTC)
        dbt_build(settings, build)
        with duckdb.connect(str(settings.build_file), read_only=True) as db:
            found = db.execute("SELECT epoch_us(built_at) FROM marts.instant").fetchall()[0][0]
            ended = db.execute(
                "SELECT epoch_us(max(built_at)) FROM raw.build_results WHERE build_id = $build", {"build": build}
            ).fetchall()[0][0]
        assert begun.timestamp() * 1_000_000 <= found <= ended


def test_a_build_says_what_hiding_small_numbers_costs(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(SMALL_PROJECT, project)
    settings = Settings(home=tmp_path / "home", dbt_project_dir=project)
    load(settings, Lake(settings.lake), load_registry(settings))
    assert dbt_build(settings, "without such a model").hidden == ""
    (project / "models" / "audit" / "suppression_loss.sql").write_text(
        "select 1500 as figures, 100 as too_small, 20 as hidden_beside, 1 as not_protected "
        "union all select 500, 0, 10, 0",
        "utf-8",
    )
    assert dbt_build(settings, "with it").hidden == (
        "of 2,000 figures that may be of small numbers 100 are, and 30 (1.5 %) are hidden beside them; 1 is given back "
        "by what was published before"
    )


def test_a_project_that_cannot_be_read_is_explained_in_the_file_that_the_error_names(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(SMALL_PROJECT, project)
    (project / "models" / "marts" / "torn.sql").write_text("select {{ what_nobody_wrote( }} as value", "utf-8")
    settings = Settings(home=tmp_path / "home", dbt_project_dir=project)
    load(settings, Lake(settings.lake), load_registry(settings))
    with pytest.raises(BuildError, match=r"ended before it ran a model: .*; see .*dbt\.log$") as told:
        dbt_build(settings, "torn")
    log = Path(str(told.value).rpartition("; see ")[2])
    assert "torn" in log.read_text("utf-8")
