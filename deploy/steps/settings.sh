# /etc/xianfeng/env: made once, later only changed where an option says so. Read by deploy/install.sh.
# shellcheck shell=bash

# A run that comes to nothing leaves them as they were: what runs reads them at its next start.
keep_settings() {
    [ -e "$CURRENT" ] || return 0
    UNDO=untouched
    KEPT="$(mktemp -d)"
    cp -a "$ENV_FILE_PATH" "$ETC/tls" "$KEPT/"
}

put_settings_back() {
    [ -n "$KEPT" ] || return 0
    cp -a "$KEPT/env" "$ENV_FILE_PATH.new"
    mv -f "$ENV_FILE_PATH.new" "$ENV_FILE_PATH"
    cp -a "$KEPT/tls" "$ETC/tls.new"
    rm -rf "$ETC/tls"
    mv "$ETC/tls.new" "$ETC/tls"
}

write_settings() {
    if [ -z "$(stored SECRET_KEY)" ]; then make_settings; fi
    # Whoever added a second name keeps it.
    if [ "$(stored SITE_URL)" != "https://$HOST" ]; then
        store SITE_URL "https://$HOST"
        store CSRF_TRUSTED_ORIGINS "https://$HOST"
        store ALLOWED_HOSTS "$HOST"
    fi
    store DATABASE_URL "$DATABASE_URL"
    store REDIS_URL "$REDIS_URL"
    store EMAIL_URL "$MAIL_URL"
    store DEFAULT_FROM_EMAIL "$MAIL_FROM"
    store SMS_BACKEND "$SMS_BACKEND"
    if [ -n "$PACKAGE_INDEX" ]; then store PACKAGE_INDEX "$PACKAGE_INDEX"; fi
}

# Lines of the operator's that are there already stay, after ours.
make_settings() {
    local keys given
    given="$(cat "$ENV_FILE_PATH" 2>/dev/null || true)"
    keys="$(mktemp -d)"
    (cd "$RELEASE" && ENV_FILE= VAR_DIR="$keys" quietly .venv/bin/python manage.py generate_env --path "$keys/env")
    install_text "$(cat "$RELEASE/.env.example")${given:+$'\n'$given}" "$ENV_FILE_PATH" 640
    store ENVIRONMENT production
    store VAR_DIR "$VAR"
    store SECRET_KEY "$(sed -n 's/^SECRET_KEY=//p' "$keys/env")"
    store FIELD_ENCRYPTION_KEYS "$(sed -n 's/^FIELD_ENCRYPTION_KEYS=//p' "$keys/env")"
    rm -rf "$keys"
    touch "$NEW_KEYS"
}

check_settings() {
    if ! manage check --deploy --fail-level WARNING; then
        die "设置没有通过检查,原因在上面。" "改好 $ENV_FILE_PATH(或用选项)后再执行一次。" \
            "短信网关:照 $DEPLOY/examples/city_sms.py 写一个,放进 $ETC/python/。"
    fi
    # As gunicorn will: every view is imported.
    quietly manage shell --no-imports -c 'import xianfeng.wsgi' || die "这个版本的网站程序载入不了,原因在上面。"
}
