import datetime as dt
import time

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from redis import Redis

from reports.models import RetentionRun
from reports.retention.running import MISSED_AFTER
from xianfeng import health
from xianfeng.lib import queue
from xianfeng.lib.broker.breaker import Breaker
from xianfeng.lib.queue import INTERACTIVE, MAIL, NIGHTLY, QUEUES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ran_last_night(db):
    """The terms of retention were carried out."""
    now = timezone.now()
    return RetentionRun.objects.create(started_at=now, finished_at=now - dt.timedelta(hours=25))


PARTS = ["database", "broker", "worker", "worker_mail", "worker_nightly", "beat", "disk", "retention"]


def stamp_all() -> None:
    for name in (health.BEAT, *map(health.worker_of, QUEUES)):
        health.stamp(name)


def failed(client) -> tuple[int, str, list[str]]:
    """What /healthz answers: status code, status, and the parts that failed."""
    response = client.get("/healthz")
    report = response.json()
    status = report.pop("status")
    assert list(report) == PARTS
    return response.status_code, status, [part for part, state in report.items() if state == "failed"]


def test_all_well(client):
    stamp_all()
    assert failed(client) == (200, "ok", [])
    assert "no-store" in client.get("/healthz")["Cache-Control"]


def test_nobody_is_alive_before_the_first_heartbeat(client):
    silent = ["worker", "worker_mail", "worker_nightly", "beat"]
    assert failed(client) == (200, "degraded", silent)


@pytest.mark.parametrize(
    ("name", "part"), [(INTERACTIVE, "worker"), (MAIL, "worker_mail"), (NIGHTLY, "worker_nightly")]
)
def test_a_silent_worker_shows_but_does_not_take_the_portal_out(client, name: str, part: str):
    stamp_all()
    patience = health.STALE_WORKER_AFTER[name]
    cache.set(health.worker_of(name), time.time() - patience + 5)
    assert failed(client) == (200, "ok", [])
    cache.set(health.worker_of(name), time.time() - patience - 1)
    assert failed(client) == (200, "degraded", [part])


def test_a_silent_beat_shows_but_does_not_take_the_portal_out(client):
    stamp_all()
    cache.set(health.BEAT, time.time() - health.STALE_AFTER - 1)
    assert failed(client) == (200, "degraded", ["beat"])


def test_a_full_disk_shows_but_does_not_take_the_portal_out(client, monkeypatch):
    stamp_all()
    usage = health.shutil.disk_usage(".")
    nearly_full = usage._replace(free=health.LEAST_FREE - 1)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: nearly_full)
    assert failed(client) == (200, "degraded", ["disk"])


def test_a_night_without_retention_shows_but_does_not_take_the_portal_out(client, ran_last_night):
    stamp_all()
    RetentionRun.objects.update(finished_at=timezone.now() - MISSED_AFTER)
    assert failed(client) == (200, "degraded", ["retention"])


def test_a_new_installation_is_well_until_its_first_night_is_missed(client):
    RetentionRun.objects.all().delete()
    steps = MigrationRecorder(connection).migration_qs.filter(app="reports", name="0002_retention_runs")
    steps.update(applied=timezone.now())
    assert client.get("/healthz").json()["retention"] == "ok"
    steps.update(applied=timezone.now() - MISSED_AFTER)
    assert client.get("/healthz").json()["retention"] == "failed", "it never ran at all"


def test_a_dead_broker_is_told_within_a_second_and_does_not_take_the_portal_out(client, monkeypatch):
    stamp_all()
    monkeypatch.setattr(queue, "BREAKER", Breaker(pause=0))
    monkeypatch.setattr(queue, "_server", lambda: Redis.from_url("redis://127.0.0.1:1/0"))
    started = time.monotonic()
    parts = ["broker", "worker", "worker_mail", "worker_nightly", "beat"]
    assert failed(client) == (200, "degraded", parts)
    assert time.monotonic() - started < 1


def test_a_dead_database_is_told(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["database"] == "failed"


def test_a_living_process_says_so_to_whoever_asks_whatever_else_is_dead(client, cast, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError("connection refused")

    client.force_login(cast.secretary)
    monkeypatch.setattr(connection, "cursor", refuse)
    assert client.get("/livez").content == b"ok\n"
    assert client.get("/healthz").status_code == 503


def test_only_reading_is_answered(client):
    assert client.post("/healthz").status_code == 405
    assert client.head("/healthz").status_code == 200


def test_a_probe_by_plain_http_is_not_redirected(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/accounts/login/").status_code == 301
