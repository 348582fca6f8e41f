"""Each probe finds its fault, and names none where there is none."""

import datetime as dt
import os
import socket
from collections import namedtuple
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from flags.models import LedgerCheck
from reports.models import RetentionRun
from xianfeng import health
from xianfeng.operations.doctor import (
    backups,
    broker,
    clock,
    database,
    disks,
    files,
    keys,
    mail,
    nights,
    site,
    texts,
    versions,
    workers,
)

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def production(settings):
    settings.IS_PRODUCTION = True
    return settings


def states(probe) -> dict[str, str]:
    return {one.name: str(one.state) for one in probe()}


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o640, "ok"), (0o644, "fail"), (0o646, "fail")])
def test_an_env_file_is_for_the_platform_alone(settings, tmp_path, monkeypatch, mode, state):
    monkeypatch.delenv("ENV_FILE")
    settings.ENV_FILE = tmp_path / "env"
    settings.ENV_FILE.touch()
    settings.ENV_FILE.chmod(mode)
    assert states(files.env_file) == {"env_file": state}


def test_in_a_container_there_is_none_on_purpose(settings, monkeypatch):
    settings.ENV_FILE, settings.IS_PRODUCTION = None, True
    monkeypatch.setenv("ENV_FILE", "")
    assert states(files.env_file) == {"env_file": "ok"}


def test_without_an_env_file_a_production_has_no_settings_of_its_own(settings, monkeypatch):
    monkeypatch.delenv("ENV_FILE")
    settings.ENV_FILE = None
    assert states(files.env_file) == {"env_file": "fail"}


def test_a_folder_that_others_enter_is_told(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert states(files.own_folder) == {"own_folder": "fail"}
    tmp_path.chmod(0o700)
    assert states(files.own_folder) == {"own_folder": "ok"}


def test_static_files_that_cannot_be_read_are_named(settings, tmp_path, monkeypatch):
    settings.DEBUG, settings.STATIC_ROOT = False, tmp_path
    assert states(files.static) == {"static": "fail"}
    (tmp_path / "staticfiles.json").touch()
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "page.css").touch()
    assert states(files.static) == {"static": "ok"}
    monkeypatch.setattr(os, "access", lambda path, how: path.name != "page.css")
    (found,) = files.static()
    assert found.state == "fail"
    assert "page.css" in found.text


def test_media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    assert states(files.media) == {"media": "ok"}
    (tmp_path / "media" / "a").mkdir(parents=True)
    assert states(files.media) == {"media": "ok"}
    monkeypatch.setattr(os, "access", lambda path, how: False)
    assert states(files.media) == {"media": "fail"}


def test_weak_and_missing_keys(settings):
    settings.SECRET_KEY, settings.FIELD_ENCRYPTION_KEYS = "short", []
    assert states(keys.secrets) == {"secret_key": "fail", "encryption_keys": "fail"}
    settings.SECRET_KEY, settings.FIELD_ENCRYPTION_KEYS = "x" * 60, ["key"]
    assert states(keys.secrets) == {"secret_key": "ok", "encryption_keys": "ok"}


def test_a_key_that_does_not_open_the_database_is_told(settings, cast):
    assert states(keys.sealed_values) == {"sealed_values": "ok"}
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert states(keys.sealed_values) == {"sealed_values": "fail"}


def smtp(settings, port: int, **more: object) -> None:
    options = {"host": "127.0.0.1", "port": port, "username": "", "password": "", "use_tls": False}
    settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": options | {"use_ssl": False} | more}}


class Silent:
    """Takes whatever comes."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_mail_up_to_the_door(settings):
    controller = Controller(Silent(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        port = controller.port
        smtp(settings, port)
        assert states(mail.mail) == {"mail": "ok"}
        smtp(settings, port, username="who", password="secret-word")
        (found,) = mail.mail()
        assert found.state == "fail"
        assert "secret-word" not in found.text
    finally:
        controller.stop()
    smtp(settings, port)
    assert states(mail.mail) == {"mail": "fail"}


def test_mail_that_is_only_printed(settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    assert states(mail.mail) == {"mail": "fail"}


@pytest.mark.parametrize(
    ("backend", "state"),
    [("", "fail"), ("console", "fail"), ("a.b", "fail"), ("notices.channels.sms.GatewayBackend", "fail"),
     ("notices.channels.tests.test_checks.Filled", "ok")],
)  # fmt: skip
def test_texts(settings, backend, state):
    settings.SMS_BACKEND = backend
    assert states(texts.texts) == {"texts": state}


def test_each_queue_needs_a_worker(monkeypatch):
    monkeypatch.setattr(workers, "served_queues", lambda: ["celery", "celery", "mail"])
    found = {"queue_celery": "ok", "queue_mail": "ok", "queue_nightly": "fail"}
    assert states(workers.queues) == found


def test_heartbeats():
    assert set(states(workers.heartbeats).values()) == {"fail"}
    for heart in workers.hearts_of_workers():
        health.stamp(heart.stamp)
    health.stamp(health.BEAT)
    assert set(states(workers.heartbeats).values()) == {"ok"}


def test_each_queue_has_a_heart_of_its_own_patience():
    patience = {heart.unit: heart.within for heart in workers.hearts_of_workers()}
    assert patience == {
        f"xianfeng-worker@{queue}": seconds for queue, seconds in health.STALE_WORKER_AFTER.items()
    }


def test_the_broker_of_the_tests_is_durable():
    assert set(states(broker.broker).values()) == {"ok"}
    assert set(states(broker.broker_room).values()) == {"ok"}
    assert set(states(broker.broker_password).values()) == {"ok"}


@pytest.mark.parametrize(
    ("told", "name"),
    [({"aof_enabled": 0}, "broker_durable"), ({"maxmemory_policy": "allkeys-lru"}, "broker_eviction")],
)
def test_a_broker_that_loses_jobs(monkeypatch, told, name):
    good = {"redis_version": "7.2.4", "aof_enabled": 1, "maxmemory_policy": "noeviction"}
    monkeypatch.setattr(broker, "info", lambda: good | told)
    assert states(broker.broker)[name] == "fail"


def test_a_broker_that_anybody_enters(settings):
    settings.CACHE_URL = "redis://127.0.0.1:6379/1"
    assert states(broker.broker_password) == {"broker_password": "fail"}
    settings.CACHE_URL = "redis://:word@127.0.0.1:6379/1"
    assert states(broker.broker_password) == {"broker_password": "ok"}


@pytest.mark.django_db
def test_the_database_of_the_tests(settings):
    assert states(database.migrations) == {"migrations": "ok"}
    expected = "fail" if settings.IS_SQLITE else "ok"
    assert states(database.engine) == {"database": expected}


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgresql_has_room_and_encoding():
    assert states(database.encoding) == {"encoding": "ok"}
    assert states(database.connections_suffice)["connections"] in {"ok", "warn"}
    assert states(clock.clock_of_database) == {"clock_of_database": "ok"}
    assert versions.database()


@pytest.mark.parametrize(("free", "state"), [(0.5, "fail"), (4, "warn"), (400, "ok")])
def test_room_on_disks(settings, tmp_path, monkeypatch, free, state):
    Usage = namedtuple("Usage", "total used free")
    gigabytes = (
        Usage(1000 * 2**30, 0, int(free * 2**30))
        if state == "ok"
        else Usage(20 * 2**30, 0, int(free * 2**30))
    )
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    monkeypatch.setattr(disks.shutil, "disk_usage", lambda path: gigabytes)
    assert states(disks.disks) == {"disk_var": state, "disk_media": state}
    monkeypatch.setattr(disks, "shelf_in_use", lambda: tmp_path)
    assert states(disks.disks)["disk_backups"] == state
    monkeypatch.setattr(disks, "shelf_in_use", lambda: tmp_path / "unmounted")
    assert states(disks.disks)["disk_backups"] == "fail"


@pytest.mark.parametrize(
    ("done", "backup", "drill"),
    [
        (None, "fail", "warn"),
        ((dt.timedelta(hours=3), True), "ok", "ok"),
        ((dt.timedelta(hours=30), True), "fail", "ok"),
        ((dt.timedelta(days=120), True), "fail", "warn"),
        ((dt.timedelta(hours=3), False), "fail", "fail"),
    ],
)
def test_backup_and_drill(monkeypatch, done, backup, drill):
    last = SimpleNamespace(moment=timezone.now() - done[0], ok=done[1], summary="…") if done else None
    monkeypatch.setattr(backups, "last_backup", lambda: last)
    monkeypatch.setattr(backups, "last_drill", lambda: last)
    assert states(backups.backup) == {"backup": backup}
    assert states(backups.drill) == {"drill": drill}


@pytest.mark.parametrize(
    ("recipients", "days", "state"),
    [([], 14, "ok"), ([], 16, "warn"), (["age1"], 99, "ok"), (["age1"], 101, "warn")],
)
def test_a_drill_is_by_a_timer_or_by_hand_where_the_private_key_lies(
    settings, monkeypatch, recipients, days, state
):
    settings.BACKUP_RECIPIENTS = recipients
    last = SimpleNamespace(moment=timezone.now() - dt.timedelta(days=days), ok=True, summary="…")
    monkeypatch.setattr(backups, "last_drill", lambda: last)
    [found] = backups.drill()
    assert found.state == state
    if state == "warn":
        assert ("xianfeng-manage drill --done-elsewhere" in found.remedy) == bool(recipients)


@pytest.mark.django_db
def test_the_look_at_the_ledger():
    assert states(nights.ledger_check) == {"ledger_check": "ok"}
    LedgerCheck.objects.create(ok=False, lines=3, finding="从第 2 号流水起校验不符。")
    [broken] = nights.ledger_check()
    assert (broken.state, broken.remedy) == ("fail", "xianfeng-manage verify_ledger --json")
    assert "第 2 号" in broken.text
    LedgerCheck.objects.create(ok=True, lines=3)
    assert states(nights.ledger_check) == {"ledger_check": "ok"}
    LedgerCheck.objects.update(at=timezone.now() - dt.timedelta(hours=27))
    assert states(nights.ledger_check) == {"ledger_check": "fail"}


@pytest.mark.django_db
def test_the_night(monkeypatch):
    assert states(nights.retention) == {"retention_run": "ok"}
    RetentionRun.objects.create(started_at=timezone.now(), failures={"imports": "OSError"})
    assert states(nights.retention) == {"retention_run": "fail"}
    monkeypatch.setattr(health, "MORE", {"a": lambda: True, "b": lambda: False})
    assert states(nights.healthz_more) == {"healthz_a": "ok", "healthz_b": "fail"}


def test_debug_and_a_machine_that_takes_itself_for_a_local_one(settings):
    settings.DEBUG, settings.IS_PRODUCTION = True, True
    assert states(site.debug) == {"debug": "fail"}
    settings.DEBUG, settings.IS_PRODUCTION = False, False
    assert states(site.debug) == {"debug": "ok", "environment": "warn"}


@pytest.mark.parametrize(
    ("url", "state"),
    [("https://a.example.org", "ok"), ("https://b.example.org", "fail"), ("http://a.example.org", "fail")],
)
def test_the_address_and_the_hosts_agree(settings, url, state):
    settings.ALLOWED_HOSTS, settings.SITE_URL, settings.SECURE = ["a.example.org"], url, True
    assert states(site.site_url) == {"site_url": state}


def signed(host: str, days: int, by: str) -> x509.Certificate:
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    )
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize(
    ("host", "days", "by", "state"),
    [
        ("a.example.org", 60, "authority", "ok"),
        ("*.example.org", 60, "authority", "ok"),
        ("a.example.org", 15, "authority", "warn"),
        ("a.example.org", 3, "authority", "fail"),
        ("a.example.org", -3, "authority", "fail"),
        ("a.example.org", 60, "a.example.org", "warn"),
        ("other.org", 60, "authority", "fail"),
    ],
)
def test_certificates(host, days, by, state):
    (found,) = site.judge(signed(host, days, by), "a.example.org")
    assert found.state == state


def test_no_certificate_is_asked_for_where_nothing_listens(settings, monkeypatch):
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert states(site.certificate) == {"certificate": "ok"}
    settings.SITE_URL = "https://127.0.0.1:1"
    assert states(site.certificate) == {"certificate": "fail"}


@pytest.mark.parametrize(("said", "found"), [("yes", {"clock": "ok"}), ("no", {"clock": "warn"}), ("", {})])
def test_the_clock(monkeypatch, said, found):
    monkeypatch.setattr(clock, "ask_timedatectl", lambda: said)
    assert states(clock.clock) == found


def test_the_time_zone(settings):
    assert states(clock.time_zone) == {"time_zone": "ok"}
    settings.CELERY_TIMEZONE = "UTC"
    assert states(clock.time_zone) == {"time_zone": "fail"}


@pytest.mark.django_db
def test_versions():
    (found,) = versions.versions()
    assert "Python 3." in found.text
    assert "Django 6" in found.text
    (found,) = versions.version_of_broker()
    assert "Valkey" in found.text or "Redis" in found.text
