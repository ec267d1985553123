"""Draws a site's survey responses: tablet votes, a few paper slips, web and phone answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ward_demo.districts import Site, Software
from ward_demo.plan import SitePlan
from ward_demo.service_days import (
    Bools,
    Ints,
    ServiceCalendar,
    Times,
    Words,
    at,
    draw_opening,
    opened,
    opening_seconds,
)

ELEMENTS = ("rating_access", "rating_procedure", "rating_staff", "rating_result", "rating_feedback")
"""The five elements of a satisfaction questionnaire."""

_LINKED = 0.72
_WITH_ELEMENTS = 0.32
_SATISFIED: dict[Software, tuple[list[str], list[float]]] = {
    "igate": (["satisfied"], [1.0]),
    "dong_bo_ho_so": (["very_satisfied", "satisfied"], [0.56, 0.44]),
    "mot_cua_csv": (["very_satisfied", "satisfied"], [0.48, 0.52]),
}
_DISSATISFIED: dict[Software, tuple[list[str], list[float]]] = {
    "igate": (["neutral", "dissatisfied"], [0.6, 0.4]),
    "dong_bo_ho_so": (["neutral", "dissatisfied", "very_dissatisfied"], [0.55, 0.33, 0.12]),
    "mot_cua_csv": (["neutral", "dissatisfied", "very_dissatisfied"], [0.5, 0.36, 0.14]),
}
_REASONS = ("Chờ lâu", "Hướng dẫn chưa rõ", "Phải đi lại nhiều lần", "Thái độ chưa tốt", "Trả kết quả trễ hẹn")
_COMMENTS = (
    "Cán bộ hướng dẫn nhiệt tình",
    "Giải quyết nhanh hơn giấy hẹn",
    "Cần thêm ghế ngồi chờ",
    "Phòng tiếp nhận hơi nóng",
    "Đề nghị làm thêm chiều thứ bảy",
    "Rất hài lòng, xin cảm ơn",
)


def draw_survey_responses(
    plan: SitePlan, dossiers: pd.DataFrame, calendar: ServiceCalendar, rng: np.random.Generator
) -> pd.DataFrame:
    """The responses of one site in the order in which they were given.

    Columns, times being local wall-clock times without a zone: ward_key, record_id (integer, unique inside the site
    only), dossier_code (none for a vote without one), answered_at, mode, domain, device_code (tablets), officer_name,
    unit (the site's agency code), rating_overall, the columns of `ELEMENTS`, reasons, comment, and changed_at (when the
    answer was entered: later than given for paper slips). The ratings are those that the site's software can take:
    three buttons know no "very satisfied".
    """
    count = plan.satisfied + plan.dissatisfied + plan.dont_know
    linked = _draw_linked(dossiers, int(count * _LINKED), rng)
    answered_at, dossier = _draw_moments(linked, dossiers, count, calendar, rng)
    overall = _draw_overall(plan, linked, dossiers, rng)
    order = np.argsort(answered_at, kind="stable")
    answered_at, dossier, overall = answered_at[order], dossier[order], overall[order]
    row = np.maximum(dossier, 0)
    channel = np.where(dossier >= 0, dossiers["channel"].to_numpy(dtype=object)[row], "")
    mode = _draw_modes(channel, rng)
    has_officer = (dossier >= 0) | (rng.random(count) < 0.5)
    officer = np.where(dossier >= 0, row, rng.integers(0, len(dossiers), count))
    unhappy = ~np.isin(overall, ["very_satisfied", "satisfied", "dont_know"])
    comments = np.array(_COMMENTS, dtype=object)[rng.integers(0, len(_COMMENTS), count)]
    reasons = np.array(_REASONS, dtype=object)[rng.integers(0, len(_REASONS), count)]
    return pd.DataFrame(
        {
            "ward_key": plan.site.ward_key,
            "record_id": np.arange(1, count + 1),
            "dossier_code": _where(dossier >= 0, dossiers["dossier_code"].to_numpy(dtype=object)[row]),
            "answered_at": answered_at,
            "mode": mode,
            "domain": "counter",
            "device_code": _where(mode == "tablet", _devices(plan.site, count, rng)),
            "officer_name": _where(has_officer, dossiers["officer_name"].to_numpy(dtype=object)[officer]),
            "unit": dossiers["receiving_unit"].iloc[0],
            "rating_overall": overall,
            **_draw_elements(plan.site.software, overall, rng),
            "reasons": _where(unhappy & (rng.random(count) < 0.7), reasons),
            "comment": _where(rng.random(count) < 0.05, comments),
            "changed_at": _entered(answered_at, mode, calendar, rng),
        }
    )


def draw_slips_before(
    plan: SitePlan, count: int, responses: pd.DataFrame, calendar: ServiceCalendar, rng: np.random.Generator
) -> pd.DataFrame:
    """Paper slips of a site from the time before it had a device: the columns of its `responses`, ids after theirs."""
    days = np.sort(rng.choice(calendar.working[: calendar.last], count))
    answered_at = np.sort(at(days, draw_opening(rng, days)))
    slips = pd.DataFrame({name: np.full(count, None, dtype=object) for name in responses.columns})
    return slips.assign(
        ward_key=plan.site.ward_key,
        record_id=len(responses) + np.arange(1, count + 1),
        answered_at=answered_at,
        mode="paper",
        domain="counter",
        unit=responses["unit"].iloc[0],
        rating_overall=rng.choice(np.array(["satisfied", "neutral"], dtype=object), count, p=[0.7, 0.3]),
        changed_at=answered_at,
    )


def _where(chosen: Bools, values: Words) -> Words:
    kept = values.astype(object)
    kept[~chosen] = None
    return kept


def _draw_linked(dossiers: pd.DataFrame, count: int, rng: np.random.Generator) -> Ints:
    """Rows of the dossiers whose applicants vote: they vote when they collect the result."""
    collected = np.flatnonzero(dossiers["returned_at"].notna().to_numpy())
    return rng.choice(collected, min(count, len(collected)), replace=False)


def _draw_moments(
    linked: Ints, dossiers: pd.DataFrame, count: int, calendar: ServiceCalendar, rng: np.random.Generator
) -> tuple[Times, Ints]:
    """Time of each vote and the row of its dossier, -1 for none; the linked votes come first."""
    returned = dossiers["returned_at"].to_numpy()[linked].astype("datetime64[s]")
    days = returned.astype("datetime64[D]")
    seconds = np.minimum(opened(returned) + rng.integers(40, 900, len(linked)), opening_seconds(days) - 1)
    open_days = np.sort(np.concatenate([calendar.working[: calendar.last], calendar.saturdays]))
    busy = calendar.rhythm(open_days, rng)
    others = rng.choice(open_days, count - len(linked), p=busy / busy.sum())
    moments = np.concatenate([np.maximum(at(days, seconds), returned), at(others, draw_opening(rng, others))])
    return moments, np.concatenate([linked, np.full(len(others), -1)])


def _draw_overall(plan: SitePlan, linked: Ints, dossiers: pd.DataFrame, rng: np.random.Generator) -> Words:
    """Overall ratings in the planned numbers; who got the result late is more often dissatisfied."""
    count = plan.satisfied + plan.dissatisfied + plan.dont_know
    late = (dossiers["resolved_at"] > dossiers["due_at"]).to_numpy()[linked]
    weight = np.ones(count)
    weight[: len(linked)][late] = 12.0
    unhappy = rng.choice(count, plan.dissatisfied, replace=False, p=weight / weight.sum())
    rest = np.setdiff1d(np.arange(count), unhappy)
    silent = rng.choice(rest, plan.dont_know, replace=False)
    words, odds = _SATISFIED[plan.site.software]
    overall = rng.choice(np.array(words, dtype=object), count, p=odds)
    words, odds = _DISSATISFIED[plan.site.software]
    overall[unhappy] = rng.choice(np.array(words, dtype=object), len(unhappy), p=odds)
    overall[silent] = "dont_know"
    return overall


def _draw_modes(channel: Words, rng: np.random.Generator) -> Words:
    draw = rng.random(len(channel))
    at_counter = np.where(draw < 0.035, "paper", np.where(draw < 0.045, "phone", "tablet"))
    return np.where((channel == "online") & (draw > 0.7), "web", at_counter)


def _devices(site: Site, count: int, rng: np.random.Generator) -> Words:
    names = np.array([f"TB-{site.number:02d}-{n}" for n in range(1, site.devices + 1)], dtype=object)
    chosen: Words = names[np.minimum(rng.random(count) < 0.37, site.devices - 1)]
    return chosen


def _draw_elements(software: Software, overall: Words, rng: np.random.Generator) -> dict[str, Words]:
    """Five element ratings for some of the votes, mostly like the overall one, now and then "don't know"."""
    answered = (rng.random(len(overall)) < _WITH_ELEMENTS) & (overall != "dont_know")
    words = np.array([*_SATISFIED[software][0], *_DISSATISFIED[software][0]], dtype=object)
    likely = np.array([*np.full(len(_SATISFIED[software][0]), 3.0), *np.ones(len(_DISSATISFIED[software][0]))])
    elements = {}
    for name in ELEMENTS:
        draw = rng.random(len(overall))
        other = rng.choice(words, len(overall), p=likely / likely.sum())
        unsure = 0.3 if name == "rating_feedback" else 0.03
        rating = np.where(draw < unsure, "dont_know", np.where(draw < 0.86, overall, other))
        elements[name] = _where(answered, rating)
    return elements


def _entered(answered_at: Times, mode: Words, calendar: ServiceCalendar, rng: np.random.Generator) -> Times:
    """When each answer reached the system: at once, or for paper slips on the next working day within the period."""
    number = calendar.number(answered_at.astype("datetime64[D]")) + 1
    days = calendar.day(np.minimum(number, calendar.last))
    typed_in = at(days, rng.integers(600, 12_000, len(days)))
    late = (mode == "paper") & (number <= calendar.last) & (typed_in > answered_at)
    return np.where(late, typed_in, answered_at)
