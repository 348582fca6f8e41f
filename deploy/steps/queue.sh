# Redis of this machine: an instance of its own, durable, with a password. Read by deploy/install.sh.
# shellcheck shell=bash

prepare_queue() {
    [ -n "$REDIS_URL" ] || REDIS_URL="$(remote REDIS_URL)"
    if [ -n "$REDIS_URL" ]; then
        say "用别处的 Redis"
        return
    fi
    local REDIS_PASSWORD
    REDIS_PASSWORD="$(stored REDIS_URL | sed -n 's#^redis://:\([^@]*\)@.*#\1#p')"
    [ -n "$REDIS_PORT" ] || REDIS_PORT="$(stored REDIS_URL | sed -n 's#^redis://:.*@127.0.0.1:\([0-9]*\)/0$#\1#p')"
    [ -n "$REDIS_PORT" ] || REDIS_PORT=6380
    [ -n "$REDIS_PASSWORD" ] || REDIS_PASSWORD="$(openssl rand -hex 24)"
    local before
    before="$(cat /etc/redis/redis-xianfeng.conf 2>/dev/null || true)"
    write_redis
    REDIS_URL="redis://:$REDIS_PASSWORD@127.0.0.1:$REDIS_PORT/0"
    # The distribution's own instance has no password and nobody who needs it, where we brought it.
    if [ -z "$REDIS_WAS_HERE" ]; then systemctl disable --now redis-server >/dev/null 2>&1; fi
    systemctl enable --quiet redis-server@xianfeng
    # Only for a reason: jobs may be running.
    if [ "$before" != "$(cat /etc/redis/redis-xianfeng.conf)" ]; then systemctl restart redis-server@xianfeng; fi
    systemctl start redis-server@xianfeng
    say "Redis 端口 $REDIS_PORT(只听 127.0.0.1),appendonly,noeviction"
}

write_redis() {
    fill "$DEPLOY/config/redis.conf" /etc/redis/redis-xianfeng.conf 640 REDIS_PORT REDIS_PASSWORD
    chown redis:redis /etc/redis/redis-xianfeng.conf
    install -d -m 750 -o redis -g redis /var/lib/redis/xianfeng
}
