"""From the names and values of columns to a mapping; what cannot be guessed is left out and said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ward_warehouse.core.contracts import CONTRACTS, Column, RecordKind
from ward_warehouse.onboarding.draft.discover import Relation
from ward_warehouse.onboarding.draft.headers import CURSORS, FORMATS, HEADERS, KEYS, WORDS, folded

FEWEST_COLUMNS = 3
"""A table with fewer columns of a contract is no feed of that kind."""
SORTABLE = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%Y%m%d%H%M%S", "%Y%m%d")
MOST_CODES = 30


@dataclass
class ColumnGuess:
    """A source column for a contract column; `codes` names a table of the draft."""

    source: str
    formats: list[str] = field(default_factory=list)
    codes: str | None = None


@dataclass
class RecordKindGuess:
    """A draft of one record kind; `missing` are required columns for which nothing was found."""

    record_kind: RecordKind
    relation: Relation
    key: str
    cursor: str | None
    cursor_format: str | None
    columns: dict[str, ColumnGuess]
    tables: dict[str, dict[str, str]]
    untranslated: dict[str, int]

    @property
    def missing(self) -> list[str]:
        """Required contract columns that the draft does not map."""
        filled = {*self.columns, "source_record_id", "source_changed_at"}
        return [
            column.name
            for column in CONTRACTS[self.record_kind].columns
            if column.required and column.name not in filled
        ]

    @property
    def unmapped(self) -> list[str]:
        """Columns of the source that the draft does not use."""
        used = {self.key, self.cursor, *(guess.source for guess in self.columns.values())}
        return [name for name in self.relation.columns if name not in used]


def best_guesses(relations: list[Relation]) -> list[RecordKindGuess]:
    """For each record kind the relation that fits it best, if one does."""
    found = []
    for record_kind in HEADERS:
        drafts = [guess_record_kind(record_kind, relation) for relation in relations]
        good = [d for d in drafts if d is not None and not set(d.missing) & {"received_at", "answered_at"}]
        if good:
            found.append(max(good, key=lambda draft: len(draft.columns)))
    return found


def guess_record_kind(record_kind: RecordKind, relation: Relation) -> RecordKindGuess | None:
    """The draft of a relation as a feed of a kind; None when too little of it fits."""
    by_fold = {folded(name): name for name in reversed(relation.columns)}
    named = {column: _first(words, by_fold) for column, words in HEADERS[record_kind].items()}
    sources = {column: name for column, name in named.items() if name is not None}
    key = _first(KEYS[record_kind], by_fold)
    if len(sources) < FEWEST_COLUMNS or key is None:
        return None
    draft = RecordKindGuess(record_kind, relation, key, None, None, {}, {}, {})
    for column, source in sources.items():
        draft.columns[column] = _column(CONTRACTS[record_kind].by_name[column], source, draft)
    _set_cursor(draft, _first(CURSORS, by_fold))
    return draft


def _first(words: str, by_fold: dict[str, str]) -> str | None:
    return next((by_fold[word] for word in words.split() if word in by_fold), None)


def _column(column: Column, source: str, draft: RecordKindGuess) -> ColumnGuess:
    values = draft.relation.values[source]
    if column.type == "timestamp":
        return ColumnGuess(source, formats=formats_of(values) or list(FORMATS[:1]))
    if column.type == "boolean":
        return ColumnGuess(source, codes=_codes("flag", ("true", "false"), values, draft))
    if column.type == "code":
        table = "rating" if column.name.startswith("rating_") else column.name
        return ColumnGuess(source, codes=_codes(table, column.values, values, draft))
    return ColumnGuess(source)


def _codes(name: str, allowed: tuple[str, ...], values: list[str], draft: RecordKindGuess) -> str:
    """Adds what is known of the values to the draft's code table and gives the table's name."""
    words = {code: word for code, word in WORDS.get(name, {}).items() if word in allowed}
    distinct = list(dict.fromkeys(values))[:MOST_CODES]
    # Only values that the table of words knows are written down: any other may be a citizen's.
    known = {value: words[folded(value)] for value in distinct if folded(value) in words}
    if not known or all(value.isdigit() for value in known):
        known = {code: word for code, word in words.items() if code.isdigit()} or words
    draft.tables.setdefault(name, {}).update(known)
    unknown = sum(folded(value) not in words for value in distinct)
    if unknown:
        draft.untranslated[name] = unknown
    return name


def formats_of(values: list[str]) -> list[str]:
    """The formats that read the values, those that read the most first; none twice for the same values."""
    left = list(values)
    found: list[str] = []
    while left:
        counts = {text: sum(_reads(text, value) for value in left) for text in FORMATS}
        best = max(FORMATS, key=lambda text: counts[text])
        if not counts[best]:
            return found
        found.append(best)
        left = [value for value in left if not _reads(best, value)]
    return found


def _reads(text: str, value: str) -> bool:
    try:
        return bool(datetime.strptime(value, text))  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False


def _set_cursor(draft: RecordKindGuess, name: str | None) -> None:
    if name is None:
        return
    if name in draft.relation.native_times:
        draft.cursor = name
        return
    formats = formats_of(draft.relation.values[name])
    if len(formats) == 1 and (draft.relation.transport != "sql" or formats[0] in SORTABLE):
        draft.cursor, draft.cursor_format = name, formats[0]
