"""The Data Docs: counts of records as the warehouse has them, no value, nothing from another host."""

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import duckdb
import pytest

from tests.support.browser import opened
from tests.support.documented import (
    EXPECTATIONS,
    KINDS,
    NIGHT,
    WARDS,
    Page,
    every_page,
    judged,
    night_page,
    publish,
    rules,
    suite_page,
    write_data_docs,
)
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.validation.data_docs.site import index_file
from ward_warehouse.validation.data_docs.wording import sentences
from ward_warehouse.validation.importing import great_expectations
from ward_warehouse.validation.suites import load_suite

SPOKEN = {
    RecordKind.DOSSIERS: "dossiers",
    RecordKind.SURVEY_RESPONSES: "survey responses",
    RecordKind.WARD_RETURNS: "ward returns",
    RecordKind.PROCEDURES: "procedures",
}


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("docs"))
    publish(settings, [row for record_kind in KINDS for row in judged(record_kind, NIGHT)])
    write_data_docs(settings)
    return settings


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
        said = re.fullmatch(r"([\d,]+) of ([\d,]+)\n([\d.]+) %", cells[3].replace("\N{NO-BREAK SPACE}", " "))
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
        (line,) = [row for row in index.rows if row[:2] == [str(NIGHT), SPOKEN[record_kind]]]
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
            assert meaning.splitlines() == [rule.en, rule.reason]
            assert rule.vi in page.text
            assert rule.reason_vi in page.text
            if "regex" in configuration["kwargs"]:
                assert configuration["kwargs"]["regex"] not in expected, "nobody has to read a regular expression"
                assert rule.column in expected or "form" in expected or "record" in expected or "status" in expected
                continue
            for key in ("column", "column_A", "column_B"):
                assert str(configuration["kwargs"].get(key, "")) in expected, rule.rule
            assert "$" not in expected, rule.rule


def test_the_sentence_of_an_expectation_is_that_of_great_expectations(documented: Settings) -> None:
    page = suite_page(documented, RecordKind.DOSSIERS)
    assert page.row_of("status_present")[2] == "status values must never be null."
    assert page.row_of("resolved_after_received")[2] == (
        "Values in resolved_at must always be greater than or equal to those in received_at."
    )


@pytest.mark.parametrize("record_kind", KINDS)
def test_every_expectation_has_its_sentence_in_vietnamese(record_kind: RecordKind) -> None:
    suite = load_suite(EXPECTATIONS, record_kind)
    great_expectations()
    for rule, said in sentences(suite).items():
        given = [[part.text for part in parts if part.is_given] for parts in (said.vi, said.en)]
        assert said.vi, f"{rule}: no Vietnamese for {[part.text for part in said.en]}"
        assert given[0] == given[1], rule
        assert said.vi != said.en, rule


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
        ("open.html", "Open quarantine"),
        ("rules/dossiers/dossier_code_present.html", "Still open"),
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


def test_who_was_missing_or_late_is_said_by_district_and_what_is_open_by_rule_and_ward(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    publish(settings, list(judged(RecordKind.DOSSIERS, NIGHT)))
    with duckdb.connect(str(settings.published_file)) as db:
        db.execute("CREATE SCHEMA marts")
        db.execute(
            "CREATE TABLE marts.dim_ward AS SELECT unnest(['p07', 'p14', 'p15']) AS ward_key, "
            "unnest(['Phường 7', 'Phường 14', 'Phường 15']) AS ward_name_vi, "
            "unnest(['Ward 7', 'Ward 14', '<b>Ward 15</b>']) AS ward_name_en, 'quan' AS district_code, "
            "'Quận 11' AS district_name_vi, 'District 11' AS district_name_en"
        )
        db.execute(
            "CREATE TABLE marts.reporting_completeness AS SELECT 'dossiers' AS record_kind, $night::DATE AS night, "
            "ward_key, ward_key = 'p07' AS is_reported, ward_key <> 'p15' AS is_covered FROM marts.dim_ward",
            {"night": NIGHT},
        )
        db.execute(
            "CREATE TABLE audit.quarantine AS SELECT 'dossiers' AS record_kind, 'p07' AS ward_key, "
            "unnest(['status_known,channel_known', 'status_known', 'channel_known']) AS rules, "
            "unnest(['open', 'open', 'rejected']) AS state"
        )
    write_data_docs(settings)
    folder = index_file(settings).parent
    index, night = Page(folder / "index.html"), night_page(settings, RecordKind.DOSSIERS)
    said = "District 11: 1 of 3 units, missing: <b>Ward 15</b>, came later: Ward 14"
    assert [row for row in index.rows if said in row]
    assert "thiếu" in night.text
    assert "Phường 15" in night.text
    assert "../../wards/p07.html" in night.links
    assert "b" not in Page(folder / "wards" / "p15.html").tags - {"body"}
    assert ["Ward 7", "2"] in Page(folder / "rules" / "dossiers" / "status_known.html").rows
    assert ["Ward 7", "1"] in Page(folder / "rules" / "dossiers" / "channel_known.html").rows
    ward = Page(folder / "wards" / "p07.html")
    sentence = next(rule.en for rule in rules(RecordKind.DOSSIERS) if rule.rule == "status_known")
    assert [sentence, "dossiers", "2"] in ward.rows
    assert "Still open: 2" in " ".join(ward.text.replace("Còn mở", "").split()), "records, not rules"
    (missing,) = [row for row in Page(folder / "wards" / "p15.html").rows if row[:1] == [str(NIGHT)]]
    assert missing == [str(NIGHT), "dossiers", "missing", "-", "-"]
    (late,) = [row for row in Page(folder / "wards" / "p14.html").rows if row[:1] == [str(NIGHT)]]
    assert late == [str(NIGHT), "dossiers", "came later", "-", "-"], "what came with the next night is not missing"
    assert [row[0] for row in Page(folder / "open.html").rows[1:]] == ["Ward 7", "Ward 7"]


def test_a_share_is_written_as_its_language_writes_it(documented: Settings) -> None:
    page = night_page(documented, RecordKind.DOSSIERS)
    english = re.findall(r">(\d+\.\d\d)\N{NO-BREAK SPACE}%", page.source)
    assert english
    assert re.findall(r">(\d+,\d\d)\N{NO-BREAK SPACE}%", page.source) == [one.replace(".", ",") for one in english]


def test_the_time_of_publishing_is_local(documented: Settings) -> None:
    published = datetime.fromtimestamp(documented.published_file.stat().st_mtime, ZoneInfo("Asia/Ho_Chi_Minh"))
    page = night_page(documented, RecordKind.DOSSIERS)
    assert f"{published:%H:%M ngày %d/%m/%Y}" in page.text
    assert f"{published:%H:%M} on {published.day} {published:%b %Y}" in page.text


def test_who_reads_vietnamese_reads_no_english_word_beside_it(documented: Settings) -> None:
    for file in every_page(documented):
        source = re.sub(r"<style>.*?</style>|<code.*?</code>", "", Page(file).source, flags=re.DOTALL)
        source = re.sub(r'<span class="en" lang="en">.*?</span>', "", source, flags=re.DOTALL)
        words = re.sub(r"<[^>]*>", " ", source)
        found = re.findall(r"\b(?:error|warning|Data Docs|Judged|Wards?|\d{4}-\d\d-\d\d)\b", words)
        assert found == [], file
