"""Splits a group's totals over its sites, so that the parts add up to the whole exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ward_demo.districts import Group, Site


@dataclass(frozen=True)
class SitePlan:
    """How many records of each kind one site gets; the meanings are those of `Group`."""

    site: Site
    received: int
    online: int
    saturday: int
    unfinished: int
    stopped: int
    satisfied: int
    dissatisfied: int
    dont_know: int
    orderly: bool


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `weights` that add up to `total` (largest remainders)."""
    if total == 0:
        return [0] * len(weights)
    exact = np.asarray(weights, dtype=float) / sum(weights) * total
    parts = np.floor(exact).astype(int)
    for index in np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]:
        parts[index] += 1
    return [int(part) for part in parts]


def site_plans(group: Group) -> list[SitePlan]:
    """The plan of every site of the group, in its order."""
    sites = group.sites
    received = apportion(group.received, [site.share for site in sites])
    votes = apportion(group.votes, received)
    pairs = list(zip(received, sites, strict=True))
    dissatisfied = apportion(
        group.votes - group.satisfied, [v * s.dissatisfied_tilt for v, s in zip(votes, sites, strict=True)]
    )
    parts = zip(
        sites,
        received,
        apportion(group.online, [n * site.online_tilt for n, site in pairs]),
        apportion(group.saturday, [n * site.saturday_tilt for n, site in pairs]),
        apportion(group.unfinished, received),
        apportion(group.stopped, received),
        [v - d for v, d in zip(votes, dissatisfied, strict=True)],
        dissatisfied,
        apportion(group.dont_know, votes),
        [group.orderly] * len(sites),
        strict=True,
    )
    return [SitePlan(*part) for part in parts]
