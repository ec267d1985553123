"""The names of the kinds of record, apart from their contracts: whoever only names them imports nothing else."""

from __future__ import annotations

from enum import StrEnum


class RecordKind(StrEnum):
    """The kinds of record that a ward's system gives; also the names of feeds, suites and raw tables."""

    DOSSIERS = "dossiers"
    SURVEY_RESPONSES = "survey_responses"
    WARD_RETURNS = "ward_returns"
    PROCEDURES = "procedures"
