"""Districts and their wards: who is expected to report, from which software, through which connection."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ward_warehouse.core.checked import TimeZone
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.registry.strict import KEY_PATTERN, Label, Strict


class InForce(Strict):
    """The dates, both included, between which a ward is expected to report."""

    from_: date = Field(alias="from")
    to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether `day` lies in the dates."""
        return self.from_ <= day and (self.to is None or day <= self.to)


class RecordKindSource(Strict):
    """A feed that comes from another system or connection than the rest of its ward."""

    system: str
    connection: str | None = None


def _quoted(value: Any) -> Any:
    # YAML reads an unquoted 01:30 as the number 90.
    if not isinstance(value, str):
        raise ValueError(f'found {value!r}, expected a time of day in quotes such as "01:30"')
    return value


TimeOfDay = Annotated[
    time,
    BeforeValidator(_quoted, json_schema_input_type=Annotated[str, Field(pattern=r"^\d{2}:\d{2}(:\d{2})?$")]),
]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class QuietHours(Strict):
    """When the ward's own people work on its system: it is not read then.

    Attributes:
        from_, to: times of day in the district's time zone, `to` excluded; a window may go over midnight.
        days: the days on which it starts; all of them without it.
    """

    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay
    days: tuple[Day, ...] = DAYS

    @model_validator(mode="after")
    def _not_empty(self) -> QuietHours:
        if self.from_ == self.to:
            raise ValueError(f"found {self.from_} to {self.to}, expected a window of some length; remove it if none")
        return self

    def end(self, local: datetime) -> datetime | None:
        """When the window that holds the local time `local` is over; None when no window holds it."""
        for start_day in (local.date(), local.date() - timedelta(days=1)):
            if DAYS[start_day.weekday()] not in self.days:
                continue
            start = datetime.combine(start_day, self.from_, local.tzinfo)
            last_day = start_day if self.from_ < self.to else start_day + timedelta(days=1)
            end = datetime.combine(last_day, self.to, local.tzinfo)
            if start <= local < end:
                return end
        return None


MailAddress = Annotated[str, Field(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$", max_length=254)]

Cadence = Literal["nightly", "working_days", "weekly"]


class Ward(Strict):
    """One ward, or the district's own counter, and its software.

    Attributes:
        ward: the ward key, unique over all districts.
        code: the administrative code; codes are reused after mergers, so it is never a key.
        aliases: how the ward's own records spell the ward.
        connection: Airflow connection id; the ward key when absent.
        succeeds: keys of the wards whose dossiers it took over when they ended, where the national codes do not say so.
        quiet_hours: when its system is not to be read.
        mail: addresses of its clerks, who are told what the ward has to mend.
    """

    ward: str = Field(pattern=KEY_PATTERN)
    code: str
    name: Label
    unit: Literal["ward", "district_counter"] = "ward"
    system: str
    connection: str | None = None
    aliases: tuple[str, ...] = ()
    cadence: Cadence = "nightly"
    in_force: InForce
    succeeds: tuple[str, ...] = ()
    quiet_hours: QuietHours | None = None
    mail: tuple[MailAddress, ...] = ()
    record_kinds: dict[RecordKind, RecordKindSource] = Field(default_factory=dict)
    district: str = Field(default="", exclude=True)


class Span(Strict):
    """A span of the day, `to` excluded."""

    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.from_ >= self.to:
            raise ValueError(f"found {self.from_} to {self.to}, expected a span that ends after it begins")
        return self

    @property
    def minutes(self) -> tuple[int, int]:
        """Its ends as minutes since midnight."""
        return (self.from_.hour * 60 + self.from_.minute, self.to.hour * 60 + self.to.minute)


class CounterHours(Strict):
    """When the counters of a district are open on a working day: a limit in hours counts these.

    Without an entry the hours of the State's offices in most of the South, eight a day. A counter that is open without
    a break has a morning alone.
    """

    morning: Span = Span.model_validate({"from": "07:30", "to": "11:30"})
    afternoon: Span | None = Span.model_validate({"from": "13:00", "to": "17:00"})

    @model_validator(mode="after")
    def _in_order(self) -> CounterHours:
        if self.afternoon is not None and self.afternoon.from_ < self.morning.to:
            raise ValueError(f"found an afternoon from {self.afternoon.from_}, expected it after the morning")
        return self


class District(Strict):
    """The head of a district's file; its wards are validated one by one, so that a wrong one hides no other.

    Attributes:
        province: the province's code, two digits, whose targets hold for it; without it the province of its wards'
            national codes.
        counter_hours: when its counters are open on a working day.
    """

    district: str = Field(pattern=KEY_PATTERN)
    name: Label
    province: str | None = Field(default=None, pattern=r"^\d{2}$")
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    procedure_catalogue: str | None = None
    counter_hours: CounterHours = CounterHours()
