"""Great Expectations is imported without what nothing here asks of it."""

import json
import subprocess
import sys

from tests.support.district import ROOT

REPORT = """
import json, sys
from ward_warehouse.validation.importing import WHEN_ASKED, great_expectations
great_expectations()
begun = [name for name in sys.modules if name.startswith(tuple(f"{one}." for one in WHEN_ASKED))]
import altair
from scipy import stats
print(json.dumps({
    "begun": begun,
    "finders": [repr(one) for one in sys.meta_path if type(one).__module__ == "ward_warehouse.validation.importing"],
    "entropy": round(float(stats.entropy([0.5, 0.5])), 4),
    "mark": altair.Chart().mark_bar().to_dict(validate=False)["mark"]["type"],
}))
"""


def test_what_is_imported_when_asked_is_whole_then() -> None:
    finished = subprocess.run([sys.executable, "-c", REPORT], capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(finished.stdout.splitlines()[-1]) == {
        "begun": [],
        "finders": [],
        "entropy": 0.6931,
        "mark": "bar",
    }


COLLECTED = """
import gc
from ward_warehouse.validation.importing import great_expectations
great_expectations()
first = gc.get_freeze_count()
kept = [[] for _ in range(1000)]
great_expectations()
print(first > 100_000, gc.get_freeze_count() - first, gc.isenabled())
"""


def test_the_collector_leaves_what_is_imported_alone_and_looks_at_what_comes_after() -> None:
    finished = subprocess.run([sys.executable, "-c", COLLECTED], capture_output=True, text=True, check=True, cwd=ROOT)
    assert finished.stdout.split() == ["True", "0", "True"]
