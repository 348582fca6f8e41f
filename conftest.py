"""The test run's environment, made before Django reads its settings, and its servers."""

import os
import shutil
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# The first process makes a private folder for the run; xdist's workers inherit it.
VAR_DIR = Path(os.environ.get("TEST_VAR_DIR") or tempfile.mkdtemp(prefix="xianfeng-test-"))

os.environ.update(
    TEST_VAR_DIR=str(VAR_DIR),
    VAR_DIR=str(VAR_DIR),
    ENV_FILE="",  # a test must not see what `make run` generated
    ENVIRONMENT="test",
    DEBUG="false",
    SECURE="false",
    SECRET_KEY="a-key-for-tests-only-" + "x" * 40,
    FIELD_ENCRYPTION_KEYS="",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    SITE_URL="http://testserver",
    EMAIL_URL="consolemail://",
    SMS_BACKEND="console",
    LOG_LEVEL="WARNING",
    # Two numbered databases for each worker: its queue and its cache.
    REDIS_DB=str(2 * int(WORKER.removeprefix("gw") or 0)),
    REDIS_URL=os.environ.get("TEST_REDIS_URL", ""),
    DJANGO_SETTINGS_MODULE="xianfeng.settings",
    DJANGO_ALLOW_ASYNC_UNSAFE="true",  # Playwright's sync API keeps a loop in the test's thread
)
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from collections.abc import Iterator  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

import django  # noqa: E402
import pytest  # noqa: E402

from xianfeng.lib.machine.embedded import Valkey  # noqa: E402
from xianfeng.testing.clock import go_to_test_date  # noqa: E402

if TYPE_CHECKING:
    from xianfeng.testing.cast import Cast

django.setup()  # the cast imports models
pytest_plugins = [
    f"xianfeng.testing.{part}"
    for part in ("cast", "browser", "engines", "flushing", "ledger", "mail", "sessions")
]

valkey: Valkey | None = None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    # A worker that inherits this name reads the settings before its conftest gave it its own databases.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_configure() -> None:
    from django.conf import settings

    go_to_test_date()
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    global valkey
    if settings.IS_EMBEDDED_BROKER and not WORKER:
        valkey = Valkey.for_var(VAR_DIR)
        valkey.start()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    go_to_test_date()


def pytest_unconfigure() -> None:
    if WORKER:
        return
    if valkey is not None:
        valkey.stop()
    shutil.rmtree(VAR_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits, stamps and what was read of the calendar in one test must not reach the next."""
    yield
    from django.core.cache import cache

    from xianfeng.lib import workdays

    cache.clear()
    workdays._kept = None
    workdays.look_again()


@pytest.fixture(autouse=True)
def _letters_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs beside the tests; `post` itself is tested where it is imported by its name."""
    from notices.channels import letters

    monkeypatch.setattr(letters, "post", lambda message: message.send())


@pytest.fixture
def cast(db: None) -> "Cast":
    """The named people and organisations of xianfeng/testing/cast.py."""
    from xianfeng.testing.cast import make_cast

    return make_cast()
