#!/usr/bin/env bash
# Install the Debian packages that are missing: packages.sh PACKAGE... One may be named as `this|or-that`: one that is
# there will do, else the first is installed that the system's archive has.
# Uses sudo where one is not root; where it cannot be done, says which command a person can run.
set -euo pipefail

is_installed() {
    local name
    for name in ${1//|/ }; do
        if dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed; then return 0; fi
    done
    return 1
}

offered() {
    local name
    for name in ${1//|/ }; do
        apt-cache show "$name" >/dev/null 2>&1 && break
    done
    echo "$name"
}

apt() {
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@"
}

can_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }
}

# A fresh machine has no package lists, an old one has stale ones: fetch them only when they are needed.
install_packages() {
    install_offered "$@" 2>/dev/null && return
    apt update && install_offered "$@"
}

install_offered() {
    local names=() name
    for name in "$@"; do names+=("$(offered "$name")"); done
    apt install --yes --no-install-recommends "${names[@]}"
}

missing=()
for package in "$@"; do
    is_installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing from the system's package archive: ${missing[*]}"
if ! can_install || ! install_packages "${missing[@]}" >/dev/null; then
    printf 'error: these system packages are missing: %s\n' "${missing[*]}" >&2
    printf 'Run: sudo apt-get update && sudo apt-get install %s\n' "${missing[*]##*|}" >&2
    exit 1
fi
