"""What every kind of source must do, on a real system of that kind; a check that is left out says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from tests.conformance.conftest import KINDS
from tests.support.rigs import COLUMNS, PERSON, WRONG, Record, Rig, record
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.core.errors import SchemaDriftError, SourceError
from ward_warehouse.lake.store import Lake, LandedBatch
from ward_warehouse.night.extract import Request, extract
from ward_warehouse.registry import System
from ward_warehouse.sources import FAULT, POSITION, Source, Window, open_source
from ward_warehouse.validation.commit import QUARANTINE_SCHEMA, Judged, commit

NIGHT = date(2024, 3, 6)
NEXT = NIGHT + timedelta(days=1)
DAY = f"{NIGHT} 10:00:00"
SCHEMA = CONTRACTS[RecordKind.DOSSIERS].schema()

NO_PASSWORD = "A file of the machine: whoever may read the share may read it, and no password is asked for."
NO_WINDOW = "A file stands for itself, whatever the window: what it holds is read when it is new by content."

LEFT_OUT: dict[tuple[str, str], str] = {
    **{("wrong_password", kind): NO_PASSWORD for kind in ("sqlite", "csv", "xlsx")},
    **{("slices", kind): NO_WINDOW for kind in ("csv", "xlsx", "sftp", "s3")},
}
"""The one table of what is left out: (check, kind) and the reason."""

CHECKS: dict[str, Callable[[Rig, Path], None]] = {}


def check(function: Callable[[Rig, Path], None]) -> Callable[[Rig, Path], None]:
    """A check is named after its function."""
    CHECKS[function.__name__] = function
    return function


def opened(rig: Rig, connection: Connection | None = None, loaded: dict[str, str] | None = None) -> Source:
    return open_source(rig.feed(), connection or rig.connection(), loaded or {})


def read(rig: Rig, window: Window | None = None) -> list[dict[str, Any]]:
    tables: list[pa.Table] = list(opened(rig).read(window or Window()))
    return [row for table in tables for row in table.to_pylist()]


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["ID"] for row in rows)


def many(count: int = 10) -> list[Record]:
    return [record(number, f"{NIGHT} 09:{number // 60 % 60:02d}:{number % 60:02d}") for number in range(1, count + 1)]


@dataclass
class Ward:
    """The ward of a rig, night by night; every record that is read is accepted."""

    rig: Rig
    lake: Lake

    def extract(self, night: date = NIGHT, connection: Connection | None = None) -> LandedBatch:
        source = connection or self.rig.connection()
        return extract(self.rig.feed(), Request(night=night), self.lake, lambda _: source, {"k1": b"k" * 16}).batch

    def landed(self, batch: LandedBatch) -> list[str]:
        return sorted(self.lake.read_table(batch.path)["source_record_id"].to_pylist()) if batch.path else []

    def play(self, night: date = NIGHT) -> list[str]:
        """Extracts a night and commits it; the records that were new or changed."""
        batch = self.extract(night)
        empty = SCHEMA.empty_table()
        accepted = self.lake.read_table(batch.path).select(empty.schema.names) if batch.path else empty
        landed = self.landed(batch)
        commit(self.lake, Judged(batch, accepted, QUARANTINE_SCHEMA.empty_table(), []))
        return landed


def ward_of(rig: Rig, folder: Path) -> Ward:
    return Ward(rig, Lake(str(folder / "lake")))


def parquet(folder: Path) -> list[Path]:
    return list((folder / "lake").rglob("*.parquet"))


@check
def describe(rig: Rig, folder: Path) -> None:
    description = rig.description()
    assert System.model_validate(description).read_spec(RecordKind.DOSSIERS)
    description["record_kinds"]["dossiers"]["read"]["pasword"] = "x"
    with pytest.raises(ValidationError, match="pasword"):
        System.model_validate(description).read_spec(RecordKind.DOSSIERS)


@check
def connect(rig: Rig, folder: Path) -> None:
    rig.send(record(1, DAY))
    assert ids(read(rig)) == ["1"]


@check
def wrong_password(rig: Rig, folder: Path) -> None:
    rig.send(record(1, DAY))
    with pytest.raises(SourceError, match="p01 dossiers") as caught:
        list(opened(rig, rig.denied()).read(Window()))
    assert "\n" not in str(caught.value)


@check
def system_down(rig: Rig, folder: Path) -> None:
    rig.send(record(1, DAY))
    with pytest.raises(SourceError, match="p01 dossiers") as caught:
        ward_of(rig, folder).extract(connection=rig.down())
    assert "\n" not in str(caught.value)
    assert parquet(folder) == []


@check
def discover(rig: Rig, folder: Path) -> None:
    rig.send(record(1, DAY))
    source = opened(rig)
    [table] = list(source.read(Window()))
    assert source.report.new_columns == []
    assert {"ID", "CODE", "STATUS", "RECEIVED", "CHANGED", POSITION, FAULT} <= set(table.column_names)
    rig.change_columns((*COLUMNS, "MOI"))
    source = opened(rig)
    list(source.read(Window()))
    assert source.report.new_columns == ["MOI"]


@check
def full_read_twice(rig: Rig, folder: Path) -> None:
    rig.send(*many(250))
    first, second = read(rig), read(rig)
    assert ids(first) == sorted(f"{number}" for number in range(1, 251))
    assert first == second
    assert len({row[POSITION] for row in first}) == 250
    assert {row[FAULT] for row in first} == {None}


@check
def incremental_twice(rig: Rig, folder: Path) -> None:
    rig.send(*many())
    ward = ward_of(rig, folder)
    assert len(ward.play()) == 10
    assert ward.play(NEXT) == []
    rig.send(record(3, f"{NEXT} 12:00:00", STATUS="10"), record(11, f"{NEXT} 12:00:00"))
    later = NEXT + timedelta(days=1)
    assert ward.play(later) == ["11", "3"]
    assert ward.play(later + timedelta(days=1)) == []


@check
def night_again(rig: Rig, folder: Path) -> None:
    rig.send(*many())
    ward = ward_of(rig, folder)
    assert ward.play() == ward.play()


@check
def slices(rig: Rig, folder: Path) -> None:
    rig.send(*many(200), record(201, DAY, CHANGED=None))
    edges = [None, *(datetime(2024, 3, 6, 2, minute, tzinfo=UTC) for minute in (1, 2, 3)), None]
    found = [ids(read(rig, Window(since, until))) for since, until in pairwise(edges)]
    # A record that does not say when it changed is in every slice.
    assert all("201" in part for part in found)
    assert sorted(i for part in found for i in part if i != "201") == sorted(f"{n}" for n in range(1, 201))
    assert [len(part) for part in found] == [60, 61, 61, 22]


@check
def year_2999(rig: Rig, folder: Path) -> None:
    rig.send(*many(3), record(9, "2999-12-31 23:59:59"))
    ward = ward_of(rig, folder)
    batch = ward.extract()
    assert batch.cursor_to is not None
    assert batch.cursor_to <= datetime(2024, 3, 6, 17, tzinfo=UTC)
    ward.play()
    rig.send(record(4, f"{NEXT} 08:00:00"))
    assert "4" in ward.play(NEXT)


@check
def empty(rig: Rig, folder: Path) -> None:
    rig.send()
    ward = ward_of(rig, folder)
    batch = ward.extract()
    assert (batch.rows_read, batch.path, batch.new_columns) == (0, "", [])


@check
def drift(rig: Rig, folder: Path) -> None:
    rig.send(*many(3))
    rig.change_columns([{"STATUS": "TRANG_THAI"}.get(name, name) for name in COLUMNS])
    ward = ward_of(rig, folder)
    with pytest.raises(SchemaDriftError, match=r"STATUS.*conformance\.yml") as caught:
        ward.extract()
    assert "\n" not in str(caught.value)
    assert parquet(folder) == []
    rig.change_columns(COLUMNS)
    assert ward.play() == ["1", "2", "3"]


@check
def cut_in_mid_read(rig: Rig, folder: Path) -> None:
    rig.send(*many(3000))
    ward = ward_of(rig, folder)
    with rig.cut(), pytest.raises(SourceError, match="p01 dossiers") as caught:
        ward.extract()
    assert "\n" not in str(caught.value)
    assert parquet(folder) == [], "nothing lands of a read that broke off"
    assert len(ward.play()) == 3000


@check
def no_secret_in_any_message(rig: Rig, folder: Path) -> None:
    rig.send(*many(3000))
    ward = ward_of(rig, folder)
    said = [repr(rig.connection()), repr(opened(rig))]
    for connection in (rig.down(), *([rig.denied()] if rig.secret else [])):
        with pytest.raises(SourceError) as caught:
            ward.extract(connection=connection)
        said.append(f"{caught.value!r} {caught.value.__cause__!r}")
    with rig.cut(), pytest.raises(SourceError) as caught:
        ward.extract()
    said.append(repr(caught.value))
    rig.change_columns([name for name in COLUMNS if name != "STATUS"])
    with pytest.raises(SourceError) as caught:
        ward.extract()
    said.append(repr(caught.value))
    assert not any(secret in line for line in said for secret in (WRONG, PERSON, rig.secret or WRONG)), said


APPLIES = [(name, kind) for name in CHECKS for kind in KINDS if (name, kind) not in LEFT_OUT]


@pytest.mark.parametrize(("name", "kind"), APPLIES)
def test_conformance(name: str, rig: Rig, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    CHECKS[name](rig, tmp_path)
    ours = [entry.getMessage() for entry in caplog.records if not entry.name.startswith(("moto", "werkzeug"))]
    assert not any(secret in line for line in ours for secret in (WRONG, PERSON, rig.secret or WRONG))


def test_what_is_left_out_is_little_and_has_its_reason() -> None:
    assert len(CHECKS) >= 12
    assert {name for name, _ in LEFT_OUT} <= set(CHECKS)
    assert {kind for _, kind in LEFT_OUT} <= set(KINDS)
    assert all(len(reason) > 40 for reason in LEFT_OUT.values())
    assert {name for name, _ in APPLIES} == set(CHECKS), "a check that runs on no kind is none"
    assert len(LEFT_OUT) <= len(APPLIES) // 20


@pytest.mark.parametrize("kind", [kind for name, kind in LEFT_OUT if name == "wrong_password"])
def test_what_asks_for_no_password_has_none(rig: Rig) -> None:
    assert (rig.connection().login, rig.connection().password) == ("", "")


@pytest.mark.parametrize("kind", [kind for name, kind in LEFT_OUT if name == "slices"])
def test_what_knows_no_window_gives_everything_in_each(rig: Rig) -> None:
    rig.send(*many(3))
    long_ago = Window(datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 1, 2, tzinfo=UTC))
    assert ids(read(rig, long_ago)) == ["1", "2", "3"]
