"""Wards that are silent for 1, 3, 7 and 30 nights: each is complete on its first night back."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeDistrict
from tests.support import http_service as http
from tests.support.district import District, MiniWard, Played
from tests.support.records import NIGHT, at, dossier

SILENT = {"silent_sql_1": 1, "silent_http_3": 3, "silent_files_7": 7, "silent_sql_30": 30, "silent_files_30": 30}
LAST = NIGHT + timedelta(days=31)
CHANNELS = ("online", "postal", "in_person")


def write(ward: MiniWard, night: date) -> None:
    """A new record, and a correction of the one before it."""
    number = (night - NIGHT).days + 1
    channel = CHANNELS[number % len(CHANNELS)]
    ward.send(
        [
            dossier(f"{number}", night, channel="online"),
            dossier(f"{number - 1}", night - timedelta(days=1), channel=channel, source_changed_at=at(night, 10)),
        ],
        night=night,
    )


def silence(ward: MiniWard, silent: bool) -> None:
    if ward.transport == "http":
        ward.http.always = http.status(403) if silent else None
    else:
        hidden = ward.folder.with_name(f"{ward.key} away")
        path = (hidden, ward.folder) if ward.folder.exists() else (ward.folder, hidden)
        if silent == ward.folder.exists():
            path[1].rename(path[0])


@pytest.fixture(scope="module")
def played(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> tuple[District, Played, Played]:
    """The district after all its nights, what the last silent night said, and what the first one back said."""
    record_kinds = {key: key.split("_")[1] for key in SILENT}
    district: District = make_district(tmp_path_factory.mktemp("silent"), {**record_kinds, "silent_never": "sql"})
    nights = [NIGHT + timedelta(days=n) for n in range((LAST - NIGHT).days + 1)]
    said = []
    for night in nights:
        for key, ward in district.wards.items():
            silence(ward, False)
            write(ward, night)
            silence(ward, LAST - timedelta(days=SILENT.get(key, 0)) <= night < LAST)
        said.append(district.play(night, record_kinds=["dossiers"]))
    return district, said[-2], said[-1]


def newest(district: District, key: str) -> dict[str, Any]:
    """The channel of the newest accepted version of each record, over all nights."""
    found: dict[str, Any] = {}
    for path in sorted((Path(district.settings.lake) / "manifests" / "dossiers" / key).glob("*.json")):
        for row in district.accepted(key, date.fromisoformat(path.stem)):
            found[row["source_record_id"]] = row["channel"]
    return found


@pytest.mark.parametrize("key", [*SILENT, "silent_never"])
def test_a_ward_is_complete_on_its_first_night_back(played: tuple[District, Played, Played], key: str) -> None:
    district, silent, back = played
    assert (silent.state(key).state == "loaded") is (key not in SILENT)
    assert back.state(key).state == "loaded", back.state(key).error
    last = (LAST - NIGHT).days + 1
    expected = {str(number): CHANNELS[(number + 1) % len(CHANNELS)] for number in range(last)}
    assert newest(district, key) == {**expected, str(last): "online"}


def test_each_silent_night_is_said_once(played: tuple[District, Played, Played]) -> None:
    _, silent, back = played
    assert set(silent.verdict.missing_wards) == set(SILENT)
    assert all(silent.verdict.message.count(f"- {key} ") == 1 for key in SILENT)
    assert back.verdict.missing_wards == []
