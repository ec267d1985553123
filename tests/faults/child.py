"""Plays the steps of a night in child processes, each of which a fault may strike.

A program: it reads one order a line (JSON) and answers each with one line. It imports everything first and then forks,
as the scheduler does, so that two hundred children cost what they do and not what they import.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from tests.faults.likeness import likeness
from tests.faults.operations import Fault, install
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.night import landing, reading, tasks
from ward_warehouse.night.extract import Request
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.steps import Night
from ward_warehouse.reports import tasks as last_tasks
from ward_warehouse.warehouse import duckdb as loading


def main() -> None:
    # A project of the tests has few records: the files of many are to be struck as well as that of few.
    landing.MANY_ROWS = 2
    tasks.preload()
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)


def serve(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Plays one order in one child, or in several at once, and tells how each ended."""
    nights = order.get("nights") or [order["night"]] * order.get("at_once", 1)
    children = [_fork({**order, "night": night}) for night in nights]
    if order.get("kill_after") is not None:
        time.sleep(order["kill_after"])
        for pid, _ in children:
            os.kill(pid, signal.SIGKILL)
    return [_wait_for(pid, pipe) for pid, pipe in children]


def _fork(order: dict[str, Any]) -> tuple[int, int]:
    """A child at work on the order, and the pipe on which it will report."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        try:
            with os.fdopen(write_end, "wb") as pipe:
                pipe.write(json.dumps(obey(order), default=_as_data).encode())
        except BaseException:
            traceback.print_exc()
            # Not by the ordinary way out: it waits for threads that a fork leaves behind, for ever.
            os._exit(1)
        os._exit(0)
    os.close(write_end)
    return pid, read_end


def _as_data(value: Any) -> Any:
    """What a task hands to its DAG beside texts and numbers."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _wait_for(pid: int, read_end: int) -> dict[str, Any]:
    """Whether the child was killed, and its report if it lived to give one."""
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    report = {} if killed else json.loads(said or '{"unexpected": "the child ended without a report: see its log"}')
    _import_too(report.pop("modules", []))
    return {"killed": killed, "report": report}


def _import_too(names: list[str]) -> None:
    """Imports what a child had to import, so that the next one need not: half of a build's time otherwise."""
    for name in set(names) - set(sys.modules):
        with suppress(Exception):
            import_module(name)


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Plays the steps; gives the errors meant for people, any other as its traceback, and the operations counted."""
    os.environ.update(order["environment"])
    Path(os.environ["TMPDIR"]).mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = None
    fault = Fault(**order.get("fault", {}))
    report: dict[str, Any] = {"errors": [], "unexpected": None, "outcomes": [], "seconds": {}}
    install(order["environment"]["WARD_WAREHOUSE_HOME"], fault)
    if order.get("unprivileged"):
        give_up_privileges()
    if order.get("file_size"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_size"], order["file_size"]))
    try:
        (play_tasks if order.get("as_tasks") else play)(order, fault, report)
    except WardWarehouseError as error:
        report["errors"].append(str(error))
    except BaseException:
        report["unexpected"] = traceback.format_exc()
    return {**report, "operations": fault.done, "struck": fault.struck, "modules": list(sys.modules)}


def _lose(settings: Settings, schemas: list[str]) -> None:
    """Takes away the lake and what dbt wrote down; and of a build its basis and all rows of these schemas, if any."""
    for folder in ("lake", "dbt/compiled", "dbt/run"):
        (settings.home / folder).rename(settings.home / f"lost {Path(folder).name}")
    with duckdb.connect(str(settings.build_file)) as db:
        for schema, table in db.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
            if schema in schemas or (schemas and table == "build_basis"):
                db.execute(f'DELETE FROM "{schema}"."{table}"')  # noqa: S608 - the file's own names


def give_up_privileges() -> None:
    """From here on the modes of files hold for this process, also where root runs the tests."""
    version, all_of_them = 0x20080522, (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset((ctypes.c_uint32 * 2)(version, 0), all_of_them):
        raise OSError(ctypes.get_errno(), "capset")


def play(order: dict[str, Any], fault: Fault, report: dict[str, Any]) -> None:
    night = Night(load_settings())
    plan = night.plan(Request(night=date.fromisoformat(order["night"])), None, order.get("record_kinds"))
    _strike_at_commits(fault)
    _after_a_load(order, report)
    with suppress(KnownError):
        for step in order["steps"]:
            started = time.monotonic()
            for outcome in _step(night, plan, step) or []:
                report["outcomes"].append(outcome.model_dump(mode="json"))
                report["errors"] += [outcome.error] if outcome.error else []
            report["seconds"][step] = time.monotonic() - started


class KnownError(Exception):
    """What follows from here was played before."""


def _after_a_load(order: dict[str, Any], report: dict[str, Any]) -> None:
    """Has a load followed by the end of the play, where its likeness is known; or by a loss."""
    real_load = loading.load

    def load(settings: Settings, *args: Any) -> Any:
        done = real_load(settings, *args)
        if "known" in order:
            report["likeness"] = likeness(settings.home, after_a_load=True)
            if report["likeness"] in order["known"]:
                raise KnownError
        if "lose" in order:
            _lose(settings, order["lose"])
        return done

    loading.load = load


def play_tasks(order: dict[str, Any], fault: Fault, report: dict[str, Any]) -> None:
    """Plays the night through what the DAGs' tasks run; reports what they hand to Airflow: results, errors and logs."""
    logging.basicConfig(level=logging.INFO, force=True)
    report["pushed"], report["tracebacks"] = [], []

    def run(task: Callable[..., Any], *args: Any) -> Any:
        try:
            pushed = task(*args)
        except WardWarehouseError as error:
            report["errors"].append(str(error))
            # As the log of a task shows it, with whatever it was raised from.
            report["tracebacks"].append(traceback.format_exc())
            return None
        report["pushed"].append([task.__name__, pushed])
        return pushed

    params = {"night": order["night"], "record_kinds": order.get("record_kinds"), "full": False}
    jobs = run(tasks.plan, params, None, datetime.now(UTC), from_environment)
    # Each ward by itself: what a task says of the wards that arrived, it does not say beside one that failed.
    for job in jobs:
        for ward in job["wards"]:
            run(reading.extract, {**job, "wards": [ward]}, from_environment)
    for task, *args in ((tasks.validate, jobs), (tasks.verdict, jobs), (tasks.build, False)):
        run(task, *args)
    run(tasks.publish)
    run(tasks.document)
    run(last_tasks.report, from_environment)
    run(last_tasks.tell, from_environment)
    run(tasks.maintain)


def _step(night: Night, plan: Plan, step: str) -> list[Any] | None:
    match step:
        case "extract":
            return [outcome for ward in plan.wards for outcome in night.extract_ward(plan, ward, from_environment)]
        case "validate":
            return night.validate(plan)
        case "load":
            night.apply_decisions()
            loading.load(night.settings, night.lake, night.registry)
        case "build":
            night.build()
        case "publish":
            night.publish()
        case "maintain":
            night.maintain()
    return None


def _strike_at_commits(fault: Fault) -> None:
    """The commits inside DuckDB and dbt, which no function of `os` shows, as operations of their own."""
    from ward_warehouse.warehouse import dbt, project

    real_open, real_run = loading.open_build, dbt.run_dbt

    def opened(settings: Settings) -> Any:
        return _Watched(real_open(settings), fault)

    def run(settings: Settings, arguments: list[str], *args: Any, **options: Any) -> Any:
        hit = fault.begin("dbt", next(one for one in arguments if not one.startswith("-")))
        done = real_run(settings, arguments, *args, **options)
        fault.end(hit)
        return done

    loading.open_build = dbt.open_build = opened
    dbt.run_dbt = project.run_dbt = run


class _Watched:
    """A DuckDB connection whose statements are shown to the fault."""

    def __init__(self, context: Any, fault: Fault) -> None:
        self._context = context
        self._fault = fault

    def __enter__(self) -> _Watched:
        self._db = self._context.__enter__()
        return self

    def __exit__(self, *problem: Any) -> Any:
        return self._context.__exit__(*problem)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, statement: str, *args: Any) -> Any:
        hit = self._fault.begin("sql", statement) if _commits(statement) else False
        done = self._db.execute(statement, *args)
        self._fault.end(hit)
        return done


def _commits(statement: str) -> bool:
    return statement.startswith(("COMMIT", "INSERT INTO raw.build_results", "CREATE OR REPLACE TABLE raw.calendar"))


if __name__ == "__main__":
    main()
