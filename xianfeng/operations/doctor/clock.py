"""The clock: second factors, codes, deadlines and the yearly check all go by it."""

import datetime as dt
import subprocess

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.doctor.findings import Area, Findings, fail, ok, probe, warn

MOST_APART = 2.0  # seconds
ZONE = "Asia/Shanghai"
SYNCHRONISE = "apt install systemd-timesyncd && timedatectl set-ntp true"


@probe(Area.SITE, gettext_lazy("系统时钟"))
def clock() -> Findings:
    said = ask_timedatectl()
    if said == "yes":
        yield ok("clock", _("系统时钟已与网络同步"))
    elif said == "no":
        yield warn("clock", _("系统时钟没有与网络同步"), SYNCHRONISE)


def ask_timedatectl() -> str:
    """Empty where there is none to ask, as in a container."""
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        run = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=3, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""


@probe(Area.SITE, gettext_lazy("数据库的时钟"))
def clock_of_database() -> Findings:
    if settings.IS_SQLITE:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone() or (None,)
    apart = abs((dt.datetime.now(dt.UTC) - theirs).total_seconds()) if theirs else 0.0
    text = _("与数据库的时钟相差 %(apart).1f 秒") % {"apart": apart}
    if apart > MOST_APART:
        yield fail("clock_of_database", text, SYNCHRONISE)
    else:
        yield ok("clock_of_database", text)


@probe(Area.SITE, gettext_lazy("时区"))
def time_zone() -> Findings:
    zones = {settings.TIME_ZONE, settings.CELERY_TIMEZONE}
    if zones != {ZONE} or not settings.USE_TZ:
        text = _("时区是 %(zones)s,应当是 %(zone)s") % {"zones": "、".join(sorted(zones)), "zone": ZONE}
        yield fail("time_zone", text, _("不要改 xianfeng/settings.py 的 TIME_ZONE"))
    else:
        yield ok("time_zone", _("时区 %(zone)s") % {"zone": ZONE})
