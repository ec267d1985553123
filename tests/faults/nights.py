"""A district with a published night behind it and a night of changes before it: what every fault here strikes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from tests.conftest import MakeDistrict
from tests.faults.amount import LONG
from tests.faults.rows import rows_of
from tests.faults.workshop import SMALL_PROJECT, Struck, Workshop
from tests.support.district import ROOT, District, MiniWard
from tests.support.records import NIGHT, Kind, at, dossier, survey

NEXT = NIGHT + timedelta(days=1)
ALL = ["extract", "validate", "build", "publish"]
REAL_PROJECT = ROOT / "dbt_project"


def struck(
    workshop: Workshop,
    make: MakeDistrict,
    folder: Path,
    wards: dict[str, Kind],
    record_kinds: list[str] | None = None,
    project: Path = REAL_PROJECT if LONG else SMALL_PROJECT,
) -> Struck:
    """Plays the first night, and the second as it is without a fault; `first` and `second` keep the states."""
    district: District = make(folder, wards)
    made = Struck(workshop, district, (NIGHT, NEXT), record_kinds, project)
    for ward in district.wards.values():
        first_night(ward)
    made.clean(ALL, NIGHT)
    made.published = rows_of(made.settings.published_file)
    for ward in district.wards.values():
        second_night(ward, NEXT)
    made.keep("first")
    made.seconds = made.clean(ALL).report["seconds"]
    made.expected = rows_of(made.settings.published_file)
    assert made.expected != made.published
    made.keep("second")
    return made


def first_night(ward: MiniWard) -> None:
    """Good records, one to be refused, and one that changes on the second night."""
    good = [dossier(f"{number}") for number in range(4)]
    ward.send([*good, dossier("bad", status="77")], [survey("1"), survey("bad", rating_overall="77")])


def second_night(ward: MiniWard, night: date) -> None:
    """A correction, a new record, one to be refused, and one that was refused and is now right."""
    later = {"source_changed_at": at(night, 9)}
    ward.send(
        [dossier("1", channel="postal", **later), dossier("new", night), dossier("worse", night, channel="Fax"),
         dossier("bad", **later)],
        [survey("2", night), survey("bad", **later), survey("worse", night, mode="Fax")],
        night,
    )  # fmt: skip


STATES = {"extract": "first", "validate": "extracted", "build": "judged", "publish": "built"}
"""The state that a step of the second night starts from."""


def keep_middles(made: Struck) -> None:
    """Keeps the states in the middle of the second night, each of one run."""
    for steps, state in ((ALL[:1], "extracted"), (ALL[:2], "judged"), (ALL[:3], "built")):
        made.restore("first")
        made.clean(steps)
        made.keep(state)
