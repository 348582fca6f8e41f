"""What is running here: the first thing that whoever helps will ask."""

import platform
import re
import subprocess

import django
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng.operations.doctor import broker
from xianfeng.operations.doctor.findings import Area, Findings, ok, probe


@probe(Area.SITE, gettext_lazy("版本"))
def versions() -> Findings:
    parts = {
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "PostgreSQL": "" if settings.IS_SQLITE else database(),
        "nginx": nginx(),
    }
    shown = ", ".join(f"{name} {version}" for name, version in parts.items() if version)
    yield ok("versions", _("版本:%(shown)s") % {"shown": shown})


@probe(Area.SITE, gettext_lazy("Redis 的版本"))
def version_of_broker() -> Findings:
    told = broker.info()
    name = "Valkey" if told.get("valkey_version") else "Redis"
    version = str(told.get("valkey_version") or told["redis_version"])
    yield ok("version_of_broker", _("版本:%(shown)s") % {"shown": f"{name} {version}"})


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    return str(row[0]).split()[0] if row else ""


def nginx() -> str:
    """Empty where it stands on another machine."""
    for program in ("nginx", "/usr/sbin/nginx"):
        try:
            run = subprocess.run(  # noqa: S603
                [program, "-v"], capture_output=True, text=True, timeout=2, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if found := re.search(r"nginx/([\d.]+)", run.stderr):
            return found[1]
    return ""
