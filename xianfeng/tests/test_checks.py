"""Each dangerous setting is refused, and a complete production is not."""

import pytest
from cryptography.fernet import Fernet

from xianfeng import checks

SMTP = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {}}}
CONSOLE = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}


@pytest.fixture
def production(settings):
    """Settings as a finished production has them."""
    settings.ENVIRONMENT, settings.IS_PRODUCTION, settings.DEBUG = "production", True, False
    settings.SECRET_KEY = "s3cret" * 10
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    settings.IS_SQLITE = settings.IS_EMBEDDED_BROKER = False
    settings.MAILERS = SMTP
    settings.SMS_BACKEND = "notices.channels.tests.test_checks.Filled"
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    settings.SECURE = True
    return settings


def found() -> set[str]:
    parts = (
        checks.debug_stays_local,
        checks.secret_key_is_secret,
        checks.hosts_are_named,
        checks.production_is_complete,
    )
    return {fault.id.removeprefix("xianfeng.") for check in parts for fault in check(None)}


def test_a_complete_production_passes(production):
    assert found() == set()
    assert checks.dangers() == ""


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("DEBUG", True, "E001"),
        ("SECRET_KEY", "insecure-change-me", "E002"),
        ("SECRET_KEY", "x" * 49, "E002"),
        ("ALLOWED_HOSTS", ["*"], "E003"),
        ("IS_SQLITE", True, "E004"),
        ("IS_EMBEDDED_BROKER", True, "E005"),
        ("MAILERS", CONSOLE, "E006"),
        ("FIELD_ENCRYPTION_KEYS", [], "E008"),
        ("SECURE", False, "E009"),
    ],
)
def test_each_fault_of_a_production_is_found_alone(production, name, value, fault):
    setattr(production, name, value)
    assert found() == {fault}
    assert fault in checks.dangers()


@pytest.mark.parametrize("backend", ["", "console", "notices.channels.sms.GatewayBackend"])
def test_codes_that_reach_nobody_stop_a_production(production, backend):
    production.SMS_BACKEND = backend
    assert "notices.E00" in checks.dangers()


def test_debug_is_fine_on_this_machine_and_nowhere_else(settings):
    settings.ENVIRONMENT, settings.IS_PRODUCTION, settings.DEBUG = "local", False, True
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    settings.SECRET_KEY = settings.INSECURE_SECRET_KEY
    assert found() == set()
    settings.ALLOWED_HOSTS = ["127.0.0.1", "portal.example.org"]
    assert found() == {"E001"}


def test_without_debug_the_default_key_is_refused_even_locally(settings):
    settings.ENVIRONMENT, settings.IS_PRODUCTION, settings.DEBUG = "local", False, False
    settings.SECRET_KEY = settings.INSECURE_SECRET_KEY
    assert found() == {"E002"}


def test_local_defaults_may_use_sqlite_and_the_embedded_broker(settings):
    settings.IS_PRODUCTION, settings.IS_SQLITE, settings.IS_EMBEDDED_BROKER = False, True, True
    assert found() == set()
