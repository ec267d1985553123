"""`make demo`: the nights of the demonstration districts, through the project's own DAGs, on an empty state folder.

The DAGs run in this process and, where they load, in two that it forks (Airflow's `dag.test()`): the same tasks, params
and trigger rules as under a scheduler, without the half minute that its services take to start. `make up` runs the same
under Airflow's scheduler.
What Airflow, Great Expectations and dbt log goes to `<home>/logs/demo.log`.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import task_logs

ROOT = Path(__file__).resolve().parents[1]
STATE = ("lake", "warehouse", "reports")
DAGS: dict[str, Any] = {}
"""By their ids, once Airflow is there."""


def main() -> int:
    # All that is made from here on, by Airflow too, is its owner's alone; nothing of the library is imported yet.
    os.umask(0o077)
    home = Path(os.environ.get("WARD_WAREHOUSE_HOME", ROOT / ".local")).resolve()
    prepare_environment(home)
    out, log_file = split_output(home)
    from rich.console import Console

    from ward_warehouse.core.errors import WardWarehouseError

    console = Console(file=out, width=None if out.isatty() else 170)
    try:
        tell(home, console)
    except WardWarehouseError as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return 1
    except Exception as error:
        console.print(
            f"demo: {type(error).__name__}: {error}; the whole story is in {log_file}", style="red", markup=False
        )
        raise
    finally:
        out.flush()
    return 0


def prepare_environment(home: Path) -> None:
    """Airflow and the library in the state folder, and nothing that speaks to the network."""
    os.environ.update(
        {
            "WARD_WAREHOUSE_HOME": str(home),
            "AIRFLOW_HOME": str(home / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
            "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            # A retry in ten minutes is right for a night and wrong for a demonstration.
            "WARD_WAREHOUSE_EXTRACT_RETRIES": "0",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "DO_NOT_TRACK": "1",
        }
    )


def split_output(home: Path) -> tuple[Any, Path]:
    """The terminal for the story; file descriptors 1 and 2, which Airflow and its children write to, for the log."""
    log_file = home / "logs" / "demo.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    terminal = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    descriptor = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    return terminal, log_file


def tell(home: Path, console: Any) -> None:

    started = time.monotonic()
    clear_state(home)
    # The ward systems' records are made in a process of their own, on the core that this one leaves idle.
    with ProcessPoolExecutor(1, get_context("spawn")) as generator:
        play(home, console, generator)
    farewell(console, time.monotonic() - started)


def play(home: Path, console: Any, generator: Executor) -> None:
    from ward_demo import systems
    from ward_warehouse.night import tasks

    def prepare(entry: Any) -> Future[None]:
        return generator.submit(systems.prepare, home, entry.night)

    histories, nights = systems.NIGHTS[:2], systems.NIGHTS[2:]
    ready = [prepare(entry) for entry in histories]
    console.print(
        "[bold]Ward Warehouse[/]: two demonstration districts, three kinds of ward software and offices' returns, "
        "on this machine\n"
    )
    with step(console, "start Airflow in this process, and import what loads take"), collector_off():
        DAGS.update(airflow_dags())
        tasks.preload("reading", "judging")
    with step(console, "generate the ward systems' records and start the HTTP ones"):
        ready[0].result()
        os.environ.update(systems.start(home))
    # Forked: what was imported is theirs too, and they do without what builds import.
    loaders = ProcessPoolExecutor(len(histories), get_context("fork"), initializer=begin_loader)

    def load(entry: Any, prepared: Future[None] | None = None) -> Future[None]:
        """Loads a night in a process of its own, once the ward systems are in their state of that evening."""
        (prepared or prepare(entry)).result()
        # Two processes that asked the clock themselves might read the same microsecond, and Airflow names runs by it.
        return loaders.submit(load_night, entry.night, datetime.now(UTC))

    try:
        with step(console, "DAG ward_nightly_load, a run for each history, side by side"):
            for loaded in [load(*history) for history in zip(histories, ready, strict=True)]:
                loaded.result()
        loading = load(nights[0])
        for entry in histories:
            introduce(entry, console)
            show_wards(entry.night, console)
        with step(console, "import what builds take, while the next night is loaded"), collector_off():
            tasks.preload("building")
        for entry, following in zip(nights, (*nights[1:], None), strict=True):
            introduce(entry, console)
            with step(console, "DAG ward_nightly_load, what was left of it"):
                loading.result()
            show_wards(entry.night, console)
            with step(console, "DAG warehouse_build"):
                if following is None:
                    run_dag("warehouse_build")
                else:
                    loading = build_and_load(partial(load, following))
            show_scorecard(entry.district, "year", entry.night, console)
        show_scorecard("thanh_xuan", "half_year", histories[0].night, console)
        forget_announcements()
    finally:
        loaders.shutdown(cancel_futures=True)
        systems.stop(home)


@contextmanager
def collector_off() -> Iterator[None]:
    """Leaves what is imported out of what the garbage collector walks: hundreds of thousands of objects that stay.

    What dbt and Airflow add to them hardly ever needs it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        gc.enable()


def clear_state(home: Path) -> None:
    """Empties the state of an earlier demonstration, and nothing but that."""
    from ward_warehouse.core.errors import WardWarehouseError

    marker = home / "demo"
    if (home / "lake").exists() and not marker.exists():
        raise WardWarehouseError(
            f"{home} holds a lake that is not the demonstration's; nothing was touched: set WARD_WAREHOUSE_HOME to "
            "another folder and run `make demo` again"
        )
    trash = home / "trash"
    trash.mkdir(parents=True, exist_ok=True)
    for name in STATE:
        if (home / name).exists():
            (home / name).rename(trash / f"{name}-{uuid4().hex}")
    marker.mkdir(parents=True, exist_ok=True)
    # Thousands of small files: they go while Airflow starts; what is left of them goes with the next demonstration.
    Thread(target=shutil.rmtree, args=(trash,), kwargs={"ignore_errors": True}, daemon=True).start()


@contextmanager
def step(console: Any, what: str) -> Iterator[None]:
    begun = time.monotonic()
    with console.status(what):
        yield
    console.print(f"  {what}: {time.monotonic() - begun:.1f} s", highlight=False)


def airflow_dags() -> dict[str, Any]:
    """The project's DAGs, on a metadata database in the state folder."""
    from airflow import __version__
    from airflow.utils.db import initdb, upgradedb

    database = Path(os.environ["AIRFLOW_HOME"]) / "airflow.db"
    # To ask the database whether it is current takes longer than all that the demonstration does with it.
    mark = database.with_name("demo-migrated-by")
    if not database.exists():
        initdb()
    elif not mark.is_file() or mark.read_text("utf-8") != __version__:
        upgradedb()
    mark.write_text(__version__, "utf-8")
    asyncio.run(ask_airflow())
    bag = registered_dags()
    if bag.import_errors:
        raise RuntimeError(f"DAG files with errors: {bag.import_errors}")
    return {dag_id: bag.dags[dag_id] for dag_id in ("ward_nightly_load", "warehouse_build")}


def registered_dags() -> Any:
    """The DAG files as they stand in the database: two runs that began at once would both enter them there."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    bundle.initialize()
    bag = BundleDagBag(dag_folder=bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
    sync_bag_to_db(bag, bundle.name, bundle.version)
    return bag


async def ask_airflow() -> None:
    """Asks what tasks speak to a first time, which takes four seconds: once, for this process and for its forks."""
    import httpx
    from airflow.sdk.execution_time.supervisor import in_process_api_server

    inside = httpx.ASGITransport(in_process_api_server().app)
    async with httpx.AsyncClient(transport=inside, base_url="http://airflow") as client:
        (await client.get("/health")).raise_for_status()


def forget_announcements() -> None:
    """What this process built needs no build by a scheduler that is started later."""
    from airflow.models.asset import AssetDagRunQueue
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        session.execute(delete(AssetDagRunQueue))


def begin_loader() -> None:
    """Of a process that loads: the connections to Airflow's database are those of the process that forked it."""
    from airflow import settings

    settings.engine.dispose(close=False)


def load_night(night: date, asked_at: datetime) -> None:
    # A night in which a ward is down ends red, after what came of it was judged and announced.
    conf = {"night": str(night)}
    run_dag("ward_nightly_load", conf, asked_at, done="validate", before={"validate": pass_over_announce})


def pass_over_announce(validate: Any) -> None:
    """Skips the task that stands in for a `validate` that failed, without which no demonstration goes on.

    The trigger rule would as well, and `dag.test()` sleeps for a second whenever it has nothing but that to do.
    """
    from airflow.models import TaskInstance
    from airflow.utils.session import create_session
    from airflow.utils.state import TaskInstanceState
    from sqlalchemy import update

    announce = TaskInstance.run_id == validate.run_id, TaskInstance.task_id == "announce"
    with create_session() as session:
        session.execute(update(TaskInstance).where(*announce).values(state=TaskInstanceState.SKIPPED))


def build_and_load(load_next: Callable[[], Future[None]]) -> Future[None]:
    """A build, and the load of the next night beside it, which is given.

    It begins when the build has passed, and is none of its business: by then the build has read the lake. Pages and
    reports are left to the last build, which would write over them a minute later.
    """
    loading: list[Future[None]] = []
    run_dag("warehouse_build", besides="document|report", before={"publish": lambda _: loading.append(load_next())})
    return loading[0]


def introduce(entry: Any, console: Any) -> None:
    console.print(f"\n[bold cyan]Night {entry.night}[/]  {entry.vi}\n{entry.en}", highlight=False)


def run_dag(
    dag_id: str,
    conf: dict[str, Any] | None = None,
    asked_at: datetime | None = None,
    *,
    done: str | None = None,
    besides: str | None = None,
    before: Mapping[str, Callable[[Any], None]] | None = None,
) -> None:
    """One run of a DAG, or of it up to the task that must have done its work, without the tasks of a pattern.

    Under a scheduler the load's asset starts the build; here the caller does.
    """
    with task_logs.kept(before or {}):
        now = asked_at or datetime.now(UTC)
        run = DAGS[dag_id].test(run_after=now, logical_date=now, run_conf=conf or {}, mark_success_pattern=besides)
    state = run.get_task_instance(done).state if done else run.state
    if str(state) != "success":
        raise RuntimeError(f"DAG {dag_id}{f', task {done},' if done else ''} ended in state {state}")


def show_wards(night: date, console: Any) -> None:
    """The night's table, from the outcomes of its newest run."""
    from ward_warehouse.core.settings import load_settings
    from ward_warehouse.lake import outcomes
    from ward_warehouse.night.extract import Request
    from ward_warehouse.night.steps import Night
    from ward_warehouse.reports.nights import night_table

    run = Night(load_settings())
    newest = max(outcome.run_id for outcome in outcomes.read_night(run.lake, night))
    plan = run.plan(Request(night=night)).model_copy(update={"run_id": newest})
    # The build comes next, or after the last night of the history: here nobody has to look for it.
    verdict = replace(run.verdict(plan), behind=None)
    console.print(night_table(plan, verdict, run.registry, run.lake))
    console.print(verdict.message, highlight=False)


def show_scorecard(district: str, grain: str, night: date, console: Any) -> None:
    from ward_warehouse.core.settings import load_settings
    from ward_warehouse.reports.scorecard import COLUMNS, read_indicators, scorecard_table

    codes = [code for code, _ in COLUMNS]
    console.print(scorecard_table(read_indicators(load_settings().published_file, district, grain, night, codes)))


QUERY = """select dossier_code, received_date, due_date from marts.indicator_evidence
where indicator_code = 'dossiers_open' and ward_key = 'thanh_xuan_counter' and period_grain = 'half_year'"""


def farewell(console: Any, seconds: float) -> None:
    from ward_demo import systems
    from ward_warehouse.core.settings import load_settings

    settings = load_settings()
    published = settings.published_file
    found = sorted((settings.home.resolve() / "reports").glob("[!.]*/index.html"))
    pages = "".join(f"  {page.parent.name:10} {page.as_uri()}\n" for page in found)
    console.print(
        f"\nDone in {seconds:.0f} s. The warehouse: {published}\n"
        "Paste this to open the 92 dossiers that were open at Thanh Xuan's counter:\n\n"
        f'.venv/bin/python -c "import duckdb; print(duckdb.connect({str(published)!r}, read_only=True)'
        f".sql('''{QUERY}\n'''))\""
        f"\n\nThe pages to open in a browser:\n{pages}"
        "  Airflow on the same data, with a page on its nights: `make up`, then http://127.0.0.1:8080"
        "\n\nPaste this to have `ward-warehouse` and the demonstration's key in this shell "
        "(`ward-warehouse status` is a good first command):\n\n"
        f". {shlex.quote(str(systems.activate_file(settings.home)))}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


if __name__ == "__main__":
    code = main()
    # Python would spend three seconds on taking apart what Airflow, Great Expectations and dbt have in memory.
    os._exit(code)
