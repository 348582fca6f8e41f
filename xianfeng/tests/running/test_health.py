import datetime as dt
import time

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from reports.models import RetentionRun
from reports.retention.running import MISSED_AFTER
from xianfeng import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ran_last_night(db):
    """The terms of retention were carried out."""
    now = timezone.now()
    return RetentionRun.objects.create(started_at=now, finished_at=now - dt.timedelta(hours=25))


def test_all_well(client):
    health.stamp(health.WORKER)
    health.stamp(health.BEAT)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == dict.fromkeys(
        ["status", "database", "broker", "worker", "beat", "retention"], "ok"
    )
    assert "no-store" in response["Cache-Control"]


def test_a_silent_worker_or_beat_shows_but_does_not_take_the_portal_out(client):
    health.stamp(health.BEAT)
    cache.set(health.WORKER, time.time() - health.STALE_AFTER - 1)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "database": "ok",
        "broker": "ok",
        "worker": "failed",
        "beat": "ok",
        "retention": "ok",
    }


def test_a_night_without_retention_shows_but_does_not_take_the_portal_out(client, ran_last_night):
    RetentionRun.objects.update(finished_at=timezone.now() - MISSED_AFTER)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert (response.json()["status"], response.json()["retention"]) == ("ok", "failed")


def test_a_new_installation_is_well_until_its_first_night_is_missed(client):
    RetentionRun.objects.all().delete()
    steps = MigrationRecorder(connection).migration_qs.filter(app="reports", name="0002_retention_runs")
    steps.update(applied=timezone.now())
    assert client.get("/healthz").json()["retention"] == "ok"
    steps.update(applied=timezone.now() - MISSED_AFTER)
    assert client.get("/healthz").json()["retention"] == "failed", "it never ran at all"


def test_a_dead_broker_is_told_within_a_second(client, settings):
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()
    response = client.get("/healthz")
    assert time.monotonic() - started < 1
    assert response.status_code == 503
    assert response.json() == {
        "status": "failed",
        "database": "ok",
        "broker": "failed",
        "worker": "failed",
        "beat": "failed",
        "retention": "ok",
    }


def test_a_dead_database_is_told(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["database"] == "failed"


def test_only_reading_is_answered(client):
    assert client.post("/healthz").status_code == 405
    assert client.head("/healthz").status_code == 200


def test_a_probe_by_plain_http_is_not_redirected(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/accounts/login/").status_code == 301
