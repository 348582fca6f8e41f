"""What must not simply go on after a restore: sessions, messages that may be sent already, jobs."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from members.models import ImportBatch
from notices.outbox import resending
from reports.models import Export
from xianfeng.lib.machine.embedded import Valkey
from xianfeng.operations.backups import messages
from xianfeng.operations.backups.manifest import Manifest


@dataclass(frozen=True)
class Settled:
    """How many sessions ended, deliveries were set aside, and works go on by their sweeps."""

    sessions: int
    set_aside: int
    in_progress: int


def settle(made: Manifest) -> Settled:
    """In the restored database, before anybody uses it.

    All sessions end: whoever lost a post since the backup would have it back in an open one.
    """
    with transaction.atomic():
        sessions = Session.objects.all().delete()[0]
        set_aside = resending.set_aside(_("恢复自备份：备份以后可能已经发出。"))
        messages.tell_of_restore(made.started, set_aside)
    return Settled(sessions, set_aside, works_in_progress())


def works_in_progress() -> int:
    """Their sweeps find them standing still, and have them done again."""
    imports = ImportBatch.objects.filter(state__in=ImportBatch.State.WORKING).count()
    return imports + Export.objects.filter(state__in=Export.State.IN_MAKING).count()


def empty_queue() -> bool:
    """Forget jobs of what came later: their ids would be those of other rows. False: unreachable."""
    if settings.IS_EMBEDDED_BROKER:
        server = Valkey.for_var(settings.VAR_DIR)
        if not server.answers():
            shutil.rmtree(Path(server.folder) / "appendonlydir", ignore_errors=True)
            return True
    try:
        _forget_jobs()
        cache.clear()
    except (RedisError, OperationalError, OSError):
        return False
    return True


def how_to_empty() -> str:
    """What an operator types for the same. The address stays in the settings: a password may stand in it."""
    server = '-u "$REDIS_URL"'
    if settings.IS_EMBEDDED_BROKER:
        server = f"-s {quote(str(settings.EMBEDDED_SOCKET))}"
    source = f". {quote(str(settings.ENV_FILE))}; " if settings.ENV_FILE else ""
    numbers = f"{settings.REDIS_DB} {settings.REDIS_DB + 1}"
    return f"({source}for n in {numbers}; do redis-cli {server} -n $n FLUSHDB; done)"


def _forget_jobs() -> None:
    """Those that a worker held as well, which a purge leaves."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with current_app.connection_for_write() as broker:
        client: Redis = broker.default_channel.client  # type: ignore[attr-defined]
        # The client puts the prefix in front of keys by itself, but not of a pattern.
        for key in list(client.scan_iter(match=f"{prefix}*")):
            client.delete(key.decode().removeprefix(prefix))
