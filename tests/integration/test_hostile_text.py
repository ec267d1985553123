"""Wards whose columns, files, ids and values are markup, escape sequences and HTML: all is shown, nothing is obeyed."""

import csv
import json
import shutil
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, ROOT, SURVEYS, District, MiniWard, csv_bytes, source_columns, write_table
from tests.support.records import NIGHT, Kind, dossier, survey, written
from ward_warehouse.cli import main

COLUMNS = (
    "Ghi chú [/khác]",
    "[bold red]Ghi chú[/]",
    "[/x]",
    "Ghi chú \x1b[31m\x1b]0;khác\x07",
    "Ghi chú \x9b2J\u202ekhác",
    "Ghi chú\x0bkhác",
    ":smiley:",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
)
VALUES = ("[/x]", "\x1b[2J\x1b[31m", "=cmd|' /C calc'!A0", "<b onclick=alert(1)>", "\u202e\x9b31m", "[bold]")
KINDS: dict[str, Kind] = {"hostile_sql": "sql", "hostile_http": "http", "hostile_files": "files"}
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("extract", "--night", str(NIGHT), "--full"),
    ("validate", "--night", str(NIGHT)),
    ("status",),
    ("status", "--json"),
    ("quarantine", "list", "--state", "all"),
    ("quarantine", "list", "--state", "all", "--json"),
    ("quarantine", "replay"),
    ("quarantine", "replay", "--json"),
    ("reconcile", "--ward", "hostile_sql"),
    ("wards", "check"),
    ("wards", "check", "--sample", "20"),
    ("wards", "check", "--sample", "20", "--json"),
    ("wards", "check", "--list"),
    ("periods", "list"),
    ("report", "mini"),
    ("report", "mini", "--json"),
    ("indicators",),
    ("document",),
)


def hostile(ward: MiniWard) -> None:
    """Good records and bad ones, all with columns that nobody mapped; ids and codes that are attacks."""
    for record_kind, make, table, prefix in (
        (DOSSIERS, dossier, "HO_SO", "ho_so"),
        (SURVEYS, survey, "KHAO_SAT", "khao_sat"),
    ):
        records = [make("1"), make("2"), *(make(f"3{value}") for value in VALUES)]
        if record_kind is DOSSIERS:
            records += [dossier(f"4{n}", status=value, dossier_code=value) for n, value in enumerate(VALUES)]
        columns = [*source_columns(ward.transport, record_kind), *COLUMNS]
        rows = [
            {**dict.fromkeys(columns, ""), **written(ward.transport, {"source_ward": f"H29.{ward.key}", **record})}
            | {name: VALUES[number % len(VALUES)] for number, name in enumerate(COLUMNS)}
            for record in records
        ]
        if ward.transport == "sql":
            write_table(ward.database, table, columns, rows)
        elif ward.transport == "http":
            ward.http.records[record_kind] = rows
        else:
            name = f"{prefix}_{NIGHT:%Y%m%d} [red]\x1b[31m.csv"
            (ward.folder / name).write_bytes(csv_bytes(columns, rows))
            (ward.folder / f"{prefix}_[bold]\x1b[2J cut.csv").write_bytes(b"[/x],\x1b[31m\n1,2\n")


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def obeyed(text: str) -> list[str]:
    """The signs of a text that a terminal would not show."""
    return [f"{c!a}" for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in "\n\t"]


@pytest.fixture(scope="module")
def night(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> tuple[District, Result]:
    """A whole night by command, over the real project."""
    district: District = make_district(tmp_path_factory.mktemp("hostile"), KINDS)
    for ward in district.wards.values():
        hostile(ward)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in district.environment.items():
            environment.setenv(name, value)
        return district, run("run", "--night", str(NIGHT))


@pytest.fixture
def district(night: tuple[District, Result], monkeypatch: pytest.MonkeyPatch) -> District:
    for name, value in night[0].environment.items():
        monkeypatch.setenv(name, value)
    return night[0]


def test_a_night_goes_on_and_shows_them_as_they_are(night: tuple[District, Result]) -> None:
    district, result = night
    assert result.exit_code == 0, result.output
    assert "published: " in result.stdout
    assert obeyed(result.output) == []
    for ward in KINDS:
        manifest = district.manifest(ward)
        assert manifest is not None
        assert manifest.rows_accepted == 2
        assert manifest.rows_quarantined == 2 * len(VALUES)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_obeys_a_ward(district: District, command: tuple[str, ...]) -> None:
    result = run(*command)
    assert "Traceback" not in result.output
    assert result.output
    assert obeyed(result.output) == []
    if "--json" in command:
        assert json.loads(result.stdout.splitlines()[0]) is not None


def test_a_sample_shows_a_column_as_it_is_called(district: District) -> None:
    found = json.loads(run("wards", "check", "--sample", "5", "--json").stdout)
    columns = found["sample"][0]["new_columns"]
    assert "Ghi chú [/khác]" in columns
    assert "Ghi chú [/khác]" in " ".join(run("wards", "check", "--sample", "5").stdout.replace("│", " ").split())


def test_each_entry_of_the_quarantine_is_shown(district: District) -> None:
    entries = json.loads(run("quarantine", "list", "--state", "all", "--limit", "500", "--json").stdout)
    assert len(entries) > len(VALUES)
    for entry in entries[:10]:
        shown = run("quarantine", "show", entry["quarantine_key"])
        assert shown.exit_code == 0
        assert obeyed(shown.output) == []


def test_an_export_is_data_to_a_sheet(district: District, tmp_path: Path) -> None:
    target = tmp_path / "entries.csv"
    assert run("quarantine", "export", "--state", "all", "--output", str(target)).exit_code == 0
    text = target.read_text(encoding="utf-8-sig")
    assert obeyed(text) == []
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_the_pages_hold_no_markup_of_a_ward(district: District) -> None:
    pages = list((district.settings.home / "reports").rglob("*.html"))
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "alert(1)" not in text.replace("&lt;", ""), page.name
        assert obeyed(text) == []


def test_a_draft_of_a_hostile_sample_is_yaml(
    district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("registry", "systems"):
        (tmp_path / name).mkdir()
    shutil.copytree(district.wards_dir, tmp_path / "registry", dirs_exist_ok=True)
    shutil.copytree(ROOT / "dags" / "systems", tmp_path / "systems", dirs_exist_ok=True)
    monkeypatch.setenv("WARD_WAREHOUSE_WARDS_DIR", str(tmp_path / "registry"))
    monkeypatch.setenv("WARD_WAREHOUSE_SYSTEMS_DIR", str(tmp_path / "systems"))
    sample = next(district["hostile_files"].folder.glob("ho_so_2*.csv"))
    shutil.copy(sample, tmp_path / "sample.csv")
    result = run(
        "wards", "add", "new_ward", "--district", "mini", "--code", "99999", "--name", "Phường [/x] \x1b[31m",
        "--system", "drafted", "--sample", str(tmp_path / "sample.csv"),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert obeyed(result.output) == []
    assert run("wards", "check", "--json").exit_code == 0
