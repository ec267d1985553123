#!/usr/bin/env bash
# Makes .venv with the interpreter that is named, and puts the locked installer into it.
#
#   scripts/bootstrap.sh python3
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    echo "bootstrap: found $("$python" --version 2>/dev/null || echo no program) under the name $python, expected Python" \
        "3.11, 3.12 or 3.13; name one with: make PYTHON=/path/to/python3.11" >&2
    exit 1
fi
echo "Making .venv with $("$python" --version)"
"$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
