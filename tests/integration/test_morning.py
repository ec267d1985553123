"""The morning pages of the demonstration's nights, from what they left in the lake and the warehouse."""

import re

from tests.integration.conftest import FIRST, SECOND, DemoNights
from ward_demo.story import story_records
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.morning.gather import Gatherer
from ward_warehouse.reports.morning.model import Morning
from ward_warehouse.reports.morning.pages import morning_page


def mornings(demo: DemoNights) -> dict[str, Morning]:
    run = Night(demo.settings)
    gatherer = Gatherer(run.settings, run.lake, run.registry)
    return {str(night): gatherer.morning("quan_11", night) for night in (FIRST, SECOND)}


def test_the_first_night_as_the_morning_after_the_second_sees_it(demo: DemoNights) -> None:
    found = mornings(demo)[str(FIRST)]
    assert (found.expected, found.arrived, found.missing) == (17, 16, ())
    assert [unit.name.vi for unit in found.late] == ["Phường 7"]
    assert (found.counts.read, found.counts.accepted) == (971, 425)
    assert (found.counts.quarantined, found.counts.unchanged) == (21, 525)
    assert found.counts.adds_up
    assert (found.refused_records, found.open_records) == (21, 10)
    first = found.refused[0]
    assert (first.unit.name.vi, first.place, first.row) == ("Phường 14", "ho_so_20181227.csv", 24)
    (todo,) = found.to_do
    assert todo.command == f"ward-warehouse quarantine export --ward quan_11_p14 --night {FIRST} --for-ward"


def test_the_second_night_is_complete_and_published(demo: DemoNights) -> None:
    found = mornings(demo)[str(SECOND)]
    assert (found.standing, found.arrived, found.expected) == ("complete", 17, 17)
    assert (found.open_records, found.waiting_records) == (0, 10)
    (todo,) = found.to_do
    assert todo.command == "ward-warehouse quarantine export --ward quan_11_p14 --for-ward", "of the first night"
    assert found.warehouse.builds[0].passed > 50
    assert found.warehouse.builds[0].failed == 0
    strip = next(strip for strip in found.strips if strip.unit.key == "quan_11_p07")
    assert strip.marks[-3:] == ("loaded", "late", "loaded")


def test_a_page_holds_nobodys_data(demo: DemoNights) -> None:
    pages = "".join(morning_page(found) for found in mornings(demo).values())
    dossiers = story_records("quan_11").dossiers
    newest = dossiers[dossiers["ward_key"] == "quan_11_p14"].tail(200)
    for column in ("applicant_name", "identity_number", "phone", "email", "address", "officer_name", "summary"):
        values = {value for value in newest[column].dropna().astype(str) if len(value) > 5}
        assert values, column
        assert [value for value in values if value in pages] == []
    assert not re.search("[0-9a-f]{64}", pages)
