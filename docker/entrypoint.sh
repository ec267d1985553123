#!/bin/sh
# Gives an Airflow service the connections of the demonstration's ward systems, where these run beside it.
set -eu

demo_environment=$WARD_WAREHOUSE_HOME/demo/env
if [ -r "$demo_environment" ]; then
    set -a
    # shellcheck source=/dev/null
    . "$demo_environment"
    set +a
fi
exec "$@"
