"""The contract of each record kind: columns, types, privacy. Every ward's records are brought to these shapes.

The columns follow the national synchronisation message `DongBoHoSoMC` for dossiers, what tablets, paper slips and SIPAS
questionnaires have in common for survey responses, the wards' periodic reports for ward returns, and the national
database of administrative procedures for procedures. `docs/how-to/add-a-record-kind.md` says what another kind needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

import pyarrow as pa

from ward_warehouse.core.record_kinds import RecordKind as RecordKind

ColumnType = Literal["text", "code", "integer", "number", "boolean", "timestamp", "date"]
"""timestamp: an instant, stored in UTC. date: a local day. code: one of a fixed list of English words."""


class Privacy(StrEnum):
    """What happens to a value in memory, before the first byte is written (Law 91/2025/QH15).

    Of a free text only stays that there was one, unless a system's file keeps it scrubbed and says who decided so: no
    rule finds every name, and no indicator needs the words. One with a pattern must fit it in either case.
    """

    KEEP = "keep"
    PSEUDONYMISE = "pseudonymise"
    FREE_TEXT = "free_text"
    DROP = "drop"


CODE_PATTERN = r"[0-9A-Za-zĐđ][0-9A-Za-zĐđ.\-_/|: ]*"
"""Codes and numbers of records, agencies and devices: no accented name fits."""
MAX_CODE_LENGTH = 120
"""Kept apart from the patterns: a counted repetition of Unicode classes makes a pattern fifty times slower."""
TITLE_PATTERN = r"[\p{L}\p{N}][\p{L}\p{N} ,.;:()/\-–'\"“”%+&]*"
"""Titles of public documents, such as the name of a procedure."""
MAX_TITLE_LENGTH = 500

LONG_NUMBER = r"\d{9}"
"""A phone or an identity number has nine digits in a row and more."""
NUMBER_IN_WORDS = r" \+?\d{9}|\d{9} "
"""The same beside a space: part of a remark that was typed into a field of record numbers."""
NUMBER_ALONE = r"^\+?\d{9,12}$|" + NUMBER_IN_WORDS
"""The same as the whole value, too."""


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    Attributes:
        local_date: the column has a twin `<stem>_date`, the local date of the instant.
        ends_with_day: a value without an hour means the end of that local day (an appointment slip that promises
            a date is kept until the counter closes on it).
        default: the value of a record that gives none.
        pattern: what a text of at most `max_length` characters must match to be kept as it is; anything else is
            unreadable. Without it a name or a sentence typed into a code field would reach the disk.
        refused: what a text must not hold, because a phone or an identity number would pass as a code. Where it is
            not `LONG_NUMBER`, a system whose numbers are written so says it by a `pattern` of the column; a record's
            key has none, and takes another column for it.
        in_catalogue: a value that the district's procedure catalogue does not have is unmapped.
    """

    name: str
    type: ColumnType
    privacy: Privacy = Privacy.KEEP
    required: bool = False
    values: tuple[str, ...] = ()
    local_date: bool = False
    ends_with_day: bool = False
    default: str | None = None
    pattern: str | None = None
    max_length: int = MAX_CODE_LENGTH
    refused: str = LONG_NUMBER
    in_catalogue: bool = False

    @property
    def date_name(self) -> str:
        """Name of the column with its local date: `received_at` has the twin `received_date`; a date has itself."""
        return self.name if self.type == "date" else self.name.removesuffix("_at") + "_date"

    @property
    def is_code(self) -> bool:
        """Whether it holds words of a code table: one that the table lacks is no personal data, and is shown."""
        return self.type == "code"

    @property
    def is_day(self) -> bool:
        """Whether the column says on which day something was, is or will be."""
        return self.local_date or self.type == "date"


@dataclass(frozen=True)
class Contract:
    """The columns of one record kind, in the order of the landed table.

    Attributes:
        dated_by: the column whose day places a record in a period; None for records that have no period.
    """

    record_kind: RecordKind
    columns: tuple[Column, ...]
    dated_by: str | None = None
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns that reach the lake: all but the dropped ones and the ward the record itself names."""
        return tuple(c for c in self.columns if c.privacy is not Privacy.DROP and c.name != SOURCE_WARD)

    def with_hashed_key(self) -> Contract:
        """The contract of a system whose key holds personal data: the record id is a pseudonym."""
        columns = (
            replace(column, privacy=Privacy.PSEUDONYMISE) if column.name == "source_record_id" else column
            for column in self.columns
        )
        return replace(self, columns=tuple(columns))

    def schema(self) -> pa.Schema:
        """Arrow schema of an accepted record of this kind."""
        fields: list[pa.Field] = []
        for column in self.stored:
            fields.append(pa.field(column.name, ARROW_TYPES[column.type]))
            if column.local_date:
                fields.append(pa.field(column.date_name, pa.date32()))
        return pa.schema(fields + list(TECHNICAL_FIELDS))


ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "integer": pa.int32(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}

SOURCE_WARD = "source_ward"

TECHNICAL_FIELDS: tuple[pa.Field, ...] = (
    pa.field("ward_key", pa.string()),
    pa.field("district_code", pa.string()),
    pa.field("night", pa.date32()),
    pa.field("system", pa.string()),
    pa.field("source_position", pa.string()),
    pa.field("extras", pa.string()),
    pa.field("content_hash", pa.string()),
)
"""What the pipeline itself writes beside every record."""


def _text(name: str, *, required: bool = False, refused: str = LONG_NUMBER, in_catalogue: bool = False) -> Column:
    return Column(name, "text", required=required, pattern=CODE_PATTERN, refused=refused, in_catalogue=in_catalogue)


def _title(name: str, *, required: bool = False) -> Column:
    # Public by law, and typed by people all the same: a system's file says that it is kept, without names.
    return Column(name, "text", Privacy.FREE_TEXT, required, pattern=TITLE_PATTERN, max_length=MAX_TITLE_LENGTH)


def _time(name: str, *, required: bool = False, ends_with_day: bool = False) -> Column:
    return Column(name, "timestamp", required=required, local_date=True, ends_with_day=ends_with_day)


_RATINGS = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied", "dont_know")

DOSSIERS = Contract(
    RecordKind.DOSSIERS,
    (
        _text("source_record_id", required=True, refused=NUMBER_IN_WORDS),
        _text("dossier_code", required=True, refused=NUMBER_ALONE),
        _text("procedure_code", required=True, in_catalogue=True),
        Column("channel", "code", values=("in_person", "online", "postal"), default="in_person"),
        Column(
            "status",
            "code",
            required=True,
            values=(
                "registered",
                "received",
                "not_accepted",
                "in_process",
                "supplement_requested",
                "waiting_fee",
                "supplemented",
                "withdrawn",
                "stopped",
                "resolved",
                "returned",
            ),
        ),
        _time("submitted_at"),
        _time("received_at", required=True),
        _time("due_at", ends_with_day=True),
        _time("repromised_due_at", ends_with_day=True),
        _time("resolved_at"),
        _time("returned_at"),
        _time("stopped_at"),
        _time("supplement_requested_at"),
        _time("supplement_received_at"),
        Column("supplement_count", "integer", default="0"),
        _time("apology_at"),
        _time("explanation_at"),
        # When the citizen was called to fetch a result that is ready before its promised day.
        _time("notified_at"),
        _text("receiving_unit"),
        _text("resolving_unit"),
        Column("applicant_type", "code", values=("citizen", "business", "other")),
        Column("paid_online", "boolean"),
        Column("result_electronic", "boolean"),
        Column("digitised", "boolean"),
        Column("reused", "boolean"),
        Column("vneid", "boolean"),
        # Its parts went to the citizen's own store of data, and data of the population took the place of papers.
        Column("shared_for_reuse", "boolean"),
        Column("population_data", "boolean"),
        Column("officer_key", "text", Privacy.PSEUDONYMISE),
        Column("applicant_key", "text", Privacy.PSEUDONYMISE),
        Column("summary", "text", Privacy.FREE_TEXT),
        Column("applicant_name", "text", Privacy.DROP),
        Column("applicant_phone", "text", Privacy.DROP),
        Column("applicant_email", "text", Privacy.DROP),
        Column("applicant_address", "text", Privacy.DROP),
        Column(SOURCE_WARD, "text"),
        Column("source_changed_at", "timestamp"),
    ),
    dated_by="received_at",
)

SURVEY_RESPONSES = Contract(
    RecordKind.SURVEY_RESPONSES,
    (
        _text("source_record_id", required=True, refused=NUMBER_IN_WORDS),
        _text("dossier_code", refused=NUMBER_ALONE),
        _time("answered_at", required=True),
        _text("device_code"),
        Column("mode", "code", required=True, values=("tablet", "paper", "web", "phone")),
        # What the citizen was asked about. A system that does not say asks at its counter.
        Column("domain", "code", values=("counter", "education", "health"), default="counter"),
        Column("officer_key", "text", Privacy.PSEUDONYMISE),
        Column("rating_scale", "code", values=("three_buttons", "five_buttons", "one_to_five")),
        Column("rating_overall", "code", required=True, values=_RATINGS),
        Column("rating_access", "code", values=_RATINGS),
        Column("rating_procedure", "code", values=_RATINGS),
        Column("rating_staff", "code", values=_RATINGS),
        Column("rating_result", "code", values=_RATINGS),
        Column("rating_feedback", "code", values=_RATINGS),
        Column("reasons", "text", Privacy.FREE_TEXT),
        Column("comment", "text", Privacy.FREE_TEXT),
        Column(SOURCE_WARD, "text"),
        Column("source_changed_at", "timestamp"),
    ),
    dated_by="answered_at",
)

WARD_RETURNS = Contract(
    RecordKind.WARD_RETURNS,
    (
        _text("source_record_id", required=True),
        _text("unit_code"),
        Column(
            "period_grain",
            "code",
            required=True,
            # other: any stretch of days, such as an event or a milestone; its start and end say which.
            values=("day", "week", "month", "quarter", "half_year", "nine_months", "year", "other"),
        ),
        Column("period_start", "date", required=True),
        Column("period_end", "date", required=True),
        _text("item_code", required=True),
        Column("numerator", "number"),
        Column("denominator", "number"),
        Column("value", "number"),
        # "hơn 10" is no 10: a value with another bound than exact is never added up.
        Column("bound", "code", values=("exact", "at_least", "at_most", "about"), default="exact"),
        Column(
            "unit_of_measure",
            "code",
            values=(
                "dossiers",
                "procedures",
                "people",
                "turns",
                "opinions",
                "documents",
                "units",
                "devices",
                "tasks",
                "days",
                "hours",
                "percent",
                "score",
                "dong",
                "million_dong",
                "other",
            ),
        ),
        _text("evidence_number"),
        _time("submitted_at"),
        Column(SOURCE_WARD, "text"),
        Column("source_changed_at", "timestamp"),
    ),
    dated_by="period_start",
)

PROCEDURES = Contract(
    RecordKind.PROCEDURES,
    (
        _text("source_record_id", required=True),
        _text("procedure_code", required=True),
        _title("name", required=True),
        _title("field"),
        Column("authority", "code", required=True, values=("district", "ward")),
        # Levels 1 to 4 until 2022, then partial and full; both are dated attributes of a procedure.
        Column("level_scheme", "code", values=("one_to_four", "partial_full")),
        Column("online_level", "code", values=("1", "2", "3", "4", "partial", "full")),
        Column("statutory_time", "integer"),
        Column("statutory_unit", "code", values=("hours", "days", "working_days", "months")),
        Column("published_web", "boolean"),
        Column("published_counter", "boolean"),
        Column("iso_process", "boolean"),
        Column("one_stop", "boolean"),
        # What Decision 766 asks of a procedure beside these: announced and brought up to date by which days, public
        # with all its parts, a fee that can be paid online, data of the population in the place of papers.
        Column("announcement_due", "date"),
        Column("announced_on", "date"),
        Column("update_due", "date"),
        Column("updated_on", "date"),
        Column("content_complete", "boolean"),
        Column("has_fee", "boolean"),
        Column("payment_connected", "boolean"),
        Column("population_data", "boolean"),
        Column("valid_from", "date"),
        Column("valid_to", "date"),
        Column(SOURCE_WARD, "text"),
        Column("source_changed_at", "timestamp"),
    ),
)

CONTRACTS: dict[RecordKind, Contract] = {
    contract.record_kind: contract for contract in (DOSSIERS, SURVEY_RESPONSES, WARD_RETURNS, PROCEDURES)
}


def hashed_columns() -> list[str]:
    """The columns that hold pseudonyms, the record id of a system with a hashed key among them."""
    columns = (column for contract in CONTRACTS.values() for column in contract.columns)
    pseudonyms = (column.name for column in columns if column.privacy is Privacy.PSEUDONYMISE)
    return [*dict.fromkeys(pseudonyms), "source_record_id"]
