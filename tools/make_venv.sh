#!/usr/bin/env bash
# Makes a virtual environment with the best interpreter this machine has.
# A name on PATH proves nothing (version-manager shims exist for absent versions): each candidate is run.
set -euo pipefail
target="${1:-.venv}"

candidates() {
    local version
    for version in 3.13 3.12; do
        echo "python$version"
        ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version"*/bin/python3 2>/dev/null | sort -rV || true
        ls "${XDG_DATA_HOME:-$HOME/.local/share}"/uv/python/cpython-"$version"*/bin/python3 2>/dev/null || true
        ls "/usr/local/bin/python$version" "/usr/bin/python$version" \
            "/opt/xianfeng/python/bin/python$version" "/opt/homebrew/bin/python$version" "/opt/python/$version/bin/python3" 2>/dev/null || true
    done
    echo python3
    echo python
}

works() {
    "$1" -c 'import sys, venv, ensurepip, sqlite3, ssl
assert (3, 12) <= sys.version_info[:2] < (3, 15) and sys.implementation.name == "cpython"' >/dev/null 2>&1
}

while read -r candidate; do
    if works "$candidate"; then
        echo "Making $target with $("$candidate" --version) ($candidate)"
        "$candidate" -m venv "$target"
        exit 0
    fi
done < <(candidates)

echo "No CPython 3.12 or newer with venv was found. Install python3.13 (and python3.13-venv), then repeat." >&2
exit 1
