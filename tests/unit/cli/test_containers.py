"""What `docker-compose.yml` says of every container, in both profiles: who reaches what, and with which secrets."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.district import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SECRET = re.compile(r"PASSWORD|SECRET|FERNET|PSEUDONYM|CONN|BROKER")


def environment(service: str) -> dict[str, str]:
    found: dict[str, str] = SERVICES[service].get("environment", {})
    return found


def who_has(variable: str) -> set[str]:
    return {name for name in SERVICES if variable in environment(name)}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_change_nothing_but_its_volumes_and_has_limits(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit"} <= set(service)


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "init"])
def test_a_container_that_stays_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 1
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_has_a_value_here(name: str) -> None:
    """Each is asked for: without `.env` nothing starts."""
    for variable, value in environment(name).items():
        if SECRET.search(variable) and variable != "AIRFLOW__CORE__EXECUTION_API_SERVER_URL":
            assert re.search(r"\$\{[A-Z_]+:\?", value), variable


def test_every_secret_that_is_asked_for_is_made(tmp_path: Path) -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    file = tmp_path / "env"
    subprocess.run(["sh", str(ROOT / "scripts" / "make_secrets.sh"), str(file)], check=True, capture_output=True)
    made = dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())
    assert asked <= set(made)
    secrets = [value for name, value in made.items() if name != "COMPOSE_PROFILES"]
    assert len(set(secrets)) == len(secrets)
    assert min(map(len, secrets)) >= 24


def test_who_hands_the_tasks_out_sees_no_ward_and_no_lake() -> None:
    workers = {"worker-wards", "worker-warehouse"}
    assert who_has("WARD_WAREHOUSE_PSEUDONYM_KEY") == {"scheduler", *workers}
    assert who_has("AWS_SECRET_ACCESS_KEY") == {"init", "api-server", "store", *workers}
    assert who_has("AIRFLOW__CELERY__BROKER_URL") == {"cluster-scheduler", *workers}


def test_only_who_opens_the_lake_reaches_the_store() -> None:
    """The store's doors other than S3 ask for no password."""
    inside = {name for name, service in SERVICES.items() if "lake" in service.get("networks", [])}
    assert inside == who_has("AWS_SECRET_ACCESS_KEY")
    assert SERVICES["store"]["networks"] == ["lake"]


def test_workers_of_wards_share_no_disk() -> None:
    """But the folder in which the demonstration's wards are, to be read."""
    assert SERVICES["worker-wards"]["volumes"] == ["demo:/var/lib/ward-warehouse/demo:ro"]


def test_each_queue_of_the_tasks_has_a_worker() -> None:
    dags = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "dags").glob("*.py"))
    queues = set(re.findall(r"""queue(?:="|": ")(\w+)""", dags))
    commands = [service["command"] for service in SERVICES.values() if "celery" in service.get("command", "")]
    assert {command[command.index("--queues") + 1] for command in commands} == queues == {"wards", "warehouse"}


@pytest.mark.parametrize("profile", ["local", "cluster"])
def test_the_settings_of_a_profile_hold_no_secret(profile: str) -> None:
    text = (ROOT / "docker" / f"{profile}.env").read_text(encoding="utf-8")
    names = re.findall(r"^(\w+)=", text, re.MULTILINE)
    assert "AIRFLOW__CORE__EXECUTOR" in names
    assert [name for name in names if re.search(r"PASSWORD|SECRET|KEY$", name)] == []
