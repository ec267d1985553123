"""The SELECT that maps a batch: each contract column once, what was lost on the way, and what was received."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import pyarrow as pa

from ward_warehouse.core.contracts import SOURCE_WARD, Column, Contract, Privacy
from ward_warehouse.core.names import names_shown
from ward_warehouse.core.quoting import identifier, literal
from ward_warehouse.mapping import privacy, readings
from ward_warehouse.mapping.duckdb_memory import CODE_SHAPE, SHAPE
from ward_warehouse.mapping.readings import folded
from ward_warehouse.mapping.shortcuts import GIVEN, Step
from ward_warehouse.mapping.values import Input, Values, first_time
from ward_warehouse.registry import ColumnMap, Feed
from ward_warehouse.sources import FAULT, POSITION

UNREADABLE = "unreadable"
"""`|received_at|due_at|`: columns whose value has no readable form; `|record|` when the record itself is broken."""
UNMAPPED = "unmapped"
"""`|status|`: columns whose code is not in the system's code table or the district's catalogue."""
WARD_STATED = "ward_stated"
"""match, other or missing: whether the record names the ward it came from; null where the system has no such column."""
AHEAD = "ahead"
"""`|source_changed_at|resolved_at|`: which of `NOT_AHEAD` lie after the end of the night that reads the record."""
COURSE = "course"
"""`returned|resolved_at|returned_at|`: a dossier's status, and which dates of an end it has; null for other records."""
RECEIVED = "received"
"""Struct of the values as received, after privacy treatment; what quarantine keeps and a replay reads."""

SQL_TYPES = {
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "integer": "INTEGER",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
}
"""Types of contract columns in the statement, local times before they become instants; all others are text."""
NOTE = "#"
"""Before a label in `received`: what a replay needs beside the value: one of these, or the hash of a masked code."""
NEW = "new "
"""Before the number of a column that the mapping does not know: its name in the batch."""
NATIVE_TIME, NATIVE_DAY, NATIVE_NUMBER = "time", "day", "number"
TORN = "(torn)"
"""In `received`, a nested value that was no JSON; no text, code or date can be read from it."""
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)

ENDS = ("resolved_at", "returned_at", "stopped_at")
NOT_AHEAD = ("source_changed_at", *ENDS)
"""What cannot have happened before the source was read."""

MARKERS = (UNREADABLE, UNMAPPED, WARD_STATED, AHEAD, COURSE)


class Statement:
    """Builds the SELECT of one record kind; identifiers come from reviewed files and are quoted, values are bound."""

    def __init__(
        self,
        feed: Feed,
        contract: Contract,
        schema: pa.Schema,
        new_columns: list[str],
        plain: frozenset[str] = frozenset(),
        given: Collection[str] = (),
    ) -> None:
        self._feed = feed
        self._contract = contract.with_hashed_key() if feed.mapping.key_hashed else contract
        self._schema = schema
        self._new_columns = new_columns
        self._plain = plain
        self._given = given
        self._values = Values(feed.system, feed.district.time_zone, given)
        self._bind = self._values.bind
        self.hashed = self._values.hashed
        self._inputs: dict[str, Input] = {}

    def build(self) -> tuple[str, dict[str, object]]:
        """The SELECT over the relation `batch`, and its bound parameters."""
        maps = self._maps()
        inputs = {name: self._input(column_map) for name, column_map in maps.items()}
        steps = self._steps(maps, inputs)
        statement = f"""
            {steps}
            SELECT {", ".join(self._outputs(maps))},
                   {identifier(POSITION)} AS source_position, extras,
                   {self._content_hash(maps)} AS content_hash,
                   {self._marker(maps, inputs, coded=False)} AS {UNREADABLE},
                   {self._marker(maps, inputs, coded=True)} AS {UNMAPPED},
                   {self._ward_stated(maps)} AS {WARD_STATED},
                   {self._received(maps, inputs)} AS {RECEIVED}
            FROM mapped"""  # noqa: S608 - every value is bound, every identifier quoted
        return statement, self._values.parameters

    def build_values(self, steps: Collection[str]) -> tuple[str, dict[str, object]]:
        """The same SELECT of nothing but the values of some steps, each under its name."""
        maps = {name: column_map for name, column_map in self._maps().items() if _value_of(name) in steps}
        inputs = {name: self._input(column_map) for name, column_map in maps.items()}
        found = ", ".join(map(identifier, steps))
        return f"{self._steps(maps, inputs)} SELECT {found} FROM mapped", self._values.parameters  # noqa: S608 - as above

    def short_steps(self) -> list[Step]:
        """The steps that depend on one column of texts or numbers alone."""
        steps = []
        for name, column_map in self._maps().items():
            source = column_map.from_
            if source is None or column_map.path is not None:
                continue
            steps.append(Step(_value_of(name), source))
            form = self._values.plain_form(self._contract.by_name[name], column_map)
            if form is not None:
                steps.append(Step(first_time(name), source, form))
        return steps

    def _steps(self, maps: dict[str, ColumnMap], inputs: dict[str, Input | None]) -> str:
        """The values of the contract columns, step by step, as the relation `mapped`."""
        values = {
            _value_of(name): self._value(self._contract.by_name[name], maps[name], inputs[name])
            for name in maps
            if _value_of(name) not in self._given
        }
        step_inputs = [f"{i.sql} AS {identifier(i.label)}" for i in self._inputs.values()]
        step_inputs += [f"{i.torn} AS {identifier('torn ' + i.label)}" for i in self._inputs.values() if i.torn]
        step_inputs += [f"{identifier(GIVEN + name)} AS {identifier(name)}" for name in self._given]
        step_readings = [f"{sql} AS {identifier(name)}" for name, sql in self._values.readings.items()]
        step_moments = [f"{sql} AS {identifier(name)}" for name, sql in self._values.moments.items()]
        step_values = [f"{sql} AS {identifier(name)}" for name, sql in values.items()]
        return f"""
            WITH inputs AS (SELECT {identifier(POSITION)}, {identifier(FAULT)}, {self._extras()} AS extras
                                   {_more(step_inputs)} FROM {self._batch()}),
                 readings AS (SELECT *{_more(step_readings)} FROM inputs),
                 moments AS (SELECT *{_more(step_moments)} FROM readings),
                 mapped AS (SELECT *{_more(step_values)} FROM moments)"""  # noqa: S608 - as above

    def _maps(self) -> dict[str, ColumnMap]:
        """Contract columns that the source fills, in the contract's order; dropped ones are not even read."""
        mapping = self._feed.mapping
        maps = dict(mapping.columns)
        if mapping.cursor is not None:
            changed = {"from": mapping.cursor.column, "formats": mapping.cursor.format}
            maps["source_changed_at"] = ColumnMap.model_validate(changed)
        maps["source_record_id"] = ColumnMap.model_validate(
            {"from": mapping.key[0]}
            if len(mapping.key) == 1
            else {
                "expression": "nullif(concat_ws('|', "
                + ", ".join(readings.code(self._text(k)) for k in mapping.key)
                + "), '')"
            }
        )
        kept = {name: m for name, m in maps.items() if self._contract.by_name[name].privacy is not Privacy.DROP}
        return {c.name: kept[c.name] for c in self._contract.columns if c.name in kept}

    def _input(self, column_map: ColumnMap) -> Input | None:
        """The source value behind a mapping; None for a constant."""
        if column_map.constant is not None:
            return None
        if column_map.expression is not None:
            # TRY: one torn value must not stop a batch of thousands; the value is then missing.
            found = Input(f"={column_map.expression}", f"TRY(CAST({column_map.expression} AS VARCHAR))")
        else:
            assert column_map.from_ is not None  # noqa: S101 - a mapping has exactly one origin
            found = self._column_input(column_map.from_, column_map.path)
        return self._inputs.setdefault(found.label, found)

    def _column_input(self, name: str, path: str | None) -> Input:
        if path is not None:
            nested = f"nullif(trim({identifier(name)}), '')"
            inside = f"json_extract_string({nested}, {self._bind(path)})"
            text = f"CASE WHEN json_valid({nested}) THEN nullif(trim(nfc_normalize({inside})), '') END"
            return Input(f"{name}{path}", text, torn=f"NOT coalesce(json_valid({nested}), TRUE)")
        data_type = self._schema.field(name).type
        if pa.types.is_timestamp(data_type) and data_type.tz is not None:
            zone = self._bind(self._feed.system.time_zone)
            return Input(name, f"timezone({zone}, {identifier(name)})", native_time=True)
        if pa.types.is_timestamp(data_type) or pa.types.is_date(data_type):
            is_day = pa.types.is_date(data_type)
            return Input(name, f"CAST({identifier(name)} AS TIMESTAMP)", native_time=True, native_day=is_day)
        is_number = pa.types.is_integer(data_type) or pa.types.is_floating(data_type) or pa.types.is_decimal(data_type)
        return Input(name, self._text(name), native_number=is_number)

    def _text(self, name: str) -> str:
        if name in self._plain:
            return f"CAST({identifier(name)} AS VARCHAR)"
        return f"nullif(trim(nfc_normalize(CAST({identifier(name)} AS VARCHAR))), '')"

    def _batch(self) -> str:
        """The relation to read: the batch, its floats and decimals as text."""
        texts = []
        for field in self._schema:
            if field.name.startswith(GIVEN):
                continue
            if pa.types.is_floating(field.type):
                texts.append(f"{readings.float_text(identifier(field.name))} AS {identifier(field.name)}")
            elif pa.types.is_decimal(field.type):
                texts.append(f"{readings.decimal_text(identifier(field.name))} AS {identifier(field.name)}")
        return f"(SELECT * REPLACE ({', '.join(texts)}) FROM batch)" if texts else "batch"  # noqa: S608 - as above

    def _value(self, column: Column, column_map: ColumnMap, source: Input | None) -> str:
        """SQL of the contract value; null where the input cannot be read or translated."""
        return self._values.sql(column, column_map, source)

    def _outputs(self, maps: dict[str, ColumnMap]) -> list[str]:
        outputs = []
        for column in self._contract.stored:
            outputs.append(f"{self._stored_value(column, maps)} AS {identifier(column.name)}")
        return outputs

    def _stored_value(self, column: Column, maps: dict[str, ColumnMap]) -> str:
        sql_type = SQL_TYPES.get(column.type, "VARCHAR")
        if column.name not in maps:
            return f"CAST({self._bind(column.default)} AS {sql_type})"
        value = identifier(_value_of(column.name))
        if column.default is None:
            return value
        # A default stands for "the source says nothing", never for a value that could not be understood.
        source = self._input(maps[column.name])
        absent = "FALSE" if source is None else f"{identifier(source.label)} IS NULL"
        return f"CASE WHEN {absent} THEN CAST({self._bind(column.default)} AS {sql_type}) ELSE {value} END"

    def _marker(self, maps: dict[str, ColumnMap], inputs: dict[str, Input | None], *, coded: bool) -> str:
        parts = [] if coded else [f"CASE WHEN {identifier(FAULT)} IS NOT NULL THEN 'record|' ELSE '' END"]
        for name in maps:
            source = inputs[name]
            if source is None or (self._contract.by_name[name].type == "code") is not coded:
                continue
            lost = f"{identifier(source.label)} IS NOT NULL AND {identifier(_value_of(name))} IS NULL"
            if source.torn:
                lost = f"({lost}) OR {identifier('torn ' + source.label)}"
            parts.append(f"CASE WHEN {lost} THEN {literal(name + '|')} ELSE '' END")
        return f"nullif('|' || {' || '.join(parts)}, '|')" if parts else "CAST(NULL AS VARCHAR)"

    def _ward_stated(self, maps: dict[str, ColumnMap]) -> str:
        if SOURCE_WARD not in maps:
            return "CAST(NULL AS VARCHAR)"
        value = f"lower(coalesce({identifier(_value_of(SOURCE_WARD))}, ''))"
        return (
            f"CASE WHEN list_contains({self._aliases()}::VARCHAR[], {value}) THEN 'match' "
            f"WHEN {value} = '' THEN 'missing' ELSE 'other' END"
        )

    def _aliases(self) -> str:
        return self._bind([folded(alias) for alias in self._feed.ward.aliases])

    def _content_hash(self, maps: dict[str, ColumnMap]) -> str:
        """A fingerprint of the record's values; the time of change is left out, so that a touch alone is no news."""
        columns = [c.name for c in self._contract.columns if c.name in maps and c.name != "source_changed_at"]
        parts = [f"coalesce(CAST({identifier(_value_of(name))} AS VARCHAR), '')" for name in columns]
        return f"md5(concat_ws(chr(31), coalesce({identifier(FAULT)}, ''), {', '.join(parts)}))"

    def _extras(self) -> str:
        named = {name: f"{NEW}{number}" for number, name in enumerate(self._new_columns)}
        present = {name: column for name, column in named.items() if column in self._schema.names}
        if not present:
            return "CAST(NULL AS VARCHAR)"
        # Nobody has said yet what a new column holds; a keyed hash shows that it is filled without showing it.
        shown = names_shown(self._new_columns, self._feed.known_names())
        fields = ", ".join(
            f"{literal(shown[name])}, {self._values.keyed(self._text(column), f'{privacy.EXTRA_COLUMN}:{name}')}"
            for name, column in present.items()
        )
        return f"CAST(json_object({fields}) AS VARCHAR)"

    def _received(self, maps: dict[str, ColumnMap], inputs: dict[str, Input | None]) -> str:
        fields = [f"{literal(FAULT)}: {identifier(FAULT)}"]
        for label in self._inputs:
            users = [name for name, source in inputs.items() if source is not None and source.label == label]
            fields.append(f"{literal(label)}: {self._treated(label, users)}")
            note = self._note(label, users, maps)
            if note:
                fields.append(f"{literal(NOTE + label)}: {note}")
        return "{" + ", ".join(fields) + "}"

    def _note(self, label: str, users: list[str], maps: dict[str, ColumnMap]) -> str | None:
        """What a replay has to know beside the value as it is kept."""
        source = self._inputs[label]
        if source.native_time:
            note = NATIVE_DAY if source.native_day else NATIVE_TIME
            return f"CASE WHEN {identifier(label)} IS NOT NULL THEN {literal(note)} END"
        columns = [self._contract.by_name[name] for name in users]
        if any(column.privacy is not Privacy.KEEP for column in columns):
            return None
        text = identifier(label)
        kept = self._treated(label, users)
        if source.native_number and any(column.type in ("integer", "number") for column in columns):
            return f"CASE WHEN {kept} = {text} THEN {literal(NATIVE_NUMBER)} END"
        if not any(name == SOURCE_WARD or maps[name].codes for name in users):
            return None
        # A code that nobody knew may be a name, so it is masked; by its hash it is found again in a mended table.
        return f"CASE WHEN {kept} <> {text} THEN {self._values.keyed(f'lower({text})', privacy.CODE_COLUMN)} END"

    def _treated(self, label: str, users: list[str]) -> str:
        """The input as it may be kept: the strictest treatment of the contract columns that it feeds."""
        kept = self._strictest(label, users)
        torn = self._inputs[label].torn
        return kept if torn is None else f"CASE WHEN {identifier('torn ' + label)} THEN {literal(TORN)} ELSE {kept} END"

    def _strictest(self, label: str, users: list[str]) -> str:
        text = f"CAST({identifier(label)} AS VARCHAR)"
        columns = [self._contract.by_name[name] for name in users]
        for privacy_class in (Privacy.PSEUDONYMISE, Privacy.FREE_TEXT):
            for column in columns:
                if column.privacy is privacy_class:
                    treated = identifier(_value_of(column.name))
                    return treated if column.pattern is None else f"coalesce({treated}, {SHAPE}({text}))"
        understood = " AND ".join(f"{identifier(_value_of(name))} IS NOT NULL" for name in users)
        if any(column.name == SOURCE_WARD for column in columns):
            understood = f"list_contains({self._aliases()}::VARCHAR[], lower({text}))"
        unknown = CODE_SHAPE if columns and all(column.is_code for column in columns) else SHAPE
        return f"CASE WHEN {text} IS NULL OR ({understood}) THEN {text} ELSE {unknown}({text}) END"


def _value_of(name: str) -> str:
    """The step that gives the value of a contract column."""
    return f"v_{name}"


def _more(parts: list[str]) -> str:
    return "".join(f", {part}" for part in parts)
