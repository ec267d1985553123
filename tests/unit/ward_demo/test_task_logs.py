"""Logs of the demonstration's tasks, where Airflow's pages look for them."""

import json
import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scripts import task_logs


def test_what_a_task_says_and_why_it_failed_is_in_its_own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*, ti: Any, task: Any) -> Any:
        logging.getLogger("ward_warehouse.night.tasks").info("3 hồ sơ đọc")
        return SimpleNamespace(error=RuntimeError("the ward is down\nask the ward"))

    def init_log_file(place: str) -> Path:
        file = tmp_path / place
        file.parent.mkdir(parents=True)
        return file

    supervisor = SimpleNamespace(run_task_in_process=run)
    monkeypatch.setitem(sys.modules, "airflow.sdk.execution_time", SimpleNamespace(supervisor=supervisor))
    monkeypatch.setitem(sys.modules, "airflow.sdk.log", SimpleNamespace(init_log_file=init_log_file))
    ti = SimpleNamespace(dag_id="d", run_id="r", task_id="extract", map_index=6, try_number=1)
    begun: list[SimpleNamespace] = []
    before = {"extract": begun.append, "validate": lambda _: begun.clear()}
    with task_logs.kept(before):
        supervisor.run_task_in_process(ti=ti, task=None)
    assert begun == [ti]
    assert supervisor.run_task_in_process is run, "as it was"
    file = tmp_path / "dag_id=d" / "run_id=r" / "task_id=extract" / "map_index=6" / "attempt=1.log"
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(line["level"], line["event"]) for line in lines] == [
        ("info", "3 hồ sơ đọc"), ("error", "the ward is down"), ("error", "ask the ward"),
    ]  # fmt: skip
    logging.getLogger("ward_warehouse").info("outside of a task")
    assert "outside" not in file.read_text(encoding="utf-8")
