"""What one kind of ward software looks like: where its records are, and how they map to the contracts."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.registry.file_values import Encoding, FilePattern, RegularExpression


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


PAGING_KEYS: dict[str, tuple[set[str], set[str]]] = {
    "page": ({"page_param", "size_param"}, {"size", "first_page", "last_page", "total", "confirm"}),
    "offset": ({"offset_param", "size_param"}, {"size", "last_page", "overlap", "total"}),
    "cursor": ({"cursor_param", "next"}, {"size_param", "size", "next_optional", "total", "confirm"}),
    "link": (set(), {"size_param", "size", "next", "next_optional", "total"}),
}
"""The keys that a paging style needs, and those it may have."""


class Pagination(Strict):
    """How a JSON endpoint is walked page by page.

    Attributes:
        style: `page` counts pages from `first_page`; `offset` counts records; `cursor` sends the value found at `next`
            back as `cursor_param`; `link` follows the address at `next`, or the Link header (rel=next) without `next`.
        size: records asked for on a page, sent as `size_param`.
        last_page: which page ends a numbered or counted walk: one with fewer records than `size` (`short`), or one
            without records (`empty`), for a server that gives smaller pages than it was asked for.
        overlap: how many records an offset page reads again of the page before it, as proof that none moved.
        next: dotted path inside the answer; null or an empty text ends the walk.
        next_optional: the server leaves `next` out on the last page. Otherwise its absence is an error: a renamed key
            must not end the walk after the first page.
        total: dotted path to the number of records in the window; when it is not what was read, the read starts over.
        confirm: what proves a walk without `total` complete. Numbered pages are read until a reading brings nothing
            new; a marker that is the time of change alone holds the batch back. `false` gives the proof up.
    """

    style: Literal["page", "offset", "cursor", "link"] = "page"
    page_param: str = ""
    offset_param: str = ""
    cursor_param: str = ""
    size_param: str = ""
    size: int = Field(default=500, ge=1, le=10_000)
    first_page: int = Field(default=1, ge=0, le=1)
    last_page: Literal["short", "empty"] = "short"
    overlap: int = Field(default=1, ge=0)
    next: str = ""
    next_optional: bool = False
    total: str = ""
    confirm: bool = True

    @model_validator(mode="after")
    def _keys_of_the_style(self) -> Pagination:
        needed, optional = PAGING_KEYS[self.style]
        missing = sorted(name for name in needed if not getattr(self, name))
        if missing:
            raise ValueError(f"style {self.style}: {', '.join(missing)} is missing; add it")
        foreign = sorted(self.model_fields_set - needed - optional - {"style"})
        if foreign:
            raise ValueError(f"style {self.style} does not use {', '.join(foreign)}; remove it")
        if self.style == "offset" and self.overlap >= self.size:
            raise ValueError(f"found an overlap of {self.overlap}, expected fewer than the {self.size} of a page")
        return self


class HttpAuth(Strict):
    """What proves to a JSON endpoint who reads; the secrets themselves are in the connection.

    Attributes:
        type: `bearer` (the connection's password is the token; none is sent without one), `basic` (login and password),
            `api_key` (password), `oauth2` (client credentials: login, password, and `token_url` in the extra), `none`.
        header, query: where an API key goes; exactly one of them.
        scope: asked for with an OAuth2 token.
        client: how an OAuth2 client shows its login and password: `basic` (a header) or `body` (form fields).
    """

    type: Literal["bearer", "basic", "api_key", "oauth2", "none"] = "bearer"
    header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    query: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]+$")
    scope: str | None = None
    client: Literal["basic", "body"] = "basic"

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"type": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _keys_of_the_type(self) -> HttpAuth:
        allowed = {"api_key": {"header", "query"}, "oauth2": {"scope", "client"}}.get(self.type, set())
        foreign = sorted(self.model_fields_set - allowed - {"type"})
        if foreign:
            raise ValueError(f"type {self.type} does not use {', '.join(foreign)}; remove it")
        if self.type == "api_key" and (self.header is None) == (self.query is None):
            raise ValueError("type api_key: expected exactly one of header, query")
        return self


class HttpRead(Strict):
    """A paged JSON endpoint.

    Attributes:
        records: dotted path to the list inside the answer; left out when the answer itself is the list.
        params: query parameters that every walk starts with, such as an order.
        since_param, until_param: carry the window, since (included) and until (excluded), in `time_format`; one that is
            left out is not sent.
        time_format: a strftime format for local time of the system, or `epoch` or `epoch_ms`.
        requests_per_second: the most that one read sends; None is unlimited.
        max_page_mib: a larger page, packed or unpacked, is refused.
        time_limit_seconds: for all pages of a batch together.
    """

    path: str = Field(pattern=r"^/[^?#]*$")
    records: str = ""
    pagination: Pagination
    auth: HttpAuth = HttpAuth()
    params: dict[str, str] = {}
    since_param: str = ""
    until_param: str = ""
    time_format: str = ""
    requests_per_second: float | None = Field(default=None, gt=0)
    max_page_mib: int = Field(default=64, ge=1, le=1024)
    time_limit_seconds: int = Field(default=3600, ge=1)

    @model_validator(mode="after")
    def _window_has_a_format(self) -> HttpRead:
        if (self.since_param or self.until_param) and not self.time_format:
            raise ValueError("time_format is missing; it says how since_param and until_param are written")
        return self


class FilesRead(Strict):
    """Files dropped into a folder. What `.gz` and `.zip` hold is read as if it lay in the folder itself.

    Attributes:
        pattern: of the file names (`*`, `?`, `[...]`); `{ward}` in it is the ward key.
        format: where the ending of the name does not tell it.
        delimiter: the sign between fields; without it a comma, in `.tsv` a tab.
        encoding: one of `file_values.ENCODINGS`; in a workbook, `tcvn3` says that its cells were typed in a .Vn font.
        sheet: name of the sheet; without it the first visible one.
        records: dotted path to the list of records in a JSON document; without it the document is the list.
        header_row: number of the (first) header row, from 1; without it the header is looked for.
        skip_rows: rows at the top among which the header is not looked for.
        header_rows: rows that the header takes; a column below a merged cell is named `Group / Column`.
        footer: regular expression; the first row whose first filled cell matches it, and all after it, are left out.
            Last rows of which only the first cell is filled are left out in any case.
    """

    pattern: FilePattern
    format: Literal["delimited", "spreadsheet", "json", "json_lines"] | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: Encoding = "utf-8"
    sheet: str | None = None
    records: str = ""
    header_row: int | None = Field(default=None, ge=1, le=1000)
    skip_rows: int = Field(default=0, ge=0, le=1000)
    header_rows: int = Field(default=1, ge=1, le=5)
    footer: RegularExpression | None = None


EXCEL_SERIAL = "excel_serial"
"""Among the date formats: a spreadsheet's number of days since 1899-12-30, as a cell without a date format gives it."""


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
        formats: strptime formats, or `excel_serial`, in the order they are tried, local time of the system. A day
            before 1900 or after 2099 is not read, and the next format is tried.
        numbers: how numbers are written; without it the system's `numbers` hold, and for an expression plain ones.
        bounds: name of the table of words that may stand before a number ("hơn 10"). In the column of the number the
            word is left out; in the column of the bound it is translated, and a bare number is `exact`.
        codes: name of the code table that translates the value; a code that is not in it is an error of the record.
        expression: a DuckDB scalar expression over the source columns, all of them text; `uses` lists them. It may hold
            no parameter, no subquery and no function that reads anything besides (`registry.expressions`).
        pattern: what a text must match to be kept, where the software's codes are unlike the contract's.
        optional: the source may leave the column out (a JSON key that is absent when it has no value). Any other
            mapped column that is missing holds the batch back.
    """

    from_: str | None = Field(default=None, alias="from")
    path: str | None = None
    formats: tuple[str, ...] = ()
    numbers: NumberFormats = ()
    bounds: str | None = None
    codes: str | None = None
    expression: str | None = None
    uses: tuple[str, ...] = ()
    pattern: str | None = None
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
    """One kind of ward software.

    Attributes:
        numbers: how its numbers are written, unless a column says otherwise; plain digits and a decimal point if
            nothing is said.
        codes: tables from the source's codes, or its words before a number, to the words of a contract.
    """

    system: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    name: Label
    transport: Literal["sql", "http", "files"]
    time_zone: TimeZone
    datasets: dict[RecordKind, DatasetMap] = Field(min_length=1)
    numbers: NumberFormats = (NumberFormat(),)
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
