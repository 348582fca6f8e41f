# The site and its certificate. Read by deploy/install.sh.
# shellcheck shell=bash

install_site() {
    local CERTIFICATE=$ETC/tls/certificate.pem CERTIFICATE_KEY=$ETC/tls/key.pem PAGES=$CURRENT/deploy/nginx
    fill "$DEPLOY/nginx/xianfeng.conf" /etc/nginx/sites-available/xianfeng.conf 644 \
        HOST CERTIFICATE CERTIFICATE_KEY UPSTREAM PAGES
    fit_to_this_nginx
    ln -sf ../sites-available/xianfeng.conf /etc/nginx/sites-enabled/xianfeng.conf
    # Debian's welcome page claims every name; ours answers whoever asks for another one with nothing.
    rm -f /etc/nginx/sites-enabled/default
    install -D -m 644 "$DEPLOY/config/logrotate.conf" /etc/logrotate.d/xianfeng
    quietly nginx -t || die "nginx 不接受这份配置,原因在上面。"
    systemctl enable --quiet nginx
    systemctl reload-or-restart nginx
    say "https://$HOST/,证书 $(readlink -f "$CERTIFICATE")"
}

# nginx from 1.25.1 on warns of `listen … http2`, older ones refuse `http2 on`.
fit_to_this_nginx() {
    local version site=/etc/nginx/sites-available/xianfeng.conf
    # A kernel without IPv6 refuses to listen there.
    if [ ! -e /proc/net/if_inet6 ]; then sed -i '/listen \[::\]/d' "$site"; fi
    version="$(nginx -v 2>&1 | sed 's#.*nginx/\([0-9.]*\).*#\1#')"
    if [ "$(printf '%s\n' 1.25.1 "$version" | sort -V | head -n 1)" = 1.25.1 ]; then
        sed -i -e 's/^\( *listen [^;]*ssl\) http2/\1/' -e 's/^\( *\)ssl_certificate_key .*;/&\n\1http2 on;/' \
            "$site"
    fi
}

# Links, not copies: whoever renews the certificate does so in its own place. That may be a link itself, which
# leads to another file after a renewal.
provide_certificate() {
    if [ -n "$CERTIFICATE" ]; then
        check_pair
        ln -sfn "$(realpath --no-symlinks "$CERTIFICATE")" "$ETC/tls/certificate.pem"
        ln -sfn "$(realpath --no-symlinks "$CERTIFICATE_KEY")" "$ETC/tls/key.pem"
    elif [ -n "$SELF_SIGNED" ] || [ ! -e "$ETC/tls/certificate.pem" ]; then
        sign_ourselves
    fi
}

# nginx would find out only when it starts again.
check_pair() {
    local public
    public="$(openssl x509 -in "$CERTIFICATE" -noout -pubkey)" || die "$CERTIFICATE 不是 PEM 格式的证书。"
    # A key with a password could not be opened by nginx either.
    [ "$public" = "$(openssl pkey -in "$CERTIFICATE_KEY" -passin pass: -pubout 2>/dev/null)" ] ||
        die "证书和私钥不是一对,或私钥有密码。" "证书:$CERTIFICATE" "私钥:$CERTIFICATE_KEY"
}

sign_ourselves() {
    local base=$ETC/tls/self-signed
    quietly openssl req -x509 -newkey rsa:2048 -nodes -days 90 -keyout "$base.key" -out "$base.pem" \
        -subj "/CN=$HOST" -addext "subjectAltName=DNS:$HOST"
    chmod 600 "$base.key"
    ln -sfn "$base.pem" "$ETC/tls/certificate.pem"
    ln -sfn "$base.key" "$ETC/tls/key.pem"
    loud "自签证书:浏览器会警告,只供试装。"
}
