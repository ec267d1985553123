"""What is the same for each state folder of a test, done once in a process: reading the dbt project, judging a record.

dbt reads a project anew where the path of the build file is another one, ten times as long as what it has read before;
a build here begins as one of Airflow's, whose process read the project before it was forked. Great Expectations takes
longer to be asked than to answer; here it is asked once for records that no rule can tell apart, as in a night.
Together they were a fifth of the suite. Those who test the one or the other go around what stands here.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from ward_warehouse.core.settings import Settings
from ward_warehouse.validation.judging import Judge
from ward_warehouse.validation.suites import Suite
from ward_warehouse.warehouse.changes import digest_of_project
from ward_warehouse.warehouse.project import read_project, take_prepared

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_projects: dict[tuple[str, Path, str], Manifest] = {}
"""Manifests by the digest of the project, its folder, and the name of the build file: the database that nodes name."""
_judges: dict[str, Judge] = {}
"""Judges by all that their suite says."""


def remember(patch: pytest.MonkeyPatch) -> None:
    """From here on nights and builds of this process take what it did before."""
    patch.setattr("ward_warehouse.warehouse.dbt.take_prepared", take_read)
    patch.setattr("ward_warehouse.validation.judging.Judge", judge_of)


def take_read(settings: Settings) -> Manifest | None:
    """What `take_prepared` gives, or a copy of what this process read before; None for what dbt cannot read."""
    from dbt.contracts.graph.manifest import Manifest

    if (prepared := take_prepared(settings)) is not None:
        return prepared
    folder = settings.dbt_project_dir
    key = (digest_of_project(folder), folder, settings.build_file.name)
    if key not in _projects:
        manifest = read_project(settings).result
        if not isinstance(manifest, Manifest):
            return None
        _projects[key] = manifest
    # A build writes into what it is given.
    copy: Manifest = _projects[key].deepcopy()  # type: ignore[no-untyped-call]
    return copy


def judge_of(suite: Suite) -> Judge:
    """The judge of a suite, who knows what it judged in the nights before."""
    key = repr(suite)
    if key not in _judges:
        _judges[key] = _OneAtATime(suite)
    return _judges[key]


class _OneAtATime(Judge):
    """A judge whom two nights may ask at the same moment."""

    def __init__(self, suite: Suite) -> None:
        super().__init__(suite)
        self._lock = threading.Lock()

    def broken_rows(self, records: pa.Table) -> dict[str, np.ndarray]:
        with self._lock:
            return super().broken_rows(records)
