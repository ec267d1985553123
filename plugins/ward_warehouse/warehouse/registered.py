"""What was loaded against the registry of now: every ward with records has an entry, and is in one district."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ward_warehouse.core.errors import BuildError
from ward_warehouse.warehouse import periods

SHOWN = 10
REGISTRY = ("wards", "ward_record_kinds")


def require_wards(db: duckdb.DuckDBPyConnection, problems: Sequence[object] = ()) -> None:
    """Refuses a registry that has lost a ward: the district's past would lose it too.

    Args:
        db: the build file, with `raw.partitions` and `raw.wards` loaded.
        problems: what is wrong in the registry: an entry with a fault is none.

    Raises:
        BuildError: a partition is of a ward without a valid entry.
    """
    lost = db.execute(
        "SELECT ward_key, max(district_code), max(night) FROM raw.partitions "
        "ANTI JOIN raw.wards USING (ward_key) GROUP BY ward_key ORDER BY ward_key"
    ).fetchall()
    if lost:
        named = ", ".join(f"{ward} (district {district}, up to {night})" for ward, district, night in lost[:SHOWN])
        more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
        mend = "write the entry again, with its last day under in_force: to, so that the district keeps its past"
        if problems:
            shown = "; ".join(str(problem) for problem in problems[:SHOWN])
            mend = f"correct what is wrong in it ({shown}), or, where an entry was deleted, {mend}"
        raise BuildError(
            f"registry: has no valid entry for {named}{more}, whose records are in the lake; {mend}; what analysts see "
            "is left as it was"
        )


def move_wards(db: duckdb.DuckDBPyConnection) -> None:
    """Places the records of a ward in the district that the registry has it in, wherever they were extracted for.

    A ward is in one district at any time: its past moves with it; what people decided of periods stays as it was. The
    registry's tables are part of what a build stands on, so the next one computes everything.
    """
    moved = db.execute(
        "SELECT DISTINCT p.ward_key FROM raw.partitions AS p JOIN raw.wards AS w USING (ward_key) "
        "WHERE p.district_code <> w.district_code"
    ).fetchall()
    if not moved:
        return
    tables = db.execute(
        "SELECT table_name FROM duckdb_columns() JOIN duckdb_tables() USING (schema_name, table_name) "
        "WHERE schema_name = 'raw' AND column_name = 'district_code' AND table_name IN "
        "(SELECT table_name FROM duckdb_columns() WHERE schema_name = 'raw' AND column_name = 'ward_key') "
        "AND NOT list_contains($others, table_name) ORDER BY 1",
        {"others": [*REGISTRY, *periods.TABLES]},
    ).fetchall()
    for (table,) in tables:
        db.execute(
            f"UPDATE raw.{table} AS t SET district_code = w.district_code FROM raw.wards AS w "  # noqa: S608 - our own names
            "WHERE t.ward_key = w.ward_key AND list_contains($moved, t.ward_key)",
            {"moved": [ward for (ward,) in moved]},
        )
