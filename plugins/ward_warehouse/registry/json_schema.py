"""JSON schemas of the registry's files, made from the models that read them: editors complete and check by them.

A schema refuses nothing that a load accepts. A load refuses more: what a schema cannot say, such as an unknown system.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema

from ward_warehouse.core.contracts import CONTRACTS, Column
from ward_warehouse.registry.load import FILLED_BY_PIPELINE
from ward_warehouse.registry.systems import READS, System
from ward_warehouse.registry.wards import District, Ward

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _AsWritten(GenerateJsonSchema):
    """Schemas of what stands in a file, whose short forms are no part of the models' own schemas."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().model_schema(schema)
        return {"anyOf": [{"type": "string"}, found]} if hasattr(schema["cls"], "_short_form") else found

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def system_schema() -> dict[str, Any]:
    """The schema of a file in `dags/systems`."""
    schema = _schema_of(System, *READS.values())
    feeds = schema["properties"]["record_kinds"]
    del feeds["propertyNames"], feeds["additionalProperties"]
    feeds["properties"] = {
        str(record_kind): {"allOf": [_ref("RecordKindMap"), {"properties": {"columns": _columns(contract.columns)}}]}
        for record_kind, contract in CONTRACTS.items()
    }
    feeds["additionalProperties"] = False
    key = schema["$defs"]["RecordKindMap"]["properties"]["key"]
    hashed = {"type": "object", "properties": {"hashed": key}, "required": ["hashed"], "additionalProperties": False}
    schema["$defs"]["RecordKindMap"]["properties"]["key"] = {"anyOf": [key, hashed]}
    # YAML reads an unquoted 1 or true as a number or a truth value; a load takes them for text.
    schema["properties"]["codes"]["additionalProperties"]["additionalProperties"] = {
        "type": ["string", "number", "boolean"]
    }
    schema["allOf"] = [
        {
            "if": {"properties": {"transport": {"const": transport}}},
            "then": {
                "properties": {"record_kinds": {"additionalProperties": {"properties": {"read": _ref(read.__name__)}}}}
            },
        }
        for transport, read in READS.items()
    ]
    return _head("A kind of ward software: where its records are, and how they map to the contracts.") | schema


def district_schema() -> dict[str, Any]:
    """The schema of a file in `dags/wards`."""
    schema = _schema_of(District, Ward)
    ward = schema["$defs"]["Ward"]
    # The file's own head says it.
    del ward["properties"]["district"]
    needed = [name for name in ward["required"] if name != "ward"]
    ward["required"] = ["ward"]
    schema["$defs"]["Defaults"] = {
        "description": "Keys that each ward takes over unless its entry says otherwise.",
        "type": "object",
        "properties": {name: value for name, value in ward["properties"].items() if name != "ward"},
        "additionalProperties": False,
    }
    schema["properties"] |= {
        "defaults": {"anyOf": [_ref("Defaults"), {"type": "null"}]},
        "wards": {"type": "array", "minItems": 1, "items": _ref("Ward")},
    }
    schema["required"].append("wards")
    schema["allOf"] = [
        {
            "if": {"not": {"properties": {"defaults": {"required": [name]}}, "required": ["defaults"]}},
            "then": {"properties": {"wards": {"items": {"required": [name]}}}},
        }
        for name in needed
    ]
    return _head("A district: its head, what its wards have in common, and its wards.") | schema


SCHEMAS = {"system": system_schema, "district": district_schema}
"""What makes the schema of each kind of file."""


def _schema_of(model: type[BaseModel], *others: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model, which also defines those of the others."""
    _, found = models_json_schema(
        [(one, "validation") for one in (model, *others)], by_alias=True, schema_generator=_AsWritten
    )
    own: dict[str, Any] = found["$defs"].pop(model.__name__)
    return own | {"$defs": found["$defs"]}


def _columns(columns: tuple[Column, ...]) -> dict[str, Any]:
    mapped = [column for column in columns if column.name not in FILLED_BY_PIPELINE]
    return {
        "properties": {
            column.name: {**_ref("ColumnMap"), "description": f"{column.type}, {column.privacy}"} for column in mapped
        },
        "required": [column.name for column in mapped if column.required],
        "additionalProperties": False,
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _head(description: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "description": description}
