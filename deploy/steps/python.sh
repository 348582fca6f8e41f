# An interpreter: the distribution's, or built from the source package of the next Debian. Read by install.sh.
# shellcheck shell=bash

PYTHON_HOME=/opt/xianfeng/python
PYTHON_SERIES=3.13
SOURCE_RELEASE=trixie
# Asked for by name, or the next `apt autoremove` takes them: no package needs them.
PYTHON_LIBRARIES=(libbz2-1.0 libffi8 liblzma5 libreadline8 libsqlite3-0 libssl3 libuuid1 zlib1g)
BUILD_NEEDS=(dpkg-dev gcc libc6-dev libbz2-dev libffi-dev liblzma-dev libreadline-dev libsqlite3-dev
    libssl-dev patch uuid-dev xz-utils zlib1g-dev)

prepare_python() {
    if [ "$SYSTEM" = debian-12 ]; then build_python; else PYTHON="$(command -v python3.13 || command -v python3.12)"; fi
    say "$("$PYTHON" --version)($PYTHON)"
}

# Debian 12 has 3.11. The source package of Debian 13 is signed, and its fixes come by the same way.
build_python() {
    PYTHON="$PYTHON_HOME/bin/python$PYTHON_SERIES"
    local place version
    place="$(mktemp -d /var/tmp/xianfeng-python.XXXXXX)"
    prepare_sources "$place"
    version="$(apt-cache "${APT[@]}" showsrc --only-source "python$PYTHON_SERIES" | awk '/^Version:/ {print $2}' |
        sort -V | tail -n 1)"
    [ -n "$version" ] || die "软件源里没有 python$PYTHON_SERIES 的源码包。" "请检查 /etc/apt 里的软件源能否访问。"
    if [ "$(cat "$PYTHON_HOME/SOURCE" 2>/dev/null)" = "$version" ] && "$PYTHON" -c 'import ssl, sqlite3' 2>/dev/null; then
        say "已经有 $version"
    else
        say "Debian 12 没有 Python 3.12 以上:由源码包 $version 编译,约需三五分钟"
        quietly apt-get install -y --no-install-recommends "${BUILD_NEEDS[@]}"
        (cd "$place" && quietly unpack_python && quietly compile_python "$version")
    fi
    rm -rf "$place"
}

# Lists and configuration of apt in a folder of their own: the machine itself learns of no new source.
prepare_sources() {
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
    APT=(-o "Dir::Etc::SourceList=$1/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$1/lists" -o "Dir::Cache=$1/cache" -o APT::Sandbox::User=root)
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | sort -u | source_lines >"$1/sources.list"
    [ -s "$1/sources.list" ] || die "在 /etc/apt 里找不到 Debian 的软件源。"
    quietly apt-get "${APT[@]}" update
}

# From the mirrors that this machine is configured with, sources only: no binary of the next release.
source_lines() {
    local uri release
    while read -r uri release; do
        case "$release" in
        "$CODENAME" | "$CODENAME-security")
            echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
                "$uri ${release/$CODENAME/$SOURCE_RELEASE} main" ;;
        esac
    done
}

# Of Debian's patches those named .patch mend faults of Python; the .diff ones fit it into Debian's folders.
unpack_python() {
    apt-get "${APT[@]}" source --download-only "python$PYTHON_SERIES"
    tar xf python*.orig.tar.xz
    tar xf python*.debian.tar.xz
    cd Python-*/
    local name
    grep '^[^#].*\.patch$' ../debian/patches/series | while read -r name; do
        patch -p1 --forward --no-backup-if-mismatch <"../debian/patches/$name"
    done
}

compile_python() {
    cd Python-*/
    ./configure --prefix="$PYTHON_HOME" --with-ensurepip=install --disable-test-modules
    make -j"$(nproc)"
    make install DESTDIR="$PWD/../built"
    rm -f "../built$PYTHON_HOME"/lib/libpython*.a "../built$PYTHON_HOME"/lib/python*/config-*/libpython*.a
    cd ..
    "./built$PYTHON_HOME/bin/python$PYTHON_SERIES" -c 'import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zlib'
    echo "$1" >"built$PYTHON_HOME/SOURCE"
    mkdir -p "$(dirname "$PYTHON_HOME")"
    rm -rf "$PYTHON_HOME.old"
    if [ -e "$PYTHON_HOME" ]; then mv "$PYTHON_HOME" "$PYTHON_HOME.old"; fi
    mv "built$PYTHON_HOME" "$PYTHON_HOME"
    rm -rf "$PYTHON_HOME.old"
}
