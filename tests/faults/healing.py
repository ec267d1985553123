"""One plain re-run after a strike, and the comparison of all that it made: once for each state that strikes leave.

Hundreds of strikes leave some dozens of states (see `likeness`), and what a re-run makes of one it makes of its like.
It is looked at twice: as the strike left the folder; and when the re-run has loaded what the lake has, where most of
what differed in the lake comes to the same warehouse again, before the build that takes most of the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.likeness import likeness
from tests.faults.nights import ALL
from tests.faults.rows import Rows, differences, rows_of
from tests.faults.workshop import Struck

ALL_SCHEMAS = ("raw", "marts", "audit")
OF_A_BUILD = "raw.build_results"
"""Of schema raw, what a build adds after its load."""


@dataclass
class Healing:
    """The re-runs of one district's night.

    Attributes:
        unstruck: all that the build file holds after a night without a fault.
        healed: likenesses of the states that strikes left and a re-run mended.
        built: likenesses after a load of what was built and published, and found to be right.
    """

    night: Struck
    unstruck: Rows
    healed: set[str] = field(default_factory=set)
    built: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, night: Struck, unstruck: str) -> Healing:
        """Re-runs that have to end as the kept state `unstruck` did, which was built."""
        file = night.settings.build_file
        return cls(night, rows_of(night.home.with_name(unstruck) / file.relative_to(night.home), ALL_SCHEMAS))

    def rerun(self, steps: list[str] = ALL) -> None:
        """One plain re-run mends all; of the whole night, or of those of its steps that it needs."""
        state = " ".join([likeness(self.night.home), *steps])
        self.night.workshop.count("strikes")
        if state not in self.healed:
            self._heal(steps)
            self.night.workshop.count("states healed")
            self.healed.add(state)

    def _heal(self, steps: list[str]) -> None:
        played = self.night.clean(steps, **({"known": sorted(self.built)} if "build" in steps else {}))
        if "publish" not in steps or played.report.get("likeness") in self.built:
            self._compare_what_was_loaded()
            return
        self._compare_what_was_published()
        if "build" in steps:
            assert differences(rows_of(self.night.settings.build_file, ALL_SCHEMAS), self.unstruck) == []
            self.night.workshop.count("states built")
            self.built.add(played.report["likeness"])

    def _compare_what_was_loaded(self) -> None:
        found, expected = (
            {name: rows for name, rows in all_rows.items() if name.startswith("raw.") and name != OF_A_BUILD}
            for all_rows in (rows_of(self.night.settings.build_file, ("raw",)), self.unstruck)
        )
        assert differences(found, expected) == []

    def _compare_what_was_published(self) -> None:
        settings = self.night.settings
        assert differences(rows_of(settings.published_file), self.night.expected) == []
        assert [path.name for path in settings.warehouse_dir.glob(".*")] == [], "copies of killed runs are gone"
