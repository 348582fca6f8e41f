"""Help for tests: a mail server that counts what it was given."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from notices.kinds import Kind, declare

declare(Kind("test", "测试", told="测试中的人"))  # what no errand sends

Answer = Callable[[Envelope], str]


class Sink:
    """Keeps every mail accepted; `answers` decides what the server says to the n-th mail (from 1)."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.given: Counter[str] = Counter()  # recipient → mails accepted
        self.connections = 0
        self.seen = 0
        self.on_recipient: Callable[[str], str] = lambda address: "250 OK"
        self.on_mail: Callable[[int], str] = lambda number: "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.on_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.seen += 1
        answer = self.on_mail(self.seen)
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(cast(bytes, envelope.content), policy=policy.default))
            self.given.update(envelope.rcpt_tos)
        return answer


class CountingController(Controller):
    """Counts connections besides aiosmtpd's own first one, which only tests that the port answers."""

    def factory(self) -> SMTP:
        sink: Sink = self.handler
        server = super().factory()
        made = server.connection_made

        def connection_made(transport: Any) -> None:
            sink.connections += 1
            made(transport)

        server.connection_made = connection_made
        return server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mailers(port: int) -> dict[str, Any]:
    """The MAILERS setting for a server on this machine."""
    options = {"host": "127.0.0.1", "port": port, "timeout": 5}
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


@contextmanager
def running_sink() -> Iterator[tuple[Sink, int]]:
    """A mail server on a free port, and the settings that send all mail to it."""
    sink, port = Sink(), free_port()
    controller = CountingController(sink, hostname="127.0.0.1", port=port)
    controller.start()
    sink.connections = 0
    try:
        with override_settings(MAILERS=mailers(port)):
            yield sink, port
    finally:
        controller.stop()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """All mail of the test goes to this server."""
    with running_sink() as (sink, _port):
        yield sink
