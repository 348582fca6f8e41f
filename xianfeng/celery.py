"""The Celery app and the whole beat schedule."""

import os
import sys
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import after_task_publish, beat_init, worker_init
from django.conf import settings

from xianfeng.lib.queue import MAIL, NIGHTLY, QUEUES
from xianfeng.lib.rooms import rooms_with

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xianfeng.settings")


class Platform(Celery):
    """Who hands out a job gives up on a broker that hangs; who does it waits for the broker."""

    def connection_for_write(self, url: str | None = None, **kwargs: Any) -> Any:
        patience = {"socket_timeout": settings.BROKER_WRITE_TIMEOUT}
        # A worker that greets names options that are None.
        options = patience | (kwargs.pop("transport_options", None) or {})
        return super().connection_for_write(url, transport_options=options, **kwargs)


app = Platform("xianfeng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: rooms_with("jobs"), related_name="jobs")

# Everything else is interactive.
app.conf.task_routes = {
    "notices.*": {"queue": MAIL},
    "members.send_number_texts": {"queue": MAIL},
    "flags.nightly": {"queue": NIGHTLY},
    "flags.remind": {"queue": NIGHTLY},
    "flags.tell_*": {"queue": NIGHTLY},
    "flags.year_end": {"queue": NIGHTLY},
    "reports.retain": {"queue": NIGHTLY},
    "tasks.remind_to_verify": {"queue": NIGHTLY},
    "tasks.remind_of_targets": {"queue": NIGHTLY},
    "tasks.remind_of_series_ends": {"queue": NIGHTLY},
}

Schedule = float | crontab

# What runs when (Asia/Shanghai). One line an entry: name → (job, when, keyword arguments).
# Every job is idempotent by a key in the database: a missed time is made up for by the next one.
SCHEDULE: dict[str, tuple[str, Schedule, dict[str, Any]]] = {
    **{f"heartbeat {name}": ("xianfeng.heartbeat", 15.0, {"queue": name}) for name in QUEUES},
    "deliver": ("notices.deliver", 30.0, {}),
    "import sweep": ("members.sweep_imports", 60.0, {}),
    "import messages": ("members.tell_of_imports", crontab(minute=35), {}),
    "numbers sweep": ("members.send_number_texts", 60.0, {}),
    "assessment sweep": ("flags.finish_runs", 60.0, {}),
    "forecast sweep": ("flags.renew_forecast", 60.0, {}),
    "export sweep": ("reports.sweep_exports", 60.0, {}),
    "export expiry": ("reports.expire_exports", crontab(minute=40), {}),
    "retention": ("reports.retain", crontab(hour=3, minute=20), {}),
    "publicity": ("flags.tell_publicity", crontab(minute=25), {}),
    "results": ("flags.tell_results", crontab(minute=20), {}),
    "reminders": ("flags.remind", crontab(hour=8, minute=30), {}),
    "verification reminders": ("tasks.remind_to_verify", crontab(hour=8, minute=40), {}),
    "waiting lists": ("tasks.sweep_waiting_lists", 60.0, {}),
    "teams": ("members.keep_teams", crontab(hour=8, minute=50), {}),
    "targets": ("tasks.remind_of_targets", crontab(hour=8, minute=50), {}),
    "series ends": ("tasks.remind_of_series_ends", crontab(hour=8, minute=55), {}),
    "review expiry": ("tasks.expire_reviews", crontab(minute="*/10"), {}),
    "departures": ("members.let_depart", crontab(hour=0, minute=10), {}),
    "ledger nightly": ("flags.nightly", crontab(hour=1, minute=10), {}),
    "year end": ("flags.year_end", crontab(hour=2, minute=10), {}),
}

app.conf.beat_schedule = {
    name: {
        "task": job,
        "schedule": when,
        "kwargs": arguments,
        # A job that waits longer than its own interval is of no more use than the next one.
        "options": ({"expires": when} if isinstance(when, float) else {})
        | ({"queue": arguments["queue"]} if "queue" in arguments else {}),
    }
    for name, (job, when, arguments) in SCHEDULE.items()
}


@worker_init.connect
@beat_init.connect
def refuse_dangerous_settings(**_: Any) -> None:
    """Celery reports an exception in a signal and goes on; leaving is what stops it."""
    from xianfeng.checks import dangers

    if found := dangers():
        sys.exit(found)


@beat_init.connect
def send_first_heartbeat(**_: Any) -> None:
    """Beat waits a whole interval before its first job; the launcher and a probe need not."""
    for name in QUEUES:
        app.send_task("xianfeng.heartbeat", kwargs={"queue": name}, queue=name, expires=60)


@after_task_publish.connect(sender="xianfeng.heartbeat")
def stamp_beat(**_: Any) -> None:
    """Only beat sends the heartbeat, so a sent one shows that beat and the broker work."""
    from xianfeng import health

    health.stamp(health.BEAT)
