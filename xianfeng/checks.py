"""System checks that refuse a dangerous setting.

They are ordinary checks of the `security` kind: every management command (`run`, `migrate`,
`check --deploy`) stops at an Error, and wsgi.py and celery.py ask `dangers()` before they serve.
What an app knows best it checks itself: SMS_BACKEND in notices/channels/checks.py.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks

from xianfeng.lib.web.hosts import strangers

SHORTEST_SECRET = 50  # characters, Django's own bound for `check --deploy`


@register(Tags.security)
def debug_stays_local(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if settings.DEBUG and (strangers() or settings.IS_PRODUCTION):
        return [
            Error(
                f"DEBUG is on for hosts that are not this machine: {', '.join(strangers()) or 'production'}.",
                hint="Set DEBUG=false; its error pages show settings and personal data.",
                id="xianfeng.E001",
            )
        ]
    return []


@register(Tags.security)
def secret_key_is_secret(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    key = settings.SECRET_KEY
    weak = key == settings.INSECURE_SECRET_KEY or len(key) < SHORTEST_SECRET
    if weak and (settings.IS_PRODUCTION or not settings.DEBUG):
        return [
            Error(
                "SECRET_KEY is the default or shorter than 50 characters.",
                hint="Set SECRET_KEY, or run `manage.py generate_env` to make a file with one.",
                id="xianfeng.E002",
            )
        ]
    return []


@register(Tags.security)
def hosts_are_named(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        return [
            Error(
                "ALLOWED_HOSTS admits every host.",
                hint="Name the portal's hosts; a forged one would reach links in e-mails.",
                id="xianfeng.E003",
            )
        ]
    return []


def production_faults() -> Iterator[CheckMessage]:
    """What is fine on one machine and loses or leaks data in production."""
    if settings.IS_SQLITE:
        yield Error("Production needs PostgreSQL.", hint="Set DATABASE_URL.", id="xianfeng.E004")
    if settings.IS_EMBEDDED_BROKER:
        yield Error("Production needs its own Redis.", hint="Set REDIS_URL.", id="xianfeng.E005")
    if not settings.MAILERS["default"]["BACKEND"].endswith("smtp.EmailBackend"):
        yield Error("E-mails would reach nobody.", hint="Set EMAIL_URL=smtp…", id="xianfeng.E006")
    if not settings.FIELD_ENCRYPTION_KEYS:
        yield Error(
            "FIELD_ENCRYPTION_KEYS is empty.",
            hint="Run `manage.py generate_env` and keep its key apart from the database's backup.",
            id="xianfeng.E008",
        )
    if not settings.SECURE:
        yield Error(
            "Cookies would travel by plain http.", hint="Leave SECURE at its default.", id="xianfeng.E009"
        )


@register(Tags.security)
def production_is_complete(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    return list(production_faults()) if settings.IS_PRODUCTION else []


def dangers() -> str:
    """What forbids serving, one line each; empty when nothing does."""
    faults = [fault for fault in run_checks(tags=[Tags.security]) if fault.is_serious()]
    return "\n".join(f"Refused: {fault.msg} {fault.hint or ''} ({fault.id})" for fault in faults)
