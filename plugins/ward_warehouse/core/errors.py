"""The errors a person is shown: one line that names the place, what was found, what was expected and what to do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from ward_warehouse.core.shown import shown

Cause = Literal[
    "no_answer", "busy", "login_refused", "not_configured", "columns_changed", "comparison", "quiet_hours",
    "unreadable", "file_refused", "held", "not_judged", "not_run", "unforeseen",
]  # fmt: skip
"""Why something of a ward did not arrive, as far as it changes what is to be done and who does it."""

LASTING: frozenset[Cause] = frozenset({"login_refused", "not_configured", "columns_changed", "comparison", "held"})
"""Causes that reading the ward again does not mend: a person must do something first."""


class WardWarehouseError(Exception):
    """Base of every error that is meant for a person; its text is complete without a traceback, and steers nothing."""

    cause: Cause = "unreadable"

    def __init__(self, text: str) -> None:
        super().__init__(shown(text))


class RegistryError(WardWarehouseError):
    """The registry or a system description is wrong; `problems` holds one line for each fault found."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class SettingsError(WardWarehouseError):
    """A setting is missing or wrong."""

    cause: Cause = "not_configured"


class SourceError(WardWarehouseError):
    """A ward's system could not be read to the end; nothing of the batch was landed."""

    def __init__(self, text: str, cause: Cause | None = None) -> None:
        if cause is not None:
            self.cause = cause
        super().__init__(text)


class PostponedError(SourceError):
    """The ward is in its quiet hours; `until` is when it may be read."""

    cause: Cause = "quiet_hours"

    def __init__(self, text: str, until: datetime) -> None:
        self.until = until
        super().__init__(text)


class LockedError(WardWarehouseError):
    """Another run is at work on the same ward, record kind and night."""

    cause: Cause = "busy"


class ReconcileError(SourceError):
    """A comparison with the source that cannot be believed, or not be made; nothing is marked."""

    cause: Cause = "comparison"


class SchemaDriftError(SourceError):
    """A column that the mapping requires is not in the source: the ward's batch is held back."""

    cause: Cause = "columns_changed"


class LakeError(WardWarehouseError):
    """The lake holds something other than what its manifests say, or cannot be written."""


class BuildError(WardWarehouseError):
    """The warehouse build or its audit failed; what analysts see is left as it was."""


class ValidationError(WardWarehouseError):
    """A suite is wrong, or a rule could not be judged."""


def unwritable(target: Path, error: Exception) -> WardWarehouseError:
    """The error of a file that a person asked for and the disk refuses."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())[:160]
    return WardWarehouseError(
        f"{target}: cannot be written ({reason}); name a file in a folder that is there, and check its space and rights"
    )
