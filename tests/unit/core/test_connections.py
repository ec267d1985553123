import json

import pytest

from ward_warehouse.core.connections import Connection, from_environment
from ward_warehouse.core.errors import SettingsError

PASSWORD = "p@ss/word-of-the-ward"


def test_json_form(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {
        "conn_type": "http", "host": "127.0.0.1", "port": "18311", "schema": "http", "login": "reader",
        "password": PASSWORD, "extra": {"base_path": "/p07"},
    }  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_QUAN_11_P07", json.dumps(parts))
    found = from_environment("quan_11_p07")
    assert found == Connection(
        "quan_11_p07", "http", "127.0.0.1", 18311, "http", "reader", PASSWORD, {"base_path": "/p07"}
    )


def test_json_form_with_extra_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_P14", json.dumps({"conn_type": "fs", "extra": '{"path": "/srv/p14"}'}))
    assert from_environment("p14").extra == {"path": "/srv/p14"}


def test_uri_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_P01", "postgresql://reader:p%40ss%2Fword-of-the-ward@db.example:5433/igate?sslmode=require"
    )
    found = from_environment("p01")
    assert found == Connection(
        "p01", "postgresql", "db.example", 5433, "igate", "reader", PASSWORD, {"sslmode": "require"}
    )


def test_uri_form_of_a_file_and_of_a_nested_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_P02", "sqlite:////srv/igate/p02.db")
    found = from_environment("p02")
    assert (found.conn_type, found.host, found.schema) == ("sqlite", "", "srv/igate/p02.db")
    monkeypatch.setenv("AIRFLOW_CONN_P03", "google-cloud-platform://?__extra__=%7B%22path%22%3A%20%22%2Fa%22%7D")
    found = from_environment("p03")
    assert (found.conn_type, found.extra) == ("google_cloud_platform", {"path": "/a"})


@pytest.mark.parametrize("value", [None, ""])
def test_an_absent_connection_names_its_variable(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("AIRFLOW_CONN_QUAN_11_P99", value)
    with pytest.raises(SettingsError, match="AIRFLOW_CONN_QUAN_11_P99"):
        from_environment("quan_11_p99")


@pytest.mark.parametrize(
    "value",
    [
        f'{{"conn_type": "http", "password": "{PASSWORD}"',
        f'{{"conn_type": "http", "port": "eighty", "password": "{PASSWORD}"}}',
        f'{{"conn_type": "http", "extra": "not json", "password": "{PASSWORD}"}}',
        f"http://reader:{PASSWORD.replace('/', '')}@host:port-of-none/x",
        PASSWORD,
    ],
)
def test_an_unreadable_connection_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_P07", value)
    with pytest.raises(SettingsError) as caught:
        from_environment("p07")
    assert "P07" in str(caught.value)
    chain = [caught.value, caught.value.__cause__]
    assert caught.value.__suppress_context__
    assert not any(part in str(error) for error in chain for part in ("word-of-the-ward", PASSWORD))


def test_neither_password_nor_extra_is_in_the_text_form() -> None:
    connection = Connection("p07", "http", "host", password=PASSWORD, extra={"token": "a-secret-in-extra"})
    assert "word-of-the-ward" not in repr(connection) + str(connection)
    assert "a-secret-in-extra" not in repr(connection) + str(connection)


def test_a_connection_that_is_not_there_is_not_said_to_be_a_ward_s_alone() -> None:
    """The same words are said of PostgreSQL that is published to, and of the store of the lake."""
    with pytest.raises(SettingsError, match=r"AIRFLOW_CONN_NOWHERE is not set; .*PostgreSQL"):
        from_environment("nowhere")
