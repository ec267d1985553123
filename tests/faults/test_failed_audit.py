"""Write, audit, publish: a build whose audit fails leaves what analysts see as it is, byte for byte."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.conftest import MakeDistrict
from tests.faults.nights import first_night
from tests.faults.rows import rows_of
from tests.faults.workshop import SMALL_PROJECT
from tests.support.district import District
from ward_warehouse.core.errors import BuildError
from ward_warehouse.night.steps import Night

FAILING = {
    "an error": "select 1 as found",
    "a statement that cannot run": "select no_column from {{ ref('fct_dossiers') }}",
}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_failed_audit_changes_no_byte_of_what_analysts_see(make_district: MakeDistrict, tmp_path: Path) -> None:
    district: District = make_district(tmp_path, {"audited": "sql"})
    project = tmp_path / "project"
    shutil.copytree(SMALL_PROJECT, project)
    first_night(district["audited"])
    district.play()
    night = Night(district.settings.model_copy(update={"dbt_project_dir": project}))
    night.build()
    night.publish()
    published = district.settings.published_file
    before, changed = digest(published), published.stat().st_mtime_ns
    test = project / "tests" / "assert_never.sql"
    for statement in FAILING.values():
        test.write_text(statement, encoding="utf-8")
        with pytest.raises(BuildError, match=r"assert_never.*left as it was") as caught:
            night.build()
        assert "\n" not in str(caught.value)
        with pytest.raises(BuildError, match="did not pass its audit"):
            night.publish()
        assert (digest(published), published.stat().st_mtime_ns) == (before, changed)
    # A test that only warns lets the night pass.
    test.write_text("{{ config(severity='warn') }} select 1 as found", encoding="utf-8")
    assert [line.split(":")[0].split(".")[0] for line in night.build().warnings] == ["assert_never"]
    night.publish()
    assert rows_of(published)["marts.fct_dossiers"] != []
    assert digest(published) != before
