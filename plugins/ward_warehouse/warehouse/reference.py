"""The reference tables of schema `raw`: what the registry, the catalogues and the calendar say, as Arrow tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa

from ward_warehouse.registry import Registry
from ward_warehouse.registry.recorded import recorded_columns

Fields = list[tuple[str, pa.DataType]]

DISTRICTS: Fields = [
    *((name, pa.string()) for name in ("district_code", "name_vi", "name_en", "time_zone", "province_code")),
    *((f"{name}_minute", pa.int32()) for name in ("opens_at", "break_from", "break_to", "closes_at")),
]
WARDS: Fields = [
    *((name, pa.string()) for name in ("ward_key", "district_code", "ward_code", "name_vi", "name_en", "unit_kind")),
    ("in_force_from", pa.date32()),
    ("in_force_to", pa.date32()),
]
WARD_RECORD_KINDS: Fields = [
    *((name, pa.string()) for name in ("ward_key", "district_code", "record_kind", "system", "cadence")),
    ("in_force_from", pa.date32()),
    ("in_force_to", pa.date32()),
]
RECORDED_COLUMNS: Fields = [(name, pa.string()) for name in ("ward_key", "record_kind", "column_name")]
WARD_SUCCESSIONS: Fields = [
    *((name, pa.string()) for name in ("from_ward_key", "to_ward_key")),
    ("succession_date", pa.date32()),
]
PROCEDURES: Fields = [
    *(
        (name, pa.string())
        for name in ("district_code", "procedure_code", "name_vi", "name_en", "field_vi", "authority", "online_level")
    ),
    ("statutory_time", pa.int32()),
    ("statutory_unit", pa.string()),
    *((name, pa.bool_()) for name in ("published_web", "published_counter", "one_stop", "iso_process")),
    ("valid_from", pa.date32()),
    ("valid_to", pa.date32()),
]


def reference_tables(registry: Registry) -> dict[str, pa.Table]:
    """The tables by name: `districts`, `wards`, what each ward delivers and records, successions and catalogues."""
    return {
        "districts": _table(DISTRICTS, _districts(registry)),
        "wards": _table(WARDS, _wards(registry)),
        "ward_record_kinds": _table(WARD_RECORD_KINDS, _ward_record_kinds(registry)),
        "recorded_columns": _table(RECORDED_COLUMNS, _recorded_columns(registry)),
        "ward_successions": _table(WARD_SUCCESSIONS, _ward_successions(registry)),
        "procedure_catalogues": _procedures(registry),
    }


def _districts(registry: Registry) -> list[dict[str, Any]]:
    rows = []
    for district in registry.districts.values():
        opens, noon = district.counter_hours.morning.minutes
        afternoon = district.counter_hours.afternoon
        again, closes = afternoon.minutes if afternoon is not None else (noon, noon)
        rows.append(
            {
                "district_code": district.district,
                "name_vi": district.name.vi,
                "name_en": district.name.en,
                "time_zone": district.time_zone,
                "province_code": district.province,
                "opens_at_minute": opens,
                "break_from_minute": noon,
                "break_to_minute": again,
                "closes_at_minute": closes,
            }
        )
    return rows


def _wards(registry: Registry) -> list[dict[str, Any]]:
    return [
        {
            "ward_key": ward.ward,
            "district_code": ward.district,
            "ward_code": ward.code,
            "name_vi": ward.name.vi,
            "name_en": ward.name.en,
            "unit_kind": ward.unit,
            "in_force_from": ward.in_force.from_,
            "in_force_to": ward.in_force.to,
        }
        for ward in registry.wards.values()
    ]


def _ward_record_kinds(registry: Registry) -> list[dict[str, Any]]:
    return [
        {
            "ward_key": ward.ward,
            "district_code": ward.district,
            "record_kind": str(feed.record_kind),
            "system": feed.system.system,
            "cadence": ward.cadence,
            "in_force_from": ward.in_force.from_,
            "in_force_to": ward.in_force.to,
        }
        for ward in registry.wards.values()
        for feed in registry.feeds(ward.ward)
    ]


def _recorded_columns(registry: Registry) -> list[dict[str, Any]]:
    return [dict(zip(_names(RECORDED_COLUMNS), map(str, row), strict=True)) for row in recorded_columns(registry)]


def _ward_successions(registry: Registry) -> list[dict[str, Any]]:
    return [
        {
            "from_ward_key": former,
            "to_ward_key": ward.ward,
            "succession_date": ended.in_force.to + timedelta(days=1),
        }
        for ward in registry.wards.values()
        for former in ward.succeeds
        # What the registry's check refuses (no such ward, the ward itself, one without an end) is no succession yet.
        if former != ward.ward and (ended := registry.wards.get(former)) and ended.in_force.to
    ]


def _procedures(registry: Registry) -> pa.Table:
    """Catalogue rows; an empty cell is null, never false or zero."""
    rows = [
        {"district_code": district, **{name: value or None for name, value in row.items()}}
        for district, catalogue in registry.catalogues.items()
        for row in catalogue.rows
    ]
    text = _table([(name, pa.string()) for name, _ in PROCEDURES], rows)
    return text.cast(pa.schema(PROCEDURES))


def _names(fields: Fields) -> list[str]:
    return [name for name, _ in fields]


def _table(fields: Fields, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, pa.schema(fields))
