"""Districts and their wards: who is expected to report, from which software, through which connection."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from ward_warehouse.contracts import RecordKind
from ward_warehouse.registry.systems import Label, Strict, TimeZone

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"


class InForce(Strict):
    """The dates, both included, between which a ward is expected to report."""

    from_: date = Field(alias="from")
    to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether `day` lies in the dates."""
        return self.from_ <= day and (self.to is None or day <= self.to)


class DatasetSource(Strict):
    """A dataset that comes from another system or connection than the rest of its ward."""

    system: str
    connection: str | None = None


Cadence = Literal["nightly", "working_days", "weekly"]


class Ward(Strict):
    """One ward, or the district's own counter, and its software.

    Attributes:
        ward: the ward key, unique over all districts.
        code: the administrative code; codes are reused after mergers, so it is never a key.
        aliases: how the ward's own records spell the ward.
        connection: Airflow connection id; the ward key when absent.
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
    datasets: dict[RecordKind, DatasetSource] = Field(default_factory=dict)
    district: str = Field(default="", exclude=True)


class District(Strict):
    """The head of a district's file; its wards are validated one by one, so that a wrong one hides no other."""

    district: str = Field(pattern=KEY_PATTERN)
    name: Label
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    procedure_catalogue: str | None = None
