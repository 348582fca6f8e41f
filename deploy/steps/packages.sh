# The machine and its packages. Read by deploy/install.sh.
# shellcheck shell=bash

SYSTEM="" CODENAME=""

check_machine() {
    [ "$(id -u)" = 0 ] || die "请用 root 执行:sudo deploy/install.sh"
    exec 9>/run/xianfeng-install.lock
    flock --nonblock 9 || die "另一个安装程序正在执行。"
    # shellcheck source=/dev/null
    . /etc/os-release
    SYSTEM="$ID-$VERSION_ID" CODENAME="${VERSION_CODENAME:-}"
    case "$SYSTEM" in
    debian-12 | debian-13 | ubuntu-24.04) ;;
    *) die "不认识这个系统:$SYSTEM。" "支持 Debian 12、Debian 13、Ubuntu 24.04;其他系统用容器,见 docs/部署.md。" ;;
    esac
    [ "$DEPLOY" = "$APP/deploy" ] || die "代码在 ${DEPLOY%/deploy},应当在 $APP。" \
        "请把代码放到 $APP 再执行:$APP/deploy/install.sh"
    has_systemd || die "没有在运行的 systemd。" "容器里请用 deploy/container/,见 docs/部署.md。"
    say "$PRETTY_NAME,$(nproc) 核,$(awk '/MemTotal/ {printf "%.1f GB", $2 / 1048576}' /proc/meminfo) 内存"
}

install_packages() {
    local packages=(ca-certificates curl git logrotate make nginx openssl procps)
    if [ -z "$DATABASE_URL$(remote DATABASE_URL)" ]; then packages+=(postgresql); else packages+=(postgresql-client); fi
    if [ -z "$REDIS_URL$(remote REDIS_URL)" ]; then packages+=(redis-server); fi
    case "$SYSTEM" in
    debian-12) packages+=("${PYTHON_LIBRARIES[@]}") ;;
    debian-13) packages+=(python3.13 python3.13-venv) ;;
    ubuntu-24.04) packages+=(python3.12 python3.12-venv) ;;
    esac
    REDIS_WAS_HERE="$(dpkg-query -W -f '${Status}' redis-server 2>/dev/null || true)"
    quietly apt-get update
    # What is there is left to the system's own updates: an upgrade of the portal restarts no database.
    quietly apt-get install -y --no-install-recommends --no-upgrade -o Dpkg::Options::=--force-confold \
        "${packages[@]}" </dev/null
    say "${packages[*]}"
}

# remote NAME: the stored address, unless it is the one that an earlier run made on this machine.
remote() {
    local url
    url="$(stored "$1")"
    case "$url" in
    "" | postgres://xianfeng@:*//var/run/postgresql/xianfeng | redis://:*@127.0.0.1:*/0) ;;
    *) echo "$url" ;;
    esac
}
