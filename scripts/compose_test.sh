#!/usr/bin/env bash
# Builds the image, starts every service of a profile of docker-compose.yml under a name of its own, plays the
# demonstration's nights in it, compares the published warehouse with the known figures, and removes everything again.
# Prints what each step took. Called by `make compose-test`; needs a Docker engine with Compose v2.
#
#   scripts/compose_test.sh              the profile `cluster`: three workers read wards, one is killed in mid-night
#   scripts/compose_test.sh local        the profile `local`
#
# A base image comes from the engine's own store, else from the registry, else from Debian's packages (this last needs
# root and debootstrap). WARD_WAREHOUSE_PULL=no leaves the registry out. WARD_WAREHOUSE_KEEP=yes leaves the services up.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
export COMPOSE_PROFILES=${1:-cluster}
export COMPOSE_PROJECT_NAME=ward-warehouse-test
export WARD_WAREHOUSE_PORT=${WARD_WAREHOUSE_PORT:-18080}
# A ward that is down stays down for its night; a worker that is lost is soon missed, and its wards are read at once.
export WARD_WAREHOUSE_EXTRACT_RETRIES=1 WARD_WAREHOUSE_EXTRACT_RETRY_MINUTES=0 AIRFLOW_HEARTBEAT_TIMEOUT=15
# A company proxy's certificates, where the machine names them, are needed inside the build too.
export WARD_WAREHOUSE_CA_BUNDLE=${WARD_WAREHOUSE_CA_BUNDLE:-${SSL_CERT_FILE:-/dev/null}}

fail() {
    echo "compose-test: $*" >&2
    exit 1
}

compose() {
    docker compose --env-file "$work/env" "$@"
}

finish() {
    local status=$?
    trap - EXIT
    [ -z "${sampler:-}" ] || kill "$sampler" 2>/dev/null || true
    if [ $status -ne 0 ] && [ -s "$work/env" ]; then
        compose ps --all --format 'table {{.Service}}\t{{.Status}}' >&2 || true
        compose logs --no-color 2>/dev/null | grep -E '\[(error|critical) *\]|Traceback|Error:' | cut -c 1-600 | tail -n 20 >&2 || true
    fi
    if [ "${WARD_WAREHOUSE_KEEP:-no}" != yes ] && [ -s "$work/env" ]; then
        compose down --volumes --timeout 10 >/dev/null 2>&1 || true
        rm -rf "$work"
    fi
    exit $status
}

step() { # name, command
    local name=$1 started=$SECONDS
    shift
    "$@" >"$work/log" 2>&1 || {
        tail -n 40 "$work/log" >&2
        fail "$name failed after $((SECONDS - started)) s"
    }
    printf '%-34s %4d s\n' "$name" $((SECONDS - started))
}

base_images() {
    local image missing=()
    for image in $(sed -n 's/^FROM \([^ ]*\).*/\1/p' Dockerfile | sort -u) $(compose config --images | grep -v '^ward-warehouse:' | sort -u); do
        docker image inspect "$image" >/dev/null 2>&1 && continue
        [ "${WARD_WAREHOUSE_PULL:-yes}" = yes ] && docker pull --quiet "$image" && continue
        missing+=("$image")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        scripts/make_base_images.sh "${missing[@]}"
    fi
}

sample_memory() {
    while docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' >>"$work/memory" 2>/dev/null; do
        sleep 1
    done
}

largest_memory() { # the largest sample of each service, in MiB
    awk '/ward-warehouse-test/ {
            size = $2 + 0
            if ($2 ~ /GiB/) size *= 1024
            if ($2 ~ /KiB/) size /= 1024
            if (size > largest[$1]) largest[$1] = size
        }
        END { for (name in largest) printf "%-34s %5.0f MiB at most\n", name, largest[name] }' "$work/memory" | sort
}

kill_reader() { # night; cuts the power of the first worker that reads wards for it
    local host
    host=$(compose exec -T --env AIRFLOW_ADMIN_PASSWORD api-server python scripts/compose_nights.py reader "$1") &&
        docker kill "$host" >/dev/null && echo "  killed worker $host while it read wards"
}

play() { # night
    local killer=
    # The night that reads a whole year, so that there is a middle to be killed in.
    if [ "$COMPOSE_PROFILES" = cluster ] && [ "$1" = 2018-12-26 ]; then
        kill_reader "$1" &
        killer=$!
    fi
    compose exec -T --env AIRFLOW_ADMIN_PASSWORD api-server python scripts/compose_nights.py play "$1" ${killer:+lost}
    [ -z "$killer" ] || wait "$killer"
}

docker info >/dev/null 2>&1 || fail "no Docker engine answers; start one, for example: systemctl start docker"
docker compose version >/dev/null 2>&1 || fail "found no Compose v2, expected the plugin \`docker compose\`"
case $COMPOSE_PROFILES in
    cluster) builder=worker-warehouse scale=(--scale worker-wards=3) ;;
    local) builder=scheduler scale=() ;;
    *) fail "found profile $COMPOSE_PROFILES, expected local or cluster" ;;
esac
trap finish EXIT
scripts/make_secrets.sh "$work/env" >/dev/null

step 'base images' base_images
step 'image' compose build
step 'every service healthy' compose up --detach --wait --wait-timeout 300 "${scale[@]}"
profile=$COMPOSE_PROFILES
set -a
# shellcheck source=/dev/null
. "$work/env"
set +a
COMPOSE_PROFILES=$profile
sample_memory &
sampler=$!
nights=$(compose exec -T ward-systems python scripts/compose_nights.py nights)
for night in $nights; do
    step "ward systems at the end of $night" compose exec -T ward-systems python scripts/compose_nights.py prepare "$night"
    play "$night"
done
kill "$sampler"
compose exec -T "$builder" python scripts/compose_nights.py compare
largest_memory
if [ "${WARD_WAREHOUSE_KEEP:-no}" = yes ]; then
    echo "left running; remove with: docker compose --project-name $COMPOSE_PROJECT_NAME --env-file $work/env down --volumes"
fi
