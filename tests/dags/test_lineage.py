"""What OpenLineage is told of a night under the real scheduler."""

import json

import pytest

from tests.dags import lineage
from tests.dags.runs import SOMEBODY, Live
from tests.support.district import KEY, SOFTWARE
from tests.support.http_service import TOKEN

pytestmark = pytest.mark.skipif(
    not lineage.is_installed(), reason="OpenLineage is not installed: `pip install ward-warehouse[lineage]`"
)


def test_a_mart_is_tied_to_the_systems_of_the_wards(live: Live) -> None:
    found = lineage.events(live.district.folder / "home")
    mart = (f"duckdb://{live.district.settings.published_file}", "marts.fct_dossiers")
    assert lineage.sources_of(found, mart) == {
        (f"ward://{key}", f"{SOFTWARE[ward.transport].system}/{record_kind}")
        for key, ward in live.district.wards.items()
        for record_kind in ward.sent
    }


def test_the_lake_lies_between(live: Live) -> None:
    found = lineage.events(live.district.folder / "home")
    (validated,) = [one for one in found if one["job"]["name"].endswith(".validate") and one["eventType"] == "COMPLETE"]
    lake = (live.district.folder / "home" / "lake").as_uri()
    ward = next(iter(live.district.wards))
    assert {"namespace": lake, "name": f"landing/dossiers/{ward}"}.items() <= validated["inputs"][0].items()
    assert f"accepted/dossiers/{ward}" in {one["name"] for one in validated["outputs"]}


def test_no_event_holds_a_person_or_a_secret(live: Live) -> None:
    text = json.dumps(lineage.events(live.district.folder / "home"), ensure_ascii=False)
    assert "ward_nightly_load" in text
    assert [secret for secret in (KEY, TOKEN, SOMEBODY) if secret in text] == []
