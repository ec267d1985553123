"""Generates the final records of a demonstration district: the same ones every time, from fixed seeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from ward_demo.calls import draw_calls
from ward_demo.districts import District, Unit
from ward_demo.dossiers import draw_dossiers
from ward_demo.golden_districts import ALL_DISTRICTS
from ward_demo.plan import apportion, site_plans
from ward_demo.procedures import Authority, at_counter
from ward_demo.service_days import ServiceCalendar
from ward_demo.service_surveys import draw_service_answers
from ward_demo.surveys import draw_slips_before, draw_survey_responses
from ward_demo.timelines import draw_timeline

_CALLS = 1  # the third number of the generator that draws calls
AUTHORITY: dict[Unit, Authority] = {"ward": "ward", "district_counter": "district"}


@dataclass(frozen=True)
class Records:
    """All records of a district as they are when its period is over.

    `dossiers` has the columns that `draw_dossiers` documents and `notified_at`, as `draw_calls` gives it;
    `survey_responses` has those of `draw_survey_responses`.
    """

    district: District
    dossiers: pd.DataFrame
    survey_responses: pd.DataFrame


@lru_cache(maxsize=2)
def records(district_key: str) -> Records:
    """The records of a district that has counters, kept in memory; callers must not change the frames."""
    return generate(ALL_DISTRICTS[district_key])


def generate(district: District) -> Records:
    """Generates a district's records, one random generator a site."""
    calendar = service_calendar(district)
    dossiers, responses = [], []
    plans = [plan for group in district.groups for plan in site_plans(group)]
    slips = apportion(district.slips_before, [plan.received for plan in plans])
    before = ServiceCalendar(_month_before(district), district.start - timedelta(days=1), saturday_service=False)
    for plan, count in zip(plans, slips, strict=True):
        rng = np.random.default_rng([district.seed, plan.site.number])
        procedures = at_counter(AUTHORITY[plan.site.unit])
        timeline = draw_timeline(plan, procedures, calendar, rng)
        dossiers.append(draw_dossiers(plan, district, procedures, timeline, rng))
        if plan.site.surveys:
            unit = plan.site.agency(district)
            responses.append(draw_service_answers(plan.site.surveys, plan.site.ward_key, unit, calendar, rng))
        else:
            responses.append(draw_survey_responses(plan, dossiers[-1], calendar, rng))
        calls = np.random.default_rng([district.seed, plan.site.number, _CALLS])
        dossiers[-1]["notified_at"] = draw_calls(dossiers[-1], plan.site, district, calls)
        if count:
            responses.append(draw_slips_before(plan, count, responses[-1], before, rng))
    return Records(district, pd.concat(dossiers, ignore_index=True), pd.concat(responses, ignore_index=True))


def _month_before(district: District) -> date:
    return (district.start - timedelta(days=1)).replace(day=1)


def service_calendar(district: District) -> ServiceCalendar:
    """The district's service days."""
    served = any(group.saturday > 0 for group in district.groups)
    return ServiceCalendar(
        district.start, district.end, saturday_service=served, saturdays_from=district.saturdays_from
    )
