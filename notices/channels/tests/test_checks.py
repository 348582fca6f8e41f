"""Whatever SMS_BACKEND names and cannot send is refused in production, with a remedy."""

from abc import ABC, abstractmethod

import pytest

from notices.channels.checks import REMEDY, codes_reach_people
from notices.channels.sms import ConsoleBackend, GatewayBackend

HERE = __name__
NUMBER = 3


class Filled(GatewayBackend):
    def post(self, mobile: str, text: str) -> bool:
        return True


class Own:
    def send(self, mobile: str, text: str) -> None: ...


class Unfilled(GatewayBackend):
    """Copied and forgotten."""


class Abstract(ABC):
    @abstractmethod
    def send(self, mobile: str, text: str) -> None: ...


class Printing(ConsoleBackend):
    """Under another name."""


class SendsNothing:
    def sned(self, mobile: str, text: str) -> None: ...


class TakesOne:
    def send(self, text: str) -> None: ...


class Choosy:
    def __init__(self, token: str) -> None: ...
    def send(self, mobile: str, text: str) -> None: ...


def faults(settings, backend: str) -> list[str]:
    settings.IS_PRODUCTION, settings.SMS_BACKEND = True, backend
    found = codes_reach_people(None)
    assert all(fault.hint == REMEDY for fault in found)
    return [str(fault.id) for fault in found]


@pytest.mark.parametrize("name", ["Filled", "Own"])
def test_a_class_that_sends_passes(settings, name):
    assert faults(settings, f"{HERE}.{name}") == []


@pytest.mark.parametrize(
    ("backend", "number"),
    [
        ("", "E001"),
        ("  ", "E001"),
        ("console", "E002"),
        ("notices.channels.sms.ConsoleBackend", "E002"),
        (f"{HERE}.Printing", "E002"),
        ("consol", "E003"),
        ("notices.channels.sms.Gatewaybackend", "E003"),
        ("nowhere.at.All", "E003"),
        ("notices.channels.sms.send_sms", "E004"),
        (f"{HERE}.NUMBER", "E004"),
        (f"{HERE}.SendsNothing", "E004"),
        (f"{HERE}.TakesOne", "E004"),
        ("notices.channels.sms.GatewayBackend", "E005"),
        ("notices.channels.sms.SmsBackend", "E005"),
        (f"{HERE}.Unfilled", "E005"),
        (f"{HERE}.Abstract", "E005"),
        (f"{HERE}.Choosy", "E006"),
    ],
)
def test_what_cannot_send_is_refused(settings, backend, number):
    assert faults(settings, backend) == [f"notices.{number}"]


def test_a_machine_of_ones_own_may_print_codes(settings):
    settings.IS_PRODUCTION, settings.SMS_BACKEND = False, "console"
    assert codes_reach_people(None) == []
