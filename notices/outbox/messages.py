"""Messages written in the transaction of the change they tell of; a worker delivers them afterwards.

Nothing here talks to a server: a rolled back change takes its messages with it, and a committed one
cannot lose them. The same key never makes a second message.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from notices.addressees import Addressee
from notices.kinds import EMAIL, check_declared
from notices.models import Delivery, Notice
from xianfeng.lib import queue

if TYPE_CHECKING:
    from members.models import User

BATCH = 500
KICKED = "notices:kicked"  # set while a worker was asked and did not look yet


@dataclass(frozen=True)
class Message:
    """One message to one person. `key` names its reason: "reminder:2026:06:member:12"."""

    recipient: "User | Addressee"
    kind: str
    key: str
    subject: str
    body: str
    url: str = ""
    channels: tuple[str, ...] = (EMAIL,)
    wait: int = 0  # seconds until it leaves


def send(message: Message) -> Notice:
    """A message to the inbox and to the channels named; the same key again changes nothing."""
    send_many([message])
    return Notice.objects.get(key=message.key)


def send_many(messages: Iterable[Message]) -> int:
    """Write many messages, four queries for each five hundred. Returns how many were new.

    Raises UndeclaredKind for a message of a kind that no errand declares.
    """
    count = 0
    with transaction.atomic():
        for batch in batched(messages, BATCH, strict=False):
            count += _write({message.key: message for message in batch})
        if count:
            transaction.on_commit(kick, robust=True)
    return count


def _write(messages: dict[str, Message]) -> int:
    known = set(Notice.objects.filter(key__in=messages).values_list("key", flat=True))
    new = {key: message for key, message in messages.items() if key not in known}
    if not new:
        return 0
    # Somebody may write the same key at this moment: the unique key decides, not the look before.
    Notice.objects.bulk_create([_notice(message) for message in new.values()], ignore_conflicts=True)
    ids = dict(Notice.objects.filter(key__in=new).values_list("key", "pk"))
    rows = [
        _delivery(ids[key], message, channel) for key, message in new.items() for channel in message.channels
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(new)


def _notice(message: Message) -> Notice:
    check_declared(message.kind)
    return Notice(
        **_to(message.recipient),
        kind=message.kind,
        key=message.key,
        subject=message.subject[:120],
        body=message.body,
        url=message.url,
    )


def _to(recipient: "User | Addressee") -> dict[str, Any]:
    if isinstance(recipient, Addressee):
        return {"addressee_kind": recipient.kind, "addressee_id": recipient.pk}
    return {"recipient": recipient}


def _delivery(notice_id: int, message: Message, channel: str) -> Delivery:
    """The number of somebody without an account is not copied here: it is read at delivery."""
    recipient, state = message.recipient, Delivery.State.PENDING
    address = "" if isinstance(recipient, Addressee) else address_of(recipient, channel)
    if not address and not isinstance(recipient, Addressee):
        state = Delivery.State.UNREACHABLE
    due_at = timezone.now() + dt.timedelta(seconds=message.wait)
    return Delivery(notice_id=notice_id, channel=channel, address=address, state=state, due_at=due_at)


def address_of(recipient: "User", channel: str) -> str:
    """Where the channel reaches a person; "" where it does not."""
    return (recipient.email if channel == Delivery.Channel.EMAIL else recipient.mobile) or ""


def kick() -> None:
    """Ask a worker to deliver now. A lost kick costs half a minute: the sweep finds the rows."""
    # The worker takes the mark away before it looks, so a job that still waits will see these rows.
    if cache.add(KICKED, 1, timeout=30):
        queue.hand_out("notices.deliver")
