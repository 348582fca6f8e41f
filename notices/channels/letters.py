"""Mails that carry a secret link: sent by a worker like all others, but kept nowhere.

The outbox is a record that staff read and that stays for months, so a link that opens an account does
not go there. Sealed, it passes through the queue; one that is lost is asked for again. The page that
asks waits for no mail server, and takes as long for an address that nobody has.
"""

import json

from django.core import mail

from xianfeng.lib import queue
from xianfeng.lib.crypto import decrypt, encrypt


class NotPosted(queue.NotTaken):
    """No worker can be reached: nothing was sent, and nothing will be."""


def post(message: mail.EmailMultiAlternatives) -> None:
    """Have a worker send it. Raises NotPosted."""
    letter = [message.subject, message.body, message.from_email, message.to, message.alternatives]
    if not queue.hand_out("notices.send_letter", encrypt(json.dumps(letter))):
        raise NotPosted


def opened(sealed: str) -> mail.EmailMultiAlternatives:
    subject, body, sender, to, alternatives = json.loads(decrypt(sealed))
    message = mail.EmailMultiAlternatives(subject, body, sender, to)
    for content, mimetype in alternatives:
        message.attach_alternative(content, mimetype)
    return message
