"""What becomes of the places of somebody who leaves the roster: others get them, the organiser is told."""

from collections import Counter

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member
from tasks.claiming import messages, offering
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
    live = Claim.objects.live().filter(member__in=held, task__in=waiting)
    # The tasks' rows first, in their order: what stands on them is read when nobody else changes it.
    tasks = sorted(set(live.order_by().values_list("task", flat=True)))
    for task_id in tasks:
        offering.locked(task_id)
    claims = list(live.select_related("task__publisher", "member__user").order_by("task", "pk"))
    places = [claim for claim in claims if claim.holds_place]
    for task_id, count in Counter(claim.task_id for claim in places).items():
        Task.objects.filter(pk=task_id).update(places_taken=F("places_taken") - count)
    move_all(
        claims,
        Claim.State.WITHDRAWN,
        allowed=Claim.State.LIVE,
        event=ClaimEvent,
        by=None,
        note=_("已离开名册，名额退回"),
        refusal=overtaken,
    )
    for task_id in tasks:
        offering.pass_on(task_id, now)
    messages.tell_departed(places)
