"""PostgreSQL: its version, its tables, its encoding, and connections for everybody who needs one."""

import os
import subprocess

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.doctor.findings import Area, Findings, fail, ok, probe, serious, warn

OLDEST = 15
# Of the units as delivered: beat and three workers with their children, backups and people at a console.
OTHER_CONNECTIONS = 12
PROCESSES, THREADS = 3, 4


def one(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


@probe(Area.DATABASE, gettext_lazy("数据库"))
def engine() -> Findings:
    if settings.IS_SQLITE:
        remedy = _("在 /etc/xianfeng/env 设 DATABASE_URL,或执行 deploy/install.sh")
        yield serious("database", _("用的是本机的 SQLite,只供试用"), remedy)
        return
    version = int(one("SHOW server_version_num")) // 10000
    if version < OLDEST:
        text = _("PostgreSQL %(version)d 太旧,要 %(oldest)d 以上") % {"version": version, "oldest": OLDEST}
        yield fail("database", text, "pg_upgradecluster")
    else:
        yield ok("database", _("PostgreSQL %(version)d 在回答") % {"version": version})


@probe(Area.DATABASE, gettext_lazy("数据库的升级"))
def migrations() -> Findings:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        text = _("有 %(count)d 步数据库升级没有做") % {"count": missing}
        yield fail("migrations", text, "xianfeng-manage migrate --noinput")
    else:
        yield ok("migrations", _("数据库与程序版本一致"))


@probe(Area.DATABASE, gettext_lazy("数据库的编码"))
def encoding() -> Findings:
    if settings.IS_SQLITE:
        return
    name = one("SHOW server_encoding")
    if name != "UTF8":
        remedy = _("备份后重建:CREATE DATABASE xianfeng OWNER xianfeng ENCODING 'UTF8' TEMPLATE template0")
        yield fail("encoding", _("数据库编码是 %(name)s,存不下全部汉字") % {"name": name}, remedy)
    else:
        yield ok("encoding", _("数据库编码 UTF8"))


@probe(Area.DATABASE, gettext_lazy("数据库的连接"))
def connections_suffice() -> Findings:
    if settings.IS_SQLITE:
        return
    most = int(one("SHOW max_connections")) - int(one("SHOW superuser_reserved_connections"))
    needed, used = needed_connections(), int(one("SELECT count(*) FROM pg_stat_activity"))
    shown = {"most": most, "needed": needed, "used": used}
    text = _("连接上限 %(most)d,现在 %(used)d,全部忙时约 %(needed)d") % shown
    remedy = _("调大 postgresql.conf 的 max_connections,或减少 WEB_PROCESSES、WEB_THREADS")
    if used >= most * 0.9:
        yield fail("connections", text, remedy)
    elif needed > most:
        yield warn("connections", text, remedy)
    else:
        yield ok("connections", text)


def needed_connections() -> int:
    """One for each thread of the web, as its unit says, and room for the rest."""
    values = unit_environment("xianfeng-web")
    processes = int(values.get("WEB_PROCESSES") or os.environ.get("WEB_PROCESSES") or PROCESSES)
    threads = int(values.get("WEB_THREADS") or os.environ.get("WEB_THREADS") or THREADS)
    return processes * threads + OTHER_CONNECTIONS


def unit_environment(unit: str) -> dict[str, str]:
    """What a unit sets, where there is a systemd to ask."""
    command = ["systemctl", "show", unit, "--property=Environment", "--value"]
    try:
        run = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return dict(pair.split("=", 1) for pair in run.stdout.split() if "=" in pair)
