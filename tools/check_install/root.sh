# A fresh root: the distribution's, from the mirrors of this machine. Read by check.sh.
# shellcheck shell=bash

need_tools() {
    [ "$(id -u)" = 0 ] || { echo "check-install needs root." >&2; exit 1; }
    local missing=() pair
    for pair in debootstrap:debootstrap systemd-nspawn:systemd-container slirp4netns:slirp4netns nsenter:util-linux; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} -eq 0 ] && return
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# mirror_of SUITE: where this machine gets that kind of suite (main or security) from.
mirror_of() {
    local own
    own="$(. /etc/os-release && echo "$VERSION_CODENAME")"
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
        awk -v suite="${1/#$RELEASE/$own}" '$2 == suite {print $1; exit}'
}

make_root() {
    local main security
    main="$(mirror_of "$RELEASE")" security="$(mirror_of "$RELEASE-security")"
    [ -n "$main" ] || { echo "No Debian mirror in the apt sources of this machine." >&2; exit 1; }
    mkdir -p "$CACHE/archives" "$CACHE/debootstrap"
    debootstrap --variant=minbase --cache-dir="$CACHE/debootstrap" \
        --include=ca-certificates,dbus,systemd,systemd-sysv,systemd-timesyncd \
        "$RELEASE" "$root" "$main" >"$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; exit 1; }
    printf '127.0.0.1 localhost\n::1 localhost ip6-localhost\n' >"$root/etc/hosts"
    rm -f "$root"/etc/apt/sources.list.d/*
    printf 'deb %s %s main\n' "$main" "$RELEASE" ${security:+"$security" "$RELEASE-security"} >"$root/etc/apt/sources.list"
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' >"$root/etc/apt/apt.conf.d/99-keep"
    trust_this_machine
}

# A machine behind an inspecting proxy trusts its certificate; so must what runs on it.
trust_this_machine() {
    mkdir -p "$root/usr/local/share/ca-certificates"
    csplit -s -z -f "$root/usr/local/share/ca-certificates/host-" -b '%03d.crt' \
        /etc/ssl/certs/ca-certificates.crt '/-----BEGIN CERTIFICATE-----/' '{*}'
    chroot "$root" update-ca-certificates >/dev/null 2>&1
}

# git archive: what is committed, as a city gets it.
bring_program() {
    mkdir -p "$root/srv/xianfeng"
    git archive HEAD | tar -x -C "$root/srv/xianfeng"
    mkdir -p "$root/etc/xianfeng/python"
    cp deploy/examples/city_sms.py "$root/etc/xianfeng/python/"
    chmod 644 "$root/etc/xianfeng/python/city_sms.py"
}

python_from="of the distribution"

# The build takes minutes; install.sh itself decides by its stamp whether it is still the newest.
bring_cached_python() {
    if [ "$RELEASE" = bookworm ]; then python_from="built from source"; fi
    [ -d "$CACHE/python" ] && [ -z "${NO_CACHE:-}" ] || return 0
    mkdir -p "$root/opt/xianfeng"
    cp -a "$CACHE/python" "$root/opt/xianfeng/python"
    python_from="from the cache"
}

keep_python() {
    [ -f "$root/opt/xianfeng/python/SOURCE" ] || return 0
    cmp -s "$root/opt/xianfeng/python/SOURCE" "$CACHE/python/SOURCE" && return 0
    rm -rf "$CACHE/python"
    cp -a "$root/opt/xianfeng/python" "$CACHE/python"
}
