"""Makes the places of a cluster, each only where the settings name it: the lake's bucket, the warehouse's database.

To run it again changes nothing but the password of `ward_warehouse_loader`, which is the environment's.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import fsspec
import psycopg
from psycopg import sql

from ward_warehouse.core.settings import Settings

ROLES = Path(__file__).resolve().parents[1] / "scripts" / "postgres_roles.sql"
DATABASE, LOADER = "ward_warehouse", "ward_warehouse_loader"


def make_bucket(settings: Settings) -> None:
    """The bucket of a lake on an object store."""
    address = urlsplit(settings.lake)
    if address.scheme not in ("s3", "s3a"):
        return
    store = fsspec.filesystem(address.scheme)
    if not store.exists(address.netloc):
        store.mkdir(address.netloc)


def make_database(settings: Settings) -> None:
    """The warehouse's database beside Airflow's, with the roles and schemas that publishing needs."""
    if not settings.serves_postgres:
        return
    airflow = urlsplit(os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    owner = {"host": airflow.hostname, "port": airflow.port, "user": airflow.username, "password": airflow.password}
    with psycopg.connect(dbname="postgres", autocommit=True, **owner) as db:  # type: ignore[arg-type]
        if db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            db.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(DATABASE))
            )
    with psycopg.connect(dbname=DATABASE, autocommit=True, **owner) as db:  # type: ignore[arg-type]
        db.execute(ROLES.read_bytes())
        db.execute("SET default_transaction_read_only = off")
        password = sql.Literal(os.environ["WAREHOUSE_LOADER_PASSWORD"])
        db.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(LOADER), password))
