import time

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection

from xianfeng import health

pytestmark = pytest.mark.django_db


def test_all_well(client):
    health.stamp(health.WORKER)
    health.stamp(health.BEAT)
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == dict.fromkeys(["status", "database", "broker", "worker", "beat"], "ok")
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
    }


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
