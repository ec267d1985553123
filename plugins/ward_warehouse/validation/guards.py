"""Batch guards: the rules about what a ward sent tonight against what it sent before.

The rules themselves are data, with their reasons, in `expectations/batch_guards.yml`; `watch` judges by them. A batch
that breaks one of severity error stays landed and uncommitted until a person releases it; its ward's cursor stays
where it was, so that the next night reads the same records again by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as Invalid

from ward_warehouse.core.errors import ValidationError

FILE = "batch_guards.yml"
Name = Literal["too_few", "too_many", "nothing", "stale", "bad_share", "mostly_bad", "new_codes"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Guard(_Strict):
    """One rule about a batch; what its threshold means stands beside it in the file."""

    guard: Name
    severity: Literal["error", "warning"]
    threshold: float = Field(ge=0)
    at_least: int = Field(default=0, ge=0)
    rules: tuple[str, ...] = ()
    reason: str
    vi: str
    en: str


class Exemption(_Strict):
    """What is different in one ward, and why."""

    reason: str
    threshold: float | None = Field(default=None, ge=0)
    at_least: int | None = Field(default=None, ge=0)
    severity: Literal["error", "warning"] | None = None
    off: bool = False


class History(_Strict):
    """How far back a ward is looked at, and how many comparable nights are needed."""

    weeks: int = Field(ge=1, le=52)
    least_nights: int = Field(ge=1)


class GuardFile(_Strict):
    """The file `batch_guards.yml`."""

    history: History
    guards: tuple[Guard, ...]
    wards: dict[str, dict[Name, Exemption]] = {}

    def of_ward(self, ward: str) -> list[Guard]:
        """The guards as they hold for a ward."""
        own = self.wards.get(ward, {})
        found = []
        for guard in self.guards:
            other = own.get(guard.guard)
            if other is None:
                found.append(guard)
            elif not other.off:
                found.append(guard.model_copy(update=other.model_dump(exclude_none=True, exclude={"off", "reason"})))
        return found


def load_guards(folder: Path) -> GuardFile:
    """The guards of `<folder>/batch_guards.yml`.

    Raises:
        ValidationError: the file cannot be read, or a guard lacks a part.
    """
    path = folder / FILE
    try:
        return GuardFile.model_validate(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))
    except Invalid as error:
        faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
        raise ValidationError(f"{path}: {faults}") from None
    except (OSError, yaml.YAMLError) as error:
        raise ValidationError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None
