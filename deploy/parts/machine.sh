# shellcheck shell=bash disable=SC2154  # part of install.sh, which sets what is read here
# The machine around a release: places, user, unit, device rules, and a service that answers.

USER_NAME=marrowkit
BACKOFF_SINCE=254
PATIENCE_S=60

name_places() {
    PREFIX=$ROOT/opt/marrowkit
    RELEASES=$PREFIX/releases
    DATA=$ROOT/var/lib/marrowkit
    SETTINGS=$ROOT/etc/marrowkit/marrowkit.env
    UNIT=$ROOT/etc/systemd/system/marrowkit.service
    BACKOFF=$UNIT.d/backoff.conf
    RULES=$ROOT/etc/udev/rules.d/70-marrowkit.rules
    COMMAND=$ROOT/usr/local/bin/marrowkit
}

make_user() {
    getent passwd "$USER_NAME" >/dev/null ||
        useradd --system --user-group --no-create-home --home-dir "$DATA" --shell /usr/sbin/nologin "$USER_NAME"
    install -d -m 750 -o "$USER_NAME" -g "$USER_NAME" "$DATA"
}

put() {
    install -D -m 644 "$PREFIX/current/machine/$1" "$2"
}

# The files come from the release in use, so that switching back brings back its own.
put_machine_files() {
    put marrowkit.service "$UNIT"
    put 70-marrowkit.rules "$RULES"
    [ -e "$SETTINGS" ] || put marrowkit.env "$SETTINGS"
    if [ "$(systemd_version)" -ge $BACKOFF_SINCE ]; then put backoff.conf "$BACKOFF"; fi
    mkdir -p "$(dirname "$COMMAND")"
    ln -sfn /opt/marrowkit/current/bin/marrowkit "$COMMAND"
}

systemd_version() {
    local said
    said=$(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p') || true
    echo "${said:-0}"
}

start_service() {
    systemctl daemon-reload
    udevadm control --reload || echo "The device rules take effect at the next start of the machine."
    systemctl enable --quiet marrowkit
    if [ "$1" = "$2" ]; then systemctl start marrowkit; else systemctl restart marrowkit; fi
    answers || switch_back "$2"
}

# The file is systemd's, not a shell's: a source's address may hold what a shell would run.
setting() {
    local value
    value=$(sed -n "s/^$1=//p" "$SETTINGS" | tail -n 1 | tr -d "\"'")
    echo "${value:-$2}"
}

# The page answers, and not with the reason why the station cannot start. A camera that is not there is no such reason.
answers() {
    "$PREFIX/current/bin/python" "$HERE/parts/answers.py" \
        "$(setting MARROWKIT_HOST 127.0.0.1)" "$(setting MARROWKIT_PORT 8000)" $PATIENCE_S
}

switch_back() {
    local remedy="See: journalctl --unit marrowkit"
    [ -n "$1" ] || fail "The service does not answer." "$remedy"
    switch_to "$1"
    systemctl daemon-reload
    systemctl restart marrowkit
    fail "The new release does not answer; release $1 is in use again." "$remedy"
}

stop_service() {
    [ ! -e "$UNIT" ] || systemctl disable --quiet --now marrowkit
}

remove_program() {
    rm -rf "$PREFIX" "$UNIT" "$UNIT.d" "$RULES" "$COMMAND"
    staged || systemctl daemon-reload
}
