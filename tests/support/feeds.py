"""Datasets for tests of single steps, from a system description alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.registry import District, Feed, System, Ward
from ward_warehouse.registry.procedures import Catalogue


def feed(
    system: str | dict[str, Any],
    record_kind: RecordKind = RecordKind.DOSSIERS,
    aliases: Iterable[str] = ("P01",),
    procedures: Iterable[str] | None = None,
    ward: str = "p01",
    time_zone: str = "Asia/Ho_Chi_Minh",
) -> Feed:
    """A ward's feed; `system` is a system file's text or its data, `procedures` a catalogue's codes, `time_zone`
    the district's."""
    data = yaml.safe_load(system) if isinstance(system, str) else system
    catalogue = None
    if procedures is not None:
        catalogue = Catalogue(Path("p.csv"), tuple({"procedure_code": code} for code in procedures))
    return Feed(
        ward=Ward.model_validate(
            {
                "ward": ward,
                "code": "1",
                "name": {"vi": "Phường", "en": "Ward"},
                "system": data["system"],
                "aliases": tuple(aliases),
                "in_force": {"from": "2018-01-01"},
                "district": "quan",
            }
        ),
        district=District.model_validate(
            {"district": "quan", "name": {"vi": "Quận", "en": "District"}, "time_zone": time_zone}
        ),
        record_kind=record_kind,
        system=System.model_validate(data),
        connection_id=ward,
        catalogue=catalogue,
    )
