# shellcheck shell=bash disable=SC2154  # part of install.sh, which sets what is read here
# Releases: what to install, making it in a folder of its own, trying it, switching to it.

TREE=$(dirname "$HERE")
SOURCES=(pyproject.toml README.md LICENSE edge export firmware_bridge models)
MACHINE_FILES=(marrowkit.service backoff.conf marrowkit.env 70-marrowkit.rules)
ENOUGH_MB=700
WHEELS_GROW=4
UNFINISHED=
SCRATCH=$(mktemp -d)

clean_up() {
    rm -rf "$SCRATCH" "${UNFINISHED:-$SCRATCH}"
}

# What is installed: the one wheel of a wheelhouse, or the checkout that this script lies in.
kit_wheel() {
    local found=("$WHEELHOUSE"/marrowkit-*.whl)
    [ -e "${found[0]}" ] || fail "There is no marrowkit wheel in $WHEELHOUSE." "Fill it with: make wheelhouse"
    [ ${#found[@]} -eq 1 ] || fail "There are several marrowkit wheels in $WHEELHOUSE." "Leave the one to install."
    echo "${found[0]}"
}

constraints() {
    if [ -n "$WHEELHOUSE" ] && [ -e "$WHEELHOUSE/constraints.txt" ]; then
        echo "$WHEELHOUSE/constraints.txt"
    else
        echo "$TREE/constraints.txt"
    fi
}

tree_files() {
    find "${SOURCES[@]}" -type f -not -path '*/__pycache__/*' | LC_ALL=C sort
}

version() {
    local wheel
    if [ -n "$WHEELHOUSE" ]; then
        wheel=$(kit_wheel)
        basename "$wheel" | cut -d- -f2
    else
        sed -n 's/^version = "\(.*\)"$/\1/p' "$TREE/pyproject.toml"
    fi
}

contents() {
    echo "$EXTRAS"
    (cd "$HERE" && cat "${MACHINE_FILES[@]}" "$(constraints)")
    if [ -n "$WHEELHOUSE" ]; then
        cat "$(kit_wheel)"
    else
        (cd "$TREE" && tree_files | xargs -d '\n' sha256sum)
    fi
}

release_name() {
    local version
    version=$(version)
    echo "$version-$(contents | sha256sum | cut -c-10)"
}

# A release whose Python went away with an upgrade of the system is made again.
is_made() {
    [ -e "$RELEASES/$1/.complete" ] && "$RELEASES/$1/bin/python" -c ''
}

# What a power cut left in the middle.
remove_unfinished() {
    local release
    for release in "$RELEASES"/*/; do
        [ -e "$release/.complete" ] || rm -rf "$release"
    done
}

need_space() {
    local need=$ENOUGH_MB free
    [ -z "$WHEELHOUSE" ] || need=$((WHEELS_GROW * $(du -sm "$WHEELHOUSE" | cut -f1) + 50))
    free=$(df --output=avail -BM "$RELEASES" | tail -n 1 | tr -dc 0-9)
    [ "$free" -ge "$need" ] ||
        fail "$RELEASES has $free MB free; a release needs $need MB." "Make room, then run this again."
}

# A checkout is copied first: pip builds beside the sources, and those may lie on a read-only stick.
kit_source() {
    if [ -n "$WHEELHOUSE" ]; then
        kit_wheel
    else
        (cd "$TREE" && tree_files | xargs -d '\n' cp --parents --target-directory="$SCRATCH")
        echo "$SCRATCH"
    fi
}

fill() {
    local source offline=()
    source=$(kit_source) || return
    [ -z "$WHEELHOUSE" ] || offline=(--isolated --no-index --find-links "$WHEELHOUSE" --only-binary :all:)
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$(constraints)" \
        "${offline[@]}" "$source$EXTRAS"
}

# `doctor` answers 0 or 1, without or with findings; anything else is a crash, such as a processor too old for a wheel.
runs_here() {
    local status=0
    "$1/bin/marrowkit" serve --help >/dev/null || return 1
    "$1/bin/marrowkit" doctor --data "$SCRATCH/doctor" || status=$?
    [ $status -le 1 ]
}

make_release() {
    local release="$RELEASES/$1"
    need_space
    UNFINISHED=$release
    "$HERE/venv.sh" "$release" || fail "No environment could be made in $release." "See above; is the disk full?"
    fill "$release" || fail "The release could not be filled. Nothing that runs was changed." \
        "See pip's words above: a wheel that the wheelhouse lacks, no network, or a full disk."
    runs_here "$release" || fail "The release does not run on this machine. Nothing that runs was changed." \
        "Send the words above, with this machine's model, to whoever gave you the release."
    mkdir "$release/machine"
    (cd "$HERE" && cp "${MACHINE_FILES[@]}" "$release/machine")
    sync --file-system "$release"
    touch "$release/.complete"
    UNFINISHED=
}

switch_to() {
    ln -sfn "releases/$1" "$PREFIX/current.new"
    mv -T "$PREFIX/current.new" "$PREFIX/current"
    put_machine_files
    sync --file-system "$PREFIX"
}

keep_only() {
    local release
    for release in "$RELEASES"/*/; do
        case $(basename "$release") in "$1" | "$2") ;; *) rm -rf "$release" ;; esac
    done
}
