"""Nothing that the ward systems know of a citizen is in any file that the pipeline wrote."""

import subprocess
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.integration.conftest import DemoNights
from ward_demo.story import story_records

WRITTEN = ("lake", "warehouse", "logs", "dbt")
CONTACT = ", liên hệ "


def canaries() -> dict[str, list[str]]:
    """Values of generated citizens by kind; half of them of dossiers whose summary holds contact data as well."""
    found: dict[str, list[str]] = {"name": [], "phone": [], "identity": [], "email": [], "address": []}
    for district in ("quan_11", "thanh_xuan"):
        dossiers = story_records(district).dossiers
        noted = dossiers[dossiers["summary"].str.contains(CONTACT, regex=False)].sample(80, random_state=11)
        sample = pd.concat([noted, dossiers.sample(60, random_state=11)])
        found["name"] += sample["applicant_name"].tolist()
        found["name"] += [summary.split(CONTACT)[1].rsplit(" ", 1)[0] for summary in noted["summary"]]
        found["phone"] += sample["phone"].tolist()
        found["identity"] += sample["identity_number"].tolist()
        found["email"] += sample["email"].dropna().tolist()
        found["address"] += sample["address"].tolist()
    return {kind: sorted(set(values)) for kind, values in found.items()}


@pytest.fixture(scope="module")
def known() -> dict[str, list[str]]:
    values = canaries()
    assert sum(map(len, values.values())) > 500
    return values


def grep(patterns: list[str], folders: list[Path], tmp_path: Path) -> list[str]:
    """The files that hold one of the patterns as bytes."""
    listing = tmp_path / "patterns"
    listing.write_text("\n".join(patterns) + "\n", encoding="utf-8")
    command = ["grep", "-rlaF", "-f", str(listing), *map(str, folders)]
    finished = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    )
    assert finished.returncode in (0, 1), finished.stderr
    return finished.stdout.splitlines()


@pytest.fixture(scope="module")
def told(demo: DemoNights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every text of the lake's and the warehouse's tables as plain text, a file for each table."""
    folder = tmp_path_factory.mktemp("told")
    with duckdb.connect(str(demo.settings.build_file), read_only=True) as db:
        for path in {path.parents[2] for path in (demo.home / "lake").rglob("*.parquet")}:
            parquet = f"read_parquet('{path}/**/*.parquet', union_by_name = true)"
            copy(db, parquet, folder / f"lake-{path.parent.name}-{path.name}.txt")
        tables = db.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        for schema, name in tables:
            copy(db, f"{schema}.{name}", folder / f"{schema}-{name}.txt")
    return folder


def copy(db: duckdb.DuckDBPyConnection, relation: str, target: Path) -> None:
    columns = db.execute(f"SELECT column_name FROM (DESCRIBE FROM {relation}) WHERE column_type = 'VARCHAR'").fetchall()  # noqa: S608
    if columns:
        names = ", ".join(f'"{name}"' for (name,) in columns)
        db.execute(f"COPY (SELECT {names} FROM {relation}) TO '{target}' (FORMAT csv)")  # noqa: S608


@pytest.mark.parametrize("kind", ["name", "phone", "identity", "email", "address"])
def test_no_table_holds_a_value_of_a_citizen(
    told: Path, known: dict[str, list[str]], kind: str, tmp_path: Path
) -> None:
    files = {path.name for path in told.iterdir()}
    assert {
        "lake-accepted-dossiers.txt",
        "lake-quarantine-dossiers.txt",
        "raw-dossiers.txt",
        "audit-quarantine.txt",
    } <= files
    assert [Path(path).name for path in grep(known[kind], [told], tmp_path)] == []


def test_no_file_holds_a_value_of_a_citizen(demo: DemoNights, known: dict[str, list[str]], tmp_path: Path) -> None:
    patterns = [value for values in known.values() for value in values]
    folders = [demo.home / name for name in WRITTEN if (demo.home / name).is_dir()]
    assert len(folders) >= 3
    assert grep(patterns, folders, tmp_path) == []


def test_the_search_finds_what_is_there(demo: DemoNights, known: dict[str, list[str]], tmp_path: Path) -> None:
    """The same patterns in the ward systems themselves: the test above can fail."""
    for kind, values in known.items():
        assert grep(values, [demo.home / "demo" / "igate"], tmp_path), kind


def test_of_a_summary_only_stays_that_there_was_one(demo: DemoNights) -> None:
    with duckdb.connect(str(demo.settings.build_file), read_only=True) as db:
        found = db.execute("SELECT DISTINCT summary FROM raw.dossiers").fetchall()
        texts = db.execute("SELECT DISTINCT reasons, comment FROM raw.survey_responses").fetchall()
    assert set(found) <= {("[text]",), (None,)}
    assert {text for row in texts for text in row} == {"[text]", None}


def test_no_public_table_holds_an_applicant(demo: DemoNights) -> None:
    with duckdb.connect(str(demo.settings.published_file), read_only=True) as db:
        columns = db.execute("SELECT DISTINCT column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
    assert ("officer_key",) in columns
    assert [name for (name,) in columns if "applicant" in name and name != "applicant_type"] == []


def test_no_token_is_written_anywhere_but_in_its_own_file(demo: DemoNights, tmp_path: Path) -> None:
    tokens = [c.password for c in demo.connections.values() if c.password]
    assert len(tokens) == 9
    folders = [demo.home / name for name in WRITTEN if (demo.home / name).is_dir()]
    assert grep(tokens, folders, tmp_path) == []


def test_keyed_hashes_join_the_records_of_one_officer(demo: DemoNights) -> None:
    """Pseudonyms are worth having: the same officer is the same key, in dossiers and in answers."""
    ((shared,),) = demo.query(
        "SELECT count(*) FROM (SELECT DISTINCT ward_key, officer_key FROM marts.fct_dossiers) "
        "JOIN (SELECT DISTINCT ward_key, officer_key FROM marts.fct_survey_responses) USING (ward_key, officer_key)"
    )
    assert shared == 28 * 4
