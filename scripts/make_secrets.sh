#!/bin/sh
# Writes the secrets of docker-compose.yml to .env, which git ignores and `docker compose` reads by itself.
# What is already in the file stays, so that a second run changes nothing.
#
#   scripts/make_secrets.sh [FILE]
set -eu
umask 077
file=${1:-$(dirname "$0")/../.env}

random() { # bytes; safe in a URL
    head -c "$1" /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'
}

add() { # name, value
    if ! grep -q "^$1=." "$file"; then
        echo "$1=$2" >>"$file"
    fi
}

touch "$file"
chmod 600 "$file"
# Which of the services run, and with which settings: `local` or `cluster`.
add COMPOSE_PROFILES local
add POSTGRES_PASSWORD "$(random 24)"
add REDIS_PASSWORD "$(random 24)"
add LAKE_PASSWORD "$(random 24)"
add MARIADB_PASSWORD "$(random 24)"
add MARIADB_ROOT_PASSWORD "$(random 24)"
add WAREHOUSE_LOADER_PASSWORD "$(random 24)"
add AIRFLOW_FERNET_KEY "$(random 32)"
add AIRFLOW_API_SECRET_KEY "$(random 48)"
add AIRFLOW_JWT_SECRET "$(random 48)"
add AIRFLOW_ADMIN_PASSWORD "$(random 18)"
# Whoever loses this key loses the link between a person's records before and after; whoever takes it can guess names.
add WARD_WAREHOUSE_PSEUDONYM_KEY "$(random 48)"
echo "secrets in $file; the web pages' user is admin, the password is AIRFLOW_ADMIN_PASSWORD in it"
