"""The golden numbers of the demonstration districts, counted from the generated records."""

import numpy as np
import pandas as pd
import pytest

from ward_demo.districts import QUAN_11, THANH_XUAN
from ward_demo.dossiers import EVENTS, ONLINE_LEVEL
from ward_demo.generate import Records, generate, service_calendar
from ward_demo.procedures import PROCEDURES
from ward_demo.service_days import SATURDAY
from ward_demo.surveys import ELEMENTS

DISTRICTS = ("quan_11", "thanh_xuan")
SATISFIED = ["satisfied", "very_satisfied"]


@pytest.fixture(params=DISTRICTS)
def district(request: pytest.FixtureRequest) -> Records:
    records: Records = request.getfixturevalue(request.param)
    return records


def test_quan_11_received_60000_of_which_28_percent_online(quan_11: Records) -> None:
    dossiers = quan_11.dossiers
    assert len(dossiers) == 60_000
    assert dossiers["ward_key"].nunique() == 16
    assert (dossiers["channel"] == "online").sum() == 16_800
    assert (dossiers["received_at"].dt.year == 2018).all()


def test_quan_11_resolved_15983_on_saturdays_with_service(quan_11: Records) -> None:
    resolved = quan_11.dossiers["resolved_at"].dropna()
    saturdays = resolved[resolved.dt.day_of_week == SATURDAY]
    assert len(saturdays) == 15_983
    # Tết, and the weekend swapped for New Year.
    assert not saturdays.dt.date.astype(str).isin(["2018-02-17", "2018-12-29"]).any()
    assert saturdays.dt.date.nunique() == 50
    assert (saturdays.dt.strftime("%H:%M") < "11:30").all()


def test_quan_11_votes_are_98_percent_satisfied(quan_11: Records) -> None:
    rating = quan_11.survey_responses["rating_overall"]
    votes = rating[rating != "dont_know"]
    assert votes.isin(SATISFIED).sum() * 100 == len(votes) * 98
    assert 32_000 < len(votes) < 34_000


def test_quan_11_wards_differ_in_online_and_saturday_shares(quan_11: Records) -> None:
    dossiers = quan_11.dossiers
    online = (dossiers["channel"] == "online").groupby(dossiers["ward_key"]).mean()
    saturday = (dossiers["resolved_at"].dt.day_of_week == SATURDAY).groupby(dossiers["ward_key"]).mean()
    for share in (online, saturday):
        assert share.min() > 0.15
        assert share.max() - share.min() > 0.05
        assert share.max() < 0.45


def test_quan_11_late_dossiers_are_mostly_apologised_for(quan_11: Records) -> None:
    dossiers = quan_11.dossiers
    late = dossiers[dossiers["resolved_at"] > dossiers["due_at"]]
    assert 0.005 < len(late) / len(dossiers) < 0.03
    assert 0.75 < late["apology_at"].notna().mean() < 0.95
    without = late[late["apology_at"].isna()]
    assert 0.2 < without["explanation_at"].notna().mean() < 0.8
    assert (late["repromised_due_at"].notna() == late["apology_at"].notna()).all()
    promised_again = late[late["repromised_due_at"].notna()]
    assert (promised_again["repromised_due_at"] > promised_again["due_at"]).all()


def test_thanh_xuan_counter_received_3430_of_which_3338_on_time_and_92_open(thanh_xuan: Records) -> None:
    dossiers = thanh_xuan.dossiers
    counter = dossiers[dossiers["ward_key"] == "thanh_xuan_counter"]
    assert len(counter) == 3_430
    assert (counter["resolved_at"] <= counter["due_at"]).sum() == 3_338
    unfinished = counter[counter["resolved_at"].isna()]
    assert len(unfinished) == 92
    assert (unfinished["due_at"] >= "2016-07-01").all()
    assert unfinished["stopped_at"].isna().all()


def test_one_citizen_of_thanh_xuan_was_called_a_week_before_her_day(thanh_xuan: Records) -> None:
    (called,) = thanh_xuan.dossiers[thanh_xuan.dossiers["notified_at"].notna()].itertuples()
    assert called.ward_key == "thanh_xuan_counter"
    assert called.procedure_name == "Cấp Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm"
    assert (called.due_at.date() - called.resolved_at.date()).days == 7


def test_who_is_called_has_a_result_that_is_ready_early_and_waits(quan_11: Records) -> None:
    dossiers = quan_11.dossiers
    called = dossiers[dossiers["notified_at"].notna()]
    assert len(called) > 1_000
    assert (called["resolved_at"].dt.date < called["due_at"].dt.date).all()
    assert (called["notified_at"] >= called["resolved_at"]).all()
    assert not (called["returned_at"] < called["notified_at"]).any()
    assert (called["notified_at"].dt.date == called["resolved_at"].dt.date).all()


def test_thanh_xuan_wards_received_49106_all_resolved_on_time(thanh_xuan: Records) -> None:
    wards = thanh_xuan.dossiers[thanh_xuan.dossiers["ward_key"] != "thanh_xuan_counter"]
    assert wards["ward_key"].nunique() == 11
    assert len(wards) == 49_106
    assert (wards["resolved_at"] <= wards["due_at"]).all()
    assert (wards["resolved_at"] < "2016-07-01").all()
    assert (wards["supplement_count"] <= 1).all()


@pytest.mark.parametrize("source", [QUAN_11, THANH_XUAN], ids=DISTRICTS)
def test_the_same_records_come_every_time(source: object, request: pytest.FixtureRequest) -> None:
    once = request.getfixturevalue(source.key)  # type: ignore[attr-defined]
    again = generate(source)  # type: ignore[arg-type]
    added = [column for column in once.dossiers if column not in again.dossiers]
    untouched = once.dossiers.drop(columns=[*added, "resolution_entered_at"])
    pd.testing.assert_frame_equal(untouched, again.dossiers.drop(columns="resolution_entered_at"))
    pd.testing.assert_frame_equal(once.survey_responses, again.survey_responses)


def test_events_follow_each_other_within_the_period_and_opening_hours(district: Records) -> None:
    dossiers = district.dossiers
    order = [
        ("submitted_at", "received_at"),
        ("received_at", "processing_at"),
        ("processing_at", "resolved_at"),
        ("processing_at", "stopped_at"),
        ("resolved_at", "returned_at"),
        ("received_at", "supplement_requested_at"),
        ("supplement_requested_at", "supplement_received_at"),
        ("supplement_received_at", "resolved_at"),
        ("received_at", "due_at"),
    ]
    for earlier, later in order:
        assert not (dossiers[earlier] > dossiers[later]).any(), (earlier, later)
    calendar = service_calendar(district.district)
    served = np.concatenate([calendar.working, calendar.saturdays])
    for name in EVENTS:
        moments = dossiers[name].dropna()
        assert np.isin(moments.to_numpy().astype("datetime64[D]"), served).all(), name
        clock = moments.dt.strftime("%H:%M")
        assert clock.between("07:30", "11:30").sum() + clock.between("13:30", "17:00").sum() == len(clock), name
        assert (moments.to_numpy().astype("datetime64[D]") <= np.datetime64(district.district.end)).all(), name
    answers = district.survey_responses
    assert (answers["changed_at"] >= answers["answered_at"]).all()
    assert (answers["changed_at"].to_numpy().astype("datetime64[D]") <= np.datetime64(district.district.end)).all()


def test_promises_follow_the_time_limit_in_working_days(district: Records) -> None:
    dossiers = district.dossiers
    calendar = service_calendar(district.district)
    received = calendar.number(dossiers["received_at"].to_numpy().astype("datetime64[D]"))
    due = calendar.number(dossiers["due_at"].to_numpy().astype("datetime64[D]"))
    limits = {procedure.code: procedure.working_days for procedure in PROCEDURES}
    assert (due - received == dossiers["procedure_code"].map(limits).to_numpy()).all()
    assert np.isin(dossiers["due_at"].to_numpy().astype("datetime64[D]"), calendar.working).all()


def test_only_procedures_of_level_3_and_4_are_filed_online(district: Records) -> None:
    year = district.district.start.year
    levels = {procedure.code: procedure.level(year) for procedure in PROCEDURES}
    online = district.dossiers[district.dossiers["channel"] == "online"]
    assert (online["procedure_code"].map(levels) >= ONLINE_LEVEL).all()
    assert online["submitted_at"].notna().all()


def test_ids_and_codes_are_unique_inside_a_ward_and_ids_are_not_outside(district: Records) -> None:
    dossiers, responses = district.dossiers, district.survey_responses
    assert dossiers["dossier_code"].is_unique
    for frame in (dossiers, responses):
        assert not frame.duplicated(["ward_key", "record_id"]).any()
        assert frame["record_id"].duplicated().any()
    assert dossiers["dossier_code"].str.fullmatch(r"[0-9H]+(\.[0-9H]+){2,3}-\d{6}-\d{4}").all()
    days = dossiers["received_at"].dt.strftime("%y%m%d")
    assert (dossiers["dossier_code"].str.split("-").str[1] == days).all()


def test_every_record_carries_personal_data_to_be_dropped(district: Records) -> None:
    dossiers = district.dossiers
    for column in ("applicant_name", "identity_number", "phone", "address", "officer_name", "summary"):
        assert dossiers[column].str.len().gt(0).all(), column
    assert dossiers["phone"].str.fullmatch(r"0\d{9}").all()
    assert dossiers["identity_number"].str.fullmatch(r"\d{9}|\d{12}").all()
    assert dossiers["email"].dropna().str.fullmatch(r"[a-z]+\.\d+@example\.com").all()
    assert dossiers["summary"].str.contains("liên hệ .* 0\\d{9}").sum() > 500


def test_votes_are_linked_after_the_result_and_some_have_no_dossier(district: Records) -> None:
    responses = district.survey_responses
    linked = responses.merge(district.dossiers, on="dossier_code", suffixes=("", "_dossier"))
    assert 0.6 < len(linked) / len(responses) < 0.85
    assert (linked["answered_at"] >= linked["returned_at"]).all()
    assert (linked["ward_key"] == linked["ward_key_dossier"]).all()
    assert responses["device_code"].notna().equals(responses["mode"] == "tablet")
    assert 0.01 < (responses["mode"] == "paper").mean() < 0.06
    for element in ELEMENTS:
        assert 0.2 < responses[element].notna().mean() < 0.45
        assert (responses[element] == "dont_know").any()
