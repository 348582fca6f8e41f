"""Short messages about a change, to numbers that belong to no account any more, or not yet."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from members.models import MobileChange
from members.numbers.messages import text_of
from notices.channels.sms import SmsError, send_sms

# A warning is worth sending again for a day; after that unit and community have long been told.
KEEP_TRYING = dt.timedelta(days=1)


def send_texts() -> int:
    """Send what waits; a number that fails now is tried again by the sweep. Returns how many went out."""
    recent = MobileChange.objects.filter(asked_at__gte=timezone.now() - KEEP_TRYING).exclude(texts=[])
    return sum(send_texts_of(pk) for pk in recent.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def send_texts_of(pk: int) -> int:
    """One worker at a time. One that dies before its commit has the text sent twice, never not at all."""
    change = MobileChange.objects.select_for_update().select_related("member").get(pk=pk)
    left = [name for name in change.texts if not _sent(change, name)]
    sent = len(change.texts) - len(left)
    if sent:
        change.texts = left
        change.save(update_fields=["texts"])
    return sent


def _sent(change: MobileChange, name: str) -> bool:
    try:
        send_sms(*text_of(change, name))
    except SmsError:
        return False
    return True
