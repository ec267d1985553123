"""The dashboard of both districts: every figure of every page is the warehouse's, and nothing hidden is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import DemoNights
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.reports.dashboard.pages import SCRIPT
from ward_warehouse.reports.dashboard.site import write_dashboard

LARGEST = 2_200_000
"""Bytes of a district's year: of the three million that it may have, with room for a district of more wards."""


@pytest.fixture(scope="module", params=[("quan_11", 2018), ("thanh_xuan", 2016)], ids=lambda param: param[0])
def written(request: pytest.FixtureRequest, demo: DemoNights) -> tuple[str, int, Path, int]:
    district, year = request.param
    page, _, size = write_dashboard(demo.settings, district, year)
    return district, year, page.parent, size


def data_of(page: Path) -> dict[str, Any]:
    found = re.search(r'id="data">(.*?)</script>', page.read_text("utf-8"))
    assert found
    return dict(json.loads(found[1]))


def shown(page: Path) -> dict[tuple[str, str], tuple[float | None, float | None, str]]:
    """Unit and period -> numerator, denominator and text, as a page has them."""
    data, text = data_of(page), page.read_text("utf-8")
    units = [*re.findall(r'<tr><th[^>]*><a href="ward-(\w+)\.html"', text), data["district"]]
    found = {}
    for unit, row in zip(units, data["figures"], strict=True):
        for period, packed in zip(data["periods"], row.split("|"), strict=True):
            if packed and not packed.startswith("#"):
                said, *parts = packed.split(";")
                numbers = [float(part) if part else None for part in [*parts, "", ""][:2]]
                found[unit, period] = (numbers[0], numbers[1], said.rstrip("+-"))
    return found


def written_as(value: float, unit: str) -> str:
    """The test's own way from a number to the text of an office."""
    if unit == "share":
        return f"{100 * value:.1f}%".replace(".", ",")
    return f"{value:,.0f}".replace(",", ".") if value == int(value) else f"{value:.1f}".replace(".", ",")


@pytest.mark.parametrize("code", ["dossiers_received", "on_time_of_resolved", "satisfaction_rate", "resolved_late"])
def test_an_indicator_s_page_shows_the_warehouse_s_figures(
    written: tuple[str, int, Path, int], demo: DemoNights, code: str
) -> None:
    district, year, folder, _ = written
    rows = demo.query(
        """SELECT coalesce(ward_key, district_code), period_grain, period_start, numerator, denominator, value, unit
        FROM marts.reform_indicators JOIN marts.dim_indicator USING (indicator_code, indicator_version)
        WHERE district_code = $district AND year(period_start) = $year AND indicator_code = $code
          AND period_grain IN ('month', 'quarter', 'half_year', 'year') AND value IS NOT NULL""",
        {"district": district, "year": year, "code": code},
    )
    names = {"month": "{0}-{1:02}", "quarter": "{0}-Q{2}", "half_year": "{0}-H{3}", "year": "{0}"}
    expected = {
        (unit, names[grain].format(year, start.month, (start.month + 2) // 3, 1 + (start.month > 6))): (
            numerator, denominator, written_as(value, kind)
        )
        for unit, grain, start, numerator, denominator, value, kind in rows
    }  # fmt: skip
    assert len(expected) > 100
    assert shown(folder / f"{code}.html") == expected


def test_every_page_leads_to_pages_that_are_there_and_all_together_are_small(
    written: tuple[str, int, Path, int],
) -> None:
    *_, folder, size = written
    pages = {page.name: page.read_text("utf-8") for page in folder.iterdir()}
    assert size == sum(len(text.encode()) for text in pages.values()) <= LARGEST
    for name, text in pages.items():
        for link in re.findall(r'href="([^"#]+)"', text):
            assert (folder / link).is_file(), f"{name} leads to {link}"
        assert not re.search(r"https?://", text), "a page needs nothing from elsewhere"
        assert set(re.findall(r'\bsrc="(.*?)"', text)) <= {SCRIPT}


def test_no_dossier_and_nothing_hidden_leaves_the_warehouse(
    written: tuple[str, int, Path, int], demo: DemoNights
) -> None:
    district, year, folder, _ = written
    text = "".join(page.read_text("utf-8") for page in folder.glob("*.html"))
    codes = demo.query(
        "SELECT dossier_code FROM marts.fct_dossiers WHERE district_code = $district AND length(dossier_code) > 6 "
        "USING SAMPLE reservoir(300 ROWS) REPEATABLE (18)",
        {"district": district},
    )
    assert codes
    assert [code for (code,) in codes if code in text] == []
    hidden = demo.query(
        "SELECT coalesce(ward_key, district_code), indicator_code, period_start FROM marts.reform_indicators "
        "WHERE district_code = $district AND year(period_start) = $year AND period_grain = 'month' "
        "AND value_note LIKE 'suppressed%'",
        {"district": district, "year": year},
    )
    for unit, code, start in hidden:
        assert (unit, f"{start:%Y-%m}") not in shown(folder / f"{code}.html")


@pytest.mark.parametrize(
    ("district", "year", "words"),
    [
        ("quan_12", None, "found district 'quan_12', expected one of quan_11, thanh_xuan"),
        ("quan_11", 2031, "found year 2031 of quan_11, expected one of 2018"),
    ],
)
def test_what_there_is_not_is_refused_by_what_there_is(
    demo: DemoNights, district: str, year: int | None, words: str
) -> None:
    with pytest.raises(WardWarehouseError, match=re.escape(words)):
        write_dashboard(demo.settings, district, year)
