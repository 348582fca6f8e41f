#!/bin/sh
# The site of a city's own machine, filled in for containers; logs go to the container's output.
set -eu
resolver="$(awk '$1 == "nameserver" {print $2; exit}' /etc/resolv.conf)"
case "$resolver" in *:*) resolver="[$resolver]" ;; esac
# nginx asks for the address of a name once; for a variable it asks again, and finds a new container of web.
sed -f - /etc/xianfeng/nginx/xianfeng.conf >/etc/nginx/conf.d/default.conf <<SED
s|^\( *\)server_name @HOST@;|&\n\1resolver $resolver valid=5s;\n\1set \$web web:8000;|
s|proxy_pass http://@UPSTREAM@;|proxy_pass http://\$web;|
s|@HOST@|$HOST|g
s|@PAGES@|/etc/xianfeng/nginx|g
s|@CERTIFICATE@|/etc/xianfeng/tls/certificate.pem|g
s|@CERTIFICATE_KEY@|/etc/xianfeng/tls/key.pem|g
s|/var/log/xianfeng/access.log|/dev/stdout|
s|/var/log/xianfeng/error.log|/dev/stderr|
SED
exec nginx -g 'daemon off;'
