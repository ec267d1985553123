#!/bin/sh
# The part of the official MariaDB image's entrypoint that the compose file relies on: a first start makes the system
# tables, the database MARIADB_DATABASE and its user from MARIADB_USER and MARIADB_PASSWORD, and no other that could
# log in.
set -eu

: "${MARIADB_PASSWORD:?is not set; a database without a password is not started}"
data=/var/lib/mysql
if [ ! -d "$data/mysql" ]; then
    umask 077
    mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=socket \
        --skip-test-db >/dev/null
    mariadbd --no-defaults --datadir="$data" --bootstrap <<SQL
FLUSH PRIVILEGES;
CREATE DATABASE $MARIADB_DATABASE CHARACTER SET utf8mb4;
CREATE USER $MARIADB_USER@'%' IDENTIFIED BY '$MARIADB_PASSWORD';
GRANT ALL ON $MARIADB_DATABASE.* TO $MARIADB_USER@'%';
SQL
fi
exec "$@" --no-defaults --datadir="$data" --bind-address=0.0.0.0 --character-set-server=utf8mb4
