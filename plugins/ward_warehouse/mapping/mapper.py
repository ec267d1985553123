"""From a ward's own columns to the contract: one generated DuckDB statement per dataset, run over Arrow batches.

Mapping never refuses a record and never guesses: what cannot be read or translated becomes null and is named in
`unreadable` or `unmapped`, and the suites in `expectations/` judge it from there. Personal data is treated in the same
statement, so that nothing untreated leaves the memory.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.contracts import (
    CONTRACTS,
    SOURCE_WARD,
    Column,
    Contract,
    Privacy,
)
from ward_warehouse.core.names import names_shown
from ward_warehouse.core.nights import night_end
from ward_warehouse.mapping import privacy, readings
from ward_warehouse.mapping.duckdb_memory import SHAPE, open_cursor
from ward_warehouse.mapping.own_rows import OwnRows
from ward_warehouse.mapping.plain_text import plain_columns
from ward_warehouse.mapping.readings import folded
from ward_warehouse.mapping.values import Input, Values
from ward_warehouse.registry import ColumnMap, Dataset
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
NATIVE_TIME, NATIVE_DAY, NATIVE_NUMBER = "time", "day", "number"
TORN = "(torn)"
"""In `received`, a nested value that was no JSON; no text, code or date can be read from it."""
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)

ENDS = ("resolved_at", "returned_at", "stopped_at")
NOT_AHEAD = ("source_changed_at", *ENDS)
"""What cannot have happened before the source was read."""

MARKERS = (UNREADABLE, UNMAPPED, WARD_STATED, AHEAD, COURSE)


class Mapper:
    """Maps the batches of one dataset on one night.

    Args:
        dataset: the ward's dataset.
        night: the date that the records are landed under.
        key: the pseudonym key.
        key_id: its id, which stands before every hash made with it.
    """

    def __init__(self, dataset: Dataset, night: date, key: bytes, key_id: str = privacy.FIRST_KEY_ID) -> None:
        self._dataset = dataset
        self._contract = CONTRACTS[dataset.kind]
        self._night = night
        self._end = night_end(night, dataset.district.time_zone)
        self._key, self._key_id = key, key_id
        self._codes = None if dataset.catalogue is None else pa.array(sorted(dataset.catalogue.codes), pa.string())
        self._db = open_cursor()
        self._rows = OwnRows(dataset, night)

    def map(self, batch: pa.Table, new_columns: list[str]) -> pa.Table:
        """The batch in the contract's columns, its date twins, the technical columns, the markers and `received`.

        Where a source holds the records of several wards, only those of the dataset's ward.

        Args:
            batch: a table of a source: its own columns, `POSITION` and `FAULT`.
            new_columns: columns that the mapping does not know; their values are kept as keyed hashes in `extras`.
        """
        batch = self._own(_with_absent_columns(batch, self._dataset.mapping.source_columns()))
        built = self._statement(batch.schema, new_columns, plain_columns(batch))
        statement, parameters = built.build()
        self._db.register("batch", batch)
        if built.hashed:
            parameters |= privacy.key_parameters(self._key, self._key_id, built.hashed)
        mapped = self._db.execute(statement, parameters).to_arrow_table()
        self._db.unregister("batch")
        return self._finish(mapped)

    def _own(self, batch: pa.Table) -> pa.Table:
        return self._rows.of(batch, self._db)

    def _statement(self, schema: pa.Schema, new_columns: list[str], plain: frozenset[str]) -> Statement:
        return Statement(self._dataset, self._contract, schema, new_columns, plain)

    def close(self) -> None:
        """Releases the connection and what was registered on it."""
        self._db.close()

    def _finish(self, mapped: pa.Table) -> pa.Table:
        rows = mapped.num_rows
        constants = {
            "ward_key": pa.array([self._dataset.ward.ward] * rows, pa.string()),
            "district_code": pa.array([self._dataset.ward.district] * rows, pa.string()),
            "night": pa.array([self._night] * rows, pa.date32()),
            "system": pa.array([self._dataset.system.system] * rows, pa.string()),
        }
        for name, values in constants.items():
            mapped = mapped.append_column(name, values)
        mapped = self._mark_ahead(self._check_catalogue(self._instants(mapped)))
        mapped = mapped.append_column(COURSE, _course(mapped))
        columns = [*self._contract.schema().names, *MARKERS, RECEIVED]
        return mapped.select(columns).cast(self._target_schema(mapped.schema))

    def _instants(self, mapped: pa.Table) -> pa.Table:
        """Local times as instants, each with its date twin."""
        for column in self._contract.stored:
            if column.type != "timestamp":
                continue
            local = mapped[column.name]
            if column.local_date:
                mapped = mapped.append_column(column.date_name, pc.cast(local, pa.date32(), safe=False))
            # Twice a year a zone with summer time has an hour that comes twice, or not at all: the earlier reading.
            instant = pc.assume_timezone(
                local, self._dataset.district.time_zone, ambiguous="earliest", nonexistent="earliest"
            )
            # West of Greenwich the last evening of the year 9999 would be one that Python cannot hold.
            last = pa.scalar(LAST_INSTANT, instant.type)
            instant = pc.if_else(pc.greater(instant, last), last, instant)
            mapped = mapped.set_column(mapped.column_names.index(column.name), column.name, instant)
        return mapped

    def _check_catalogue(self, mapped: pa.Table) -> pa.Table:
        for column in self._contract.stored:
            if self._codes is None or not column.in_catalogue:
                continue
            code = mapped[column.name]
            unknown = pc.and_(pc.is_valid(code), pc.invert(pc.is_in(code, value_set=self._codes)))
            known = pc.coalesce(mapped[UNMAPPED], pa.scalar("|"))
            marked = pc.if_else(unknown, pc.binary_join_element_wise(known, f"{column.name}|", ""), mapped[UNMAPPED])
            mapped = mapped.set_column(mapped.column_names.index(UNMAPPED), UNMAPPED, marked)
        return mapped

    def _mark_ahead(self, mapped: pa.Table) -> pa.Table:
        """What is stored is what the source says; that such a time counts as the night's end is the order's affair."""
        marks = pa.nulls(mapped.num_rows, pa.string())
        for name in NOT_AHEAD:
            if name not in mapped.column_names:
                continue
            times = mapped[name]
            later = pc.fill_null(pc.greater(times, pa.scalar(self._end, times.type)), False)
            if pc.any(later).as_py():
                marked = pc.binary_join_element_wise(pc.coalesce(marks, pa.scalar("|")), f"{name}|", "")
                marks = pc.if_else(later, marked, marks)
        return mapped.append_column(AHEAD, marks)

    def _target_schema(self, found: pa.Schema) -> pa.Schema:
        markers = [pa.field(name, pa.string()) for name in MARKERS]
        return pa.schema([*self._contract.schema(), *markers, found.field(RECEIVED)])


class Statement:
    """Builds the SELECT of one dataset; identifiers come from reviewed files and are quoted, values are bound."""

    def __init__(
        self,
        dataset: Dataset,
        contract: Contract,
        schema: pa.Schema,
        new_columns: list[str],
        plain: frozenset[str] = frozenset(),
    ) -> None:
        self._dataset = dataset
        self._contract = contract.with_hashed_key() if dataset.mapping.key_hashed else contract
        self._schema = schema
        self._new_columns = new_columns
        self._plain = plain
        self._values = Values(dataset.system, dataset.district.time_zone)
        self._bind = self._values.bind
        self.hashed = self._values.hashed
        self._inputs: dict[str, Input] = {}

    def build(self) -> tuple[str, dict[str, object]]:
        """The SELECT over the relation `batch`, and its bound parameters."""
        maps = self._maps()
        inputs = {name: self._input(column_map) for name, column_map in maps.items()}
        values = {name: self._value(self._contract.by_name[name], maps[name], inputs[name]) for name in maps}
        step_inputs = [f"{i.sql} AS {_name(i.label)}" for i in self._inputs.values()]
        step_inputs += [f"{i.torn} AS {_name('torn ' + i.label)}" for i in self._inputs.values() if i.torn]
        step_readings = [f"{sql} AS {_name(name)}" for name, sql in self._values.readings.items()]
        step_moments = [f"{sql} AS {_name(name)}" for name, sql in self._values.moments.items()]
        step_values = [f"{sql} AS {_name('v_' + name)}" for name, sql in values.items()]
        statement = f"""
            WITH inputs AS (SELECT {_name(POSITION)}, {_name(FAULT)}, {self._extras()} AS extras
                                   {_more(step_inputs)} FROM {self._batch()}),
                 readings AS (SELECT *{_more(step_readings)} FROM inputs),
                 moments AS (SELECT *{_more(step_moments)} FROM readings),
                 mapped AS (SELECT *{_more(step_values)} FROM moments)
            SELECT {", ".join(self._outputs(maps))},
                   {_name(POSITION)} AS source_position, extras,
                   {self._content_hash(maps)} AS content_hash,
                   {self._marker(maps, inputs, coded=False)} AS {UNREADABLE},
                   {self._marker(maps, inputs, coded=True)} AS {UNMAPPED},
                   {self._ward_stated(maps)} AS {WARD_STATED},
                   {self._received(maps, inputs)} AS {RECEIVED}
            FROM mapped"""  # noqa: S608 - every value is bound, every identifier quoted
        return statement, self._values.parameters

    def _maps(self) -> dict[str, ColumnMap]:
        """Contract columns that the source fills, in the contract's order; dropped ones are not even read."""
        mapping = self._dataset.mapping
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
            nested = f"nullif(trim({_name(name)}), '')"
            inside = f"json_extract_string({nested}, {self._bind(path)})"
            text = f"CASE WHEN json_valid({nested}) THEN nullif(trim(nfc_normalize({inside})), '') END"
            return Input(f"{name}{path}", text, torn=f"NOT coalesce(json_valid({nested}), TRUE)")
        data_type = self._schema.field(name).type
        if pa.types.is_timestamp(data_type) and data_type.tz is not None:
            zone = self._bind(self._dataset.system.time_zone)
            return Input(name, f"timezone({zone}, {_name(name)})", native_time=True)
        if pa.types.is_timestamp(data_type) or pa.types.is_date(data_type):
            is_day = pa.types.is_date(data_type)
            return Input(name, f"CAST({_name(name)} AS TIMESTAMP)", native_time=True, native_day=is_day)
        is_number = pa.types.is_integer(data_type) or pa.types.is_floating(data_type) or pa.types.is_decimal(data_type)
        return Input(name, self._text(name), native_number=is_number)

    def _text(self, name: str) -> str:
        if name in self._plain:
            return f"CAST({_name(name)} AS VARCHAR)"
        return f"nullif(trim(nfc_normalize(CAST({_name(name)} AS VARCHAR))), '')"

    def _batch(self) -> str:
        """The relation to read: the batch, its floats and decimals as text."""
        texts = []
        for field in self._schema:
            if pa.types.is_floating(field.type):
                texts.append(f"{readings.float_text(_name(field.name))} AS {_name(field.name)}")
            elif pa.types.is_decimal(field.type):
                texts.append(f"{readings.decimal_text(_name(field.name))} AS {_name(field.name)}")
        return f"(SELECT * REPLACE ({', '.join(texts)}) FROM batch)" if texts else "batch"  # noqa: S608 - as above

    def _value(self, column: Column, column_map: ColumnMap, source: Input | None) -> str:
        """SQL of the contract value; null where the input cannot be read or translated."""
        return self._values.sql(column, column_map, source)

    def _outputs(self, maps: dict[str, ColumnMap]) -> list[str]:
        outputs = []
        for column in self._contract.stored:
            outputs.append(f"{self._stored_value(column, maps)} AS {_name(column.name)}")
        return outputs

    def _stored_value(self, column: Column, maps: dict[str, ColumnMap]) -> str:
        sql_type = SQL_TYPES.get(column.type, "VARCHAR")
        if column.name not in maps:
            return f"CAST({self._bind(column.default)} AS {sql_type})"
        value = _name("v_" + column.name)
        if column.default is None:
            return value
        # A default stands for "the source says nothing", never for a value that could not be understood.
        source = self._input(maps[column.name])
        absent = "FALSE" if source is None else f"{_name(source.label)} IS NULL"
        return f"CASE WHEN {absent} THEN CAST({self._bind(column.default)} AS {sql_type}) ELSE {value} END"

    def _marker(self, maps: dict[str, ColumnMap], inputs: dict[str, Input | None], *, coded: bool) -> str:
        parts = [] if coded else [f"CASE WHEN {_name(FAULT)} IS NOT NULL THEN 'record|' ELSE '' END"]
        for name in maps:
            source = inputs[name]
            if source is None or (self._contract.by_name[name].type == "code") is not coded:
                continue
            lost = f"{_name(source.label)} IS NOT NULL AND {_name('v_' + name)} IS NULL"
            if source.torn:
                lost = f"({lost}) OR {_name('torn ' + source.label)}"
            parts.append(f"CASE WHEN {lost} THEN {_literal(name + '|')} ELSE '' END")
        return f"nullif('|' || {' || '.join(parts)}, '|')" if parts else "CAST(NULL AS VARCHAR)"

    def _ward_stated(self, maps: dict[str, ColumnMap]) -> str:
        if SOURCE_WARD not in maps:
            return "CAST(NULL AS VARCHAR)"
        value = f"lower(coalesce({_name('v_' + SOURCE_WARD)}, ''))"
        return (
            f"CASE WHEN list_contains({self._aliases()}::VARCHAR[], {value}) THEN 'match' "
            f"WHEN {value} = '' THEN 'missing' ELSE 'other' END"
        )

    def _aliases(self) -> str:
        return self._bind([folded(alias) for alias in self._dataset.ward.aliases])

    def _content_hash(self, maps: dict[str, ColumnMap]) -> str:
        """A fingerprint of the record's values; the time of change is left out, so that a touch alone is no news."""
        columns = [c.name for c in self._contract.columns if c.name in maps and c.name != "source_changed_at"]
        parts = [f"coalesce(CAST({_name('v_' + name)} AS VARCHAR), '')" for name in columns]
        return f"md5(concat_ws(chr(31), coalesce({_name(FAULT)}, ''), {', '.join(parts)}))"

    def _extras(self) -> str:
        present = [name for name in self._new_columns if name in self._schema.names]
        if not present:
            return "CAST(NULL AS VARCHAR)"
        # Nobody has said yet what a new column holds; a keyed hash shows that it is filled without showing it.
        shown = names_shown(self._new_columns, self._dataset.known_names())
        fields = ", ".join(
            f"{_literal(shown[name])}, {self._values.keyed(self._text(name), f'{privacy.EXTRA_COLUMN}:{name}')}"
            for name in present
        )
        return f"CAST(json_object({fields}) AS VARCHAR)"

    def _received(self, maps: dict[str, ColumnMap], inputs: dict[str, Input | None]) -> str:
        fields = [f"{_literal(FAULT)}: {_name(FAULT)}"]
        for label in self._inputs:
            users = [name for name, source in inputs.items() if source is not None and source.label == label]
            fields.append(f"{_literal(label)}: {self._treated(label, users)}")
            note = self._note(label, users, maps)
            if note:
                fields.append(f"{_literal(NOTE + label)}: {note}")
        return "{" + ", ".join(fields) + "}"

    def _note(self, label: str, users: list[str], maps: dict[str, ColumnMap]) -> str | None:
        """What a replay has to know beside the value as it is kept."""
        source = self._inputs[label]
        if source.native_time:
            note = NATIVE_DAY if source.native_day else NATIVE_TIME
            return f"CASE WHEN {_name(label)} IS NOT NULL THEN {_literal(note)} END"
        columns = [self._contract.by_name[name] for name in users]
        if any(column.privacy is not Privacy.KEEP for column in columns):
            return None
        text = _name(label)
        kept = self._treated(label, users)
        if source.native_number and any(column.type in ("integer", "number") for column in columns):
            return f"CASE WHEN {kept} = {text} THEN {_literal(NATIVE_NUMBER)} END"
        if not any(name == SOURCE_WARD or maps[name].codes for name in users):
            return None
        # A code that nobody knew may be a name, so it is masked; by its hash it is found again in a mended table.
        return f"CASE WHEN {kept} <> {text} THEN {self._values.keyed(f'lower({text})', privacy.CODE_COLUMN)} END"

    def _treated(self, label: str, users: list[str]) -> str:
        """The input as it may be kept: the strictest treatment of the contract columns that it feeds."""
        kept = self._strictest(label, users)
        torn = self._inputs[label].torn
        return kept if torn is None else f"CASE WHEN {_name('torn ' + label)} THEN {_literal(TORN)} ELSE {kept} END"

    def _strictest(self, label: str, users: list[str]) -> str:
        text = f"CAST({_name(label)} AS VARCHAR)"
        columns = [self._contract.by_name[name] for name in users]
        for privacy_class in (Privacy.PSEUDONYMISE, Privacy.FREE_TEXT):
            for column in columns:
                if column.privacy is privacy_class:
                    return _name("v_" + column.name)
        understood = " AND ".join(f"{_name('v_' + name)} IS NOT NULL" for name in users)
        if any(column.name == SOURCE_WARD for column in columns):
            understood = f"list_contains({self._aliases()}::VARCHAR[], lower({text}))"
        return f"CASE WHEN {text} IS NULL OR ({understood}) THEN {text} ELSE {SHAPE}({text}) END"


def _course(mapped: pa.Table) -> pa.Array:
    """The column `COURSE`: few different texts, each written once."""
    if not {"status", *ENDS} <= set(mapped.column_names):
        return pa.nulls(mapped.num_rows, pa.string())
    status = mapped["status"].combine_chunks().dictionary_encode(null_encoding="encode")
    present = [pc.is_valid(mapped[name]).to_numpy().astype(np.int64) << bit for bit, name in enumerate(ENDS)]
    which = status.indices.to_numpy(zero_copy_only=False) * (1 << len(ENDS)) + sum(present)
    texts = [
        "|".join([word or "", *(name for bit, name in enumerate(ENDS) if ends >> bit & 1), ""])
        for word in status.dictionary.to_pylist()
        for ends in range(1 << len(ENDS))
    ]
    return pa.array(texts, pa.string()).take(pa.array(which, pa.int64()))


def _with_absent_columns(batch: pa.Table, names: list[str]) -> pa.Table:
    """The batch with a column of nulls for each optional or dropped column that the source left out."""
    for name in names:
        if name not in batch.column_names:
            batch = batch.append_column(name, pa.nulls(batch.num_rows, pa.string()))
    return batch


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _more(parts: list[str]) -> str:
    return "".join(f", {part}" for part in parts)
