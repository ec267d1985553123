"""One DuckDB in memory for all vectorised work on Arrow tables of a process."""

from __future__ import annotations

from functools import cache

import duckdb
import pyarrow as pa

from ward_warehouse.mapping import privacy

# Arrow's own allocator keeps what a batch has used; over a history of one district that is 60 MiB more than needed.
pa.set_memory_pool(pa.system_memory_pool())

SHAPE = "shape_of"
"""Name of `privacy.shape` in SQL; only the few values that nobody understood go through it."""

CODE_SHAPE = "code_shape_of"
"""The same of `privacy.code_shape`, for columns of codes."""


@cache
def _database() -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        # No spill folder: a value that is swapped out before it is treated would be on disk.
        "temp_directory": "",
        "threads": 1,
        # A table is what was registered under its name, and no variable of Python's that happens to be called so.
        "python_enable_replacements": "false",
    }
    database = duckdb.connect(":memory:", config=config)
    database.execute("SET GLOBAL TimeZone = 'UTC'")
    database.create_function(SHAPE, privacy.shape, ["VARCHAR"], "VARCHAR")
    database.create_function(CODE_SHAPE, privacy.code_shape, ["VARCHAR"], "VARCHAR")
    # Expressions of a system's file run here: they see the batch, and no file, network, extension or setting.
    database.execute("SET GLOBAL enable_external_access = false")
    database.execute("SET GLOBAL lock_configuration = true")
    return database


def open_cursor() -> duckdb.DuckDBPyConnection:
    """A connection of its own to the process's database: safe for a thread, cheap to open, nothing on disk.

    What is registered on it is seen by it alone, and gone when it is closed.
    """
    return _database().cursor()
