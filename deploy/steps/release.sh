# Releases beside each other, and the link that says which one runs. Read by deploy/install.sh.
# shellcheck shell=bash

KEPT_RELEASES=3
RELEASE="" RAN="" RAN_BEFORE=""

# The files of the program in the checkout or the unpacked archive; not what was made beside them.
program_files() {
    find . \( -name .git -o -name .venv -o -name __pycache__ -o -name '.*_cache' -o -name node_modules \
        -o -path ./var -o -path ./staticfiles \) -prune -o "$@" -print0 | LC_ALL=C sort -z
}

# Named after the time and the content: the same program on the same Python is the same release.
lay_release() {
    local content
    cd "$APP"
    content="$({ program_files -type f | xargs -0 sha256sum; "$PYTHON" -c 'import sys; print(sys.version)'; } |
        sha256sum | cut -c 1-12)"
    mkdir -p "$RELEASES"
    RELEASE="$(find "$RELEASES" -maxdepth 2 -path "*-$content/.complete" -printf '%h\n' | sort | tail -n 1)"
    if [ -n "$RELEASE" ]; then
        say "$RELEASE(同样的程序,已经在)"
        return
    fi
    RELEASE="$RELEASES/$(date +%Y%m%d-%H%M%S)-$content"
    mkdir "$RELEASE"
    # The program is root's and everybody's to read.
    program_files '(' -type f -o -type l ')' | tar --create --null --no-recursion --files-from=- \
        --owner=root --group=root --mode=u+rwX,go+rX,go-w | tar --extract --directory "$RELEASE"
    find "$RELEASE" -type d -exec chmod 755 {} +
    touch "$RELEASE/.laid"
    say "$RELEASE"
}

find_previous() {
    [ -e "$PREVIOUS" ] || die "没有上一个版本。" "这台机器上只装过一个版本,或它已被删除:ls $RELEASES"
    RELEASE="$(readlink -f "$PREVIOUS")"
    share_static
    say "$RELEASE"
}

# Pages that are open ask for files of the release they came from: its own hashed ones lie here as well, as links.
share_static() {
    local other file
    for other in "$RELEASES"/*/staticfiles; do
        [ "$other" != "$RELEASE/staticfiles" ] && [ -d "$other" ] || continue
        cd "$other"
        # What is older than its release came from another one.
        while read -r -d '' file; do
            [ -e "$RELEASE/staticfiles/$file" ] || cp --link --parents "$file" "$RELEASE/staticfiles/"
        done < <(find . -type f -newer ../.laid -regextype posix-extended \
            -regex '.*\.[0-9a-f]{12}\..*' -print0)
    done
    cd "$APP"
    chown -R xianfeng:xianfeng "$RELEASE/staticfiles"
}

# The moment of an upgrade: what starts from now on is the new release. What runs stays with its own.
switch_release() {
    RAN="$(readlink -f "$CURRENT" 2>/dev/null || true)"
    RAN_BEFORE="$(readlink -f "$PREVIOUS" 2>/dev/null || true)"
    if [ -z "$RAN" ]; then
        # Of the days before releases, if any: it listens without a socket. Only this once is there a pause.
        systemctl stop xianfeng.target 2>/dev/null || true
        UNDO=""
    elif [ "$RAN" != "$RELEASE" ]; then
        UNDO=put_back
        point "$PREVIOUS" "$RAN"
    fi
    point "$CURRENT" "$RELEASE"
    install_units
}

# point LINK TARGET: there at every moment.
point() {
    ln -sfn "$2" "$1.new"
    mv -T "$1.new" "$1"
}

# After a switch that came to nothing: what ran before runs again.
put_back() {
    local failed="$RELEASE"
    trap - ERR
    set +e
    put_settings_back
    RELEASE="$RAN"
    point "$CURRENT" "$RAN"
    if [ -n "$RAN_BEFORE" ]; then point "$PREVIOUS" "$RAN_BEFORE"; else rm -f "$PREVIOUS"; fi
    install_units >/dev/null
    systemctl reset-failed 'xianfeng-*'
    systemctl restart xianfeng-web
    systemctl restart "${WORKING[@]}"
    if (wait_for_answer) >/dev/null 2>&1; then
        loud "已换回原来的版本 $(basename "$RAN"),网站照常;没有起来的是 $(basename "$failed")。"
    else
        loud "已换回原来的版本 $(basename "$RAN"),但它也没有起来:journalctl -u 'xianfeng-*' -n 50"
    fi
}

untouched() {
    local state="照常运行"
    put_settings_back
    systemctl is-active --quiet xianfeng-web || state="没有在运行(journalctl -u 'xianfeng-*' -n 50)"
    loud "没有换版本,$(readlink -f "$CURRENT") ${state},设置和证书也是原来的。"
}

# The one that runs, the one before, and one more. What was never finished goes at once.
remove_old_releases() {
    local release others=0
    while read -r release; do
        case "$release" in "$(readlink -f "$CURRENT")" | "$(readlink -f "$PREVIOUS")") continue ;; esac
        if [ -e "$release/.complete" ]; then
            others=$((others + 1))
            [ "$others" -gt $((KEPT_RELEASES - 2)) ] || continue
        fi
        rm -rf --one-file-system "$release"
    done < <(find "$RELEASES" -mindepth 1 -maxdepth 1 -type d | sort -r)
    say "留着 $(find "$RELEASES" -mindepth 1 -maxdepth 1 -printf '%f ')"
}
