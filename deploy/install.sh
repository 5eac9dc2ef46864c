#!/usr/bin/env bash
# Install Marrowkit as a station's service, or bring a newer version; run it again at any time.
#
# A release is a folder of its own below /opt/marrowkit/releases, named after its version and its content. It is made
# and tried there; then the link `current` is switched, which is one atomic step. What fails before the switch leaves
# the running station untouched; a release that does not answer after it is switched back.
set -euo pipefail
shopt -s inherit_errexit
umask 022
# The system's Python goes before a person's own, which lies in a home that the service cannot see.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/parts/release.sh
. "$HERE/parts/release.sh"
# shellcheck source=deploy/parts/machine.sh
. "$HERE/parts/machine.sh"

WHEELHOUSE=
ROOT=
EXTRAS=
DRY_RUN=false
UNINSTALL=false

usage() {
    cat <<'TEXT'
Usage: deploy/install.sh [OPTIONS]
  --wheelhouse DIR  install from the wheels in DIR, without internet (make wheelhouse fills one)
  --openvino        install the OpenVINO engine too
  --uvc             install linuxpy too, for the settings of USB cameras (GPL)
  --root DIR        install below DIR, without making a user or starting anything
  --dry-run         say what would be done, and change nothing
  --uninstall       remove the program; records, settings and the user stay
  --help            this text
PYTHON names a Python 3.10 or newer other than python3.
TEXT
}

fail() {
    printf 'error: %s\n%s\n' "$1" "$2" >&2
    exit 1
}

step() {
    if $DRY_RUN; then
        echo "Would do: $1"
    else
        echo "$1"
        "${@:2}"
    fi
}

# pip's way of writing several: [openvino,uvc]
with_extra() {
    local others=${EXTRAS%]}
    echo "${others:-[}${others:+,}$1]"
}

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
        --wheelhouse)
            WHEELHOUSE=$(folder "$@")
            shift
            ;;
        --root)
            ROOT=$(folder "$@")
            shift
            ;;
        --openvino) EXTRAS=$(with_extra openvino) ;;
        --uvc) EXTRAS=$(with_extra uvc) ;;
        --dry-run) DRY_RUN=true ;;
        --uninstall) UNINSTALL=true ;;
        --help)
            usage
            exit
            ;;
        *) fail "There is no option $1." "See: $0 --help" ;;
        esac
        shift
    done
}

folder() {
    [ -d "${2:-}" ] || fail "$1 needs a folder, and '${2:-}' is none." "Check the path; is the stick plugged in?"
    (cd "$2" && pwd)
}

staged() {
    [ -n "$ROOT" ]
}

need_root() {
    staged || $DRY_RUN || [ "$(id -u)" -eq 0 ] || fail "Only root can install a service." "Run: sudo $0"
}

alone() {
    mkdir -p "$RELEASES"
    exec 9>>"$PREFIX/.lock"
    flock --nonblock 9 || fail "Another installation is running." "Wait until it has ended."
}

install_kit() {
    local name before
    name=$(release_name)
    before=$(basename "$(readlink "$PREFIX/current" || true)")
    $DRY_RUN || alone
    $DRY_RUN || remove_unfinished
    is_made "$name" || step "Making release $name" make_release "$name"
    staged || step "Making sure of the user $USER_NAME" make_user
    step "Switching to release $name" switch_to "$name"
    staged || step "Starting the service" start_service "$name" "$before"
    [ "$name" = "$before" ] || step "Removing releases older than the one before" keep_only "$name" "$before"
    step "Marrowkit $name is installed. Its settings: $SETTINGS; its records: $DATA" true
}

remove_kit() {
    staged || step "Stopping the service" stop_service
    step "Removing the program" remove_program
    step "Marrowkit is removed. Its records in $DATA, its settings and its user stay." true
}

main() {
    parse "$@"
    need_root
    name_places
    if $UNINSTALL; then remove_kit; else install_kit; fi
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
main "$@"
