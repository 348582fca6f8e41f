"""Who leaves the roster leaves the teams; where it was a leader, the community is told."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import Member, TeamRole
from members.teams import clock


def give_back(people: QuerySet[Member]) -> None:
    clock.end_all(TeamRole.objects.live().filter(member__in=people), note=_("已离开名册"))
