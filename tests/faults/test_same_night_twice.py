"""The same ward, record kind and night started twice at the same moment: one result, and nobody gets a traceback."""

import pytest

from tests.conftest import MakeDistrict
from tests.faults.amount import amount
from tests.faults.nights import struck
from tests.faults.rows import differences, rows_of
from tests.faults.workshop import Struck, Workshop

WARD = "twice_sql"


@pytest.fixture(scope="module")
def night(workshop: Workshop, make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Struck:
    return struck(workshop, make_district, tmp_path_factory.mktemp("twice"), {WARD: "sql"}, ["dossiers"])


def test_the_same_night_twice_at_once_is_one_night(night: Struck) -> None:
    night.restore("second")
    expected = rows_of(night.settings.build_file, ("raw",))
    for _ in range(amount(10, 50)):
        night.restore("first")
        both = night.play_at_once(2, ["extract", "validate"])
        assert [played.unexpected for played in both] == [None, None]
        assert all("\n" not in line for played in both for line in played.errors)
        assert [] in [played.errors for played in both], "one of them did it"
        assert night.torn() == []
        night.clean(["load"])
        found = rows_of(night.settings.build_file, ("raw",))
        # Which of the two wrote its outcomes last is chance; what they are about is not.
        assert differences({**found, "raw.load_outcomes": []}, {**expected, "raw.load_outcomes": []}) == []


def test_two_builds_at_once_are_one_build(night: Struck) -> None:
    night.restore("second")
    for _ in range(amount(1, 10)):
        both = night.play_at_once(2, ["build", "publish"])
        assert [played.unexpected for played in both] == [None, None]
        assert [] in [played.errors for played in both], "one of them did it"
        assert all("\n" not in line for played in both for line in played.errors)
        assert night.torn() == []
