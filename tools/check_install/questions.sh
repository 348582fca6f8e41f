# What is asked of the installed machine. Read by check.sh.
# shellcheck shell=bash

# A tool of this machine in the network of the root.
python() { nsenter -t "$leader" -n -- .venv/bin/python "$@"; }

# A mail server and a text gateway that keep what they get.
open_sinks() {
    mkdir -p "$work/sinks"
    # Itself, not by way of a function: a shell between would be what is ended, and leave it running.
    nsenter -t "$leader" -n -- .venv/bin/python "$here/sinks.py" "$work/sinks" >"$work/sinks.log" 2>&1 &
    sinks=$!
    wait_for "the sinks" test -e "$work/sinks/ready"
}

installer() {
    inside --setenv=MAIL_URL='smtp://127.0.0.1:2525' /srv/xianfeng/deploy/install.sh --no-questions "$@"
}

install_once() {
    open_sinks
    mkdir -p "$root/etc/xianfeng"
    printf "SMS_GATEWAY_URL='http://127.0.0.1:2580/'\nSMS_GATEWAY_TOKEN='check'\n" >>"$root/etc/xianfeng/env"
    installer --host "$HOST_NAME" --self-signed --sms-backend city_sms.Gatway 2>&1 | tee "$work/first.log" || true
    grep -q notices.E003 "$work/first.log" || { echo "Not stopped at a misspelt SMS_BACKEND." >&2; return 1; }
    echo "(Stopped at the misspelt gateway, as it should be. Once more.)"
    installer --sms-backend city_sms.Gateway
    python "$here/visit.py" login-page "$root" "$HOST_NAME"
}

# Beside it now what a later run could trip over: a second PostgreSQL, a timer switched off, a line for nginx.
install_again() {
    local before after version
    version="$(within pg_lsclusters --no-header | awk '{print $1; exit}')"
    inside pg_createcluster "$version" second --start
    inside systemctl disable --quiet --now xianfeng-drill.timer
    echo 'allow 10.0.0.5;' >"$root/etc/xianfeng/nginx/allow-metrics.conf"
    before="$(sha256sum "$root/etc/xianfeng/env" "$root/etc/redis/redis-xianfeng.conf")"
    inside /srv/xianfeng/deploy/install.sh --no-questions
    after="$(sha256sum "$root/etc/xianfeng/env" "$root/etc/redis/redis-xianfeng.conf")"
    [ "$before" = "$after" ] || { echo "A second run changed settings." >&2; return 1; }
    [ "$(inside systemctl is-enabled xianfeng-drill.timer)" = disabled ]
    inside nginx -T 2>/dev/null | grep 'allow 10.0.0.5;'
    python "$here/visit.py" login-page "$root" "$HOST_NAME"
    stop_at_the_wrong_database "$version"
    stop_at_a_wrong_option
    follow_a_renewed_certificate
}

# What runs must not find the mistake at its next start.
stop_at_a_wrong_option() {
    local before
    before="$(sha256sum "$root/etc/xianfeng/env")"
    ! inside /srv/xianfeng/deploy/install.sh --no-questions --sms-backend nobody.Knows >"$work/wrong.log" 2>&1
    [ "$before" = "$(sha256sum "$root/etc/xianfeng/env")" ]
    grep '设置和证书也是原来的' "$work/wrong.log"
}

# As certbot has it: a link that leads to another file after each renewal.
follow_a_renewed_certificate() {
    local its="$root/etc/letsencrypt"
    mkdir -p "$its/live" "$its/archive"
    cp "$root/etc/xianfeng/tls/self-signed.pem" "$its/archive/cert1.pem"
    cp "$root/etc/xianfeng/tls/self-signed.key" "$its/archive/key1.pem"
    ln -s ../archive/cert1.pem "$its/live/cert.pem"
    ln -s ../archive/key1.pem "$its/live/key.pem"
    inside /srv/xianfeng/deploy/install.sh --no-questions --certificate /etc/letsencrypt/live/cert.pem \
        --certificate-key /etc/letsencrypt/live/key.pem >"$work/renewed.log" 2>&1
    [ "$(within readlink /etc/xianfeng/tls/certificate.pem)" = /etc/letsencrypt/live/cert.pem ]
    python "$here/visit.py" login-page "$root" "$HOST_NAME"
}

# The one with the people in it is down; the empty one beside it is not taken for it.
stop_at_the_wrong_database() {
    local unit="postgresql@$1-main"
    inside systemctl mask --quiet --runtime --now "$unit"
    ! inside /srv/xianfeng/deploy/install.sh --no-questions >"$work/away.log" 2>&1
    inside systemctl unmask --quiet --runtime "$unit"
    inside systemctl start "$unit"
    inside pg_dropcluster --stop "$1" second
    grep '数据所在的 PostgreSQL' "$work/away.log"
}

look_at_units() {
    local units=(xianfeng-web xianfeng-beat xianfeng-worker@celery xianfeng-worker@mail xianfeng-worker@nightly
        xianfeng-backup xianfeng-drill)
    inside systemd-analyze verify "${units[@]/%/.service}" xianfeng-{backup,drill,web-again}.timer xianfeng-web.socket
    inside systemd-analyze security --no-pager "${units[@]/%/.service}" | grep -i 'overall exposure'
    inside systemctl is-active xianfeng.target xianfeng-{web,beat,worker@celery,worker@mail,worker@nightly} \
        xianfeng-{backup,drill}.timer xianfeng-web.socket nginx redis-server@xianfeng | sort | uniq -c
    inside nginx -t
    ! inside logrotate --debug /etc/logrotate.conf 2>&1 | grep '^error:'
}

# Who may read what, as the manual says it.
look_at_files() {
    local line path mode
    while read -r mode path; do
        line="$(within stat -c '%a:%U:%G' "$path")"
        [ "$line" = "$mode" ] || { echo "$path is $line, not $mode" >&2; return 1; }
    done <<'TEXT'
640:root:xianfeng /etc/xianfeng/env
700:xianfeng:xianfeng /var/lib/xianfeng
700:xianfeng:xianfeng /var/backups/xianfeng
700:root:root /etc/xianfeng/tls
640:redis:redis /etc/redis/redis-xianfeng.conf
TEXT
    echo "  rights are as the manual says; listening:" $(within ss -ltnH | awk '{print $4}' | sort -u)
}

# In a shell that never loaded the env file: the same database for root, a refusal for others, SQLite for nobody.
try_without_env_file() {
    local ask='from django.conf import settings as s; print("production", s.IS_PRODUCTION, "SQLite", s.IS_SQLITE)'
    local command=(/srv/xianfeng-current/.venv/bin/python /srv/xianfeng-current/manage.py shell --no-imports -c "$ask")
    inside "${command[@]}" | tee "$work/as-root.log" | sed 's/^/  as root: /'
    grep -q "production True SQLite False" "$work/as-root.log"
    ! inside runuser -u nobody -- "${command[@]}" >"$work/as-nobody.log" 2>&1
    grep -h "^Refused" "$work/as-nobody.log" | sed 's/^/  as nobody: /' | grep .
    ! find "$root/srv" -name db.sqlite3 | grep .
}

use_it() {
    inside --setenv=ENVIRONMENT=local xianfeng-manage demo --scale small >"$work/demo.log" 2>&1 ||
        { tail "$work/demo.log"; return 1; }
    python "$here/visit.py" journey "$root" "$HOST_NAME" "$work/sinks"
}

# The name of a style has a hash of its content: pages show which release made them.
upgrade_to_second() {
    echo "/* the second release */" >>"$root/srv/xianfeng/static/css/tokens.css"
    inside /srv/xianfeng/deploy/install.sh --no-questions
}

# One that cannot be loaded is found out beforehand.
upgrade_to_broken() {
    cp "$root/srv/xianfeng/xianfeng/wsgi.py" "$work/wsgi.py"
    echo "raise SystemExit('broken on purpose')" >>"$root/srv/xianfeng/xianfeng/wsgi.py"
    ! inside /srv/xianfeng/deploy/install.sh --no-questions >"$work/broken.log" 2>&1
    cp "$work/wsgi.py" "$root/srv/xianfeng/xianfeng/wsgi.py"
    grep 没有换版本 "$work/broken.log"
}

# One whose web does not start is taken back by itself.
upgrade_to_dead() {
    local before
    before="$(running_release)"
    cp "$root/srv/xianfeng/gunicorn.conf.py" "$work/gunicorn.conf.py"
    echo "raise RuntimeError('dead on purpose')" >>"$root/srv/xianfeng/gunicorn.conf.py"
    ! inside /srv/xianfeng/deploy/install.sh --no-questions >"$work/dead.log" 2>&1
    cp "$work/gunicorn.conf.py" "$root/srv/xianfeng/gunicorn.conf.py"
    grep 已换回原来的版本 "$work/dead.log"
    [ "$(running_release)" = "$before" ]
    python "$here/visit.py" login-page "$root" "$HOST_NAME"
}

# under_load RELEASES COMMAND…: while people ask for pages without a pause. None may fail; so many releases serve.
under_load() {
    rm -f "$work/enough"
    nsenter -t "$leader" -n -- .venv/bin/python "$here/load.py" "$root" "$HOST_NAME" "$work/enough" "$1" \
        >"$work/load.log" 2>&1 &
    local load=$! code=0 began=$SECONDS
    "${@:2}" || code=$?
    touch "$work/enough"
    wait "$load" || code=$?
    cat "$work/load.log"
    echo "  ${*:2}: $((SECONDS - began)) s with its load; $(running_release) runs"
    return "$code"
}

running_release() { inside sh -c 'readlink /proc/$(systemctl show --property MainPID --value xianfeng-web)/cwd'; }

upgrade_and_back() {
    local first
    first="$(running_release)"
    under_load 2 upgrade_to_second
    [ "$(running_release)" != "$first" ]
    under_load 2 inside /srv/xianfeng/deploy/install.sh --back
    [ "$(running_release)" = "$first" ]
    under_load 1 upgrade_to_broken
    [ "$(running_release)" = "$first" ]
}

# The page for people who come while it is away, and nothing of a restart after it.
be_away() {
    inside systemctl stop xianfeng.target
    python "$here/visit.py" away "$root" "$HOST_NAME"
    inside systemctl start xianfeng.target
    wait_for "the portal again" python "$here/visit.py" login-page "$root" "$HOST_NAME"
    inside systemctl kill --signal KILL xianfeng-web
    python "$here/visit.py" login-page "$root" "$HOST_NAME"
}

# By the unit of the timer: what it may and may not is part of the question.
back_up() {
    if ! inside xianfeng-manage help backup >/dev/null 2>&1; then
        echo "  (this tree has no backup command)"
        return
    fi
    inside systemctl start xianfeng-backup
    inside systemctl start xianfeng-drill
    inside find /var/backups/xianfeng -maxdepth 2 | head
}

# docs/备份与恢复.md, section 6: a machine with nothing but the settings, the gateway and a backup.
lose_the_machine() {
    local backup
    inside systemctl start xianfeng-backup
    backup="$(newest_backup)"
    inside systemctl stop xianfeng.target
    within sh -c 'rm -rf /srv/xianfeng-* /etc/systemd/system/*xianfeng* /etc/systemd/system/*.wants/xianfeng* /var/lib/xianfeng'
    inside systemctl daemon-reload
    inside runuser -u postgres -- dropdb xianfeng
    inside /srv/xianfeng/deploy/install.sh --no-questions --no-start
    inside xianfeng-manage restore "$backup"
    inside xianfeng-manage retain
    inside /srv/xianfeng/deploy/install.sh --no-questions
    inside xianfeng-manage verify_ledger --json
    inside systemctl is-active xianfeng-backup.timer xianfeng-drill.timer
    python "$here/visit.py" login-page "$root" "$HOST_NAME"
}

newest_backup() { within sh -c 'ls -d /var/backups/xianfeng/2* | tail -n 1'; }

# Section 7, with people in it; what the command says about the former ones is typed as it stands.
go_back_to_backup() {
    inside systemctl stop xianfeng.target
    inside xianfeng-manage restore "$(newest_backup)" --replace xianfeng | tee "$work/restored.log"
    sed -n 's/.*核对无误后删除：//p' "$work/restored.log" >"$root/root/drop.sh"
    [ -s "$root/root/drop.sh" ]
    inside sh -ex /root/drop.sh
    [ -z "$(within runuser -u postgres -- psql -lqtA | grep before)" ]
    inside systemctl start xianfeng.target
    wait_for "the portal after a restore" python "$here/visit.py" login-page "$root" "$HOST_NAME"
}

# Section 8, as it stands but for its days: a table that comes after the named moment is not there after it.
go_back_in_time() {
    local moment
    type_block 1
    moment="$(within date '+%F %T.%6N%:z')"  # to the microsecond: the base backup may have ended in this second
    sleep 1
    inside runuser -u postgres -- psql -qd xianfeng -c 'CREATE TABLE a_mistake ()'
    inside systemctl stop xianfeng.target
    type_block 2 "2026-11-22=$(within date +%F)" "2026-11-27 09:30:00+08=$moment"
    [ -z "$(inside runuser -u postgres -- psql -qAtd xianfeng -c "SELECT to_regclass('a_mistake')")" ]
    type_block 3
    wait_for "the portal as it was" python "$here/visit.py" login-page "$root" "$HOST_NAME"
}

# type_block NUMBER [OLD=NEW…]: the commands of section 8.
type_block() {
    .venv/bin/python "$here/manual.py" docs/备份与恢复.md 8 "$@" >"$root/root/typed.sh"
    inside bash -ex /root/typed.sh
}

ask_doctor() {
    inside xianfeng-manage doctor --json >"$work/doctor.json" || true
    .venv/bin/python "$here/findings.py" "$work/doctor.json"
}
