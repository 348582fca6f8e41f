"""Wishes that wait at an estate or community, its estates included."""

from collections.abc import Iterator

from django.db.models import Count
from django.urls import reverse

from members.desks import Work
from members.models import Organization
from wishes.models import Wish

State = Wish.State
OPEN = (State.SUBMITTED, State.ACCEPTED, State.PUBLISHED)


def open_work(organization: Organization) -> Iterator[Work]:
    rows = Wish.objects.filter(organization__path__startswith=str(organization.path), state__in=OPEN)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    for state in OPEN:
        url = f"{reverse('wishes:list')}?tab={state}&place={organization.pk}"
        yield Work(f"{state.label}心愿", counts.get(state, 0), url)
