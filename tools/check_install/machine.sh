# The root as a machine of its own: systemd, its own network, a way out for downloads only. Read by check.sh.
# shellcheck shell=bash

ITS_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
nspawn="" leader="" slirp="" sinks=""

boot() {
    rm -f "$root/etc/resolv.conf"
    echo "nameserver 10.0.2.3" >"$root/etc/resolv.conf"
    systemd-nspawn --quiet --directory "$root" --boot --register=no --keep-unit --private-network --suppress-sync=yes \
        --resolv-conf=off --bind="$CACHE/archives:/var/cache/apt/archives" </dev/null >"$work/console.log" 2>&1 &
    nspawn=$!
    wait_for "systemd in the root" is_up
    slirp4netns --configure --mtu=65520 --disable-host-loopback "$leader" tap0 >"$work/slirp.log" 2>&1 &
    slirp=$!
    wait_for "a network in the root" has_network
}

is_up() {
    leader="$(pgrep -P "$nspawn" | head -n 1)"
    [ -n "$leader" ] && nsenter -t "$leader" -m -p -r true 2>/dev/null &&
        within systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'
}

has_network() { grep -q tap0 "/proc/$leader/net/dev" && within getent hosts localhost >/dev/null; }

# within COMMAND…: in the root, but not under its systemd.
within() { nsenter -t "$leader" -m -u -i -n -p -r -w -- env -i PATH="$ITS_PATH" LC_ALL=C.UTF-8 "$@"; }

# inside COMMAND…: as a person at its console, under its systemd.
inside() {
    within systemd-run --quiet --pipe --wait --collect --working-directory=/root \
        --setenv=PATH="$ITS_PATH" --setenv=HOME=/root "$@"
}

# wait_for WHAT COMMAND…: up to a minute.
wait_for() {
    local tries
    for tries in $(seq 1 120); do
        "${@:2}" && return 0
        sleep 0.5
    done
    echo "Not there after a minute: $1" >&2
    tail -n 20 "$work"/*.log >&2
    return 1
}

end() {
    [ -n "$1" ] && kill "$1" 2>/dev/null || return 0
    local tries
    for tries in $(seq 1 60); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.5
    done
    kill -KILL "$1" 2>/dev/null || true
}

# By their ids, whatever happened before. A root that is still mounted somewhere is not removed.
clean() {
    local code=$?
    set +e
    [ "$code" = 0 ] || show_trouble
    keep_python
    end "$sinks"
    end "$slirp"
    end "$nspawn"
    wait 2>/dev/null
    if [ -n "${KEEP:-}" ]; then
        echo "The root is kept: $root"
    elif ! grep -q " $work" /proc/self/mounts; then
        rm -rf --one-file-system "$work"
    fi
    exit "$code"
}

show_trouble() {
    [ -n "$leader" ] || return
    within journalctl --no-pager -u 'xianfeng-*' -u nginx -n 60 2>/dev/null
    within systemctl --no-pager --failed 2>/dev/null
    within sh -c 'tail -n 40 /var/log/postgresql/*.log' 2>/dev/null
}
