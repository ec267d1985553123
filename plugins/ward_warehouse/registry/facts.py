"""The facts and figures that the dbt project lists in `vars` of its `dbt_project.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import BuildError
from ward_warehouse.registry.yaml_file import YamlFile, read_yaml, validate

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$")]


class Fact(BaseModel):
    """A table of schema `marts` that holds the newest version of each record of a kind.

    Attributes:
        record_kind: of which kind its records are.
        key: the column that names one.
        computed: of a fact that is kept from night to night, the table of schema `intermediate` with the keys that the
            last build computed; None for a fact that each build makes anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    record_kind: RecordKind
    key: Identifier
    computed: Identifier | None = None


RelationName = Annotated[str, StringConstraints(pattern=r"^(marts|analyst|audit)\.[a-z_][a-z0-9_]*$")]


class _Variables(BaseModel):
    facts: dict[Identifier, Fact] = {}
    figures: list[Identifier] = []
    for_readers: list[RelationName] = []


def read_facts(project: Path) -> dict[str, Fact]:
    """The facts of a dbt project by their names; a project that lists none keeps none.

    Raises:
        BuildError: the file cannot be read, or an entry is wrong: file, line, what was found, what was expected.
    """
    return dict(_read_variables(project).facts)


def read_figures(project: Path) -> list[str]:
    """The tables of figures that a night replaces by periods; a project that lists none makes all of them anew.

    Raises:
        BuildError: the file cannot be read, or an entry is wrong: file, line, what was found, what was expected.
    """
    return list(_read_variables(project).figures)


def read_for_readers(project: Path) -> set[tuple[str, str]]:
    """Schema and name of the relations that who reads no records may read; none of a project that lists none.

    Raises:
        BuildError: as of `read_facts`.
    """
    return {
        (schema, name) for schema, _, name in (entry.partition(".") for entry in _read_variables(project).for_readers)
    }


def _read_variables(project: Path) -> _Variables:
    file = read_yaml(project / "dbt_project.yml")
    if not isinstance(file, YamlFile):
        raise BuildError(f"dbt project: {file}")
    found = validate(_Variables, file, file.data.get("vars") or {}, ["vars"])
    if isinstance(found, list):
        raise BuildError(f"dbt project: {'; '.join(map(str, found))}")
    return found
