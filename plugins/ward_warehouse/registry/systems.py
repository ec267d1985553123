"""What one kind of ward software looks like: where its records are, and how they map to the contracts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ward_warehouse.core.checked import TimeZone
from ward_warehouse.core.contracts import SOURCE_WARD, RecordKind
from ward_warehouse.registry.expressions import columns_of
from ward_warehouse.registry.file_reads import FilesRead
from ward_warehouse.registry.http_reads import HttpRead
from ward_warehouse.registry.strict import KEY_PATTERN, Label, Strict, Texts, as_text


class SqlRead(Strict):
    """A table of a relational database, or a query over several.

    Attributes:
        zero_dates: what a day 0000-00-00, which MySQL and MariaDB can store, means: an `error` of its record, or
            `empty` for a software that writes "not yet" so.
        timeout_seconds: after which the ward's server is to give up a statement of ours.
    """

    table: str | None = None
    query: str | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    zero_dates: Literal["error", "empty"] = "error"
    timeout_seconds: int = Field(default=600, ge=1)

    @model_validator(mode="after")
    def _one_relation(self) -> SqlRead:
        if (self.table is None) == (self.query is None):
            raise ValueError("expected exactly one of table, query")
        return self


class NumberFormat(Strict):
    """How numbers are written: `15.983` and `96,8` are {decimal: comma, thousands: dot}.

    Attributes:
        percent: a sign % may stand behind the number, which is kept as it stands: 28 % is 28.
    """

    decimal: Literal["dot", "comma"] = "dot"
    thousands: Literal["none", "dot", "comma", "space"] = "none"
    percent: bool = False

    @model_validator(mode="after")
    def _two_signs(self) -> NumberFormat:
        if self.decimal == self.thousands:
            raise ValueError(f"found {self.decimal} for decimal and for thousands, expected two different signs")
        return self


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


NumberFormats = Annotated[
    tuple[NumberFormat, ...],
    BeforeValidator(_as_list, json_schema_input_type=NumberFormat | tuple[NumberFormat, ...]),
]
"""One format, or several in the order in which they are tried."""


class ColumnMap(Strict):
    """Where a contract column comes from: a source column, an expression over source columns, or a constant.

    Attributes:
        from_: source column; `path` is a JSONPath into it when it holds a nested value.
        formats: strptime formats or the names of `registry.times` (iso8601, epoch, epoch_ms, excel_serial), in the
            order they are tried; iso8601 where none is given. What names no zone is local time of the system. A day
            before 1900 or after 2099 is not read, and the next format is tried.
        due: of a promise whose time is written as midnight: the end of that day, or that very instant. A day without a
            time always ends with its day.
        numbers: how numbers are written; without it the system's `numbers` hold, and for an expression plain ones.
        bounds: name of the table of words that may stand before a number ("hơn 10"). In the column of the number the
            word is left out; in the column of the bound it is translated, and a bare number is `exact`.
        codes: name of the code table that translates the value; a code that is not in it is an error of the record.
        expression: a DuckDB scalar expression over the source columns, all of them text; `uses` lists them. It may hold
            no parameter, no subquery and no function that reads anything besides (`registry.expressions`).
        pattern: what a text must match to be kept, where the software's codes are unlike the contract's.
        keep: `scrubbed` keeps a free text, of which else only stays that there was one, without what rules find in it
            (numbers, e-mail addresses, common names; not every name). `decided_by` and `reason` say who wanted it kept
            and why.
        optional: the source may leave the column out (a JSON key that is absent when it has no value). Any other
            mapped column that is missing holds the batch back.
    """

    from_: str | None = Field(default=None, alias="from")
    path: str | None = None
    formats: tuple[str, ...] = ()
    due: Literal["end_of_day", "instant"] = "end_of_day"
    numbers: NumberFormats = ()
    bounds: str | None = None
    codes: str | None = None
    expression: str | None = None
    uses: tuple[str, ...] = ()
    pattern: str | None = None
    constant: str | None = None
    optional: bool = False
    keep: Literal["scrubbed"] | None = None
    decided_by: str | None = Field(default=None, min_length=3)
    reason: str | None = Field(default=None, min_length=10)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnMap:
        origins = [self.from_, self.expression, self.constant]
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("expected exactly one of from, expression, constant")
        if self.path is not None and self.from_ is None:
            raise ValueError("path goes with from")
        return self

    @model_validator(mode="after")
    def _decided(self) -> ColumnMap:
        if self.keep is not None and (self.decided_by is None or self.reason is None):
            raise ValueError("keep: decided_by and reason are missing; say who decided to keep this text, and why")
        if self.keep is None and (self.decided_by or self.reason):
            raise ValueError("decided_by and reason go with keep; remove them, or add keep: scrubbed")
        return self


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Cursor(Strict):
    """The source column that says when a record last changed.

    Attributes:
        format: how the source writes it as text or as a number; one form of `ColumnMap.formats`, or several in the
            order in which they are tried. A database is asked by it where it sorts as time does, and else read whole.
    """

    column: str
    format: Annotated[tuple[str, ...], BeforeValidator(_as_tuple, json_schema_input_type=str | tuple[str, ...])] = ()


class DeletedWhen(Strict):
    """How a software that never removes a record marks the deleted ones; exactly one of `values` and `filled`.

    Attributes:
        column: the source column of the mark.
        values: those that mean deleted, compared as text, whatever the case.
        filled: any value means deleted, such as the time of the deletion.
    """

    column: str
    values: Texts = ()
    filled: bool = False

    @model_validator(mode="after")
    def _one_mark(self) -> DeletedWhen:
        if bool(self.values) == self.filled:
            raise ValueError("expected exactly one of values, filled: true")
        return self


class RecordKindMap(Strict):
    """One record kind in one kind of software.

    `key` are the source columns that identify a record inside the ward; `key: {hashed: [...]}` says that they hold
    identity numbers or phones, and the record id is then a pseudonym. `overlap_hours` is how far before the cursor a
    night reads again, for records that were changed while the last night ran.

    Attributes:
        where: a DuckDB condition over the source columns, for a source that holds more than these records; rows for
            which it is false are left out.
        split_by: the source column that names the ward, for one that holds the records of several wards. Each takes the
            rows with one of its aliases; wards of one source share a `connection`. A row of no ward that is in force is
            taken, and refused, by the first of them. The column is mapped to `source_ward` unless another one is.
        deleted_when: the mark of records that the software keeps although they are deleted. They are no records: a
            night that reads one deletes what earlier nights brought of it.
    """

    read: dict[str, Any]
    key: tuple[str, ...] = Field(min_length=1)
    key_hashed: bool = False
    cursor: Cursor | None = None
    overlap_hours: int = Field(default=48, ge=0)
    columns: dict[str, ColumnMap]
    ignore: tuple[str, ...] = ()
    where: str | None = None
    split_by: str | None = None
    deleted_when: DeletedWhen | None = None

    @model_validator(mode="before")
    @classmethod
    def _split_names_the_ward(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("columns"), dict) or not value.get("split_by"):
            return value
        return {**value, "columns": {SOURCE_WARD: value["split_by"], **value["columns"]}}

    @model_validator(mode="after")
    def _columns_are_told_apart(self) -> RecordKindMap:
        seen: dict[str, str] = {}
        for name in self.source_columns():
            other = seen.setdefault(name.lower(), name)
            if other != name:
                raise ValueError(
                    f"columns {other} and {name} differ in case alone, and SQL does not tell them apart; have one of "
                    "them renamed in the source, or by a query"
                )
        return self

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The source columns that say whether a row is a record of the ward."""
        split = (self.split_by,) if self.split_by is not None else ()
        marks = (self.deleted_when.column,) if self.deleted_when is not None else ()
        return (*split, *marks, *(columns_of(self.where) if self.where is not None else ()))

    @model_validator(mode="before")
    @classmethod
    def _hashed_form(cls, value: Any) -> Any:
        key = value.get("key") if isinstance(value, dict) else None
        if isinstance(key, dict) and set(key) == {"hashed"}:
            return {**value, "key": key["hashed"], "key_hashed": True}
        return value

    def source_columns(self, *, optional: bool = True) -> list[str]:
        """Every source column that the mapping names, each once; without the optional ones if so asked."""
        maps = [m for m in self.columns.values() if optional or not m.optional]
        named = [name for m in maps for name in ((m.from_,) if m.from_ is not None else m.uses)]
        cursor = [self.cursor.column] if self.cursor else []
        return list(dict.fromkeys([*self.key, *cursor, *self.row_columns, *named]))


READS: dict[str, type[Strict]] = {"sql": SqlRead, "http": HttpRead, "files": FilesRead}


class System(Strict):
    """One kind of ward software.

    Attributes:
        numbers: how its numbers are written, unless a column says otherwise; plain digits and a decimal point if
            nothing is said.
        codes: tables from the source's codes, or its words before a number, to the words of a contract.
    """

    system: str = Field(pattern=KEY_PATTERN)
    name: Label
    transport: Literal["sql", "http", "files"]
    time_zone: TimeZone
    record_kinds: dict[RecordKind, RecordKindMap] = Field(min_length=1)
    numbers: NumberFormats = (NumberFormat(),)
    codes: dict[str, dict[str, str]] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _codes_are_text(cls, value: Any) -> Any:
        # YAML reads an unquoted 1 or true as a number or a truth value; sources send text.
        if isinstance(value, dict) and isinstance(value.get("codes"), dict):
            tables = {
                name: {as_text(k): as_text(v) for k, v in table.items()} if isinstance(table, dict) else table
                for name, table in value["codes"].items()
            }
            return {**value, "codes": tables}
        return value

    @property
    def file_patterns(self) -> tuple[str, ...]:
        """The name patterns of the files that hold its records; empty where they are not in files."""
        return tuple(str(d.read.get("pattern", "")) for d in self.record_kinds.values() if self.transport == "files")

    def read_spec(self, record_kind: RecordKind) -> Strict:
        """The `read` block of a feed, typed by the transport."""
        return READS[self.transport].model_validate(self.record_kinds[record_kind].read)
