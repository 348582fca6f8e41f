"""Taking messages back that nobody was sent yet: what they told of was undone at once."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.models import Delivery, Notice
from xianfeng.lib.refusal import Refusal

HELD = 20  # seconds a message waits whose reason may be taken back; longer than the button stands


class AlreadySent(Refusal):
    code = "already_sent"


@transaction.atomic
def recall(*starts: str) -> None:
    """Forget the messages whose keys begin so. Raises AlreadySent where one has left, or is about to."""
    notices = list(beginning(starts).values_list("pk", flat=True))
    deliveries = Delivery.objects.filter(notice__in=notices).select_for_update()
    waits = {Delivery.State.PENDING, Delivery.State.UNREACHABLE}
    if any(one.state not in waits or one.lease for one in deliveries):
        raise AlreadySent(_("通知已经发出，不能再撤销。"))
    Notice.objects.filter(pk__in=notices).delete()


def release(*starts: str) -> None:
    """What waits of the messages whose keys begin so leaves now: something else is to be told after it."""
    waiting = Delivery.objects.filter(notice__in=beginning(starts), state=Delivery.State.PENDING)
    waiting.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())


def beginning(starts: Iterable[str]) -> QuerySet[Notice]:
    begins = reduce(or_, (Q(key__startswith=start) for start in starts), Q(pk__in=[]))
    return Notice.objects.filter(begins)
