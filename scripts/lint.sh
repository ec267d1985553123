#!/usr/bin/env bash
# Every static check, each with what it found; all of them run before the first failure counts. Called by `make lint`,
# and with the names of some checks by the hooks of .pre-commit-config.yaml.
#
#   scripts/lint.sh
#   scripts/lint.sh ruff 'ruff format'
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
export PATH="$PWD/.venv/bin:$PATH" DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false
export WARD_WAREHOUSE_HOME=${WARD_WAREHOUSE_HOME:-$PWD/.local}
failed=()
wanted=("$@")
ran=0

check() { # name, command
    local name=$1 output code seconds=$SECONDS
    shift
    if [ ${#wanted[@]} -gt 0 ]; then
        printf '%s\n' "${wanted[@]}" | grep --line-regexp --fixed-strings --quiet "$name" || return 0
    fi
    ran=$((ran + 1))
    # Not as a condition: there, only the last command of a check would count.
    set +e
    output=$(set -e; "$@" 2>&1)
    code=$?
    set -e
    if [ "$code" -eq 0 ]; then
        printf '%-20s passed  %3d s\n' "$name" $((SECONDS - seconds))
    else
        printf '%-20s FAILED  %3d s\n%s\n' "$name" $((SECONDS - seconds)) "$output"
        failed+=("$name")
    fi
}

sql() {
    # The dbt templater compiles the models against a warehouse; an empty one of its own will do.
    mkdir -p "$WARD_WAREHOUSE_HOME/lint"
    WARD_WAREHOUSE_BUILD_DB=$WARD_WAREHOUSE_HOME/lint/district.duckdb sqlfluff lint --processes 0 --disable-progress-bar dbt_project &&
        # What analysts read is said as briefly as they would write it.
        sqlfluff lint --templater raw --exclude-rules ST06,RF04,AM03 --disable-progress-bar docs/cookbook
}

environment() { # tool: one of its own, because its dependencies and those of the project need not agree
    local lock=requirements/$1.txt folder=$WARD_WAREHOUSE_HOME/lint/$1
    if ! cmp --silent "$lock" "$folder/lock.txt"; then
        uv venv --quiet --clear --python .venv/bin/python "$folder"
        scripts/install.sh "$lock" "$folder"
        # The copy comes last: an installation that was broken off is made again.
        cp "$lock" "$folder/lock.txt"
    fi
}

manifest() {
    rm -rf "$WARD_WAREHOUSE_HOME/lint/target"
    # Every warning is an error, but for the one that dbt_project.yml says is none; dbt takes no list beside --warn-error.
    WARD_WAREHOUSE_BUILD_DB=$WARD_WAREHOUSE_HOME/lint/district.duckdb dbt --quiet \
        --warn-error-options '{"error": "all", "silence": ["UnsupportedConstraintMaterialization"]}' parse \
        --project-dir dbt_project --profiles-dir dbt_project \
        --target-path "$WARD_WAREHOUSE_HOME/lint/target" --log-path "$WARD_WAREHOUSE_HOME/lint/logs"
}

bouncer() {
    environment dbt-bouncer
    # It reads target/manifest.json beside its configuration.
    cp dbt_project/dbt-bouncer.yml "$WARD_WAREHOUSE_HOME/lint/"
    cd "$WARD_WAREHOUSE_HOME/lint"
    dbt-bouncer/bin/dbt-bouncer run --show-all-failures
}

score() {
    environment dbt-score
    "$WARD_WAREHOUSE_HOME/lint/dbt-score/bin/dbt-score" lint --manifest "$WARD_WAREHOUSE_HOME/lint/target/manifest.json"
}

imports() {
    # Of the tests, benches and scripts only that what they import is declared: they may use every group, and name none.
    deptry . --exclude '\.venv|\.git|\.local' --extend-exclude 'no-other-folder' --ignore DEP002,DEP004
}

registry() {
    check-jsonschema --check-metaschema schemas/*.json
    check-jsonschema --schemafile schemas/system.schema.json dags/systems/*.yml examples/*/systems/*.yml bench/systems/*.yml
    check-jsonschema --schemafile schemas/district.schema.json dags/wards/*.yml examples/*/wards/*.yml
}

templates() {
    check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
    find .github/ISSUE_TEMPLATE -name '*.yml' -not -name config.yml -exec \
        check-jsonschema --builtin-schema vendor.github-issue-forms {} +
}

check 'ruff' ruff check .
check 'ruff format' ruff format --check .
check 'import-linter' lint-imports --no-logo
check 'mypy' mypy
check 'deptry' deptry .
check 'deptry of tests' imports
check 'printed files' python scripts/printed.py --check
check 'registry schemas' registry
check 'sqlfluff' sql
check 'dbt parse' manifest
check 'dbt-bouncer' bouncer
check 'dbt-score' score
check 'shellcheck' shellcheck .ci/run scripts/*.sh docker/*.sh
check 'hadolint' hadolint Dockerfile
check 'compose schema' check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
check 'issue templates' templates
check 'hooks' pre-commit validate-config .pre-commit-config.yaml

if [ ${#wanted[@]} -gt 0 ] && [ "$ran" -ne ${#wanted[@]} ]; then
    echo "lint: $ran of these are checks: ${wanted[*]}; expected names as they stand in this script" >&2
    exit 1
fi
if [ ${#failed[@]} -gt 0 ]; then
    echo "lint: ${#failed[@]} of the checks failed: ${failed[*]}" >&2
    exit 1
fi
