# Words and small tools of all steps. Read by deploy/install.sh.
# shellcheck shell=bash

VAR=/var/lib/xianfeng
ETC=/etc/xianfeng
ENV_FILE_PATH=$ETC/env
NEW_KEYS=$ETC/.keys-are-new  # nobody has been told yet to copy them
CURRENT_STEP=""
STEPS_DONE=0
UNDO=""  # a function: what is to be put back when a step fails
KEPT=""  # a folder: settings as they were before
STARTED=$SECONDS

say() { printf '   %s\n' "$*"; }

loud() { printf '\n\033[1;31m!! %s\033[0m\n' "$@"; }

die() {
    printf '\n\033[1;31m安装停在“%s”:%s\033[0m\n' "$CURRENT_STEP" "$1" >&2
    shift
    for line in "$@"; do printf '   %s\n' "$line" >&2; done
    undo
    exit 1
}

# The terminal that is lost, or a Ctrl-C: half a switch is worse than none.
interrupted() {
    [ -z "$UNDO" ] || loud "安装在“$CURRENT_STEP”中断了。"
    undo
    if [ -n "$KEPT" ]; then rm -rf "$KEPT"; fi
}

undo() {
    local what="$UNDO"
    UNDO=""
    [ -z "$what" ] || "$what" || true
}

failed() {
    local code=$?
    [ "$BASH_SUBSHELL" = 0 ] || exit "$code"  # the shell above tells it
    printf '\n\033[1;31m安装停在“%s”(install 第 %s 行,退出码 %s)。原因在上面;改好后再执行一次即可。\033[0m\n' \
        "$CURRENT_STEP" "$1" "$code" >&2
    undo
    exit "$code"
}

# step NAME FUNCTION: each step says what it does, and how long the whole has taken so far.
step() {
    CURRENT_STEP="$1"
    STEPS_DONE=$((STEPS_DONE + 1))
    printf '\n\033[1m== %d. %s\033[0m (第 %d 秒)\n' "$STEPS_DONE" "$1" $((SECONDS - STARTED))
    "$2"
}

# quietly COMMAND…: its output is of interest only when it fails.
quietly() {
    local log
    log="$(mktemp)"
    if "$@" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 40 "$log" >&2
    rm -f "$log"
    return 1
}

has_systemd() { [ -d /run/systemd/system ]; }

manage() { XIANFENG_RELEASE="$RELEASE" "$DEPLOY/bin/xianfeng-manage" "$@"; }

# fill SOURCE TARGET MODE NAME…: a template with @NAME@ in it, each replaced by the variable of that name.
fill() {
    local text name
    text="$(cat "$1")"
    for name in "${@:4}"; do text="${text//"@$name@"/"${!name}"}"; done
    install_text "$text" "$2" "$3"
}

# install_text TEXT TARGET MODE: never open to others for a moment, and whole or not at all.
install_text() {
    (umask 077 && printf '%s\n' "$1" >"$2.new")
    chmod "$3" "$2.new"
    mv -f "$2.new" "$2"
}

# stored NAME: a value of the env file; nothing where there is none.
stored() {
    [ -f "$ENV_FILE_PATH" ] || return 0
    sed -n "s/^$1=\([\"']\{0,1\}\)\(..*\)\1\$/\2/p" "$ENV_FILE_PATH" | tail -n 1
}

# store NAME VALUE: in its place in the env file, quoted so that shell, systemd and Django read the same.
store() {
    case "$2" in *"'"* | *$'\n'*) die "$1 的值里不能有单引号或换行。" "网址里的特殊字符请写成 %XX(单引号是 %27)。" ;; esac
    local text
    text="$(NAME="$1" LINE="$1='$2'" awk '
        BEGIN { name = ENVIRON["NAME"] "="; line = ENVIRON["LINE"] }
        index($0, name) == 1 { if (!done) print line; done = 1; next }
        { print }
        END { if (!done) print line }' "$ENV_FILE_PATH")"
    install_text "$text" "$ENV_FILE_PATH" 640
    chown root:xianfeng "$ENV_FILE_PATH"
}

trap 'failed $LINENO' ERR
trap 'interrupted || true' EXIT
trap 'exit 130' INT TERM HUP
