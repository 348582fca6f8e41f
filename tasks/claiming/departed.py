"""What becomes of the places of somebody who leaves the roster: others get them, the organiser is told."""

from collections import Counter

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member
from tasks.claiming import messages
from tasks.claiming.claiming import overtaken
from tasks.models import Claim, ClaimEvent, Task
from xianfeng.lib.transitions import move_all


@transaction.atomic
def give_back(people: QuerySet[Member]) -> None:
    """Open places on tasks that have not begun. What was served already is still decided on."""
    now = timezone.now()
    waiting = Task.objects.filter(state=Task.State.PUBLISHED, starts_at__gt=now)
    # Member before task, as whoever gives a place back themself: it is counted out once.
    leaving = Member.objects.filter(pk__in=people.values("pk")).order_by("pk")
    held = list(leaving.select_for_update(no_key=True).values_list("pk", flat=True))
    open_claims = Claim.objects.open().filter(member__in=held, task__in=waiting)
    claims = list(open_claims.select_related("task__publisher", "member__user").order_by("task", "pk"))
    for task_id, count in Counter(claim.task_id for claim in claims).items():
        Task.objects.filter(pk=task_id).update(places_taken=F("places_taken") - count)
    move_all(
        claims,
        Claim.State.WITHDRAWN,
        allowed=Claim.State.OPEN,
        event=ClaimEvent,
        by=None,
        note=_("已离开名册，名额退回"),
        refusal=overtaken,
    )
    messages.tell_departed(claims)
