#!/bin/sh
# Before the other services start: Airflow's tables, the administrator of its web pages, the roles of ours; of a cluster
# also the pool of those who read wards, the lake's bucket and the database in which the warehouse is served.
set -eu

airflow db migrate
# Leaves an administrator who is already there, and the password, alone.
airflow users create --role Admin --username admin --email admin@localhost --firstname Airflow --lastname Administrator \
    --password "${AIRFLOW_ADMIN_PASSWORD:?is not set; scripts/make_secrets.sh writes it}"
# Who may review and close periods on the status pages.
python -m ward_warehouse_pages.fab_roles
python -m ward_warehouse_pages.readers_pool
python docker/places.py
