"""The alarms about votes of the published warehouse, for the command that says where everything stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ward_warehouse.warehouse.published import open_published

SHOWN = 5
"""So many alarms are told of one by one."""


@dataclass(frozen=True)
class VoteAlarm:
    """Votes that ask for a look: a row of `marts.vote_alarms`.

    Attributes:
        alarm: `votes_for_one_dossier` or `votes_at_night`.
        dossier_code: of the dossier; None where the alarm is about a night.
        answered_date: the local date of the newest vote.
    """

    ward: str
    alarm: str
    dossier_code: str | None
    answered_date: date
    votes: int

    @property
    def line(self) -> str:
        """One line for a person: the ward, what was found, and where the votes are."""
        about = f"for the one dossier {self.dossier_code}, the newest" if self.dossier_code else "in one night,"
        return f"{self.ward}: {self.votes} votes {about} on {self.answered_date}"


def read_vote_alarms(file: Path) -> list[VoteAlarm]:
    """The alarms of the published warehouse, the newest first; none where nothing is published, or had no alarms yet.

    Args:
        file: the published file (`Settings.published_file`).

    Raises:
        BuildError: the published warehouse cannot be read.
    """
    if not file.is_file():
        return []
    with open_published(file) as db:
        known = db.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = 'marts' AND table_name = 'vote_alarms'"
        ).fetchone()
        if not known:
            return []
        rows = db.execute(
            "SELECT ward_key, alarm, dossier_code, answered_date, votes FROM marts.vote_alarms "
            "ORDER BY answered_date DESC, ward_key, alarm, dossier_code"
        ).fetchall()
    return [VoteAlarm(*row) for row in rows]


def alarm_lines(file: Path) -> list[str]:
    """What to tell of the alarms: the newest ones, and how many more there are.

    Raises:
        BuildError: the published warehouse cannot be read.
    """
    alarms = read_vote_alarms(file)
    lines = [f"look at {alarm.line}; `marts.fct_survey_responses` has them" for alarm in alarms[:SHOWN]]
    if (more := len(alarms) - SHOWN) > 0:
        lines.append(f"{more} older alarms about votes stand in `marts.vote_alarms`")
    return lines
