import errno
import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.publish import audited_marker, mark_audited, publish, revoke_audit
from ward_warehouse.warehouse.seals import kept_file, read_seals, seal_of, write_seals


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home with 'quotes'")


def build(settings: Settings, rows: int, *, audited: bool = True) -> None:
    """A build file as dbt leaves one: public and inner schemas, tables and views."""
    file = settings.build_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as db:
        for schema in ("raw", "staging", "intermediate", "marts", "audit"):
            db.execute(f"CREATE SCHEMA {schema}")
        db.execute("CREATE TABLE marts.fct AS SELECT range AS id FROM range($rows)", {"rows": rows})
        db.execute('CREATE TABLE marts."odd ""name""" AS SELECT 1 AS x')
        db.execute("CREATE VIEW marts.a_view AS SELECT id * 2 AS twice FROM marts.fct")
        db.execute("CREATE TABLE audit.notes AS SELECT 'x' AS note")
        db.execute("CREATE TABLE raw.dossiers AS SELECT 'inner' AS secret")
        db.execute("CREATE TABLE raw.build_results AS SELECT 'b1' AS build_id")
        db.execute("CREATE TABLE intermediate.step AS SELECT 1 AS x")
    marker = audited_marker(file)
    marker.unlink(missing_ok=True)
    if audited:
        marker.write_text("b1", encoding="utf-8")


@pytest.fixture
def published(settings: Settings) -> Path:
    build(settings, 3)
    publish(settings)
    return settings.published_file


def count(db: duckdb.DuckDBPyConnection, relation: str = "marts.fct") -> int:
    found = db.execute(f"SELECT count(*) FROM {relation}").fetchone()  # noqa: S608 - a relation of this file
    assert found is not None
    return int(found[0])


def test_publishing_says_how_many_rows_each_table_has(settings: Settings) -> None:
    build(settings, 3)
    assert publish(settings) == {"marts.fct": 3, 'marts.odd "name"': 1, "audit.notes": 1}


def test_the_published_file_holds_the_public_schemas_and_nothing_else(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as db:
        found = db.execute("SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL").fetchall()
        schemas = db.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND database_name = current_database()"
        ).fetchall()
    assert found == [
        ("audit", "build_results"), ("audit", "notes"), ("marts", "a_view"), ("marts", "fct"),
        ("marts", 'odd "name"'),
    ]  # fmt: skip
    assert {schema for (schema,) in schemas} - {"main"} == {"analyst", "audit", "marts"}


def test_views_work_in_the_published_file(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as db:
        assert db.execute("SELECT sum(twice) FROM marts.a_view").fetchone() == (6,)


def test_what_tables_views_and_columns_mean_stands_in_the_published_file(settings: Settings) -> None:
    build(settings, 3)
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute('COMMENT ON TABLE marts."odd ""name""" IS \'Ward\'\'s "table"\'')
        db.execute("COMMENT ON VIEW marts.a_view IS 'Khung nhìn / A view'")
        db.execute("COMMENT ON COLUMN marts.fct.id IS 'Mã / Code'")
        db.execute("COMMENT ON COLUMN marts.a_view.twice IS 'Gấp đôi / Twice'")
    # The second publish takes over what the first has left.
    for _ in range(2):
        publish(settings)
        with duckdb.connect(str(settings.published_file), read_only=True) as db:
            assert db.execute(
                "SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL AND schema_name = 'marts'"
            ).fetchall() == [('Ward\'s "table"',)]
            assert db.execute("SELECT comment FROM duckdb_views() WHERE comment IS NOT NULL").fetchall() == [
                ("Khung nhìn / A view",)
            ]
            assert db.execute(
                "SELECT column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL "
                "AND schema_name = 'marts' ORDER BY ALL"
            ).fetchall() == [("id", "Mã / Code"), ("twice", "Gấp đôi / Twice")]


def test_a_view_may_read_a_view_whatever_their_names(settings: Settings) -> None:
    build(settings, 3)
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute("CREATE VIEW marts.z_view AS SELECT twice FROM marts.a_view")
        db.execute("CREATE VIEW marts.above AS SELECT twice FROM marts.z_view")
    publish(settings)
    with duckdb.connect(str(settings.published_file), read_only=True) as db:
        assert db.execute("SELECT sum(twice) FROM marts.above").fetchone() == (6,)


def test_a_second_build_takes_the_place_of_the_first(settings: Settings, published: Path) -> None:
    build(settings, 7)
    publish(settings)
    with duckdb.connect(str(published), read_only=True) as db:
        assert count(db) == 7


def test_a_reader_keeps_what_it_has_open(settings: Settings, published: Path) -> None:
    script = "import duckdb, sys; db = duckdb.connect(sys.argv[1], read_only=True); print(1, flush=True); input(); "
    script += "print(db.execute('SELECT count(*) FROM marts.fct').fetchone()[0])"
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(published)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    assert reader.stdout.readline() == "1\n"
    build(settings, 7)
    publish(settings)
    rest, _ = reader.communicate("\n", timeout=30)
    assert rest == "3\n"
    with duckdb.connect(str(published), read_only=True) as db:
        assert count(db) == 7


def test_a_build_that_did_not_pass_is_not_published(settings: Settings, published: Path) -> None:
    build(settings, 7, audited=False)
    with pytest.raises(BuildError, match="did not pass its audit"):
        publish(settings)
    with duckdb.connect(str(published), read_only=True) as db:
        assert count(db) == 3


def test_without_a_build_there_is_nothing_to_publish(settings: Settings) -> None:
    with pytest.raises(BuildError, match="no build yet"):
        publish(settings)
    assert not settings.published_file.exists()


def test_a_copy_that_fails_leaves_the_published_file_and_no_litter(settings: Settings, published: Path) -> None:
    settings.build_file.write_bytes(b"this is no database")
    with pytest.raises(BuildError, match="left as it was") as caught:
        publish(settings)
    assert "\n" not in str(caught.value)
    with duckdb.connect(str(published), read_only=True) as db:
        assert count(db) == 3
    assert sorted(path.name for path in published.parent.iterdir()) == ["build", "district.duckdb"]


def test_publishing_leaves_no_litter(settings: Settings, published: Path) -> None:
    publish(settings)
    assert sorted(path.name for path in published.parent.iterdir()) == ["build", "district.duckdb"]


def test_a_copy_that_is_published_but_may_be_lost_is_told_as_that(
    settings: Settings, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(settings, 7)
    sync = os.fsync

    def failing(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(BuildError) as caught:
        publish(settings)
    assert str(caught.value) == (
        "publish: [Errno 5] Input/output error; the new warehouse is published, but may be lost if the machine stops "
        "now"
    )
    with duckdb.connect(str(published), read_only=True) as db:
        assert count(db) == 7


def test_a_leftover_that_cannot_be_removed_does_not_stop_the_publishing(settings: Settings, published: Path) -> None:
    leftover = published.with_name(".district-0123456789abcdef")
    leftover.write_bytes(b"a file where a folder is expected")
    build(settings, 7)
    publish(settings)
    with duckdb.connect(str(published), read_only=True) as db:
        assert count(db) == 7


def test_a_published_file_goes_where_there_was_no_folder_yet(settings: Settings, tmp_path: Path) -> None:
    elsewhere = settings.model_copy(update={"home": tmp_path / "new" / "home"})
    build(elsewhere, 1)
    assert publish(elsewhere)["marts.fct"] == 1


def test_copies_that_killed_runs_left_are_removed(settings: Settings, published: Path) -> None:
    leftover = published.with_name(".district-0123456789abcdef") / published.name
    leftover.parent.mkdir()
    leftover.write_bytes(b"half a copy")
    other = published.with_name(".district.notes")
    other.write_text("of somebody else", encoding="utf-8")
    publish(settings)
    assert not leftover.parent.exists()
    assert other.exists()


def test_the_marker_says_which_build_passed_and_goes_when_the_next_one_starts(settings: Settings) -> None:
    file = settings.build_file
    file.parent.mkdir(parents=True)
    mark_audited(file, "b1")
    mark_audited(file, "quận 11")
    assert audited_marker(file).read_text(encoding="utf-8") == "quận 11"
    assert [path.name for path in file.parent.iterdir()] == ["district.audited"]
    revoke_audit(file)
    revoke_audit(file)
    assert list(file.parent.iterdir()) == []


def test_a_marker_that_cannot_be_written_or_removed_is_told_in_a_line(settings: Settings) -> None:
    file = settings.build_file
    with pytest.raises(BuildError, match=r"^build: .*No such file.*; the published warehouse is left as it was$"):
        mark_audited(file, "b1")
    audited_marker(file).mkdir(parents=True)
    with pytest.raises(BuildError, match=r"^build: .*; the published warehouse is left as it was$"):
        revoke_audit(file)


def test_each_refusal_says_what_to_do(settings: Settings) -> None:
    with pytest.raises(BuildError) as caught:
        publish(settings)
    assert str(caught.value) == "publish: there is no build yet; run `ward-warehouse build` first"
    build(settings, 1, audited=False)
    with pytest.raises(BuildError) as caught:
        publish(settings)
    assert str(caught.value) == (
        "publish: the last build did not pass its audit; the published warehouse is left as it was: see "
        "audit.build_results, mend the cause and run `ward-warehouse build` again"
    )
    build(settings, 1)
    settings.build_file.write_bytes(b"this is no database " * 400)
    with pytest.raises(BuildError, match=r"^publish: .{20,}; the published warehouse is left as it was$"):
        publish(settings)


def test_a_view_that_cannot_be_made_fails_the_publishing(settings: Settings, published: Path) -> None:
    """Its table is in a schema that is not published."""
    build(settings, 5)
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute("CREATE VIEW marts.inner_view AS SELECT x FROM intermediate.step")
    with pytest.raises(BuildError, match=r"intermediate.*left as it was"):
        publish(settings)
    with duckdb.connect(str(published), read_only=True) as db:
        assert count(db) == 3


def test_every_row_of_the_build_results_is_published(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as db:
        assert db.execute("SELECT build_id FROM audit.build_results").fetchall() == [("b1",)]
        assert db.execute('SELECT x FROM marts."odd ""name"""').fetchall() == [(1,)]


def night(settings: Settings, build_id: str, follows: str | None, replaced: dict[str, str]) -> None:
    """A build whose fact holds four dossiers, of which it computed the `replaced` ones."""
    build(settings, 3)
    values = {"1": "a", "2": "a", "3": "a", **replaced}
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute("CREATE TABLE marts.fct_dossiers (dossier_key VARCHAR, value VARCHAR)")
        db.executemany("INSERT INTO marts.fct_dossiers VALUES (?, ?)", [(k, v) for k, v in values.items() if v])
        db.execute("CREATE TABLE intermediate.int_dossiers__changed (dossier_key VARCHAR)")
        db.executemany(
            "INSERT INTO intermediate.int_dossiers__changed VALUES (?)", [(key,) for key in replaced] or [("-",)]
        )
        db.execute("CREATE TABLE raw.build_basis AS SELECT $build AS build_id, $follows AS follows", {
            "build": build_id, "follows": follows,
        })  # fmt: skip
        db.execute("UPDATE raw.build_results SET build_id = $build", {"build": build_id})


def mark_kept(settings: Settings, statement: str) -> None:
    """Changes the copy that publishing keeps, and seals it: what a later publish takes over shows by that."""
    kept = kept_file(settings.published_file)
    with duckdb.connect(str(kept)) as db:
        db.execute(statement)
    seals = read_seals(settings.published_file)
    assert seals is not None
    write_seals(settings.published_file, replace(seals, kept=seal_of(kept)))


def facts(settings: Settings) -> dict[str, str]:
    with duckdb.connect(str(settings.published_file), read_only=True) as db:
        return dict(db.execute("FROM marts.fct_dossiers").fetchall())


def test_a_build_of_what_changed_replaces_its_records_only(settings: Settings) -> None:
    night(settings, "b1", None, {})
    publish(settings)
    mark_kept(settings, "UPDATE marts.fct_dossiers SET value = 'as published'")
    night(settings, "b2", "b1", {"2": "corrected", "3": "", "4": "new"})
    assert publish(settings)["marts.fct_dossiers"] == 3
    assert facts(settings) == {"1": "as published", "2": "corrected", "4": "new"}
    with duckdb.connect(str(settings.published_file), read_only=True) as db:
        assert db.execute("SELECT max(twice) FROM marts.a_view").fetchone() == (4,)


@pytest.mark.parametrize("follows", [None, "b0"])
def test_a_build_that_does_not_follow_the_published_one_is_copied_whole(
    settings: Settings, follows: str | None
) -> None:
    night(settings, "b1", None, {})
    publish(settings)
    mark_kept(settings, "UPDATE marts.fct_dossiers SET value = 'as published'")
    night(settings, "b2", follows, {"2": "corrected"})
    publish(settings)
    assert facts(settings) == {"1": "a", "2": "corrected", "3": "a"}


def test_a_kept_fact_that_lacks_records_is_copied_whole(settings: Settings) -> None:
    night(settings, "b1", None, {})
    publish(settings)
    mark_kept(settings, "DELETE FROM marts.fct_dossiers WHERE dossier_key = '1'")
    night(settings, "b2", "b1", {"2": "corrected"})
    publish(settings)
    assert facts(settings) == {"1": "a", "2": "corrected", "3": "a"}


@pytest.mark.parametrize("sealed", [True, False])
def test_files_that_cannot_be_read_are_replaced(settings: Settings, sealed: bool) -> None:
    night(settings, "b1", None, {})
    publish(settings)
    kept, seals = kept_file(settings.published_file), read_seals(settings.published_file)
    for file in (settings.published_file, kept):
        file.chmod(0o600)
        file.write_bytes(b"torn")
    assert seals is not None
    if sealed:
        write_seals(settings.published_file, replace(seals, kept=seal_of(kept)))
    night(settings, "b2", "b1", {"2": "corrected"})
    publish(settings)
    assert facts(settings) == {"1": "a", "2": "corrected", "3": "a"}


def figures(settings: Settings, values: dict[str, str], noted: list[str]) -> None:
    """Adds the build's figures of periods, by the name of each, and names those that it made."""
    period = "'year' AS period_grain, period_start, period_start AS period_end"
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute(
            f"CREATE TABLE marts.reform_indicators AS SELECT {period}, value "  # noqa: S608 - our own
            "FROM (SELECT unnest($1) AS period_start, unnest($2) AS value)",
            [list(values), list(values.values())],
        )
        db.execute(
            f"CREATE TABLE intermediate.int_noted_periods AS SELECT {period} "  # noqa: S608 - our own
            "FROM (SELECT unnest($1::VARCHAR[]) AS period_start)",
            [noted],
        )


def test_a_build_of_what_changed_replaces_its_periods_only(settings: Settings) -> None:
    night(settings, "b1", None, {})
    figures(settings, {"2016": "a", "2017": "a", "2018": "a"}, [])
    publish(settings)
    mark_kept(settings, "UPDATE marts.reform_indicators SET value = 'as published'")
    night(settings, "b2", "b1", {})
    figures(settings, {"2016": "a", "2018": "corrected", "2019": "new"}, ["2017", "2018", "2019"])
    assert publish(settings)["marts.reform_indicators"] == 3
    with duckdb.connect(str(settings.published_file), read_only=True) as db:
        found = dict(db.execute("SELECT period_start, value FROM marts.reform_indicators").fetchall())
    assert found == {"2016": "as published", "2018": "corrected", "2019": "new"}


def test_a_fact_of_a_project_that_keeps_none_is_copied_whole(settings: Settings) -> None:
    night(settings, "b1", None, {})
    publish(settings)
    night(settings, "b2", "b1", {"2": "corrected"})
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute("DROP TABLE intermediate.int_dossiers__changed")
        db.execute("UPDATE marts.fct_dossiers SET value = 'anew'")
    publish(settings)
    assert set(facts(settings).values()) == {"anew"}
