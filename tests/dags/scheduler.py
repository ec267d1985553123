"""Airflow's own services as child processes on loopback: API server, scheduler, DAG processor, and workers if asked."""

from __future__ import annotations

import json
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

SERVICES = (("api-server",), ("scheduler", "--skip-serve-logs"), ("dag-processor",))
AIRFLOW = str(Path(sys.executable).with_name("airflow"))
Found = TypeVar("Found")


@dataclass
class Airflow:
    """A running Airflow: its public interface, and the processes of its services."""

    client: httpx.Client
    processes: dict[str, subprocess.Popen[bytes]]
    logs: Path
    stop: threading.Event
    environment: dict[str, str] = field(repr=False)
    commands: set[str] = field(default_factory=set)

    def start(self, name: str, *arguments: str, **environment: str) -> None:
        """Starts another of Airflow's services under a name of its own."""
        with (self.logs / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [AIRFLOW, *arguments],
                env={**self.environment, **environment},
                cwd=self.logs,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Ends a service and all that it started as a power cut does."""
        process = self.processes.pop(name)
        for member in [*psutil.Process(process.pid).children(recursive=True), process]:
            member.kill()
        process.wait(timeout=15)

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v2{path}").raise_for_status().json()

    def ended(self, dag_id: str) -> dict[str, Any] | None:
        """The first run of a DAG that has ended."""
        runs = self.get(f"/dags/{dag_id}/dagRuns")["dag_runs"]
        return next((run for run in runs if run["state"] in ("success", "failed")), None)

    def wait(self, what: str, found: Callable[[], Found | None], seconds: float) -> Found:
        """What `found` gives once it gives something; a service that ended, or no more time, is an error."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} ended: {self.tail(name)}"
            self.look_at_commands()
            try:
                result = found()
            except httpx.HTTPError:
                result = None
            if result:
                return result
            if self.stop.wait(1):
                break
        raise AssertionError(f"no {what} after {seconds:.0f} s: {[self.tail(name) for name in self.processes]}")

    def tail(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-1500:]

    def listening(self) -> set[str]:
        """Addresses on which the services, or their children, listen."""
        found = set()
        for process in self._family():
            # A task may end while it is looked at.
            with suppress(psutil.NoSuchProcess):
                found |= {c.laddr.ip for c in process.net_connections() if c.status == psutil.CONN_LISTEN}
        return found

    def look_at_commands(self) -> None:
        """Keeps what every user of the machine reads of the services and of the tasks that run just now."""
        for process in self._family():
            with suppress(psutil.NoSuchProcess):
                self.commands.add(" ".join(process.cmdline()))

    def _family(self) -> list[psutil.Process]:
        services = [psutil.Process(service.pid) for service in self.processes.values()]
        return [process for service in services for process in [service, *service.children(recursive=True)]]


@contextmanager
def running(environment: dict[str, str], folder: Path, stop: threading.Event) -> Iterator[Airflow]:
    """Airflow's services until the block, or any wait in it once `stop` is set, ends.

    Over a new SQLite database and with LocalExecutor, unless the environment says otherwise.
    """
    port = free_port()
    environment = {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        # Somebody who may only look, and somebody without any role.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,xem:viewer,ai:",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        # The first answer takes as long as a busy machine needs to put the interface together.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        **environment,
    }
    subprocess.run([AIRFLOW, "db", "migrate"], env=environment, cwd=folder, capture_output=True, check=True)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
        airflow = Airflow(client, {}, folder, stop, environment)
        try:
            for service in SERVICES:
                airflow.start(service[0], *service)
            airflow.wait("API server", lambda: client.get("/api/v2/version").is_success, 90)
            _log_in(client, Path(environment["AIRFLOW_HOME"]))
            yield airflow
        finally:
            for process in airflow.processes.values():
                stop_service(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def token(client: httpx.Client, home: Path, user: str) -> str:
    """What a user gets for the password that the API server made."""
    passwords = json.loads((home / "simple_auth_manager_passwords.json.generated").read_text(encoding="utf-8"))
    answer = client.post("/auth/token", json={"username": user, "password": passwords[user]}).raise_for_status()
    return str(answer.json()["access_token"])


def _log_in(client: httpx.Client, home: Path) -> None:
    client.headers["Authorization"] = f"Bearer {token(client, home, 'admin')}"


def stop_service(process: subprocess.Popen[bytes]) -> None:
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=15)
    for member in alive:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    process.wait(timeout=15)
