"""People planted in every field of every kind of ward software: after a night of faults none is in any byte written."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeDistrict
from tests.faults.canaries import people, search, tell, written_ways
from tests.faults.nights import REAL_PROJECT
from tests.faults.workshop import Played, Struck, Workshop
from tests.integration.test_other_systems import VOTE, votes
from tests.support import http_service as http
from tests.support.district import (
    DOSSIERS,
    SURVEYS,
    District,
    MiniWard,
    alias,
    csv_bytes,
    source_columns,
    spoken,
    write_table,
)
from tests.support.dropped_files import zipped
from tests.support.records import NIGHT, Kind, dossier, survey, written
from tests.support.returns import PROCEDURE_COLUMNS, RETURN_COLUMNS, catalogue, report
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.validation.data_docs.site import index_file

KINDS: tuple[Kind, ...] = ("sql", "http", "files")
PEOPLE = people()
SENTENCES = ("{}", "liên hệ {} khi có kết quả", "Chị {} nộp thay.", "({})", "{},", "x {}")


def rows_of(ward: MiniWard, record_kind: RecordKind) -> Iterator[dict[str, Any]]:
    """A good record with everybody's fields, then for each column records that hold somebody in it."""
    columns = source_columns(ward.transport, record_kind)
    persons, sentences = itertools.cycle(PEOPLE), itertools.cycle(SENTENCES)
    make = dossier if record_kind is DOSSIERS else survey
    for number, (column, part) in enumerate(itertools.product(columns, range(4))):
        person = next(persons)
        record = {
            "source_ward": alias(ward.key), **make(f"R-{number}"),
            "applicant_name": person.name, "applicant_phone": person.phone, "applicant_email": person.email,
        }  # fmt: skip
        row = {**dict.fromkeys(columns), **written(ward.transport, record)}
        yield {**row, column: next(sentences).format(person.values[part])}
        for at, text in enumerate(next(persons).spellings):
            again = {**row, **written(ward.transport, {**record, "source_record_id": f"S-{number}-{at}"})}
            yield {**again, column: text}


def plant(ward: MiniWard) -> None:
    for record_kind, table, prefix in ((DOSSIERS, "HO_SO", "ho_so"), (SURVEYS, "KHAO_SAT", "khao_sat")):
        # A database knows one column of a name, in whatever case.
        told = [text for person in PEOPLE[-5:] for text in (*person.spellings, *person.values)]
        strangers = list({text.lower(): text for text in told}.values())
        columns, rows = (
            [*source_columns(ward.transport, record_kind), "Ghi chú mới", *strangers],
            list(rows_of(ward, record_kind)),
        )
        for row, person in zip(rows, itertools.cycle(PEOPLE), strict=False):
            row |= {"Ghi chú mới": f"{person.name} {person.phone}", **dict.fromkeys(strangers, person.name.lower())}
        if ward.transport == "sql":
            write_table(ward.database, table, columns, rows)
        elif ward.transport == "http":
            nested = [{"người": vars(person)} for person in PEOPLE[: len(rows)]]
            ward.http.records[record_kind] = [
                {**row, "Ghi chú mới": note} for row, note in zip(rows, itertools.cycle(nested), strict=False)
            ]
            ward.http.knows_windows = False
        else:
            called = "_".join((PEOPLE[3].name, PEOPLE[4].phone, *PEOPLE[5].spellings[:4], PEOPLE[6].spellings[-2]))
            (ward.folder / f"{prefix}_{NIGHT:%Y%m%d}_{called}.csv").write_bytes(csv_bytes(columns, rows))


def planted(columns: Iterable[str]) -> Iterator[dict[str, str]]:
    """For each column and each value of somebody one row's change."""
    persons, sentences = itertools.cycle(PEOPLE), itertools.cycle(SENTENCES)
    for column, part in itertools.product(columns, range(4)):
        yield {column: next(sentences).format(next(persons).values[part])}


def plant_others(district: District) -> None:
    """The office's workbook, the list of procedures and the survey vendor's export: whoever types there types names."""
    office, vendor = district["canary_office"].folder, district["canary_votes"].folder
    good = {"Đơn vị": spoken("canary_office")}
    rows = ({**good, "Mã chỉ tiêu": f"CCHC.{n}", **change} for n, change in enumerate(planted(RETURN_COLUMNS)))
    (office / "bao_cao_quy_1.xlsx").write_bytes(report(good, *rows))
    named = ["Báo cáo", *PEOPLE[0].values, *PEOPLE[1].spellings[:4]]
    book = report(
        {**good, "Mã chỉ tiêu": "CCHC.9"}, sheets=named, besides=[*PEOPLE[2].values, *PEOPLE[3].spellings[:4]]
    )
    (office / f"bao_cao_{PEOPLE[4].name}_{PEOPLE[5].phone}.xlsx").write_bytes(book)
    procedures = ({"Mã thủ tục": f"1.{n:06d}", **change} for n, change in enumerate(planted(PROCEDURE_COLUMNS)))
    (office / "danh_muc_2024.csv").write_text(catalogue({}, *procedures), encoding="utf-8")
    where = {"Điểm đặt": alias("canary_votes")}
    (vendor / "danh_gia_20240306.csv").write_bytes(votes(where, *({**where, **one} for one in planted(VOTE))))


def spoil_files(ward: MiniWard) -> None:
    """Files that are refused: cut, without a header, not in UTF-8, no table, and too long a row."""
    columns, rows = source_columns(ward.transport, DOSSIERS), list(rows_of(ward, DOSSIERS))
    whole = csv_bytes(columns, rows)
    head, _, body = whole.partition(b"\n")
    names = "\n".join(person.name for person in PEOPLE).encode()
    spoilt = (
        whole[:-30],
        body,
        body.replace(b",", b";"),
        whole.replace("ễ".encode(), b"\xea\xf5"),
        names,
        whole + b'"' + names,
        head.replace(b",", b"\t") + b"\n" + body,
        b"\xff\xfe" + body,
    )
    for number, content in enumerate(spoilt):
        (ward.folder / f"ho_so_2024030{number}_{PEOPLE[number].spellings[number]}.csv").write_bytes(content)
        (ward.folder / f"ho_so_{PEOPLE[number].name}_{PEOPLE[number].identity}.csv").write_bytes(content)
    members = {f"ho_so_{text}.csv": body for text in (PEOPLE[7].name, *PEOPLE[8].spellings[:4])}
    (ward.folder / f"ho_so_{PEOPLE[9].phone}.zip").write_bytes(zipped(members))
    head_twice = head.replace(b"\n", b"") + f",{PEOPLE[10].name},{PEOPLE[10].name}\n".encode()
    (ward.folder / "ho_so_twice.csv").write_bytes(head_twice + body)


def spoil_answers(ward: MiniWard, how: str) -> None:
    page = {"data": {"items": [person.name for person in PEOPLE]}}
    html = f"<html>{' '.join(value for person in PEOPLE for value in person.values)}</html>".encode()
    faults: dict[str, http.Fault] = {
        "list": http.body(page),
        "html": lambda request: http.send(request, 200, html, "text/html; charset=utf-8"),
        "error": lambda request: http.send(request, 403, html),
        "names": http.body({person.name: vars(person) for person in PEOPLE}),
        "keys": http.body({"data": {"items": [{person.name: person.phone for person in PEOPLE}]}}),
    }
    ward.http.always = faults[how]


OTHER_SYSTEMS = {"canary_office": "bao_cao_xlsx", "canary_votes": "khao_sat_csv"}
SPOILT = ("list", "html", "error", "names", "keys")


@pytest.fixture(scope="module")
def struck(workshop: Workshop, make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> Struck:
    wards: dict[str, Kind] = {f"canary_{record_kind}": record_kind for record_kind in KINDS}
    wards |= {"canary_spoilt": "files", "canary_gone": "sql"}
    wards |= {f"canary_{how}": "http" for how in SPOILT}
    wards |= dict.fromkeys(OTHER_SYSTEMS, "files")
    district: District = make_district(tmp_path_factory.mktemp("canaries"), wards, OTHER_SYSTEMS)
    plant_others(district)
    for record_kind in KINDS:
        plant(district[f"canary_{record_kind}"])
    spoil_files(district["canary_spoilt"])
    for how in SPOILT:
        spoil_answers(district[f"canary_{how}"], how)
    district["canary_gone"].database.write_bytes("\n".join(p.name for p in PEOPLE).encode())
    return Struck(workshop, district, (NIGHT, NIGHT), project=REAL_PROJECT)


@pytest.fixture(scope="module")
def night(struck: Struck) -> Played:
    """The night as Airflow's tasks play it; beside its state all that they handed to Airflow, and the process's log."""
    played = struck.play([], as_tasks=True)
    (struck.home / "said.txt").write_text(json.dumps(played.report, ensure_ascii=False, default=str), encoding="utf-8")
    (struck.home / "log.txt").write_text(struck.workshop.log.read_text(encoding="utf-8"), encoding="utf-8")
    return played


def test_the_night_reads_refuses_and_publishes(struck: Struck, night: Played) -> None:
    assert night.unexpected is None, night.unexpected
    assert len(night.errors) == len(SPOILT) + 2, "a task for each ward that is spoilt, and two more"
    assert len(night.report["tracebacks"]) == len(night.errors)
    for record_kind in KINDS:
        manifest = struck.district.manifest(f"canary_{record_kind}")
        assert manifest is not None
        assert manifest.rows_quarantined > 10
        assert manifest.rows_accepted > 10
    for key, record_kind in (
        ("canary_office", RecordKind.WARD_RETURNS),
        ("canary_office", RecordKind.PROCEDURES),
        ("canary_votes", SURVEYS),
    ):
        manifest = struck.district.manifest(key, record_kind=record_kind)
        assert manifest is not None
        assert manifest.rows_quarantined > 10
        assert manifest.rows_accepted > 0
    assert struck.settings.published_file.is_file()
    docs = index_file(struck.settings).parent
    for record_kind in (DOSSIERS, SURVEYS, RecordKind.WARD_RETURNS, RecordKind.PROCEDURES):
        page = (docs / "validations" / record_kind / f"{NIGHT}.html").read_text(encoding="utf-8")
        assert "Vi phạm" in page, "of what the pages say something, and of whom nothing: see below"


def test_no_byte_of_the_state_folder_holds_anybody(struck: Struck, night: Played, tmp_path: Path) -> None:
    assert sum(len(person.values) for person in PEOPLE) >= 500
    told = tell(struck.home, tmp_path / "told")
    receipts = list((struck.district.folder / "systems").rglob("*.receipt.txt"))
    assert len(receipts) > 10
    for number, receipt in enumerate(receipts):
        # A receipt lies beside its file, under the name that its sender gave; what it says is ours.
        (told / f"receipt-{number}.txt").write_bytes(receipt.read_bytes())
    assert len(list(told.iterdir())) > 40
    assert search(PEOPLE, [struck.home, told], tmp_path / "scratch") == []


def test_what_the_tasks_handed_to_airflow_was_searched(struck: Struck, night: Played) -> None:
    """Airflow keeps what tasks return, and in its logs what they say and raise: `said.txt` and `log.txt` hold that."""
    said, log = ((struck.home / name).read_text(encoding="utf-8") for name in ("said.txt", "log.txt"))
    assert {name for name, _ in json.loads(said)["pushed"]} == {
        "plan", "extract", "validate", "verdict", "build", "publish", "document", "report", "tell", "maintain",
    }  # fmt: skip
    (ended,) = [pushed for name, pushed in json.loads(said)["pushed"] if name == "verdict"]
    assert ended["failed"], "too few wards: the verdict is red"
    assert said.count("Traceback") == len(night.errors)
    assert "canary_sql dossiers: " in log


@pytest.mark.parametrize("part", range(4), ids=["name", "phone", "identity", "email"])
def test_the_search_finds_what_is_there(struck: Struck, tmp_path: Path, part: int) -> None:
    """In the ward systems themselves, and in every way of writing: the test above can fail."""
    one = PEOPLE[0].values[part]
    assert search(PEOPLE, [struck.district.folder / "systems" / "canary_sql"], tmp_path / "scratch")
    for number, way in enumerate(sorted(written_ways(one))):
        place = tmp_path / f"way{number}"
        place.mkdir()
        (place / "file").write_bytes(b"some " + way + b" text")
        assert search(PEOPLE[:1], [place], tmp_path / "scratch"), way


def test_the_values_as_they_are_hashed_are_there(struck: Struck, night: Played) -> None:
    """A pseudonym is kept for each officer and applicant; only then was there something to hide."""
    rows: list[dict[str, Any]] = struck.district.accepted("canary_sql")
    assert len({row["officer_key"] for row in rows}) > 1
    assert all(re.fullmatch(r"k1\.2:[0-9a-f]{64}", row["applicant_key"] or "k1.2:" + "0" * 64) for row in rows)
