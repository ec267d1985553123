"""When citizens are called to fetch a result that is ready before its promised day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ward_demo.districts import District, Site
from ward_demo.service_days import Bools, Times, at, opened, opening_seconds

_DOCUMENTED = {"thanh_xuan_counter": "1.002425"}
"""At a counter one citizen told of a call: her food safety certificate was ready a week before its day."""
_A_WEEK = np.timedelta64(7, "D")
_NEVER = np.datetime64("NaT", "s")


def draw_calls(dossiers: pd.DataFrame, site: Site, district: District, rng: np.random.Generator) -> Times:
    """When the citizen of each dossier of a site was called, within the hour after the end; NaT where nobody called.

    Called are some of those whose result is ready before the promised day and waits at the counter.

    Args:
        dossiers: those of the site, as `draw_dossiers` gives them.
        site: the counter.
        district: says which share of them is called.
        rng: a generator of this function's own, so that nothing else that is drawn depends on it.
    """
    resolved = dossiers["resolved_at"].to_numpy().astype("datetime64[s]")
    calls = _draw_moments(resolved, rng)
    returned = dossiers["returned_at"].to_numpy().astype("datetime64[s]")
    ready_for = dossiers["due_at"].to_numpy().astype("datetime64[D]") - resolved.astype("datetime64[D]")
    waits: Bools = (ready_for > np.timedelta64(0, "D")) & ~(returned < calls)
    called = waits & (rng.random(len(dossiers)) < district.called)
    if code := _DOCUMENTED.get(site.ward_key):
        told = waits & (ready_for == _A_WEEK) & (dossiers["procedure_code"] == code).to_numpy()
        called[np.flatnonzero(told)[0]] = True
    return np.where(called, calls, _NEVER)


def _draw_moments(resolved: Times, rng: np.random.Generator) -> Times:
    calls = np.full(len(resolved), _NEVER)
    ended = np.flatnonzero(~np.isnat(resolved))
    days = resolved[ended].astype("datetime64[D]")
    seconds = np.minimum(opened(resolved[ended]) + rng.integers(300, 3600, len(ended)), opening_seconds(days) - 1)
    calls[ended] = np.maximum(at(days, seconds), resolved[ended])
    return calls
