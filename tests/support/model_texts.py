"""What the models' files of the dbt project say of models and columns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
FOLDERS = ("staging", "intermediate", "marts", "analyst", "audit")


def read_models(path: Path, key: str = "models") -> list[dict[str, Any]]:
    """The entries of one file: its models, or what else it lists under the key."""
    read: list[dict[str, Any]] = YAML(typ="safe").load(path.read_text("utf-8"))[key]
    return read


@cache
def described_models(folder: str) -> list[dict[str, Any]]:
    """The entries of the models files of a folder and of the folders in it."""
    return [model for path in sorted((MODELS / folder).rglob("_*__models.yml")) for model in read_models(path)]


def column_texts(folder: str) -> dict[tuple[str, str], str]:
    """Model and column -> its text; empty when it has none."""
    return {
        (m["name"], c["name"]): c.get("description", "") for m in described_models(folder) for c in m.get("columns", [])
    }
