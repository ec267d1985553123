#!/bin/sh
# The part of the official PostgreSQL image's entrypoint that the compose file relies on: a first start makes the
# cluster, the user and the database from POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB.
set -eu

: "${POSTGRES_PASSWORD:?is not set; a database without a password is not started}"
POSTGRES_USER=${POSTGRES_USER:-postgres}
POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    umask 077
    password_file=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" >"$password_file"
    initdb --username="$POSTGRES_USER" --pwfile="$password_file" --auth-local=trust --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8
    rm "$password_file"
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    if [ "$POSTGRES_DB" != postgres ]; then
        printf 'CREATE DATABASE "%s";\n' "$POSTGRES_DB" | postgres --single -E -j postgres >/dev/null
    fi
fi
exec "$@" -c "listen_addresses=*"
