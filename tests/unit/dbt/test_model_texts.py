"""What the models' files say of models and columns: in both languages, one text wherever a column passes through."""

from __future__ import annotations

import pytest

from tests.support.model_texts import FOLDERS, MODELS, column_texts, described_models, read_models

DOSSIERS = (
    "stg_dossiers", "int_dossiers__current", "int_dossiers__deadlines", "int_dossiers__timeliness",
    "int_dossiers__decision_766", "int_dossiers__progress", "fct_dossiers",
)  # fmt: skip
SURVEY_RESPONSES = (
    "stg_survey_responses", "int_survey_responses__current", "int_survey_responses__integrity", "fct_survey_responses",
)  # fmt: skip


def test_a_model_is_described_and_tested_in_the_file_of_its_folder() -> None:
    for folder in {path.parent for path in MODELS.rglob("*.sql")}:
        names = {path.stem for kind in ("*.sql", "*.py") for path in folder.glob(kind)}
        assert {model["name"] for model in read_models(folder / f"_{folder.name}__models.yml")} == names
        for path in folder.glob("_*__unit_tests.yml"):
            assert {test["model"] for test in read_models(path, "unit_tests")} <= names, path.name


def test_no_file_of_texts_or_tests_is_too_long_to_find_ones_way_in() -> None:
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in MODELS.rglob("*.yml")}
    assert {path.name: count for path, count in lines.items() if count > 600} == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_texts_are_in_both_languages(folder: str) -> None:
    texts = {**{(m["name"], "-"): m.get("description", "") for m in described_models(folder)}, **column_texts(folder)}
    one_language = {place: text for place, text in texts.items() if not all(part.strip() for part in halves(text))}
    assert one_language == {}


def halves(text: str) -> tuple[str, str]:
    vietnamese, _, english = text.partition(" / ")
    return vietnamese, english


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_column_is_described_once(folder: str) -> None:
    for model in described_models(folder):
        names = [column["name"] for column in model["columns"]]
        assert sorted(names) == sorted(set(names)), model["name"]


@pytest.mark.parametrize("chain", [DOSSIERS, SURVEY_RESPONSES], ids=lambda chain: chain[-1])
def test_a_column_that_passes_through_keeps_its_text(chain: tuple[str, ...]) -> None:
    found: dict[str, set[str]] = {}
    for folder in FOLDERS:
        for (model, column), text in column_texts(folder).items():
            if model in chain:
                found.setdefault(column, set()).add(text)
    assert {column: texts for column, texts in found.items() if len(texts) > 1} == {}
