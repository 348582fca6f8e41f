"""What is going on right now: how much waits, for how long, and what has not come to an end.

Every figure is asked by itself, and one that cannot be had says so (None) and keeps no other back.
"""

import datetime as dt
import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error as DatabaseFailed
from django.db.models import Min, Model, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from flags.models import AssessmentRun, LedgerCheck
from members.models import ImportBatch
from notices.models import Delivery
from reports.models import Export, RetentionRun
from xianfeng.lib import queue
from xianfeng.operations.backups import Last, last_backup, last_drill, shelf_in_use
from xianfeng.operations.doctor.site import served_certificate

log = logging.getLogger(__name__)

Value = float | None


@dataclass(frozen=True)
class Figure:
    """`name` and `labels` as Prometheus has them, `title` and `unit` as people read them."""

    name: str
    title: str | Promise
    ask: Callable[[], Value]
    unit: str | Promise = ""
    labels: tuple[tuple[str, str], ...] = ()
    # From here on somebody should look; the ready rules for Prometheus say the same.
    high: float | None = None
    low: float | None = None
    # On a new machine it has not been there yet; /healthz tells a first night that was missed.
    may_be_missing: bool = False

    def value(self) -> Value:
        try:
            return self.ask()
        except (DatabaseFailed, RedisError, OperationalError, OSError) as error:
            log.warning("Figure %s cannot be had: %s", self.name, type(error).__name__)
            return None

    def is_odd(self, value: Value) -> bool:
        if value is None:
            return not self.may_be_missing
        too_high = self.high is not None and value > self.high
        return too_high or (self.low is not None and value < self.low)


QUEUES: dict[str, str | Promise] = {
    queue.INTERACTIVE: _("有人等着的"),
    queue.MAIL: _("发信发短信"),
    queue.NIGHTLY: _("每夜的"),
}
MINUTE, HOUR, DAY = 60.0, 3600.0, 24 * 3600.0
GIGABYTE = 1024.0**3


def figures() -> list[Figure]:
    return [*of_queues(), *of_outbox(), *of_work(), *of_nights(), *of_safety(), *of_disks()]


def of_queues() -> Iterator[Figure]:
    for name, title in QUEUES.items():
        labels, titled = (("queue", name),), {"queue": title}
        yield Figure(
            "queue_jobs", _("队列里的任务·%(queue)s") % titled, partial(jobs_in, name), _("个"), labels,
            high=500,
        )  # fmt: skip
        yield Figure(
            "queue_oldest_seconds", _("队列里等得最久的·%(queue)s") % titled, partial(oldest_in, name),
            labels=labels, high=HOUR if name == queue.NIGHTLY else 5 * MINUTE,
        )  # fmt: skip


def jobs_in(name: str) -> float:
    return queue.waiting(name).jobs


def oldest_in(name: str) -> float:
    return queue.waiting(name).oldest


def of_outbox() -> Iterator[Figure]:
    for channel, title in Delivery.Channel.choices:
        labels, titled = (("channel", channel),), {"channel": title}
        waiting = Delivery.objects.filter(channel=channel, state=Delivery.State.PENDING)
        yield Figure(
            "outbox_waiting", _("待发的通知·%(channel)s") % titled, waiting.count, _("条"), labels
        )  # fmt: skip
        yield Figure(
            "outbox_oldest_seconds", _("待发的等得最久的·%(channel)s") % titled,
            partial(age, waiting, "notice__created_at"), labels=labels, high=HOUR,
        )  # fmt: skip
    silent = Delivery.objects.filter(
        state=Delivery.State.HANDED_OVER, handed_over_at__lt=timezone.now() - dt.timedelta(hours=1)
    )
    yield Figure("outbox_unanswered", _("交出后没有回音的"), silent.count, _("条"), high=0)


def of_work() -> Iterator[Figure]:
    """What a worker is at, or should be."""
    imports = ImportBatch.objects.filter(state__in=ImportBatch.State.WORKING)
    runs = AssessmentRun.objects.filter(finished_at__isnull=True)
    exports = Export.objects.filter(state__in=Export.State.IN_MAKING)
    kinds: list[tuple[str, Any, QuerySet[Any], str]] = [
        ("import", _("导入"), imports, "created_at"),
        ("assessment", _("考核测算"), runs, "started_at"),
        ("export", _("导出"), exports, "created_at"),
    ]
    for kind, title, rows, since in kinds:
        labels, titled = (("kind", kind),), {"kind": title}
        yield Figure("work_in_progress", _("正在进行·%(kind)s") % titled, rows.count, _("项"), labels)
        yield Figure(
            "work_oldest_seconds", _("进行得最久的·%(kind)s") % titled, partial(age, rows, since),
            labels=labels, high=HOUR,
        )  # fmt: skip


def of_nights() -> Iterator[Figure]:
    looked, went = partial(since_last, LedgerCheck, "at"), partial(since_last, RetentionRun, "finished_at")
    night: dict[str, Any] = {"high": 26 * HOUR, "may_be_missing": True}
    yield Figure("ledger_check_age_seconds", _("防篡改校验上次在多久前"), looked, **night)
    yield Figure("ledger_check_ok", _("防篡改校验上次相符"), ledger_holds, low=1, may_be_missing=True)
    yield Figure("retention_age_seconds", _("上次按期清理在多久前"), went, **night)


def of_safety() -> Iterator[Figure]:
    """What nobody misses until it is needed."""
    kept: list[tuple[str, str | Promise, Callable[[], Last | None], float]] = [
        ("backup", _("备份"), last_backup, 26 * HOUR),
        ("drill", _("恢复演练"), last_drill, 100 * DAY),
    ]
    for name, title, last, oldest in kept:
        titled = {"what": title}
        yield Figure(
            f"{name}_age_seconds", _("上次%(what)s在多久前") % titled, partial(ago, last), high=oldest
        )
        yield Figure(f"{name}_ok", _("上次%(what)s做成") % titled, partial(went_well, last), low=1)
    address = urlsplit(settings.SITE_URL)
    if address.scheme == "https":
        left = partial(certificate_left, address.hostname or "", address.port or 443)
        yield Figure("certificate_left_seconds", _("证书还有多久"), left, low=14 * DAY)


def ago(last: Callable[[], Last | None]) -> Value:
    done = last()
    return (timezone.now() - done.moment).total_seconds() if done else None


def went_well(last: Callable[[], Last | None]) -> Value:
    done = last()
    return float(done.ok) if done else None


def certificate_left(host: str, port: int) -> Value:
    """Seconds; below zero where it is over."""
    return (served_certificate(host, port).not_valid_after_utc - timezone.now()).total_seconds()


def ledger_holds() -> Value:
    last = LedgerCheck.objects.first()
    return float(last.ok) if last else None


def of_disks() -> Iterator[Figure]:
    media = Path(settings.MEDIA_ROOT)
    # Before the first upload it is where it will be made.
    folders = [("var", _("数据"), settings.VAR_DIR)]
    folders.append(("media", _("上传的文件"), media if media.exists() else media.parent))
    if shelf := shelf_in_use():
        folders.append(("backups", _("备份"), shelf))
    for name, title, path in folders:
        labels, titled = (("folder", name),), {"folder": title}
        yield Figure(
            "disk_free_bytes", _("磁盘剩余·%(folder)s") % titled, partial(free_at, path),
            labels=labels, low=GIGABYTE,
        )  # fmt: skip


def free_at(path: Path) -> float:
    return shutil.disk_usage(path).free


def age(rows: QuerySet[Any], since: str) -> float:
    """Seconds since the oldest of the rows; 0 where there is none."""
    oldest: dt.datetime | None = rows.aggregate(oldest=Min(since))["oldest"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def since_last(model: type[Model], moment: str) -> Value:
    """Seconds since the latest row; None before the first."""
    last = model._default_manager.values_list(moment, flat=True).first()
    return (timezone.now() - last).total_seconds() if last else None
