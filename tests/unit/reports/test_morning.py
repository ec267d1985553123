"""The morning: what a night is worth, what is missing, what to do, what was refused, and what is held."""

import json
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner
from markupsafe import escape

from tests.conftest import MakeDistrict
from tests.support.district import District
from tests.support.mornings import BUILD_RESULTS, morning_of, publish
from tests.support.records import NIGHT, dossier
from ward_warehouse.cli import main
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import BuildError
from ward_warehouse.decisions.take_back import take_back
from ward_warehouse.night.steps import Night
from ward_warehouse.reports.morning import site
from ward_warehouse.reports.morning.model import as_data
from ward_warehouse.reports.morning.pages import morning_page
from ward_warehouse.reports.morning.site import morning_folder, page_of, write_mornings, write_newest
from ward_warehouse.reports.tasks import tell

NEXT = NIGHT + timedelta(days=1)


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path) -> District:
    return make_district(tmp_path, {"m_sql": "sql", "m_files": "files"})


def send(district: District, night: date = NIGHT, **changes: object) -> None:
    for ward in district.wards.values():
        ward.send([dossier(f"{night}-1", night), dossier(f"{night}-2", night, **changes)], night=night)


def play(district: District, night: date = NIGHT, wards: list[str] | None = None) -> None:
    district.play(night, wards, ["dossiers"])


@pytest.fixture(autouse=True)
def dossiers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One record kind: what is said of several is the same, in less time."""
    monkeypatch.setattr("ward_warehouse.reports.morning.gather.RECORD_KINDS", [RecordKind.DOSSIERS])


def test_a_night_is_complete_when_everything_arrived_and_is_published(district: District) -> None:
    send(district)
    play(district)
    loaded = morning_of(district)
    assert (loaded.standing, loaded.exit_code, loaded.arrived) == ("incomplete", 1, 2)
    assert "does not show this night yet" in loaded.verdict.en
    assert [one.do.en for one in loaded.to_do if not one.units], "somebody has to publish it"
    publish(district)
    published = morning_of(district)
    assert (published.standing, published.exit_code) == ("complete", 0)
    assert published.to_do == ()
    assert published.warehouse.builds[0].passed == 3
    assert published.counts.read == published.counts.accepted == 4


def test_a_ward_that_is_down_is_named_with_what_to_do_until_it_made_up_for_it(district: District) -> None:
    send(district)
    away = district["m_sql"].database.with_suffix(".away")
    district["m_sql"].database.rename(away)
    play(district)
    publish(district)
    down = morning_of(district)
    assert down.standing == "incomplete"
    assert [unit.key for unit in down.missing] == ["m_sql"]
    assert "1 of 2 units arrived. Missing: Ward m_sql." in down.verdict.en
    assert "1 trên 2 đơn vị đã gửi. Thiếu: Phường m_sql." in down.verdict.vi
    (todo,) = down.to_do
    assert todo.units[0].name.vi == "Phường m_sql"
    assert "no database file" in (todo.detail or "")
    away.rename(district["m_sql"].database)
    send(district, NEXT)
    play(district, NEXT)
    publish(district)
    later = morning_of(district)
    assert (later.missing, later.to_do, later.exit_code) == ((), (), 0)
    assert [unit.key for unit in later.late] == ["m_sql"]
    strip = next(strip for strip in morning_of(district, NEXT).strips if strip.unit.key == "m_sql")
    assert strip.marks[-3:] == ("not_run", "late", "loaded")


def test_how_many_nights_a_ward_is_missing_is_counted(district: District) -> None:
    nights = [NIGHT + timedelta(days=days) for days in range(4)]
    send(district)
    play(district)
    district["m_sql"].database.unlink()
    for night in nights[1:]:
        play(district, night)
    found = morning_of(district, nights[3])
    assert "for 3 nights in a row" in found.to_do[0].what.en
    assert "đêm thứ 3 liên tiếp" in found.to_do[0].what.vi
    assert found.strips[0].missing_in_a_row == 3


def test_an_attempt_that_fails_later_does_not_undo_what_was_committed_and_a_taking_back_does(
    district: District,
) -> None:
    send(district)
    play(district)
    away = district["m_sql"].database.with_suffix(".away")
    district["m_sql"].database.rename(away)
    play(district, wards=["m_sql"])
    assert morning_of(district).missing == ()
    run = district.night()
    take_back(run.lake, [RecordKind.DOSSIERS], "m_sql", NIGHT, "officer_1", "the wrong database")
    assert [unit.key for unit in morning_of(district).missing] == ["m_sql"]


def test_what_was_refused_is_told_by_reason_with_its_row_and_what_is_open(district: District) -> None:
    send(district, received_at=None)
    play(district)
    first = morning_of(district)
    assert [(one.unit.key, one.records, one.open) for one in first.refused] == [("m_files", 1, 1), ("m_sql", 1, 1)]
    of_files = first.refused[0]
    assert (of_files.place, of_files.row, of_files.rules) == (f"ho_so_{NIGHT:%Y%m%d}.csv", 3, ("received_at_present",))
    assert of_files.reason.vi == "Hồ sơ không có ngày tiếp nhận."
    assert "--ward m_files" in next(one.command or "" for one in first.to_do if one.units and one.who == "ward")
    publish(district, closed=(f"{NIGHT}-2",))
    assert [one.open for one in morning_of(district).refused] == [0, 0]


def test_what_waits_since_nights_before_is_on_the_newest_page_until_it_came_right(ready: District) -> None:
    send(ready)
    broken = dossier(f"{NIGHT}-2", received_at=None)
    ready["m_files"].send([broken], night=NIGHT)
    play(ready)
    send(ready, NEXT)
    play(ready, NEXT)
    publish(ready)
    found = morning_of(ready, NEXT)
    assert (found.standing, found.open_records, found.waiting_records) == ("complete", 0, 1)
    (todo,) = found.to_do
    assert todo.what.vi == f"1 bản ghi cách ly từ đêm {NIGHT:%d/%m/%Y} còn chờ sửa"
    assert todo.command == "ward-warehouse quarantine export --ward m_files --for-ward"
    page = morning_page(found)
    assert "Không có việc gì cần làm" not in page
    assert '<b class="bad">1</b>' in page
    assert morning_of(ready).waiting == (), "of its own night it is open, not of one before"
    write_newest()
    assert "của các đêm trước" in (morning_folder(ready.settings) / "index.html").read_text("utf-8")
    publish(ready, closed=(f"{NIGHT}-2",))
    assert morning_of(ready, NEXT).to_do == ()


def test_a_batch_that_waits_is_named_with_the_command_that_lets_it_in(district: District) -> None:
    district["m_sql"].send([dossier(str(n), status="99") for n in range(220)])
    district["m_files"].send([dossier("1")])
    play(district)
    found = morning_of(district)
    (held,) = found.held
    assert (held.unit.key, held.night, held.why.vi) == ("m_sql", NIGHT, "Hầu hết bản ghi bị cách ly.")
    assert held.command is not None
    assert f"release --night {NIGHT} --ward m_sql --record-kind dossiers" in held.command
    assert held.command in {one.command for one in found.to_do}
    district.night().release("m_sql", RecordKind.DOSSIERS, NIGHT, "officer_1", "a test")
    assert morning_of(district).held == ()


def test_a_build_that_failed_is_said_and_the_one_before_it_stays(district: District) -> None:
    send(district)
    play(district)
    publish(district)
    with duckdb.connect(str(district.settings.build_file)) as db:
        db.execute(f"CREATE OR REPLACE TABLE raw.build_results {BUILD_RESULTS}")
        db.execute(
            "INSERT INTO raw.build_results VALUES ('b2', now(), 'fct_dossiers', 'test', 'fail', 'Got 4 results')"
        )
    found = morning_of(district)
    assert found.warehouse.failed == "fct_dossiers: Got 4 results"
    assert any("fct_dossiers" in one.what.vi for one in found.to_do)
    assert "Không đạt" in morning_page(found)


def test_many_wards_with_the_same_trouble_are_one_line(make_district: MakeDistrict, tmp_path: Path) -> None:
    district = make_district(tmp_path, {f"many_{n:03}": "files" for n in range(60)})
    for ward in district.wards.values():
        shutil.rmtree(ward.folder)
    play(district)
    found = morning_of(district)
    assert len(found.missing) == 60
    (todo,) = [one for one in found.to_do if one.units]
    assert len(todo.units) == 60
    assert "and 55 more" in found.verdict.en
    assert "60 đơn vị" in " ".join(morning_page(found).replace("<", " <").split()).replace(
        '60 <span class="vi">', "60 "
    )


def test_names_are_data(district: District) -> None:
    registry = district.wards_dir / "mini.yml"
    entries = yaml.safe_load(registry.read_text("utf-8"))
    entries["wards"][0]["name"] = {"vi": "<script>alert(1)</script>\x1b[31m", "en": "<b>Ward</b>"}
    registry.write_text(yaml.safe_dump(entries, allow_unicode=True), "utf-8")
    send(district)
    district["m_sql"].database.unlink()
    play(district)
    page = morning_page(morning_of(district))
    assert "<script" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_is_vietnamese_but_for_what_is_marked_as_english(district: District) -> None:
    """What a step said itself is English: it stands in a span that says so, beside a sentence in both languages."""
    send(district)
    district["m_sql"].database.unlink()
    district["m_files"].folder.joinpath("extra.csv").write_text("so_ho_so", "utf-8")
    play(district)
    found = morning_of(district)
    page = morning_page(found)
    english = [todo.detail for todo in found.to_do if todo.detail] + [note.text for note in found.notes]
    english += [found.warehouse.behind] if found.warehouse.behind else []
    assert english
    read = re.sub(r'<span (?:class="en" )?lang="en">.*?</span>', "", page, flags=re.DOTALL)
    for line in english:
        assert escape(line) in page
        assert escape(line) not in read, line
    for todo in found.to_do:
        assert escape(todo.what.vi) in read
        assert escape(todo.do.vi) in read


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    return district


def asked(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["morning", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_night_that_never_started_is_not_run(ready: District) -> None:
    send(ready)
    play(ready)
    code, said = asked("--night", str(NEXT))
    assert code == 2
    assert "This night was not run" in said
    assert "Đêm này chưa chạy" in page_of(ready.settings, "mini", NEXT).read_text("utf-8")


def test_without_a_night_the_newest_that_should_have_run_is_meant_and_the_newest_that_ran_is_shown(
    ready: District,
) -> None:
    send(ready)
    play(ready)
    code, said = asked()
    assert code == 2, "the registry's wards were in force to the end of 2024"
    assert f"night {NIGHT}" in said
    assert "night 2024-12-31: Not run" in said


def test_the_exit_code_says_it_and_json_has_all_of_it(ready: District) -> None:
    send(ready)
    play(ready)
    assert asked("--night", str(NIGHT))[0] == 1
    publish(ready)
    code, said = asked("--night", str(NIGHT), "--json")
    assert code == 0
    (found,) = json.loads(said)
    assert (found["standing"], found["exit_code"], found["district"]) == ("complete", 0, "mini")
    assert found["verdict"]["vi"].startswith("2 trên 2 đơn vị đã gửi.")
    told_at = found.pop("told_at")
    assert datetime.fromisoformat(told_at).tzinfo is not None
    again = as_data(morning_of(ready))
    again.pop("told_at")
    assert json.loads(json.dumps(again)) == found


def test_a_district_or_night_that_is_not_there_is_refused_with_those_that_are(ready: District) -> None:
    assert "expected one of mini" in asked("--district", "minor")[1]
    assert "no ward of any district was in force" in asked("--night", "2031-01-01")[1]


def test_of_two_districts_each_has_its_page_and_the_worst_counts(ready: District) -> None:
    other = yaml.safe_load((ready.wards_dir / "mini.yml").read_text("utf-8"))
    other["district"], other["wards"] = (
        "minor",
        [{**other["wards"][0], "ward": "minor_sql", "code": "9", "aliases": ["H29.minor"]}],
    )
    (ready.wards_dir / "minor.yml").write_text(yaml.safe_dump(other, allow_unicode=True), "utf-8")
    send(ready)
    play(ready, wards=["m_sql", "m_files"])
    publish(ready)
    assert asked("--night", str(NIGHT))[0] == 2
    assert asked("--night", str(NIGHT), "--district", "mini")[0] == 0
    index = (morning_folder(ready.settings) / "index.html").read_text("utf-8")
    assert f'href="mini/{NIGHT}.html"' in index
    assert f'href="minor/{NIGHT}.html"' in index


def test_a_wrong_entry_of_the_registry_leaves_no_night_complete(ready: District) -> None:
    send(ready)
    play(ready)
    publish(ready)
    registry = ready.wards_dir / "mini.yml"
    registry.write_text(registry.read_text("utf-8") + '- {ward: m_new, code: "9", nam: x}\n', "utf-8")
    found = morning_of(ready)
    assert (found.standing, found.missing) == ("incomplete", ())
    (todo,) = found.to_do
    assert "mini.yml:" in (todo.detail or "")
    assert todo.command == "ward-warehouse wards check"


def test_pages_lead_to_the_nights_around_them(ready: District) -> None:
    for night in (NIGHT, NEXT):
        send(ready, night)
        play(ready, night)
        write_newest()
    run = ready.night()
    ((_, page),) = write_mornings(run.settings, run.lake, run.registry, NIGHT)
    assert f'href="{NEXT}.html"' in page.read_text("utf-8")
    assert f'href="{NIGHT}.html"' in page_of(run.settings, "mini", NEXT).read_text("utf-8")
    assert sorted(path.name for path in page.parent.iterdir()) == sorted(
        f"{night}.{ending}" for night in (NIGHT, NEXT) for ending in ("html", "json")
    )


def test_what_came_right_since_is_said_on_the_page_of_the_night_before(ready: District) -> None:
    send(ready)
    away = ready["m_sql"].database.with_suffix(".away")
    ready["m_sql"].database.rename(away)
    play(ready)
    write_newest()
    assert "Thiếu: Phường m_sql." in page_of(ready.settings, "mini", NIGHT).read_text("utf-8")
    away.rename(ready["m_sql"].database)
    send(ready, NEXT)
    play(ready, NEXT)
    write_newest()
    assert "Đến muộn, đã lấy bù đêm sau: Phường m_sql." in page_of(ready.settings, "mini", NIGHT).read_text("utf-8")


def test_a_night_whose_build_is_still_to_come_has_its_page_after_it(
    ready: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(ready)
    play(ready)
    page = page_of(ready.settings, "mini", NIGHT)
    tell(ready.resolve, before_build=True)
    assert not page.exists()
    tell(ready.resolve)
    assert page.exists()
    page.unlink()
    monkeypatch.setattr(Night, "what_is_not_published", lambda *_, **__: None)
    tell(ready.resolve, before_build=True)
    assert page.exists(), "nothing is to be built that would write it"


def test_pages_that_cannot_be_written_cost_the_run_nothing(ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    send(ready)
    play(ready)
    morning_folder(ready.settings).parent.mkdir(parents=True)
    morning_folder(ready.settings).write_text("in the way", "utf-8")
    assert "cannot be written" in write_newest()
    with pytest.raises(BuildError, match="check space and rights"):
        site.write_pages(ready.settings, [morning_of(ready)])
    assert asked("--night", str(NIGHT))[0] == 1, "the terminal says it all the same"


def test_the_page_holds_the_clock_of_its_district(district: District) -> None:
    send(district)
    play(district)
    found = morning_of(district, now=datetime(2024, 3, 7, 23, 10, tzinfo=UTC))
    assert "06:10 ngày 08/03/2024" in morning_page(found)
