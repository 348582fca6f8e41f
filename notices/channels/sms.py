"""Short messages: one-time codes and notices by SMS.

`settings.SMS_BACKEND` names the backend: "console" for development, or the dotted path of a class with
`send(mobile, text)` that raises SmsError when the gateway refuses. Codes are sent at once and never stored
in the outbox: a code that arrives an hour later is worth nothing, and a stored one is a risk.
"""

import logging
import traceback
from typing import Protocol

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

from xianfeng.lib.limits import Limit
from xianfeng.lib.web.hosts import strangers

logger = logging.getLogger(__name__)

RECENT = "sms:recent"
KEEP = 20
# Notices to one number. A wish takes five or so from first to last; beyond that somebody plays with a number.
DAILY = Limit("sms-notice", times=12, seconds=24 * 3600)


class SmsError(Exception):
    """The gateway said no, or could not be reached."""


class SmsUnanswered(SmsError):
    """A gateway's own code broke on what it did not expect: the text may have been sent."""


class SmsBackend(Protocol):
    """What a gateway has to offer."""

    def send(self, mobile: str, text: str) -> None:
        """Hand one text to the gateway. Raises SmsError when it is not taken."""


class ConsoleBackend:
    """For development: writes the text to the log and keeps the last ones for who has no phone here."""

    def send(self, mobile: str, text: str) -> None:
        logger.warning("SMS to %s: %s", mobile, text)
        cache.set(RECENT, [(mobile, text), *recent()][:KEEP], timeout=24 * 3600)


class GatewayBackend:
    """The shape of a real gateway; copy it, fill in `post`, and name it in SMS_BACKEND.

    A gateway is asked with a signed HTTPS request; a time-out or an answer other than "accepted"
    becomes SmsError, so that the page can say "not sent, try again" instead of waiting.
    """

    def send(self, mobile: str, text: str) -> None:
        if not self.post(mobile, text):
            raise SmsError("The SMS gateway did not accept the message.")

    def post(self, mobile: str, text: str) -> bool:
        """Whether the gateway accepted. Raises SmsError here: no gateway is configured."""
        raise SmsError("No SMS gateway is configured.")


def backend() -> SmsBackend:
    """The configured backend. Raises ImportError for a path that does not exist."""
    if settings.SMS_BACKEND == "console":
        return ConsoleBackend()
    found: SmsBackend = import_string(settings.SMS_BACKEND)()
    return found


def send_sms(mobile: str, text: str) -> None:
    """Send one text now. Raises SmsError when the gateway does not take it, and nothing else of its code."""
    try:
        backend().send(mobile, text)
    except (SmsError, SoftTimeLimitExceeded):
        raise
    except Exception as error:
        # What it says may hold the number and the text; where it broke does not.
        place = traceback.extract_tb(error.__traceback__)[-1]
        logger.error("The gateway broke: %s in %s:%s", type(error).__name__, place.filename, place.lineno)
        raise SmsUnanswered(str(error).replace(mobile, "…").replace(text, "…")) from None


def is_shown() -> bool:
    """Whether this machine shows what the console backend wrote: to its own browser, never in production."""
    return settings.SMS_BACKEND == "console" and not settings.IS_PRODUCTION and not strangers()


def recent() -> list[tuple[str, str]]:
    """The last messages of the console backend, newest first: (mobile, text)."""
    return [(mobile, text) for mobile, text in cache.get(RECENT, [])]
