#!/usr/bin/env bash
# Airflow's four services on this machine, on the same data as the demonstration. Called by `make up`, which sets the
# environment. Not `airflow standalone`: that also opens a log server on every network interface.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
# Each service gets a process group of its own. Otherwise Ctrl-C signals it first and this script a second time, and a
# scheduler that is told twice to end waits for its workers for ever.
set -m
export PATH="$PWD/.venv/bin:$PATH"
address=http://$AIRFLOW__API__HOST:$AIRFLOW__API__PORT
logs=$WARD_WAREHOUSE_HOME/logs
services=()

# shellcheck disable=SC2317,SC2329  # called by the trap
stop() {
    trap - EXIT INT TERM
    local service
    for service in "${services[@]}"; do
        kill -TERM "$service" 2>/dev/null || true
    done
    for _ in {1..30}; do
        kill -0 "${services[@]}" 2>/dev/null || break
        sleep 1
    done
    for service in "${services[@]}"; do
        kill -KILL -- "-$service" 2>/dev/null || true
    done
    ward-warehouse demo down
}

start() { # service, options
    (
        # Only the scheduler, whose children the tasks are, reads wards and hashes: no other process holds their secrets.
        if [[ $1 != scheduler ]]; then
            unset "${!AIRFLOW_CONN_@}" "${!WARD_WAREHOUSE_PSEUDONYM_@}"
        fi
        exec airflow "$@" >"$logs/airflow-$1.log" 2>&1 9>&-
    ) &
    services+=($!)
}

listens() {
    (exec 8<>"/dev/tcp/$AIRFLOW__API__HOST/$AIRFLOW__API__PORT") 2>/dev/null
}

healthy() {
    local component
    for component in metadatabase scheduler dag_processor triggerer; do
        python docker/healthcheck.py "$address/api/v2/monitor/health" "$component" 2>/dev/null || return 1
    done
}

ended() {
    echo "up: a service of Airflow ended; see $logs/airflow-*.log" >&2
    exit 1
}

mkdir -p "$AIRFLOW_HOME" "$logs"
# Before anything is touched: a second Airflow would put the first one's ward systems back to their beginning. The lock
# is the kernel's, held through descriptor 9, and goes with this process however it ends.
exec 9>>"$WARD_WAREHOUSE_HOME/up.lock"
if ! python -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null; then
    echo "up: one runs already on $WARD_WAREHOUSE_HOME: $address, unless it was given another port. It was left alone;" \
        "end it with Ctrl-C where it was started, then start again." >&2
    exit 1
fi
if listens; then
    echo "up: something else listens on $address; end it, or choose another port: AIRFLOW__API__PORT=8081 make up" >&2
    exit 1
fi
trap stop EXIT
trap 'exit 130' INT TERM
ward-warehouse demo up 9>&-
set -a
# shellcheck source=/dev/null
. "$WARD_WAREHOUSE_HOME/demo/env"
set +a

# The demonstration's nights are over: on a schedule, every run would find no ward in force and fail.
last_night=$(python -c 'from datetime import UTC, datetime
from ward_warehouse.core.offered import last_night
from ward_warehouse.core.settings import load_settings
print(last_night(load_settings().wards_dir, datetime.now(UTC).date()) or "")')
if [[ -n $last_night ]]; then
    export WARD_WAREHOUSE_SCHEDULE=""
fi
# The one user of this Airflow may sign on its status pages, unless somebody else is named.
export WARD_WAREHOUSE_REVIEWERS=${WARD_WAREHOUSE_REVIEWERS:-'["admin"]'}
export WARD_WAREHOUSE_APPROVERS=${WARD_WAREHOUSE_APPROVERS:-'["admin"]'}

echo "Starting Airflow; its logs are in $logs/airflow-*.log"
login=$(python scripts/admin_password.py)
airflow db migrate >"$logs/airflow-db.log" 2>&1
start api-server
start dag-processor
start scheduler --skip-serve-logs
start triggerer --skip-serve-logs
until healthy; do
    for service in "${services[@]}"; do
        kill -0 "$service" 2>/dev/null || ended
    done
    sleep 1
done
echo "Airflow is up: $address, $login"
if [[ -n $last_night ]]; then
    echo "No run starts by itself: the wards of this registry are in force until $last_night. To play that night:"
    echo "  Dags > ward_nightly_load > Trigger; the night is filled in already, wards may be chosen; press Trigger."
else
    echo "ward_nightly_load runs every night by its schedule; to start it now: Dags > ward_nightly_load > Trigger."
fi
echo "warehouse_build follows it by itself. What came of the nights, and every other page: $address/ward-warehouse/"
echo "Ctrl-C stops everything."
# One service that ends takes the others with it: half an Airflow only looks as if it worked.
wait -n "${services[@]}" || true
ended
