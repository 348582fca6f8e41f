"""Who was there."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from tasks.models import Claim, ClaimEvent, Task
from tasks.rights import demand, in_charge, may_mark_presence
from tasks.rules import check_begun, check_not_own, check_published
from xianfeng.lib.transitions import record


@transaction.atomic
def mark_presence(
    task: Task, presences: Mapping[int, str], *, by: User, method: str = "", now: dt.datetime | None = None
) -> int:
    """Record who was there, by claim id, from the start on, for open claims. Returns how many changed.

    `method` is the way it was taken (roster or sheet); a sheet's later entry stays marked as such.
    """
    at = now or timezone.now()
    demand(may_mark_presence(by, task))
    # Task before claim, the order in which a cancellation and a decision take them too.
    locked = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    # Locked: a claim that is decided meanwhile gets neither the mark nor a line about it.
    rows = in_charge(by, task).open().select_for_update(of=("self",)).order_by("pk")
    claims = rows.select_related("member").filter(pk__in=presences)
    changed = [claim for claim in claims if claim.presence != presences[claim.pk]]
    if not changed:
        return 0
    check_published(locked)
    check_begun(locked, at)
    check_not_own(changed, by)
    for value in {presences[claim.pk] for claim in changed}:
        _mark(
            [claim for claim in changed if presences[claim.pk] == value],
            value,
            by,
            method or task.presence,
            at,
        )
    return len(changed)


def forget(task: Task, *, by: User, at: dt.datetime) -> None:
    """It begins at another time: who was marked before was marked for nothing."""
    claims = list(task.claims.open().exclude(presence=Claim.Presence.UNKNOWN))
    task.claims.filter(pk__in=[claim.pk for claim in claims]).update(**Claim.UNMARKED)
    record(claims, event=ClaimEvent, by=by, before=Claim.State.CLAIMED, note=_("任务改期，签到作废"), at=at)


def _mark(claims: list[Claim], value: str, by: User, method: str, at: dt.datetime) -> None:
    presence = Claim.Presence(value)
    marks = {"presence": value, "presence_method": method, "presence_at": at, "presence_by": by}
    rows = Claim.objects.filter(pk__in=[claim.pk for claim in claims])
    rows.update(**(marks if value else Claim.UNMARKED))
    note = _("签到：%(presence)s（%(method)s）") % {
        "presence": presence.label,
        "method": Task.Presence(method).label,
    }
    record(claims, event=ClaimEvent, by=by, before=Claim.State.CLAIMED, note=note, at=at)
