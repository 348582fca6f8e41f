"""An SMTP connection that tells its caller just before a message's text leaves this machine.

Until then a killed worker has sent nothing and another may try; from then on only the server knows.
"""

import re
import smtplib
from collections.abc import Callable

from django.core.mail.backends.smtp import EmailBackend

LINE_DOT = re.compile(rb"(?m)^\.")


class HandoverSMTP(smtplib.SMTP):
    """SMTP or STARTTLS; `before_body` is called after the server's 354 and before the text."""

    before_body: Callable[[], None] | None = None

    def data(self, msg: bytes) -> tuple[int, bytes]:  # type: ignore[override]
        """The DATA command. Raises SMTPDataError when the server takes no text now."""
        code, answer = self.docmd("data")
        if code != 354:
            raise smtplib.SMTPDataError(code, answer)
        if self.before_body:
            self.before_body()
        # RFC 5321 4.5.2: a leading dot is doubled, a lone one ends the text.
        text = LINE_DOT.sub(b"..", msg)
        self.send((text if text.endswith(b"\r\n") else text + b"\r\n") + b".\r\n")
        return self.getreply()


class HandoverSMTPS(HandoverSMTP, smtplib.SMTP_SSL):
    """SMTP inside TLS."""


class HandoverBackend(EmailBackend):
    """Django's SMTP backend on those connections."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return HandoverSMTPS if self.use_ssl else HandoverSMTP

    def drop(self) -> None:
        """Hang up without a word: the server forgets a text that was not ended."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
