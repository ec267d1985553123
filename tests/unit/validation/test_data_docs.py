"""The Data Docs: counts of records as the warehouse has them, no value, nothing from another host, old or new."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

from tests.support.browser import opened
from tests.support.district import ROOT
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import BuildError, ValidationError
from ward_warehouse.core.settings import Settings
from ward_warehouse.night import tasks
from ward_warehouse.validation.data_docs import site
from ward_warehouse.validation.data_docs.site import index_file
from ward_warehouse.validation.judging import Rule, load_suite
from ward_warehouse.warehouse.published import open_published

NIGHT = date(2018, 12, 27)
WARDS = {"p07": 41, "p14": 1_250}
EXPECTATIONS = ROOT / "expectations"
KINDS = [record_kind for record_kind in RecordKind if (EXPECTATIONS / f"{record_kind}.yml").is_file()]
Row = tuple[str, date, str, str, int, int]


def rules(record_kind: RecordKind) -> tuple[Rule, ...]:
    return load_suite(EXPECTATIONS, record_kind).rules


def judged(record_kind: RecordKind, night: date) -> Iterator[Row]:
    """A night in which the wards broke every third and every fifth rule, each rule another number of times."""
    for number, rule in enumerate(rules(record_kind)):
        for step, (ward, count) in zip((3, 5), WARDS.items(), strict=True):
            yield str(record_kind), night, rule.rule, ward, count, number + 1 if number % step == 0 else 0


def publish(settings: Settings, rows: list[Row]) -> None:
    settings.published_file.parent.mkdir(parents=True, exist_ok=True)
    settings.published_file.unlink(missing_ok=True)
    with duckdb.connect(str(settings.published_file)) as db:
        db.execute("CREATE SCHEMA audit")
        db.execute(
            "CREATE TABLE audit.validation_results (record_kind VARCHAR, night DATE, rule VARCHAR, ward_key VARCHAR, "
            "rows_judged BIGINT, rows_broken BIGINT)"
        )
        if rows:
            db.executemany("INSERT INTO audit.validation_results VALUES (?, ?, ?, ?, ?, ?)", rows)


def write_data_docs(settings: Settings) -> int:
    """As a night does it, without a registry."""
    file = settings.published_file
    with open_published(file) as db:
        return site.write_data_docs(settings, db, datetime.fromtimestamp(file.stat().st_mtime, UTC))


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("docs"))
    publish(settings, [row for record_kind in KINDS for row in judged(record_kind, NIGHT)])
    write_data_docs(settings)
    return settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Few rows of one record kind: what is written is the same, in less time."""
    made = Settings(home=tmp_path / "home")
    publish(made, list(judged(RecordKind.DOSSIERS, NIGHT))[:4])
    return made


class Page(HTMLParser):
    """The rows of a page's tables, cell by cell, its links, ids, tags, and its whole text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.text = ""
        self.in_cell = False
        self.source = file.read_text(encoding="utf-8")
        with closing(self):
            self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src", "action", "data"):
                self.links.append(value or "")
            elif name == "id":
                self.ids.add(value or "")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True
        elif tag == "br" and self.in_cell:
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.rows[-1][-1] = "\n".join(line.strip() for line in self.rows[-1][-1].strip().splitlines())
            self.in_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.in_cell:
            # A new line in the source is a space on the page.
            self.rows[-1][-1] += re.sub(r"\s+", " ", data)

    def row_of(self, rule: str) -> list[str]:
        """The cells of a rule: its name, meaning and expectation, and on a night's page what it found."""
        (found,) = [row for row in self.rows if len(row) >= 3 and rule in row[0].split()]
        return found


def night_page(settings: Settings, record_kind: RecordKind, night: date = NIGHT) -> Page:
    return Page(index_file(settings).parent / f"validations/{record_kind}/{night}.html")


def suite_page(settings: Settings, record_kind: RecordKind) -> Page:
    return Page(index_file(settings).parent / f"expectations/{record_kind}.html")


def every_page(settings: Settings) -> list[Path]:
    found = sorted(index_file(settings).parent.resolve().rglob("*.html"))
    assert len(found) == 2 * len(KINDS) + 1
    return found


@pytest.mark.parametrize("record_kind", KINDS)
def test_the_counts_are_those_of_the_warehouse(documented: Settings, record_kind: RecordKind) -> None:
    page = night_page(documented, record_kind)
    with duckdb.connect(str(documented.published_file), read_only=True) as db:
        found = db.execute(
            "SELECT rule, sum(rows_judged)::BIGINT, sum(rows_broken)::BIGINT, "
            "list(ward_key || ': ' || rows_broken || ' of ' || rows_judged ORDER BY rows_broken DESC, ward_key) "
            "FILTER (WHERE rows_broken > 0) FROM audit.validation_results WHERE record_kind = ? GROUP BY rule",
            [str(record_kind)],
        ).fetchall()
    assert len(found) == len(rules(record_kind))
    for rule, all_judged, broken, wards in found:
        cells = page.row_of(rule)
        if not broken:
            assert [cell.replace(",", "") for cell in cells[3:]] == [str(all_judged)], rule
            continue
        said = re.fullmatch(r"([\d,]+) of ([\d,]+)\n([\d.]+) %", cells[3])
        assert said, rule
        assert [int(number.replace(",", "")) for number in said.groups()[:2]] == [broken, all_judged], rule
        assert float(said[3]) == pytest.approx(100 * broken / all_judged, abs=0.005)
        assert cells[4].replace(",", "").splitlines() == wards, rule


def test_the_index_counts_each_night(documented: Settings) -> None:
    index = Page(index_file(documented))
    for record_kind in KINDS:
        rows = list(judged(record_kind, NIGHT))
        severity = {rule.rule: rule.severity for rule in rules(record_kind)}
        by_severity = [sum(row[5] for row in rows if severity[row[2]] == one) for one in ("error", "warning")]
        broken = len({row[2] for row in rows if row[5]})
        (line,) = [row for row in index.rows if row[:2] == [str(NIGHT), str(record_kind)]]
        numbers = [int(cell.replace(",", "")) for cell in line[2:]]
        assert numbers == [len(WARDS), sum(WARDS.values()), broken, *by_severity]


def test_each_ward_has_its_line(documented: Settings) -> None:
    page = night_page(documented, RecordKind.DOSSIERS)
    rows = list(judged(RecordKind.DOSSIERS, NIGHT))
    for ward, count in WARDS.items():
        broken = [row[5] for row in rows if row[3] == ward and row[5]]
        (line,) = [row for row in page.rows if row[:1] == [ward]]
        assert [int(cell.replace(",", "")) for cell in line[1:]] == [count, len(broken), sum(broken)]


@pytest.mark.parametrize("record_kind", KINDS)
def test_each_rule_shows_severity_sentences_reason_and_what_it_expects(
    documented: Settings, record_kind: RecordKind
) -> None:
    suite, night = suite_page(documented, record_kind), night_page(documented, record_kind)
    for rule, configuration in zip(
        rules(record_kind), load_suite(EXPECTATIONS, record_kind).configurations, strict=True
    ):
        for page in (suite, night):
            which, meaning, expected = page.row_of(rule.rule)[:3]
            assert which.split() == [rule.rule, rule.column, rule.severity]
            assert meaning.splitlines() == [rule.vi, rule.en, rule.reason]
            for key in ("column", "column_A", "column_B", "regex"):
                assert str(configuration["kwargs"].get(key, "")) in expected, rule.rule
            assert "$" not in expected.replace(str(configuration["kwargs"].get("regex", "")), ""), rule.rule


def test_the_sentence_of_an_expectation_is_that_of_great_expectations(documented: Settings) -> None:
    page = suite_page(documented, RecordKind.DOSSIERS)
    assert page.row_of("status_present")[2] == "status values must never be null."
    assert page.row_of("resolved_after_received")[2] == (
        "Values in resolved_at must always be greater than or equal to those in received_at."
    )


def test_every_rule_could_be_worded(documented: Settings) -> None:
    """Great Expectations writes what it could not word into the sentence and goes on."""
    for file in every_page(documented):
        assert not re.search("(?i)rendering failed|unexpected exception|traceback", Page(file).text), file


def test_broken_rules_come_first_the_most_broken_before_the_others(documented: Settings) -> None:
    page = night_page(documented, RecordKind.DOSSIERS)
    counts = [int(row[3].split()[0].replace(",", "")) for row in page.rows if len(row) == 5 and " of " in row[3]]
    assert len(counts) > 5
    assert counts == sorted(counts, reverse=True)


def test_a_text_of_a_suite_is_text(tmp_path: Path) -> None:
    suite = (EXPECTATIONS / "dossiers.yml").read_text(encoding="utf-8")
    folder = tmp_path / "expectations"
    folder.mkdir()
    sentence = rules(RecordKind.DOSSIERS)[0].en
    (folder / "dossiers.yml").write_text(suite.replace(sentence, "<script>alert(1)</script> a < b & $c"), "utf-8")
    settings = Settings(home=tmp_path / "home", expectations_dir=folder)
    publish(settings, list(judged(RecordKind.DOSSIERS, NIGHT))[:2])
    write_data_docs(settings)
    for page in (suite_page(settings, RecordKind.DOSSIERS), night_page(settings, RecordKind.DOSSIERS)):
        assert "script" not in page.tags
        assert "<script>alert(1)</script> a < b & $c" in page.text


def test_every_link_leads_to_a_page_of_the_site(documented: Settings) -> None:
    for file in every_page(documented):
        page = Page(file)
        for link in page.links:
            parts = urlsplit(link)
            assert not parts.scheme, (file, link)
            assert not parts.netloc, (file, link)
            target = (file.parent / parts.path).resolve() if parts.path else file
            assert target.is_file(), (file, link)
            if parts.fragment:
                assert parts.fragment in Page(target).ids, (file, link)
        assert "script" not in page.tags
        assert not re.search(r"(?i)url\(|@import|https?:", page.source), file


def test_all_pages_can_be_reached_from_the_index(documented: Settings) -> None:
    seen: set[Path] = set()
    waiting = [index_file(documented).resolve()]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += [(file.parent / urlsplit(link).path).resolve() for link in Page(file).links if link[:1] != "#"]
    assert sorted(seen) == every_page(documented)


def test_a_browser_asks_no_other_host(documented: Settings, tmp_path: Path) -> None:
    folder = index_file(documented).parent
    for name, shown in (
        ("index.html", "Validation results"),
        ("expectations/dossiers.html", "Hồ sơ không có mã hồ sơ."),
        (f"validations/dossiers/{NIGHT}.html", "Broken rules"),
    ):
        seen = opened(folder / name, tmp_path)
        assert shown in seen.document
        assert seen.asked == [], name


def test_the_browser_tells_of_other_hosts(documented: Settings, tmp_path: Path) -> None:
    """The test above can fail."""
    source = index_file(documented).read_text(encoding="utf-8")
    foreign = "https://scripts.example/one.js"
    page = tmp_path / "spoilt.html"
    open_to_all = re.sub("<meta http-equiv[^>]*>", "", source)
    page.write_text(open_to_all.replace("</head>", f"<script src='{foreign}'></script></head>"), encoding="utf-8")
    assert opened(page, tmp_path).asked == [foreign]
    # And what a page says about itself keeps such a script out.
    page.write_text(source.replace("</head>", f"<script src='{foreign}'></script></head>"), encoding="utf-8")
    assert opened(page, tmp_path).asked == []


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
    assert write_data_docs(settings) == len(KINDS) + 1


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
    assert tasks.document() == f"documented on {len(KINDS) + 2} pages"
