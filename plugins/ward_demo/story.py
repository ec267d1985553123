"""What the wards' systems hold at the end of a night: the final records, seen from an earlier day.

An event is in a ward's system from the moment it is entered, which is when it happens or, for a few, some days later.
Status and change time follow from the entries that are there. Quận 11 has a story besides: on the night of 27 December
2018 the system of one ward does not answer and the export of another is broken; on the 28th both are well again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from ward_demo.dossiers import EVENTS
from ward_demo.generate import Records
from ward_demo.generate import records as final_records
from ward_demo.service_days import SATURDAY, Bools, Times, Words, weekdays

DOWN: dict[date, frozenset[str]] = {date(2018, 12, 27): frozenset({"quan_11_p07"})}
"""Wards whose system does not answer, by night."""

BROKEN_EXPORT: dict[date, str] = {date(2018, 12, 27): "quan_11_p14"}
"""The ward whose export carries broken records, by night."""

_CORRECTED_WARD = "quan_11_p07"
_CORRECTION_DAY = np.datetime64("2018-12-27", "s")
_LATE_SATURDAYS = {"2018-12-22": 6, "2018-12-15": 2, "2018-12-08": 2, "2018-12-01": 2}
_MISFILED = 8
_RESENT_FROM = np.datetime64("2018-12-28T08:20:00", "s")

_END_EVENTS = ("resolved_at", "returned_at", "stopped_at")


@dataclass(frozen=True)
class Fault:
    """One way in which an exported record is broken.

    Attributes:
        kind: missing_id, missing_reception_date, end_before_start, impossible_date, foreign_date, unknown_status,
            unknown_channel, unknown_procedure, wrong_ward, repeated_id.
        fields: what the export carries in place of the truth, by column of the dossier.
        sent_twice: the true record is sent beside the broken one, under the same id; it is the newer of the two.
    """

    kind: str
    fields: dict[str, str]
    sent_twice: bool = False


REAL_FAULTS: tuple[Fault, ...] = (
    Fault("end_before_start", {"resolved_at": "20/12/2018 09:15"}),
    Fault("missing_reception_date", {"received_at": ""}),
    Fault("foreign_date", {"received_at": "2018/12/27 09:40"}),
    Fault("foreign_date", {"received_at": "12-27-2018 14:05"}),
    Fault("impossible_date", {"received_at": "31/02/2018 08:30"}),
    Fault("unknown_status", {"status": "Chuyển liên thông"}),
    Fault("unknown_channel", {"channel": "Zalo"}),
    Fault("unknown_channel", {"channel": "Qua điện thoại"}),
    Fault("unknown_procedure", {"procedure_code": "9.999001"}),
    Fault("wrong_ward", {"source_ward": "Phường 13"}),
    Fault(
        "repeated_id",
        {"procedure_code": "1.000656", "summary": "Đăng ký khai tử", "changed_at": "27/12/2018 07:30:00"},
        sent_twice=True,
    ),
)
"""Faults of real records of the day, which the ward sends again, correctly, the next morning."""

INVENTED_FAULTS: tuple[Fault, ...] = (
    Fault("missing_id", {"record_id": ""}),
    Fault("missing_id", {"record_id": "", "dossier_code": ""}),
    Fault("missing_reception_date", {"received_at": ""}),
    Fault("impossible_date", {"received_at": "31/02/2018 10:00"}),
    Fault("foreign_date", {"received_at": "Dec 27, 2018"}),
    Fault("end_before_start", {"resolved_at": "01/12/2018 08:00"}),
    Fault("unknown_status", {"status": "99"}),
    Fault("unknown_procedure", {"procedure_code": "KHONG-RO"}),
    Fault("wrong_ward", {"source_ward": "Phường 3"}),
    Fault("missing_reception_date", {"received_at": "", "status": "", "channel": "Fax"}),
)
"""Records that never existed: they come once and never again."""


@dataclass(frozen=True)
class BrokenRow:
    """A row of the broken export: the dossier it pretends to be (columns as of the night) and its fault."""

    record: dict[str, object]
    fault: Fault
    real: bool


@lru_cache(maxsize=2)
def story_records(district_key: str) -> Records:
    """The final records of a district with what the story adds to its dossiers.

    Columns besides those of the generated dossiers: `misfiled` (until its end is entered, the dossier stands as
    stopped by mistake) and `resent_at` (when a record that was sent broken was sent again). Callers must not change
    the frames.
    """
    final = final_records(district_key)
    dossiers = final.dossiers.assign(misfiled=False, resent_at=np.datetime64("NaT", "s"))
    if district_key == "quan_11":
        _correct_old_dossiers(dossiers)
        resent = _real_broken(dossiers)
        dossiers.loc[resent, "resent_at"] = _RESENT_FROM + np.arange(len(resent)) * np.timedelta64(60, "s")
    return replace(final, dossiers=dossiers)


def records_as_of(records: Records, night: date) -> Records:
    """What had been entered in the wards' systems by the end of `night` (local midnight).

    `dossiers` gains `status` (a word of the dossier contract) and `changed_at` (the newest entry); events that had
    not been entered are missing. Dossiers and survey responses of which nothing had been entered are left out.
    """
    end = np.datetime64(night, "s") + np.timedelta64(1, "D")
    responses = records.survey_responses
    entered = _entered(records.dossiers)
    there = entered["received_at"] < end
    dossiers = records.dossiers[there].reset_index(drop=True)
    entered = {name: times[there] for name, times in entered.items()}
    _hide_later(dossiers, entered, end)
    return replace(
        records,
        dossiers=dossiers,
        survey_responses=responses[responses["changed_at"].to_numpy() < end].reset_index(drop=True),
    )


def broken_rows(records: Records, night: date) -> list[BrokenRow]:
    """The broken rows of the export of `night`, of the ward that `BROKEN_EXPORT` names; none on other nights.

    Args:
        records: the district as of the night.
        night: any night.
    """
    ward = BROKEN_EXPORT.get(night)
    if ward is None or records.district.key != "quan_11":
        return []
    dossiers = records.dossiers
    real = dossiers.loc[_real_broken(dossiers)].to_dict("records")
    rows = [BrokenRow(_named(row), fault, real=True) for row, fault in zip(real, REAL_FAULTS, strict=True)]
    today = dossiers[_taken_in(dossiers, ward, night) & dossiers["resolved_at"].notna()]
    for index, fault in enumerate(INVENTED_FAULTS):
        row = _named(today.iloc[-1 - index].to_dict())
        code = str(row["dossier_code"])
        row.update(record_id=900_001 + index, dossier_code=f"{code[:-4]}{9001 + index}", officer_name=None)
        rows.append(BrokenRow(row, fault, real=False))
    return rows


def expected_after(district_key: str, night: date) -> Records:
    """What a warehouse that has loaded every night up to `night` holds of a district.

    A ward that was down is seen as of its night before; real records that came broken are not there (of a repeated id
    the newer row counts), and invented ones never are.
    """
    final = story_records(district_key)
    seen = records_as_of(final, night)
    down = DOWN.get(night, frozenset())
    if down:
        before = records_as_of(final, date.fromordinal(night.toordinal() - 1))
        seen = replace(
            seen,
            dossiers=_with_earlier(seen.dossiers, before.dossiers, down),
            survey_responses=_with_earlier(seen.survey_responses, before.survey_responses, down),
        )
    rows = [row for row in broken_rows(seen, night) if row.real and not row.fault.sent_twice]
    broken = {(row.record["ward_key"], row.record["record_id"]) for row in rows}
    if broken:
        keys = pd.Series(list(zip(seen.dossiers["ward_key"], seen.dossiers["record_id"], strict=True)))
        seen = replace(seen, dossiers=seen.dossiers[~keys.isin(broken).to_numpy()].reset_index(drop=True))
    return seen


def headline_figures(records: Records) -> dict[str, int]:
    """Counts over the records as they are: received, online, resolved, saturday, open, votes, satisfied.

    `saturday` are dossiers resolved on a Saturday, `votes` survey responses that are an opinion.
    """
    dossiers, responses = records.dossiers, records.survey_responses
    resolved = dossiers["resolved_at"]
    rating = responses["rating_overall"]
    return {
        "received": len(dossiers),
        "online": int((dossiers["channel"] == "online").sum()),
        "resolved": int(resolved.notna().sum()),
        "saturday": int((resolved.dt.day_of_week == SATURDAY).sum()),
        "open": int((resolved.isna() & dossiers["stopped_at"].isna()).sum()),
        "votes": int((rating != "dont_know").sum()),
        "satisfied": int(rating.isin(["satisfied", "very_satisfied"]).sum()),
    }


def _correct_old_dossiers(dossiers: pd.DataFrame) -> None:
    """Gives one ward its late corrections: Saturday work entered days later, and dossiers filed as stopped."""
    resolved = dossiers["resolved_at"].to_numpy().astype("datetime64[s]")
    days = resolved.astype("datetime64[D]")
    ward = (dossiers["ward_key"] == _CORRECTED_WARD).to_numpy()
    saturdays = [np.flatnonzero(ward & (days == np.datetime64(day)))[:n] for day, n in _LATE_SATURDAYS.items()]
    december = ward & (days >= np.datetime64("2018-12-03")) & (days <= np.datetime64("2018-12-20"))
    misfiled = np.flatnonzero(december & (weekdays(days) != SATURDAY))[::7][:_MISFILED]
    corrected = np.concatenate([*saturdays, misfiled])
    moments = _CORRECTION_DAY + np.timedelta64(8 * 3600, "s") + np.arange(len(corrected)) * np.timedelta64(420, "s")
    dossiers.loc[corrected, "resolution_entered_at"] = moments
    dossiers.loc[misfiled, "misfiled"] = True


def _real_broken(dossiers: pd.DataFrame) -> list[int]:
    """Row labels of the records of `REAL_FAULTS`, in their order: taken in on the day, the first resolved on it."""
    (night, ward), *_ = BROKEN_EXPORT.items()
    today = dossiers[_taken_in(dossiers, ward, night)]
    done = today["resolved_at"].to_numpy().astype("datetime64[D]") == np.datetime64(night)
    done &= today["resolution_entered_at"].isna().to_numpy()
    first = [int(label) for label in today.index[done][:1]]
    others = [int(label) for label in today.index if label not in first]
    return (first + others)[: len(REAL_FAULTS)]


def _taken_in(dossiers: pd.DataFrame, ward: str, day: date) -> Bools:
    received = dossiers["received_at"].to_numpy().astype("datetime64[D]")
    taken_in: Bools = (dossiers["ward_key"] == ward).to_numpy() & (received == np.datetime64(day))
    return taken_in


def _named(row: dict[object, object]) -> dict[str, object]:
    return {str(name): value for name, value in row.items()}


def _with_earlier(now: pd.DataFrame, before: pd.DataFrame, wards: frozenset[str]) -> pd.DataFrame:
    return pd.concat([now[~now["ward_key"].isin(wards)], before[before["ward_key"].isin(wards)]], ignore_index=True)


def _entered(dossiers: pd.DataFrame) -> dict[str, Times]:
    """When each event was entered; the end of a dossier, and what follows it, may be entered later than it happened."""
    entered = {name: dossiers[name].to_numpy().astype("datetime64[s]") for name in EVENTS}
    late = dossiers["resolution_entered_at"].to_numpy().astype("datetime64[s]")
    for name in _END_EVENTS:
        happened = entered[name]
        entered[name] = np.where(np.isnat(happened) | np.isnat(late), happened, np.maximum(happened, late))
    return entered


def _hide_later(dossiers: pd.DataFrame, entered: dict[str, Times], end: np.datetime64) -> None:
    """Blanks what was entered at `end` or later, and sets status and change time from the rest."""
    seen = {name: ~np.isnat(times) & (times < end) for name, times in entered.items()}
    resolved = dossiers["resolved_at"].to_numpy().astype("datetime64[s]")
    mistaken = dossiers["misfiled"].to_numpy() & (resolved < end) & ~seen["resolved_at"]
    changed = np.full(len(dossiers), np.datetime64("NaT", "s"))
    for name, times in entered.items():
        changed = np.fmax(changed, np.where(seen[name], times, np.datetime64("NaT", "s")))
        dossiers[name] = dossiers[name].where(seen[name])
    changed = np.where(mistaken, np.fmax(changed, resolved), changed)
    resent = dossiers["resent_at"].to_numpy().astype("datetime64[s]")
    changed = np.where(resent < end, np.fmax(changed, resent), changed)
    dossiers["repromised_due_at"] = dossiers["repromised_due_at"].where(seen["apology_at"])
    # A call is entered with the end that it tells of.
    dossiers["notified_at"] = dossiers["notified_at"].where(seen["resolved_at"])
    asked = seen["supplement_requested_at"].astype(np.int64)
    whole = dossiers["supplement_count"].to_numpy()
    dossiers["supplement_count"] = np.where(seen["supplement_received_at"], whole, asked)
    dossiers["stopped_at"] = dossiers["stopped_at"].where(~mistaken, pd.Series(resolved))
    dossiers["status"] = _status(dossiers, seen, mistaken)
    dossiers["changed_at"] = changed


def _status(dossiers: pd.DataFrame, seen: dict[str, Bools], mistaken: Bools) -> Words:
    """The status that follows from the newest of the entries that are there."""
    states = (
        (seen["returned_at"], "returned"),
        (seen["resolved_at"], "resolved"),
        (mistaken, "stopped"),
        (seen["stopped_at"], dossiers["stop_status"].to_numpy(dtype=object)),
        (seen["fee_wait_at"], "waiting_fee"),
        (seen["supplement_received_at"], "supplemented"),
        (seen["supplement_requested_at"], "supplement_requested"),
        (seen["processing_at"], "in_process"),
    )
    status: Words = np.full(len(dossiers), "received", dtype=object)
    for holds, word in reversed(states):
        status = np.where(holds, word, status)
    return status
