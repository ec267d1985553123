#!/usr/bin/env bash
# Airflow's four services on this machine, on the same data as the demonstration. Called by `make up`, which sets the
# environment. Not `airflow standalone`: that also opens a log server on every network interface.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
export PATH="$PWD/.venv/bin:$PATH"
services=()

stop() {
    trap - EXIT INT TERM
    if [ ${#services[@]} -gt 0 ]; then
        kill "${services[@]}" 2>/dev/null || true
        wait "${services[@]}" 2>/dev/null || true
    fi
    ward-warehouse demo down
}

mkdir -p "$AIRFLOW_HOME"
ward-warehouse demo up
trap stop EXIT
trap 'exit 130' INT TERM
set -a
# shellcheck source=/dev/null
. "$WARD_WAREHOUSE_HOME/demo/env"
set +a

airflow db migrate
airflow api-server &
services+=($!)
airflow dag-processor &
services+=($!)
airflow scheduler --skip-serve-logs &
services+=($!)
airflow triggerer --skip-serve-logs &
services+=($!)
echo "Airflow: http://$AIRFLOW__API__HOST:$AIRFLOW__API__PORT, user admin, password in" \
    "$AIRFLOW_HOME/simple_auth_manager_passwords.json.generated; Ctrl-C stops everything"
# One service that ends takes the others with it: half an Airflow only looks as if it worked.
wait -n "${services[@]}"
