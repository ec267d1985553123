"""Prints how strong the tests are where it matters most: mutation score (mutmut) and branch coverage, by module.

mutmut knows packages at the root of a project or in `src/`, ours is in `plugins/`: it works on a copy with that layout,
under `<WARD_WAREHOUSE_HOME>/mutation/`, which stays for `mutmut show <mutant>` and is made anew by the next run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "tests" / "support" / "mutation_plugin.py"
OPTIONS = ["-q", "-p", "no:randomly", "-p", PLUGIN.stem]
COPIED = ("dags", "expectations", "dbt_project", "tests")
LEAST_SCORE, LEAST_COVERAGE = 80.0, 95.0

MAPPING = ("unit/mapping/test_mapper.py", "unit/mapping/test_numbers.py", "unit/mapping/test_privacy.py")
MODULES: dict[str, tuple[str, ...]] = {
    "mapping/mapper": MAPPING,
    "mapping/statement": MAPPING,
    "mapping/values": MAPPING,
    "mapping/readings": ("unit/mapping/test_readings.py", "unit/mapping/test_numbers.py"),
    "mapping/plain_text": ("unit/mapping/test_plain_text.py",),
    "mapping/privacy": ("unit/mapping/test_privacy.py", "unit/mapping/test_mapper.py"),
    "night/extract": ("unit/night/test_extract.py", "unit/night/test_extract_windows.py"),
    "validation/commit": (
        "unit/validation/test_commit.py",
        "unit/validation/test_commit_judging.py",
        "unit/validation/test_commit_partitions.py",
    ),
    "warehouse/publish": ("unit/warehouse/test_publish.py",),
}
"""The modules, each with the tests that are written for it and are quick enough to be run hundreds of times.

The mapping of a record is in the first five, what a cursor does in `night/extract`.
"""


@dataclass(frozen=True)
class Strength:
    """What was found of one module; `survived` names the mutants that no test noticed."""

    module: str
    mutants: int
    killed: int
    coverage: float
    minutes: float
    survived: list[str]

    @property
    def score(self) -> float:
        return 100 * self.killed / self.mutants if self.mutants else 0.0


def main(chosen: list[str]) -> int:
    os.umask(0o077)
    print(f"{'module':20} {'mutants':>8} {'killed':>8} {'score':>8} {'branches covered':>18} {'minutes':>8}")
    found = []
    for module in chosen or MODULES:
        one = strength(module)
        found.append(one)
        figures = f"{one.mutants:8} {one.killed:8} {one.score:7.1f}% {one.coverage:17.1f}% {one.minutes:8.1f}"
        print(f"{module:20} {figures}", flush=True)
    for one in found:
        for mutant in one.survived:
            print(f"survived: {mutant}")
    weak = [one.module for one in found if one.score < LEAST_SCORE or one.coverage < LEAST_COVERAGE]
    if weak:
        print(
            f"too weak: {', '.join(weak)}; expected {LEAST_SCORE:.0f} % of the mutants killed and "
            f"{LEAST_COVERAGE:.0f} % of the branches covered"
        )
    return len(weak)


def strength(module: str) -> Strength:
    started = time.monotonic()
    folder = Path(os.environ.get("WARD_WAREHOUSE_HOME", ".local")).resolve() / "mutation" / module
    shutil.rmtree(folder, ignore_errors=True)
    prepare(folder, module)
    tests = [f"tests/{path}" for path in MODULES[module]]
    report = folder / "coverage.json"
    run(
        folder,
        "pytest",
        *tests,
        *OPTIONS,
        f"--cov=ward_warehouse.{module.replace('/', '.')}",
        "--cov-branch",
        f"--cov-report=json:{report}",
    )
    run(folder, "mutmut", "run")
    results = run(folder, "mutmut", "results", "--all", "true")
    verdicts = dict(line.strip().rsplit(": ", 1) for line in results.splitlines() if ": " in line)
    judged = {name: verdict for name, verdict in verdicts.items() if verdict != "skipped"}
    survived = sorted(name for name, verdict in judged.items() if verdict not in ("killed", "timeout"))
    covered = json.loads(report.read_text(encoding="utf-8"))["totals"]["percent_branches_covered"]
    minutes = (time.monotonic() - started) / 60
    return Strength(module, len(judged), len(judged) - len(survived), covered, minutes, survived)


def prepare(folder: Path, module: str) -> None:
    """The project with the package in `src/`, and mutmut's settings at the end of its own."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "target", "logs"))
    for package in ("ward_warehouse", "ward_demo"):
        shutil.copytree(ROOT / "plugins" / package, folder / "src" / package)
    shutil.copy(PLUGIN, folder / "src")
    tests = [f"tests/{path}" for path in MODULES[module]]
    # A test's time, which the limit is a multiple of, is measured without its fixtures: they are in the constant.
    settings = f"""
[tool.mutmut]
source_paths = ["src/"]
only_mutate = ["src/ward_warehouse/{module}.py"]
also_copy = {json.dumps([*COPIED, "src"])}
pytest_add_cli_args_test_selection = {json.dumps(tests)}
pytest_add_cli_args = {json.dumps(OPTIONS)}
timeout_multiplier = 5.0
timeout_constant = 10.0
process_isolation = "forkserver"
use_git_change_detection = false
"""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(text + settings, encoding="utf-8")


def run(folder: Path, tool: str, *arguments: str) -> str:
    """A tool's output; it ends the program when the tool itself does not work."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if tool == "pytest":
        environment["PYTHONPATH"] = str(folder / "src")
    program = Path(sys.executable).with_name(tool)
    finished = subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True)  # noqa: S603
    if finished.returncode != 0:
        said = finished.stdout[-3000:] + finished.stderr[-1000:]
        raise SystemExit(f"{tool} {' '.join(arguments)} failed in {folder}:\n{said}")
    return finished.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
