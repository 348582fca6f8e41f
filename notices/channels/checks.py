"""A production whose one-time codes reach nobody is refused: every kind of SMS_BACKEND that cannot send."""

import inspect
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from notices.channels.sms import ConsoleBackend, GatewayBackend

REMEDY = (
    "Write a class with send(mobile, text), as deploy/examples/city_sms.py does, put the file into "
    "/etc/xianfeng/python, and name it: SMS_BACKEND=city_sms.Gateway."
)


class Unfit(Exception):
    """SMS_BACKEND cannot send; the arguments say why, and the number of the check."""


@register(Tags.security)
def codes_reach_people(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    if not settings.IS_PRODUCTION:
        return []
    try:
        check_gateway(settings.SMS_BACKEND)
    except Unfit as unfit:
        reason, number = unfit.args
        return [Error(reason, hint=REMEDY, id=f"notices.{number}")]
    return []


def check_gateway(path: str) -> None:
    """Raises Unfit unless `path` names a class that can hand a text to somebody."""
    if not path.strip():
        raise Unfit("SMS_BACKEND is empty: one-time codes would reach nobody.", "E001")
    if path == "console":
        raise Unfit("SMS_BACKEND=console would write one-time codes to the log.", "E002")
    found = load(path)
    if not is_gateway(found):
        raise Unfit(f"SMS_BACKEND={path} is no class with send(mobile, text).", "E004")
    if issubclass(found, ConsoleBackend):
        raise Unfit(f"SMS_BACKEND={path} would write one-time codes to the log.", "E002")
    if is_stub(found):
        raise Unfit(f"SMS_BACKEND={path} is only the shape of a gateway and sends nothing.", "E005")
    make(found, path)


def load(path: str) -> Any:
    try:
        return import_string(path)
    except Exception as error:  # an own module may fail at anything
        raise Unfit(f"SMS_BACKEND={path} cannot be imported: {error!r}", "E003") from error


def is_gateway(found: Any) -> bool:
    """Is it a class whose `send` takes a mobile and a text?"""
    send = getattr(found, "send", None)
    if not inspect.isclass(found) or not callable(send):
        return False
    try:
        inspect.signature(send).bind("self", "mobile", "text")
    except TypeError:
        return False
    return True


def is_stub(found: type) -> bool:
    """Abstract, a Protocol, or a GatewayBackend that left both of its methods as they were."""
    if inspect.isabstract(found) or getattr(found, "_is_protocol", False):
        return True
    unfilled = [getattr(found, name, None) is getattr(GatewayBackend, name) for name in ("send", "post")]
    return all(unfilled)


def make(found: type, path: str) -> None:
    try:
        found()
    except Exception as error:
        kind = type(error).__name__  # its text may hold a secret of the gateway
        raise Unfit(f"SMS_BACKEND={path} cannot be made without arguments: {kind}.", "E006") from error
