# PostgreSQL of this machine, by its socket and without a password. Read by deploy/install.sh.
# shellcheck shell=bash

prepare_database() {
    [ -n "$DATABASE_URL" ] || DATABASE_URL="$(remote DATABASE_URL)"
    if [ -n "$DATABASE_URL" ]; then
        say "用别处的数据库"
        return
    fi
    local port
    port="$(cluster_in_use)"
    if [ -z "$port" ]; then
        port="$(online_cluster '$1 >= 15')"
        [ -n "$port" ] || die "没有运行着的 PostgreSQL 15 或更新版本。" "看看 pg_lsclusters 和 journalctl -u postgresql。"
    elif [ -z "$(online_cluster "\$3 == $port")" ]; then
        # A newer one beside it is empty: the city would start again with nobody in it.
        die "数据所在的 PostgreSQL(端口 $port)没有在运行。" "看看 pg_lsclusters;启动它再执行一次。" \
            "已经用 pg_upgradecluster 换了端口:改 $ENV_FILE_PATH 里的 DATABASE_URL。"
    fi
    make_role "$port"
    DATABASE_URL="postgres://xianfeng@:$port//var/run/postgresql/xianfeng"
    say "PostgreSQL 端口 $port,库与角色 xianfeng;服务用户经 unix 套接字登录,没有密码"
}

# The port that an earlier run stored.
cluster_in_use() {
    stored DATABASE_URL | sed -n 's#^postgres://xianfeng@:\([0-9]*\)//var/run/postgresql/xianfeng$#\1#p'
}

# online_cluster CONDITION: the port of the newest that runs and meets it, by the columns of pg_lsclusters.
online_cluster() {
    systemctl start postgresql
    local tries
    for tries in 1 2 3 4 5 6 7 8 9 10; do
        pg_lsclusters --no-header | awk "$1"' && $4 ~ /^online/ {print $1, $3}' | sort -n | tail -n 1 | cut -d ' ' -f 2 |
            grep . && return
        sleep "$((tries > 3 ? 2 : 1))"
    done
    return 0
}

# What is there stays as it is.
make_role() {
    local psql=(runuser -u postgres -- psql --port "$1" --quiet --tuples-only --no-align --set ON_ERROR_STOP=1)
    cd /
    if [ -z "$("${psql[@]}" -c "SELECT 1 FROM pg_roles WHERE rolname = 'xianfeng'")" ]; then
        "${psql[@]}" -c "CREATE ROLE xianfeng LOGIN"
    fi
    # A restore and its drill go into a database of their own first.
    "${psql[@]}" -c "ALTER ROLE xianfeng CREATEDB"
    if [ -z "$("${psql[@]}" -c "SELECT 1 FROM pg_database WHERE datname = 'xianfeng'")" ]; then
        "${psql[@]}" -c "CREATE DATABASE xianfeng OWNER xianfeng ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
    fi
    cd "$APP"
}
