"""Is there a worker for every queue, and one beat? Asked of the workers themselves and of their stamps."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xianfeng import health
from xianfeng.celery import app
from xianfeng.lib.queue import QUEUES
from xianfeng.operations.doctor.findings import Area, Findings, fail, ok, probe, serious

ASKED_FOR = 1.5  # seconds in which a worker answers


@probe(Area.JOBS, gettext_lazy("各队列的 worker"))
def queues() -> Findings:
    served = served_queues()
    for queue in QUEUES:
        shown = {"queue": queue, "count": served.count(queue)}
        if queue in served:
            yield ok(f"queue_{queue}", _("队列 %(queue)s 有 %(count)d 个 worker") % shown)
        else:
            remedy = f"systemctl restart xianfeng-worker@{queue}; journalctl -u xianfeng-worker@{queue} -n 50"
            yield serious(f"queue_{queue}", _("队列 %(queue)s 没有 worker,里面的事没人做") % shown, remedy)


def served_queues() -> list[str]:
    """One entry for each worker and queue."""
    answers = app.control.inspect(timeout=ASKED_FOR).active_queues() or {}
    return [queue["name"] for queues in answers.values() for queue in queues]


@dataclass(frozen=True)
class Heart:
    """Who leaves a stamp, and how old it may be, in seconds."""

    stamp: str
    name: str
    unit: str
    within: float = health.STALE_AFTER


@probe(Area.JOBS, gettext_lazy("心跳"))
def heartbeats() -> Findings:
    for heart in (*hearts_of_workers(), Heart(health.BEAT, _("beat(定时)"), "xianfeng-beat")):
        moment, shown = cache.get(heart.stamp), {"name": heart.name, "within": heart.within / 60}
        if moment is not None and time.time() - moment < heart.within:
            yield ok(heart.stamp, _("%(name)s %(within)d 分钟内有心跳") % shown)
        else:
            yield fail(heart.stamp, _("%(name)s %(within)d 分钟没有心跳") % shown, remedy(heart.unit))


def hearts_of_workers() -> list[Heart]:
    return [
        Heart(
            health.worker_of(queue),
            _("队列 %(queue)s 的 worker") % {"queue": queue},
            f"xianfeng-worker@{queue}",
            health.STALE_WORKER_AFTER[queue],
        )
        for queue in QUEUES
    ]


def remedy(unit: str) -> str:
    return f"systemctl restart {unit}" if settings.IS_PRODUCTION else "make run"
