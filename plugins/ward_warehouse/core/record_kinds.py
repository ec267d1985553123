"""The kinds of record and their names, apart from their contracts: whoever only names them imports nothing else."""

from __future__ import annotations

from enum import StrEnum


class RecordKind(StrEnum):
    """The kinds of record that a ward's system gives; also the names of feeds, suites and raw tables."""

    DOSSIERS = "dossiers"
    SURVEY_RESPONSES = "survey_responses"
    WARD_RETURNS = "ward_returns"
    PROCEDURES = "procedures"


NAMES: dict[str, tuple[str, str]] = {
    "dossiers": ("hồ sơ", "dossiers"),
    "survey_responses": ("phiếu khảo sát", "survey responses"),
    "ward_returns": ("báo cáo của phường", "ward returns"),
    "procedures": ("danh mục thủ tục", "procedures"),
}
"""What people call them, in Vietnamese and English."""
