"""What a task says it read and wrote: names that stay, from a ward's system to the lake."""

import pytest

from tests.support.district import District
from ward_warehouse.core.record_kinds import RecordKind
from ward_warehouse.night import lineage, tasks


@pytest.fixture
def job(district: District, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    planned = district.night().plan(tasks.make_request(district.settings, district.play().plan.request.night))
    return planned.model_copy(update={"wards": ["a_sql"], "record_kinds": [RecordKind.DOSSIERS]}).model_dump(
        mode="json"
    )


def test_a_reader_reads_a_ward_and_lands_what_it_read(district: District, job: dict[str, object]) -> None:
    found = lineage.of_task("extract", {"job": job})
    lake = (district.folder / "home" / "lake").as_uri()
    assert found == ([("ward://a_sql", "igate/dossiers")], [(lake, "landing/dossiers/a_sql")])


def test_judging_parts_what_landed(district: District, job: dict[str, object]) -> None:
    read, written = lineage.of_task("validate", {"jobs": [job]})
    assert [dataset.name for dataset in read] == ["landing/dossiers/a_sql"]
    assert [dataset.name for dataset in written] == ["accepted/dossiers/a_sql", "quarantine/dossiers/a_sql"]


def test_a_task_that_moves_no_records_says_nothing() -> None:
    assert lineage.of_task("announce", {"jobs": []}) == ([], [])
