"""A ward's quiet hours: it is not read in it, its outcome says so, and its task is put off."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.district import District
from tests.support.records import NIGHT, dossier
from ward_warehouse.core.errors import PostponedError
from ward_warehouse.night import reading
from ward_warehouse.night.extract import Request
from ward_warehouse.registry.wards import QuietHours

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = "2024-03-04"


def window(start: str, end: str, *days: str) -> QuietHours:
    return QuietHours.model_validate({"from": start, "to": end, **({"days": days} if days else {})})


@pytest.mark.parametrize(
    ("quiet_hours", "moment", "end"),
    [
        (window("01:00", "03:00"), f"{MONDAY}T00:59", None),
        (window("01:00", "03:00"), f"{MONDAY}T01:00", f"{MONDAY}T03:00"),
        (window("01:00", "03:00"), f"{MONDAY}T02:59", f"{MONDAY}T03:00"),
        (window("01:00", "03:00"), f"{MONDAY}T03:00", None),
        (window("01:00", "03:00", "tue"), f"{MONDAY}T02:00", None),
        (window("01:00", "03:00", "mon"), f"{MONDAY}T02:00", f"{MONDAY}T03:00"),
        (window("22:00", "02:00"), f"{MONDAY}T23:00", "2024-03-05T02:00"),
        (window("22:00", "02:00"), f"{MONDAY}T01:00", f"{MONDAY}T02:00"),
        (window("22:00", "02:00", "mon"), f"{MONDAY}T01:00", None),
        (window("22:00", "02:00", "sun"), f"{MONDAY}T01:00", f"{MONDAY}T02:00"),
    ],
)
def test_when_a_window_ends(quiet_hours: QuietHours, moment: str, end: str | None) -> None:
    found = quiet_hours.end(datetime.fromisoformat(moment).replace(tzinfo=HANOI))
    assert found == (None if end is None else datetime.fromisoformat(end).replace(tzinfo=HANOI))


@pytest.fixture
def closed(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    """The test district, in which one ward is worked on just now."""
    now = datetime.now(HANOI)
    times = [f"{now + timedelta(hours=hours):%H:%M}" for hours in (-1, 2)]
    registry = district.wards_dir / "mini.yml"
    text = registry.read_text(encoding="utf-8")
    entry = f'- ward: a_sql\n  quiet_hours: {{from: "{times[0]}", to: "{times[1]}"}}'
    registry.write_text(text.replace("- ward: a_sql", entry), encoding="utf-8")
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    for ward in district.wards.values():
        ward.send([dossier("1")])
    return district


def test_a_ward_in_its_window_is_left_alone_and_says_so(closed: District) -> None:
    (closed["a_sql"].folder / "ward.db").unlink()
    played = closed.play(record_kinds=["dossiers"])
    state = played.state("a_sql")
    assert state.state == "postponed"
    assert "quiet hours lasts until" in (state.error or "")
    assert played.state("b_http").state == "loaded"
    assert played.verdict.missing_wards == ["a_sql"]


def test_its_task_is_put_off_until_the_window_ends(closed: District) -> None:
    job = closed.night().plan(Request(night=NIGHT), ["a_sql"]).model_dump(mode="json")
    with pytest.raises(PostponedError) as caught:
        reading.extract(job, closed.resolve)
    left = caught.value.until - datetime.now(HANOI)
    assert timedelta(hours=1, minutes=58) < left <= timedelta(hours=2)


def test_a_ward_outside_its_window_is_read(closed: District) -> None:
    registry = closed.wards_dir / "mini.yml"
    now = datetime.now(HANOI)
    later = [f"{now + timedelta(hours=hours):%H:%M}" for hours in (2, 3)]
    lines = registry.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if "quiet_hours" in line)
    lines[at] = f'  quiet_hours: {{from: "{later[0]}", to: "{later[1]}"}}'
    registry.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert closed.play(wards=["a_sql"]).state("a_sql").state == "loaded"
