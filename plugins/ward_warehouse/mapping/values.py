"""The SQL of a contract column's value: null where the source's value cannot be read or translated, never a guess.

Values that come from a system's file are bound; what is read once and used several times becomes a column of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ward_warehouse.core.contracts import CODE_PATTERN, LONG_NUMBER, Column, Privacy
from ward_warehouse.core.personal import PERSONAL_CODE, PERSONAL_TITLE
from ward_warehouse.core.quoting import identifier
from ward_warehouse.mapping import privacy, readings
from ward_warehouse.mapping.readings import folded
from ward_warehouse.mapping.times import DAY, Times
from ward_warehouse.registry import ColumnMap, NumberFormat, System
from ward_warehouse.registry.times import ISO8601, is_day

PLAIN_NUMBERS = (NumberFormat(),)


def first_time(name: str) -> str:
    """The step that reads a column's time by the first of its formats."""
    return f"time {name}"


@dataclass(frozen=True)
class Input:
    """One value of a source record.

    Attributes:
        label: its name in `received`.
        sql: reads it, as text unless `native_time` says that the source gives a real time.
        native_day: that time is a day and has no hour.
        native_number: the text is a number that the source itself gave as one, and no written form of it.
        torn: SQL that is true where a nested value is no JSON, so that nothing can be read from it.
    """

    label: str
    sql: str
    native_time: bool = False
    native_day: bool = False
    native_number: bool = False
    torn: str | None = None


class Values:
    """Gives the value of each contract column of a statement.

    Args:
        system: the ward's software.
        time_zone: of the district; local times are times of it.
        given: steps whose values are there already.

    Attributes:
        parameters: what the statement has to be run with.
        readings: SQL by name of the columns that have to stand beside the inputs before the values are taken.
        moments: the same, over the readings.
        hashed: columns whose keys the statement has to be run with.
    """

    def __init__(self, system: System, time_zone: str, given: Collection[str] = ()) -> None:
        self.parameters: dict[str, object] = {}
        self.readings: dict[str, str] = {}
        self.moments: dict[str, str] = {}
        self.hashed: set[str] = set()
        self._system = system
        self._given = given
        self._times = Times(system.time_zone, time_zone, self.bind)

    def keyed(self, text: str, column: str) -> str:
        """The pseudonym of a text expression as a value of a column."""
        self.hashed.add(column)
        return privacy.keyed_hash(text, column)

    def bind(self, value: object) -> str:
        """The parameter that stands for a value."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def sql(self, column: Column, column_map: ColumnMap, source: Input | None) -> str:
        """SQL of the contract value; null where the input cannot be read or translated."""
        text = self.bind(column_map.constant) if source is None else identifier(source.label)
        if column_map.codes is not None:
            text = self._translate(column_map.codes, text)
        match column.type:
            case "timestamp" | "date":
                return self._local_time(column, column_map, source, text)
            case "integer" | "number":
                return self._number(column, column_map, source, text)
            case "boolean":
                return f"TRY_CAST({text} AS BOOLEAN)"
            case "code":
                return self._code(column, column_map, text)
        if column.privacy is Privacy.PSEUDONYMISE:
            return self.keyed(self._reading(f"whole {column.name}", readings.whole(text)), column.name)
        if column.privacy is Privacy.FREE_TEXT:
            if column.pattern is not None:
                text = self._reading(f"text {column.name}", self._kept_text(column, column_map, text))
            return privacy.free_text(text, kept=column_map.keep == "scrubbed")
        return self._kept_text(column, column_map, text)

    def plain_form(self, column: Column, column_map: ColumnMap) -> str | None:
        """The strptime format of which `first_time` of the column is the local time and no more; None without one."""
        if column.type not in ("timestamp", "date") or column_map.codes is not None or not column_map.formats:
            return None
        form = column_map.formats[0]
        return form if self._times.is_local(form) else None

    def _kept_text(self, column: Column, column_map: ColumnMap, text: str) -> str:
        """Text that is kept as it is, if it has the form of its column."""
        if column.pattern is None:
            return text
        if column_map.pattern is None:
            text = self._reading(f"code {column.name}", readings.code(text))
        fits = f"len({text}) <= {column.max_length}"
        fits += f" AND regexp_full_match({text}, {self.bind(column_map.pattern or column.pattern)})"
        refused = [column.refused] if column_map.pattern is None or column.refused == LONG_NUMBER else []
        if column_map.pattern is None:
            refused.append(PERSONAL_CODE if column.pattern == CODE_PATTERN else PERSONAL_TITLE)
        if refused:
            # Not regexp_matches, which compiles the pattern four times: of so long a one that is most of what a night's
            # few records cost. None of these patterns is found in nothing.
            fits += f" AND regexp_extract({text}, {self.bind('|'.join(refused))}) = ''"
        return f"CASE WHEN {fits} THEN {text} END"

    def _code(self, column: Column, column_map: ColumnMap, text: str) -> str:
        if column_map.bounds is not None:
            words = self._system.codes[column_map.bounds]
            return readings.bound(text, self._bound_pattern(column_map.bounds), self._table(words))
        return text if column_map.codes else self._one_of(column.values, text)

    def _number(self, column: Column, column_map: ColumnMap, source: Input | None, text: str) -> str:
        # A constant and what an expression computes are plain, unless the column itself says otherwise.
        formats = column_map.numbers or (self._system.numbers if column_map.from_ is not None else PLAIN_NUMBERS)
        if source is not None and source.native_number:
            formats = PLAIN_NUMBERS
        if column_map.bounds is not None:
            behind = readings.without_bound(text, self._bound_pattern(column_map.bounds))
            text = self._reading(f"number {column.name}", behind)
        return readings.integer(text, formats) if column.type == "integer" else readings.number(text, formats)

    def _bound_pattern(self, table: str) -> str:
        return self.bind(readings.bound_pattern(folded(word) for word in self._system.codes[table]))

    def _reading(self, label: str, sql: str) -> str:
        """What is read once and used several times: a column of the step before the values."""
        self.readings[label] = sql
        return identifier(label)

    def _one_of(self, values: tuple[str, ...], text: str) -> str:
        return f"CASE WHEN list_contains({self.bind(list(values))}::VARCHAR[], {text}) THEN {text} END"

    def _translate(self, table: str, text: str) -> str:
        # Wards type the same label in capitals or not; the table is matched without regard to case.
        return f"{self._table(self._system.codes[table])}[lower({text})]"

    def _table(self, codes: dict[str, str]) -> str:
        words = {folded(word): value for word, value in codes.items()}
        return f"map({self.bind(list(words))}::VARCHAR[], {self.bind(list(words.values()))}::VARCHAR[])"

    def _local_time(self, column: Column, column_map: ColumnMap, source: Input | None, text: str) -> str:
        native = source is not None and source.native_time
        if source is not None and native:
            tries = {"": text if source.native_day else self._times.local(text)}
        else:
            first, *others = column_map.formats or (ISO8601,)
            label = first_time(column.name)
            tries = {
                first: identifier(label)
                if label in self._given
                else self._reading(label, self._times.read(text, first))
            }
            tries |= {form: self._times.read(text, form) for form in others if form != first}
        # The cursor of a source whose clock is wrong still says which version is the newest.
        within = readings.plausible if column.is_day else readings.storable
        moments = {form: within(moment) for form, moment in tries.items()}
        to_the_instant = column.ends_with_day and column_map.due == "instant"
        if to_the_instant and not (source is not None and source.native_day):
            moments = {form: self._ended(text, form, moment) for form, moment in moments.items()}
        local = f"coalesce({', '.join(moments.values())})" if len(moments) > 1 else next(iter(moments.values()))
        if column.type == "date":
            return f"CAST({local} AS DATE)"
        if not column.ends_with_day or (to_the_instant and not (source is not None and source.native_day)):
            return local
        # A format that does not fit is slow: it must not be tried again for each use of the time.
        label = f"moment {column.name}"
        self.moments[label] = local
        return readings.end_of_day(identifier(label))

    def _ended(self, text: str, form: str, moment: str) -> str:
        """A promise that counts to the instant: only a day that is written without a time ends with its day."""
        if form == ISO8601:
            return f"CASE WHEN regexp_full_match({text}, '{DAY}') THEN {readings.end_of_day(moment)} ELSE {moment} END"
        return readings.end_of_day(moment) if form and is_day(form) else moment
