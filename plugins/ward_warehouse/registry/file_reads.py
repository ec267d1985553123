"""How the files of a ward's software are read: the `read` block of the transport `files`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field, model_validator

from ward_warehouse.registry.file_values import Encoding, FilePattern, RegularExpression, SkippedRows
from ward_warehouse.registry.strict import Strict

Format = Literal["delimited", "spreadsheet", "html", "json", "json_lines"]
FORMATS: dict[str, Format] = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".txt": "delimited",
    ".xlsx": "spreadsheet",
    ".xlsm": "spreadsheet",
    ".xls": "spreadsheet",
    ".ods": "spreadsheet",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
}
"""What a file is by the ending of its name, until its content says otherwise."""

OF_TABLES = (
    "delimiter", "escape", "sheet", "sheets", "header_row", "skip_rows", "header_rows", "footer", "fill_down",
)  # fmt: skip
"""Keys that only a table of rows and columns has a use for."""
UNUSED: dict[Format, tuple[str, ...]] = {
    "delimited": ("records",),
    "spreadsheet": ("records",),
    "html": ("records",),
    "json": OF_TABLES,
    "json_lines": (*OF_TABLES, "records"),
}


class FilesRead(Strict):
    """Files dropped into a folder. What `.gz` and `.zip` hold is read as if it lay in the folder itself.

    Attributes:
        pattern: of the file names (`*`, `?`, `[...]`); `{ward}` in it is the ward key.
        format: where the ending of the name does not tell it.
        delimiter: the sign between fields; without it a comma, in `.tsv` a tab.
        escape: the sign before a delimiter or quote that is part of a value, such as a backslash.
        encoding: one of `file_values.ENCODINGS`; in a workbook, `tcvn3`, `vni` or `viscii` says that its cells were
            typed in a font of before Unicode.
        sheet: name of the one sheet to read; `sheets` is a pattern of names (`Tháng *`), of which all visible ones are
            read. Without either, every visible sheet is read that has the mapping's columns, and the others are named.
        records: dotted path to the list of records in a JSON document; without it the document is the list.
        header_row: number of the (first) header row, from 1; without it the header is looked for.
        skip_rows: rows at the top among which the header is not looked for; or a regular expression, and rows whose
            first filled cell matches it are left out wherever they stand.
        header_rows: rows that the header takes; a column below a merged cell is named `Group / Column`.
        footer: regular expression; the table ends at the first row whose first filled cell matches it. Below it, rows
            that look like records are still read, and where the header is repeated the table goes on. Last rows of
            which only the first cell is filled, and not with a record's key, are left out in any case.
        null_values: words that mean nothing, such as `NULL`; a value that is one of them alone is empty.
        fill_down: columns whose merged cells are filled in their first row only: an empty cell has the value above.
    """

    pattern: FilePattern
    format: Format | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    escape: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: Encoding = "utf-8"
    sheet: str | None = None
    sheets: str | None = Field(default=None, min_length=1)
    records: str = ""
    header_row: int | None = Field(default=None, ge=1, le=1000)
    skip_rows: SkippedRows = 0
    header_rows: int = Field(default=1, ge=1, le=5)
    footer: RegularExpression | None = None
    null_values: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_choice_of_sheets(self) -> FilesRead:
        if self.sheet is not None and self.sheets is not None:
            raise ValueError("expected one of sheet (a name), sheets (a pattern), found both; remove one")
        return self

    @model_validator(mode="after")
    def _keys_of_the_format(self) -> FilesRead:
        # The ending of the pattern says it where no format is stated; a star at the end says nothing.
        form = self.format or FORMATS.get(PurePosixPath(self.pattern.lower().removesuffix(".gz")).suffix)
        foreign = [name for name in UNUSED[form] if name in self.model_fields_set] if form else []
        if foreign:
            raise ValueError(f"format {form} does not use {', '.join(foreign)}; remove it")
        return self

    @property
    def rows_at_top(self) -> int:
        """How many rows at the top the header is not looked for in."""
        return self.skip_rows if isinstance(self.skip_rows, int) else 0

    @property
    def skipped(self) -> str | None:
        """What the first filled cell of a row matches that is no record, wherever it stands."""
        return self.skip_rows if isinstance(self.skip_rows, str) else None
