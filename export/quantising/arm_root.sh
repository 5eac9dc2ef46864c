#!/usr/bin/env bash
# A folder in which qemu runs Python and ONNX Runtime as a Jetson's processor would (aarch64, Cortex-A72).
#   export/quantising/arm_root.sh FOLDER      needs debootstrap, dpkg, unzip; PYTHON and MIRROR may be set
# Nothing is installed and no root is needed but by debootstrap itself. 300 MB, a few minutes.
set -euo pipefail

folder=${1:?usage: arm_root.sh FOLDER}
python=${PYTHON:-python3}
packages=("onnxruntime" "numpy")
platforms=(manylinux_2_28_aarch64 manylinux_2_27_aarch64 manylinux_2_17_aarch64 manylinux2014_aarch64)
constraints=$(cd "$(dirname "$0")/../.." && pwd)/constraints.txt

if [[ -e $folder ]]; then
  echo "error: $folder is there already; name a new folder, or remove it." >&2
  exit 1
fi
mkdir -p "$folder.new/root" "$folder.new/wheels" "$folder.new/site"

debootstrap --arch=arm64 --foreign --variant=minbase --include=python3,libgomp1,libstdc++6 \
  bookworm "$folder.new/root" ${MIRROR:+"$MIRROR"} >&2
for package in "$folder.new/root/var/cache/apt/archives/"*.deb; do
  dpkg -x "$package" "$folder.new/root"
done

"$python" -m pip download --quiet --disable-pip-version-check --only-binary=:all: --python-version 3.11 \
  "${platforms[@]/#/--platform=}" --constraint "$constraints" --dest "$folder.new/wheels" "${packages[@]}" >&2
for wheel in "$folder.new/wheels/"*.whl; do
  "$python" -m zipfile -e "$wheel" "$folder.new/site"
done

# ONNX Runtime reads the processor's features from here and fails on those of another kind of machine.
mkdir -p "$folder.new/root/proc"
for core in 0 1 2 3; do
  printf '%s\n' "processor : $core" "Features : fp asimd evtstrm crc32 cpuid" "CPU implementer : 0x41" \
    "CPU architecture: 8" "CPU variant : 0x0" "CPU part : 0xd08" "CPU revision : 3" ""
done > "$folder.new/root/proc/cpuinfo"
mv "$folder.new" "$folder"
