"""What pytest needs to be run once for each mutant; `scripts/mutation.py` puts it beside the package.

The quickest tests come first, because a run ends with the first one that fails; Hypothesis tries the same examples each
time and does not look for a smaller one; and a mutant whose loop never ends meets a limit before it fills the memory.
"""

from __future__ import annotations

import gc
import json
import resource
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import Phase, settings

SECONDS = Path("seconds_by_test.json")
"""Written by the run over the unchanged module, with the time of the fixtures that a test needed."""
MEMORY_BYTES = 4 * 1024**3

settings.register_profile("mutation", derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])

seconds: dict[str, float] = defaultdict(float)


def pytest_configure() -> None:
    settings.load_profile("mutation")
    # Not before: what is imported earlier is not seen by the measurement of coverage.
    from ward_warehouse.validation.importing import great_expectations

    great_expectations()  # takes seconds, and is paid once where the runs are forked from one process
    # pytest collects garbage ten times at its end: over all that is imported, that is more than most tests take.
    gc.freeze()
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, most))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] += report.duration


def pytest_sessionfinish() -> None:
    if seconds and not SECONDS.exists():
        SECONDS.write_text(json.dumps(seconds), encoding="utf-8")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SECONDS.exists():
        known = json.loads(SECONDS.read_text(encoding="utf-8"))
        items.sort(key=lambda item: known.get(item.nodeid, 0.0))
