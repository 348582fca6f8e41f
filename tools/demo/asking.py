"""Invitations and the balance between communities: asked, accepted, declined, and a plan half sent."""

import itertools
from collections.abc import Sequence

from django.utils import timezone

from flags.assessment.assessing import forecast
from members.models import Organization, User
from members.organizations.tree import set_neighbours
from tasks.balancing import planning
from tasks.balancing.figures import Month
from tasks.claiming.claiming import claim_own
from tasks.inviting.inviting import decline, invite
from tasks.matching.ranking import fitting_members
from tasks.models import Invitation, Task
from tasks.models.sessions import DAY
from tasks.publishing import publishing
from xianfeng.lib.refusal import refusal_of
from xianfeng.lib.times import today

from .clock import at
from .sheets import terms_of
from .texts import GUESTS_WELCOME

ASKED, COME, NOT = 12, 5, 3
MANY_PLACES = 300


def border_some(communities: Sequence[Organization], *, by: User) -> None:
    """Communities that follow each other in the list lie side by side."""
    for one, other in itertools.pairwise(communities):
        set_neighbours(one, neighbours=[*one.neighbours.all(), other], by=by)


def ask_some(community: Organization, *, by: User) -> None:
    """To the next task with places, those who fit best; some come, some decline, the others have not said."""
    now = timezone.now()
    tasks = Task.objects.filter(publisher=community).open_for_claims(now).with_free_places()
    task = tasks.filter(capacity__gte=COME).order_by("starts_at", "pk").first()
    if task is None:
        return
    best = [member.pk for member in fitting_members(task, by, now)[:ASKED]]
    for number, invitation in enumerate(invite(task, best, by=by, now=now).invited):
        answer(invitation, number)


def answer(invitation: Invitation, number: int) -> None:
    user = invitation.member.user
    assert user is not None  # others are not asked
    if number < COME:
        refusal_of(lambda: claim_own(invitation.task_id, by=user))
    elif number < COME + NOT:
        decline(invitation, by=user)


def balance_some(host: Organization, *, by_host: User, by: User) -> None:
    """Tomorrow the host has more places than its people need; half of the plan that follows is sent."""
    day = today() + DAY
    if day.year != today().year:  # the year is over
        return
    terms = terms_of(GUESTS_WELCOME, at(day, 19), 1, host)
    terms |= {"signup_opens_at": timezone.now(), "capacity": MANY_PLACES, "presence": Task.Presence.ROSTER}
    publishing.create(by=by_host, publisher=host, audience=[host], publish_now=True, **terms)
    forecast(today().year)
    month = Month.of(f"{day:%Y-%m}")
    rows = planning.make(month, by=by)
    for row in rows[: (len(rows) + 1) // 2]:
        planning.send(row, month, by=by)
