"""Whether the lake still has what was committed: compared before each load, incremental or whole.

Two witnesses say what was committed: the outcomes of the lake, and the ledger of what this build file has loaded. Each
partition that either names must have its manifest, and each manifest its files. Without this a whole build would
leave out what is gone and pass every test, and an incremental one would go on for months on what no other could make.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

import duckdb
import pyarrow as pa

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LakeError
from ward_warehouse.lake.store import Lake, Manifest, manifest_path

LEDGER = pa.schema([("path", pa.string()), ("version", pa.string()), ("files", pa.list_(pa.string()))])
"""What the build file has loaded: a manifest or reconciliation of the lake, its version and the files it names."""
SHOWN = 5

_LOADED = "SELECT path, files FROM raw.ledger WHERE starts_with(path, 'manifests/')"
_JUDGED_OR_LATER = """
    SELECT record_kind, ward_key, night, max_by(step, outcome_id) FROM raw.load_outcomes
    WHERE status = 'succeeded' AND record_kind IS NOT NULL AND ward_key IS NOT NULL
        AND step NOT IN ('extract', 'release', 'reconcile')
    GROUP BY ALL"""


def files_of(manifest: Manifest) -> list[str]:
    """The files that a partition's manifest names."""
    return [path for path in (manifest.accepted_path, manifest.quarantine_path) if path]


def require(db: duckdb.DuckDBPyConnection, lake: Lake, listed: set[str], fresh: Mapping[str, Manifest]) -> None:
    """Checks that every partition that was committed is there, with its files.

    Args:
        db: the build file; its outcomes are up to date, its ledger knows what earlier loads brought.
        lake: the lake.
        listed: paths of the manifests that the lake shows.
        fresh: of them, those that are about to be loaded.

    Raises:
        LakeError: something is gone; the text names wards, record kinds, nights and the commands that mend it.
    """
    loaded: dict[str, list[str]] = dict(db.execute(_LOADED).fetchall())
    gone = {path: path for path in lake.missing(sorted(_expected(db, loaded) - listed))}
    named = {path: files for path, files in loaded.items() if path in listed and path not in fresh}
    named |= {path: files_of(manifest) for path, manifest in fresh.items()}
    owners = {file: path for path, files in named.items() for file in files}
    gone |= {owners[file]: file for file in lake.missing(sorted(owners))}
    if gone:
        raise LakeError("; ".join(_lines(gone)))


def _expected(db: duckdb.DuckDBPyConnection, loaded: Collection[str]) -> set[str]:
    """Manifests that somebody committed and nobody has taken back."""
    newest = {
        manifest_path(RecordKind(record_kind), ward, night): step
        for record_kind, ward, night, step in db.execute(_JUDGED_OR_LATER).fetchall()
    }
    # A later step of the partition's own that is no judgement, such as taking the night back, ended it.
    ended = {path for path, step in newest.items() if step != "validate"}
    return {*newest, *loaded} - ended


def _lines(gone: Mapping[str, str]) -> list[str]:
    lines = []
    for manifest, missing in sorted(gone.items())[:SHOWN]:
        _, record_kind, ward, night = PurePosixPath(manifest).with_suffix("").parts
        lines.append(
            f"{ward} {record_kind} night {night}: was committed, and {missing} is gone from the lake; restore it "
            f"from the backup, or read the night again: ward-warehouse run --night {night} --ward {ward} "
            f"--record-kind {record_kind}"
        )
    more = len(gone) - len(lines)
    return [*lines, *([f"and {more} more"] if more else []), "the published warehouse is left as it was"]
