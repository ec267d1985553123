"""What the models' files of the dbt project say of models and columns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
FOLDERS = ("staging", "intermediate", "marts", "audit")


@cache
def described_models(folder: str) -> list[dict[str, Any]]:
    """The entries of a folder's models file."""
    text = (MODELS / folder / f"_{folder}__models.yml").read_text("utf-8")
    read: list[dict[str, Any]] = YAML(typ="safe").load(text)["models"]
    return read


def column_texts(folder: str) -> dict[tuple[str, str], str]:
    """Model and column -> its text; empty when it has none."""
    return {
        (m["name"], c["name"]): c.get("description", "") for m in described_models(folder) for c in m.get("columns", [])
    }
