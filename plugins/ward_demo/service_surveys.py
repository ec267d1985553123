"""Draws the slips of a district's own surveys: about its counter, its schools, its health services."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ward_demo.districts import ServiceSurvey
from ward_demo.service_days import ServiceCalendar, Words, at, draw_opening
from ward_demo.surveys import ELEMENTS

_HAPPY = np.array(["very_satisfied", "satisfied"], dtype=object)
_UNHAPPY = np.array(["neutral", "dissatisfied"], dtype=object)


def draw_service_answers(
    surveys: tuple[ServiceSurvey, ...], ward_key: str, unit: str, calendar: ServiceCalendar, rng: np.random.Generator
) -> pd.DataFrame:
    """The slips of one unit, numbered in the order of its surveys: the columns of `draw_survey_responses`.

    Args:
        surveys: what is asked, of how many, with how many satisfied.
        ward_key: the unit whose system holds the slips.
        unit: its agency code.
        calendar: slips are handed in on working days.
        rng: the generator of these slips.
    """
    slips = pd.concat([_draw(survey, calendar, rng) for survey in surveys], ignore_index=True)
    nothing = ("dossier_code", "device_code", "officer_name", *ELEMENTS, "reasons", "comment")
    return slips.assign(
        ward_key=ward_key,
        record_id=np.arange(1, len(slips) + 1),
        mode="paper",
        unit=unit,
        changed_at=slips["answered_at"],
        **dict.fromkeys(nothing),
    )


def _draw(survey: ServiceSurvey, calendar: ServiceCalendar, rng: np.random.Generator) -> pd.DataFrame:
    working = calendar.working
    within = working[(working >= np.datetime64(survey.start)) & (working <= np.datetime64(survey.end))]
    days = np.sort(rng.choice(within, survey.answers))
    ratings: Words = np.concatenate(
        [rng.choice(_HAPPY, survey.satisfied), rng.choice(_UNHAPPY, survey.answers - survey.satisfied)]
    )
    rng.shuffle(ratings)
    return pd.DataFrame(
        {"answered_at": at(days, draw_opening(rng, days)), "rating_overall": ratings, "domain": survey.domain}
    )
