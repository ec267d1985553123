"""The JSON service as a real process, asked over HTTP."""

import json
import os
import shlex
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from ward_demo import systems
from ward_demo.generate import Records
from ward_warehouse.core.errors import WardWarehouseError

from .conftest import FIRST, HISTORY, SECOND, Played
from .ward_service import WardService


@pytest.fixture
def ward(played: Played) -> WardService:
    return WardService(played.connections, "quan_11_p07")


def of_ward(records: Records, key: str = "quan_11_p07") -> Any:
    return records.dossiers[records.dossiers["ward_key"] == key]


def test_pages_hold_every_dossier_once_in_order_of_change(ward: WardService, second_night: Records) -> None:
    items = ward.all("/api/ho-so")
    assert len(items) > 3000
    assert sorted(item["MaHoSo"] for item in items) == sorted(of_ward(second_night)["dossier_code"])
    order = [(item["NgayCapNhat"], item["MaHoSo"]) for item in items]
    assert order == sorted(order)
    assert ward.get("/api/ho-so").json()["data"]["tong"] == len(items)


def test_documents_have_the_shape_of_the_national_message(ward: WardService, second_night: Records) -> None:
    items = {item["MaHoSo"]: item for item in ward.all("/api/ho-so")}
    dossiers = of_ward(second_night).set_index("dossier_code")
    assert {item["MaTTHC"][8:] for item in items.values()} == {".000.00.00.H29"}
    assert sum(item["KenhThucHien"] is None for item in items.values()) > 10
    for code in dossiers.index[:50]:
        assert items[code]["NgayTiepNhan"] == dossiers.loc[code, "received_at"].strftime("%Y%m%d%H%M%S")
        assert items[code]["ChuHoSo"] == dossiers.loc[code, "applicant_name"]
    supplements = [len(items[code]["DanhSachHoSoBoSung"]) for code in dossiers.index]
    assert supplements == dossiers["supplement_count"].tolist()
    apologised = dossiers.index[dossiers["apology_at"].notna()]
    assert {code for code, item in items.items() if item["PhieuXinLoi"]} == set(apologised)


def test_votes_are_served_beside_the_dossiers(ward: WardService, second_night: Records) -> None:
    votes = second_night.survey_responses
    items = ward.all("/api/khao-sat", size=1000)
    assert len(items) == (votes["ward_key"] == "quan_11_p07").sum()
    assert {item["MucDoHaiLong"] for item in items} == {"0", "1", "2", "3", "4", "5"}


def test_since_is_included_and_until_is_not(ward: WardService) -> None:
    changes = [item["NgayCapNhat"] for item in ward.all("/api/ho-so")]
    since, until = changes[1000], changes[2000]
    window = [item["NgayCapNhat"] for item in ward.all("/api/ho-so", size=100, tu=since, den=until)]
    assert window == [change for change in changes if since <= change < until]
    assert window[0] == since
    assert ward.all("/api/ho-so", tu="20190101000000") == []


def test_a_missing_a_wrong_and_another_wards_token_are_refused(ward: WardService, played: Played) -> None:
    other = WardService(played.connections, "quan_11_p04")
    assert other.token != ward.token
    answers = [
        httpx.get(f"{ward.url}/api/ho-so"),
        httpx.get(f"{ward.url}/api/ho-so", headers={"Authorization": ward.token}),
        ward.get("/api/ho-so", token="wrong"),
        ward.get("/api/ho-so", token=other.token),
        httpx.get(f"{ward.url}9/api/ho-so", headers={"Authorization": f"Bearer {'-' * 43}"}),
    ]
    assert [answer.status_code for answer in answers] == [401] * 5
    assert answers[0].json() == {"ma": "401", "thongBao": "Token không hợp lệ", "data": None}


@pytest.mark.parametrize(
    "params",
    [
        {"trang": "0"},
        {"trang": "một"},
        {"kich_thuoc": "1001"},
        {"kich_thuoc": "-1"},
        {"tu": "2018-12-27"},
        {"den": "x"},
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(ward: WardService, params: dict[str, str]) -> None:
    answer = ward.get("/api/ho-so", **params)
    assert answer.status_code == 400
    assert next(iter(params)) in answer.json()["thongBao"]


def test_an_unknown_dataset_is_not_found(ward: WardService) -> None:
    assert ward.get("/api/nhan-su").status_code == 404


def test_the_running_service_follows_the_nights(played: Played, history: Records, second_night: Records) -> None:
    ward = {night: totals["quan_11_p07"] for night, totals in played.totals.items()}
    assert ward == {
        HISTORY: (200, len(of_ward(history))),
        FIRST: (503, None),
        SECOND: (200, len(of_ward(second_night))),
    }
    other = [totals["quan_11_p10"] for totals in played.totals.values()]
    assert [status for status, _ in other] == [200, 200, 200]
    numbers = [number for _, number in other if number is not None]
    assert numbers == sorted(set(numbers))


def test_late_corrections_reach_back_to_old_dossiers(ward: WardService) -> None:
    corrected = ward.all("/api/ho-so", tu="20181227000000", den="20181228000000")
    assert sum(item["NgayTiepNhan"] < "20181226" for item in corrected) >= 15


def test_a_service_that_runs_is_left_alone(played: Played) -> None:
    assert systems.start(played.home) == played.connections


def test_a_ward_that_is_down_still_asks_for_its_token(played: Played) -> None:
    assert played.without_token == {HISTORY: 401, FIRST: 401, SECOND: 401}


def test_a_stale_state_file_hurts_neither_start_nor_stop(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        # This very process and a port that something else listens on: neither is the service.
        taken.settimeout(5)
        stale = {"pid": os.getpid(), "host": "127.0.0.1", "port": 9, "instance": "gone"}
        (folder / "server.json").write_text(json.dumps(stale))
        assert systems.stop(tmp_path) is False
        assert not (folder / "server.json").exists()
        (folder / "server.json").write_text("{")
        connections = systems.start(tmp_path)
    state = json.loads((folder / "server.json").read_text())
    try:
        # No documents were prepared: the ward's system is not there yet.
        assert WardService(connections, "quan_11_p07").get("/api/ho-so").status_code == 503
        assert state["host"] == "127.0.0.1"
        assert stat.S_IMODE((folder / "env").stat().st_mode) == 0o600
    finally:
        assert systems.stop(tmp_path) is True
    with pytest.raises(ProcessLookupError):
        os.kill(state["pid"], 0)
    assert "Started server process" in (tmp_path / "logs" / "demo-ward-systems.log").read_text()
    first = json.loads(connections["AIRFLOW_CONN_QUAN_11_P07"])["password"]
    again = systems.start(tmp_path)
    assert systems.stop(tmp_path)
    assert json.loads(again["AIRFLOW_CONN_QUAN_11_P07"])["password"] != first, "tokens are new at every start"


def test_the_service_runs_in_the_foreground_of_a_container(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "WARD_WAREHOUSE_DEMO_PORT": "0",
        "WARD_WAREHOUSE_DEMO_PUBLIC_HOST": "ward-systems",
    }
    tokens = []
    for _ in range(2):
        (tmp_path / "demo" / "server.json").unlink(missing_ok=True)
        code = "import sys, pathlib; from ward_demo import systems; systems.serve(pathlib.Path(sys.argv[1]))"
        process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=environment)
        try:
            state_file = tmp_path / "demo" / "server.json"
            deadline = time.monotonic() + 20
            while not state_file.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            port = json.loads(state_file.read_text())["port"]
            lines = dict(line.split("=", 1) for line in (tmp_path / "demo" / "env").read_text().splitlines())
            connection = json.loads(shlex.split(lines["AIRFLOW_CONN_QUAN_11_P07"])[0])
            assert (connection["host"], connection["port"]) == ("ward-systems", port)
            tokens.append(connection["password"])
            url = f"http://127.0.0.1:{port}/quan_11_p07/api/ho-so"
            assert httpx.get(url, headers={"Authorization": f"Bearer {tokens[-1]}"}).status_code == 503
        finally:
            process.terminate()
            process.wait(10)
    assert tokens[0] == tokens[1], "who has a token keeps it when the container starts again"


@pytest.mark.parametrize("port", ["http", "99999"])
def test_a_port_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_DEMO_PORT", port)
    with pytest.raises(WardWarehouseError, match=f"cannot listen on 127.0.0.1 port {port}"):
        systems.serve(tmp_path)
