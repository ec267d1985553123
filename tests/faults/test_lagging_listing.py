"""A lake whose listing lags behind what was written, as an object store's may: files are there, and in no list yet."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pytest
from fsspec.implementations.local import LocalFileSystem

from tests.conftest import MakeDistrict
from tests.faults.nights import first_night, second_night
from tests.support.district import DOSSIERS, District
from tests.support.records import NIGHT, Kind, dossier
from ward_warehouse.core.errors import LockedError
from ward_warehouse.decisions.quarantine_desk import Desk, Selection, case_keys
from ward_warehouse.lake.locks import partition_lock
from ward_warehouse.lake.period_log import PeriodDecision, append, read_periods
from ward_warehouse.lake.store import Lake
from ward_warehouse.warehouse.duckdb import load

NEXT = NIGHT + timedelta(days=1)
WARDS: dict[str, Kind] = {"lag_sql": "sql", "lag_files": "files"}
List = Callable[..., list[Any]]


class Listing:
    """What listings of the lake show: everything, or what was there when they stopped."""

    def __init__(self, real: List) -> None:
        self._real = real
        self._shown: dict[str, Any] | None = None
        self.left_out: tuple[str, ...] = ()

    def stop(self, lake: Lake) -> None:
        self.catch_up()
        self._root = lake.path("").rstrip("/")
        self._shown = lake.fs.find(self._root, detail=True, withdirs=True)

    def catch_up(self) -> None:
        self._shown, self.left_out = None, ()

    def __call__(self, fs: LocalFileSystem, path: str, detail: bool = False, **options: Any) -> list[Any]:
        lags = self._shown is not None and path.startswith(self._root)
        entries = self._kept(path) if lags else self._real(fs, path, detail=True, **options)
        entries = [entry for entry in entries if not self.left_out or not entry["name"].endswith(self.left_out)]
        return entries if detail else [entry["name"] for entry in entries]

    def _kept(self, path: str) -> list[Any]:
        assert self._shown is not None
        found = [entry for name, entry in self._shown.items() if str(PurePosixPath(name).parent) == path.rstrip("/")]
        if not found:
            raise FileNotFoundError(path)
        return found


@pytest.fixture
def listing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listing]:
    made = Listing(LocalFileSystem.ls)
    monkeypatch.setattr(LocalFileSystem, "ls", lambda *args, **options: made(*args, **options))
    yield made
    made.catch_up()


def newest(district: District) -> list[tuple[Any, ...]]:
    """The newest version of each accepted record, and each refused record, as the warehouse has them.

    Less the refusals of what was read a second time and is no longer the newest: those are about no record's newest.
    """
    run = district.night()
    load(run.settings, run.lake, run.registry)
    with duckdb.connect(str(run.settings.build_file), read_only=True) as db:
        return db.execute(
            """
            SELECT ward_key, source_record_id, channel, status, source_changed_at::VARCHAR FROM raw.dossiers
            QUALIFY row_number() OVER (
                PARTITION BY ward_key, source_record_id ORDER BY source_changed_at DESC, night DESC) = 1
            UNION ALL SELECT DISTINCT ward_key, source_record_id, rule_codes, NULL, NULL FROM raw.quarantine
            WHERE record_kind = 'dossiers' AND NOT contains(rule_codes, 'record_id_once') ORDER BY ALL"""
        ).fetchall()


def test_nights_under_a_listing_that_lags_lose_nothing(
    make_district: MakeDistrict, tmp_path: Path, listing: Listing
) -> None:
    """While it lags a ward may be called missing and be read again; once it has caught up, a plain re-run is enough."""
    calm, lagging = make_district(tmp_path / "calm", WARDS), make_district(tmp_path / "lagging", WARDS)
    for district in (calm, lagging):
        Path(district.settings.lake).mkdir(parents=True)
        if district is lagging:
            listing.stop(lagging.night().lake)
        for play, night in ((first_night, NIGHT), (lambda ward: second_night(ward, NEXT), NEXT)):
            for ward in district.wards.values():
                play(ward)
            found = district.play(night, record_kinds=["dossiers"])
            assert found.verdict.missing_wards == ([] if district is calm else list(WARDS)), (
                "nobody is told it is whole"
            )
    assert newest(lagging) == [], "what is not listed is not loaded, and nothing fails"
    listing.catch_up()
    expected = newest(calm)
    assert len(expected) > 10
    assert newest(lagging) == expected
    assert lagging.play(NEXT, record_kinds=["dossiers"]).verdict.missing_wards == []
    assert newest(lagging) == expected
    for night in (NIGHT, NEXT):
        for ward in WARDS:
            manifest = lagging.manifest(ward, night)
            assert manifest is not None
            assert manifest.rows_read == manifest.rows_accepted + manifest.rows_quarantined + manifest.rows_unchanged


def test_a_decision_that_is_not_listed_is_not_forgotten(district: District, listing: Listing) -> None:
    """A night judged again while the second of three decisions is not listed still knows it, and so does a load."""
    district["a_sql"].send([dossier(number, procedure_code="9.999999") for number in "123"])
    run = district.night()
    district.play(wards=["a_sql"], record_kinds=["dossiers"])
    manifest = district.manifest("a_sql")
    assert manifest is not None
    assert manifest.rows_quarantined == 3
    (feed,) = run.registry.feeds("a_sql", [DOSSIERS])
    for key in case_keys(run.lake.read_table(manifest.quarantine_path)).to_pylist():
        desk = Desk(run.lake, feed, {"k1": run.settings.require_key()}, "lan", "a new procedure")
        assert desk.resolve("accepted", Selection(key=key)) == 1
    listing.left_out = ("00000002.parquet",)
    district.play(wards=["a_sql"], record_kinds=["dossiers"], full=True)
    assert {row["source_record_id"] for row in district.accepted("a_sql")} == {"1", "2", "3"}
    load(run.settings, run.lake, run.registry)
    with duckdb.connect(str(run.settings.build_file), read_only=True) as db:
        assert db.execute("SELECT count(*) FROM raw.decisions").fetchall() == [(3,)]


def test_a_decision_about_a_period_that_is_not_listed_counts(district: District, listing: Listing) -> None:
    """Else a district could be closed on a ward that somebody has reopened."""
    lake = district.night().lake
    for number, state in enumerate(("reviewed", "reopened", "reviewed"), 1):
        made = PeriodDecision(
            number=number, district="mini", ward="a_sql" if number < 3 else "c_files", grain="month",
            period_start=date(2024, 6, 1), period_end=date(2024, 6, 30), state=state, by="lan",
            at=datetime.now(UTC), reason="as agreed",
        )  # fmt: skip
        assert append(lake, made)
    listing.left_out = ("00000002.json",)
    assert [one.state for one in read_periods(lake, "mini").decisions] == ["reviewed", "reopened", "reviewed"]
    assert [one.number for one in read_periods(lake, "mini", after=1).decisions] == [2, 3]


def test_a_lock_that_is_not_listed_yet_holds(district: District, listing: Listing) -> None:
    lake = Lake(district.settings.lake)
    with partition_lock(lake, DOSSIERS, "a_sql", NIGHT):
        pass
    listing.stop(lake)
    with partition_lock(lake, DOSSIERS, "a_sql", NIGHT), pytest.raises(LockedError, match="another run is at work"):
        partition_lock(lake, DOSSIERS, "a_sql", NIGHT).__enter__()
