# The program: its user, its dependencies, its tables, its static files. Read by deploy/install.sh.
# shellcheck shell=bash

make_user_and_folders() {
    install -D -m 644 "$DEPLOY/config/sysusers.conf" /etc/sysusers.d/xianfeng.conf
    install -D -m 644 "$DEPLOY/config/tmpfiles.conf" /etc/tmpfiles.d/xianfeng.conf
    systemd-sysusers /etc/sysusers.d/xianfeng.conf
    systemd-tmpfiles --create /etc/tmpfiles.d/xianfeng.conf
    chgrp -R xianfeng "$ETC/python"
    chmod -R g+rX "$ETC/python"
    keep_settings
    # The history is root's alone; what runs is a copy of the rest.
    if [ -d "$APP/.git" ]; then chmod 700 "$APP/.git"; fi
    say "用户 xianfeng;$ETC 设置,$VAR 数据,/var/backups/xianfeng 备份,/var/log/xianfeng 访问日志"
}

install_application() {
    export UV_NATIVE_TLS=true
    [ -n "$PACKAGE_INDEX" ] || PACKAGE_INDEX="$(stored PACKAGE_INDEX)"
    if [ -n "$PACKAGE_INDEX" ]; then export PIP_INDEX_URL="$PACKAGE_INDEX" UV_DEFAULT_INDEX="$PACKAGE_INDEX"; fi
    cd "$RELEASE"
    if [ -e .complete ]; then
        say "已经装过"
        return
    fi
    # A virtual environment of an interpreter that is gone, or of another series, is of no use.
    if ! same_python; then
        rm -rf .venv
        "$PYTHON" -m venv .venv
    fi
    quietly make --no-print-directory production
    .venv/bin/python -m compileall -q -j 0 . >/dev/null 2>&1 || true
    touch .complete
    say "$(.venv/bin/python -m django --version | sed 's/^/Django /'),依赖按哈希核对"
}

same_python() {
    [ "$(.venv/bin/python -c 'import sys; print(sys.version)' 2>/dev/null)" = \
        "$("$PYTHON" -c 'import sys; print(sys.version)')" ]
}

migrate() { quietly manage migrate --noinput; }

# In a folder of the release: what runs keeps its own list of names until it is restarted.
collect_static() {
    install -d -o xianfeng -g xianfeng "$RELEASE/staticfiles"
    # Its list of names is written last. Collecting again would take files away for a moment from pages in use.
    if [ ! -e "$RELEASE/staticfiles/staticfiles.json" ]; then quietly manage collectstatic --noinput; fi
    share_static
}
