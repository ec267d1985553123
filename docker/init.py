"""Before the other services start: what they expect to be there. To run it again changes nothing that is there.

Airflow's tables, the administrator of its web pages and the roles of ours; of a cluster also the pool of those who read
wards, the lake's bucket and the database in which the warehouse is served.

One process: each command of Airflow's imports all of it first, which is longer than what the command does.
"""

from __future__ import annotations

import os
import sys

import places
from airflow.cli.cli_parser import get_parser

from ward_warehouse.core.settings import load_settings
from ward_warehouse_pages import fab_roles, readers_pool


def run_airflow(*words: str) -> None:
    """Runs one command of Airflow's command line in this process."""
    asked = get_parser().parse_args(words)
    asked.func(asked)


def main() -> None:
    """Makes everything, in the order in which the one needs the other."""
    password = os.environ.get("AIRFLOW_ADMIN_PASSWORD")
    if not password:
        sys.exit("AIRFLOW_ADMIN_PASSWORD: found nothing, expected a password; scripts/make_secrets.sh writes it")
    run_airflow("db", "migrate")
    # Leaves an administrator who is already there, and the password, alone.
    who = {"role": "Admin", "username": "admin", "email": "admin@localhost", "firstname": "Airflow"}
    who |= {"lastname": "Administrator", "password": password}
    run_airflow("users", "create", *(f"--{name}={value}" for name, value in who.items()))
    fab_roles.make_roles()
    readers_pool.main()
    settings = load_settings()
    places.make_bucket(settings)
    places.make_database(settings)


if __name__ == "__main__":
    main()
