"""Decisions about periods, the figures they closed and the restatements of those, from the lake into schema `raw`.

None of them ever changes: what the build file has already is not read again.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from ward_warehouse.lake import period_log
from ward_warehouse.lake.period_log import EVIDENCE_SCHEMA, FIGURES_SCHEMA, PeriodDecision
from ward_warehouse.lake.store import Lake
from ward_warehouse.warehouse.restatements import RESTATEMENTS_SCHEMA, ZONE

TABLES: dict[str, pa.Schema] = {
    "period_decisions": pa.schema(
        [
            ("decision_number", pa.int64()),
            *((name, pa.string()) for name in ("district_code", "ward_key", "period_grain")),
            *((name, pa.date32()) for name in ("period_start", "period_end")),
            *((name, pa.string()) for name in ("state", "decided_by", "reason")),
            ("decided_at", pa.timestamp("us", tz="UTC")),
            ("as_of", pa.date32()),
            ("built_at", pa.timestamp("us", tz="UTC")),
            ("snapshot_id", pa.string()),
        ]
    ),
    "closed_figures": FIGURES_SCHEMA,
    "closed_evidence": EVIDENCE_SCHEMA,
    "restatements": RESTATEMENTS_SCHEMA.append(pa.field("kept_in", pa.string())),
}


def load_periods(db: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Brings the four tables up to date with the lake.

    Raises:
        LakeError: a file that a decision names is absent or damaged.
    """
    for district in period_log.decided_districts(lake):
        known = db.execute(
            "SELECT coalesce(max(decision_number), 0) FROM raw.period_decisions WHERE district_code = $district",
            {"district": district},
        ).fetchone()
        for decision in period_log.read_periods(lake, district, known[0] if known else 0).decisions:
            _insert(db, "period_decisions", pa.Table.from_pylist([_row(decision)], TABLES["period_decisions"]))
            if decision.snapshot_id:
                figures = period_log.figures_path(district, decision.snapshot_id)
                _insert(db, "closed_figures", lake.read_table(figures))
                _insert(
                    db, "closed_evidence", lake.read_table(period_log.evidence_path(district, decision.snapshot_id))
                )
    seen = {row[0] for row in db.execute("SELECT DISTINCT kept_in FROM raw.restatements").fetchall()}
    for name in lake.names(ZONE, ".parquet"):
        if name not in seen:
            table = lake.read_table(name)
            _insert(db, "restatements", table.append_column("kept_in", pa.array([name] * table.num_rows, pa.string())))


def _insert(db: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    db.register("fresh", table)
    # By name: a column that came later is null for the files that were written before it.
    db.execute(f"INSERT INTO raw.{name} BY NAME FROM fresh")
    db.unregister("fresh")


def _row(decision: PeriodDecision) -> dict[str, object]:
    row = decision.model_dump(
        include={"period_start", "period_end", "state", "reason", "as_of", "built_at", "snapshot_id"}
    )
    return {
        **row,
        "decision_number": decision.number,
        "district_code": decision.district,
        "ward_key": decision.ward,
        "period_grain": decision.grain,
        "decided_by": decision.by,
        "decided_at": decision.at,
    }
