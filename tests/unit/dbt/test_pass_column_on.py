"""A new column's text is written once, in staging, and copied to every model that the column passes through."""

import shutil
from pathlib import Path

import pytest
import yaml

from scripts.pass_column_on import MODELS, pass_on

TEXT = "'Mới / New'"
ENTRY = f"      - name: brand_new\n        description: {TEXT}\n"


def columns(models: Path) -> dict[str, list[str]]:
    """The columns of each intermediate model, in their order."""
    files = sorted(models.glob("intermediate/**/*__models.yml"))
    return {
        model["name"]: [column["name"] for column in model.get("columns", [])]
        for file in files
        for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    }


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The project's texts, with a column of dossiers that staging alone describes."""
    folder = tmp_path / "models"
    shutil.copytree(MODELS, folder)
    staging = folder / "staging" / "_staging__models.yml"
    text = staging.read_text(encoding="utf-8")
    place = text.index("      - name: officer_key")
    staging.write_text(text[:place] + ENTRY + text[place:], encoding="utf-8")
    return folder


def test_it_stands_behind_its_neighbour_in_every_model_of_its_kind(models: Path) -> None:
    before = columns(models)
    changed = pass_on(models, "dossiers", "brand_new")
    neighbour = "population_data"
    expected = {
        model: [name for one in names for name in ([one, "brand_new"] if one == neighbour else [one])]
        if model.startswith("int_dossiers__")
        else names
        for model, names in before.items()
    }
    assert columns(models) == expected
    assert changed == sorted(model for model in expected if expected[model] != before[model])
    assert len(changed) >= 7


def test_nothing_else_changes_and_a_second_time_nothing_at_all(models: Path) -> None:
    texts = {file: file.read_text(encoding="utf-8") for file in models.rglob("*__models.yml")}
    pass_on(models, "dossiers", "brand_new")
    after = {file: file.read_text(encoding="utf-8") for file in texts}
    staging = models / "staging" / "_staging__models.yml"
    assert {file: text.replace(ENTRY, "") for file, text in after.items() if file != staging} == {
        file: text for file, text in texts.items() if file != staging
    }
    assert pass_on(models, "dossiers", "brand_new") == []
    assert {file: file.read_text(encoding="utf-8") for file in texts} == after


def test_a_column_that_staging_does_not_describe_is_told(models: Path) -> None:
    with pytest.raises(SystemExit, match="stg_dossiers does not describe nowhere"):
        pass_on(models, "dossiers", "nowhere")
