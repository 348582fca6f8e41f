"""What days do to teams: terms that run out, and people who moved away or left the roster."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import TeamRole
from members.models.teams import TeamRoleQuerySet
from members.teams import joining, messages
from xianfeng.lib.times import today

REMIND_BEFORE = dt.timedelta(days=30)


def run(on: dt.date | None = None) -> int:
    """Once a day; each reminder has a key of its own. Returns how many roles ended."""
    day = on or today()
    ending = TeamRole.objects.serving().filter(role__in=TeamRole.LEADS, until__lte=day + REMIND_BEFORE)
    for role in ending.select_related("team__community", "member__user"):
        messages.tell_term(role, is_over=bool(role.until and role.until < day))
    return end_all(TeamRole.objects.gone(), note=_("已不是本社区已报到的党员"))


@transaction.atomic
def end_all(roles: TeamRoleQuerySet, *, note: str) -> int:
    """The team goes on; where its leader goes, a deputy acts and the community is told."""
    found = list(roles.select_related("team__community", "member__user").order_by("pk"))
    for role in found:
        was_serving = role.is_serving
        joining.end(role, by=None, note=note)
        if was_serving:
            messages.tell_left(role, note)
    return len(found)
