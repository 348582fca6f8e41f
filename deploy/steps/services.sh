# Units, start and stop. Read by deploy/install.sh.
# shellcheck shell=bash

UNITS=/etc/systemd/system
TIMERS=(xianfeng-backup.timer xianfeng-drill.timer)
WORKING=(xianfeng-beat xianfeng-worker@celery xianfeng-worker@mail xianfeng-worker@nightly)
RUNNING=(xianfeng-web.socket xianfeng-web "${WORKING[@]}")

# By the release that runs, and before a table is touched.
back_up_first() {
    if [ ! -e "$CURRENT" ] && [ ! -e "$UNITS/xianfeng-backup.service" ]; then
        say "第一次安装,没有要备份的"
    elif [ -n "$NO_BACKUP" ]; then
        loud "按 --no-backup 没有备份。"
    elif [ ! -e "$CURRENT" ]; then
        quietly manage backup /var/backups/xianfeng  # its unit is of the days before releases
    elif ! quietly systemctl start xianfeng-backup; then
        die "升级前的备份没有通过。" "原因:journalctl -u xianfeng-backup -n 30" \
            "防篡改校验不符时,备份已经留作现场,先查清(docs/红旗台账.md)。" \
            "另有备份、一定要先升级:deploy/install.sh --no-backup"
    else
        say "已备份到 /var/backups/xianfeng"
    fi
}

install_units() {
    local source target from="$RELEASE/deploy" fresh=()
    # A timer that is there is on or off as the operator wants it.
    for target in "${TIMERS[@]}"; do [ -e "$UNITS/$target" ] || fresh+=("$target"); done
    while read -r source; do
        target="$UNITS/${source#"$from/systemd/"}"
        mkdir -p "$(dirname "$target")"
        install -m 644 "$source" "$target"
    done < <(find "$from/systemd" -type f)
    install -m 755 "$from/bin/xianfeng-manage" /usr/local/bin/xianfeng-manage
    install -D -m 644 "$from/config/journald.conf" /etc/systemd/journald.conf.d/xianfeng.conf
    systemctl daemon-reload
    systemctl try-restart systemd-journald
    systemctl enable --quiet xianfeng.target "${RUNNING[@]}" "${fresh[@]}"
    say "${RUNNING[*]} $(enabled_timers)"
}

start() {
    if [ -n "$NO_START" ]; then
        systemctl stop xianfeng.target
        UNDO=""
        say "按 --no-start 没有启动;恢复数据后再执行一次 deploy/install.sh"
        return
    fi
    # Jobs that run may finish (TimeoutStopSec); what the new pages ask for finds new workers.
    systemctl restart "${WORKING[@]}"
    # Its socket stays open: who comes meanwhile waits there.
    systemctl restart xianfeng-web
    start_target
    wait_for_answer
    UNDO=""
}

start_target() {
    local timers
    read -ra timers < <(enabled_timers)
    systemctl start xianfeng.target "${timers[@]}"
}

enabled_timers() {
    systemctl list-unit-files --state enabled --no-legend "${TIMERS[@]}" | awk '{printf "%s ", $1} END {print ""}'
}

# The way back: people first. The newer workers know the jobs of the older pages.
restart_web_first() {
    systemctl restart xianfeng-web
    wait_for_answer
    systemctl restart "${WORKING[@]}"
    start_target
    wait_for_answer
    UNDO=""
}

wait_for_answer() {
    local until=$((SECONDS + 60)) state="" host
    host="$(stored SITE_URL)"
    while [ $SECONDS -lt $until ] && ! gives_up; do
        state="$(curl -fsS -m 5 -H "Host: ${host#https://}" "http://$UPSTREAM/healthz" 2>&1 || true)"
        if [[ "$state" == *'"worker": "ok"'* && "$state" == *'"beat": "ok"'* ]] && runs_release; then
            say "网站、worker、beat 都在,是 $(basename "$RELEASE")"
            return
        fi
        sleep 1
    done
    say "$state"
    die "网站没有完全起来(等了一分钟,或一再启动失败)。" "看日志:journalctl -u 'xianfeng-*' -n 50"
}

# Twice in vain is enough: taken back now, those who wait in the socket notice no more than that they wait.
gives_up() {
    systemctl show --property NRestarts --value xianfeng-web "${WORKING[@]}" | grep -qvE '^[01]?$' ||
        systemctl is-failed --quiet xianfeng-web
}

# What answers may still be the release before, and so may the signs of life of a worker that has gone.
runs_release() {
    local process unit since now
    process="$(systemctl show --property MainPID --value xianfeng-web)"
    [ "$(readlink "/proc/$process/cwd")" = "$RELEASE" ] && systemctl is-active --quiet "${RUNNING[@]}" || return 1
    now="$(cut -d . -f 1 /proc/uptime)"
    for unit in "${WORKING[@]}"; do
        since="$(systemctl show --property ActiveEnterTimestampMonotonic --value "$unit")"
        [ $((now - since / 1000000)) -ge 15 ] || return 1
    done
}

farewell_back() {
    printf '\n\033[1m已退回 %s\033[0m (共 %d 秒)\n' "$(basename "$RELEASE")" $((SECONDS - STARTED))
    say "数据库不动:旧版本能在升级过的表上运行。再执行一次 --back 又换回来。"
}

farewell() {
    printf '\n\033[1m装好了:https://%s/\033[0m (共 %d 分 %d 秒)\n' "$HOST" \
        $(((SECONDS - STARTED) / 60)) $(((SECONDS - STARTED) % 60))
    if [ -e "$NEW_KEYS" ]; then
        rm "$NEW_KEYS"
        loud "请现在就把 $ENV_FILE_PATH 抄一份,离线保管,不与数据库备份放在一起。" \
            "里面的 FIELD_ENCRYPTION_KEYS 丢了,手机号等加密内容就再也读不出来。"
    fi
    if [ "$(readlink -f $ETC/tls/certificate.pem)" = "$ETC/tls/self-signed.pem" ]; then
        loud "现在用的是自签证书:浏览器会警告,不能对外开放,90 天后到期。" \
            "换成正式的:$DEPLOY/install.sh --certificate 证书 --certificate-key 私钥"
    fi
    say "第一个系统管理员:xianfeng-manage createsuperuser"
    say "随时体检:xianfeng-manage doctor"
}
