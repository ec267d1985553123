"""What the engine made, as queries of DuckDB's over the files of its Delta tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from ward_warehouse.core.quoting import identifier, literal

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

VIEW = "view_in_place"


def point_at(manifest: Manifest, folder: Path) -> None:
    """Has dbt take the rows of every table from the engine's folder, and compute none.

    Views stay what they are. With the contract, the constraints, the comments and the tests of each table it is the
    same build as ever, of rows that another engine computed.

    Args:
        manifest: of the dbt project as it was read for DuckDB; it is changed.
        folder: where the engine keeps its tables, `<schema>/<table>`.
    """
    node: Any
    for node in manifest.nodes.values():
        if node.resource_type == "model" and node.config.materialized != VIEW:
            types = {name: column.data_type for name, column in node.columns.items()} if node.contract.enforced else {}
            node.raw_code = rows_of(folder / node.schema / node.alias, types)
            node.language = "sql"
            node.config.pre_hook = []


def rows_of(table: Path, types: dict[str, str]) -> str:
    """A query of DuckDB's for the rows of a Delta table.

    Args:
        table: its folder.
        types: its columns in order with their types; without, they are as the engine made them.
    """
    delta = DeltaTable(str(table))
    files = [literal(path.removeprefix("file://")) for path in delta.file_uris()]
    source = f"read_parquet([{', '.join(files)}])" if files else f"({_nothing(delta)})"
    columns = [f"cast({identifier(name)} as {kind}) as {identifier(name)}" for name, kind in types.items()]
    return f"select {', '.join(columns) or '*'} from {source} as made"  # noqa: S608 - our own names


def _nothing(delta: DeltaTable) -> str:
    """A table without a row has no file: its columns are in Delta's log alone."""
    empty = pa.schema(delta.schema().to_arrow()).empty_table()
    with duckdb.connect() as db:
        described = db.from_arrow(empty)
        columns = zip(described.columns, described.types, strict=True)
        nulls = ", ".join(f"cast(null as {kind}) as {identifier(name)}" for name, kind in columns)
    return f"select {nulls} where false"
