"""Background work of the channels."""

import logging
import smtplib

from celery import Task, shared_task

from notices.channels import letters

log = logging.getLogger(__name__)

# The links are good for days; who asked sits before the screen.
AGAIN_AFTER = (15, 60, 180, 300, 600)  # seconds
FOR_GOOD = 500  # RFC 5321 4.2.1: from here on the answer stays the same


@shared_task(name="notices.send_letter", bind=True, max_retries=len(AGAIN_AFTER))
def send_letter(self: Task, sealed: str) -> None:
    """Tries again for some twenty minutes where the server is away or busy."""
    if fault := attempt(sealed):
        # Outside of the except block: what the server said may hold the address, so nothing refers to it.
        wait = AGAIN_AFTER[min(self.request.retries, len(AGAIN_AFTER) - 1)]
        raise self.retry(exc=letters.NotPosted(fault), countdown=wait)


def attempt(sealed: str) -> str:
    """The kind of fault that may pass; "" where there was none, or none that will."""
    try:
        letters.opened(sealed).send()
    except (smtplib.SMTPException, OSError) as error:
        kind = type(error).__name__
        if not is_for_good(error):
            return kind
        log.error("A letter was refused for good: %s", kind)
    return ""


def is_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= FOR_GOOD for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= FOR_GOOD
