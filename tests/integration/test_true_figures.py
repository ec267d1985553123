"""A district through both mergers of 2025 by the national codes, and wards whose software lacks a column each.

The mergers' figures are compared with a table worked out by hand. The wards without a column hold the same records as a
ward that has them all: each indicator either says of them the same, or that it is not recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.support.adding_up import ADDS_UP, years_that_differ
from tests.support.district import ROOT, District, write_table
from tests.support.lacking import ALL, COLUMNS, NO_SCORES, OTHER_SCORES, RECORDS, SCORES, WITHOUT, system
from tests.support.records import Record, at, dossier, survey
from tests.support.scorecards import scores, with_second_version
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Indicator
from ward_warehouse.warehouse.indicator_sql import standalone_sql

LAST_NIGHT = date(2025, 9, 30)
CATALOGUE = read_indicators(ROOT / "dbt_project" / "indicators")

WARDS = {  # Quận 11: the wards' codes, and when the registry has them in force
    "q11_p11": ("27217", date(2024, 1, 1), date(2024, 12, 31)),
    "q11_p13": ("27226", date(2024, 1, 1), date(2024, 12, 31)),
    "q11_p12": ("27235", date(2024, 1, 1), date(2024, 12, 31)),
    "q11_p11_new": ("27226", date(2025, 1, 1), date(2025, 6, 30)),
    "q11_p8": ("27229", date(2024, 1, 1), date(2025, 6, 30)),
    "q11_phu_tho": ("27226", date(2025, 7, 1), None),
    "q11_binh_thoi": ("27232", date(2025, 7, 1), None),
}
P11, P13, P12, P11_NEW, P8, PHU_THO, BINH_THOI = WARDS


def record(code: str, received: date, ended: date | None = None, **changes: Any) -> Record:
    end = {"resolved_at": ended and at(ended, 9), "returned_at": ended and at(ended, 10)}
    status = "returned" if ended else "in_process"
    dates = {"received_at": at(received, 8, 30), "due_at": at(date(2025, 12, 31), 17), **end}
    return dossier(code, **{"dossier_code": code, "status": status, **dates, **changes})


def vote(code: str, day: date) -> Record:
    return survey(code, dossier_code=None, answered_at=at(day, 9))


SHOWN: dict[str, tuple[list[Record], list[Record]]] = {  # the dossiers and the votes that each ward's system holds
    P11: (
        [
            record("handed-on", date(2024, 12, 20)),
            record("stopped-to-hand-on", date(2024, 12, 9), status="stopped", stopped_at=at(date(2024, 12, 27), 16)),
            record("nobody-took-over", date(2024, 12, 23)),
        ],
        [vote("v1", date(2024, 12, 30))],
    ),
    P13: ([record("nobody-took-over-too", date(2024, 12, 24))], []),
    P12: ([record("into-p8", date(2024, 12, 16))], []),
    P11_NEW: (
        [
            record("handed-on", date(2024, 12, 20), date(2025, 2, 4)),
            record("stopped-to-hand-on", date(2025, 1, 3), date(2025, 3, 6)),
            # Its system has the history of the wards before it: received before it was in force, no record of theirs.
            record("of-before", date(2024, 12, 3)),
            record("own", date(2025, 4, 8)),
        ],
        [vote("v1", date(2024, 12, 30)), vote("v2", date(2025, 1, 7))],
    ),
    P8: (
        [
            record("into-p8", date(2024, 12, 16), date(2025, 1, 8)),
            record("split", date(2025, 5, 5)),
        ],
        [vote("v3", date(2025, 6, 30))],
    ),
    PHU_THO: (
        [
            record("own", date(2025, 4, 8), date(2025, 8, 5)),
            record("of-before", date(2024, 12, 3)),
            record("split", date(2025, 5, 5), date(2025, 7, 10)),
        ],
        [vote("v4", date(2025, 7, 1)), vote("v3", date(2025, 6, 30))],
    ),
    BINH_THOI: ([record("split", date(2025, 5, 5))], []),
}

MONTHS = [date(2024, 12, 1), *(date(2025, month, 1) for month in range(1, 10))]
BY_HAND = {  # of the district, in December 2024 and January to September 2025
    # What P11_NEW shows from before it was in force was received nowhere; it is in stock since the ward is.
    "dossiers_received": (5, 0, 0, 0, 1, 1, 0, 0, 0, 0),
    "dossiers_resolved": (0, 1, 1, 1, 0, 0, 0, 1, 1, 0),
    "dossiers_open": (5, 5, 4, 3, 4, 5, 5, 4, 3, 3),
    "carried_over": (0, 6, 5, 4, 3, 4, 5, 5, 4, 3),
    "survey_volume": (1, 1, 0, 0, 0, 0, 1, 1, 0, 0),
}
OF_2025 = {"dossiers_received": 2, "dossiers_resolved": 5, "dossiers_open": 3, "carried_over": 6, "survey_volume": 3}


@pytest.fixture(scope="module")
def built(make_district: Callable[..., District], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The state folder after the last nights of the former wards and a night of the later ones."""
    wards = [*WARDS, ALL, *WITHOUT]
    district = make_district(tmp_path_factory.mktemp("true_figures"), dict.fromkeys(wards, "sql"))
    register(district)
    for ward, (dossiers, votes) in SHOWN.items():
        changed = {"source_changed_at": at(min(WARDS[ward][2] or LAST_NIGHT, LAST_NIGHT), 17)}
        district[ward].send([{**shown, **changed} for shown in dossiers], [{**shown, **changed} for shown in votes])
    for number, ward in enumerate((ALL, *WITHOUT), start=1):
        for kind, rows in RECORDS.items():
            if kind == "procedures":  # one is one ward's: each has codes of its own
                rows = [{**row, "procedure_code": f"9.{number:03d}{row['online_level']}"} for row in rows]
            write_table(district[ward].database, kind, COLUMNS[kind], rows)
    for night in (date(2024, 12, 31), date(2025, 6, 30)):
        district.play(night, [ward for ward, (_, _, to) in WARDS.items() if to == night])
    district.play(date(2024, 6, 28), [ALL, *WITHOUT])
    district.play(LAST_NIGHT, [PHU_THO, BINH_THOI])
    run = district.night()
    run.build()
    run.publish()
    return district.settings


@pytest.fixture(scope="module")
def published(built: Settings) -> Path:
    return built.published_file


def register(district: District) -> None:
    """The wards of the mergers in one district, those without a column in another."""
    district.systems_dir = district.folder / "system_files"
    district.systems_dir.mkdir()
    (district.systems_dir / "igate.yml").write_bytes((ROOT / "dags" / "systems" / "igate.yml").read_bytes())
    file = district.wards_dir / "mini.yml"
    registry = yaml.safe_load(file.read_text("utf-8"))
    entries = {entry["ward"]: entry for entry in registry["wards"]}
    for ward, (code, first, last) in WARDS.items():
        entries[ward] |= {"code": code, "in_force": {"from": first} | ({"to": last} if last else {})}
    for ward in (ALL, *WITHOUT):
        entries[ward] |= {"system": ward, "in_force": {"from": date(2024, 1, 1), "to": date(2024, 6, 30)}}
        described = yaml.safe_dump(system(WITHOUT.get(ward, {}), ward), allow_unicode=True)
        (district.systems_dir / f"{ward}.yml").write_text(described, encoding="utf-8")
    others = {"district": "cot", "name": {"vi": "Quận thiếu cột", "en": "District without columns"}}
    files = {"mini": (registry, list(WARDS)), "cot": (others, [ALL, *WITHOUT])}
    for name, (head, wards) in files.items():
        text = yaml.safe_dump({**head, "wards": [entries[ward] for ward in wards]}, allow_unicode=True, sort_keys=False)
        (district.wards_dir / f"{name}.yml").write_text(text, encoding="utf-8")


def query(published: Path, statement: str, values: dict[str, Any] | None = None) -> list[Any]:
    with duckdb.connect(str(published), read_only=True) as db:
        return db.execute(statement, values or {}).fetchall()


def of_district(published: Path, indicator: str, grain: str, start: date, end: date | None = None) -> int:
    found = query(
        published,
        "SELECT numerator FROM marts.reform_indicators WHERE district_code = 'mini' AND ward_key IS NULL "
        "AND indicator_code = $code AND period_grain = $grain AND period_start = $start "
        "AND period_end = coalesce($end, period_end)",
        {"code": indicator, "grain": grain, "start": start, "end": end},
    )
    assert len(found) == 1
    return int(found[0][0])


@pytest.mark.parametrize("indicator", BY_HAND)
def test_each_dossier_and_answer_counts_once_through_both_mergers(published: Path, indicator: str) -> None:
    assert tuple(of_district(published, indicator, "month", month) for month in MONTHS) == BY_HAND[indicator]
    assert of_district(published, indicator, "year", date(2025, 1, 1)) == OF_2025[indicator]


def test_one_day_has_one_stock_whatever_the_grain(published: Path) -> None:
    rows = query(
        published,
        "SELECT i.indicator_code, least(i.period_end, d.as_of) AS day, count(DISTINCT i.numerator) "
        "FROM marts.reform_indicators AS i CROSS JOIN (SELECT $as_of::DATE AS as_of) AS d "
        "JOIN marts.dim_indicator AS k USING (indicator_code, indicator_version) "
        "WHERE i.district_code = 'mini' AND i.ward_key IS NULL AND k.indicator_kind = 'stock' "
        "AND i.indicator_code <> 'carried_over' GROUP BY ALL HAVING count(DISTINCT i.numerator) > 1",
        {"as_of": LAST_NIGHT},
    )
    assert rows == []


def test_what_nobody_took_over_stays_with_the_ward_that_had_it(published: Path) -> None:
    rows = query(
        published,
        "SELECT ward_key, numerator, wards_reporting, wards_expected FROM marts.reform_indicators "
        "WHERE indicator_code = 'dossiers_open' AND period_grain = 'month' AND period_start = '2025-09-01' "
        "AND district_code = 'mini' AND ward_key IN ('q11_p11', 'q11_p13', 'q11_p12') ORDER BY 1",
    )
    assert rows == [(P11, 1, 0, 0), (P13, 1, 0, 0)]
    opened = query(
        published,
        "SELECT dossier_code FROM marts.indicator_evidence WHERE indicator_code = 'dossiers_open' "
        "AND ward_key = 'q11_p11' AND period_grain = 'month' AND period_start = '2025-09-01' AND in_numerator",
    )
    assert opened == [("nobody-took-over",)]


@pytest.mark.parametrize("code", sorted({code for code, _ in ADDS_UP}))
def test_the_months_of_a_year_add_up_to_the_year(published: Path, code: str) -> None:
    assert years_that_differ(published, code) == []


def figures(published: Path, ward: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Each indicator of May and of the year, with the note of one that has no value."""
    rows = query(
        published,
        "SELECT indicator_code, period_grain, numerator, denominator, value, value_note FROM marts.reform_indicators "
        "WHERE ward_key = $ward AND period_start IN ('2024-05-01', '2024-01-01') AND period_grain IN ('month', 'year') "
        "AND indicator_code <> 'unmapped_codes'",
        {"ward": ward},
    )
    return {tuple(row[:2]): tuple(row[2:]) for row in rows if row[0] not in OF_THE_NIGHTS}


OF_THE_NIGHTS = {one.code for theme, one in CATALOGUE.definitions() if theme.theme == "reporting"}
DEADLINE = {
    "dossiers_overdue", "resolved_early", "resolved_on_time", "resolved_late", "on_time_of_resolved",
    "on_time_of_received", "on_time_of_due", "on_time_decision_766", "apology_coverage", "overdue_1_to_3_days",
    "overdue_4_to_7_days", "overdue_8_days_or_more", "early_return_rate", "median_days_early",
    "on_time_by_current_promise", "explanation_coverage", "late_outside_share", "satisfaction_of_early",
    "satisfaction_of_on_time", "satisfaction_of_late", "early_return_called_rate", "median_days_early_when_called",
}  # fmt: skip
ENDS = {
    "dossiers_resolved", "dossiers_open", "carried_over", "clearance_rate", "backlog_ratio", "mean_working_days",
    "median_working_days", "same_day_share", "month_end_bunching", "saturday_dossiers", "saturday_share",
    "repromise_rate", "repromise_kept", "supplement_rate", "repeated_supplement_rate", "rejection_rate",
    "first_time_right", "officer_load_top_share", "officers_at_work", "online_payment_rate", "electronic_result_rate",
    "results_not_collected", "mean_net_working_days",
}  # fmt: skip
RETURNS_WITH_A_BASE = {
    one.code for _, one in CATALOGUE.definitions()
    if any(part.record_kind == "ward_returns" for _, part in one.parts) and one.kind == "ratio"
}  # fmt: skip
NOT_RECORDED = {
    "channel": {"online_filing_rate", "online_filing_rate_full", "online_filing_rate_level_3_4",
                "in_person_filing_rate", "postal_filing_rate"},
    "due_at": DEADLINE,
    "notified_at": {"early_return_called_rate", "median_days_early_when_called"},
    "domain": {"education_satisfaction", "health_satisfaction"},
    "repromised_due_at": {"on_time_by_current_promise", "repromise_rate", "repromise_kept", "first_time_right"},
    "resolved_at": {"results_not_collected"},
    "returned_at": {"results_not_collected", "response_rate"},
    "stopped_at": ENDS | DEADLINE,
    "supplement_requested_at": {"on_time_decision_766", "mean_net_working_days"},
    "supplement_received_at": {"on_time_decision_766", "mean_net_working_days"},
    "supplement_count": {"on_time_decision_766", "repeated_supplement_rate"},
    "apology_at": {"apology_coverage", "explanation_coverage"},
    "explanation_at": {"explanation_coverage"},
    "receiving_unit": {"late_outside_share"},
    "resolving_unit": {"late_outside_share"},
    "paid_online": {"online_payment_rate"},
    "result_electronic": {"electronic_result_rate"},
    "digitised": {"digitisation_rate"},
    "reused": {"reuse_rate"},
    "vneid": {"vneid_rate"},
    "shared_for_reuse": {"shared_for_reuse_rate"},
    "dossiers.population_data": {"population_data_rate"},
    "procedures.population_data": {"procedures_population_data"},
    "announcement_due": {"procedures_announced_on_time"},
    "announced_on": {"procedures_announced_on_time"},
    "update_due": {"procedures_updated_on_time"},
    "updated_on": {"procedures_updated_on_time"},
    "content_complete": {"procedures_content_complete"},
    "has_fee": {"procedures_payment_connected"},
    "payment_connected": {"procedures_payment_connected"},
    "dossiers.officer_key": {"officer_load_top_share", "officers_at_work"},
    "survey_responses.dossier_code": {"satisfaction_of_early", "satisfaction_of_on_time", "satisfaction_of_late",
                                      "votes_before_return_share", "orphan_vote_share"},
    "device_code": {"devices_with_a_vote", "units_with_a_live_device", "burst_share"},
    "rating_access": {"access_satisfaction"},
    "rating_procedure": {"procedure_satisfaction"},
    "rating_staff": {"staff_satisfaction"},
    "rating_result": {"result_satisfaction"},
    "rating_feedback": {"feedback_satisfaction"},
    "reasons": {"dissatisfaction_reason_share"},
    "ward_returns.denominator": (RETURNS_WITH_A_BASE - {"votes_per_baseline_slip"})
    | {"contradicting_bases", "briefing_items_open"},
    "online_level": {"procedures_level_1_2", "procedures_level_2", "procedures_level_3", "procedures_level_4",
                     "procedures_partly_online", "procedures_fully_online"},
    "published_web": {"procedures_published", "procedures_content_complete"},
    "published_counter": {"procedures_published"},
    "iso_process": {"procedures_iso"},
    "one_stop": {"procedures_one_stop"},
}  # fmt: skip
"""By hand: a column, and the indicators that cannot be known without it."""
OTHERWISE = {  # columns of which another stands in by rule, and the figures that are then others
    "resolved_at": ENDS | DEADLINE | {"votes_before_return_share"},
    "numerator": {"petitions_on_time", "devices_installed", "training_turns_at_least", "camera_coverage",
                  "contradicting_bases"},
    "returned_at": {"votes_before_return_share"},
}  # fmt: skip


def named(kind: str, column: str, table: dict[str, Any], nothing: Any) -> Any:
    return table.get(f"{kind}.{column}", table.get(column, nothing))


@pytest.mark.parametrize("ward", WITHOUT)
def test_what_a_ward_does_not_record_is_neither_none_nor_all(published: Path, ward: str) -> None:
    complete, found = figures(published, ALL), figures(published, ward)
    assert complete.keys() == found.keys()
    unknown = {code for kind, column in WITHOUT[ward].items() for code in named(kind, column, NOT_RECORDED, set())}
    by_rule = {code for kind, column in WITHOUT[ward].items() for code in named(kind, column, OTHERWISE, set())}
    silent = {code for (code, _), (*parts, note) in found.items() if note == "not_recorded" and parts == [None] * 3}
    assert silent == unknown & {code for code, _ in found}
    others = {code for (code, grain), figure in found.items() if figure != complete[code, grain]}
    assert others <= silent | by_rule


@pytest.mark.parametrize("ward", [ALL, *WITHOUT])
def test_decision_766_takes_what_is_recorded_then_what_is_returned_and_nothing_else(published: Path, ward: str) -> None:
    lacking = list(WITHOUT.get(ward, {}).items())
    others = {code: one for kind, name in lacking for code, one in named(kind, name, OTHER_SCORES, {}).items()}
    unknown = {code for kind, name in lacking for code in named(kind, name, NO_SCORES, set())}
    expected = {**SCORES, **others, **dict.fromkeys(unknown, (None,) * 4)}
    found = scores(published, ward, date(2024, 5, 1))
    assert {code: found[code] for code in expected} == expected


def test_a_district_of_decision_766_adds_up_what_each_of_its_wards_has(published: Path) -> None:
    found = [scores(published, unit, date(2024, 5, 1))["shared_for_reuse"] for unit in (ALL, *WITHOUT, "cot")]
    assert set(found[:-1]) == {(1, 9, 0.44, 0.44), (9, 12, 3.0, 3.0)}
    quantity, base = (sum(figures[place] for figures in found[:-1]) for place in (0, 1))
    points = round(4 * quantity / base, 2)
    assert found[-1] == (quantity, base, points, points)


@pytest.mark.parametrize(
    ("day", "unit", "by_hand"),
    [
        (date(2024, 6, 1), ALL, {
            ("month", date(2024, 5, 1), "4.3"): (1, 0.28, 0.28, 2),  # 1 of 9, full marks from 80 %
            ("quarter", date(2024, 4, 1), "4.3"): (2, 0.44, 0.44, 2),  # the same records, full marks from 50 %
            ("month", date(2024, 5, 1), "4.1"): (1, 0.75, 0.75, 6),  # 1 of 8
            ("quarter", date(2024, 4, 1), "4.1"): (2, 0.5, 0.5, 4),
            ("month", date(2024, 5, 1), "4.4"): (1, 0.44, 0.44, 4),  # 1 of 9
            ("quarter", date(2024, 4, 1), "4.4"): (2, 0.67, 0.67, 6),
        }),
        (date(2025, 3, 1), "mini", {
            ("month", date(2025, 2, 1), "2.1"): (1, None, 0, 20),  # nothing received: 0 of 0
            ("month", date(2025, 3, 1), "2.1"): (2, None, None, 20),
        }),
    ], ids=["points and full marks", "0 of 0"],
)  # fmt: skip
def test_rules_that_begin_on_a_day_leave_earlier_periods_as_they_were(
    built: Settings, tmp_path: Path, day: date, unit: str, by_hand: dict[tuple[str, date, str], tuple[Any, ...]]
) -> None:
    before, after = with_second_version(built, CATALOGUE, tmp_path, day)
    of_before, of_after = ({line for line in lines if line[3] < day} for lines in (before, after))
    assert of_before == of_after != set()
    assert {line[4] for line in before} == {1}
    assert {line[4] for line in after - of_after} == {2}
    found = {line[1:3] + line[5:6]: (line[4], *line[8:]) for line in after if line[0] == unit and line[6] == "index"}
    assert {place: found[place] for place in by_hand} == by_hand


def test_a_district_counts_the_wards_that_record_it(published: Path) -> None:
    rows = query(
        published,
        "SELECT numerator, denominator, wards_reporting, wards_expected FROM marts.reform_indicators "
        "WHERE district_code = 'cot' AND ward_key IS NULL AND indicator_code = 'apology_coverage' "
        "AND period_grain = 'month' AND period_start = '2024-05-01'",
    )
    lacking = [
        ward for ward, columns in WITHOUT.items() if columns["dossiers"] in ("apology_at", "due_at", "stopped_at")
    ]
    wards = len(WITHOUT) + 1 - len(lacking)
    assert rows == [(wards, 2 * wards, wards, len(WITHOUT) + 1)]
    named = query(
        published, "SELECT ward_key FROM marts.indicators_not_recorded WHERE indicator_code = 'apology_coverage' "
        "AND district_code = 'cot' ORDER BY 1",
    )  # fmt: skip
    assert [ward for (ward,) in named] == lacking


@pytest.mark.parametrize("indicator", [one for _, one in CATALOGUE.definitions()], ids=lambda one: one.name_in_sql)
def test_the_plain_statement_knows_what_is_not_recorded(published: Path, indicator: Indicator) -> None:
    with duckdb.connect(str(published), read_only=True) as db:
        plain = {row[:2] for row in db.sql(standalone_sql(indicator, CATALOGUE)).fetchall()}
        silent = db.execute(
            "SELECT ward_key, period_start FROM marts.reform_indicators WHERE indicator_code = $code "
            "AND value_note = 'not_recorded' AND denominator IS NULL AND numerator IS NULL",
            {"code": indicator.code},
        ).fetchall()
        evidence = db.execute(
            "SELECT DISTINCT ward_key, period_start FROM marts.indicator_evidence WHERE indicator_code = $code "
            "AND period_grain = 'month'",
            {"code": indicator.code},
        ).fetchall()
    assert plain & set(silent) == set()
    assert set(evidence) & set(silent) == set()
