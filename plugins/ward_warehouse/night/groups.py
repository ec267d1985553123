"""Which wards a task reads: several, so that a night costs few processes and a country fits into one run.

A task reads its wards one after another. So the tasks of a source host are as many as readers are allowed on it, and
that holds whichever machines they run on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from math import ceil

LONGEST_NAME = 250
"""Characters that Airflow keeps of the name of a mapped task."""


def group_wards(
    wards: Sequence[str],
    host_of: Callable[[str], str],
    apart: Callable[[str], Hashable],
    tasks: int,
    readers: int,
) -> list[list[str]]:
    """The wards of each task.

    Args:
        wards: keys, in the order of the plan, which they keep within a task.
        host_of: the server behind a ward; empty where none has to be spared.
        apart: wards that differ in it are never in one task, such as those with quiet hours and those without.
        tasks: how many are to read at the same time; there are about as many groups, and some more of many hosts.
        readers: how many may read from one host.
    """
    size = ceil(len(wards) / tasks) or 1
    buckets: dict[tuple[Hashable, str], list[str]] = defaultdict(list)
    for ward in wards:
        buckets[apart(ward), host_of(ward)].append(ward)
    parts: dict[Hashable, list[list[str]]] = defaultdict(list)
    for (kind, host), bucket in buckets.items():
        needed = ceil(len(bucket) / size)
        parts[kind] += _cut(bucket, min(readers, needed) if host else needed)
    place = {ward: index for index, ward in enumerate(wards)}
    groups = [sorted(group, key=place.__getitem__) for found in parts.values() for group in _packed(found, size)]
    return sorted(groups, key=lambda group: place[group[0]])


def task_name(wards: Sequence[str]) -> str:
    """What the task of these wards is called: by their keys, or by the first and the last where they are many."""
    name = ", ".join(wards)
    if len(name) <= LONGEST_NAME:
        return name
    return f"{wards[0]} to {wards[-1]}: {len(wards)} wards"[:LONGEST_NAME]


def _cut(wards: list[str], pieces: int) -> list[list[str]]:
    """The wards in pieces that differ by one at most."""
    bounds = [round(index * len(wards) / pieces) for index in range(pieces + 1)]
    return [wards[start:end] for start, end in pairwise(bounds)]


def _packed(parts: list[list[str]], size: int) -> list[list[str]]:
    """The parts put together as far as a task has room, the largest first: many hosts of one ward fill few tasks."""
    groups: list[list[str]] = []
    for part in sorted(parts, key=len, reverse=True):
        room = next((group for group in groups if len(group) + len(part) <= size), None)
        if room is None:
            groups.append(list(part))
        else:
            room += part
    return groups
