"""Starts and stops the process that serves the HTTP wards, and writes every ward's connection."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from ward_demo import mariadb, server
from ward_demo.districts import DISTRICTS, Site
from ward_demo.golden_districts import ALL_DISTRICTS, GOLDEN_OFFICES
from ward_demo.returns import OFFICES
from ward_warehouse.core.errors import WardWarehouseError

DEFAULT_PORT = 8311
KEY_VARIABLE = "WARD_WAREHOUSE_PSEUDONYM_KEY"
_START_SECONDS = 20.0
_STOP_SECONDS = 10.0


def start(home: Path, districts: Sequence[str] = tuple(DISTRICTS)) -> dict[str, str]:
    """Starts the JSON service on a free port, in the background, and waits until it answers.

    It listens on loopback only. A service that already runs is left alone. Tokens are new at every start.
    `<home>/demo/env` (readable by its owner only) gets one `AIRFLOW_CONN_<WARD>='<json>'` line for each ward of the
    districts, and a pseudonym key of the demonstration's own where the environment has none; `<home>/demo/activate`
    brings both, the state folder and the commands into a shell.

    Returns:
        What the file says: environment variable to its value.

    Raises:
        WardWarehouseError: the service did not come up; the message names its log.
    """
    folder = home / "demo"
    (folder / "http").mkdir(parents=True, exist_ok=True)
    state = _running(folder)
    if state is None:
        _new_tokens(folder)
        state = _launch(home)
    return _write_environment(folder, state["host"], state["port"], districts)


def serve(home: Path) -> None:
    """Runs the JSON service in this process until a signal comes: for a container of its own.

    Listens on `WARD_WAREHOUSE_DEMO_HOST` (default 127.0.0.1), port `WARD_WAREHOUSE_DEMO_PORT` (default 8311); in
    `<home>/demo/env` its name is `WARD_WAREHOUSE_DEMO_PUBLIC_HOST` (default: the address). Tokens of an earlier time
    hold on, so that a restarted container serves who has them.

    Raises:
        WardWarehouseError: the port is no number, or the address cannot be listened on.
    """
    folder = home / "demo"
    (folder / "http").mkdir(parents=True, exist_ok=True)
    host = os.environ.get("WARD_WAREHOUSE_DEMO_HOST", "127.0.0.1")
    port = os.environ.get("WARD_WAREHOUSE_DEMO_PORT", str(DEFAULT_PORT))
    try:
        listening = server.listen(host, int(port))
    except (OSError, ValueError, OverflowError) as error:
        raise WardWarehouseError(
            f"demonstration: the ward systems' server cannot listen on {host} port {port} ({error}); set "
            "WARD_WAREHOUSE_DEMO_HOST and WARD_WAREHOUSE_DEMO_PORT to a free address of this machine"
        ) from None
    tokens = _read_tokens(folder) or _new_tokens(folder)
    _write_environment(
        folder, os.environ.get("WARD_WAREHOUSE_DEMO_PUBLIC_HOST", host), listening.getsockname()[1], tuple(DISTRICTS)
    )
    server.serve(folder / "http", tokens, listening, _state_file(folder), secrets.token_hex(8))


def stop(home: Path) -> bool:
    """Stops the service that `start` started for this folder; true when there was one. Files stay."""
    folder = home / "demo"
    state = _running(folder)
    _state_file(folder).unlink(missing_ok=True)
    if state is None:
        return False
    os.kill(state["pid"], signal.SIGTERM)
    if not _gone(state["pid"], _STOP_SECONDS):
        os.kill(state["pid"], signal.SIGKILL)
        _gone(state["pid"], _STOP_SECONDS)
    return True


def _sites(districts: Sequence[str]) -> list[Site]:
    return [site for key in districts for _, site in ALL_DISTRICTS[key].sites()]


def _new_tokens(folder: Path) -> dict[str, str]:
    tokens = {
        site.ward_key: secrets.token_urlsafe(32)
        for site in _sites(tuple(ALL_DISTRICTS))
        if site.software == "dong_bo_ho_so"
    }
    _write_private(folder / "tokens.json", json.dumps(tokens))
    return tokens


def _read_tokens(folder: Path) -> dict[str, str]:
    try:
        tokens: dict[str, str] = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return tokens


def _write_environment(folder: Path, host: str, port: int, districts: Sequence[str]) -> dict[str, str]:
    tokens = _read_tokens(folder)
    found: dict[str, str] = {}
    for site in _sites(districts):
        connection: dict[str, Any]
        if site.ward_key == mariadb.WARD and mariadb.is_there():
            connection = mariadb.connection()
        elif site.software == "igate":
            connection = {"conn_type": "sqlite", "host": str((folder / "igate" / f"{site.ward_key}.db").resolve())}
        elif site.software == "dong_bo_ho_so":
            connection = {
                "conn_type": "http",
                "schema": "http",
                "host": host,
                "port": port,
                "password": tokens[site.ward_key],
                "extra": {"base_path": f"/{site.ward_key}"},
            }
        else:
            connection = _folder(folder, site.ward_key)
        found[f"AIRFLOW_CONN_{site.ward_key.upper()}"] = json.dumps(connection)
        if site.surveys:
            found[f"AIRFLOW_CONN_{site.survey_connection.upper()}"] = json.dumps(
                _folder(folder, site.survey_connection)
            )
    offices = {**OFFICES, **GOLDEN_OFFICES}
    for office in (office for key in districts for office in offices[key]):
        found[f"AIRFLOW_CONN_{office.connection.upper()}"] = json.dumps(_folder(folder, office.connection))
    given = os.environ.get(KEY_VARIABLE)
    # A shell that has read the file has its key: written again without it, the next shell would have none.
    if not given or given == _pseudonym_key(folder):
        found[KEY_VARIABLE] = _pseudonym_key(folder)
    _write_private(folder / "env", "".join(f"{name}={shlex.quote(value)}\n" for name, value in found.items()))
    _write_private(activate_file(folder.parent), _activate(folder))
    return found


def activate_file(home: Path) -> Path:
    """What a shell reads to work with the demonstration."""
    return home.resolve() / "demo" / "activate"


def _activate(folder: Path) -> str:
    """What makes `ward-warehouse`, the demonstration's state and its key work in the shell that reads it."""
    home, commands = folder.resolve().parent, Path(sys.executable).parent
    return (
        f"set -a\n. {shlex.quote(str(folder.resolve() / 'env'))}\n"
        f"WARD_WAREHOUSE_HOME={shlex.quote(str(home))}\nset +a\n"
        f'PATH={shlex.quote(str(commands))}:"$PATH"\n'
    )


def _folder(folder: Path, name: str) -> dict[str, Any]:
    return {"conn_type": "fs", "extra": {"path": str((folder / "files" / name).resolve())}}


def _pseudonym_key(folder: Path) -> str:
    """A key for the demonstration alone, kept: with another one every record would look changed."""
    path = folder / "pseudonym_key"
    if not path.is_file():
        _write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8")


def _launch(home: Path) -> dict[str, Any]:
    folder, instance = home / "demo", secrets.token_hex(8)
    _state_file(folder).unlink(missing_ok=True)
    log = home / "logs" / "demo-ward-systems.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "ward_demo.server", "--instance", instance]
    command += ["--folder", str(folder / "http"), "--tokens", str(folder / "tokens.json")]
    command += ["--state", str(_state_file(folder))]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - this project's own module, no shell
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        state = _running(folder)
        if state is not None and state["instance"] == instance:
            # It outlives this process on purpose: told that it has ended, the handle gives no warning about it.
            process.returncode = 0
            return state
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise WardWarehouseError(
        f"demonstration: the ward systems' server did not answer within {_START_SECONDS:.0f} s; its log {log} says why"
    )


def _running(folder: Path) -> dict[str, Any] | None:
    """What the state file says, when the process it names still answers under the same instance name."""
    try:
        state: dict[str, Any] = json.loads(_state_file(folder).read_text(encoding="utf-8"))
        answer = httpx.get(f"http://{state['host']}:{state['port']}/_instance", timeout=2.0, trust_env=False)
        return state if answer.text == state["instance"] else None
    except (OSError, ValueError, KeyError, httpx.HTTPError):
        return None


def _gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            # The child of this very process stays a zombie until it is waited for.
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return True
        except ChildProcessError:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
        time.sleep(0.02)
    return False


def _state_file(folder: Path) -> Path:
    return folder / "server.json"


def _write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
