"""Who leaves the roster is not expected at a muster any more; `claiming.departed` frees the place."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Member
from tasks.models import Call, CallEvent, Muster
from tasks.mustering.answering import overtaken
from xianfeng.lib.transitions import move_all


@transaction.atomic
def give_back(people: QuerySet[Member]) -> None:
    now = timezone.now()
    live = Call.objects.filter(member__in=people, muster__in=Muster.objects.going_on(now))
    calls = list(live.filter(state__in=Call.State.SAID_YES).select_for_update(of=("self",)).order_by("pk"))
    move_all(
        calls,
        Call.State.DECLINED,
        allowed=Call.State.SAID_YES,
        event=CallEvent,
        by=None,
        at=now,
        note=_("已离开名册"),
        refusal=overtaken,
        answered_at=now,
    )
