"""What each task of a night reads and writes, as datasets with stable names: no host, no path of a ward, no night.

ward://<ward>                    <system>/<record kind>                 a ward's own system
<address of the lake>            landing|accepted|quarantine/<record kind>/<ward>
duckdb://<file of the build>     <schema>.<table>
duckdb://<published file>        <schema>.<table>
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from ward_warehouse.core.record_kinds import RecordKind
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.registry import load_registry
from ward_warehouse.warehouse.publish import PUBLIC_SCHEMAS


class Dataset(NamedTuple):
    """A dataset as OpenLineage names one."""

    namespace: str
    name: str


class Lineage(NamedTuple):
    """What a task read, and what it wrote."""

    read: list[Dataset]
    written: list[Dataset]


def of_task(task: str, arguments: Mapping[str, Any]) -> Lineage:
    """What a task reads and writes; nothing for one that moves no records.

    Args:
        task: its id.
        arguments: what it was called with: `job` or `jobs`, those that `tasks.plan` gave.
    """
    found = _TASKS.get(task)
    return found(load_settings(), arguments) if found else Lineage([], [])


def _of_extract(settings: Settings, arguments: Mapping[str, Any]) -> Lineage:
    feeds = _feeds(settings, [arguments["job"]])
    sources = [Dataset(f"ward://{ward}", f"{system}/{record_kind}") for ward, system, record_kind in feeds]
    return Lineage(sources, _in_lake(settings, "landing", ((kind, ward) for ward, _, kind in feeds)))


def _of_validate(settings: Settings, arguments: Mapping[str, Any]) -> Lineage:
    feeds = [(record_kind, ward) for ward, _, record_kind in _feeds(settings, arguments["jobs"])]
    written = [*_in_lake(settings, "accepted", feeds), *_in_lake(settings, "quarantine", feeds)]
    return Lineage(_in_lake(settings, "landing", feeds), written)


def _of_build(settings: Settings, _: Mapping[str, Any]) -> Lineage:
    with duckdb.connect(str(settings.build_file), read_only=True) as db:
        loaded = db.execute("SELECT DISTINCT record_kind, ward_key FROM raw.partitions ORDER BY ALL").fetchall()
    return Lineage(_in_lake(settings, "accepted", loaded), _tables(settings.build_file))


def _of_publish(settings: Settings, _: Mapping[str, Any]) -> Lineage:
    return Lineage(_tables(settings.build_file), _tables(settings.published_file))


_TASKS: dict[str, Callable[[Settings, Mapping[str, Any]], Lineage]] = {
    "extract": _of_extract,
    "validate": _of_validate,
    "build": _of_build,
    "publish": _of_publish,
}


def _feeds(settings: Settings, jobs: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, RecordKind]]:
    """Ward, system and record kind of all that the jobs read."""
    registry = load_registry(settings)
    return [
        (ward, feed.system.system, feed.record_kind)
        for job in jobs
        for ward in job["wards"]
        for feed in registry.feeds(ward, [RecordKind(name) for name in job["record_kinds"]])
    ]


def _in_lake(settings: Settings, zone: str, parts: Iterable[tuple[str, str]]) -> list[Dataset]:
    address = settings.lake if "://" in settings.lake else Path(settings.lake).as_uri()
    return [Dataset(address, f"{zone}/{record_kind}/{ward}") for record_kind, ward in parts]


def _tables(file: Path) -> list[Dataset]:
    """The public tables and views of a DuckDB file."""
    with duckdb.connect(str(file), read_only=True) as db:
        names = db.execute(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE list_contains(?, table_schema) ORDER BY 1",
            [list(PUBLIC_SCHEMAS)],
        ).fetchall()
    return [Dataset(f"duckdb://{file}", name) for (name,) in names]
