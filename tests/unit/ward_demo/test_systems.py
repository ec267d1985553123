"""What the ward systems hold after the nights were played, read back with nothing of the demonstration's own code."""

import csv
import io
import json
import shlex
import sqlite3
import stat
import subprocess
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ward_demo import systems
from ward_demo.districts import QUAN_11, Software
from ward_demo.generate import Records
from ward_warehouse.core.errors import WardWarehouseError

from .conftest import FIRST, HISTORY, SECOND, Played


def wards(software: Software) -> list[str]:
    return [site.ward_key for _, site in QUAN_11.sites() if site.software == software]


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def counts(frame: pd.DataFrame, keys: list[str]) -> dict[str, int]:
    return frame["ward_key"].value_counts().loc[keys].to_dict()


def test_quan_11_runs_three_kinds_of_software() -> None:
    assert {name: len(wards(name)) for name in ("igate", "dong_bo_ho_so", "mot_cua_csv")} == {
        "igate": 7,
        "dong_bo_ho_so": 5,
        "mot_cua_csv": 4,
    }


def test_igate_databases_hold_every_record_in_its_newest_state(played: Played, second_night: Records) -> None:
    folder = played.home / "demo" / "igate"
    keys = wards("igate")
    for table, frame in (("HO_SO", second_night.dossiers), ("KHAO_SAT", second_night.survey_responses)):
        statement = f"select count(*) from {table}"  # noqa: S608 - a name from the line above
        assert {key: query(folder / f"{key}.db", statement)[0][0] for key in keys} == counts(frame, keys)
    statement = "select TRANG_THAI, count(*) from HO_SO group by 1"
    found = dict(query(folder / f"{keys[0]}.db", statement))  # type: ignore[arg-type]
    of_ward = second_night.dossiers[second_night.dossiers["ward_key"] == keys[0]]
    assert found[10] == (of_ward["status"] == "returned").sum()
    assert found[9] == (of_ward["status"] == "resolved").sum()
    newest = query(folder / f"{keys[0]}.db", "select max(NGAY_CAP_NHAT), min(NGAY_TIEP_NHAN) from HO_SO")[0]
    assert newest == (str(of_ward["changed_at"].max()), str(of_ward["received_at"].min()))


def test_igate_change_column_is_indexed(played: Played) -> None:
    path = played.home / "demo" / "igate" / "quan_11_p01.db"
    plan = query(path, "explain query plan select * from HO_SO where NGAY_CAP_NHAT >= '2018-12-24 00:00:00'")
    assert "IX_HO_SO_NGAY_CAP_NHAT" in str(plan)


def test_exports_hold_everything_once_and_then_what_changed(
    played: Played, history: Records, second_night: Records
) -> None:
    for key in wards("mot_cua_csv"):
        folder = played.home / "demo" / "files" / key
        full = rows_of(folder / "ho_so_20181226.csv")
        assert len(full) == (history.dossiers["ward_key"] == key).sum()
        names = sorted(path.name for path in folder.iterdir())
        assert [name for name in names if name.startswith("ho_so")] == [
            "ho_so_20181226.csv",
            "ho_so_20181227.csv",
            "ho_so_20181228.csv",
        ]
        newest: dict[str, dict[str, str]] = {}
        for name in names:
            if name.startswith("ho_so"):
                newest |= {row["Số biên nhận"]: row for row in rows_of(folder / name)}
        of_ward = second_night.dossiers[second_night.dossiers["ward_key"] == key]
        held = {
            f"BN{number:06d}": code for number, code in zip(of_ward["record_id"], of_ward["dossier_code"], strict=True)
        }
        assert {number: newest[number]["Mã hồ sơ"] for number in held} == held
        online = of_ward[of_ward["channel"] == "online"]
        assert sum(newest[number]["Hình thức nộp"] == "Trực tuyến" for number in held) == len(online)
        assert len(rows_of(folder / "ho_so_20181228.csv")) < 100


def test_exports_are_utf_8_with_a_mark_vietnamese_headers_and_day_first_dates(played: Played) -> None:
    path = played.home / "demo" / "files" / "quan_11_p06" / "ho_so_20181226.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbfS\xe1\xbb\x91 bi\xc3\xaan nh\xe1\xba\xadn,")
    dates = pd.Series([row["Ngày tiếp nhận"] for row in rows_of(path)])
    assert dates.str.fullmatch(r"\d{2}/\d{2}/2018 \d{2}:\d{2}").all()
    assert (dates.str[:2].astype(int) > 12).any()


def test_the_broken_export_carries_each_fault_and_the_next_one_mends_the_real_records(played: Played) -> None:
    folder = played.home / "demo" / "files" / "quan_11_p14"
    broken, mended = rows_of(folder / "ho_so_20181227.csv"), rows_of(folder / "ho_so_20181228.csv")
    assert sum(row["Số biên nhận"] == "" for row in broken) == 2
    assert sum(row["Ngày tiếp nhận"] == "" for row in broken) == 3
    assert sum(row["Ngày tiếp nhận"].startswith("31/02/2018") for row in broken) == 2
    foreign = {"2018/12/27 09:40", "12-27-2018 14:05", "Dec 27, 2018"}
    assert {row["Ngày tiếp nhận"] for row in broken} >= foreign
    assert {row["Đơn vị"] for row in broken} == {"Phường 14", "Phường 13", "Phường 3"}
    assert {row["Hình thức nộp"] for row in broken} >= {"Zalo", "Qua điện thoại", "Fax"}
    numbers = [row["Số biên nhận"] for row in broken if row["Số biên nhận"]]
    twice = {number for number in numbers if numbers.count(number) == 2}
    assert len(twice) == 1
    assert len({row["Mã thủ tục"] for row in broken if row["Số biên nhận"] in twice}) == 2
    wrong = [row for row in broken if row["Đơn vị"] == "Phường 13"]
    again = {row["Số biên nhận"]: row for row in mended}
    assert again[wrong[0]["Số biên nhận"]]["Đơn vị"] == "Phường 14"
    assert not any(number.startswith("BN9") or number == "" for number in again)
    assert {row["Đơn vị"] for row in mended} == {"Phường 14"}


def test_playing_night_by_night_leaves_the_same_records_as_starting_late(played: Played, tmp_path: Path) -> None:
    systems.prepare(tmp_path, SECOND, ["quan_11"])
    for name, table in (("igate/quan_11_p03.db", "HO_SO"), ("http/quan_11_p07.db", "documents")):
        statement = f"select * from {table} order by 1, 2"  # noqa: S608 - a name from the line above
        late, played_out = (query(home / "demo" / name, statement) for home in (tmp_path, played.home))
        assert len(late) > 3000
        assert late == played_out


def test_preparing_a_night_again_changes_nothing_and_an_earlier_one_starts_again(tmp_path: Path) -> None:
    early = date(2018, 1, 9)
    systems.prepare(tmp_path, early, ["quan_11"])
    folder = tmp_path / "demo" / "files" / "quan_11_p14"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(first) == {"ho_so_20180109.csv", "khao_sat_20180109.csv"}
    systems.prepare(tmp_path, early, ["quan_11"])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    systems.prepare(tmp_path, date(2018, 1, 12), ["quan_11"])
    assert len(list(folder.iterdir())) == 4
    systems.prepare(tmp_path, date(2018, 1, 14), ["quan_11"])  # Saturday's work only
    systems.prepare(tmp_path, early, ["quan_11"])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    newest = query(tmp_path / "demo" / "igate" / "quan_11_p01.db", "select max(NGAY_CAP_NHAT) from HO_SO")
    assert str(newest[0][0]) < "2018-01-10"


def test_a_day_without_changes_exports_nothing(tmp_path: Path) -> None:
    systems.prepare(tmp_path, date(2018, 2, 16), ["quan_11"])
    systems.prepare(tmp_path, date(2018, 2, 18), ["quan_11"])  # Tết
    assert not list((tmp_path / "demo" / "files" / "quan_11_p14").glob("*20180218.csv"))


def test_a_district_whose_period_has_not_begun_has_no_systems_yet(tmp_path: Path) -> None:
    systems.prepare(tmp_path, date(2017, 6, 1), ["quan_11"])
    assert not (tmp_path / "demo" / "igate").exists()


def test_an_unknown_district_is_named(tmp_path: Path) -> None:
    with pytest.raises(WardWarehouseError, match=r"found district quan_12, expected one of quan_11, thanh_xuan"):
        systems.prepare(tmp_path, SECOND, ["quan_12"])


def test_connections_are_written_for_a_shell_and_for_their_owner_only(played: Played) -> None:
    home, connections = played.home, played.connections
    env = home / "demo" / "env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "demo" / "tokens.json").stat().st_mode) == 0o600
    command = f"set -a; . '{env}'; python3 -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    shown = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    environment = json.loads(shown.stdout)
    # 28 ward systems, the folders of two offices, and the demonstration's own pseudonym key.
    assert sum(name.startswith("AIRFLOW_CONN_") for name in connections) == 30
    assert set(connections) - {name for name in connections if name.startswith("AIRFLOW_CONN_")} == {
        "WARD_WAREHOUSE_PSEUDONYM_KEY"
    }
    assert {name: environment[name] for name in connections} == connections
    igate = json.loads(connections["AIRFLOW_CONN_QUAN_11_P01"])
    assert Path(igate["host"]).is_file()
    files = json.loads(connections["AIRFLOW_CONN_QUAN_11_P14"])
    assert Path(files["extra"]["path"]).is_dir()


def test_one_line_makes_the_demonstration_work_in_a_shell(played: Played) -> None:
    """From any folder, and with the commands of the environment that plays it."""
    activate = systems.activate_file(played.home)
    assert stat.S_IMODE(activate.stat().st_mode) == 0o600
    script = f". {shlex.quote(str(activate))} && ward-warehouse pseudonyms --value x && echo $WARD_WAREHOUSE_HOME"
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(played.home)}
    shown = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, cwd="/", env=environment
    ).stdout.splitlines()
    assert shown[0].startswith("k1.2:")
    assert shown[-1] == str(played.home.resolve())


@pytest.mark.parametrize("known", ["", None, "its own", "another"])
def test_the_key_that_was_written_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str | None) -> None:
    """By a second start too, in a shell that has read the first one's file; a key of the environment goes before."""
    name = "WARD_WAREHOUSE_PSEUDONYM_KEY"
    monkeypatch.delenv(name, raising=False)
    try:
        first = systems.start(tmp_path)
        if known is not None:
            monkeypatch.setenv(name, first[name] if known == "its own" else known)
        again = systems.start(tmp_path)
    finally:
        systems.stop(tmp_path)
    written = [line for line in (tmp_path / "demo" / "env").read_text(encoding="utf-8").splitlines() if name in line]
    if known == "another":
        assert (again.get(name), written) == (None, [])
    else:
        assert again[name] == first[name]
        assert written == [f"{name}={shlex.quote(first[name])}"]
    assert (tmp_path / "demo" / "pseudonym_key").read_text(encoding="utf-8") == first[name]


def test_nights_are_played_in_order_inside_their_district() -> None:
    assert [(night.district, night.night) for night in systems.NIGHTS] == [
        ("thanh_xuan", date(2016, 6, 30)),
        ("quan_11", HISTORY),
        ("quan_11", FIRST),
        ("quan_11", SECOND),
    ]
    assert all(night.vi and night.en for night in systems.NIGHTS)
