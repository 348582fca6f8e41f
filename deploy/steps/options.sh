# What the operator decides: by options, by answers, or as the last run had it. Read by deploy/install.sh.
# shellcheck shell=bash

HOST="" MAIL_URL="${MAIL_URL:-}" MAIL_FROM="" SMS_BACKEND="" CERTIFICATE="" CERTIFICATE_KEY="" SELF_SIGNED=""
DATABASE_URL="" REDIS_URL="" PACKAGE_INDEX="" REDIS_PORT="" UPSTREAM=127.0.0.1:8000
NO_QUESTIONS="" NO_START="" NO_BACKUP="" BACK=""

usage() {
    cat <<'TEXT'
用法:deploy/install.sh [选项]      (用 root 执行;升级时不用再给选项)

  --host 域名               网站的域名,如 portal.example.org
  --mail-url 网址           发邮件的服务器,如 smtp+tls://账号:密码@mail.example.org:587
                            (不想留在命令历史里:用环境变量 MAIL_URL,或等安装程序来问)
  --mail-from 地址          发件人,默认 先锋微家 <noreply@域名>
  --sms-backend 类          短信网关类,如 city_sms.Gateway,文件放在 /etc/xianfeng/python/
  --certificate 文件        证书(含中间证书)     --certificate-key 文件   私钥
  --self-signed             先用自签证书(浏览器会警告,只供试装)
  --database-url 网址       用别处的 PostgreSQL(默认装在本机)
  --redis-url 网址          用别处的 Redis(默认装在本机)
  --redis-port 端口         本机 Redis 的端口,第一次默认 6380
  --package-index 网址      从哪里下载 Python 包(内网镜像)
  --no-backup               升级前不备份
  --no-start                装好但不启动(接着恢复备份)
  --back                    退回上一个版本(约半分钟;再执行一次又换回来)
  --no-questions            不提问;缺什么就停下来说
TEXT
}

read_options() {
    while [ $# -gt 0 ]; do
        case "$1" in
        --host | --mail-url | --mail-from | --sms-backend | --certificate | --certificate-key | \
            --database-url | --redis-url | --redis-port | --package-index)
            [ $# -ge 2 ] || { usage >&2; exit 2; }
            set_option "$1" "$2"
            shift ;;
        --self-signed) SELF_SIGNED=yes ;;
        --no-backup) NO_BACKUP=yes ;;
        --no-start) NO_START=yes ;;
        --back) BACK=yes ;;
        --no-questions) NO_QUESTIONS=yes ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
        esac
        shift
    done
}

# --mail-url X sets MAIL_URL.
set_option() {
    local name="${1#--}"
    name="${name//-/_}"
    printf -v "${name^^}" '%s' "$2"
}

ask() {
    local site
    site="$(stored SITE_URL)"
    [ -n "$HOST" ] || HOST="${site#https://}"
    need HOST "网站的域名(如 portal.example.org)" --host
    [[ "$HOST" =~ ^[A-Za-z0-9.-]+$ ]] || die "域名“$HOST”不对。" "只写域名,不带 https:// 和端口。"
    [ -n "$MAIL_URL" ] || MAIL_URL="$(stored EMAIL_URL)"
    need MAIL_URL "发邮件的服务器(smtp+tls://账号:密码@主机:587)" --mail-url
    [ -n "$SMS_BACKEND" ] || SMS_BACKEND="$(stored SMS_BACKEND)"
    need SMS_BACKEND "短信网关类(如 city_sms.Gateway)" --sms-backend
    ask_certificate
    [ -n "$MAIL_FROM" ] || MAIL_FROM="$(stored DEFAULT_FROM_EMAIL)"
    [ -n "$MAIL_FROM" ] || MAIL_FROM="先锋微家 <noreply@$HOST>"
    say "域名 $HOST;短信 $SMS_BACKEND;发件人 $MAIL_FROM"
}

ask_certificate() {
    if [ -z "$CERTIFICATE$SELF_SIGNED" ] && [ -e "$ETC/tls/certificate.pem" ]; then
        return  # as the last run had it
    fi
    if [ -z "$CERTIFICATE$SELF_SIGNED" ]; then
        need CERTIFICATE "证书文件的路径(还没有就填 self-signed)" "--certificate 或 --self-signed"
    fi
    if [ "$CERTIFICATE" = self-signed ]; then CERTIFICATE="" SELF_SIGNED=yes; fi
    [ -z "$CERTIFICATE" ] || need CERTIFICATE_KEY "私钥文件的路径" --certificate-key
    local file
    for file in $CERTIFICATE $CERTIFICATE_KEY; do
        [ -r "$file" ] || die "读不到 $file。"
    done
}

# need VARIABLE QUESTION OPTION: asks where it is empty and somebody sits there.
need() {
    [ -z "${!1}" ] || return 0
    if [ -n "$NO_QUESTIONS" ] || [ ! -t 0 ]; then
        die "还不知道:$2。" "请用选项 $3 给出;全部选项见 deploy/install.sh --help。"
    fi
    read -r -p "   $2:" "${1?}"
    [ -n "${!1}" ] || die "没有填写:$2。"
}
