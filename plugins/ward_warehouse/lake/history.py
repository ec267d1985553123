"""The committed nights of a ward, as their manifests say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import PurePosixPath

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.digests import read_folder
from ward_warehouse.lake.store import Lake, Manifest

Versions = dict[str, list[tuple[str, str]]]
"""Path and mark of each manifest, by ward."""


def list_wards(lake: Lake, record_kind: RecordKind) -> Versions:
    """The manifests of all wards of a record kind: one listing for who reads the histories of many.

    Raises:
        LakeError: the lake cannot be listed.
    """
    found: Versions = {}
    for path, mark in lake.versions_below(f"manifests/{record_kind}"):
        found.setdefault(PurePosixPath(path).parent.name, []).append((path, mark))
    return found


def read_history(lake: Lake, record_kind: RecordKind, ward: str, listed: Versions | None = None) -> list[Manifest]:
    """All committed partitions of a ward and record kind, the newest night last.

    Args:
        lake: the lake.
        record_kind: of the partitions.
        ward: the ward's key.
        listed: what `list_wards` gave since nobody else can change the ward's.

    Raises:
        LakeError: a manifest is damaged, or the lake cannot be read.
    """
    folder = f"manifests/{record_kind}/{ward}"
    versions = lake.versions(folder) if listed is None else listed.get(ward, [])
    return read_folder(lake, folder, versions, Manifest)


def newest_before(history: Sequence[Manifest], night: date) -> Manifest | None:
    """The newest partition before a night: it holds the ward's cursor."""
    return next((manifest for manifest in reversed(history) if manifest.night < night), None)
