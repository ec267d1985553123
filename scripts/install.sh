#!/usr/bin/env bash
# Installs one lock file into an environment, .venv unless another is named: every file checked against its hash, and
# compiled once, because where Python may not write bytecode each process would compile all that it imports.
#
#   scripts/install.sh requirements/runtime.txt
#   scripts/install.sh requirements/dbt-score.txt /a/folder
set -euo pipefail
cd "$(dirname "$0")/.."
lock=$1
environment=${2:-.venv}

# uv does not read pip's configuration; a package index that pip was told of is meant for uv as well.
if [ -z "${UV_DEFAULT_INDEX:-}" ]; then
    index=$(.venv/bin/python -m pip config list | sed -n "s/^.*\.index-url='\(.*\)'$/\1/p" | tail -n 1)
    if [ -n "$index" ]; then
        export UV_DEFAULT_INDEX=$index
    fi
fi
echo "Installing $lock"
.venv/bin/uv pip install --quiet --python "$environment/bin/python" --require-hashes --compile-bytecode -r "$lock"
