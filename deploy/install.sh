#!/usr/bin/env bash
# Installs the portal on Debian 12 or 13 or Ubuntu 24.04, and upgrades it: run it as often as you like.
# docs/部署.md is its manual; each step is a function of deploy/steps/.
set -Eeuo pipefail
umask 022
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

APP=/srv/xianfeng                # what the operator pulls into; nothing runs from here
RELEASES=/srv/xianfeng-releases  # copies of it, each with its own dependencies; none is changed once it runs
CURRENT=/srv/xianfeng-current    # a link to the one that runs
PREVIOUS=/srv/xianfeng-previous  # a link to the one before, for --back
DEPLOY="$(cd "$(dirname "$0")" && pwd)"
for part in common options packages python database queue application release settings nginx services; do
    # shellcheck source=/dev/null
    . "$DEPLOY/steps/$part.sh"
done

read_options "$@"
step "检查这台机器" check_machine
if [ -n "$BACK" ]; then
    step "找到上一个版本" find_previous
    step "用它检查设置" check_settings
    step "换回上一个版本" switch_release
    step "重启并等待网站回答" restart_web_first
    farewell_back
    exit
fi
step "询问还不知道的事" ask
step "安装系统软件包" install_packages
step "准备 Python" prepare_python
step "建立服务用户和目录" make_user_and_folders
step "放好证书" provide_certificate
step "准备 PostgreSQL" prepare_database
step "准备 Redis" prepare_queue
step "把新版本放在旧版本旁边" lay_release
step "安装程序的依赖" install_application
step "写入设置 /etc/xianfeng/env" write_settings
step "用新版本检查设置" check_settings
step "收集静态文件" collect_static
step "升级前先备份" back_up_first
step "建表、升级数据库(只增不减,旧版本照常运行)" migrate
step "配置 nginx" install_site
step "换上新版本" switch_release
step "启动并等待网站回答" start
step "删去更早的版本" remove_old_releases
farewell
