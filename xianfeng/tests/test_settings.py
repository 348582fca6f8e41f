"""The settings are safe as delivered, and the embedded databases are what the platform relies on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.mail import mailers
from django.db import connection
from django.urls import Resolver404, resolve
from django.utils import timezone

from xianfeng.lib.machine.embedded import LONGEST_PATH, socket_path
from xianfeng.lib.machine.envfile import renew_env_file, write_env_file
from xianfeng.settings import database, mailer


def in_fresh_process(code: str, **environment: str) -> str:
    """What `code` prints with settings read from `environment` alone."""
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"from xianfeng import settings as s; {code}"],
        env={"PATH": os.environ["PATH"], "ENV_FILE": "", **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_defaults_are_safe(tmp_path):
    shown = in_fresh_process(
        "print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_HSTS_SECONDS > 0, '*' in s.ALLOWED_HOSTS)",
        VAR_DIR=str(tmp_path),
    )
    assert shown == "False True True True True False"


def test_every_cookie_is_this_host_s_alone_and_no_script_reads_it(tmp_path):
    shown = in_fresh_process(
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'xianfeng.settings'; django.setup();"
        "from members.accounts.guessing import COOKIE;"
        "from xianfeng.lib.crypto.messages import SealedCookieStorage as m;"
        "from members.entrance import COOKIE as entrance;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, m.cookie_name, COOKIE, entrance,"
        " s.TEXT_SIZE_COOKIE,"
        " s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE)",
        VAR_DIR=str(tmp_path),
    )
    names = " ".join(
        f"__Host-{name}" for name in ("sessionid", "csrftoken", "messages", "known", "entrance", "text")
    )
    assert shown == f"{names} True True Lax"


@pytest.mark.parametrize(("written", "read"), [("", "None"), ("2027-03-01", "2027-03-01")])
def test_the_day_from_which_everybody_needs_a_second_factor(tmp_path, written: str, read: str):
    shown = in_fresh_process(
        "print(s.SECOND_FACTOR_FOR_ALL_FROM)", VAR_DIR=str(tmp_path), SECOND_FACTOR_FOR_ALL_FROM=written
    )
    assert shown == read


def test_production_makes_up_no_encryption_key(tmp_path):
    shown = in_fresh_process(
        "print(s.FIELD_ENCRYPTION_KEYS)", VAR_DIR=str(tmp_path), ENVIRONMENT="production"
    )
    assert shown == "[]"


@pytest.mark.parametrize(
    ("url", "broker", "cache_url"),
    [
        ("redis://127.0.0.1:6379/4", "redis://127.0.0.1:6379/4", "redis://127.0.0.1:6379/5"),
        ("rediss://:secret@host:6380", "rediss://:secret@host:6380/0", "rediss://:secret@host:6380/1"),
    ],
)
def test_queue_and_cache_never_share_a_numbered_database(tmp_path, url, broker, cache_url):
    shown = in_fresh_process("print(s.CELERY_BROKER_URL, s.CACHE_URL)", VAR_DIR=str(tmp_path), REDIS_URL=url)
    assert shown == f"{broker} {cache_url}"


def test_the_content_policy_admits_nothing_inline(client, db):
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_uploads_have_no_address():
    assert not settings.MEDIA_URL.strip("/")
    for path in ("/media/x.png", "/var/media/x.png", "/uploads/x.png"):
        with pytest.raises(Resolver404):
            resolve(path)
    assert finders.find("media") is None


def test_login_is_required_unless_a_view_says_otherwise():
    names = [name.rsplit(".", 1)[1] for name in settings.MIDDLEWARE]
    assert "LogInFirst" in names
    order = [
        "SecurityMiddleware",
        "WhiteNoiseMiddleware",
        "SessionMiddleware",
        "CsrfViewMiddleware",
        "AuthenticationMiddleware",
        "DeskMiddleware",
        "LogInFirst",
    ]
    assert [name for name in names if name in order] == order


def test_sqlite_queues_its_writers_and_guards_its_triggers(tmp_path):
    config = database(f"sqlite:///{tmp_path}/x.sqlite3")
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert config["OPTIONS"]["timeout"] == 20
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "c = connection.cursor()\n"
        "ask = lambda name: c.execute('PRAGMA ' + name).fetchone()[0]\n"
        "print(ask('journal_mode'), ask('foreign_keys'), ask('recursive_triggers'), ask('synchronous'))"
    )
    shown = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={
            "PATH": os.environ["PATH"],
            "ENV_FILE": "",
            "VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "xianfeng.settings",
        },
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split() == ["wal", "1", "1", "1"]


def test_postgresql_keeps_and_checks_its_connections():
    config = database("postgres://user:pass@db.example.org:5433/xianfeng?sslmode=require")
    assert config["CONN_MAX_AGE"] == 600
    assert config["CONN_HEALTH_CHECKS"] is True
    assert config["OPTIONS"] == {"sslmode": "require", "connect_timeout": 3}


def test_the_installers_address_of_postgresql_is_its_socket():
    config = database("postgres://xianfeng@:5433//var/run/postgresql/xianfeng")
    place = {name: config[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
    assert place == {
        "USER": "xianfeng",
        "PASSWORD": "",
        "HOST": "/var/run/postgresql",
        "PORT": 5433,
        "NAME": "xianfeng",
    }


@pytest.mark.postgres
def test_the_postgresql_pass_runs_on_postgresql(db):
    assert connection.vendor == "postgresql"


def test_mail_addresses_become_mailers():
    assert mailer("smtp+tls://user:pa%2Bss@mail.example.org:587") == {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": "mail.example.org",
            "port": 587,
            "username": "user",
            "password": "pa+ss",
            "use_tls": True,
            "use_ssl": False,
            "timeout": 20,
        },
    }
    assert mailer("consolemail://") == {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    assert "default" in mailers


def test_the_cache_is_the_shared_server_not_this_process():
    assert str(settings.REDIS_DB) == os.environ["REDIS_DB"], "settings were read before the run's environment"
    cache.set("seen", 1)
    shown = in_fresh_process(
        "import django; django.setup(); from django.core.cache import cache; print(cache.get('seen'))",
        **{name: os.environ[name] for name in ("VAR_DIR", "REDIS_DB", "REDIS_URL", "DJANGO_SETTINGS_MODULE")},
    )
    assert shown == "1"


def test_the_clock_is_shanghais():
    assert settings.USE_TZ
    assert str(timezone.get_default_timezone()) == "Asia/Shanghai"


def test_the_socket_of_a_deep_folder_still_fits(tmp_path):
    assert socket_path(tmp_path).is_relative_to(tmp_path.resolve())
    deep = tmp_path / ("deep" * 40)
    assert len(os.fsencode(socket_path(deep))) <= LONGEST_PATH
    assert socket_path(deep) == socket_path(deep) != socket_path(tmp_path / ("other" * 40))


def test_generated_secrets_are_private_fresh_and_never_overwritten(tmp_path: Path):
    first, second = tmp_path / "a" / ".env", tmp_path / "b" / ".env"
    assert write_env_file(first)
    assert write_env_file(second)
    assert first.stat().st_mode & 0o777 == 0o600
    assert first.read_text() != second.read_text()
    before = first.read_text()
    assert not write_env_file(first)
    assert first.read_text() == before
    asked = "print(s.DEBUG, s.SECURE, len(s.SECRET_KEY) > 50)"
    assert in_fresh_process(asked, ENV_FILE=str(first), VAR_DIR=str(tmp_path)) == "False False True"


def test_the_file_of_an_earlier_release_loses_debug_and_keeps_its_secrets(tmp_path: Path):
    path = tmp_path / ".env"
    made = (
        "# Made by `manage.py generate_env` for this machine alone; .env.example explains every variable.\n"
    )
    path.write_text(f"{made}DEBUG=true\nSECRET_KEY={'s' * 60}\nFIELD_ENCRYPTION_KEYS=k\nPORT=8090\n")
    asked = "print(s.DEBUG, s.SECURE, s.SESSION_COOKIE_NAME, s.SECRET_KEY == 's' * 60, s.PORT)"
    before = in_fresh_process(asked, ENV_FILE=str(path), VAR_DIR=str(tmp_path))
    assert renew_env_file(path)
    after = in_fresh_process(asked, ENV_FILE=str(path), VAR_DIR=str(tmp_path))
    assert (before, after) == ("True False sessionid True 8090", "False False sessionid True 8090")
    assert path.stat().st_mode & 0o777 == 0o600


def test_debug_that_a_developer_asks_for_stays(tmp_path: Path):
    path = tmp_path / ".env"
    write_env_file(path)
    path.write_text(f"{path.read_text()}DEBUG=true\n")
    assert not renew_env_file(path)
    asked = in_fresh_process("print(s.DEBUG, s.SECURE)", ENV_FILE=str(path), VAR_DIR=str(tmp_path))
    assert asked == "True False"
