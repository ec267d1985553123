"""Restatements: what a build saw for the first time is written to the lake, and a warehouse made anew knows it.

restatements/<time>-<id>.parquet    what one build saw; never changed
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake
from ward_warehouse.warehouse.build_file import open_build

ZONE = "restatements"
RESTATEMENTS_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("restatement_key", "closing_key", "indicator_code")),
        *((name, pa.int32()) for name in ("indicator_version_before", "indicator_version_after")),
        *((name, pa.string()) for name in ("ward_key", "district_code", "period_grain")),
        *((name, pa.date32()) for name in ("period_start", "period_end")),
        *(
            field
            for when in ("before", "after")
            for field in (
                (f"numerator_{when}", pa.int64()),
                (f"denominator_{when}", pa.int64()),
                (f"value_{when}", pa.float64()),
                (f"value_note_{when}", pa.string()),
            )
        ),
        *((name, pa.int64()) for name in ("records_added", "records_removed", "records_changed")),
        *((name, pa.string()) for name in ("records", "reasons")),
        ("first_seen_at", pa.timestamp("us", tz="UTC")),
    ]
)

_MODEL = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'audit' AND table_name = 'restatements'"
_FRESH = """
    SELECT seen.* FROM audit.restatements AS seen
    ANTI JOIN raw.restatements AS known ON seen.restatement_key = known.restatement_key
    ORDER BY restatement_key"""


def keep_restatements(lake: Lake, settings: Settings) -> int:
    """Writes the build's new restatements to the lake; gives their number.

    Raises:
        BuildError: the build file cannot be read.
        LakeError: the lake cannot be written.
    """
    with open_build(settings) as db:
        # The dbt project is a setting: one of somebody's own may have no such model.
        if not db.execute(_MODEL).fetchall():
            return 0
        try:
            fresh = db.execute(_FRESH).to_arrow_table().select(RESTATEMENTS_SCHEMA.names).cast(RESTATEMENTS_SCHEMA)
        except duckdb.Error as error:
            raise BuildError(
                f"build: the restatements cannot be read ({' '.join(str(error).split())[:200]}); run the build again; "
                "the published warehouse is left as it was"
            ) from None
    if fresh.num_rows:
        lake.write_table(f"{ZONE}/{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}.parquet", fresh)
    return int(fresh.num_rows)
