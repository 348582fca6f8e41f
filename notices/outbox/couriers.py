"""Who carries a delivery to the outside, one class for each channel; a courier keeps one connection open."""

import logging
import smtplib
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urljoin, urlsplit

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from notices.addressees import mobile_of
from notices.channels import sms
from notices.models import Delivery, Notice
from notices.outbox.smtp import HandoverBackend, HandoverSMTP
from xianfeng.lib.crypto import DecryptionError, blind_index
from xianfeng.lib.limits import TooOften

if TYPE_CHECKING:
    from members.models import User

logger = logging.getLogger(__name__)

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
SHUTTING_DOWN = 421  # RFC 5321 4.2.1: the server closes the channel, whatever was asked


class Refused(Exception):
    """The other side said no to this one message. `for_good` tells whether asking again is of use."""

    def __init__(self, text: str, *, for_good: bool) -> None:
        super().__init__(text)
        self.for_good = for_good


class Forgotten(Exception):
    """Nobody is to be told any more: where the number stood, there is none now."""


class Unavailable(Exception):
    """Nobody to talk to: this message and those after it have to wait."""


class Unanswered(Exception):
    """The connection broke and the other side may have the text."""


class Courier(Protocol):
    def carry(self, delivery: Delivery, hand_over: Callable[[], None]) -> None:
        """Deliver one message, calling `hand_over` once, just before the text leaves this machine.

        Raises Refused, Forgotten or Unavailable (before the hand-over), or Unanswered (after it).
        """

    def close(self) -> None: ...


class MailCourier:
    """E-mail over one SMTP connection, or over whatever backend the settings name."""

    def __init__(self) -> None:
        self.backend = open_backend()

    def carry(self, delivery: Delivery, hand_over: Callable[[], None]) -> None:
        message = compose_or_refuse(delivery)
        if isinstance(self.backend, HandoverBackend):
            self.carry_by_smtp(self.backend, message, hand_over)
        else:
            hand_over()
            self.backend.send_messages([message])

    def carry_by_smtp(
        self, backend: HandoverBackend, message: mail.EmailMessage, hand_over: Callable[[], None]
    ) -> None:
        """One try on the open connection and, where that turns out to be dead, one on a fresh one."""
        while True:
            is_fresh = connect(backend)
            mark = Mark(hand_over)
            try:
                return transmit(backend, message, mark)
            except Refused:
                raise
            except ConnectionLost as error:
                backend.drop()
                if mark.is_set:
                    raise Unanswered(str(error)) from error
                if is_fresh:
                    raise Unavailable(str(error)) from error
            except BaseException:
                backend.drop()  # broken off in the middle: the next command would become its text
                raise

    def close(self) -> None:
        if isinstance(self.backend, HandoverBackend) and self.backend.connection is not None:
            try:
                self.backend.close()
            except (smtplib.SMTPException, OSError):
                self.backend.drop()


class SmsCourier:
    """Short messages through the configured gateway."""

    def carry(self, delivery: Delivery, hand_over: Callable[[], None]) -> None:
        open_gateway()
        mobile = delivery.address or number_left(delivery.notice)
        share = blind_index(mobile, purpose="sms")
        take_share(share)
        hand_over()
        try:
            sms.send_sms(mobile, text_message(delivery.notice))
        except sms.SmsUnanswered as error:
            raise Unanswered(str(error)) from error
        except sms.SmsError as error:
            sms.DAILY.give_back(share)  # what the gateway did not take costs nobody a text
            raise Refused(str(error).replace(mobile, "…"), for_good=False) from error

    def close(self) -> None:
        """A gateway keeps no connection."""


def open_gateway() -> None:
    """Raises Unavailable where the settings name a gateway that cannot be had: nothing was handed over."""
    try:
        sms.backend()
    except Exception as error:
        logger.exception("The gateway of short messages cannot be opened.")
        raise Unavailable(repr(error)) from error


def number_left(notice: Notice) -> str:
    """The number of somebody without an account, as it is now. Raises Forgotten, Refused."""
    try:
        mobile = mobile_of(notice.addressee) if notice.addressee else ""
    except DecryptionError as error:
        raise Refused(str(error), for_good=True) from error
    if not mobile:
        raise Forgotten(_("对方的手机号已不再保留，这条短信不再发送。"))
    return mobile


def take_share(share: str) -> None:
    """Raises Refused for good beyond a day's texts to one number: a person looks after what is left."""
    try:
        sms.DAILY.take(share)
    except TooOften as error:
        text = _("这个号码今天的短信已满 %(most)s 条，请改用电话告知。")
        raise Refused(text % {"most": sms.DAILY.times}, for_good=True) from error


def text_message(notice: Notice) -> str:
    """The heading for who reads the rest in the portal; all there is to say for who has no account."""
    return notice.body if notice.addressee else notice.subject


class ConnectionLost(Exception):
    """The server hung up or fell silent."""


class Mark:
    """Remembers that the hand-over took place."""

    def __init__(self, hand_over: Callable[[], None]) -> None:
        self.hand_over = hand_over
        self.is_set = False

    def __call__(self) -> None:
        self.hand_over()
        self.is_set = True


def courier_for(channel: str) -> Courier:
    return MailCourier() if channel == Delivery.Channel.EMAIL else SmsCourier()


def open_backend() -> BaseEmailBackend:
    """The default mailer; an SMTP one with the hook in place. Connects to nobody yet."""
    config = settings.MAILERS["default"]
    if config.get("BACKEND", SMTP_BACKEND) == SMTP_BACKEND:
        return HandoverBackend(alias="default", **config.get("OPTIONS", {}))
    return mail.mailers["default"]


def connect(backend: HandoverBackend) -> bool:
    """Whether a new connection was needed. Raises Unavailable where there is no server to be had."""
    try:
        return bool(backend.open())
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(str(error)) from error


def transmit(backend: HandoverBackend, message: mail.EmailMessage, mark: Mark) -> None:
    """One SMTP transaction. Raises Refused or ConnectionLost."""
    cast(HandoverSMTP, backend.connection).before_body = mark
    try:
        backend.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        raise answer_of(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPResponseException as error:
        raise answer_of(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        raise ConnectionLost(str(error)) from error
    except smtplib.SMTPException as error:  # asked for something the server does not know
        raise ConnectionLost(str(error)) if mark.is_set else Refused(str(error), for_good=False) from error
    except ValueError as error:  # an address that no server would take
        raise Refused(str(error), for_good=True) from error


def answer_of(code: int, text: bytes | str) -> Refused | ConnectionLost:
    """What a negative answer means: 4xx try later, 5xx never, anything else is no answer."""
    words = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if code == SHUTTING_DOWN or not 400 <= code < 600:
        return ConnectionLost(words)
    return Refused(words, for_good=code >= 500)


def compose_or_refuse(delivery: Delivery) -> mail.EmailMultiAlternatives:
    """Raises Refused: one message that cannot be written must not hold up those behind it."""
    try:
        return compose(delivery)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        logger.exception("Delivery %s cannot be composed.", delivery.pk)
        raise Refused(repr(error), for_good=True) from error


def compose(delivery: Delivery) -> mail.EmailMultiAlternatives:
    """The mail of a delivery: plain text, simple HTML, links with the site's name."""
    notice = delivery.notice
    context = {
        "notice": notice,
        "name": cast("User", notice.recipient).get_full_name(),
        "url": urljoin(settings.SITE_URL, notice.url) if notice.url else "",
        "inbox": settings.SITE_URL,
    }
    message = mail.EmailMultiAlternatives(
        subject=" ".join(notice.subject.split()),
        body=render_to_string("emails/notice.txt", context),
        to=[delivery.address],
        headers={"Message-ID": message_id(notice.key), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("emails/notice.html", context), "text/html")
    return message


def message_id(key: str) -> str:
    """The same reason has the same Message-ID, so that mail programs show a repeated one once."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{host}>"
