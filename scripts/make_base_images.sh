#!/usr/bin/env bash
# Makes stand-ins for the two base images out of Debian's packages, for a machine that reaches no image registry.
#
#   scripts/make_base_images.sh python:3.11-slim-bookworm postgres:17-trixie
#
# Each gets the name that the Dockerfile or the compose file asks for, so that both stay as a user with a registry
# needs them. For tests only: a stand-in gets no security updates. Needs root, a Docker engine and debootstrap.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "make_base_images: $*" >&2
    exit 1
}

bootstrap() { # suite, folder, packages separated by commas
    debootstrap --variant=minbase ${3:+--include="$3"} "$1" "$2" >"$work/debootstrap.log" 2>&1 ||
        fail "debootstrap of $1 failed: $(tail -n 3 "$work/debootstrap.log")"
}

import_image() { # folder, name, then the image's settings
    local folder=$1 name=$2 changes=() change
    shift 2
    for change in "$@"; do changes+=(--change "$change"); done
    rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
    tar --numeric-owner -C "$folder" -c . | docker import "${changes[@]}" - "$name" >/dev/null
}

make_python() { # name
    local root=$work/python
    bootstrap bookworm "$root" ca-certificates,python3,python3-venv,python3-pip
    # The registry's image has its interpreter here, before Debian's on the path.
    ln -s /usr/bin/python3.11 "$root/usr/local/bin/python3"
    ln -s /usr/bin/python3.11 "$root/usr/local/bin/python"
    import_image "$root" "$1" \
        'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' 'CMD ["python3"]'
}

make_postgres() { # name
    local root=$work/postgres
    bootstrap trixie "$root" ca-certificates
    # The registry's image gives the user this number; the compose file names it.
    chroot "$root" groupadd --system --gid 999 postgres
    chroot "$root" useradd --system --uid 999 --gid 999 --home-dir /var/lib/postgresql postgres
    mkdir -p "$root/etc/postgresql-common"
    echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qq --no-install-recommends postgresql-17 \
        >"$work/apt.log" 2>&1 || fail "PostgreSQL cannot be installed: $(tail -n 3 "$work/apt.log")"
    mkdir -p "$root/var/lib/postgresql/data"
    chroot "$root" chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
    install -m 755 docker/postgres-stand-in-entrypoint.sh "$root/usr/local/bin/docker-entrypoint.sh"
    import_image "$root" "$1" \
        'ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8' \
        'VOLUME /var/lib/postgresql/data' 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]'
}

cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || fail "found user $(id -un), expected root: debootstrap makes a file system of root's files"
command -v debootstrap >/dev/null || fail "debootstrap is not installed; it is a package of Debian and Ubuntu"
[ $# -gt 0 ] || fail "name the images to make, for example: $0 python:3.11-slim-bookworm postgres:17-trixie"
for image in "$@"; do
    case $image in
        python:3.11-slim-bookworm) make_python "$image" ;;
        postgres:17-trixie) make_postgres "$image" ;;
        *) fail "$image: found no recipe, expected python:3.11-slim-bookworm or postgres:17-trixie" ;;
    esac
    echo "made $image"
done
