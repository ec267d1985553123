"""What every source gives: Arrow tables of records as the ward's system holds them, each with its position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.contracts import CODE_PATTERN, LONG_NUMBER, MAX_CODE_LENGTH
from ward_warehouse.core.errors import SchemaDriftError
from ward_warehouse.core.names import names_shown
from ward_warehouse.core.personal import PERSONAL_CODE
from ward_warehouse.registry import Feed

POSITION = "__position"
"""Text column: where the record stands in its source (table and key, page and item, file and row)."""

FAULT = "__fault"
"""Text column: why the record could not be read as a record; null for a whole one."""

BATCH_ROWS = 50_000


@dataclass(frozen=True)
class Window:
    """The changes a night asks for.

    Attributes:
        since, until: instants, `since` included and `until` excluded; None is unbounded.
        ahead_of: also what is said to have changed after this instant, the time of the reading: nobody could have
            changed it then. A source that can ask for one span only leaves it to the nights that come.
    """

    since: datetime | None = None
    until: datetime | None = None
    ahead_of: datetime | None = None


@dataclass
class ReadReport:
    """What a source says about the batch it gave, beside the records.

    Attributes:
        new_columns: source columns that the mapping neither maps nor ignores (schema drift).
        files: content fingerprint by name of each file that was read.
        refused: one line for each file that was left out, for the person who sent it.
        warnings: one line for each thing that looks wrong and was neither refused nor left out.
        drifted: a file was left out because its columns are not those of the mapping.
    """

    new_columns: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    drifted: bool = False


class Source(Protocol):
    """A ward's feed, open for reading."""

    report: ReadReport

    def read(self, window: Window) -> Iterator[pa.Table]:
        """Tables of at most about `BATCH_ROWS` records: the source's columns, `POSITION` and `FAULT`.

        Raises:
            SourceError: the source cannot be read to its end; the batch must not be landed.
        """
        ...


def compare_columns(feed: Feed, found: Iterable[str], where: str, *, catalogued: bool) -> list[str]:
    """The columns that are new in the source.

    Args:
        feed: the ward's feed.
        found: the columns that the source has.
        where: the place, for the error.
        catalogued: the names are those of a database, and are shown. Keys of other records may be anything, a person's
            number among them: of those only the count is said.

    Raises:
        SchemaDriftError: a column that the mapping needs is absent. Reading on would turn it into silent nulls.
    """
    present = list(found)
    missing = [name for name in feed.mapping.source_columns(optional=False) if name not in present]
    if missing:
        needed = len(feed.mapping.source_columns(optional=False))
        names = names_shown(present, feed.known_names()).values()
        shown = ", ".join(names) if catalogued else f"{needed - len(missing)} of the {needed} columns needed"
        raise SchemaDriftError(
            f"{feed}: {where}: column {', '.join(missing)} is missing; found {shown}. The batch is held back: ask "
            f"the ward whether the column was renamed, then correct dags/systems/{feed.system.system}.yml"
        )
    known = {*feed.mapping.source_columns(), *feed.mapping.ignore}
    return [name for name in present if name not in known]


def key_positions(origin: str, keys: pa.Array, read_before: int = 0) -> pa.Array:
    """Where records with these keys stand in a table or query, of which `read_before` records were read already.

    A key that is missing or no code, such as a name or a phone in the wrong column, is not shown: its record is named
    by its number in the order of reading.
    """
    code = pc.match_substring_regex(keys, f"^(?:{CODE_PATTERN})$")
    shown = pc.and_(code, pc.invert(pc.match_substring_regex(keys, f"{LONG_NUMBER}|{PERSONAL_CODE}")))
    shown = pc.fill_null(pc.and_(shown, pc.less_equal(pc.utf8_length(keys), MAX_CODE_LENGTH)), False)
    if pc.all(shown).as_py():
        return pc.binary_join_element_wise(origin, keys, " ")
    numbers = pc.binary_join_element_wise(
        "with an unreadable key, number",
        pc.cast(pa.array(np.arange(read_before + 1, read_before + len(keys) + 1)), pa.string()),
        " ",
    )
    return pc.binary_join_element_wise(origin, pc.if_else(shown, keys, numbers), " ")


def with_position(table: pa.Table, positions: Sequence[str]) -> pa.Table:
    """The table with its `POSITION` column, and a `FAULT` column without faults."""
    table = table.append_column(POSITION, pa.array(positions, pa.string()))
    return table.append_column(FAULT, pa.nulls(table.num_rows, pa.string()))
