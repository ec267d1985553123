"""The registry and the system files say of the demonstration's systems what is true."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from ward_demo import dong_bo_ho_so, igate, mot_cua_csv
from ward_demo.districts import DISTRICTS, District
from ward_demo.golden_districts import ALL_DISTRICTS, GOLDEN_DISTRICTS, GOLDEN_OFFICES, gather_registry
from ward_demo.procedures import catalogue
from ward_demo.returns import OFFICES
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import PROJECT_ROOT, Settings
from ward_warehouse.registry import Registry, load_registry

from .conftest import Played

DAGS = PROJECT_ROOT / "dags"
GOLDEN_WARDS = PROJECT_ROOT / "examples" / "golden" / "wards"
WRITERS = {"igate": igate, "dong_bo_ho_so": dong_bo_ho_so, "mot_cua_csv": mot_cua_csv}
TABLES = {
    "status": "STATUS",
    "channel": "CHANNEL",
    "applicant_type": "APPLICANT_TYPE",
    "mode": "MODE",
    "rating": "RATING",
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(Settings(wards_dir=DAGS / "wards", systems_dir=DAGS / "systems")).require_clean()


@pytest.mark.parametrize("district", DISTRICTS.values(), ids=list(DISTRICTS))
def test_every_site_is_registered_with_its_software_and_its_spelling(registry: Registry, district: District) -> None:
    registered = {key: ward for key, ward in registry.wards.items() if ward.district == district.key}
    offices = [office for office in OFFICES[district.key] if office.only_reports]
    units = [*(site.ward_key for _, site in district.sites()), *(office.ward_key for office in offices)]
    assert list(registered) == units
    for _, site in district.sites():
        ward = registered[site.ward_key]
        assert (ward.system, ward.unit, ward.name.vi) == (site.software, site.unit, site.name_vi)
        assert (site.name_vi if site.software == "mot_cua_csv" else site.agency(district)) in ward.aliases
        assert (ward.in_force.from_, ward.in_force.to) == (district.start, district.end)
    assert len({ward.code for ward in registered.values()}) == len(registered)
    for office in OFFICES[district.key]:
        assert office.name_vi in registered[office.ward_key].aliases
        sources = {d.record_kind: (d.system.system, d.connection_id) for d in registry.feeds(office.ward_key)}
        for record_kind in (RecordKind.WARD_RETURNS, RecordKind.PROCEDURES):
            assert sources[record_kind] == ("bao_cao_xlsx", office.connection)


@pytest.mark.parametrize("district", DISTRICTS.values(), ids=list(DISTRICTS))
def test_the_catalogue_file_is_the_generators_catalogue(district: District) -> None:
    with_district = any(site.unit == "district_counter" for _, site in district.sites())
    path = DAGS / "wards" / f"{district.key}.procedures.csv"
    kept = pd.read_csv(path, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(kept, catalogue(district.start.year, with_district=with_district), check_dtype=False)


@pytest.mark.parametrize("district", GOLDEN_DISTRICTS.values(), ids=list(GOLDEN_DISTRICTS))
def test_the_golden_districts_are_registered_apart_with_their_reports(tmp_path: Path, district: District) -> None:
    settings = Settings(wards_dir=gather_registry(tmp_path / "wards"), systems_dir=DAGS / "systems")
    golden = load_registry(settings).require_clean()
    assert set(golden.districts) == set(ALL_DISTRICTS)
    registered = {key: ward for key, ward in golden.wards.items() if ward.district == district.key}
    assert list(registered) == [office.ward_key for office in GOLDEN_OFFICES[district.key]]
    for office in GOLDEN_OFFICES[district.key]:
        sources = {d.record_kind: (d.system.system, d.connection_id) for d in golden.feeds(office.ward_key)}
        assert sources[RecordKind.WARD_RETURNS] == ("bao_cao_xlsx", office.connection)
        assert office.name_vi in registered[office.ward_key].aliases
        assert registered[office.ward_key].in_force.to == district.end
    for _, site in district.sites():
        assert registered[site.ward_key].system == site.software
        assert site.agency(district) in registered[site.ward_key].aliases
    if district.groups:
        kept = pd.read_csv(GOLDEN_WARDS / f"{district.key}.procedures.csv", dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(kept, catalogue(district.start.year, with_district=True), check_dtype=False)


def test_no_night_of_the_demonstration_reads_the_golden_districts(registry: Registry) -> None:
    assert set(registry.districts) == set(DISTRICTS)
    assert not set(registry.districts) & set(GOLDEN_DISTRICTS)


@pytest.mark.parametrize("software", WRITERS)
def test_code_tables_translate_what_the_software_writes(registry: Registry, software: str) -> None:
    codes = registry.systems[software].codes
    for table, name in TABLES.items():
        written: dict[str, object] = getattr(WRITERS[software], name)
        for word, code in written.items():
            if (software, word) == ("dong_bo_ho_so", "supplemented"):
                word = "in_process"  # the national table has no word for it
            assert codes[table][str(code)] == word


def test_every_column_of_the_systems_is_mapped_or_knowingly_left_out(registry: Registry, played: Played) -> None:
    folder = played.home / "demo"
    with closing(sqlite3.connect(folder / "igate" / "quan_11_p01.db")) as connection:
        found = {
            ("igate", RecordKind.DOSSIERS): [r[1] for r in connection.execute("pragma table_info(HO_SO)")],
            ("igate", RecordKind.SURVEY_RESPONSES): [r[1] for r in connection.execute("pragma table_info(KHAO_SAT)")],
        }
    with closing(sqlite3.connect(folder / "http" / "quan_11_p04.db")) as connection:
        for record_kind in (RecordKind.DOSSIERS, RecordKind.SURVEY_RESPONSES):
            (document,) = connection.execute(
                "select document from documents where kind = ?", (str(record_kind),)
            ).fetchone()
            found["dong_bo_ho_so", record_kind] = list(json.loads(document))
    for record_kind, name in ((RecordKind.DOSSIERS, "ho_so"), (RecordKind.SURVEY_RESPONSES, "khao_sat")):
        path = folder / "files" / "quan_11_p06" / f"{name}_20181226.csv"
        with path.open(encoding="utf-8-sig", newline="") as handle:
            found["mot_cua_csv", record_kind] = next(csv.reader(handle))
    for (software, record_kind), columns in found.items():
        mapping = registry.systems[software].record_kinds[record_kind]
        assert set(columns) == {*mapping.source_columns(), *mapping.ignore}, (software, record_kind)
