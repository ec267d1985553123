"""What an analyst asks of an indicator on the command line, and what the one who changes a definition runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from ward_warehouse.cli.main import main
from ward_warehouse.core.settings import PROJECT_ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the definitions, the list of facts, and what is generated from them."""
    for folder in ("indicators", "macros", "seeds"):
        shutil.copytree(PROJECT_ROOT / "dbt_project" / folder, tmp_path / folder)
    shutil.copy(PROJECT_ROOT / "dbt_project" / "dbt_project.yml", tmp_path)
    monkeypatch.setenv("WARD_WAREHOUSE_DBT_PROJECT_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("project")
def test_an_indicator_is_shown_with_its_meaning_its_law_and_its_statement() -> None:
    shown = CliRunner().invoke(main, ["indicators", "show", "on_time_decision_766"])
    assert shown.exit_code == 0
    assert "more than one request counts as late" in shown.output
    assert "Decision 766/QD-TTg of 23 June 2022" in shown.output
    assert "inner join marts.fct_dossiers as r" in shown.output


@pytest.mark.usefixtures("project")
def test_the_statement_alone_is_for_a_client_of_the_database() -> None:
    shown = CliRunner().invoke(main, ["indicators", "show", "dossiers_open", "--sql"])
    assert shown.output.startswith("with months as (")
    assert shown.output.endswith("order by all\n")


@pytest.mark.usefixtures("project")
def test_an_unknown_code_is_answered_with_what_is_near_it() -> None:
    shown = CliRunner().invoke(main, ["indicators", "show", "satisfaction"])
    assert shown.exit_code == 1
    assert "satisfaction: no definition has this code; near it: satisfaction_rate" in " ".join(shown.output.split())
    other = CliRunner().invoke(main, ["indicators", "show", "dossiers_open", "--version", "7"])
    assert "has no version 7; expected one of 1" in " ".join(other.output.split())


def test_what_is_generated_follows_a_definition(project: Path) -> None:
    run = CliRunner()
    assert run.invoke(main, ["indicators", "generate"]).output == "every generated file is current\n"
    theme = project / "indicators" / "volume.yml"
    theme.write_text(theme.read_text("utf-8").replace("en: Dossiers received}", "en: Dossiers that came}"), "utf-8")
    assert "indicator_definitions.csv" in run.invoke(main, ["indicators", "generate"]).output
    assert "Dossiers that came" in (project / "seeds" / "indicator_definitions.csv").read_text("utf-8")


def test_a_fault_in_a_definition_stops_it_with_file_and_line(project: Path) -> None:
    theme = project / "indicators" / "volume.yml"
    theme.write_text(theme.read_text("utf-8").replace("unit: dossiers", "unit: files", 1), "utf-8")
    before = (project / "seeds" / "indicator_definitions.csv").read_text("utf-8")
    stopped = CliRunner().invoke(main, ["indicators", "generate"])
    assert stopped.exit_code == 1
    assert "volume.yml:14: indicators.0.unit: indicator dossiers_received: found 'files'" in "".join(
        stopped.output.split("\n")
    )
    assert (project / "seeds" / "indicator_definitions.csv").read_text("utf-8") == before
