"""The dbt project's list of facts, which the build, its audit and publishing share."""

from __future__ import annotations

from pathlib import Path

import pytest

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import PROJECT_ROOT
from ward_warehouse.registry.facts import Fact, read_facts, read_figures, read_for_readers

PROJECT = PROJECT_ROOT / "dbt_project"


def project(folder: Path, text: str) -> Path:
    (folder / "dbt_project.yml").write_text(f"name: p\n{text}", "utf-8")
    return folder


def test_each_fact_of_the_project_has_its_models() -> None:
    facts = read_facts(PROJECT)
    models = {path.stem for path in (PROJECT / "models").rglob("*.sql")}
    assert {"fct_dossiers", "fct_survey_responses", "fct_ward_returns"} <= set(facts)
    for name, fact in facts.items():
        assert {name, f"stg_{fact.record_kind}", fact.computed or name} <= models
        columns = (PROJECT / "models/marts/facts" / f"{name}.sql").read_text("utf-8")
        assert fact.key in columns


def test_each_table_of_figures_is_one_that_people_read_with_periods() -> None:
    read = [path for schema in ("marts", "analyst") for path in (PROJECT / "models" / schema).rglob("*.sql")]
    texts = {path.stem: path.read_text("utf-8") for path in read}
    kept = {name for name, text in texts.items() if "forget_periods('int_noted_periods')" in text}
    assert set(read_figures(PROJECT)) == kept


def test_a_project_without_facts_keeps_none(tmp_path: Path) -> None:
    assert read_facts(project(tmp_path, "models: {}\n")) == {}
    assert read_figures(project(tmp_path, "models: {}\n")) == []
    assert read_facts(project(tmp_path, "vars: {burst_answers: 5}\n")) == {}


def test_an_entry_is_read_with_and_without_the_model_of_its_keys(tmp_path: Path) -> None:
    entries = "{a: {record_kind: dossiers, key: k}, b: {record_kind: procedures, key: k, computed: c}}"
    assert read_facts(project(tmp_path, f"vars:\n  facts: {entries}\n")) == {
        "a": Fact(record_kind=RecordKind.DOSSIERS, key="k"),
        "b": Fact(record_kind=RecordKind.PROCEDURES, key="k", computed="c"),
    }


@pytest.mark.parametrize("entry", [
    "{record_kind: dossier, key: k}",
    "{record_kind: dossiers}",
    "{record_kind: dossiers, key: 'k) OR (1'}",
    "{record_kind: dossiers, key: k, changed: c}",
])  # fmt: skip
def test_a_wrong_entry_is_named_by_file_line_and_key(tmp_path: Path, entry: str) -> None:
    with pytest.raises(BuildError, match=r"dbt_project\.yml:4: vars\.facts\.a"):
        read_facts(project(tmp_path, f"vars:\n  facts:\n    a: {entry}\n"))


def test_a_project_that_cannot_be_read_is_an_error_of_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"dbt_project\.yml"):
        read_facts(tmp_path)


def test_what_is_for_readers_is_a_list_of_public_relations(tmp_path: Path) -> None:
    listed = "vars:\n  for_readers: [marts.figures, analyst.latest]\n"
    assert read_for_readers(project(tmp_path, listed)) == {("marts", "figures"), ("analyst", "latest")}
    assert read_for_readers(project(tmp_path, "models: {}\n")) == set()
    for wrong in ("figures", "raw.dossiers", "'marts.a; drop'"):
        with pytest.raises(BuildError, match=r"dbt_project\.yml:3: vars\.for_readers"):
            read_for_readers(project(tmp_path, f"vars:\n  for_readers: [{wrong}]\n"))
