"""A small district with real ward systems: SQLite files, a JSON service, folders of CSV files; and its nights."""

from __future__ import annotations

import copy
import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from tests.support.http_service import TOKEN, HttpService, HttpWard
from tests.support.records import NIGHT, PROCEDURES, SOFTWARE, Kind, Record, written
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Manifest, manifest_path
from ward_warehouse.night.extract import Request
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.steps import Night
from ward_warehouse.night.verdict import Verdict, WardState
from ward_warehouse.registry.procedures import COLUMNS

ROOT = Path(__file__).resolve().parents[2]
KEY = "a pseudonym key of the tests"
DOSSIERS, SURVEYS = RecordKind.DOSSIERS, RecordKind.SURVEY_RESPONSES
SYSTEM_COLUMNS: dict[Kind, dict[RecordKind, list[str]]] = {}


def alias(ward: str) -> str:
    """How the ward's own records spell it."""
    return f"H29.{ward}"


def spoken(ward: str) -> str:
    """The same, in words."""
    return f"Phường {ward}"


def source_columns(transport: Kind, record_kind: RecordKind) -> list[str]:
    """Every column that the mapping of a kind of software asks for."""
    if transport not in SYSTEM_COLUMNS:
        text = (ROOT / "dags" / "systems" / f"{SOFTWARE[transport].system}.yml").read_text(encoding="utf-8")
        SYSTEM_COLUMNS[transport] = {
            RecordKind(name): _named(d) for name, d in yaml.safe_load(text)["record_kinds"].items()
        }
    return SYSTEM_COLUMNS[transport][record_kind]


def _named(feed: dict[str, Any]) -> list[str]:
    names = [*feed["key"], feed["cursor"]["column"]]
    for column_map in feed["columns"].values():
        parts = {"from": column_map} if isinstance(column_map, str) else column_map
        names += [parts["from"]] if "from" in parts else parts.get("uses", [])
    return list(dict.fromkeys(names))


@dataclass
class MiniWard:
    """One ward of the test district and its system; `send` puts records into the system as people would."""

    key: str
    transport: Kind
    folder: Path
    service: HttpService
    sent: dict[RecordKind, list[Record]] = field(default_factory=lambda: {DOSSIERS: [], SURVEYS: []})
    elsewhere: Connection | None = None

    @property
    def connection(self) -> Connection:
        """Where the library finds the ward; `elsewhere` if a test says so."""
        if self.elsewhere is not None:
            return self.elsewhere
        if self.transport == "sql":
            return Connection(self.key, "sqlite", host=str(self.database))
        if self.transport == "files":
            return Connection(self.key, "fs", extra={"path": str(self.folder)})
        base = {"base_path": f"/{self.key}"}
        return Connection(self.key, "http", "127.0.0.1", self.service.port, "http", password=TOKEN, extra=base)

    @property
    def database(self) -> Path:
        return self.folder / "ward.db"

    @property
    def http(self) -> HttpWard:
        return self.service.wards[self.key]

    def send(self, dossiers: Iterable[Record] = (), surveys: Iterable[Record] = (), night: date = NIGHT) -> None:
        """Enters records; one with an id that is there already takes its place (a file only ever holds the new)."""
        for record_kind, fresh in ((DOSSIERS, list(dossiers)), (SURVEYS, list(surveys))):
            fresh = [{"source_ward": alias(self.key), **record} for record in fresh]
            ids = {record["source_record_id"] for record in fresh}
            self.sent[record_kind] = [r for r in self.sent[record_kind] if r["source_record_id"] not in ids] + fresh
            rows = [
                written(self.transport, record)
                for record in (fresh if self.transport == "files" else self.sent[record_kind])
            ]
            self._write(record_kind, rows, night)

    def _write(self, record_kind: RecordKind, rows: list[dict[str, str | None]], night: date) -> None:
        columns = source_columns(self.transport, record_kind)
        if self.transport == "sql":
            write_table(self.database, "HO_SO" if record_kind is DOSSIERS else "KHAO_SAT", columns, rows)
        elif self.transport == "http":
            self.http.records[record_kind] = [{**dict.fromkeys(columns), **row} for row in rows]
        elif rows:
            prefix = "ho_so" if record_kind is DOSSIERS else "khao_sat"
            (self.folder / f"{prefix}_{night:%Y%m%d}.csv").write_bytes(csv_bytes(columns, rows))


def write_table(database: Path, table: str, columns: list[str], rows: list[dict[str, str | None]]) -> None:
    """A table of text columns in a SQLite file, made anew."""
    with closing(sqlite3.connect(database)) as connection, connection:
        names = ", ".join(f'"{name}"' for name in columns)
        connection.execute(f'drop table if exists "{table}"')
        connection.execute(f'create table "{table}" ({names})')
        marks = ", ".join("?" * len(columns))
        connection.executemany(
            f'insert into "{table}" values ({marks})',  # noqa: S608 - names of the test's own tables
            [[row.get(name) for name in columns] for row in rows],
        )


def csv_bytes(columns: list[str], rows: list[dict[str, str | None]], line_end: str = "\n") -> bytes:
    """A CSV file in UTF-8 with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator=line_end)
    writer.writeheader()
    writer.writerows({name: "" if value is None else value for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


@dataclass(frozen=True)
class Played:
    """What a night did: its plan, every outcome, and the verdict."""

    plan: Plan
    found: list[Outcome]
    verdict: Verdict

    def state(self, ward: str, record_kind: RecordKind = DOSSIERS) -> WardState:
        return next(s for s in self.verdict.states if (s.ward, s.record_kind) == (ward, record_kind))


class District:
    """The test district: its registry, its systems, and settings under which the library finds them."""

    def __init__(
        self,
        folder: Path,
        service: HttpService,
        wards: dict[str, Kind],
        systems: dict[str, str] | None = None,
        since: date = date(2024, 1, 1),
    ) -> None:
        """Makes the district.

        Args:
            folder: where its files go.
            service: the one HTTP server of all districts.
            wards: the kind of each ward's software, by its key.
            systems: the software of wards that run another than their kind's usual one.
            since: the first day on which the wards are in force.
        """
        self.folder = folder
        self.wards_dir = folder / "registry"
        self.systems_dir = ROOT / "dags" / "systems"
        self.wards: dict[str, MiniWard] = {}
        for key, transport in wards.items():
            place = folder / "systems" / key
            place.mkdir(parents=True)
            if transport == "http":
                service.wards[key] = HttpWard()
            self.wards[key] = MiniWard(key, transport, place, service)
        self._write_registry(systems or {}, since)

    def __getitem__(self, key: str) -> MiniWard:
        return self.wards[key]

    def _write_registry(self, systems: dict[str, str], since: date) -> None:
        self.wards_dir.mkdir(parents=True)
        entries = [
            {
                "ward": key,
                "code": f"{index:05d}",
                "name": {"vi": f"Phường {key}", "en": f"Ward {key}"},
                "system": systems.get(key, SOFTWARE[ward.transport].system),
                "aliases": [alias(key), spoken(key)],
            }
            for index, (key, ward) in enumerate(self.wards.items())
        ]
        head = {
            "district": "mini",
            "name": {"vi": "Quận thử nghiệm", "en": "Test district"},
            "procedure_catalogue": "mini.procedures.csv",
            "defaults": {"in_force": {"from": since, "to": date(2024, 12, 31)}},
        }
        text = yaml.safe_dump({**head, "wards": entries}, allow_unicode=True, sort_keys=False)
        (self.wards_dir / "mini.yml").write_text(text, encoding="utf-8")
        rows = [{name: "" for name in COLUMNS} | {"procedure_code": code} for code in PROCEDURES]
        (self.wards_dir / "mini.procedures.csv").write_bytes(csv_bytes(list(COLUMNS), rows))

    def copied_to(self, folder: Path) -> District:
        """The district with its systems and its state in another folder; the JSON service stays the same one."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        other = copy.copy(self)
        other.folder, other.wards_dir = folder, folder / "registry"
        other.wards = {
            key: replace(ward, folder=folder / "systems" / key, sent={k: list(v) for k, v in ward.sent.items()})
            for key, ward in self.wards.items()
        }
        return other

    @property
    def settings(self) -> Settings:
        return Settings(
            home=self.folder / "home",
            wards_dir=self.wards_dir,
            systems_dir=self.systems_dir,
            pseudonym_key=KEY,
        )

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables, for a process of its own."""
        return {
            "WARD_WAREHOUSE_HOME": str(self.folder / "home"),
            "WARD_WAREHOUSE_WARDS_DIR": str(self.wards_dir),
            "WARD_WAREHOUSE_SYSTEMS_DIR": str(self.systems_dir),
            "WARD_WAREHOUSE_PSEUDONYM_KEY": KEY,
            **{f"AIRFLOW_CONN_{key.upper()}": _as_json(ward.connection) for key, ward in self.wards.items()},
        }

    def resolve(self, connection_id: str) -> Connection:
        return self.wards[connection_id].connection

    def night(self) -> Night:
        return Night(self.settings)

    def play(
        self, night: date = NIGHT, wards: list[str] | None = None, record_kinds: list[str] | None = None, **request: Any
    ) -> Played:
        """Extracts and judges a night; an error that no outcome holds is not caught."""
        run = self.night()
        request["night"] = night
        plan = run.plan(Request(**request), wards, record_kinds)
        verdict = run.run(plan, self.resolve)
        return Played(plan, outcomes.read_run(run.lake, plan.run_id), verdict)

    def manifest(self, ward: str, night: date = NIGHT, record_kind: RecordKind = DOSSIERS) -> Manifest | None:
        return self.night().lake.read_record(manifest_path(record_kind, ward, night), Manifest)

    def accepted(self, ward: str, night: date = NIGHT, record_kind: RecordKind = DOSSIERS) -> list[dict[str, Any]]:
        return self._records("accepted_path", ward, night, record_kind)

    def quarantined(self, ward: str, night: date = NIGHT, record_kind: RecordKind = DOSSIERS) -> list[dict[str, Any]]:
        return self._records("quarantine_path", ward, night, record_kind)

    def _records(self, path: str, ward: str, night: date, record_kind: RecordKind) -> list[dict[str, Any]]:
        manifest = self.manifest(ward, night, record_kind)
        if manifest is None or not getattr(manifest, path):
            return []
        rows: list[dict[str, Any]] = self.night().lake.read_table(getattr(manifest, path)).to_pylist()
        return rows


def _as_json(connection: Connection) -> str:
    parts = {name: value for name, value in vars(connection).items() if name != "id" and value}
    return json.dumps(parts)


def rules_of(entry: dict[str, Any]) -> set[str]:
    """The rules that a quarantine entry names."""
    return {rule["rule"] for rule in json.loads(entry["rules"])}


def text_batch(rows: list[dict[str, Any]], columns: list[str] | None = None) -> pa.Table:
    """A batch as a source gives it: columns of text, positions, and a `__fault` where a row names one."""
    names = columns or list(dict.fromkeys(n for row in rows for n in row if n != "__fault"))
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
    table = table.append_column("__position", pa.array([f"row {i}" for i in range(1, len(rows) + 1)], pa.string()))
    return table.append_column("__fault", pa.array([row.get("__fault") for row in rows], pa.string()))


def utc(text: str) -> datetime:
    """An instant from ISO text in UTC."""
    return datetime.fromisoformat(text + "+00:00")
