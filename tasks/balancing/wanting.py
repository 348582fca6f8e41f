"""Asking communities to offer more places before the year ends."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import require
from members.models import User
from notices.models import Notice
from tasks.balancing import messages
from tasks.balancing.rush import outlook
from xianfeng.lib.ids import ids_of
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import local_date, monday_of


class NobodyAsked(Refusal):
    code = "nobody_asked"


@transaction.atomic
def ask(chosen: Collection[str], *, by: User, now: dt.datetime | None = None) -> int:
    """Tell these communities (ids) how many places are missing; once a week each. How many were told.

    Raises PermissionDenied, NobodyAsked.
    """
    require(by, "balance.plan")
    at = now or timezone.now()
    numbers, asked = set(ids_of(chosen)), asked_this_week(at)
    rows = [one for one in outlook(at) if one.community.pk in numbers and one.gap]
    fresh = [one for one in rows if one.community.pk not in asked]
    if not fresh:
        raise NobodyAsked(_("没有可以提醒的社区：请勾选有缺口的；每个社区一周只提醒一次。"))
    messages.tell_wanted(fresh, week_of(at))
    return len(fresh)


def week_of(now: dt.datetime) -> str:
    return monday_of(local_date(now)).isoformat()


def asked_this_week(now: dt.datetime) -> Mapping[int, dt.datetime]:
    """When a community was asked, by its id. One query."""
    written = Notice.objects.filter(key__startswith=messages.WANTED_IN % {"week": week_of(now)})
    return {int(key.split(":")[2]): at for key, at in written.values_list("key", "created_at")}
