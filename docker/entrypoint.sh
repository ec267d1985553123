#!/bin/sh
# Gives an Airflow service the connections of the demonstration's ward systems, where these run beside it.
set -eu
# What the services make in the volumes is its owner's alone.
umask 077

demo_environment=$WARD_WAREHOUSE_HOME/demo/env
pseudonym_key=${WARD_WAREHOUSE_PSEUDONYM_KEY:-}
if [ -r "$demo_environment" ]; then
    set -a
    # shellcheck source=/dev/null
    . "$demo_environment"
    # The key that this container was given goes before the one that the demonstration makes for itself.
    WARD_WAREHOUSE_PSEUDONYM_KEY=${pseudonym_key:-${WARD_WAREHOUSE_PSEUDONYM_KEY:-}}
    set +a
fi
exec "$@"
