#!/usr/bin/env bash
# Make a virtual environment with a Python that is new enough: venv.sh FOLDER
# PYTHON names one; without it the machine's python3 goes first, then every name that newer ones have.
set -euo pipefail

OLDEST=3.10
HERE=$(cd "$(dirname "$0")" && pwd)

fail() {
    printf 'error: %s\n%s\n' "$1" "$2" >&2
    exit 1
}

is_new_enough() {
    "$1" -c "import sys; sys.exit(sys.version_info < (${OLDEST/./, }))" 2>/dev/null
}

find_python() {
    local name
    for name in python3 python3.{14,13,12,11,10}; do
        ! is_new_enough "$name" || { echo "$name" && return; }
    done
    return 1
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || fail "$PYTHON is no Python $OLDEST or newer." "Name another one: PYTHON=…"
        echo "$PYTHON"
        return
    fi
    find_python || { "$HERE/packages.sh" python3 >&2 && find_python; } ||
        fail "There is no Python $OLDEST or newer here." "Install one, or name it: PYTHON=…"
}

can_make_venv() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

# Debian keeps this part of Python in a package of its own, named after the version.
need_venv_module() {
    local package
    can_make_venv "$1" && return
    package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    "$HERE/packages.sh" "$package"
    can_make_venv "$1" || fail "$1 cannot make virtual environments." "Name another Python: PYTHON=…"
}

# What an interrupted run or a Python that is gone has left is made anew.
is_usable() {
    "$1/bin/python" -m pip --version >/dev/null 2>&1
}

folder=${1:?"usage: venv.sh FOLDER"}
is_usable "$folder" && exit 0
python=$(choose_python)
need_venv_module "$python"
"$python" -m venv --clear "$folder"
# Up to Python 3.11 it brings a setuptools of its own, 9 MB that nothing here runs with.
! "$folder/bin/python" -c 'import setuptools' 2>/dev/null ||
    "$folder/bin/python" -m pip --disable-pip-version-check uninstall --quiet --yes setuptools
