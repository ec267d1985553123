"""What a build of what changed leaves as it is: the texts of views, and what is made of seeds and the registry alone.

Such a build stands on the fingerprint of the one before (`ward_warehouse.warehouse.changes`): the project's texts and
seeds, the registry's tables and the calendar are the same, so making these again would give them again. They are two of
every five nodes, and a node costs dbt the same whether it changes anything or not: bench key `night_100k_build_s`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from ward_warehouse.warehouse.changes import REFERENCES

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

OF_THE_BUILD = "env_var("
"""What a text asks when it is another one for another build: its instant, or whether it is of changes."""
NARROWS = ("computed_periods", "computed_rows")
"""Macros by which a test looks at what a build computed alone: of what no build computes that is the same each time."""
BY_ITS_OWN_NAME = re.compile(r'\b(?:from|join)\s+["\w]+\.["\w]', re.IGNORECASE)
"""A table that a text reads without `ref` or `source`, of which dbt knows nothing: it may have changed."""
MADE_OF_REFERENCES = ("seed", "model", "test")


UNCHANGED = "unchanged_since_the_last_build"
"""Tag of such a node. By a name for each dbt would compare every node with every name: half a second of a night."""


def mark_unchanged(manifest: Manifest) -> None:
    """Tags the nodes of which neither the text nor what it reads can have changed, in this process's manifest.

    A view that reads records is among them, because its text is all that it has; a test of it is not.
    """
    for node in unchanged_nodes(manifest):
        node.tags.append(UNCHANGED)


def unchanged_nodes(manifest: Manifest) -> list[Any]:
    """The nodes that `mark_unchanged` tags."""

    @cache
    def asks_of_the_build(macro_id: str) -> bool:
        macro = manifest.macros.get(macro_id)
        # dbt's own macros ask for what concerns dbt.
        return (
            macro is not None
            and macro.name not in NARROWS
            and (
                (macro.package_name == manifest.metadata.project_name and OF_THE_BUILD in macro.macro_sql)
                or any(map(asks_of_the_build, macro.depends_on.macros))
            )
        )

    def has_one_text(node: Any) -> bool:
        return OF_THE_BUILD not in node.raw_code and not any(map(asks_of_the_build, node.depends_on.macros))

    @cache
    def rests_on_references(node_id: str) -> bool:
        if node_id in manifest.sources:
            return manifest.sources[node_id].name in REFERENCES
        node: Any = manifest.nodes[node_id]
        return node.resource_type == "seed" or (
            has_one_text(node)
            and not BY_ITS_OWN_NAME.search(node.raw_code)
            and all(map(rests_on_references, node.depends_on.nodes))
        )

    def is_unchanged(node: Any) -> bool:
        if node.resource_type == "model" and node.config.materialized == "view_in_place":
            return has_one_text(node)
        return node.resource_type in MADE_OF_REFERENCES and rests_on_references(node.unique_id)

    return [node for node in manifest.nodes.values() if is_unchanged(node)]
