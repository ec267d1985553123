"""When things happen to a site's dossiers: taken in, promised, supplemented, resolved, collected, late, apologised for.

A timeline is built backwards: first the day on which a dossier is resolved (which fixes how many are resolved on a
Saturday), then, from the procedure's time limit and how early or late the site was, the day it was taken in. So every
dossier that is to be resolved in the district's period is resolved in it, whatever its limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ward_demo.plan import SitePlan
from ward_demo.procedures import Procedure
from ward_demo.service_days import (
    MORNING_SECONDS,
    Bools,
    Days,
    Floats,
    Ints,
    ServiceCalendar,
    Times,
    at,
    closing,
    draw_opening,
    opened,
    opening_seconds,
)

RESOLVED, UNFINISHED, STOPPED = 0, 1, 2

_ON_THE_DAY = 0.17
_OVERDUE_UNFINISHED = 0.12
_SUPPLEMENT = 0.12
_APOLOGY = 0.86
_EXPLANATION = 0.55
_NEVER = np.datetime64("NaT", "s")


@dataclass
class Timeline:
    """One row a dossier, in no order; NaT where something did not happen.

    `procedure` is an index into the counter's procedures, `outcome` one of RESOLVED, UNFINISHED, STOPPED;
    `late` says that the promise was not kept.
    """

    procedure: Ints
    outcome: Ints
    late: Bools
    received_at: Times
    processing_at: Times
    due_at: Times
    resolved_at: Times
    returned_at: Times
    stopped_at: Times
    supplement_requested_at: Times
    supplement_received_at: Times
    supplement_count: Ints
    fee_wait_at: Times
    apology_at: Times
    explanation_at: Times
    repromised_due_at: Times
    resolution_entered_at: Times


def draw_timeline(
    plan: SitePlan, procedures: tuple[Procedure, ...], calendar: ServiceCalendar, rng: np.random.Generator
) -> Timeline:
    """The timelines of all dossiers of one site."""
    count = plan.received
    outcome = np.full(count, RESOLVED)
    outcome[: plan.unfinished] = UNFINISHED
    outcome[plan.unfinished : plan.unfinished + plan.stopped] = STOPPED
    rng.shuffle(outcome)
    limits: Ints = np.array([p.working_days for p in procedures])
    fees = np.array([p.fee for p in procedures])
    procedure = _draw_procedures(procedures, limits, outcome, rng)
    limit = limits[procedure]
    on_saturday = np.zeros(count, dtype=bool)
    on_saturday[rng.choice(np.flatnonzero(outcome == RESOLVED), plan.saturday, replace=False)] = True

    slack = _draw_slack(plan.site.late, limit, outcome, on_saturday, rng)
    done = _draw_done_days(calendar, limit - slack, on_saturday, rng)
    taken_in_number: Ints = calendar.number(done) - (limit - slack)
    unfinished = outcome == UNFINISHED
    taken_in_number[unfinished] = _draw_unfinished(calendar, limit[unfinished], plan.orderly, rng)
    # What is unfinished has no day on which it was done; the day after the end stands for it.
    done[unfinished] = calendar.day(np.array([calendar.last + 1]))[0]
    taken_in = _with_saturdays(calendar, taken_in_number, done, rng)
    due_number = taken_in_number + limit
    late = calendar.number(done) > due_number

    received_at, done_at = _draw_times(taken_in, done, rng)
    asked_at, given_at, asked = _draw_supplements(calendar, taken_in_number, done, outcome, plan.orderly, rng)
    apology_at, explanation_at, repromised_due_at = _draw_amends(calendar, late, due_number, calendar.number(done), rng)
    timeline = Timeline(
        procedure=procedure,
        outcome=outcome,
        late=late,
        received_at=received_at,
        processing_at=_draw_processing(received_at, done_at, rng),
        due_at=closing(calendar.day(due_number)),
        resolved_at=np.where(outcome == RESOLVED, done_at, _NEVER),
        returned_at=_draw_returns(calendar, np.where(outcome == RESOLVED, done_at, _NEVER), rng),
        stopped_at=np.where(outcome == STOPPED, done_at, _NEVER),
        supplement_requested_at=asked_at,
        supplement_received_at=given_at,
        supplement_count=asked,
        fee_wait_at=_draw_fee_waits(calendar, fees[procedure], taken_in_number, unfinished & (not plan.orderly), rng),
        apology_at=apology_at,
        explanation_at=explanation_at,
        repromised_due_at=repromised_due_at,
        resolution_entered_at=_draw_late_entries(calendar, np.where(unfinished, _NEVER, done_at), rng),
    )
    # Who has just asked for papers does not ask for money as well.
    timeline.fee_wait_at[~np.isnat(timeline.supplement_requested_at)] = _NEVER
    untouched = unfinished & (taken_in_number == calendar.last) & (rng.random(count) < 0.4)
    timeline.processing_at[untouched] = _NEVER
    return timeline


def _draw_procedures(procedures: tuple[Procedure, ...], limits: Ints, outcome: Ints, rng: np.random.Generator) -> Ints:
    """Unfinished dossiers are mostly those of long procedures: a same-day one is hardly ever open at night."""
    weights = np.array([p.weight for p in procedures])
    drawn = rng.choice(len(procedures), len(outcome), p=weights / weights.sum())
    unfinished = outcome == UNFINISHED
    slow = weights * limits**1.5
    drawn[unfinished] = rng.choice(len(procedures), int(unfinished.sum()), p=slow / slow.sum())
    return drawn.astype(np.int64)


def _draw_slack(late_share: float, limit: Ints, outcome: Ints, on_saturday: Bools, rng: np.random.Generator) -> Ints:
    """Working days between the end of a dossier and its promise: positive early, 0 on the day, negative late."""
    count = len(limit)
    slack: Ints = np.minimum(limit, 1 + np.floor(limit * rng.beta(1.6, 1.9, count))).astype(np.int64)
    # A promise ends on a working day, so what is resolved on a Saturday is early or late.
    slack[(rng.random(count) < _ON_THE_DAY) & ~on_saturday] = 0
    late = (rng.random(count) < late_share) & (outcome == RESOLVED)
    slack[late] = -np.minimum(12, rng.geometric(0.45, int(late.sum())))
    return slack


def _draw_done_days(calendar: ServiceCalendar, span: Ints, on_saturday: Bools, rng: np.random.Generator) -> Days:
    """The day each dossier is done, late enough in the period that `span` working days lie before it."""
    working = calendar.working[: calendar.last]
    done = working[_draw_index(calendar.rhythm(working, rng), span, rng)]
    if on_saturday.any():
        saturdays = calendar.saturdays
        earliest = np.searchsorted(calendar.number(saturdays), span[on_saturday] + 1)
        done[on_saturday] = saturdays[_draw_index(calendar.rhythm(saturdays, rng), earliest, rng)]
    return done


def _draw_index(weights: Floats, lowest: Ints, rng: np.random.Generator) -> Ints:
    """For each element a random index that is at least `lowest`, in proportion to the weights."""
    share = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    point = share[lowest] + rng.random(len(lowest)) * (1.0 - share[lowest])
    index: Ints = np.searchsorted(share, point, side="right").astype(np.int64) - 1
    return np.clip(index, lowest, len(weights) - 1)


def _draw_unfinished(calendar: ServiceCalendar, limit: Ints, orderly: bool, rng: np.random.Generator) -> Ints:
    """Number of the working day on which dossiers that are open at the end were taken in."""
    count = len(limit)
    age = np.floor(rng.random(count) * limit).astype(np.int64)
    overdue = (rng.random(count) < _OVERDUE_UNFINISHED) & (not orderly)
    return calendar.last - np.where(overdue, limit + rng.integers(1, 8, count), age)


def _with_saturdays(calendar: ServiceCalendar, number: Ints, done: Days, rng: np.random.Generator) -> Days:
    """The day each dossier was taken in; part of a Friday's ones came on the Saturday after, which has its number."""
    days = calendar.day(number)
    if not len(calendar.saturdays):
        return days
    index = np.minimum(np.searchsorted(calendar.number(calendar.saturdays), number), len(calendar.saturdays) - 1)
    saturday = calendar.saturdays[index]
    possible = (calendar.number(saturday) == number) & (saturday <= done)
    came = rng.random(len(days)) < np.where(saturday == done, 0.85, 0.4)
    return np.where(possible & came, saturday, days)


def _draw_times(taken_in: Days, done: Days, rng: np.random.Generator) -> tuple[Times, Times]:
    """Moments within opening hours; on one and the same day the second follows at least 15 minutes after the first."""
    start, end = draw_opening(rng, taken_in), draw_opening(rng, done)
    same_day = taken_in == done
    length = opening_seconds(done)
    start = np.where(same_day, np.minimum(start, length - 2400), start)
    following = start + 900 + (rng.random(len(start)) ** 2 * (length - start - 960)).astype(np.int64)
    return at(taken_in, start), at(done, np.where(same_day, following, end))


def _draw_processing(received_at: Times, done_at: Times, rng: np.random.Generator) -> Times:
    """When an officer opens the dossier: soon, the same day, before it is done."""
    days = received_at.astype("datetime64[D]")
    same_day = done_at.astype("datetime64[D]") == days
    latest = np.where(same_day, opened(done_at) - 300, opening_seconds(days) - 1)
    return at(days, np.minimum(opened(received_at) + rng.integers(120, 2700, len(days)), latest))


def _draw_returns(calendar: ServiceCalendar, resolved_at: Times, rng: np.random.Generator) -> Times:
    """When the applicant collects the result: at once, in the days after, or not within the period."""
    returned = np.full(len(resolved_at), _NEVER)
    resolved = np.flatnonzero(~np.isnat(resolved_at))
    at_once = rng.random(len(resolved)) < 0.58
    now, later = resolved[at_once], resolved[~at_once]
    days = resolved_at[now].astype("datetime64[D]")
    seconds = np.minimum(opened(resolved_at[now]) + rng.integers(180, 2400, len(now)), opening_seconds(days) - 1)
    returned[now] = np.maximum(at(days, seconds), resolved_at[now])
    number = calendar.number(resolved_at[later].astype("datetime64[D]")) + rng.geometric(0.5, len(later))
    returned[later] = at(calendar.day(number), draw_opening(rng, calendar.day(number)))
    uncollected = (rng.random(len(returned)) < 0.03) | (returned.astype("datetime64[D]") > calendar.end)
    returned[uncollected] = _NEVER
    return returned


def _draw_supplements(
    calendar: ServiceCalendar, taken_in: Ints, done: Days, outcome: Ints, orderly: bool, rng: np.random.Generator
) -> tuple[Times, Times, Ints]:
    """First supplement request, its answer, the number of requests; between the days of reception and of the end.

    Where all is orderly, nothing is asked for twice and nothing that is open waits for the applicant.
    """
    count = len(done)
    requested, answered = np.full(count, _NEVER), np.full(count, _NEVER)
    done_number = calendar.number(done)
    eligible = (done_number - taken_in >= 2) & ((not orderly) | (outcome == RESOLVED))
    chosen = np.flatnonzero(eligible & (rng.random(count) < _SUPPLEMENT))
    room = done_number[chosen] - taken_in[chosen] - 1
    ask = taken_in[chosen] + 1 + np.floor(rng.random(len(chosen)) * room).astype(np.int64)
    give = ask + np.floor(rng.random(len(chosen)) * (done_number[chosen] - ask)).astype(np.int64)
    requested[chosen], answered[chosen] = _draw_times(calendar.day(ask), calendar.day(give), rng)
    open_ended = (outcome != RESOLVED) & (rng.random(count) < 0.6)
    answered[open_ended] = _NEVER
    times = (~np.isnat(requested)).astype(np.int64)
    times[(times == 1) & (outcome == RESOLVED) & (rng.random(count) < 0.06) & (not orderly)] = 2
    return requested, answered, times


def _draw_fee_waits(
    calendar: ServiceCalendar, fee: Ints, taken_in: Ints, unfinished: Bools, rng: np.random.Generator
) -> Times:
    """Since when open dossiers wait for the applicant's fee: the working day after they were taken in."""
    waits = unfinished & (fee > 0) & (taken_in < calendar.last) & (rng.random(len(fee)) < 0.2)
    since = np.full(len(fee), _NEVER)
    days = calendar.day(taken_in[waits] + 1)
    since[waits] = at(days, draw_opening(rng, days))
    return since


def _draw_amends(
    calendar: ServiceCalendar, late: Bools, due: Ints, done: Ints, rng: np.random.Generator
) -> tuple[Times, Times, Times]:
    """For broken promises: apology on its day, explanation on the working day after, and the apology's new date."""
    count = len(late)
    apology, explanation, promise = (np.full(count, _NEVER) for _ in range(3))
    draw = rng.random(count)
    apologised = np.flatnonzero(late & (draw < _APOLOGY))
    days = calendar.day(due[apologised])
    apology[apologised] = at(days, MORNING_SECONDS + rng.integers(5400, 12_000, len(days)))
    kept = done[apologised] + rng.choice([0, 0, 0, 1, 2], len(days))
    broken = np.maximum(due[apologised] + 1, done[apologised] - 1)
    new_number = np.where(rng.random(len(days)) < 0.85, kept, broken)
    promise[apologised] = closing(calendar.day(new_number))
    explained = np.flatnonzero(late & (draw >= _APOLOGY) & (rng.random(count) < _EXPLANATION))
    days = calendar.day(due[explained] + 1)
    explanation[explained] = at(days, draw_opening(rng, days))
    return apology, explanation, promise


def _draw_late_entries(calendar: ServiceCalendar, done_at: Times, rng: np.random.Generator) -> Times:
    """For the few dossiers whose end is entered on the next working day: when that is."""
    entered = np.full(len(done_at), _NEVER)
    chosen = np.flatnonzero(~np.isnat(done_at) & (rng.random(len(done_at)) < 0.015))
    number = calendar.number(done_at[chosen].astype("datetime64[D]")) + 1
    days = calendar.day(number)
    moments = at(days, rng.integers(300, 5400, len(days)))
    entered[chosen] = np.where(number <= calendar.last, moments, _NEVER)
    return entered
