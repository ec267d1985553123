"""Nights that are struck by faults: the process that plays them, and the state folder that is put back before each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.faults.rows import Rows, rows_of
from tests.support.district import ROOT, District
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake, Manifest

SMALL_PROJECT = Path(__file__).with_name("small_project")


class Workshop:
    """The program `child.py`: takes orders, answers with what became of each."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "child.log"
        self.counts: Counter[str] = Counter()
        self._log = self.log.open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "plugins"), str(ROOT)])},
        )

    def play(self, **order: Any) -> list[Played]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self.log.read_text()
        return [Played(**one) for one in json.loads(answer)]

    def count(self, what: str) -> None:
        """For the last lines of the run."""
        self.counts[what] += 1

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._log.close()


@dataclass(frozen=True)
class Played:
    """How the child that played some steps ended, and what it said if it lived to say it."""

    killed: bool
    report: dict[str, Any]

    @property
    def errors(self) -> list[str]:
        """What a person was told."""
        found: list[str] = self.report.get("errors", [])
        return found

    @property
    def unexpected(self) -> str | None:
        """The traceback of an error that was meant for nobody."""
        found: str | None = self.report.get("unexpected")
        return found

    @property
    def operations(self) -> list[str]:
        found: list[str] = self.report.get("operations", [])
        return found


@dataclass
class Struck:
    """A district whose last night is played again and again, from the same state, with a fault each time."""

    workshop: Workshop
    district: District
    nights: tuple[date, date]
    record_kinds: list[str] | None = None
    project: Path = SMALL_PROJECT
    expected: Rows = field(default_factory=dict)
    published: Rows = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self.district.settings

    @property
    def home(self) -> Path:
        return self.settings.home

    def play(self, steps: list[str], night: date | None = None, **order: Any) -> Played:
        return self.play_at_once(1, steps, night, **order)[0]

    def play_at_once(self, times: int, steps: list[str], night: date | None = None, **order: Any) -> list[Played]:
        """Plays the same steps in several processes that start together."""
        environment = {
            **self.district.environment,
            "WARD_WAREHOUSE_DBT_PROJECT_DIR": str(self.project),
            "WARD_WAREHOUSE_HOME": str(self.home),
            # What a tool puts aside for a moment lies where it is looked at.
            "TMPDIR": str(self.home / "tmp"),
        }
        night = night or self.nights[1]
        return self.workshop.play(
            environment=environment,
            night=night.isoformat(),
            steps=steps,
            record_kinds=self.record_kinds,
            at_once=times,
            **order,
        )

    def play_nights_at_once(self, steps: list[str], nights: list[date]) -> list[Played]:
        """Plays the same steps for several nights in processes that start together."""
        return self.play_at_once(1, steps, nights=[night.isoformat() for night in nights])

    def clean(self, steps: list[str], night: date | None = None, **order: Any) -> Played:
        """Plays steps that no fault strikes; they must succeed."""
        played = self.play(steps, night, **order)
        assert not played.killed
        assert played.unexpected is None, played.unexpected
        assert played.errors == [], played.errors
        return played

    def keep(self, name: str) -> None:
        """Keeps the state as it is under a name."""
        shutil.copytree(self.home, self.home.with_name(name), symlinks=True)

    def restore(self, name: str) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.home.with_name(name), self.home, symlinks=True)

    def torn(self, published: bool = True) -> list[str]:
        """What readers of the lake and of the published file could trip over: nothing, whatever struck.

        `published` expects yesterday's rows or today's in the published file; otherwise it has only to be whole.
        """
        found = []
        lake = Lake(self.settings.lake)
        for path in sorted((self.home / "lake" / "manifests").rglob("*.json")):
            manifest = lake.read_record(str(path.relative_to(self.home / "lake")), Manifest)
            assert manifest is not None
            for place, rows in (
                (manifest.accepted_path, manifest.rows_accepted),
                (manifest.quarantine_path, manifest.rows_quarantined),
            ):
                if place and lake.read_table(place).num_rows != rows:
                    found.append(f"{place} has not the {rows} rows of {path.name}")
            if manifest.rows_read != manifest.rows_accepted + manifest.rows_quarantined + manifest.rows_unchanged:
                found.append(f"{path.name} does not add up")
        if rows_of(self.settings.published_file) not in (self.published, self.expected) and published:
            found.append("the published file is neither the old nor the new one")
        return found
