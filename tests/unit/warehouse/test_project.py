"""The dbt project that a process reads ahead for the builds of those that it forks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dbt_common.clients.jinja import MacroFuzzEnvironment, NativeSandboxEnvironment, get_environment
from jinja2 import TemplateSyntaxError

from tests.faults.workshop import SMALL_PROJECT
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake
from ward_warehouse.registry.load import load_registry
from ward_warehouse.warehouse import dbt, project
from ward_warehouse.warehouse.duckdb import load
from ward_warehouse.warehouse.project import prepare_project, read_project, take_prepared


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", dbt_project_dir=Path(shutil.copytree(SMALL_PROJECT, tmp_path / "project")))


@pytest.fixture(autouse=True)
def _nothing_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "_prepared", [])
    # What the other tests put in its place remembers what was read: `tests.support.remembered`.
    monkeypatch.setattr(dbt, "take_prepared", take_prepared)


def test_a_project_that_dbt_never_read_is_left_to_the_build(settings: Settings) -> None:
    prepare_project(settings)
    assert take_prepared(settings) is None


def test_a_project_is_read_ahead_for_one_build(settings: Settings) -> None:
    """A build writes into what dbt read; a second one in the process reads again."""
    read_project(settings)
    prepare_project(settings)
    manifest = take_prepared(settings)
    assert manifest is not None
    assert "model.ward_warehouse.fct_dossiers" in manifest.nodes
    assert take_prepared(settings) is None


def test_a_project_that_was_changed_since_is_read_again(settings: Settings) -> None:
    read_project(settings)
    prepare_project(settings)
    model = settings.dbt_project_dir / "models" / "marts" / "fct_dossiers.sql"
    model.write_text(model.read_text("utf-8") + "-- another text\n", encoding="utf-8")
    assert take_prepared(settings) is None


def test_what_was_read_for_one_build_file_serves_no_other(settings: Settings, tmp_path: Path) -> None:
    """Each node names the database that it is made in."""
    read_project(settings)
    prepare_project(settings)
    assert take_prepared(settings.model_copy(update={"home": tmp_path / "another"})) is None


def test_a_project_that_cannot_be_read_stops_no_service(settings: Settings) -> None:
    read_project(settings)
    (settings.dbt_project_dir / "models" / "broken.sql").write_text("{{ config(", encoding="utf-8")
    prepare_project(settings)
    assert take_prepared(settings) is None


def test_a_build_takes_what_was_read_ahead_and_the_next_one_reads_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(settings, Lake(settings.lake), load_registry(settings))
    first = dbt.dbt_build(settings, "b1")
    prepare_project(settings)
    read: list[Path] = []

    def watched(of: Settings) -> object:
        read.append(of.build_file)
        return read_project(of)

    monkeypatch.setattr(dbt, "read_project", watched)
    ahead, again = dbt.dbt_build(settings, "b2"), dbt.dbt_build(settings, "b3")
    assert read == [settings.build_file]
    assert (first.whole, ahead.whole, again.whole) == (True, False, False)
    assert ahead.passed == again.passed > 0


def test_a_text_is_compiled_once_for_each_class_of_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    project.keep_compiled()
    text, compiled = "{{ 1 + one }}", []
    real = MacroFuzzEnvironment._compile

    def count(environment: MacroFuzzEnvironment, source: str, filename: str) -> object:
        compiled.append(type(environment))
        return real(environment, source, filename)

    monkeypatch.setattr(MacroFuzzEnvironment, "_compile", count)
    environments = [get_environment(), get_environment(capture_macros=True), get_environment(native=True)]
    templates = [environment.from_string(text) for environment in environments]
    assert compiled == [MacroFuzzEnvironment, NativeSandboxEnvironment]
    assert [template.environment for template in templates] == environments, "each is run by its own"
    assert [template.render({"one": 1}) for template in templates] == ["2", "2", 2]
    with pytest.raises(TemplateSyntaxError):
        get_environment().from_string("{{ 1 + ")
