#!/bin/sh
# Before the other services start: Airflow's tables, the administrator of its web pages, and the roles of ours.
set -eu

airflow db migrate
# Leaves an administrator who is already there, and the password, alone.
airflow users create --role Admin --username admin --email admin@localhost --firstname Airflow --lastname Administrator \
    --password "${AIRFLOW_ADMIN_PASSWORD:?is not set; scripts/make_secrets.sh writes it}"
# Who may review and close periods on the status pages.
python -m ward_warehouse_pages.fab_roles
