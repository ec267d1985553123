"""The Data Docs as a site that is kept: which nights it has, what takes whose place, and what cannot be written."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.documented import (
    KINDS,
    NIGHT,
    Row,
    judged,
    night_page,
    publish,
    rules,
    write_data_docs,
)
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import BuildError, ValidationError
from ward_warehouse.core.settings import Settings
from ward_warehouse.night import tasks
from ward_warehouse.validation.data_docs import site
from ward_warehouse.validation.data_docs.site import index_file


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Few rows of one record kind: what is written is the same, in less time."""
    made = Settings(home=tmp_path / "home")
    publish(made, list(judged(RecordKind.DOSSIERS, NIGHT))[:4])
    return made


def test_the_newest_nights_of_each_kind_are_shown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "NIGHTS_SHOWN", 2)
    nights = [NIGHT - timedelta(days=days) for days in (0, 1, 200)]
    rows = [row for night in nights for row in list(judged(RecordKind.DOSSIERS, night))[:2]]
    surveys = list(judged(RecordKind.SURVEY_RESPONSES, nights[2]))[:2]
    publish(settings, rows + surveys)
    write_data_docs(settings)
    folder = index_file(settings).parent / "validations"
    shown = {str(file.relative_to(folder.resolve()).with_suffix("")) for file in folder.resolve().rglob("*.html")}
    assert shown == {f"dossiers/{nights[0]}", f"dossiers/{nights[1]}", f"survey_responses/{nights[2]}"}


def test_nights_without_a_record_do_not_push_out_those_with_some(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "NIGHTS_SHOWN", 2)
    row = next(judged(RecordKind.WARD_RETURNS, NIGHT))
    empty: list[Row] = [(row[0], NIGHT + timedelta(days=days), row[2], "p07", 0, 0) for days in (1, 2, 3)]
    publish(settings, [row, (row[0], NIGHT, row[2], "p08", 0, 0), *empty])
    write_data_docs(settings)
    folder = index_file(settings).parent.resolve() / "validations" / "ward_returns"
    assert [path.stem for path in folder.iterdir()] == [str(NIGHT)]
    page = night_page(settings, RecordKind.WARD_RETURNS)
    assert ["p08", "0", "0", "0"] in page.rows, "a ward that sent nothing that night is among its wards"


def test_a_rule_that_left_its_suite_is_named(settings: Settings) -> None:
    row = next(judged(RecordKind.DOSSIERS, NIGHT))
    publish(settings, [row, (row[0], NIGHT, "rule_of_old", "p07", 41, 3)])
    write_data_docs(settings)
    assert "Rules no longer in the suiterule_of_old" in night_page(settings, RecordKind.DOSSIERS).text


def test_a_warehouse_in_which_nothing_was_judged_has_its_suites(settings: Settings) -> None:
    publish(settings, [])
    assert write_data_docs(settings) == 2 + sum(1 + len(rules(record_kind)) for record_kind in KINDS)


def test_new_pages_take_the_place_of_the_old_ones(settings: Settings) -> None:
    write_data_docs(settings)
    old = index_file(settings).resolve()
    publish(settings, list(judged(RecordKind.DOSSIERS, NIGHT + timedelta(days=1)))[:4])
    write_data_docs(settings)
    assert str(NIGHT + timedelta(days=1)) in index_file(settings).read_text(encoding="utf-8")
    assert not old.exists()
    assert len(list(index_file(settings).parents[1].iterdir())) == 2, "the pages and the link to them"


def test_a_folder_of_an_earlier_version_is_replaced(settings: Settings) -> None:
    folder = index_file(settings).parent
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("old", encoding="utf-8")
    write_data_docs(settings)
    assert "Data Docs" in index_file(settings).read_text(encoding="utf-8")
    assert len(list(folder.parent.iterdir())) == 2


class Killed(BaseException):
    """What no code of ours catches."""


@pytest.mark.parametrize("operation", ["symlink_to", "replace", "write_text"])
def test_a_killed_run_leaves_the_old_pages_and_the_next_one_tidies_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    write_data_docs(settings)
    before = index_file(settings).read_bytes()

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os if operation == "replace" else Path, operation, kill)
        # A process that is killed clears nothing away.
        patch.setattr(site, "_forget", lambda *_: None)
        with pytest.raises(Killed):
            write_data_docs(settings)
    assert index_file(settings).read_bytes() == before
    reports = index_file(settings).parents[1]
    left = [
        path
        for path in reports.iterdir()
        if path.name not in ("validation", index_file(settings).resolve().parent.name)
    ]
    assert left
    write_data_docs(settings)
    assert all(path.exists() or path.is_symlink() for path in left), "another run may be at work in them"
    long_ago = time.time() - 2 * site.ABANDONED_SECONDS
    for path in left:
        os.utime(path, (long_ago, long_ago), follow_symlinks=False)
    write_data_docs(settings)
    assert len(list(reports.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_told_in_one_line(settings: Settings) -> None:
    before = settings.published_file.read_bytes()
    (settings.home / "reports").write_text("in the way", encoding="utf-8")
    with pytest.raises(BuildError) as told:
        write_data_docs(settings)
    line = str(told.value)
    assert len(line.splitlines()) == 1
    assert str(settings.home / "reports") in line
    assert "ward-warehouse document" in line
    assert told.value.__suppress_context__
    assert settings.published_file.read_bytes() == before


def test_a_full_disk_leaves_the_old_pages(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    write_data_docs(settings)
    before = index_file(settings).read_bytes()

    def full(path: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(BuildError, match=r"\(No space left on device\); .*the old pages are left as they were"):
            write_data_docs(settings)
    assert index_file(settings).read_bytes() == before
    assert len(list(index_file(settings).parents[1].iterdir())) == 2


def test_what_is_no_warehouse_is_told_in_one_line(settings: Settings) -> None:
    settings.published_file.write_bytes(b"torn" * 5_000)
    with pytest.raises(BuildError, match="run `ward-warehouse publish` to replace it") as told:
        write_data_docs(settings)
    assert len(str(told.value).splitlines()) == 1


def test_a_wrong_suite_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "dossiers.yml").write_text("expectations: 1", encoding="utf-8")
    with pytest.raises(ValidationError, match=r"dossiers\.yml"):
        write_data_docs(settings.model_copy(update={"expectations_dir": tmp_path}))


def test_the_task_says_what_it_did(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(settings.home))
    said = tasks.document()
    assert said == f"documented on {len(list(index_file(settings).parent.resolve().rglob('*.html')))} pages"
