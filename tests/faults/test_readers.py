"""Analysts who read while the warehouse is published, again and again: each sees one build, whole."""

import threading
from pathlib import Path

import duckdb
import pytest

from tests.faults.amount import amount
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.publish import mark_audited, publish

TABLES = ("marts.fct_dossiers", "marts.reform_indicators", "audit.load_outcomes", "audit.build_results")
READERS = 4
PUBLISHES = amount(12, 100)
READS = amount(800, 10_000)


def build(settings: Settings, number: int) -> None:
    """A build whose every row says which build it is."""
    settings.build_file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.build_file)) as db:
        for schema in ("raw", "marts", "audit"):
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for name in (*TABLES[:-1], "raw.build_results"):
            db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT $build AS build FROM range(500)", {"build": number})  # noqa: S608
        db.execute("CREATE OR REPLACE VIEW marts.scorecard AS SELECT DISTINCT build FROM marts.fct_dossiers")
    mark_audited(settings.build_file, str(number))


def seen(db: duckdb.DuckDBPyConnection) -> set[int]:
    """The builds that one look at every table shows."""
    both = " UNION ".join(f"SELECT build FROM {name}" for name in (*TABLES, "marts.scorecard"))  # noqa: S608
    return {build for (build,) in db.execute(both).fetchall()}


class Reader(threading.Thread):
    """Reads, with connections that stay open over some reads and so over some publishes."""

    def __init__(self, file: Path, stop: threading.Event) -> None:
        super().__init__()
        self.file, self.stop = file, stop
        self.looks: list[list[set[int]]] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.is_set() or sum(map(len, self.looks)) < READS / READERS:
                # Its own name keeps DuckDB from handing out the open file of another reader.
                with duckdb.connect() as db:
                    db.execute(f"ATTACH '{self.file}' AS district (READ_ONLY)")
                    db.execute("USE district")
                    self.looks.append([seen(db) for _ in range(7)])
        except BaseException as error:
            self.error = error


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path)
    build(made, 0)
    publish(made)
    return made


def test_no_reader_sees_two_builds_at_once(settings: Settings) -> None:
    stop = threading.Event()
    readers = [Reader(settings.published_file, stop) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for number in range(1, PUBLISHES + 1):
        build(settings, number)
        publish(settings)
    stop.set()
    for reader in readers:
        reader.join()
    assert [reader.error for reader in readers] == [None] * READERS
    looks = [held for reader in readers for held in reader.looks]
    assert sum(map(len, looks)) >= READS
    assert all(len(set.union(*held)) == 1 for held in looks), "one connection, one build"
    assert len({next(iter(held[0])) for held in looks}) > PUBLISHES / 4, "the reads went on during the publishes"


def test_a_build_that_did_not_pass_changes_no_byte_of_what_analysts_see(settings: Settings) -> None:
    before = settings.published_file.read_bytes()
    build(settings, 1)
    settings.build_file.with_suffix(".audited").unlink()
    with pytest.raises(Exception, match="did not pass its audit"):
        publish(settings)
    assert settings.published_file.read_bytes() == before
