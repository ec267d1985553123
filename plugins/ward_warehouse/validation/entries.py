"""Quarantine entries: each refused record with the rules that it broke, and what was received of it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.lake.quarantine_log import QUARANTINE_SCHEMA
from ward_warehouse.lake.store import LandedBatch
from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.mapping.statement import NOTE, RECEIVED
from ward_warehouse.validation.suites import Rule, Suite


def spoken_values(received: pa.ChunkedArray) -> pa.Array:
    """The structs without the notes that no record of the batch has."""
    struct = received.combine_chunks()
    kept = [
        name
        for name in (field.name for field in struct.type)
        if not name.startswith(NOTE) or struct.field(name).null_count < len(struct)
    ]
    return pa.StructArray.from_arrays([struct.field(name) for name in kept], kept)


def quarantine_entries(
    batch: LandedBatch,
    table: pa.Table,
    received: pa.Array,
    suite: Suite,
    broken: dict[str, np.ndarray],
    refused: np.ndarray,
) -> pa.Table:
    """The quarantine entries of the refused records, with every rule each of them broke."""
    records = table.select(["source_record_id", "source_position", "content_hash"]).take(pa.array(refused))
    sets, which = _rule_sets(suite, broken, refused, table.num_rows)
    with open_cursor() as db:
        db.register("records", records.append_column(RECEIVED, received))
        text = f"CAST(to_json({RECEIVED}) AS VARCHAR)"
        if any(field.name.startswith(NOTE) for field in received.type):
            text = f"""regexp_replace({text}, ',"{NOTE}[^"]*":null', '', 'g')"""
        entries = db.execute(
            f"""
            SELECT left(sha256(concat_ws(chr(31), $record_kind, $ward, $night,
                               coalesce(source_record_id, source_position), source_position, content_hash)), 24)
                       AS entry_id,
                   $record_kind AS record_kind, $ward AS ward_key, $district AS district_code, $night::DATE AS night,
                   {text} AS received,
                   $now AS quarantined_at
            FROM records""",  # noqa: S608 - every value is bound
            {
                "record_kind": str(batch.record_kind),
                "ward": batch.ward,
                "district": batch.district,
                "night": str(batch.night),
                "now": datetime.now(UTC),
            },
        ).to_arrow_table()
    # Arrow puts the long texts of the rules beside the records in their order; a join would copy all the others too.
    columns = {
        name: part[name] for part in (entries, records, sets.take(pa.array(which))) for name in part.column_names
    }
    return _told_apart(pa.table(columns).select(QUARANTINE_SCHEMA.names).cast(QUARANTINE_SCHEMA))


def _told_apart(entries: pa.Table) -> pa.Table:
    """Rows of a table whose key is empty in them may be alike in all that is looked at: each is an entry of its own."""
    if pc.count_distinct(entries["entry_id"]).as_py() == entries.num_rows:
        return entries
    ids = entries["entry_id"].to_pandas()
    copies = ids.groupby(ids).cumcount()
    for row, copy in copies[copies > 0].items():
        ids[row] = hashlib.sha256(f"{ids[row]}\x1f{copy}".encode()).hexdigest()[:24]
    return entries.set_column(0, entries.schema.field(0), pa.array(ids, pa.string()))


def _rule_sets(
    suite: Suite, broken: dict[str, np.ndarray], refused: np.ndarray, rows: int
) -> tuple[pa.Table, np.ndarray]:
    """The few sets of rules that records of the batch broke together, and for each refused record the row of its own.

    Packed bits, because half a million records are refused in seconds then (bench key `validate_half_bad_ratio`).
    """
    marks = np.zeros((rows, len(suite.rules)), dtype=bool)
    for number, rule in enumerate(suite.rules):
        marks[broken[rule.rule], number] = True
    packed = np.packbits(marks[refused], axis=1)
    keys, which = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_inverse=True)
    bits = np.unpackbits(keys.view(np.uint8).reshape(len(keys), -1), axis=1)[:, : len(suite.rules)]
    sets = [[rule for rule, mark in zip(suite.rules, row, strict=True) if mark] for row in bits]
    described = {
        "rules": [json.dumps([_described(rule) for rule in rules], ensure_ascii=False) for rules in sets],
        "rule_codes": [",".join(rule.rule for rule in rules) for rules in sets],
    }
    return pa.table(described), which


def _described(rule: Rule) -> dict[str, str]:
    return {"rule": rule.rule, "severity": rule.severity, "column": rule.column, "vi": rule.vi, "en": rule.en}
