"""The Data Docs in a real browser: on a phone, in both languages, for everyone who reads them."""

from pathlib import Path

import pytest

from tests.support.browser import accessibility_faults, overflow, shown_text
from tests.support.documented import NIGHT, judged, publish, write_data_docs
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.validation.data_docs.site import index_file

PAGES = ("index.html", f"validations/dossiers/{NIGHT}.html", "rules/dossiers/status_known.html", "wards/p07.html")
ENGLISH = "document.getElementById('en').click()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = Settings(home=tmp_path_factory.mktemp("docs"))
    publish(settings, list(judged(RecordKind.DOSSIERS, NIGHT)))
    write_data_docs(settings)
    return index_file(settings).parent


@pytest.mark.parametrize("page", PAGES)
def test_a_phone_shows_all_of_it_and_nothing_keeps_anybody_out(folder: Path, tmp_path: Path, page: str) -> None:
    assert overflow(folder / page, tmp_path, 390) <= 0
    assert accessibility_faults(folder / page, tmp_path, width=390) == []


def test_vietnamese_first_and_english_by_a_key(folder: Path, tmp_path: Path) -> None:
    assert "Kết quả kiểm tra" in shown_text(folder / "index.html", tmp_path)
    english = shown_text(folder / "index.html", tmp_path, ENGLISH)
    assert "Validation results" in english
    assert "Kết quả" not in english
