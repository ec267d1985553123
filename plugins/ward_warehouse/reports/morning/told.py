"""The outcomes of some nights: those that the published warehouse knows, and the ones that came to the lake since.

A lake keeps the outcomes of years, one small file each; the warehouse has them in one table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.outcomes import Outcome, read_since
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.behind import COMMITS
from ward_warehouse.night.counting import counting
from ward_warehouse.warehouse.published import open_published

STEPS = ("extract", "validate", "release", "take_back")

_KNOWN = """
    SELECT outcome_id, run_id, night, ward_key AS ward, district_code AS district, record_kind, step, status, rows_read,
           rows_accepted, rows_quarantined, rows_unchanged, error, fingerprint
    FROM audit.load_outcomes
    WHERE list_contains($steps, step) AND night BETWEEN $first AND $last
    ORDER BY outcome_id"""


class Told:
    """Outcomes by night, in the order in which they were written, and which of them are published."""

    def __init__(self, settings: Settings, lake: Lake) -> None:
        self._settings = settings
        self._lake = lake
        self.newest: dict[str, date] = {}
        self._known_ids: set[str] = set()
        newest_known = ""
        with suppress(BuildError), open_published(settings.published_file) as db:
            rows = db.execute(
                "SELECT district_code, max(night) FROM audit.load_outcomes WHERE step = 'extract' GROUP BY 1"
            ).fetchall()
            self.newest = {district: night for district, night in rows if district}
            found = db.execute(
                "SELECT outcome_id FROM audit.load_outcomes WHERE left(outcome_id, 8) >= "
                "(SELECT left(max(outcome_id), 8) FROM audit.load_outcomes)"
            ).fetchall()
            self._known_ids = {row[0] for row in found}
            newest_known = max(self._known_ids, default="")
        read = read_since(lake, newest_known, lambda outcome_id: outcome_id not in self._known_ids)
        self._fresh = [one for one in read if one.step in STEPS]
        for one in self._fresh:
            if one.district and one.step == "extract":
                self.newest[one.district] = max(one.night, self.newest.get(one.district, one.night))

    def nights(self, last: date, count: int) -> dict[date, list[Outcome]]:
        """The outcomes of `count` nights up to `last`, that count: see `night.counting`; those of `last` are whole."""
        first = last - timedelta(days=count - 1)
        found: dict[date, list[Outcome]] = defaultdict(list)
        for one in [*self._known(first, last), *self._fresh]:
            if first <= one.night <= last:
                found[one.night].append(one)
        return {night: _counting(ones) for night, ones in found.items()}

    def unpublished(self, night: date) -> bool:
        """Whether something of the night is committed that no published build knows; a failed attempt is nothing."""
        return any(one.night == night and one.step in COMMITS and one.status == "succeeded" for one in self._fresh)

    def _known(self, first: date, last: date) -> list[Outcome]:
        with suppress(BuildError), open_published(self._settings.published_file) as db:
            rows = db.execute(_KNOWN, {"steps": list(STEPS), "first": first, "last": last}).fetchall()
            names = [column[0] for column in db.description or []]
            known = [Outcome.model_construct(**dict(zip(names, row, strict=True))) for row in rows]
            ids = {one.outcome_id for one in known if one.night == last}
            # With what the warehouse does not keep of them.
            read = read_since(self._lake, min(ids), ids.__contains__) if ids else []
            whole = {one.outcome_id: one for one in read}
            return [whole.get(one.outcome_id, one) for one in known]
        return []


def _counting(found: Iterable[Outcome]) -> list[Outcome]:
    ordered = sorted(found, key=lambda one: one.outcome_id)
    return [one for pair in counting(ordered).values() for one in pair if one is not None]
