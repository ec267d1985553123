import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.support.district import DOSSIERS, ROOT, District, utc
from tests.support.http_service import status
from tests.support.records import APPLICANT, NIGHT, at, dossier, survey
from ward_warehouse.cli import main
from ward_warehouse.lake.key_marks import require_known_key
from ward_warehouse.lake.store import Lake

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Runs a command in this process; whatever is raised besides the end of the program fails the test."""

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    """The test district as the environment's."""
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    for ward in district.wards.values():
        ward.send([dossier("1"), dossier("2", received_at=None)], [survey("1")])
    return district


def refused(result: Result) -> str:
    """The one line of a command that could not do what was asked."""
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    line = result.stderr.strip()
    assert line
    return line


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


ALL = sorted(commands(main))


def test_the_commands_that_people_know() -> None:
    known = {
        "wards check", "extract", "validate", "build", "publish", "document", "run", "status", "quarantine list",
        "quarantine show", "report", "demo up", "demo down", "wards add", "reconcile",
    }  # fmt: skip
    assert known <= {" ".join(path) for path in ALL}


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    text = result.stdout.split("Options:")[0].split("\n", 1)[1].strip()
    assert len(text) > 20, "a command says what it is for"


def test_the_installed_command_is_this_one() -> None:
    command = Path(sys.executable).with_name("ward-warehouse")
    finished = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    assert "Usage: ward-warehouse" in finished.stdout


def test_the_help_does_not_wait_for_heavy_libraries() -> None:
    script = (
        "import sys; from ward_warehouse.cli import main; main(['--help'], standalone_mode=False); "
        "heavy = {'great_expectations', 'dbt', 'airflow', 'pandas'} & set(sys.modules); "
        "print(sorted(heavy))"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = finished.stdout.strip().splitlines()[-1]
    assert "great_expectations" not in heavy
    assert "airflow" not in heavy
    assert "dbt" not in heavy


def test_wards_check(run: Run, ready: District) -> None:
    result = run("wards", "check")
    assert result.exit_code == 0
    systems = len(list(ready.systems_dir.glob("*.yml")))
    assert f"1 districts, 3 wards, {systems} systems: no error" in result.stdout
    found = json.loads(run("wards", "check", "--json").stdout)
    assert found["wards"] == ["a_sql", "b_http", "c_files"]
    assert found["problems"] == []


def test_wards_check_of_a_broken_registry_names_each_fault_in_one_line(run: Run, ready: District) -> None:
    registry = ready.wards_dir / "mini.yml"
    text = registry.read_text(encoding="utf-8").replace("system: igate", "system: igat")
    registry.write_text(text.replace("- ward: b_http", "- conection: x\n  ward: b_http"), encoding="utf-8")
    lines = refused(run("wards", "check")).splitlines()
    assert len(lines) == 2
    assert any("mini.yml:" in line and "ward a_sql" in line and "'igat'" in line for line in lines)
    assert any("mini.yml:" in line and "ward b_http" in line and "conection" in line for line in lines)
    result = run("wards", "check", "--json")
    assert result.exit_code != 0
    assert len(json.loads(result.stdout)["problems"]) == 2


def test_a_night_by_hand(run: Run, ready: District) -> None:
    result = run("extract", "--night", str(NIGHT))
    assert result.exit_code == 0, result.output
    assert "a_sql dossiers extract succeeded: 2 read, 0 unchanged" in result.stdout
    found = json.loads(run("validate", "--night", str(NIGHT), "--json").stdout)
    assert {(o["ward"], o["record_kind"], o["rows_accepted"], o["rows_quarantined"]) for o in found} == {
        (ward, record_kind, 1, broken)
        for ward in ("a_sql", "b_http", "c_files")
        for record_kind, broken in (("dossiers", 1), ("survey_responses", 0))
    }
    assert json.loads(run("validate", "--night", str(NIGHT), "--json").stdout) == [], "judged already"
    rows = json.loads(run("status", "--json").stdout)
    assert {(row["ward"], row["record_kind"], row["night"], row["rows_read"]) for row in rows} == {
        (ward, record_kind, str(NIGHT), read)
        for ward in ("a_sql", "b_http", "c_files")
        for record_kind, read in (("dossiers", 2), ("survey_responses", 1))
    }
    assert "a_sql" in run("status").stdout


def test_a_whole_night_ends_with_its_documents_or_with_why_there_are_none(
    run: Run, ready: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_DBT_PROJECT_DIR", str(ROOT / "tests" / "faults" / "small_project"))
    reports = ready.settings.home / "reports"
    reports.parent.mkdir(parents=True)
    reports.write_text("in the way", encoding="utf-8")
    blocked = run("run", "--night", str(NIGHT))
    assert "published: " in blocked.stdout
    assert ready.settings.published_file.is_file()
    line = refused(blocked)
    assert len(line.splitlines()) == 1
    assert f"document: {reports / 'validation'}: cannot be written" in line
    reports.unlink()
    assert "documented: " in run("document").stdout
    page = reports / "validation" / "validations" / "dossiers" / f"{NIGHT}.html"
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert '<b>3</b> <span class="vi">trên</span><span class="en" lang="en">of</span> 6<br>' in text, (
        "a record of each ward has no reception date"
    )
    assert [value for value in APPLICANT.values() if value in text] == []


def test_wards_and_record_kinds_can_be_chosen(run: Run, ready: District) -> None:
    options = ["--night", str(NIGHT), "--ward", "a_sql", "--ward", "c_files", "--record-kind", "dossiers", "--json"]
    found = json.loads(run("extract", *options).stdout)
    assert {(outcome["ward"], outcome["record_kind"]) for outcome in found} == {
        ("a_sql", "dossiers"),
        ("c_files", "dossiers"),
    }


def test_a_day_as_until_holds_that_day(run: Run, ready: District) -> None:
    ready["a_sql"].send([dossier("early", source_changed_at=None), dossier("3")])
    options = ["--night", "2024-03-08", "--ward", "a_sql", "--record-kind", "dossiers", "--json"]
    (whole,) = json.loads(run("extract", *options, "--since", "2024-03-06", "--until", "2024-03-06").stdout)
    assert (datetime.fromisoformat(whole["cursor_from"]), whole["rows_read"]) == (utc("2024-03-05T17:00:00"), 4)
    (half,) = json.loads(run("extract", *options, "--since", "2024-03-06T11:00").stdout)
    assert (datetime.fromisoformat(half["cursor_from"]), half["rows_read"]) == (utc("2024-03-06T04:00:00"), 1)


def test_a_backfill_belongs_to_the_night_it_ends_with(run: Run, ready: District) -> None:
    ready["a_sql"].send([dossier(str(n), source_changed_at=at(NIGHT - timedelta(days=n), 10)) for n in range(9)])
    options = ["--ward", "a_sql", "--record-kind", "dossiers", "--since", "2024-02-29", "--until", "2024-03-05"]
    (found,) = json.loads(run("extract", *options, "--chunk-days", "2", "--json").stdout)
    assert (found["night"], found["rows_read"]) == ("2024-03-05", 6)
    (judged,) = json.loads(run("validate", *options, "--json").stdout)
    assert judged["rows_accepted"] == 6


def test_reconcile_says_what_vanished(run: Run, ready: District) -> None:
    for ward in ready.wards.values():
        ward.send([dossier(str(n)) for n in range(6)])
    ready.play()
    ready["a_sql"].sent[DOSSIERS].pop()
    ready["a_sql"].send()
    found = json.loads(run("reconcile", "--record-kind", "dossiers", "--json").stdout)
    assert [(one["ward"], one["keys_in_source"], one["rows_deleted"]) for one in found] == [
        ("a_sql", 5, 1),
        ("b_http", 6, 0),
    ]
    assert "vanished" in run("reconcile", "--ward", "a_sql").stdout
    assert "not compared" in refused(run("reconcile", "--ward", "c_files"))


def test_reconcile_refuses_a_source_that_shows_too_little(run: Run, ready: District) -> None:
    ready["a_sql"].send([dossier(str(n)) for n in range(6)])
    ready.play()
    del ready["a_sql"].sent[DOSSIERS][1:]
    ready["a_sql"].send()
    line = refused(run("reconcile", "--ward", "a_sql", "--record-kind", "dossiers"))
    assert "shows 1 of the 6 records" in line
    assert len(line.splitlines()) == 1


def test_status_before_the_first_night(run: Run, ready: District) -> None:
    rows = json.loads(run("status", "--json").stdout)
    assert len(rows) == 6
    assert {row["rows_read"] for row in rows} == {None}, "missing is never zero"
    assert "never loaded" in run("status").stdout


def test_a_ward_that_is_down_fails_the_command_in_one_line(run: Run, ready: District) -> None:
    ready["b_http"].http.always = status(403)
    result = run("extract", "--night", str(NIGHT), "--record-kind", "dossiers")
    line = refused(result)
    assert "b_http dossiers" in line
    assert "403" in line
    assert len(line.splitlines()) == 1
    assert "a_sql dossiers extract succeeded" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["extract", "--night", "27/12/2018"], ["27/12/2018", "2018-12-27"]),
        (["extract", "--night", "2024-03-06", "--ward", "nobody"], ["nobody", "a_sql"]),
        (["extract", "--night", "2024-03-06", "--record-kind", "votes"], ["votes", "survey_responses"]),
        (["extract", "--night", "2024-03-06", "--since", "yesterday"], ["yesterday"]),
        (["extract", "--night", "2031-01-01"], ["2031-01-01", "in force"]),
        (["extract", "--night", "2024-03-06", "--dataset", "dossiers"], ["--dataset", "--record-kind"]),
        (["reconcile", "--kind", "dossiers"], ["--kind", "--record-kind"]),
        (["quarantine", "list", "--dataset", "dossiers"], ["--dataset", "--record-kind"]),
        (["extract"], ["--night", "--until"]),
        (["extract", "--night", "2024-03-06", "--chunk-days", "7"], ["chunk_days", "since"]),
        (["extract", "--night", "2024-03-06", "--since", "2024-03-06", "--until", "2024-03-05"], ["before until"]),
        (["extract", "--night", "2024-03-06", "--until", "06/03/2024"], ["--until", "06/03/2024", "2018-12-27T06:00"]),
        (["release", "--night", "6 March", "--ward", "a_sql"], ["--night", "6 March"]),
        (["report", "mini", "--on", "today"], ["--on", "today"]),
        (["quarantine", "list", "--night", "soon"], ["--night", "soon"]),
        (["reconcile", "--ward", "nobody"], ["nobody", "a_sql"]),
        (["publish"], ["no build yet"]),
        (["document"], ["no published warehouse"]),
        (["quarantine", "list"], ["no published warehouse"]),
        (["quarantine", "show", "x"], ["no published warehouse"]),
        (["report", "mini"], ["no published warehouse"]),
        (["quarantine", "resolve", "x", "--by", "an", "--reason", "y"], ["neither or both", "--accept"]),
        (["quarantine", "resolve", "x", "--accept", "--reject", "--by", "an", "--reason", "y"], ["neither or both"]),
        (["quarantine", "resolve", "a_sql:dossiers:2", "--accept", "--by", " ", "--reason", "y"], ["--by: found no"]),
        (["quarantine", "resolve", "a_sql:dossiers:2", "--reject", "--by", "an", "--reason", ""], ["--reason: found"]),
        (["quarantine", "replay", "--by", ""], ["--by: found nothing"]),
        (["report", "mini", "--period", "2018-11", "--grain", "year"], ["--period 2018-11", "--grain"]),
        (["report", "mini", "--period", "2018-11", "--on", "2018-11-02"], ["--period 2018-11", "--on"]),
        (["pseudonyms", "--value", " "], ["empty value"]),
        (["demo", "up", "--night", "soon"], ["soon"]),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_one_line(
    run: Run, ready: District, arguments: list[str], parts: list[str]
) -> None:
    line = refused(run(*arguments))
    assert len(line.splitlines()) == 1
    assert all(part in line for part in parts), line


def test_without_a_key_no_ward_is_read(run: Run, ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARD_WAREHOUSE_PSEUDONYM_KEY")
    assert "WARD_WAREHOUSE_PSEUDONYM_KEY" in refused(run("extract", "--night", str(NIGHT)))
    assert not ready.settings.home.exists()


def test_a_wrong_setting_is_one_line(run: Run, ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_PARALLEL_WARDS", "none")
    assert "WARD_WAREHOUSE_PARALLEL_WARDS" in refused(run("status"))


def test_an_unforeseen_fault_of_one_ward_leaves_the_others(
    run: Run, ready: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that nobody thought of is one ward's too: the command names it and reads the rest."""
    from ward_warehouse.sources.sql.source import SqlSource

    def read(self: SqlSource, window: object) -> Iterator[object]:
        raise ZeroDivisionError("a value of a citizen")
        yield

    monkeypatch.setattr(SqlSource, "read", read)
    result = run("extract", "--night", str(NIGHT), "--record-kind", "dossiers")
    line = refused(result)
    assert "a_sql dossiers" in line
    assert "ZeroDivisionError" in line
    assert "citizen" not in result.output
    for ward in ("b_http", "c_files"):
        assert f"{ward} dossiers extract succeeded" in result.stdout


HASHING = (
    ("run", "--night", str(NIGHT)),
    ("extract", "--night", str(NIGHT)),
    ("reconcile",),
    ("quarantine", "replay"),
    ("quarantine", "resolve", "a_sql:dossiers:2", "--reject", "--by", "an", "--reason", "test"),
    ("wards", "check", "--sample", "1"),
    ("pseudonyms", "--value", "x"),
)


@pytest.mark.parametrize("arguments", HASHING, ids=" ".join)
def test_what_hashes_refuses_another_key(
    run: Run, ready: District, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    require_known_key(ready.settings, Lake(ready.settings.lake))
    monkeypatch.setenv("WARD_WAREHOUSE_PSEUDONYM_KEY", "another pseudonym key of the tests")
    assert "found another key than the one that the lake knows as 'k1'" in refused(run(*arguments))


def test_what_hashes_refuses_another_previous_key(run: Run, ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    require_known_key(ready.settings, Lake(ready.settings.lake))
    monkeypatch.setenv("WARD_WAREHOUSE_PSEUDONYM_KEY_ID", "k2")
    monkeypatch.setenv("WARD_WAREHOUSE_PSEUDONYM_PREVIOUS_KEYS", '{"k1": "another pseudonym key of the tests"}')
    line = refused(run("pseudonyms", "--value", "x"))
    assert "WARD_WAREHOUSE_PSEUDONYM_PREVIOUS_KEYS: found another key" in line
    assert "another pseudonym" not in line


def test_a_look_leaves_no_mark_of_a_key(run: Run, ready: District) -> None:
    assert run("pseudonyms", "--value", "x").exit_code == 0
    assert not Path(ready.settings.lake).exists()


def test_a_value_that_no_shell_keeps_comes_from_the_input(ready: District) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = CliRunner().invoke(main, ["pseudonyms", "--json"], input="0123\n")
    assert read.exit_code == 0, read.output
    assert read.stdout == CliRunner().invoke(main, ["pseudonyms", "--json", "--value", "0123"]).stdout
    assert "expected one such as" in refused(CliRunner().invoke(main, ["pseudonyms"], input=""))
