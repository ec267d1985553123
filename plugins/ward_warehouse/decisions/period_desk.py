"""The desk at which periods are reviewed, closed and reopened, on the figures of the published warehouse.

Closing keeps the figures as they are reported, and the records behind each of them, in the lake: what a ward sends
later changes `marts.reform_indicators`, and never what was reported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.decisions.period_rules import require_closable, require_reopenable, require_reviewable, wards_of
from ward_warehouse.lake.period_log import (
    EVIDENCE_SCHEMA,
    FIGURES_SCHEMA,
    Period,
    PeriodDecision,
    PeriodLog,
    Step,
    Unit,
    append,
    evidence_path,
    figures_path,
    keep_looked,
    read_periods,
)
from ward_warehouse.lake.store import Lake
from ward_warehouse.registry import Registry
from ward_warehouse.warehouse.published import open_published

ATTEMPTS = 20
REPORTED = ("indicator_code", "indicator_version", "numerator", "denominator", "value", "value_note")
"""The columns that a reviewer has seen: when one of them changes, the review is of other figures."""

_PERIOD = "district_code = $district AND period_grain = $grain AND period_start = $start AND period_end = $end"
_FIGURES = f"""
    SELECT $snapshot AS snapshot_id, * FROM marts.reform_indicators
    WHERE {_PERIOD} AND ward_key IS NOT DISTINCT FROM $ward
    ORDER BY indicator_code, indicator_version"""  # noqa: S608 - our own words
_EVIDENCE = f"""
    SELECT $snapshot AS snapshot_id, indicator_code, record_kind, record_key,
        bool_or(in_numerator) AS in_numerator, bool_or(in_denominator) AS in_denominator,
        max(numerator_quantity) AS numerator_quantity, max(denominator_quantity) AS denominator_quantity,
        max(counted_value) AS counted_value
    FROM marts.indicator_evidence
    WHERE {_PERIOD} AND ($ward IS NULL OR ward_key = $ward)
    GROUP BY indicator_code, record_kind, record_key
    ORDER BY indicator_code, record_kind, record_key"""  # noqa: S608 - our own words


@dataclass(frozen=True)
class Looked:
    """What the published warehouse says of a unit and period: its figures, their newest night and when it was built."""

    figures: pa.Table
    as_of: date
    built_at: datetime

    @property
    def hash(self) -> str:
        """The same for the same figures."""
        return hashlib.sha256(json.dumps(self.rows, sort_keys=True).encode()).hexdigest()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What a reviewer sees of the figures."""
        found: list[dict[str, Any]] = self.figures.select(REPORTED).to_pylist()
        return found


class PeriodDesk:
    """Decides about periods in one person's name.

    Args:
        settings: where the published warehouse is.
        registry: the wards in force; it must be without problems, or a ward that is wrong in it would not be asked for.
        lake: where the decisions are kept.
        by: who decides.
        reason: and why.
    """

    def __init__(self, settings: Settings, registry: Registry, lake: Lake, by: str, reason: str) -> None:
        self.settings, self.registry, self.lake = settings, registry.require_clean(), lake
        self.by, self.reason = by.strip(), reason.strip()
        if not self.by:
            raise WardWarehouseError("--by: found nothing, expected who decides")

    def look(self, unit: Unit, period: Period) -> Looked:
        """What there is to decide about.

        Raises:
            WardWarehouseError: the period is not over, nothing is published, or it has no figures of the unit.
        """
        (found,) = self.look_at([unit], period)
        if isinstance(found, WardWarehouseError):
            raise found
        return found

    def look_at(self, units: Sequence[Unit], period: Period) -> list[Looked | WardWarehouseError]:
        """What there is to decide about of several units, or why there is nothing, in one opening of the warehouse.

        Raises:
            BuildError: nothing is published, or it cannot be read.
        """
        found: list[Looked | WardWarehouseError] = []
        with open_published(self.settings.published_file) as db:
            for unit in units:
                try:
                    found.append(_look(db, unit, period))
                except WardWarehouseError as error:
                    found.append(error)
        return found

    def review(self, unit: Unit, period: Period, shown: str | None = None) -> PeriodDecision:
        """Says that somebody looked at the period's figures and found them right.

        Args:
            unit: whose period.
            period: which one.
            shown: the hash of the figures that the person saw; None for whatever is published now.

        Raises:
            WardWarehouseError: the period is not over, is closed, has wards that are not reviewed, or other figures
                than those shown.
        """

        def decide(log: PeriodLog) -> PeriodDecision:
            require_reviewable(log, unit, period, wards_of(self.registry, unit.district, period))
            looked = self.look(unit, period)
            _require_shown(unit, period, looked, shown)
            # Before the decision: what is shown as changed at the next look is compared with it.
            keep_looked(self.lake, unit.district, looked.hash, looked.rows)
            return self._decision(log, unit, period, "reviewed", looked)

        return self._append(unit, decide)

    def close(self, unit: Unit, period: Period, shown: str | None = None) -> PeriodDecision:
        """Keeps the period's figures as reported.

        Args:
            unit: whose period.
            period: which one.
            shown: the hash of the figures that the person saw; None for whatever is published now.

        Raises:
            WardWarehouseError: the period is not reviewed, its figures changed since, or has wards that are not closed.
        """

        def decide(log: PeriodLog) -> PeriodDecision:
            require_closable(log, unit, period, wards_of(self.registry, unit.district, period))
            snapshot = uuid4().hex
            with open_published(self.settings.published_file) as db:
                looked = _look(db, unit, period, snapshot)
                evidence = _table(db, _EVIDENCE, EVIDENCE_SCHEMA, _parameters(unit, period, snapshot))
            _require_shown(unit, period, looked, shown)
            _require_reviewed(log, unit, period, looked)
            self.lake.write_table(figures_path(unit.district, snapshot), looked.figures)
            self.lake.write_table(evidence_path(unit.district, snapshot), evidence)
            return self._decision(log, unit, period, "closed", looked, snapshot)

        return self._append(unit, decide)

    def reopen(self, unit: Unit, period: Period) -> PeriodDecision:
        """Makes a reviewed or closed period provisional again; what was reported stays readable.

        Raises:
            WardWarehouseError: the period is provisional, its district's is closed, or no reason is given.
        """
        if not self.reason:
            raise WardWarehouseError("--reason: found nothing, expected why the period is reopened")

        def decide(log: PeriodLog) -> PeriodDecision:
            require_reopenable(log, unit, period)
            return self._decision(log, unit, period, "reopened")

        return self._append(unit, decide)

    def _append(self, unit: Unit, decide: Callable[[PeriodLog], PeriodDecision]) -> PeriodDecision:
        """Decides on the log as it stands, and again when somebody else decided in between."""
        for _ in range(ATTEMPTS):
            decision = decide(read_periods(self.lake, unit.district))
            # After an error the decision may be there all the same: its figures stay, or no build could read it.
            if append(self.lake, decision):
                return decision
            if decision.snapshot_id:
                self.lake.remove(figures_path(unit.district, decision.snapshot_id))
                self.lake.remove(evidence_path(unit.district, decision.snapshot_id))
        raise WardWarehouseError(f"{unit}: others decide about its periods at this moment; run the command again")

    def _decision(
        self, log: PeriodLog, unit: Unit, period: Period, state: Step, looked: Looked | None = None, snapshot: str = ""
    ) -> PeriodDecision:
        return PeriodDecision(
            number=log.number + 1,
            district=unit.district,
            ward=unit.ward,
            grain=period.grain,
            period_start=period.start,
            period_end=period.end,
            state=state,
            by=self.by,
            at=datetime.now(UTC),
            reason=self.reason,
            as_of=looked.as_of if looked else None,
            built_at=looked.built_at if looked else None,
            figures_hash=looked.hash if looked else "",
            snapshot_id=snapshot,
        )


def _look(db: duckdb.DuckDBPyConnection, unit: Unit, period: Period, snapshot: str = "") -> Looked:
    """The figures of a period that is over.

    Raises:
        WardWarehouseError: it is not over, or the warehouse has no figures of it.
    """
    as_of, built_at = db.execute(
        "SELECT (SELECT max(district_as_of) FROM marts.dim_ward WHERE district_code = $district), "
        "(SELECT max(built_at) FROM audit.build_results)",
        {"district": unit.district},
    ).fetchall()[0]
    if as_of is None or as_of < period.end:
        raise WardWarehouseError(
            f"period {period.name} of {unit}: found records up to the night {as_of or 'of no day'}, expected up to its "
            f"last day {period.end}; load and publish that night first"
        )
    figures = _table(db, _FIGURES, FIGURES_SCHEMA, _parameters(unit, period, snapshot))
    if not figures.num_rows:
        raise WardWarehouseError(
            f"period {period.name} of {unit}: found no figures in the published warehouse, expected a period in which "
            "it was in force; check the period"
        )
    return Looked(figures, as_of, built_at)


def _table(db: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema, parameters: dict[str, object]) -> pa.Table:
    try:
        return db.execute(query, parameters).to_arrow_table().select(schema.names).cast(schema)
    except duckdb.BinderException:
        raise WardWarehouseError(
            "the published warehouse is without a column that a closing keeps: an earlier version built it; run "
            "`ward-warehouse build` and `publish` first"
        ) from None


def _parameters(unit: Unit, period: Period, snapshot: str) -> dict[str, object]:
    return {
        "snapshot": snapshot,
        "district": unit.district,
        "ward": unit.ward,
        "grain": period.grain,
        "start": period.start,
        "end": period.end,
    }


def _require_shown(unit: Unit, period: Period, looked: Looked, shown: str | None) -> None:
    """Checks that the figures are those that the person was shown.

    Raises:
        WardWarehouseError: others were published in between.
    """
    if shown is not None and looked.hash != shown:
        raise WardWarehouseError(
            f"period {period.name} of {unit}: found other figures than those that were shown, expected the same; they "
            "were published in between: look at them, and decide again"
        )


def _require_reviewed(log: PeriodLog, unit: Unit, period: Period, looked: Looked) -> None:
    """Checks that the figures are those that were reviewed.

    Raises:
        WardWarehouseError: they changed since.
    """
    reviewed = log.newest(unit, period)
    if reviewed is not None and reviewed.figures_hash != looked.hash:
        raise WardWarehouseError(
            f"period {period.name} of {unit}: found other figures than those that {reviewed.by} reviewed on "
            f"{reviewed.at:%Y-%m-%d %H:%M} UTC, expected the same; look at them, then: periods review {unit.option} "
            f"--period {period.name}"
        )
