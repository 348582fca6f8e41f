"""Does the queue outlive a restart, and is none of it thrown away for room?"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from xianfeng.operations.doctor.findings import Area, Findings, fail, ok, probe, serious, warn

TIMEOUT = 2.0  # seconds
OLDEST = (6, 2)
CONFIGURATION = "/etc/redis/redis-xianfeng.conf"
RESTART = "systemctl restart redis-server@xianfeng"


def info() -> dict[str, Any]:
    """Raises RedisError or OSError where the server does not answer."""
    timeouts = {"socket_connect_timeout": TIMEOUT, "socket_timeout": TIMEOUT}
    with Redis.from_url(settings.CACHE_URL, retry=Retry(NoBackoff(), 0), **timeouts) as server:
        told: dict[str, Any] = server.info()
        return told


@probe(Area.JOBS, gettext_lazy("Redis"))
def broker() -> Findings:
    told = info()
    version = str(told.get("valkey_version") or told["redis_version"])
    if tuple(int(part) for part in str(told["redis_version"]).split(".")[:2]) < OLDEST:
        yield warn("broker", _("Redis %(version)s 太旧,要 6.2 以上") % {"version": version}, "apt upgrade")
    else:
        yield ok("broker", _("Redis 在回答(%(version)s)") % {"version": version})
    if told.get("aof_enabled"):
        yield ok("broker_durable", _("队列重启不丢(appendonly)"))
    else:
        remedy = _("在 %(file)s 设 appendonly yes") % {"file": CONFIGURATION}
        yield serious("broker_durable", _("Redis 没有开 appendonly,重启会丢任务"), f"{remedy};{RESTART}")
    if (policy := told.get("maxmemory_policy")) == "noeviction":
        yield ok("broker_eviction", _("内存满了也不丢任务(noeviction)"))
    else:
        remedy = _("在 %(file)s 设 maxmemory-policy noeviction") % {"file": CONFIGURATION}
        yield serious(
            "broker_eviction", _("Redis 会在内存满时丢任务:%(policy)s") % {"policy": policy}, remedy
        )


@probe(Area.JOBS, gettext_lazy("Redis 的密码"))
def broker_password() -> Findings:
    address = urlsplit(settings.CACHE_URL)
    if address.scheme == "unix" or address.password:
        yield ok("broker_password", _("Redis 只有平台能进"))
    else:
        remedy = _("给 Redis 设 requirepass,写进 REDIS_URL;或重新执行 deploy/install.sh")
        yield serious("broker_password", _("Redis 没有密码"), remedy)


@probe(Area.JOBS, gettext_lazy("Redis 的内存"))
def broker_room() -> Findings:
    told = info()
    used, most = told["used_memory"], told.get("maxmemory") or told.get("total_system_memory") or 0
    shown = {"used": used // 2**20, "most": most // 2**20}
    text = _("Redis 用了 %(used)d MB,上限 %(most)d MB") % shown
    if most and used > 0.9 * most:
        yield fail("broker_room", text, "redis-cli INFO memory; xianfeng-manage doctor")
    else:
        yield ok("broker_room", text)
