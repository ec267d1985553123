"""Thousands of records made wrong at random, through each kind of ward software: each goes one of two ways."""

import csv
import io
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.conftest import MakeDistrict
from tests.faults.amount import SEED, amount
from tests.faults.mutations import mutated
from tests.support.district import DOSSIERS, District, MiniWard, Played, alias, source_columns, write_table
from tests.support.http_service import Fault
from tests.support.http_service import send as send_bytes
from tests.support.records import NIGHT, Kind, dossier, written

Row = dict[str, Any]
KINDS: tuple[Kind, ...] = ("sql", "http", "files")
RECORDS = amount(10_000, 100_000) // len(KINDS) + 1
WHOLE = 50
"""Records that nothing was done to: they must come through among the others."""


@pytest.fixture(scope="module")
def district(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    made: District = make_district(
        tmp_path_factory.mktemp("mutated"), {f"odd_{record_kind}": record_kind for record_kind in KINDS}
    )
    for ward in made.wards.values():
        send(ward, list(records(ward)))
    return made


def records(ward: MiniWard) -> Iterator[Row]:
    chance = random.Random(f"{SEED} {ward.transport}")
    columns = source_columns(ward.transport, DOSSIERS)
    for number in range(RECORDS):
        record_id = f"WHOLE-{number}" if number < WHOLE else f"R-{number}"
        row = written(ward.transport, {"source_ward": alias(ward.key), **dossier(record_id)})
        yield {**dict.fromkeys(columns), **(row if number < WHOLE else mutated(chance, ward.transport, row))}


def send(ward: MiniWard, rows: list[Row]) -> None:
    columns = source_columns(ward.transport, DOSSIERS)
    if ward.transport == "sql":
        write_table(ward.database, "HO_SO", columns, rows)
        with closing(sqlite3.connect(ward.database)) as db, db:
            # Bytes that a program wrote as text: no UTF-8, and SQLite does not mind.
            db.execute("UPDATE HO_SO SET TRICH_YEU = CAST(TRICH_YEU AS TEXT) WHERE typeof(TRICH_YEU) = 'blob'")
    elif ward.transport == "http":
        ward.http.always = pages(rows)
    else:
        text = io.StringIO(newline="")
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows([columns, *([row[name] for name in columns] for row in rows)])
        (ward.folder / f"ho_so_{NIGHT:%Y%m%d}.csv").write_bytes(text.getvalue().encode())


def pages(rows: list[Row]) -> Fault:
    """Answers with pages of the rows, in ASCII: half a surrogate pair is a JSON escape and no UTF-8."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        query = dict(parse_qsl(urlsplit(request.path).query))
        number, size = int(query["trang"]), int(query["kich_thuoc"])
        found = {"data": {"items": rows[(number - 1) * size : number * size], "tong": len(rows)}}
        send_bytes(request, 200, json.dumps(found).encode())

    return answer


@pytest.fixture(scope="module")
def night(district: District) -> Played:
    return district.play(record_kinds=["dossiers"])


@pytest.mark.parametrize("record_kind", KINDS)
def test_no_record_is_lost_and_none_stops_its_ward(district: District, night: Played, record_kind: Kind) -> None:
    state, manifest = night.state(f"odd_{record_kind}"), district.manifest(f"odd_{record_kind}")
    assert state.state == "loaded", state.error
    assert manifest is not None
    assert manifest.rows_read == RECORDS
    assert len(district.accepted(f"odd_{record_kind}")) + len(district.quarantined(f"odd_{record_kind}")) == RECORDS


@pytest.mark.parametrize("record_kind", KINDS)
def test_each_refused_record_has_its_rules_and_its_place(district: District, night: Played, record_kind: Kind) -> None:
    entries = district.quarantined(f"odd_{record_kind}")
    assert len(entries) > RECORDS / 10, "most of what was done to them matters"
    assert all(json.loads(entry["rules"]) and entry["source_position"] for entry in entries)
    assert all(any(r["severity"] == "error" for r in json.loads(entry["rules"])) for entry in entries)
    assert len({entry["entry_id"] for entry in entries}) == len(entries)


@pytest.mark.parametrize("record_kind", KINDS)
def test_whole_records_come_through_among_them(district: District, night: Played, record_kind: Kind) -> None:
    accepted = {row["source_record_id"] for row in district.accepted(f"odd_{record_kind}")}
    assert {f"WHOLE-{number}" for number in range(WHOLE)} <= accepted


def test_the_warehouse_builds_from_what_was_accepted(district: District, night: Played) -> None:
    run = district.night()
    run.build()
    assert sum(run.publish().values()) > 0
