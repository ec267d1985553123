"""What a message says: short whatever the night was, and of each district its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS
from tests.support.records import NIGHT
from ward_warehouse.night.verdict import Refused, Verdict, WardState
from ward_warehouse.registry import Registry
from ward_warehouse.registry.strict import Label
from ward_warehouse.reports.messages.compose import compose
from ward_warehouse.reports.quarantined import OpenBefore


@pytest.fixture
def registry(make_district: MakeDistrict, tmp_path: Path) -> Registry:
    return make_district(tmp_path, {"one": "sql"}).night().registry


def night(registry: Registry, missing: int, arrived: int = 0) -> Verdict:
    """A night of two districts: all that is missing is of the second one."""
    wards, states = {}, []
    for number in range(missing + arrived):
        key, down = f"w{number}", number < missing
        district = "far" if down else "mini"
        label = Label(vi=f"Phường {number}", en=f"Ward {number}")
        wards[key] = registry.wards["one"].model_copy(update={"ward": key, "name": label, "district": district})
        state = WardState(key, DOSSIERS, "failed" if down else "loaded", district=district)
        if down:
            state = replace(state, error=f"{key}: no answer", cause="no_answer", nights=2)
        states.append(state)
    far = registry.districts["mini"].model_copy(update={"district": "far", "name": Label(vi="Quận xa", en="Far")})
    return Verdict(NIGHT, states, wards, {**registry.districts, "far": far})


def test_two_hundred_wards_with_one_cause_are_one_line(registry: Registry) -> None:
    message = compose(night(registry, 200), "duty", "en")
    assert message is not None
    assert message.text.count("its system did not answer") == 1
    assert "and 195 more" in message.text
    assert len(message.text) < 1500
    assert len(message.html) < 3000
    assert "\n" not in message.subject


def test_of_two_districts_each_has_its_sentence(registry: Registry) -> None:
    message = compose(night(registry, 2, arrived=3), "officials", "vi")
    assert message is not None
    assert f"- Quận thử nghiệm: Đêm {NIGHT:%d/%m/%Y} đầy đủ: 3/3 đơn vị đã gửi." in message.text
    assert "- Quận xa: " in message.text
    assert "chưa đủ: 0/2 đơn vị đã gửi" in message.text
    assert compose(night(registry, 2, arrived=3).of("mini"), "officials", "vi") is None, "theirs is complete"


def test_an_official_reads_no_line_of_a_log(registry: Registry) -> None:
    verdict = night(registry, 1)
    duty, officials = compose(verdict, "duty", "en"), compose(verdict, "officials", "en")
    assert duty is not None
    assert officials is not None
    assert "w0: no answer" in duty.text
    assert "w0: no answer" not in officials.text


def test_what_was_refused_is_told_by_reason_over_all_wards(registry: Registry) -> None:
    verdict = night(registry, 0, arrived=2)
    label = Label(vi="Ngày nhận không đọc được", en="The reception date cannot be read")
    refused = tuple(
        Refused(ward, "mini", DOSSIERS, "received_at_readable", rows, label) for ward, rows in (("w0", 5), ("w1", 2))
    )
    message = compose(replace(verdict, refused=refused), "duty", "en")
    assert message is not None
    assert "- 7: The reception date cannot be read" in message.text
    assert message.text.count("records were refused") == 1


@pytest.mark.parametrize(("rules", "said"), [(11, "- and 1 more reason\n"), (12, "- and 2 more reasons\n")])
def test_of_many_reasons_it_is_said_how_many_more_there_are(registry: Registry, rules: int, said: str) -> None:
    label = Label(vi="Sai", en="Wrong")
    refused = tuple(Refused("w0", "mini", DOSSIERS, f"rule_{rule}", 1, label) for rule in range(rules))
    message = compose(replace(night(registry, 0, arrived=1), refused=refused), "duty", "en")
    assert message is not None
    assert said in message.text


def test_what_waits_since_nights_before_is_said_where_a_message_goes_and_sends_none_itself(registry: Registry) -> None:
    verdict = night(registry, 0, arrived=2)
    waiting = [OpenBefore("w1", 1234, NIGHT, NIGHT), OpenBefore("elsewhere", 5, NIGHT, NIGHT)]
    assert compose(verdict, "duty", "vi", waiting=waiting) is None
    message = compose(verdict, "officials", "vi", good_news=True, waiting=waiting)
    assert message is not None
    assert "- Phường 1 (1.234): còn bản ghi bị cách ly từ các đêm trước" in message.text
    assert "Không có việc gì" not in message.text + message.html
    assert "elsewhere" not in message.text
