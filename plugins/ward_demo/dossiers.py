"""Turns a site's timelines into dossiers: codes, channel, applicant, officer, summary."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd

from ward_demo import people
from ward_demo.districts import District, Site
from ward_demo.plan import SitePlan
from ward_demo.procedures import Procedure
from ward_demo.service_days import Bools, Times
from ward_demo.timelines import STOPPED, Timeline

EVENTS = (
    "received_at",
    "processing_at",
    "supplement_requested_at",
    "supplement_received_at",
    "fee_wait_at",
    "apology_at",
    "explanation_at",
    "resolved_at",
    "returned_at",
    "stopped_at",
)
"""The columns that say when something happened to a dossier; each is an entry in the ward's system."""

ONLINE_LEVEL = 3
"""From this level on a procedure can be filed online."""

_OFFICERS = 4


def draw_dossiers(
    plan: SitePlan,
    district: District,
    procedures: tuple[Procedure, ...],
    timeline: Timeline,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The dossiers of one site in the order in which they were taken in.

    Columns, times being local wall-clock times without a zone (datetime64[s]) and missing where nothing happened:
    ward_key, record_id (integer, unique inside the site only), dossier_code, procedure_code, procedure_name, field,
    channel, applicant_type, applicant_name, identity_number, phone, email, address, officer_name, summary,
    receiving_unit, resolving_unit, fee (đồng), submitted_at (online only), the columns of `EVENTS`, due_at,
    repromised_due_at, supplement_count, stop_status (what a stopped dossier's status is), paid_online,
    result_electronic, digitised, reused, and resolution_entered_at (when the end was entered, if later than it was).
    """
    order = np.argsort(timeline.received_at, kind="stable")
    for item in fields(timeline):
        setattr(timeline, item.name, getattr(timeline, item.name)[order])
    chosen = [procedures[index] for index in timeline.procedure.tolist()]
    online = _draw_online(plan.online, chosen, district.start.year, rng)
    names = (*EVENTS, "due_at", "repromised_due_at", "resolution_entered_at")
    count = len(chosen)
    agency = plan.site.agency(district)
    upper = f"00.{district.number}.{district.province}"
    return pd.DataFrame(
        {
            "ward_key": plan.site.ward_key,
            "record_id": np.arange(1, count + 1),
            "dossier_code": _codes(agency, timeline.received_at),
            "procedure_code": [p.code for p in chosen],
            "procedure_name": [p.name_vi for p in chosen],
            "field": [p.field_vi for p in chosen],
            "channel": np.where(online, "online", np.where(rng.random(count) < 0.009, "postal", "in_person")),
            **_draw_people(plan.site, district, chosen, rng),
            "receiving_unit": agency,
            # What several offices settle together, and long procedures, end at the district's.
            "resolving_unit": [upper if p.name_vi.startswith("Liên thông") else agency for p in chosen],
            "fee": [p.fee for p in chosen],
            "submitted_at": _draw_submissions(timeline.received_at, online, district, rng),
            **{name: getattr(timeline, name) for name in names},
            "supplement_count": timeline.supplement_count,
            "stop_status": np.where(
                timeline.outcome != STOPPED, "", np.where(rng.random(count) < 0.45, "withdrawn", "stopped")
            ),
            "paid_online": online & (np.array([p.fee for p in chosen]) > 0) & (rng.random(count) < 0.45),
            "result_electronic": online & (rng.random(count) < 0.2),
            "digitised": rng.random(count) < 0.3,
            "reused": rng.random(count) < 0.05,
        }
    )


def _draw_online(wanted: int, chosen: list[Procedure], year: int, rng: np.random.Generator) -> Bools:
    possible = np.flatnonzero([p.level(year) >= ONLINE_LEVEL for p in chosen])
    online = np.zeros(len(chosen), dtype=bool)
    online[rng.choice(possible, wanted, replace=False)] = True
    return online


def _draw_submissions(received_at: Times, online: Bools, district: District, rng: np.random.Generator) -> Times:
    """When an online dossier was sent: minutes to a day before the counter took it in, at any hour."""
    before = (rng.exponential(4 * 3600, len(online)) + 240).astype("timedelta64[s]")
    sent = np.maximum(received_at - before, np.datetime64(district.start, "s"))
    return np.where(online, sent, np.datetime64("NaT", "s"))


def _codes(agency: str, received_at: Times) -> list[str]:
    """Dossier codes: agency, date of reception, running number of the day; `received_at` is in order."""
    days = received_at.astype("datetime64[D]")
    _, first, group = np.unique(days, return_index=True, return_inverse=True)
    number = (np.arange(len(days)) - first[group] + 1).tolist()
    dates = [text[2:4] + text[5:7] + text[8:10] for text in days.astype(str).tolist()]
    return [f"{agency}-{day}-{n:04d}" for day, n in zip(dates, number, strict=True)]


def _draw_people(
    site: Site, district: District, chosen: list[Procedure], rng: np.random.Generator
) -> dict[str, list[str | None]]:
    count = len(chosen)
    names: list[str] = people.full_names(rng, count)
    firms = people.companies(rng, names)
    phones = people.phones(rng, count)
    business = rng.random(count) < np.where([p.authority == "district" for p in chosen], 0.3, 0.04)
    other = rng.random(count) < 0.015
    applicant = np.where(business, "business", np.where(other, "other", "citizen")).tolist()
    has_mail = (rng.random(count) < 0.35).tolist()
    mails = people.emails(rng, names)
    officers = people.full_names(rng, _OFFICERS)
    place = f"{site.name_vi}, {district.name_vi}" if site.unit == "ward" else district.name_vi
    officer = rng.integers(0, _OFFICERS, count).tolist()
    copies = rng.integers(1, 12, count).tolist()
    with_contact = (rng.random(count) < 0.03).tolist()
    summaries = [
        f"{p.purpose} ({n} bản)" if p.working_days == 1 and n > 1 else p.purpose
        for p, n in zip(chosen, copies, strict=True)
    ]
    return {
        "applicant_type": list(applicant),
        "applicant_name": [f if k == "business" else n for k, f, n in zip(applicant, firms, names, strict=True)],
        "identity_number": list(people.identity_numbers(rng, count)),
        "phone": list(phones),
        "email": [m if has else None for has, m in zip(has_mail, mails, strict=True)],
        "address": list(people.addresses(rng, count, district.streets, place)),
        "officer_name": [officers[index] for index in officer],
        # Officers type contact data into the summary now and then; a pipeline has to find it there.
        "summary": [
            f"{s}, liên hệ {n} {t}" if extra else s
            for s, n, t, extra in zip(summaries, names, phones, with_contact, strict=True)
        ],
    }
