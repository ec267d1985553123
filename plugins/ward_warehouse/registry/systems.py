"""What one kind of ward software looks like: where its records are, and how they map to the contracts."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ward_warehouse.contracts import RecordKind


class Strict(BaseModel):
    """A model that refuses keys it does not know: a misspelt key must not be read as an absent one."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(Strict):
    """A label for people, in Vietnamese and English."""

    vi: str
    en: str


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(
            f"found {name!r}, expected a name of the time zone database such as Asia/Ho_Chi_Minh"
        ) from None
    return name


TimeZone = Annotated[str, AfterValidator(_time_zone)]


class SqlRead(Strict):
    """A table of a relational database, or a query over several.

    Attributes:
        timeout_seconds: after which the ward's server is to give up a statement of ours.
    """

    table: str | None = None
    query: str | None = None
    schema_name: str | None = Field(default=None, alias="schema")
    timeout_seconds: int = Field(default=600, ge=1)

    @model_validator(mode="after")
    def _one_relation(self) -> SqlRead:
        if (self.table is None) == (self.query is None):
            raise ValueError("expected exactly one of table, query")
        return self


class Pagination(Strict):
    """Numbered pages; a page with fewer records than `size` is the last."""

    page_param: str
    size_param: str
    size: int = Field(default=500, ge=1, le=10_000)
    first_page: int = 1


class HttpRead(Strict):
    """A paged JSON endpoint. `records` is the dotted path to the list inside the answer.

    `since_param` (inclusive) and `until_param` (exclusive) carry the window in `time_format`, local time.
    """

    path: str
    records: str
    pagination: Pagination
    since_param: str
    until_param: str
    time_format: str


class FilesRead(Strict):
    """Delimited text files dropped into a folder; `{ward}` in the pattern is the ward key. `.gz` is understood."""

    pattern: str
    delimiter: str = ","
    encoding: str = "utf-8-sig"


class ColumnMap(Strict):
    """Where a contract column comes from: a source column, an expression over source columns, or a constant.

    Attributes:
        from_: source column; `path` is a JSONPath into it when it holds a nested value.
        formats: strptime formats in the order they are tried, local time of the system.
        codes: name of the code table that translates the value; a code that is not in it is an error of the record.
        expression: a DuckDB scalar expression over the source columns, all of them text; `uses` lists them.
        optional: the source may leave the column out (a JSON key that is absent when it has no value). Any other
            mapped column that is missing holds the batch back.
    """

    from_: str | None = Field(default=None, alias="from")
    path: str | None = None
    formats: tuple[str, ...] = ()
    codes: str | None = None
    expression: str | None = None
    uses: tuple[str, ...] = ()
    constant: str | None = None
    optional: bool = False

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


class Cursor(Strict):
    """The source column that says when a record last changed; `format` is set where the source stores it as text."""

    column: str
    format: str | None = None


class DatasetMap(Strict):
    """One record kind in one kind of software.

    `key` are the source columns that identify a record inside the ward. `overlap_hours` is how far before the
    cursor a night reads again, for records that were changed while the last night ran.
    """

    read: dict[str, Any]
    key: tuple[str, ...] = Field(min_length=1)
    cursor: Cursor | None = None
    overlap_hours: int = Field(default=48, ge=0)
    columns: dict[str, ColumnMap]
    ignore: tuple[str, ...] = ()

    def source_columns(self, *, optional: bool = True) -> list[str]:
        """Every source column that the mapping names, each once; without the optional ones if so asked."""
        maps = [m for m in self.columns.values() if optional or not m.optional]
        named = [name for m in maps for name in ((m.from_,) if m.from_ is not None else m.uses)]
        cursor = [self.cursor.column] if self.cursor else []
        return list(dict.fromkeys([*self.key, *cursor, *named]))


READS: dict[str, type[Strict]] = {"sql": SqlRead, "http": HttpRead, "files": FilesRead}


class System(Strict):
    """One kind of ward software."""

    system: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    name: Label
    transport: Literal["sql", "http", "files"]
    time_zone: TimeZone
    datasets: dict[RecordKind, DatasetMap] = Field(min_length=1)
    codes: dict[str, dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _codes_are_text(cls, value: Any) -> Any:
        # YAML reads an unquoted 1 or true as a number or a truth value; sources send text.
        if isinstance(value, dict) and isinstance(value.get("codes"), dict):
            tables = {
                name: {_as_text(k): _as_text(v) for k, v in table.items()} if isinstance(table, dict) else table
                for name, table in value["codes"].items()
            }
            return {**value, "codes": tables}
        return value

    def read_spec(self, kind: RecordKind) -> Strict:
        """The `read` block of a dataset, typed by the transport."""
        return READS[self.transport].model_validate(self.datasets[kind].read)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
