"""The events of OpenLineage that a night wrote, as a graph."""

from __future__ import annotations

import importlib.util
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

Node = tuple[str, str]


def is_installed() -> bool:
    """Whether Airflow's provider for OpenLineage is there."""
    return importlib.util.find_spec("openlineage") is not None


def events(home: Path) -> list[dict[str, Any]]:
    """What is in the file of a state folder, in the order in which it was told."""
    return [json.loads(line) for line in (home / "lineage" / "events.jsonl").read_text("utf-8").splitlines()]


def sources_of(found: list[dict[str, Any]], node: Node) -> set[Node]:
    """The datasets that a dataset was made from, over as many tasks as it took, and that nothing was made into."""
    before: dict[Node, set[Node]] = defaultdict(set)
    for event in found:
        read = {(one["namespace"], one["name"]) for one in event.get("inputs", [])}
        for written in event.get("outputs", []):
            before[written["namespace"], written["name"]] |= read
    ends: set[Node] = set()
    seen, waiting = {node}, [node]
    while waiting:
        at = waiting.pop()
        ends |= set() if before.get(at) else {at}
        fresh = before.get(at, set()) - seen
        seen |= fresh
        waiting += fresh
    return ends
