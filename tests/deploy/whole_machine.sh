#!/usr/bin/env bash
# Run a script as root of a copy of this machine that is thrown away: whole_machine.sh FOLDER SCRIPT
# The copy shares every file with the machine until it writes to it; processes that are left end with it.
set -euo pipefail

if [ "${1:-}" != inside ]; then
    exec unshare --mount --pid --fork --kill-child "$0" inside "$@"
fi
shift
layers=$1/layers
mkdir -p "$layers"
mount -t tmpfs tmpfs "$layers"
mkdir "$layers/upper" "$layers/work" "$layers/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$layers/root"
mount --rbind /dev "$layers/root/dev"
mount -t proc proc "$layers/root/proc"
mount --bind "$1" "$layers/root/$1"
chroot "$layers/root" "$2"
